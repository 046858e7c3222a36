"""Prints the extras that a DBOM and the policies ask for: `needs.py ROOT DBOM POLICY...`, where the gate is installed.

An empty DBOM is the usual one; without policies it is the one of the repository.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from gate.core.errors import GateError
from gate.dbom.load import load_dbom
from gate.files.root import policy_reference
from gate.policy.default import default_policy
from gate.policy.files import Fetching
from gate.policy.groups import documents
from gate.policy.load import load_policies

EXTRAS = {"sign": "signature", "suites": "suite", "poisoning": "scan"}
"""Which key of an entry needs which extra."""


def main(root: str, dbom: str, *policies: str) -> None:
    """One extra per line; nothing for a DBOM that cannot be read, for `gate check` says what is wrong with it."""
    for extra in dict.fromkeys((*_declared(root, dbom), *_demanded(root, dbom, policies))):
        print(extra)


def _declared(root: str, dbom: str) -> Iterator[str]:
    try:
        artifacts = load_dbom(dbom or os.path.join(root, "dbom.yaml"), "dbom.yaml", follow=bool(dbom)).artifacts
    except GateError:
        return
    for extra, key in EXTRAS.items():
        if any(getattr(artifact, key, None) is not None for artifact in artifacts):
            yield extra


def _demanded(root: str, dbom: str, named: tuple[str, ...]) -> Iterator[str]:
    """Signed documents, verification summaries and custom rules are a matter of policies, whatever the DBOM declares.

    A policy that cannot be had anonymously may ask for any of them: who may be told who asks is not known here.
    """
    root = os.path.abspath(root)
    beside = os.path.dirname(os.path.relpath(dbom, root)) if dbom else ""
    try:
        references = [policy_reference(one, root) for one in named] or [default_policy(root, beside) or "gate:baseline"]
        home, fetching = os.path.expanduser("~"), Fetching(offline=False, credentials=frozenset())
        policies = load_policies(tuple(references), root, home, fetching=fetching)
    except GateError:
        yield from ("sign", "policy")
        return
    members = policies.members
    if policies.document_demands() or any(one.trust.summaries for one in documents(members)):
        yield "sign"
    if any(one.custom for one in documents(members)):
        yield "policy"


if __name__ == "__main__":
    main(*sys.argv[1:])
