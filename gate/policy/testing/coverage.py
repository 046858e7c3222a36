"""Which entries and custom rules of the tested policies no case was decided by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.core.errors import Problem
from gate.core.model import Location
from gate.policy.groups import documents
from gate.policy.model import Entry, Policies


def undecided_by(tested: Iterable[Policies], origins: Iterable[Location]) -> Iterator[Problem]:
    """A note for each entry of a document that decided no finding of any case, in the order of the text.

    Packs count where they are tested themselves: whoever extends one does not test it again.
    """
    spoken = set(origins)
    for rule, entry in dict.fromkeys(_entries(tested)):
        if entry.location not in spoken:
            yield Problem(entry.location, f"no case is decided by this `{entry.enforce}` for {rule}")


def _entries(tested: Iterable[Policies]) -> Iterator[tuple[str, Entry]]:
    for policies in tested:
        packs = (policy for policy in policies.members if policy.is_pack)
        for policy in (*packs, *documents(policies.members)):
            for entries in (policy.entries, *(profile.entries for profile in policy.profiles)):
                yield from ((rule, entry) for rule, said in entries.items() for entry in said)
            yield from ((rule.id, rule.entry) for rule in policy.custom)
