"""Whether a change's policies ask less of suites than those of its base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.change.trust import Loosening
from gate.core.model import STAGES, Subject
from gate.policy.groups import documents
from gate.policy.model import Policies
from gate.policy.suites import SuiteDemand
from gate.policy.weaken import examples


def loosened(before: Policies, now: Policies, subjects: Iterable[Subject]) -> Iterator[Loosening]:
    """What the base asks of the suites of some dataset, at some stage, and the change does not; each once."""
    asked = [demand for document in documents(before.members) for demand in document.suites]
    probes = [*sorted(set(subjects), key=repr), *(one for demand in asked for one in examples(demand.selector))]
    seen = set()
    for subject in probes if asked else ():
        for stage in STAGES:
            was, is_now = before.suite_demand(subject, stage), now.suite_demand(subject, stage)
            for lost in _lost(was, is_now):
                if lost not in seen:
                    seen.add(lost)
                    place = f" as at {was.location} of the base"
                    yield Loosening(f"`suites:` no longer asks for {lost}{place}", "restore it", None)


def _lost(was: SuiteDemand, now: SuiteDemand) -> Iterator[str]:
    if now.min_expectations < was.min_expectations:
        yield f"{was.min_expectations} expectations,"
    if now.min_rows < was.min_rows:
        yield f"{was.min_rows:,} rows,"
    for kind in was.kinds:
        if kind not in now.kinds:
            yield f"expectations of the kind {kind},"
