"""Judges every repository in a process of its own, some at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, cast

from gate import limited
from gate.core.errors import GateError
from gate.core.model import Json, Outcome, Stage
from gate.core.text import shorten
from gate.engine import Cluster, spread
from gate.fleet.clone import URL, clone
from gate.fleet.interface import CODES, Drift, Judged, Repository

ANSWER = 256 << 20
"""Bytes of the reports on one repository."""
_PASSED = ("PATH", "HOME", "SSL_CERT_FILE", "HF_ENDPOINT", "HF_HUB_OFFLINE")
"""What the process needs to find git, a hub and its cache, and whom a network connection is to believe."""
_STORAGE = ("AWS_", "GOOGLE_APPLICATION_CREDENTIALS")
"""What variables begin with in which clients of object storage find the server, and who asks."""


class Request(NamedTuple):
    """How each repository is judged: as for one, and `seconds` for each; `policies` are packs or absolute paths.

    `sha256` are the digests of these policies and all that they extend, as they were read at the start.
    """

    policies: tuple[str, ...]
    sha256: tuple[str, ...]
    stage: Stage
    home: str
    jobs: int
    seconds: float
    branch: str | None = None
    locked: bool = False
    offline: bool = False


def judge_all(
    repositories: Sequence[Repository],
    request: Request,
    done: Callable[[Judged], object],
    cluster: Cluster | None = None,
) -> tuple[Judged, ...]:
    """What came out for each, in their order, on this machine or the `cluster`; `done` hears of each as it comes."""
    work = partial(judge, request=request)
    jobs = request.jobs
    return tuple(spread(work, repositories, failed=_failed, done=done, jobs=jobs, processes=False, cluster=cluster))


def _failed(repository: Repository, error: Exception) -> Judged:
    """Whatever judged it came to an end, such as a worker of a cluster."""
    problem = f"it was not judged: {type(error).__name__}: {shorten(str(error), 300)}"
    return Judged(repository, "undecided", problem=problem, fix="run `gate check` in it")


def judge(repository: Repository, request: Request) -> Judged:
    """What came out for one; whatever goes wrong with it, it is undecided."""
    undecided = partial(Judged, repository, "undecided")
    try:
        if not URL.fullmatch(repository.place):
            if not os.path.isdir(repository.place):
                return undecided(problem="there is no such directory", fix="correct the list")
            return _judged(repository, repository.place, request)
        if request.offline:
            return undecided(problem="it would have to be fetched", fix="leave out --offline, or name a directory")
        with TemporaryDirectory(prefix="gate-fleet-") as directory:
            root, revision = clone(repository.place, directory, request.seconds)
            return _judged(repository, root, request)._replace(revision=revision)
    except GateError as error:
        return undecided(problem=error.message, fix=error.fix)
    except OSError as error:
        return undecided(problem=shorten(str(error)), fix="see that the repository can be read")


def _judged(repository: Repository, root: str, request: Request) -> Judged:
    task = {**request._asdict(), "root": root, "jobs": max(1, (os.cpu_count() or 1) // request.jobs)}
    environment = {name: value for name, value in os.environ.items() if name in _PASSED or name.startswith(_STORAGE)}
    try:
        answer = limited.run(
            lambda descriptor: limited.command("gate.fleet.child", str(descriptor)),
            (),
            limited.Limits(request.seconds, ANSWER),
            task=cast(Json, task),
            environment=environment,
        )
    except limited.LimitedError as error:
        problem = {
            "late": f"it was not judged within {request.seconds:g} seconds",
            "endless": "its reports are too large",
            "silent": f"the process that judged it ended {error.ended}".rstrip(),
        }[error.failure]
        return Judged(repository, "undecided", problem=problem, fix="run `gate check` in it; give it more --timeout")
    return read(repository, answer)


def read(repository: Repository, answer: Mapping[str, Any]) -> Judged:
    """The answer of the process, which saw what an attacker may have written: nothing in it is taken for granted."""
    if problem := answer.get("problem"):
        return Judged(repository, "undecided", problem=str(problem), fix=str(answer.get("fix", "")))
    report, sarif, drift = answer.get("report"), answer.get("sarif"), answer.get("drift")
    if not isinstance(report, dict) or not isinstance(sarif, dict) or not isinstance(drift, list) or len(drift) != 4:
        return Judged(repository, "undecided", problem="the process that judged it gave no answer that can be read")
    if report.get("verdict") not in CODES:
        return Judged(repository, "undecided", problem="the process that judged it gave no verdict")
    own, extends, looser, stricter = drift
    told = Drift(str(own), extends is True, tuple(map(str, looser)), tuple(map(str, stricter)))
    return Judged(repository, cast(Outcome, report["verdict"]), report, sarif, told)
