"""Whether a change's policies ask less of suites, or let them run more, than those of its base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.change.trust import Loosening
from gate.core.model import STAGES, Subject
from gate.core.text import shorten
from gate.policy.groups import documents
from gate.policy.model import Policies
from gate.policy.suites import SuiteDemand
from gate.policy.weaken import examples


def loosened(before: Policies, now: Policies, subjects: Iterable[Subject]) -> Iterator[Loosening]:
    """What the base asks of the suites of some dataset, at some stage, and the change does not; each once.

    Also the files with code that the change allows and the base does not; they have no effect.
    """
    asked = [demand for policies in (before, now) for one in documents(policies.members) for demand in one.suites]
    probes = [*sorted(set(subjects), key=repr), *(one for demand in asked for one in examples(demand.selector))]
    seen: set[object] = set()
    for subject in probes if asked else ():
        for stage in STAGES:
            was, is_now = before.suite_demand(subject, stage), now.suite_demand(subject, stage)
            for what in lost(was, is_now):
                if what not in seen:
                    seen.add(what)
                    place = f" as at {was.location} of the base"
                    yield Loosening(f"`suites:` no longer asks for {what}{place}", "restore it", None)
            known = {one[:2] for one in was.custom}
            for one in is_now.custom:
                if one[:2] not in known and one[:2] not in seen:
                    seen.add(one[:2])
                    what = f"{shorten(one.path)} (SHA-256 {one.sha256[:12]})"
                    yield Loosening(f"`custom:` lets {what} be run, and the base does not", "remove it", one.location)


def lost(was: SuiteDemand, now: SuiteDemand) -> Iterator[str]:
    """What `was` asks for and `now` does not, in words that end in a comma."""
    if now.min_expectations < was.min_expectations:
        yield f"{was.min_expectations} expectations,"
    if now.min_rows < was.min_rows:
        yield f"{was.min_rows:,} rows,"
    if was.max_drift is not None and (now.max_drift is None or now.max_drift > was.max_drift):
        yield f"a drift of at most {was.max_drift:g},"
    for kind in was.kinds:
        if kind not in now.kinds:
            yield f"expectations of the kind {kind},"
