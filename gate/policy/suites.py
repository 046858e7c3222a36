"""What a policy asks of suites: plain data, read from the document by `load`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from gate.core.model import STAGES, Location, Stage, Subject
from gate.policy.model import Selector

if TYPE_CHECKING:
    from gate.policy.model import Policies

LEAST = 1
"""Expectations and rows that there must be whatever a policy says: without either, any suite succeeds."""


class SuiteDemand(NamedTuple):
    """What a suite must have: `kinds` are globs of types of expectations, each of which must match one.

    Rows are those of the whole dataset.
    """

    location: Location
    min_expectations: int = LEAST
    min_rows: int = LEAST
    kinds: tuple[str, ...] = ()
    selector: Selector = Selector()
    from_stage: Stage = STAGES[0]

    def applies(self, subject: Subject, stage: Stage) -> bool:
        """Whether it is about `subject` at `stage`."""
        return STAGES.index(stage) >= STAGES.index(self.from_stage) and self.selector.matches(subject)


def suite_demand(policies: Policies, subject: Subject, stage: Stage) -> SuiteDemand:
    """The strictest value of each thing that any document of any member asks."""
    from gate.policy.groups import documents  # it imports much that the hook does without

    said = (demand for document in documents(policies.members) for demand in document.suites)
    return strictest(demand for demand in said if demand.applies(subject, stage))


def strictest(said: Iterable[SuiteDemand]) -> SuiteDemand:
    """The strictest value of each part of what is said, and all kinds."""
    best = SuiteDemand(Location(""))
    for asked in said:
        best = best._replace(
            location=best.location if best.location.path else asked.location,
            min_expectations=max(best.min_expectations, asked.min_expectations),
            min_rows=max(best.min_rows, asked.min_rows),
            kinds=tuple(dict.fromkeys((*best.kinds, *asked.kinds))),
        )
    return best
