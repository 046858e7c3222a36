"""`gate policy lock`: writes down the digest of every remote policy that policies extend."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable

from gate.cli import place
from gate.core.errors import DocumentError, UsageError
from gate.core.text import count, printable
from gate.files.atomic import write_atomic
from gate.files.root import POLICY_NAME, policy_reference
from gate.policy import lock
from gate.policy.default import default_policy
from gate.policy.files import Fetching, WorkTree
from gate.policy.groups import documents
from gate.policy.load import load_policies
from gate.policy.lock import Locked
from gate.policy.model import Policies
from gate.policy.packs import PREFIX


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate policy lock`."""
    parser.add_argument("policies", nargs="*", metavar="FILE", help="default: gate-policy.yaml")
    parser.add_argument("--root", metavar="DIR", help="the repository (default: the nearest one upwards)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the lock would change")


def run(arguments: argparse.Namespace) -> int:
    """Fetches what the policies extend, and writes or compares the lock beside them."""
    root = place.find(arguments.root, None).root
    named = [policy_reference(p, root) for p in arguments.policies] or [default_policy(root) or POLICY_NAME]
    for reference in named:
        if reference.startswith(PREFIX):
            raise UsageError(f"{printable(reference)} ships with the gate: there is nothing to lock", "name files")
    fetching = Fetching(offline=False, relock=True)
    beside: dict[str, list[str]] = {}
    for reference in named:
        beside.setdefault(lock.beside(reference), []).append(reference)
    found = {
        path: _remote(load_policies(tuple(references), root, os.path.expanduser("~"), fetching=fetching))
        for path, references in beside.items()
    }
    changed = [_settle(root, path, now, check=arguments.check) for path, now in found.items()]
    return 1 if arguments.check and any(changed) else 0


def _remote(policies: Policies) -> dict[str, Locked]:
    """Every remote document as the lock has it; notes on them are printed."""
    for note in policies.notes:
        print(f"note: {printable(note)}", file=sys.stderr)
    return {locked.url: locked for locked in _locked(policies)}


def _locked(policies: Policies) -> Iterable[Locked]:
    for document in documents(policies.members):
        if document.remote:
            expires = str(document.said["expires"].value) if "expires" in document.said else ""
            yield Locked(document.remote.reference, document.sha256, expires)


def _settle(root: str, path: str, now: dict[str, Locked], *, check: bool) -> bool:
    """Whether the lock at `path` is not what it should be; unless it is only looked at, it is then written."""
    changes = list(lock.changes(_before(root, path, check=check), now))
    for line in changes:
        print(f"{printable(path)}: {printable(line)}")
    if changes and not check:
        write_atomic(os.path.join(root, path), lock.format_lock(now.values()))
    state = "would change" if changes and check else "written" if changes else "up to date"
    print(f"{printable(path)}: {state}, {count(len(now), 'remote policy', 'remote policies')}", file=sys.stderr)
    return bool(changes)


def _before(root: str, path: str, *, check: bool) -> dict[str, Locked]:
    """What the lock has; one that cannot be read, such as one with the marks of a merge, is written anew."""
    try:
        return lock.read_lock(WorkTree(root), path)
    except DocumentError:
        if check:
            raise
        return {}
