"""`gate check --log-mlflow`, with a real MLflow on SQLite: GATE_MLFLOW names the programs of its environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support import HANG, PROJECT, Repo, sha256

RUN = re.compile(r"logged to the MLflow run ([0-9a-f]{32})")


class Mlflow:
    """An environment with MLflow, and an empty database."""

    def __init__(self, programs: str, repo: Repo, folder: Path) -> None:
        self.repo, self._programs = repo, programs
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(repo.home),
            "PYTHONPATH": str(PROJECT),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        self._folder = folder

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [os.path.join(self._programs, "python"), *arguments]
        return subprocess.run(
            command, cwd=self._folder, env=self.env, check=False, capture_output=True, text=True, timeout=4 * HANG
        )

    def check(self, *arguments: str, code: int = 0) -> str:
        """Judges and logs; the identifier of the run."""
        result = self.python("-m", "gate", "check", "--root", str(self.repo.root), "--log-mlflow", *arguments)
        assert result.returncode == code, result.stderr
        assert "Traceback" not in result.stderr
        found = RUN.search(result.stderr)
        assert found, result.stderr
        return found[1]

    def logged(self, run: str) -> dict[str, Any]:
        result = self.python(str(Path(__file__).with_name("logged.py")), run)
        assert result.returncode == 0, result.stderr
        document: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
        return document


@pytest.fixture
def mlflow(repo: Repo, tmp_path: Path) -> Mlflow:
    programs = os.environ.get("GATE_MLFLOW", "")
    if not shutil.which("python", path=programs):
        pytest.skip("GATE_MLFLOW does not name an environment with MLflow")
    repo.write("data/signs.csv", "a,b\n1,2\n")
    repo.gate("add", "data/signs.csv", "--version", "1")
    repo.write("dbom.yaml", "# naïve\r\n" + repo.text("dbom.yaml"))
    folder = tmp_path / "tracking"
    folder.mkdir()
    return Mlflow(programs, repo, folder)


@pytest.mark.clients
def test_a_verdict_is_logged_to_a_new_run(mlflow: Mlflow) -> None:
    mlflow.env["MLFLOW_EXPERIMENT_NAME"] = "signs"
    found = mlflow.logged(mlflow.check("--report", "json"))
    digest, dbom = sha256("a,b\n1,2\n"), mlflow.repo.bytes("dbom.yaml")
    assert (found["status"], found["experiment"]) == ("FINISHED", "signs")
    tags = {key: value for key, value in found["tags"].items() if key.startswith("gate.")}
    assert tags == {
        "gate.verdict": "pass",
        "gate.stage": "train",
        "gate.policies": "gate:baseline",
        "gate.dbom.sha256": sha256(dbom),
        "gate.sha256.signs": digest,
    }
    (dataset,) = found["datasets"]
    assert (dataset["name"], dataset["digest"]) == ("signs", digest[:36])
    assert dataset["tags"] == {"gate.sha256": digest, "gate.verified": "true"}
    assert found["files"]["dbom.yaml"].encode() == dbom
    assert json.loads(found["files"]["verdict.json"])["verdict"] == "pass"


@pytest.mark.clients
def test_a_run_that_is_named_goes_on_and_a_block_stays_a_block(mlflow: Mlflow) -> None:
    begun = mlflow.python("-c", "from mlflow.tracking import MlflowClient as C; print(C().create_run('0').info.run_id)")
    run = begun.stdout.split()[-1]
    mlflow.env["MLFLOW_RUN_ID"] = run
    mlflow.repo.write("data/signs.csv", "a,b\n6,6\n")
    assert mlflow.check(code=1) == run
    found = mlflow.logged(run)
    assert (found["status"], found["tags"]["gate.verdict"]) == ("RUNNING", "blocked")
    assert found["tags"]["gate.sha256.signs"] == sha256("a,b\n6,6\n")
    assert found["datasets"][0]["tags"]["gate.verified"] == "false"


_NOBODY = {"MLFLOW_TRACKING_URI": "http://me:p@s3cret@127.0.0.1:9", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}


@pytest.mark.clients
@pytest.mark.parametrize(
    ("variables", "blocked"),
    [
        ({"MLFLOW_RUN_ID": "0" * 32}, False),
        (_NOBODY, False),
        (_NOBODY, True),
        ({"MLFLOW_TRACKING_URI": "nonsense://x"}, False),
    ],
    ids=["no such run", "no server", "no server for a block", "no such store"],
)
def test_what_cannot_be_logged_leaves_the_verdict(variables: dict[str, str], blocked: bool, mlflow: Mlflow) -> None:
    mlflow.env.update(variables)
    if blocked:
        mlflow.repo.write("data/signs.csv", "a,b\n6,6\n")
    result = mlflow.python("-m", "gate", "check", "--root", str(mlflow.repo.root), "--log-mlflow")
    assert result.returncode == (1 if blocked else 4)
    assert ("gate: blocked" if blocked else "gate: pass") in result.stdout
    assert "the verdict was not logged to MLflow: " in result.stderr
    assert "s3cret" not in result.stderr
    assert "Traceback" not in result.stderr


def test_without_mlflow_the_verdict_stands_and_says_what_to_install(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///x.db")
    repo.write("a.csv", "a,b\n1,2\n")
    repo.gate("add", "a.csv", "--version", "1")
    result = repo.gate("check", "--log-mlflow")
    assert (result.code, 'pip install "dbom-gate[mlflow]"' in result.err) == (4, True)
    assert "gate: pass" in result.out


@pytest.mark.parametrize(
    ("arguments", "said"), [(["--offline"], "--offline forbids it"), ([], "does not know where MLflow is")]
)
def test_what_cannot_be_logged_at_all_is_said_first(
    arguments: list[str], said: str, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    repo.write("a.csv", "a,b\n1,2\n")
    result = repo.gate("check", "--log-mlflow", *arguments)
    assert (result.code, result.out, said in result.err) == (2, "", True)


def test_attest_has_no_such_option(repo: Repo) -> None:
    """It would promise to log, and sign instead."""
    assert "unrecognized arguments: --log-mlflow" in repo.gate("attest", "--log-mlflow").err
