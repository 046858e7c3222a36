"""Whether a change has another word about what the policies of its base lock, or unlocks it."""

from __future__ import annotations

from collections.abc import Iterator

from gate.change.trust import Loosening
from gate.core.model import Location
from gate.policy.files import is_remote
from gate.policy.groups import documents
from gate.policy.model import Policies, Policy


def unlocked(before: Policies, now: Policies) -> Iterator[Loosening]:
    """Locks that are gone, and what is locked and changed in a document of the repository, to whatever side.

    A remote policy may change what it locks itself, where the repository follows it to a newer version.
    """
    locks = _locks(before)
    kept = _locks(now)
    for name, at in locks.items():
        if name not in kept:
            yield Loosening(f"`{name}` is no longer locked, as it is at {at} of the base", "restore the lock", None)
        elif _words(before, name) != _words(now, name):
            message = f"`{name}` is locked at {at} of the base, and this change says something else about it"
            yield Loosening(message, "restore it", kept[name])


def _locks(policies: Policies) -> dict[str, Location]:
    return {name: at for document in documents(policies.members) for name, at in document.locked.items()}


def _words(policies: Policies, name: str) -> set[str]:
    """What the documents of the repository say about a rule or a key, wherever."""
    local = [one for one in documents(policies.members) if not is_remote(one.location.path)]
    return {repr(word) for document in local for word in _word(document, name)}


def _word(document: Policy, name: str) -> Iterator[object]:
    if name in document.said:
        yield document.said[name].value
    for entry in document.entries.get(name, ()):
        yield entry._replace(location=Location(""))
    for profile in document.profiles:
        for entry in profile.entries.get(name, ()):
            yield sorted(profile.branches), entry._replace(location=Location(""))
