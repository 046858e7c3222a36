"""`gate.verified_path`: a path to what was declared, or an error."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import gate
from tests.support import HANG, PICKLE, PROJECT, Repo, pointer

Change = Callable[[Repo], object]

CHANGES: dict[str, tuple[str, str, Change]] = {
    "a changed file": ("table", "integrity/digest-mismatch", lambda r: r.write("data/train.csv", "a,b\n6,6\n")),
    "a missing file": ("table", "integrity/missing-file", lambda r: r.delete("data/train.csv")),
    "a pointer": ("table", "integrity/content-absent", lambda r: r.write("data/train.csv", pointer(b"a,b\n1,2\n"))),
    "a link": ("table", "integrity/symlink", lambda r: r.link("data/train.csv", "signs/stop/1.png")),
    "a link out": ("table", "integrity/outside-root", lambda r: r.link("data/train.csv", "/etc/hostname")),
    "a pipe": ("table", "integrity/special-file", lambda r: r.fifo("data/train.csv")),
    "a directory": (
        "table",
        "integrity/digest-mismatch",
        lambda r: (r.delete("data/train.csv"), r.write("data/train.csv/x", "")),
    ),
    "line endings": ("table", "integrity/line-endings-only", lambda r: r.write("data/train.csv", "a,b\r\n1,2\r\n")),
    "another size": ("table", "integrity/size-mismatch", lambda r: r.edit("dbom.yaml", "size: 8\n", "size: 9\n")),
    "a changed member": (
        "traffic-signs",
        "integrity/digest-mismatch",
        lambda r: r.write("data/signs/stop/1.png", "0ne"),
    ),
    "an extra member": ("traffic-signs", "integrity/extra-file", lambda r: r.write("data/signs/stop/3.png", "three")),
    "a hidden member": ("traffic-signs", "integrity/extra-file", lambda r: r.write("data/signs/.x", "")),
    "a missing member": ("traffic-signs", "integrity/missing-file", lambda r: r.delete("data/signs/stop/1.png")),
    "a member moved": (
        "traffic-signs",
        "integrity/missing-file",
        lambda r: os.rename(r.path("data/signs/stop/1.png"), r.path("data/signs/yield/1.png")),
    ),
    "no member": ("traffic-signs", "integrity/missing-file", lambda r: r.delete("data/signs")),
    "another listing": (
        "traffic-signs",
        "integrity/listing-mismatch",
        lambda r: r.edit("dbom/traffic-signs.sha256", "stop/1.png", "stop/4.png"),
    ),
    "no listing": ("traffic-signs", "integrity/missing-file", lambda r: r.delete("dbom/traffic-signs.sha256")),
}


def _rules(error: pytest.ExceptionInfo[gate.VerificationError]) -> set[str]:
    return {finding.rule for finding in error.value.findings}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("table", "data/train.csv"),
        ("traffic-signs", "data/signs"),
        ("sign-classifier", "models/sign.safetensors"),
        ("large", "models/large"),
    ],
)
@pytest.mark.parametrize("cwd", ["", "data/signs/stop"])
def test_what_is_as_declared_has_an_absolute_path(
    job: Repo, monkeypatch: pytest.MonkeyPatch, name: str, path: str, cwd: str
) -> None:
    monkeypatch.chdir(job.root / cwd)
    assert gate.verified_path(name) == job.root / path


def test_the_repository_can_be_named_from_anywhere(job: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert gate.verified_path("table", root=job.root) == job.root / "data/train.csv"
    assert gate.verified_path("table", root=str(job.root)) == job.root / "data/train.csv"
    monkeypatch.chdir(job.root.parent)
    assert gate.verified_path("table", root="repo") == job.root / "data/train.csv"


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_as_declared_raises(job: Repo, change: str) -> None:
    name, rule, alter = CHANGES[change]
    alter(job)
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path(name)
    assert rule in _rules(error)
    assert error.value.name == name
    assert rule in job.rules(), "as `gate check` says"


@pytest.mark.parametrize("change", CHANGES)
def test_other_artifacts_have_no_say(job: Repo, change: str) -> None:
    name, _, alter = CHANGES[change]
    alter(job)
    other = {"table": "traffic-signs", "traffic-signs": "table"}[name]
    assert gate.verified_path(other).exists()


def test_the_message_says_what_is_wrong_where_and_what_to_do(job: Repo) -> None:
    job.write("data/train.csv", "a,b\n6,6\n")
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path("table")
    said = str(error.value)
    assert "table is not verified: 1 finding" in said
    assert "integrity/digest-mismatch (dbom.yaml:" in said
    assert "data/train.csv is not the declared file" in said
    assert "gate update table" in said


def test_a_long_message_is_cut_and_the_findings_are_not(job: Repo) -> None:
    for i in range(50):
        job.write(f"data/signs/extra-{i}.png", "x")
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path("traffic-signs")
    assert len(error.value.findings) == 50
    assert len(str(error.value).splitlines()) < 30
    assert "... and 40 more findings" in str(error.value)


def test_an_entry_without_a_digest_is_not_verified(job: Repo) -> None:
    lines = job.text("dbom.yaml").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if "path: data/train.csv" in line)
    assert "sha256:" in lines.pop(at + 1)
    job.write("dbom.yaml", "".join(lines))
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path("table")
    assert _rules(error) == {"dbom/incomplete"}


def test_no_policy_talks_it_out_of_a_finding(job: Repo) -> None:
    job.write("gate-policy.yaml", "policy: 1\nrules:\n  integrity/digest-mismatch: {enforce: 'off'}\n")
    job.write("data/train.csv", "a,b\n6,6\n")
    assert job.gate("check").code == 0
    with pytest.raises(gate.VerificationError):
        gate.verified_path("table")


def test_links_lead_where_the_policy_allows(job: Repo) -> None:
    blob = job.home / "cache/blob"
    blob.parent.mkdir()
    os.rename(job.path("data/train.csv"), blob)
    job.link("data/train.csv", blob)
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path("table")
    assert _rules(error) == {"integrity/outside-root"}
    job.write("gate-policy.yaml", "policy: 1\ncache_roots: [~/cache]\n")
    assert gate.verified_path("table") == job.root / "data/train.csv"
    blob.write_text("a,b\n6,6\n")
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path("table")
    assert _rules(error) == {"integrity/digest-mismatch"}


@pytest.mark.parametrize("pack", ["gate:baseline", "gate:research"])
def test_a_model_that_could_run_code_is_refused_under_every_policy(job: Repo, pack: str) -> None:
    job.write("gate-policy.yaml", f"policy: 1\nextends: ['{pack}']\n")
    job.write("models/old.pt", PICKLE)
    assert job.gate("add", "models/old.pt", "--name", "old", "--version", "1").code == 0
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path("old")
    assert _rules(error) == {"weights/pickle-format"}


def test_a_model_directory_with_one_pickle_is_refused(job: Repo) -> None:
    job.write("models/large/training_args.bin", PICKLE)
    assert job.gate("update", "large", "--version", "2").code == 0
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path("large")
    assert _rules(error) == {"weights/pickle-format"}


def test_the_format_of_a_dataset_is_for_the_policy(job: Repo) -> None:
    job.write("data/batch", PICKLE)
    assert job.gate("add", "data/batch", "--name", "batch", "--version", "1", "--kind", "dataset").code == 0
    assert gate.verified_path("batch") == job.root / "data/batch"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("traffic-sign", 'did you mean "traffic-signs"'), ("zzz", "declared are table, traffic-signs"), ("", "declared")],
)
def test_an_unknown_name_raises_with_the_nearest_one(job: Repo, name: str, hint: str) -> None:
    with pytest.raises(gate.UnknownArtifactError, match=f'"{name}".*{hint}'):
        gate.verified_path(name)
    with pytest.raises(LookupError):
        gate.verified_path(name)


def test_a_name_is_shown_harmless(job: Repo) -> None:
    with pytest.raises(gate.UnknownArtifactError) as error:
        gate.verified_path("\x1b[2J\n::set-output")
    assert "\x1b" not in str(error.value)
    assert "\n" not in str(error.value)


def test_without_a_dbom(bare: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bare.root)
    with pytest.raises(gate.UsageError, match=r"there is no dbom\.yaml in .*repo"):
        gate.verified_path("table")
    with pytest.raises(gate.UsageError, match="nowhere is not a directory"):
        gate.verified_path("table", root="nowhere")


def test_mistakes_in_the_documents_are_raised_with_their_places(job: Repo) -> None:
    job.write("gate-policy.yaml", "policy: 1\nrules:\n  weights/pickel-format: {enforce: block}\n")
    with pytest.raises(gate.DocumentError, match=r"gate-policy\.yaml:3:3"):
        gate.verified_path("table")
    job.edit("dbom.yaml", "path: data/train.csv", "pth: data/train.csv")
    with pytest.raises(gate.DocumentError, match=r"dbom\.yaml:5:5"):
        gate.verified_path("table")


def test_a_file_that_may_not_be_read(job: Repo) -> None:
    os.chmod(job.path("data/train.csv"), 0)
    if os.access(job.path("data/train.csv"), os.R_OK):
        pytest.skip("this user reads everything")
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path("table")
    assert _rules(error) == {"gate/undecided"}


def test_the_error_survives_the_way_out_of_a_worker(job: Repo) -> None:
    job.write("data/train.csv", "a,b\n6,6\n")
    with pytest.raises(gate.VerificationError) as error:
        gate.verified_path("table")
    again = pickle.loads(pickle.dumps(error.value))
    assert type(again) is gate.VerificationError
    assert (again.name, again.findings, str(again)) == (error.value.name, error.value.findings, str(error.value))


def test_nothing_is_printed_or_written(job: Repo, capfd: pytest.CaptureFixture[str]) -> None:
    before = job.tree()
    gate.verified_path("traffic-signs")
    job.write("data/train.csv", "a,b\n6,6\n")
    with pytest.raises(gate.VerificationError):
        gate.verified_path("table")
    job.write("data/train.csv", "a,b\n1,2\n")
    assert job.tree() == before
    assert capfd.readouterr() == ("", "")


def test_a_script_without_a_main_guard_and_with_threads_runs_once(job: Repo, tmp_path: Path) -> None:
    for i in range(10_001):
        job.write(f"data/many/{i:05}.txt", "x")
    assert job.gate("add", "data/many", "--name", "many", "--version", "1").code == 0
    script = tmp_path / "train.py"
    script.write_text(
        "import gate, threading\n"
        "print('begins')\n"
        "done = threading.Event()\n"
        "threading.Thread(target=done.wait).start()\n"
        "try:\n    print(gate.verified_path('many').name)\n"
        "finally:\n    done.set()\n"
    )
    ran = subprocess.run(
        [sys.executable, str(script)],
        cwd=job.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "begins\nmany\n"), ran.stderr
