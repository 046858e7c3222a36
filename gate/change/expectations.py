"""Whether a change has the suite of a dataset ask less of its rows than the base does, or reads them in another way.

Only what certainly asks less is a finding: an expectation that is gone, a share or a severity that went down, bounds
that went apart, a set that grew, a condition on the rows. Another regular expression may ask less or more: all such
changes are a note for the reviewer.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gate.core.errors import DocumentError, GateError, UsageError
from gate.core.model import Finding, Json, Related
from gate.core.text import printable, shorten
from gate.dbom.model import Artifact
from gate.files import beneath
from gate.files.commit import Commit

if TYPE_CHECKING:
    from gate.suites.interface import Expectation, Suite

MAX_SUITE = 16 << 20
"""Bytes of a suite, as many as any document may have."""
MAX_TOLD = 5
"""What one finding tells of a suite; the evidence has more."""
MAX_ALIKE = 50
"""Expectations of one type on one column that are compared with each of the base."""
_WEIGHTS = ("info", "warning", "critical")
_FIX = "restore it; where the data rightly changed, those who own the base branch change the suite"
_GROWING = ("value_set", "value_pairs_set", "type_list")
"""Sets of what is allowed: more of it lets more pass."""
_EXCLUDING = ("expect_column_values_to_not_be_in_set", "expect_column_distinct_values_to_contain_set")
"""Types whose `value_set` asks for more the larger it is."""

_ALIKE = {
    "both_values_are_missing": "all_values_are_missing",
    "either_value_is_missing": "any_value_is_missing",
}
"""What `ignore_row_if` is called for two columns, and for several."""
_SWITCHES: dict[str, tuple[Json, ...]] = {
    "strictly": (True, False),
    "or_equal": (False, True),
    "ties_okay": (False, True),
    "exact_match": (True, False),
    "double_sided": (True, False),
    "match_on": ("all", "any"),
    "ignore_row_if": ("never", "all_values_are_missing", "any_value_is_missing"),
}
"""Values of arguments, from the one that asks the most to the one that asks the least."""
_USUAL: dict[str, Json] = {
    "strictly": False,
    "or_equal": False,
    "ties_okay": False,
    "exact_match": True,
    "double_sided": True,
    "match_on": "any",
    "ignore_row_if": "all_values_are_missing",
}
"""What an argument is where it is left out."""


class Compared(NamedTuple):
    """What the change did to one suite: findings where it asks less, else a note that it is another one."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def compare_suites(fork: Commit, old: Artifact, new: Artifact | None, root: str) -> Compared:
    """The suite of a dataset at `fork` beside that of the change, whose files are at `root`.

    Raises `UnableError` where git fails.
    """
    if new is None or old.suite is None or new.suite is None:
        return Compared()  # that is a rule of its own, or there is nothing to compare with
    findings = []
    if old.data != new.data:
        message = f"this change reads the rows of {new.name} in another way: its suite may judge other values"
        at = new.at.get("data", new.alert)
        findings.append(Finding("suites/weakened", new.subject, message, _FIX, at))
    before, now = _before(fork, old.suite), _now(root, new.suite)
    if before is None or now is None:  # nothing was asked; or the check of the suite says what is wrong with it
        return Compared(tuple(findings))
    if lost := list(_lost(before, now)):
        more = f"; and {len(lost) - MAX_TOLD:,} more" if len(lost) > MAX_TOLD else ""
        message = f"the suite of {new.name} asks less than at the base: {'; '.join(lost[:MAX_TOLD])}{more}"
        at = new.at.get("suite", new.alert)
        evidence: dict[str, Json] = {"lost": [*lost[:100]], "count": len(lost)}
        related = (Related(now.path),)
        findings.append(Finding("suites/weakened", new.subject, message, _FIX, at, related, evidence))
    is_other = {_text(e) for e in before.expectations} != {_text(e) for e in now.expectations}
    note = f"this change alters the expectations of {new.name}: see {printable(now.path)}"
    return Compared(tuple(findings), (note,) if is_other and not lost else ())


def _before(fork: Commit, path: str) -> Suite | None:
    from gate.suites.document import load_suite

    try:
        return load_suite(fork.read(path), path)
    except (UsageError, DocumentError):
        return None


def _now(root: str, path: str) -> Suite | None:
    from gate.suites.document import load_suite

    try:
        with beneath.file(root, path) as descriptor:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_SUITE:
                return None
            with open(descriptor, "rb", closefd=False) as file:
                return load_suite(file.read(MAX_SUITE + 1), path)
    except (OSError, GateError):
        return None


def _lost(before: Suite, now: Suite) -> Iterator[str]:
    """Each expectation of `before` that no expectation of `now` on the same columns holds to, in words."""
    same = {_text(expectation) for expectation in now.expectations}
    known: dict[str, list[Expectation]] = {}
    for expectation in now.expectations:
        known.setdefault(_about(expectation), []).append(expectation)
    for was in before.expectations:
        if _text(was) in same:
            continue
        ways = [_looser(was, one) for one in known.get(_about(was), [])[:MAX_ALIKE]]
        if all(ways):
            yield f"{_name(was)} {ways[0] if ways else 'is gone'}"


def _text(expectation: Expectation) -> str:
    return json.dumps([expectation.type, expectation.kwargs, expectation.weight], sort_keys=True)


def _about(expectation: Expectation) -> str:
    return json.dumps([expectation.type, _columns(expectation)])


def _columns(expectation: Expectation) -> list[Json]:
    return [expectation.kwargs.get(key) for key in ("column", "column_A", "column_B", "column_list")]


def _name(expectation: Expectation) -> str:
    columns = [column for column in _columns(expectation) if column is not None]
    of = f" of {shorten(', '.join(map(json.dumps, columns)), 80)}" if columns else ""
    return shorten(expectation.type, 80) + of


def _looser(was: Expectation, now: Expectation) -> str:
    """How `now` certainly asks less than `was`; empty where it may not."""
    if _WEIGHTS.index(now.weight) < _WEIGHTS.index(was.weight):
        return f"has the severity {now.weight} instead of {was.weight}"
    if _below(now.kwargs.get("mostly", 1), was.kwargs.get("mostly", 1)):
        return f"has a lower `mostly`, {shorten(json.dumps(now.kwargs.get('mostly')), 40)}"
    if (condition := now.kwargs.get("row_condition")) and condition != was.kwargs.get("row_condition"):
        return f"is about other rows, where {shorten(json.dumps(condition), 60)}"
    return _wider(was.kwargs, now.kwargs) or _fuller(was, now) or _switched(was.kwargs, now.kwargs)


def _switched(was: Mapping[str, Json], now: Mapping[str, Json]) -> str:
    """Which argument has a value that lets more pass."""
    for key, values in _SWITCHES.items():
        old, new = (_value(one, key) for one in (was, now))
        if old in values and new in values and values.index(old) < values.index(new):
            return f"has the `{key}` {shorten(json.dumps(new), 40)}"
    return ""


def _value(kwargs: Mapping[str, Json], key: str) -> Json:
    found = kwargs.get(key)
    if isinstance(found, str):
        return _ALIKE.get(found, found)
    return _USUAL[key] if found is None else found


def _wider(was: Mapping[str, Json], now: Mapping[str, Json]) -> str:
    """Which bound went away from the values."""
    for key, strict, is_low in (("min_value", "strict_min", True), ("max_value", "strict_max", False)):
        old, new = was.get(key), now.get(key)
        if old is None:
            continue
        moved = new is None or (_below(new, old) if is_low else _below(old, new))
        if moved or (new == old and was.get(strict) and not now.get(strict)):
            return f"has a wider `{key}`"
    return "has a higher `threshold`" if _below(was.get("threshold"), now.get("threshold")) else ""


def _fuller(was: Expectation, now: Expectation) -> str:
    """Which set lets more values pass."""
    for key in _GROWING:
        old, new = was.kwargs.get(key), now.kwargs.get(key)
        if not isinstance(old, list) or not isinstance(new, list):
            continue
        if was.type in _EXCLUDING:
            old, new = new, old
        members = {json.dumps(member) for member in old}
        if any(json.dumps(member) not in members for member in new):
            return f"has {'a smaller' if was.type in _EXCLUDING else 'a larger'} `{key}`"
    return ""


def _below(one: Json, other: Json) -> bool:
    """Whether one bound is below the other: numbers, or times in ISO 8601; of other kinds they are not alike."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one < other
    if isinstance(one, str) and isinstance(other, str):
        return one < other
    return one is not None and other is not None and one != other
