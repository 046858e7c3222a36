"""`gate convert` through the command line: what it writes, what it declares, and what it refuses."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from gate.convert import sandbox
from gate.core.errors import UnableError
from tests.formats.builders import HOSTILE, zipped
from tests.support import PICKLE, WEIGHTS, Repo, pointer, run_gate, sha256

np = pytest.importorskip("numpy", reason="arrays are read by numpy, which no extra of the gate installs")
ARRAYS = pickle.dumps({"model": {"w": np.arange(6.0).reshape(2, 3)}, "epoch": 3, "best": float("inf")}, 4)
OTHER = pickle.dumps({"w": np.zeros(2)}, 4)

DBOM = """\
# The bill of materials.
dbom: 1
models:
  # the classifier
  - name: sign   # its name
    path: models/sign.pkl   # a pickle, alas
    sha256: {sha256}
    version: "1.2"
    size: {size}
    source: {{url: https://example.org/sign.pkl, license: MIT}}   # where from
  # another one
  - {{name: other, path: models/other.pkl, sha256: {other}}}
"""


@pytest.fixture
def models(repo: Repo) -> Repo:
    repo.write("models/sign.pkl", ARRAYS)
    return repo


@pytest.fixture
def declared(models: Repo) -> Repo:
    models.write("models/other.pkl", OTHER)
    models.write("dbom.yaml", DBOM.format(sha256=sha256(ARRAYS), size=len(ARRAYS), other=sha256(OTHER)))
    return models


def _refused(repo: Repo, *arguments: str, code: int = 2) -> str:
    before = repo.tree()
    result = repo.gate("convert", *arguments)
    assert result.code == code, result.out + result.err
    assert repo.tree() == before
    return result.out + result.err


def test_without_a_dbom_the_file_is_all_that_is_written(models: Repo) -> None:
    before = models.tree()
    result = models.gate("convert", "models/sign.pkl")
    assert result.code == 0, result.err
    after = models.tree()
    made = after.pop(b"models/sign.safetensors")
    assert after == before
    lines = result.out.splitlines()
    assert lines[:2] == ["wrote models/sign.safetensors: 1 tensor, 184 bytes", f"sha256 {sha256(made)}"]
    assert "  epoch" in lines
    assert "  best: inf, for which JSON has no number" in lines
    assert lines[-1] == "next: gate scan models/sign.safetensors"
    assert models.gate("scan", "models/sign.safetensors").code == 0
    assert result.err == ""


def test_again_nothing_changes(declared: Repo) -> None:
    assert declared.gate("convert", "models/sign.pkl").code == 0
    before = declared.tree()
    result = declared.gate("convert", "models/sign.pkl")
    assert (result.code, declared.tree()) == (0, before)
    assert result.out.startswith("unchanged: models/sign.safetensors")
    assert "declared already, as sign" in result.out


def test_the_file_may_be_read_by_whom_the_umask_lets(models: Repo) -> None:
    mask = os.umask(0o027)
    try:
        assert models.gate("convert", "models/sign.pkl").code == 0
    finally:
        os.umask(mask)
    assert os.stat(models.path("models/sign.safetensors")).st_mode & 0o777 == 0o640


def test_the_entry_is_updated_and_comments_stay(declared: Repo) -> None:
    before = declared.text("dbom.yaml").splitlines()
    result = declared.gate("convert", "models/sign.pkl")
    assert result.code == 0, result.err
    made = declared.bytes("models/sign.safetensors")
    ancestor = f'{{"path": "models/sign.pkl", "url": "https://example.org/sign.pkl", "sha256": "{sha256(ARRAYS)}"}}'
    changed = {
        "    path: models/sign.pkl   # a pickle, alas": "    path: models/sign.safetensors   # a pickle, alas",
        f"    sha256: {sha256(ARRAYS)}": f"    sha256: {sha256(made)}",
        '    version: "1.2"': "    version: 1.2-safetensors",
        f"    size: {len(ARRAYS)}": f"    size: {len(made)}",
    }
    expected = [changed.get(line, line) for line in before]
    place = next(i for i, line in enumerate(expected) if "# where from" in line)
    expected.insert(place + 1, f"    derived_from: [{ancestor}]")
    assert declared.text("dbom.yaml").splitlines() == expected
    assert "sign in dbom.yaml is now models/sign.safetensors" in result.out
    declared.delete("models/sign.pkl")
    assert declared.rules() == {
        "weights/pickle-format",  # of the other one
        "dbom/no-license",
        "dbom/no-origin",
        "dbom/unpinned-origin",
        "dbom/incomplete",
    }


@pytest.mark.parametrize(
    "ancestors", ["derived_from: [base]", "derived_from:\n    - base", "derived_from:", "derived_from: []"]
)
def test_an_ancestor_joins_those_that_are_there(declared: Repo, ancestors: str) -> None:
    declared.edit("dbom.yaml", '    version: "1.2"\n', f'    version: "1.2"\n    {ancestors}\n')
    result = declared.gate("convert", "models/sign.pkl")
    assert result.code == 0, result.err
    assert ("base" in ancestors) == ("base" in declared.text("dbom.yaml"))
    assert sha256(ARRAYS) in declared.text("dbom.yaml")


def test_an_entry_in_braces_stays_in_braces(declared: Repo) -> None:
    result = declared.gate("convert", "models/other.pkl")
    assert result.code == 0, result.err
    (line,) = [line for line in declared.text("dbom.yaml").splitlines() if "name: other" in line]
    assert line.endswith("}")
    assert sha256(OTHER) in line
    assert "it has no version" in result.out


def test_a_change_that_only_converts_passes_against_its_base(declared: Repo) -> None:
    declared.track()
    declared.git("commit", "--quiet", "-m", "base")
    assert declared.gate("convert", "models/sign.pkl").code == 0
    declared.delete("models/sign.pkl")
    assert not {rule for rule in declared.rules("--base", "HEAD") if "version" in rule or "dropped" in rule}


def test_another_name_makes_another_entry(declared: Repo) -> None:
    result = declared.gate("convert", "models/sign.pkl", "--name", "sign-2", "--out", "models/new.safetensors")
    assert result.code == 0, result.err
    text = declared.text("dbom.yaml")
    assert f"    sha256: {sha256(ARRAYS)}\n" in text
    assert "  - name: sign-2\n    path: models/new.safetensors\n" in text
    assert text.count("license: MIT") == 2
    assert "the entry sign still names the pickle" in result.out


def test_what_is_not_declared_gets_an_entry(declared: Repo) -> None:
    declared.write("models/third.npy", b"")
    with open(declared.path("models/third.npy"), "wb") as file:
        np.save(file, np.arange(3))
    result = declared.gate("convert", "models/third.npy")
    assert result.code == 0, result.err
    assert "declared the model third in dbom.yaml" in result.out
    assert "  - name: third\n    path: models/third.safetensors\n" in declared.text("dbom.yaml")
    assert '{"path": "models/third.npy", "sha256": ' in declared.text("dbom.yaml")


def test_a_file_of_a_declared_directory_is_for_gate_update(repo: Repo) -> None:
    repo.write("models/big/a.pkl", ARRAYS)
    assert repo.gate("add", "models/big").code == 0
    before = repo.text("dbom.yaml")
    result = repo.gate("convert", "models/big/a.pkl")
    assert (result.code, repo.text("dbom.yaml")) == (0, before)
    assert "run `gate update big --version NEW`" in result.out


def test_outside_of_the_repository_nothing_is_declared(declared: Repo, tmp_path: Path) -> None:
    before = declared.tree()
    result = declared.gate("convert", "models/sign.pkl", "--out", str(tmp_path / "x.safetensors"))
    assert (result.code, declared.tree()) == (0, before)
    assert "outside of the repository" in result.out


def test_a_signature_is_named_as_stale(declared: Repo) -> None:
    declared.edit("dbom.yaml", '    version: "1.2"\n', '    version: "1.2"\n    signature: {bundle: s.sigstore}\n')
    assert "its signature is over the old file" in declared.gate("convert", "models/sign.pkl").out


def test_changed_bytes_do_not_become_reviewed_ones(declared: Repo) -> None:
    declared.write("models/sign.pkl", OTHER)
    said = _refused(declared, "models/sign.pkl", code=1)
    assert "integrity/digest-mismatch" in said


@pytest.mark.parametrize("data", [HOSTILE, PICKLE[:-3], b"cos\nsystem\n(S'id'\ntR."])
def test_what_the_scan_does_not_pass_is_never_loaded(
    models: Repo, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    def started(*_: Any) -> Any:
        pytest.fail("a process was started")

    monkeypatch.setattr(sandbox, "run", started)
    models.write("models/sign.pkl", data)
    models.write("gate-policy.yaml", "policy: 1\nextends: [gate:research]\n")
    said = _refused(models, "models/sign.pkl", code=1)
    assert "error[weights/" in said
    assert "nothing was converted" in said


@pytest.mark.parametrize(
    ("model", "content", "message"),
    [
        ("absent.pt", None, "does not exist"),
        ("models", None, "is a directory"),
        ("a.bin", WEIGHTS, "a file of the format safetensors"),
        ("README.md", b"# hello\n", "of no format that holds tensors"),
        ("lfs.pt", pointer(PICKLE).encode(), "of no format that holds tensors"),
        ("a.safetensors", ARRAYS, "would be replaced"),
    ],
)
def test_what_cannot_be_converted(models: Repo, model: str, content: bytes | None, message: str) -> None:
    if content is not None:
        models.write(model, content)
    assert message in _refused(models, model)


def test_what_is_there_is_never_replaced(models: Repo, tmp_path: Path) -> None:
    models.write("models/sign.safetensors", WEIGHTS)
    assert "exists already, with other content" in _refused(models, "models/sign.pkl")
    models.link("models/sign.safetensors", tmp_path / "x")
    assert "no regular file" in _refused(models, "models/sign.pkl")
    assert "does not end in .safetensors" in _refused(models, "models/sign.pkl", "--out", "x.pt")
    assert "cannot write to" in _refused(models, "models/sign.pkl", "--out", "no/such/x.safetensors")


def test_names_that_the_dbom_cannot_take(declared: Repo) -> None:
    assert "is taken by" in _refused(declared, "models/sign.pkl", "--name", "other")
    assert "is no name" in _refused(declared, "models/sign.pkl", "--name", "a b")
    declared.delete("dbom.yaml")
    assert "there is no dbom.yaml" in _refused(declared, "models/sign.pkl", "--name", "x")


def test_a_dbom_with_errors_is_found_before_any_work(declared: Repo) -> None:
    declared.edit("dbom.yaml", "dbom: 1", "dbom: 2")
    assert "dbom.yaml:2:7: error" in _refused(declared, "models/sign.pkl")


def test_a_dbom_that_cannot_be_written_leaves_no_file_behind(declared: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise UnableError("the disk is full")

    monkeypatch.setattr("gate.cli.convert.write_atomic", full)
    assert "the disk is full" in _refused(declared, "models/sign.pkl", code=4)


def test_a_missing_library_is_named_with_the_command_that_installs_it(models: Repo) -> None:
    if _has_torch():
        pytest.skip("torch is installed here")
    models.write("models/t.pt", zipped({"archive/data.pkl": b"\x80\x02}q\0.", "archive/version": b"3\n"}))
    said = _refused(models, "models/t.pt", code=4)
    assert said.endswith("  = fix: pip install torch safetensors\n")


def _has_torch() -> bool:
    from importlib.util import find_spec

    return find_spec("torch") is not None


def test_as_users_run_it_from_a_directory_with_modules_of_its_own(models: Repo) -> None:
    for name in ("numpy", "torch", "pickle", "gate", "json"):
        models.write(f"{name}.py", "open('mark', 'w')\n")
    before = models.tree()
    result = run_gate(models.root, "convert", "models/sign.pkl", before="import sys; sys.path.remove('')")
    assert result.code == 0, result.err
    assert models.tree().keys() - before.keys() == {b"models/sign.safetensors"}
