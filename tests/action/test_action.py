"""The action is run, step by step, as the platform would."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.action.composite import Annotation, Run, Runner
from tests.action.conftest import PICKLE, PullRequest, commit, git
from tests.action.server import RIGHT, TOKEN, serve
from tests.support import PROJECT, Repo

pytestmark = pytest.mark.clients
STEPS = ["install", "base", "gate", "step-3", "step-4"]
UPLOAD, END = STEPS[3], STEPS[4]


def errors(run: Run) -> list[Annotation]:
    return [annotation for annotation in run.annotations if annotation.kind == "error"]


def test_a_repository_that_passes(declared: Repo, runner: Runner) -> None:
    """Every output, the upload, and the code 0."""
    run = runner.run(declared.root)
    assert not run.failed, run.log
    assert run.code == 0
    outputs = dict(run.outputs)
    sarif, report = Path(outputs.pop("sarif-file")), Path(outputs.pop("report-json"))
    counts = json.loads(outputs.pop("counts"))
    assert outputs == {"verdict": "pass", "exit-code": "0", "policy-digest": digest_of_policy(declared.root)}
    assert list(counts) == ["block", "warn", "waived", "adopted", "off"]
    assert counts["block"] == 0
    assert json.loads(report.read_bytes())["stage"] == "train"
    assert len(json.loads(sarif.read_bytes())["runs"][0]["results"]) == counts["warn"]
    upload = run.step(UPLOAD)
    assert upload.uses.startswith("github/codeql-action/upload-sarif@")
    assert upload.given == {"sarif_file": str(sarif), "checkout_path": str(declared.root), "category": "gate"}
    assert "gate: pass" in run.summary
    assert "gate: pass" in run.step("gate").log
    assert errors(run) == []


def test_a_blocked_repository_is_uploaded_before_it_fails(declared: Repo, runner: Runner) -> None:
    """The upload sees the report, and only the last step fails."""
    declared.write("data/train.csv", "a,b\n1,3\n")
    run = runner.run(declared.root)
    assert [(step.id, step.outcome) for step in run.steps] == [*((s, "success") for s in STEPS[:4]), (END, "failure")]
    assert run.code == 1
    assert (run.outputs["verdict"], run.outputs["exit-code"]) == ("blocked", "1")
    assert json.loads(run.outputs["counts"])["block"] == 1
    assert "integrity/digest-mismatch" in Path(run.step(UPLOAD).given["sarif_file"]).read_text()
    assert [(a.properties["file"], a.properties["title"]) for a in errors(run)] == [
        ("dbom.yaml", "integrity/digest-mismatch")
    ]
    assert "digest-mismatch" in run.summary


def test_a_fork_may_not_upload_and_still_tells_everything(declared: Repo, runner: Runner) -> None:
    """The upload fails, the rest and the code are the same."""
    declared.write("model.bin", PICKLE)
    runner.uploads = lambda _: None
    run = runner.run(declared.root)
    assert run.step(UPLOAD).outcome == "failed and went on"
    assert (run.code, run.outputs["verdict"]) == (1, "blocked")
    assert [a.properties["title"] for a in errors(run)] == ["weights/pickle-format"]
    assert "dbom/undeclared-weights" in {a.properties["title"] for a in run.annotations if a.kind == "warning"}
    assert "weights/pickle-format" in run.summary


def test_a_fork_that_passes_stays_green(declared: Repo, runner: Runner) -> None:
    """No permission is no finding."""
    runner.uploads = lambda _: None
    run = runner.run(declared.root)
    assert not run.failed
    assert run.code == 0


def test_no_upload_where_none_is_wanted(declared: Repo, runner: Runner) -> None:
    """`upload: false` for repositories without code scanning."""
    run = runner.run(declared.root, upload="false")
    assert run.step(UPLOAD).outcome == "skipped"
    assert run.code == 0


def test_a_shallow_checkout_gets_the_base(pull_request: PullRequest, runner: Runner) -> None:
    """Depth 1 has neither the base nor the commits between."""
    workspace = pull_request.open()
    assert git(workspace, "rev-list", "--count", "HEAD") == "1"
    assert subprocess.run(["git", "symbolic-ref", "-q", "HEAD"], cwd=workspace, check=False).returncode == 1
    run = runner.run(workspace)
    assert run.step("base").outputs == {"base": pull_request.base}
    assert run.code == 0, run.log
    report = json.loads(Path(run.outputs["report-json"]).read_bytes())
    assert report["stage"] == "pull-request"
    assert any(pull_request.base[:12] in note for note in report["notes"])


def test_a_change_is_judged_against_its_base(pull_request: PullRequest, runner: Runner) -> None:
    """What the pull request dropped from the DBOM is found, shallow or not."""
    pull_request.repo.edit("dbom.yaml", "name: train", "name: other")
    pull_request.repo.edit("dbom.yaml", "path: data/train.csv", "path: other.csv")
    pull_request.repo.git("mv", "data/train.csv", "other.csv")
    pull_request.repo.write("other.csv", "a,b\n3,4\n")
    pull_request.repo.edit("dbom.yaml", digest("a,b\n1,2\n"), digest("a,b\n3,4\n"))
    run = runner.run(pull_request.open())
    assert (run.code, run.outputs["verdict"]) == (1, "blocked"), run.log
    assert "dbom/artifact-dropped" in {a.properties["title"] for a in run.annotations}
    assert runner.run(pull_request.workspace, base="none").code == 0


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_full_checkout_needs_no_server(pull_request: PullRequest, runner: Runner) -> None:
    """Nothing is fetched that is there."""
    workspace = pull_request.open(depth=0)
    shutil.rmtree(pull_request.server)
    run = runner.run(workspace)
    assert run.step("base").outputs == {"base": pull_request.base}
    assert run.code == 0


def test_a_long_history_is_deepened(pull_request: PullRequest, runner: Runner) -> None:
    """The head of a long branch: its first hundred commits do not reach the merge base."""
    run = runner.run(pull_request.open(ref="refs/heads/change", commits=130))
    assert run.step("base").outputs == {"base": pull_request.base}
    assert run.code == 0, run.log


def test_a_short_way_to_an_old_commit_hides_nothing(pull_request: PullRequest, runner: Runner) -> None:
    """The branch merges an old commit of main, and a hundred commits lie before the place where it began."""
    repo = pull_request.repo
    old = git(repo.root, "rev-parse", "HEAD")
    repo.write("data/test.csv", "a,b\n")
    assert repo.gate("add", "data/test.csv", "--name", "test", "--source", "https://example.org/d").code == 0
    commit(repo, "where the branch begins")
    repo.git("branch", "--force", "main", "HEAD")
    repo.git("rm", "--quiet", "data/test.csv")
    repo.git("checkout", "--quiet", old, "--", "dbom.yaml")
    for number in range(120):
        commit(repo, f"long {number}")
    merge = git(repo.root, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-p", old, "-m", "the short way")
    repo.git("reset", "--quiet", "--hard", merge)
    run = runner.run(pull_request.open(ref="refs/heads/change"))
    assert run.code == 1, run.log
    assert [a.properties["title"] for a in errors(run)] == ["dbom/artifact-dropped"]


def test_a_merge_commit_that_was_pushed_over(pull_request: PullRequest, runner: Runner) -> None:
    """The server does not give it out any more; its history is had all the same."""
    workspace = pull_request.open()
    git(pull_request.server, "update-ref", "refs/pull/1/merge", "refs/heads/main")
    git(workspace, "config", "protocol.version", "0")  # the one in which the server insists
    run = runner.run(workspace)
    assert "git: " in run.step("base").log
    assert run.step("base").outputs == {"base": pull_request.base}
    assert run.code == 0, run.log


@pytest.mark.parametrize("kept", [False, True])
def test_a_private_repository(kept: bool, pull_request: PullRequest, runner: Runner) -> None:
    """With `persist-credentials: false` the token of the input is sent, and with a kept header no second one."""
    workspace = pull_request.open()
    with serve(pull_request.server.parent.parent) as (url, seen):
        runner.environment["GITHUB_SERVER_URL"] = url
        if kept:
            git(workspace, "config", f"http.{url}/.extraheader", "AUTHORIZATION: basic a2VwdA==")
        run = runner.run(workspace)
        assert run.code == 0, run.log
        assert {tuple(headers) for headers in seen} <= {(RIGHT,), ()}
        assert "the-token" not in run.log
        assert TOKEN not in (workspace / ".git" / "config").read_text()
        other = runner.run(workspace, token="wrong", base="elsewhere")
        assert other.code == 4


@pytest.mark.parametrize("trouble", ["no server", "no such commit", "an option", "no event"])
def test_a_base_that_cannot_be_had_is_undecided(trouble: str, pull_request: PullRequest, runner: Runner) -> None:
    """Never skipped: whoever can hide the base could drop what they like."""
    workspace = pull_request.open()
    if trouble == "no server":
        shutil.rmtree(pull_request.server)
    elif trouble == "no such commit":
        pull_request.announce("0123456789" * 4)
    elif trouble == "an option":
        pull_request.announce("--upload-pack=touch pwned")
    else:
        runner.environment = {}
    run = runner.run(workspace)
    assert (run.code, run.outputs["verdict"]) == (4, "undecided"), run.log
    assert run.step(UPLOAD).outcome == "success"
    assert [a.properties["title"] for a in errors(run)] == ["gate/undecided"]
    assert "gate: undecided" in run.summary
    assert not (workspace / "pwned").exists()


def test_without_an_event_the_base_branch_is_fetched(pull_request: PullRequest, runner: Runner) -> None:
    """GITHUB_BASE_REF names it; so does the input."""
    workspace = pull_request.open()
    del runner.environment["GITHUB_EVENT_PATH"]
    assert runner.run(workspace).step("base").outputs == {"base": pull_request.base}
    del runner.environment["GITHUB_BASE_REF"]
    runner.github["event_name"] = "push"
    assert runner.run(workspace).step("base").outputs == {"base": ""}
    assert runner.run(workspace, base="main").step("base").outputs == {"base": pull_request.base}
    assert runner.run(workspace, base="main:refs/heads/x").code == 4


def test_a_merge_queue_is_a_change(pull_request: PullRequest, runner: Runner) -> None:
    """Its event names the base elsewhere."""
    workspace = pull_request.open()
    Path(runner.environment["GITHUB_EVENT_PATH"]).write_text(
        json.dumps({"merge_group": {"base_sha": pull_request.base}})
    )
    del runner.environment["GITHUB_BASE_REF"]
    runner.github["event_name"] = "merge_group"
    run = runner.run(workspace)
    assert run.step("base").outputs == {"base": pull_request.base}
    assert json.loads(Path(run.outputs["report-json"]).read_bytes())["stage"] == "pull-request"


def test_no_git_repository(bare: Repo, runner: Runner) -> None:
    """Judged as it is; as a pull request it is undecided, for there is no base."""
    bare.write("README.md", "hello")
    assert runner.run(bare.root).code == 0
    runner.github["event_name"] = "pull_request"
    assert runner.run(bare.root).code == 4


def test_an_unborn_branch(repo: Repo, runner: Runner) -> None:
    """No commit yet."""
    run = runner.run(repo.root)
    assert (run.code, run.outputs["verdict"]) == (3, "nothing-to-check")
    runner.github["event_name"] = "pull_request"
    repo.write("README.md", "hello")
    assert runner.run(repo.root).code == 4


def test_a_broken_dbom_is_an_error(declared: Repo, runner: Runner) -> None:
    """There is no report, so there is no upload; the place of the mistake is in the summary and the annotation."""
    declared.write("dbom.yaml", "dbom: 1\ndatasets: [{<b>: ::error::forged}]\n")
    run = runner.run(declared.root)
    assert run.code == 2
    assert run.outputs["verdict"] == "error"
    assert run.outputs["sarif-file"] == run.outputs["report-json"] == run.outputs["policy-digest"] == ""
    assert run.step(UPLOAD).outcome == "skipped"
    assert [a.message.partition("dbom.yaml")[0] for a in run.annotations] == ["error: "]
    assert "dbom.yaml:2:" in run.summary
    assert "<b>" not in run.summary


def test_an_unknown_policy_is_an_error(declared: Repo, runner: Runner) -> None:
    """Also one that would be a command, an option or a second one."""
    for policy in ("missing.yaml", "$(touch pwned)", "--stage=train", "`touch pwned`", '"; touch pwned; "'):
        run = runner.run(declared.root, policy=policy)
        assert (run.code, run.outputs["verdict"]) == (2, "error"), policy
    assert not (declared.root / "pwned").exists()


def test_inputs_reach_the_gate(declared: Repo, runner: Runner, tmp_path: Path) -> None:
    """Several policies, one of them outside of the checkout, and a stage."""
    outside = tmp_path / "the policy.yaml"
    outside.write_text("policy: 1\nname: central\nextends: [gate:strict]\n")
    run = runner.run(declared.root, policy=f"gate:research\n\n  {outside}\n", stage="release", dbom="dbom.yaml")
    report = json.loads(Path(run.outputs["report-json"]).read_bytes())
    assert report["stage"] == "release"
    assert [policy.partition(",")[0] for policy in report["policies"]] == [
        "gate:research",
        "central (../the policy.yaml)",
    ]
    policies = ["gate:research", str(outside)]
    assert run.outputs["policy-digest"] == digest_of_policy(declared.root, *policies) != digest_of_policy(declared.root)
    assert runner.run(declared.root, stage="nonsense").code == 2
    assert runner.run(declared.root, root="missing").code == 2


def digest_of_policy(root: Path, *policies: str) -> str:
    """What docs/action.md promises: `gate policy show | sha256sum`."""
    command = [sys.executable, "-I", "-m", "gate", "policy", "show", *policies]
    return hashlib.sha256(subprocess.run(command, cwd=root, check=True, capture_output=True).stdout).hexdigest()


def test_hostile_names_forge_nothing(declared: Repo, runner: Runner) -> None:
    """Spaces, newlines, leading dashes, commands of the runner and of the shell."""
    names = [
        "with space.bin",
        "new\nline.bin",
        "-rf",
        "--policy=gate:research",
        "::error title=forged::x",
        "x\n::error title=forged::x",
        "x\n::stop-commands::y",
        "##[error]x",
        "$(touch pwned).bin",
        "`touch pwned`.bin",
        "x\nverdict=pass\ny",
        "<script>alert(1)<|>",
        "\udcff.bin",
    ]
    for name in names:
        declared.write(os.fsencode(name), PICKLE)
    commit(declared, "hostile")
    run = runner.run(declared.root)
    assert (run.code, run.outputs["verdict"]) == (1, "blocked"), run.log
    assert json.loads(run.outputs["counts"])["block"] == len(names)
    # The tenth of a kind says how many there are besides: the platform shows no more than ten.
    assert [a.properties["title"] for a in errors(run)] == ["weights/pickle-format"] * 9 + ["gate"]
    assert not [a for a in run.annotations if a.properties["title"] == "forged"]
    assert not (declared.root / "pwned").exists()
    assert "<script>" not in run.summary
    sarif = json.loads(Path(run.outputs["sarif-file"]).read_bytes())
    assert sum(result["ruleId"] == "weights/pickle-format" for result in sarif["runs"][0]["results"]) == len(names)


def test_the_working_directory_is_not_imported(declared: Repo, runner: Runner) -> None:
    """Modules that Python would find first were it not isolated."""
    for module in ("json", "subprocess", "tempfile", "sitecustomize", "gate/__init__", "yaml", "encodings/__init__"):
        declared.write(f"{module}.py", "open('pwned', 'w').close()\n")
    runner.environment |= {"PYTHONPATH": str(declared.root), "PYTHONSTARTUP": "json.py"}
    run = runner.run(declared.root)
    assert run.code == 0, run.log
    assert not (declared.root / "pwned").exists()


def test_a_summary_stays_below_the_limit(declared: Repo, runner: Runner) -> None:
    """Thousands of findings with long names; above 1 MiB the platform would show nothing."""
    for number in range(3000):
        declared.write(f"{'long name ' * 20}{number}.bin", PICKLE)
    run = runner.run(declared.root)
    assert run.code == 1
    assert 500_000 < len(run.summary.encode()) < 1024 * 1024
    assert "did not fit into this summary" in run.summary
    assert json.loads(run.outputs["counts"])["block"] == 3000
    assert len(run.annotations) == 20


def test_paths_are_told_from_the_checkout(declared: Repo, runner: Runner) -> None:
    """A project in a directory of a larger repository: the platform counts paths from the top."""
    project = declared.root / "team a" / "#1, x:y"
    project.mkdir(parents=True)
    for name in ("data", "dbom.yaml"):
        shutil.move(declared.root / name, project / name)
    declared.write(b"team a/#1, x:y/model.bin", PICKLE)
    run = runner.run(declared.root, root="team a/#1, x:y")
    assert run.code == 1, run.log
    assert {a.properties["file"] for a in run.annotations} == {"team a/#1, x:y/dbom.yaml"}
    given = run.step(UPLOAD).given
    assert given["checkout_path"] == str(declared.root)
    result = json.loads(Path(given["sarif_file"]).read_bytes())["runs"][0]["results"][0]
    prefix = "team%20a/%231%2C%20x%3Ay/"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"{prefix}dbom.yaml"
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"{prefix}model.bin"


def test_a_root_that_looks_like_an_option(declared: Repo, runner: Runner) -> None:
    """It is a directory that does not exist."""
    assert runner.run(declared.root, root="--help").code == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_checkout_of_another_user(pull_request: PullRequest, runner: Runner) -> None:
    """As in a container job: git would refuse to look at it."""
    workspace = pull_request.open()
    subprocess.run(["chown", "-R", "12345", workspace], check=True)
    run = runner.run(workspace)
    assert run.step("base").outputs == {"base": pull_request.base}
    assert run.code == 0, run.log


@pytest.mark.parametrize("crash", ["os._exit(0)", "os._exit(1)", "os.kill(os.getpid(), 9)", "raise SystemExit(130)"])
def test_a_gate_without_a_report_is_undecided(crash: str, declared: Repo, runner: Runner, tmp_path: Path) -> None:
    """A crash is no verdict, whatever its exit code says."""
    broken = tmp_path / "python"
    broken.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'import os; {crash}'\n")
    broken.chmod(0o755)
    runner.given["install"] = {"python": str(broken)}
    run = runner.run(declared.root)
    assert (run.code, run.outputs["verdict"], run.outputs["sarif-file"]) == (4, "undecided", "")
    assert run.step(UPLOAD).outcome == "skipped"
    assert [a.kind for a in run.annotations] == ["error"]


def test_an_installation_that_fails_is_undecided(declared: Repo, runner: Runner) -> None:
    """Nothing was judged, and the job fails."""
    del runner.given["install"]
    run = runner.run(declared.root, extras="nonsense")
    assert [step.outcome for step in run.steps] == ["failure", "skipped", "skipped", "skipped", "failure"]
    assert (run.code, run.outputs["verdict"], run.outputs["exit-code"]) == (4, "undecided", "4")
    assert "no extra 'nonsense'" in run.annotations[0].message
    assert "undecided" in run.summary


def test_a_real_installation(declared: Repo, runner: Runner, tmp_path: Path) -> None:
    """From the registry, by digest, with a working directory that tries to be imported; it imports nothing else."""
    if subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", tmp_path, "PyYAML"],
        check=False,
        capture_output=True,
    ).returncode:
        pytest.skip("no package registry can be reached")
    del runner.given["install"]
    for module in ("venv", "pip", "ensurepip", "sitecustomize", "subprocess", "lz4"):
        declared.write(f"{module}.py", "open('pwned', 'w').close()\n")
    run = runner.run(declared.root)
    assert run.code == 0, run.log
    assert not (declared.root / "pwned").exists()
    python = run.step("install").outputs["python"]
    frozen = subprocess.run([python, "-I", "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout
    installed = {line for line in frozen.split() if not line.startswith("dbom-gate")}
    assert installed == {"PyYAML==6.0.3", "lz4==4.4.5", "zstandard==0.25.0"}
    where = subprocess.run([python, "-I", "-c", "import gate; print(gate.__file__)"], check=True, capture_output=True)
    assert where.stdout.decode().strip() == str(PROJECT / "gate" / "__init__.py")
    assert run.outputs["verdict"] == "pass"
