"""The schema of `suites:` in `gate-policy.yaml`."""

from __future__ import annotations

from gate.core.model import STAGES
from gate.documents.kinds import SHA256, Field, Fields, Integer, ListOf, Positive, Record, Text
from gate.policy.model import Selector
from gate.policy.scope_schema import FOR, FROM_STAGE
from gate.policy.suites import CustomFile, SuiteDemand


def _demand(fields: Fields) -> SuiteDemand:
    keys = ("min_expectations", "min_rows", "max_drift", "from_stage")
    said = {key: fields.get(key) for key in keys if fields.get(key)}
    kinds, custom = tuple(fields.get("kinds") or ()), tuple(fields.get("custom") or ())
    selector = fields.get("for") or Selector()
    scope = {"from_stage": STAGES[0], **said}
    return SuiteDemand(fields.location, kinds=kinds, custom=custom, selector=selector, **scope)


def _custom(fields: Fields) -> CustomFile:
    return CustomFile(fields.values["path"], fields.values["sha256"].lower(), fields.at["path"])


CUSTOM = Record(
    {
        "path": Field(
            Text(
                pattern=r"(?:[\w-][\w .-]*/)*[\w-][\w .-]*\.py",
                expected="the path of a Python file, from the root of the repository",
            ),
            "The Python file, from the root of the repository that is judged.",
            required=True,
        ),
        "sha256": Field(SHA256, "The SHA-256 that it must have, as `sha256sum` prints it.", required=True),
    },
    _custom,
)


SUITE = Record(
    {
        "min_expectations": Field(Integer(1), "How many different expectations a suite must have; 1 if left out."),
        "min_rows": Field(Integer(1), "How many rows a dataset must have for its suite to count; 1 if left out."),
        "kinds": Field(
            ListOf(Text(pattern=r"expect_[a-z0-9_*?]{1,200}", expected="a type of expectation, or a glob of types")),
            "Types of expectations that a suite must have, such as `expect_column_values_to_be_in_set`; or globs.",
        ),
        "max_drift": Field(
            Positive(),
            "The greatest PSI (population stability index) of a column against the `previous:` version; 0.25 is a "
            "large change. Nothing is compared if left out.",
        ),
        "custom": Field(
            ListOf(CUSTOM),
            "Python files with expectations of your own, which are run where a suite has a type from them.",
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
