"""One repository in a process of its own: what it holds can end or stall this process, and no other."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Mapping
from typing import Any

from gate import __version__, limited
from gate.basis import Request, read
from gate.change.remote import hosts
from gate.core.errors import GateError, UnableError
from gate.core.model import Json
from gate.core.text import printable
from gate.fleet.drift import digests, drift
from gate.hub.endpoint import endpoint_of
from gate.policy.default import default_policy
from gate.policy.files import Fetching
from gate.policy.load import load_policies
from gate.policy.packs import PREFIX
from gate.report.interface import Context
from gate.report.registry import render
from gate.run import judge


def main(descriptor: str) -> None:
    """Answers with the reports on the repository of the task."""
    limited.limit(resource.RLIMIT_CORE, 0)
    limited.serve(descriptor, answer)


def answer(data: bytes) -> Mapping[str, Json]:
    """The report, the run of SARIF and the drift; or what is wrong with the repository's documents."""
    try:
        return _answer(json.loads(data))
    except GateError as error:
        return {"problem": printable("; ".join(error.message.splitlines())), "fix": error.fix}
    except OSError as error:
        return {"problem": printable(str(error)), "fix": "see that the repository can be read"}
    except Exception as error:
        return {"problem": f"internal error: {type(error).__name__}: {printable(str(error))[:500]}", "fix": ""}


def _answer(task: dict[str, Any]) -> Mapping[str, Json]:
    """Judged by the central policies and its own; only the central ones have a say in what is let through."""
    root: str = task["root"]
    central = tuple(os.path.relpath(one, root) if not one.startswith(PREFIX) else one for one in task["policies"])
    own = default_policy(root)
    fetching = Fetching(locked=task["locked"], offline=task["offline"])
    trusted = load_policies(central, root, task["home"], fetching=fetching)
    if list(digests(trusted)) != task["sha256"]:
        message = "the central policy, or what it extends, is not what it was when the fleet began"
        raise UnableError(message, "leave it alone meanwhile; every worker of a cluster must see the same file")
    request = Request(
        root=root,
        home=task["home"],
        policies=(*central, *([own] if own else [])),
        stage=task["stage"],
        jobs=task["jobs"],
        branch=task["branch"],
        fetching=fetching._replace(credentials=hosts(trusted)),  # a repository has no say about where we are known
        hub=None if task["offline"] else endpoint_of(os.environ),  # which has no token, for the same reason
    )
    basis = read(request)
    policies = basis.policies._replace(trusted=trusted.members)
    basis = basis._replace(change=basis.change._replace(policies=policies))
    verdict = judge(request, basis)
    context = Context(__version__)
    return {
        "report": json.loads(render("json", verdict, context)),
        "sarif": json.loads(render("sarif", verdict, context))["runs"][0],
        "drift": list(drift(trusted, basis.named, own or "", [a.subject for a in basis.dbom.artifacts])),
    }
