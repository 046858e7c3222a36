"""What a change may not do about policies that lie elsewhere: be known at more hosts, pin less, hold longer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from gate.change.trust import Loosening
from gate.core.errors import GateError
from gate.core.text import printable
from gate.files.commit import Commit, resolve
from gate.files.git import work_tree
from gate.policy.files import Files, WorkTree
from gate.policy.groups import documents
from gate.policy.load import named_hosts
from gate.policy.model import Policies, Policy, Remote
from gate.policy.packs import PREFIX


def files_at(commit: Commit, root: str, reference: str) -> Files:
    """Where the base has the policy `reference`: in its commit, unless it lies outside of the repository."""
    tree = os.path.realpath(work_tree(root) or root) + os.sep
    return commit if commit.real(reference).startswith(tree) else WorkTree(root)


def base_hosts(root: str, references: Iterable[str], revision: str) -> frozenset[str]:
    """The hosts under `credentials:` of the named policies at the base; none where the base cannot be had."""
    hosts: frozenset[str] = frozenset()
    try:
        tip = resolve(root, revision)
    except GateError:
        return hosts
    for reference in references:
        if not reference.startswith(PREFIX):
            try:
                hosts |= named_hosts(reference, files_at(tip, root, reference))
            except GateError:
                continue  # the base says what is wrong with it when it is read to judge
    return hosts


def loosenings(before: Policies, now: Policies) -> Iterator[Loosening]:
    """Everything remote that `before` holds on to and `now` lets go."""
    yield from _expiry(before, now)
    yield from _hosts(before, now)
    yield from _pins(before, now)


def _expiry(before: Policies, now: Policies) -> Iterator[Loosening]:
    """Documents of the tree that hold longer; a remote one says so itself, and its digest is pinned."""
    known = {policy.location.path: _expires(policy) for policy in _local(before)}
    kept = {policy.location.path: _expires(policy) for policy in _local(now)}
    for policy in _local(now):
        old, new = known.get(policy.location.path), _expires(policy)
        if old and (not new or new > old):
            when = f"on {new}" if new else "never"
            message = f"{printable(policy.location.path)} expires {when}, at the base on {old}"
            place = policy.said["expires"].location if new else policy.location
            yield Loosening(message, "restore the day", place)
    for path, old in known.items():  # under another name it may hold no longer either
        if old and path not in kept and not any(new and new <= old for new in kept.values()):
            message = f"{printable(path)}, which expires on {old} at the base, is gone, and nothing here ends by then"
            yield Loosening(message, "restore it, or its day in what stands in for it", None)


def hosts(policies: Policies) -> frozenset[str]:
    """The hosts under `credentials:` of the policies that are named."""
    return frozenset(host for policy in policies.members for host in _credentials(policy))


def _hosts(before: Policies, now: Policies) -> Iterator[Loosening]:
    known = hosts(before)
    for policy in now.members:
        for host in _credentials(policy):
            if host not in known:
                message = f"`credentials:` has {host}, which the base does not have"
                yield Loosening(message, "remove it", policy.said["credentials"].location)


def _pins(before: Policies, now: Policies) -> Iterator[Loosening]:
    """Remote policies that are pinned less, are signed by others, or may extend more."""
    kept = {_place(remote): remote for remote in _remotes(before)}
    for remote in _remotes(now):
        old = kept.get(_place(remote))
        if old is None:
            continue
        if old.pinned and not remote.pinned:
            yield Loosening(f"{remote.reference} is not pinned, and at the base it is", "restore it", remote.named)
        if old.signed_by and (not remote.signed_by or set(remote.signed_by) - set(old.signed_by)):
            names = " or ".join(map(printable, old.signed_by))
            message = f"{remote.reference} need not be signed by {names}, and at the base it must"
            yield Loosening(message, "restore it", remote.named)
        if remote.transitive and not old.transitive:
            message = f"{remote.reference} may extend what is remote, and at the base it may not"
            yield Loosening(message, "remove `transitive:`", remote.named)


def _place(remote: Remote) -> str:
    """The reference without its commit: another commit of the same file is the same policy."""
    return remote.reference.rpartition("@")[0] if remote.reference.startswith("git+") else remote.reference


def _local(policies: Policies) -> Iterator[Policy]:
    return (policy for policy in documents(policies.members) if policy.remote is None)


def _remotes(policies: Policies) -> Iterator[Remote]:
    return (policy.remote for policy in documents(policies.members) if policy.remote is not None)


def _expires(policy: Policy) -> str:
    return str(policy.said["expires"].value) if "expires" in policy.said else ""


def _credentials(policy: Policy) -> list[str]:
    listed: list[str] = policy.said["credentials"].value if "credentials" in policy.said else []
    return listed
