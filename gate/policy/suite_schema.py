"""The schema of `suites:` in `gate-policy.yaml`."""

from __future__ import annotations

from gate.core.model import STAGES
from gate.documents.kinds import Field, Fields, Integer, ListOf, Record, Text
from gate.policy.model import Selector
from gate.policy.scope_schema import FOR, FROM_STAGE
from gate.policy.suites import SuiteDemand


def _demand(fields: Fields) -> SuiteDemand:
    said = {key: fields.get(key) for key in ("min_expectations", "min_rows", "from_stage") if fields.get(key)}
    kinds, selector = tuple(fields.get("kinds") or ()), fields.get("for") or Selector()
    return SuiteDemand(fields.location, kinds=kinds, selector=selector, **{"from_stage": STAGES[0], **said})


SUITE = Record(
    {
        "min_expectations": Field(Integer(1), "How many different expectations a suite must have; 1 if left out."),
        "min_rows": Field(Integer(1), "How many rows a dataset must have for its suite to count; 1 if left out."),
        "kinds": Field(
            ListOf(Text(pattern=r"expect_[a-z0-9_*?]{1,200}", expected="a type of expectation, or a glob of types")),
            "Types of expectations that a suite must have, such as `expect_column_values_to_be_in_set`; or globs.",
        ),
        "for": FOR,
        "from_stage": FROM_STAGE,
    },
    _demand,
)

SUITES = {
    "suites": Field(ListOf(SUITE, or_one=True), "What suites must have at the least; the strictest of all that match.")
}
"""The key of a policy that demands of suites are made from."""
