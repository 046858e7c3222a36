"""`gate check --log-mlflow`: the verdict, the DBOM and the digests of the datasets in a run of MLflow."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gate import __version__
from gate.basis import Basis, Request
from gate.core.errors import GateError, UnableError, UsageError
from gate.core.model import Examination, Verdict
from gate.core.text import printable, shorten
from gate.documents.nodes import read_bytes
from gate.report.interface import Context
from gate.report.registry import render

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

ADDRESS, RUN, EXPERIMENT, EXPERIMENT_NAME = (
    f"MLFLOW_{name}" for name in ("TRACKING_URI", "RUN_ID", "EXPERIMENT_ID", "EXPERIMENT_NAME")
)
"""MLflow's own variables."""
SECRETS = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME")
BOUNDS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
"""Where the environment says nothing: MLflow would try for ten minutes, chat, and tell its makers about it."""
DEFAULT_EXPERIMENT = "0"
DIGEST = 36
"""Characters that MLflow keeps of the digest of a dataset (`MAX_DATASET_DIGEST_SIZE`); all 64 go into tags."""
BATCH = 100
"""Tags or datasets in one request (`MAX_PARAMS_TAGS_PER_BATCH`)."""


def refuse(*, offline: bool) -> None:
    """Raises `UsageError` where it is known beforehand that nothing can be logged."""
    if offline:
        raise UsageError("--log-mlflow asks a server, and --offline forbids it", "leave one of them out")
    if not os.environ.get(ADDRESS):
        fix = f"set {ADDRESS}, for MLflow would otherwise begin a database in the working directory"
        raise UsageError("--log-mlflow does not know where MLflow is", fix)


def log(verdict: Verdict, request: Request, basis: Basis) -> int:
    """Logs to the run that the environment names, or to a new one; the exit code that this adds to the verdict's.

    The verdict stands, and is on the terminal already: what goes wrong here is told, and leaves it undecided at worst.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            run = _logged(verdict, request, basis)
    except GateError as error:
        print(f"gate: {printable(error.message)}\n  = fix: {printable(error.fix)}", file=sys.stderr)
        return verdict.exit_code if verdict.exit_code == 1 else error.exit_code
    print(f"logged to the MLflow run {printable(run)}", file=sys.stderr)
    return verdict.exit_code


def _logged(verdict: Verdict, request: Request, basis: Basis) -> str:
    for name, value in BOUNDS.items():
        os.environ.setdefault(name, value)
    try:
        from mlflow.tracking import MlflowClient
    except ImportError:
        fix = 'pip install "dbom-gate[mlflow]", and for a database `pip install mlflow`'
        raise UnableError("the verdict was not logged: MLflow is not installed", fix) from None
    document = _document(request, basis)
    try:
        client = MlflowClient()
        given = os.environ.get(RUN)
        run: str = given or client.create_run(_experiment(client), run_name="gate check").info.run_id
        _write(client, run, verdict, document)
        if not given:
            client.set_terminated(run, "FINISHED" if verdict.exit_code == 0 else "FAILED")
    except Exception as error:  # of MLflow, its stores and their drivers, which have no base in common
        fix = f"see that {ADDRESS} is right and that the server answers, then run the command again"
        raise UnableError(f"the verdict was not logged to MLflow: {_harmless(error)}", fix) from None
    return run


def _document(request: Request, basis: Basis) -> bytes | None:
    """The DBOM as it was judged; None where there is none."""
    if not basis.dbom.path:
        return None
    data = read_bytes(os.path.join(request.root, basis.dbom.path), basis.dbom.path, follow=request.dbom is not None)
    if hashlib.sha256(data).hexdigest() != basis.dbom.sha256:
        message = f"the verdict was not logged: {printable(basis.dbom.path)} changed while the gate judged"
        raise UnableError(message, "stop what writes to it, then run the command again")
    return data


def _experiment(client: MlflowClient) -> str:
    if given := os.environ.get(EXPERIMENT):
        return given
    name = os.environ.get(EXPERIMENT_NAME)
    if not name:
        return DEFAULT_EXPERIMENT
    found = client.get_experiment_by_name(name)
    experiment: str = found.experiment_id if found else client.create_experiment(name)
    return experiment


def _write(client: MlflowClient, run: str, verdict: Verdict, document: bytes | None) -> None:
    from mlflow.entities import RunTag

    tags = [RunTag(key, value) for key, value in _tags(verdict, document).items()]
    for few in _batches(tags):
        client.log_batch(run, tags=few)
    for few in _batches(list(_datasets(verdict))):
        client.log_inputs(run, few)
    if document is not None:
        client.log_text(run, document.decode(), "gate/dbom.yaml")
    client.log_text(run, render("json", verdict, Context(__version__)), "gate/verdict.json")


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    yield from (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _tags(verdict: Verdict, document: bytes | None) -> dict[str, str]:
    """What a person searches runs by; each dataset with all of its digest."""
    said = {"verdict": verdict.outcome, "stage": verdict.stage, "policies": ", ".join(verdict.policies)}
    if document is not None:
        said["dbom.sha256"] = hashlib.sha256(document).hexdigest()
    said |= {f"sha256.{one.subject.name}": sha256 for one, sha256 in _digests(verdict)}
    return {f"gate.{key}": value for key, value in said.items()}


def _digests(verdict: Verdict) -> Iterator[tuple[Examination, str]]:
    """Datasets with the digest that was computed, whether it is the declared one or not."""
    for one in verdict.declared:
        sha256 = one.facts.get("integrity", {}).get("sha256")
        if one.subject.kind == "dataset" and isinstance(sha256, str) and sha256:
            yield one, sha256


def _datasets(verdict: Verdict) -> Iterator[Any]:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    for one, sha256 in _digests(verdict):
        source = json.dumps({"uri": one.subject.path})
        dataset = Dataset(one.subject.name or "", sha256[:DIGEST], "local", source)
        tags = [InputTag("gate.sha256", sha256), InputTag("gate.verified", str(one.verified).lower())]
        yield DatasetInput(dataset, tags)


def _harmless(error: Exception) -> str:
    """What went wrong, in one line and without what gives access."""
    text = " ".join(str(error).split()) or type(error).__name__
    login = os.environ[ADDRESS].partition("://")[2].rpartition("@")[0]
    for secret in (login, login.partition(":")[2], *map(os.environ.get, SECRETS)):
        if secret:
            text = text.replace(secret, "…")
    return shorten(re.sub(r"(?<=//)[^/@\s]*@", "…@", text), 300)
