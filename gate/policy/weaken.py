"""Whether one set of policies lets through what another does not.

Two policies are compared in three ways, for each finds what another could be made to miss. By what they
decide about the artifacts at hand and about subjects that no selector names. By every entry of the later
policy on its own, which may not be looser than what the earlier one decides where it applies, unless the
earlier one has the same entry. And by every entry of the earlier policy, which the later one must still
honour. Subjects are made up at random, so that no policy can be written around them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gate.core.catalogue import rule_ids
from gate.core.model import KINDS, STAGES, Kind, Subject
from gate.policy.model import Entry, Policies, Policy, Selector, looser


class Weakening(NamedTuple):
    """A rule on which `now` is looser than `before`, about `subject` for one."""

    rule: str
    before: Entry
    now: Entry
    subject: Subject


def weakenings(before: Policies, now: Policies, subjects: Iterable[Subject]) -> Iterator[Weakening]:
    """Every pair of entries of which the later one is looser; each pair once."""
    known = sorted(set(subjects), key=lambda s: (s.name or "", s.path, s.kind or ""))
    seen = set()
    for rule in rule_ids():
        old, new = _own(before, rule), _own(now, rule)
        for found in (*_decided(rule, before, now, known, old, new), *_loose(rule, before, old, new)):
            if found[1:3] not in seen:
                seen.add(found[1:3])
                yield found


def _decided(
    rule: str, before: Policies, now: Policies, known: list[Subject], old: list[Entry], new: list[Entry]
) -> Iterator[Weakening]:
    """What the two decide about the artifacts at hand, and where an entry of either applies."""
    probes = [
        *known,
        *(subject for selector in {Selector(), *(e.selector for e in (*old, *new))} for subject in examples(selector)),
    ]
    stages = {STAGES[0], *(entry.from_stage for entry in (*old, *new))}
    for stage in sorted(stages, key=STAGES.index):
        for subject in probes if old or new else probes[-len(KINDS) - 1 :]:
            was, is_now = before.decide(rule, subject, stage), now.decide(rule, subject, stage)
            if looser(is_now.enforce, was.enforce):
                yield Weakening(rule, was, is_now, subject)


def _loose(rule: str, before: Policies, old: list[Entry], new: list[Entry]) -> Iterator[Weakening]:
    """Entries that are new and looser than what was decided where they apply, whatever stands beside them."""
    same = {(entry.enforce, entry.selector, entry.from_stage) for entry in old}
    for entry in new:
        for subject in (
            examples(entry.selector) if (entry.enforce, entry.selector, entry.from_stage) not in same else ()
        ):
            was = before.decide(rule, subject, STAGES[-1])
            if looser(entry.enforce, was.enforce):
                yield Weakening(rule, was, entry, subject)


def _own(policies: Policies, rule: str) -> list[Entry]:
    """The entries on `rule` that are written in files."""
    return [entry for policy in policies.members for entry in _in_files(policy, rule)]


def _in_files(policy: Policy, rule: str) -> Iterator[Entry]:
    if not policy.is_pack:
        yield from policy.entries.get(rule, ())
        for base in policy.extends:
            yield from _in_files(base, rule)


def examples(selector: Selector) -> list[Subject]:
    """Subjects that `selector` matches, of every kind that it allows; what it leaves open is random."""
    kinds: tuple[Kind | None, ...] = (selector.kind,) if selector.kind else (None, *KINDS)
    name = _example(selector.name) if selector.name else None
    path = _example(selector.path) if selector.path else f"{_token()}/{_token()}"
    return [Subject(kind, name if name or kind is None else _token(), path) for kind in kinds]


def _example(glob: str) -> str:
    """A text that `glob` matches and hardly another one does."""
    return "".join({"*": _token(), "?": secrets.choice("jqxz")}.get(char, char) for char in glob.replace("**", "*/*"))


def _token() -> str:
    return secrets.token_hex(8)
