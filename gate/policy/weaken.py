"""Whether one set of policies lets through what another does not.

Policies are compared entry by entry, so that nothing depends on guessing what an artifact may be called:

- what they decide about what no selector selects,
- each entry of the earlier policy, which the later one must honour: by an entry as strict that selects at least as
  much, or by what it decides anyway,
- each new entry of the later policy, which may not be looser than what the earlier one decides where it applies,
  whatever stands beside it,

and by what they decide about the artifacts at hand and about subjects made up at random for every selector.
What counts on some branches alone is only ever stricter, so it is compared on its own: each entry of the earlier
policy must be honoured on its branches.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gate.core.catalogue import rule_ids
from gate.core.model import ENFORCEMENTS, KINDS, STAGES, Kind, Stage, Subject
from gate.policy.groups import documents
from gate.policy.model import Entry, Policies, Policy, Selector, decided, looser
from gate.policy.overlap import covers, glob_within, overlap

ANYTHING = Subject(None, None, "")


class Weakening(NamedTuple):
    """A rule on which `now` is looser than `before`, about `subject` for one."""

    rule: str
    before: Entry
    now: Entry
    subject: Subject


class _Side(NamedTuple):
    """One of the two: without profiles, with nothing but its entries for everything, and the profiles alone."""

    plain: Policies
    general: Policies
    members: tuple[Policy, ...]

    def entries(self, rule: str) -> list[Entry]:
        """Those in files, that count on every branch."""
        return [entry for document in documents(self.members) for entry in document.entries.get(rule, ())]

    def on_branches(self, rule: str) -> list[tuple[str, Entry]]:
        """Those of profiles, each with each glob of branches."""
        return [
            (glob, entry)
            for document in documents(self.members)
            for profile in document.profiles
            for entry in profile.entries.get(rule, ())
            for glob in profile.branches
        ]


def weakenings(before: Policies, now: Policies, subjects: Iterable[Subject]) -> Iterator[Weakening]:
    """Every pair of entries of which the later one is looser; each pair once."""
    known = sorted(set(subjects), key=lambda s: (s.name or "", s.path, s.kind or "", s.host or "", s.tags))
    earlier, later = _side(before), _side(now)
    seen = set()
    for rule in rule_ids():
        for found in _about(rule, earlier, later, known):
            if found[1:3] not in seen:
                seen.add(found[1:3])
                yield found


def _side(policies: Policies) -> _Side:
    plain = policies.without_profiles()
    return _Side(plain, Policies(tuple(map(_unscoped, plain.members))), policies.members)


def _unscoped(policy: Policy) -> Policy:
    """The policy with no entry but those for everything."""
    entries = {rule: tuple(e for e in said if e.selector == Selector()) for rule, said in policy.entries.items()}
    return policy._replace(entries=entries, extends=tuple(map(_unscoped, policy.extends)))


def _about(rule: str, before: _Side, now: _Side, known: list[Subject]) -> Iterator[Weakening]:
    old, new = before.entries(rule), now.entries(rule)
    for stage in STAGES:
        yield from _compared(rule, before.general, now.general, [ANYTHING], stage)
    yield from _lost(rule, old, new, now)
    yield from _lost_on_branches(rule, before, now, new)
    yield from _loose(rule, before, old, new)
    if old or new:
        probes = [*known, *(s for selector in {e.selector for e in (*old, *new)} for s in examples(selector))]
        for stage in sorted({STAGES[0], *(entry.from_stage for entry in (*old, *new))}, key=STAGES.index):
            yield from _compared(rule, before.plain, now.plain, probes, stage)


def _compared(
    rule: str, before: Policies, now: Policies, subjects: Iterable[Subject], stage: Stage
) -> Iterator[Weakening]:
    old, new = before.plan(rule, stage), now.plan(rule, stage)
    for subject in subjects:
        was, is_now = decided(old, subject), decided(new, subject)
        if was is not None and is_now is not None and looser(is_now.enforce, was.enforce):
            yield Weakening(rule, was, is_now, subject)


def _lost(rule: str, old: list[Entry], new: list[Entry], now: _Side) -> Iterator[Weakening]:
    """Entries of the earlier policy that the later one does not honour."""
    kept = set(_plain(new))
    for entry in old:
        if _same(entry) not in kept and not any(_honours(one, entry) for one in new):
            yield from _unmet(rule, entry, new, now)


def _lost_on_branches(rule: str, before: _Side, now: _Side, new: list[Entry]) -> Iterator[Weakening]:
    theirs = now.on_branches(rule)
    for branches, entry in before.on_branches(rule):
        honoured = any(_honours(one, entry) for one in new) or any(
            glob_within(branches, glob) and _honours(one, entry) for glob, one in theirs
        )
        if not honoured:
            yield from _unmet(rule, entry, new, now)


def _unmet(rule: str, entry: Entry, new: list[Entry], now: _Side) -> Iterator[Weakening]:
    """What decides instead of `entry` and is looser, if anything is: another entry, or what counts for everything."""
    others = [one for one in new if looser(one.enforce, entry.enforce) and overlap(one.selector, entry.selector)]
    others.append(now.general.decide(rule, ANYTHING, entry.from_stage))
    loosest = min(others, key=lambda one: ENFORCEMENTS.index(one.enforce))
    if looser(loosest.enforce, entry.enforce):
        yield Weakening(rule, entry, loosest, examples(entry.selector)[0])


def _honours(entry: Entry, other: Entry) -> bool:
    """Whether `entry` is as strict as `other` wherever that applies."""
    return not looser(entry.enforce, other.enforce) and covers(entry, other)


def _loose(rule: str, before: _Side, old: list[Entry], new: list[Entry]) -> Iterator[Weakening]:
    """Entries that are new and looser than what was decided where they apply, whatever stands beside them."""
    same = set(_plain(old))
    for entry in new:
        if _same(entry) not in same:
            for stage in STAGES[STAGES.index(entry.from_stage) :]:
                for subject in examples(entry.selector):
                    was = before.plain.decide(rule, subject, stage)
                    if looser(entry.enforce, was.enforce):
                        yield Weakening(rule, was, entry, subject)


def _plain(entries: Iterable[Entry]) -> Iterator[tuple[object, ...]]:
    return map(_same, entries)


def _same(entry: Entry) -> tuple[object, ...]:
    """What an entry says, wherever it stands."""
    return entry.enforce, entry.selector, entry.from_stage


def examples(selector: Selector) -> list[Subject]:
    """Subjects that `selector` matches, of every kind that it allows; what it leaves open is random, or missing."""
    kinds: tuple[Kind | None, ...] = (selector.kind,) if selector.kind else (None, *KINDS)
    name = _example(selector.name) if selector.name else None
    path = _example(selector.path) if selector.path else f"{_token()}/{_token()}"
    host = _example(selector.host) if selector.host else None
    tags = (_example(selector.tag),) if selector.tag else ()
    return [Subject(kind, name if name or kind is None else _token(), path, host, tags) for kind in kinds]


def _example(glob: str) -> str:
    """A text that `glob` matches and hardly another one does."""
    return "".join({"*": _token(), "?": secrets.choice("jqxz")}.get(char, char) for char in glob.replace("**", "*/*"))


def _token() -> str:
    return secrets.token_hex(8)
