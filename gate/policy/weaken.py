"""Whether one set of policies lets through what another does not.

Two policies are compared by what they decide, not by how they are written: for every rule and stage, on the
subjects that can tell them apart. Those are the artifacts at hand, one subject of each kind that no selector
names, and for every selector a subject that matches it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gate.core.catalogue import rule_ids
from gate.core.model import KINDS, STAGES, Kind, Stage, Subject
from gate.policy.model import Entry, Policies, Policy, Selector, looser


class Weakening(NamedTuple):
    """A rule on which `now` is looser than `before`, at `stage` and about `subject` for one."""

    rule: str
    before: Entry
    now: Entry
    subject: Subject
    stage: Stage


def weakenings(before: Policies, now: Policies, subjects: Iterable[Subject]) -> Iterator[Weakening]:
    """Every pair of entries of which the later one is looser; each pair once."""
    probes = {*subjects, *_probes(before), *_probes(now)}
    ordered = sorted(probes, key=lambda s: (s.name or "", s.path, s.kind or ""))
    seen = set()
    for rule in rule_ids():
        for stage in STAGES:
            for subject in ordered:
                old, new = before.decide(rule, subject, stage), now.decide(rule, subject, stage)
                if looser(new.enforce, old.enforce) and (rule, old, new) not in seen:
                    seen.add((rule, old, new))
                    yield Weakening(rule, old, new, subject, stage)


def _probes(policies: Policies) -> Iterator[Subject]:
    """A subject of each kind that nothing names, and one for each selector."""
    selectors = {Selector(), *(s for policy in policies.members for s in _selectors(policy))}
    for selector in selectors:
        kinds: tuple[Kind | None, ...] = (selector.kind,) if selector.kind else (None, *KINDS)
        for kind in kinds:
            for name in {_example(selector.name) if selector.name else "unnamed", *(() if selector.name else (None,))}:
                yield Subject(kind, name, _example(selector.path) if selector.path else "some/where/else.bin")


def _selectors(policy: Policy) -> Iterator[Selector]:
    yield from (entry.selector for entries in policy.entries.values() for entry in entries)
    for base in policy.extends:
        yield from _selectors(base)


def _example(glob: str) -> str:
    """A text that `glob` matches."""
    return re.sub(r"\*\*/|\*\*|\*|\?", lambda match: {"**/": "a/b/", "**": "a/b"}.get(match[0], "a"), glob)
