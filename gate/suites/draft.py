"""Proposes a suite for a dataset from what its columns hold; a person is to read it before it counts.

What is certain of these data is `critical`; bands around what was observed are guesses, so they are a `warning`. A
proposal that the data themselves do not pass is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from gate.core.errors import DocumentError, UnableError
from gate.core.model import Json
from gate.core.text import count, printable, shorten
from gate.data.interface import Layout, Piece
from gate.documents.edit import plain_or_quoted
from gate.suites import run as runner
from gate.suites.ask import Source, profiled
from gate.suites.bands import band, length_band, row_band
from gate.suites.document import load_suite
from gate.suites.interface import MAX_EXPECTATIONS, Suite, Weight
from gate.suites.profile import PATTERNS, Profile, is_label

T = TypeVar("T")

MAX_TYPED_ROWS = 1_000_000
"""Rows up to which the type of a column of times is proposed: only Great Expectations itself looks at types."""
_SHOWN = 8
"""Values that a note names."""
_HEADER = """\
# Drafted by `gate suite draft` from {source}: {rows}, {columns}. Read it before it counts:
# remove what is true of these rows by chance, and add what you know. `critical` is what holds for every row here;
# `warning` is a band around what was observed.
"""


class Proposal(NamedTuple):
    """One expectation with the evidence for it."""

    column: str
    type: str
    kwargs: Mapping[str, Json]
    notes: str
    severity: Weight = "critical"


class Measured(NamedTuple):
    """What the process found: the names of all columns, and more of the first ones."""

    rows: int
    columns: tuple[str, ...]
    profiles: tuple[Profile, ...]


class Draft(NamedTuple):
    """The suite as YAML; `dropped` counts proposals that the data did not pass."""

    text: str
    suite: Suite
    dropped: int = 0


def draft(name: str, source: str, pieces: Sequence[Piece], layout: Layout) -> Draft:
    """A suite called `name` for the open files `pieces`, which come from `source`.

    Raises `DataError` where they cannot be read as a table, and `UnableError` where there is nothing to propose.
    """
    measured = measure(pieces, layout)
    if not measured.rows:
        raise UnableError("the dataset has no rows, so nothing can be said about them", "draft from a complete export")
    proposals = list(propose(measured))[:MAX_EXPECTATIONS]
    text = render(name, source, measured, proposals)
    suite = _loaded(text, proposals)
    outcomes = runner.run(suite, pieces, layout).evaluation.outcomes
    kept = [proposal for proposal, outcome in zip(proposals, outcomes, strict=True) if outcome.success]
    if len(kept) < len(proposals):
        text = render(name, source, measured, kept)
        suite = _loaded(text, kept)
    return Draft(text, suite, len(proposals) - len(kept))


# The process that measures


def measure(pieces: Sequence[Piece], layout: Layout, *, how: runner.How = runner.command) -> Measured:
    """What the columns hold."""
    found = profiled(Source(pieces, layout), how)
    try:
        profiles = tuple(_profile(_of(one, list)) for one in _of(found["profiles"], list))
        columns = tuple(_of(name, str) for name in _of(found["columns"], list))
        return Measured(_of(found["rows"], int), columns, profiles)
    except (KeyError, TypeError, ValueError) as error:
        message = f"the process that measures gave no complete answer ({printable(str(error))[:200]})"
        raise UnableError(message, "this is a defect: please report it") from None


def _profile(said: list[Json]) -> Profile:
    name, kind, family, present, low, high, values, pattern, unique = said
    for bound in (low, high):
        if bound is not None:
            _of(bound, (int, float))
    pairs = None if values is None else tuple((_value(value), _of(n, int)) for value, n in _of(values, list))
    known = pattern if pattern is None or pattern in PATTERNS else None
    return Profile(
        _of(name, str),
        _of(kind, str),
        _of(family, str),
        _of(present, int),
        low,  # type: ignore[arg-type]
        high,  # type: ignore[arg-type]
        pairs,
        known,  # type: ignore[arg-type]
        _of(unique, bool),
    )


def _value(value: Json) -> str | int | bool:
    if not isinstance(value, (str, int)):
        raise TypeError(f"{type(value).__name__} in a set")
    return value


def _of(value: object, kind: type[T] | tuple[type[T], ...]) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} instead of another type")
    return value


# What is proposed


def propose(measured: Measured) -> Iterator[Proposal]:
    """The expectations in the order of the columns, those on the table first."""
    rows = measured.rows
    names: list[Json] = [*measured.columns]
    notes = f"{count(len(names), 'column')} in this order"
    yield Proposal("", "expect_table_columns_to_match_ordered_list", {"column_list": names}, notes)
    low, high = row_band(rows)
    kwargs: dict[str, Json] = {"min_value": low, "max_value": high}
    notes = f"{count(rows, 'row')}; from a fifth less to half as many more"
    yield Proposal("", "expect_table_row_count_to_be_between", kwargs, notes, "warning")
    for profile in measured.profiles:
        if profile.present:
            yield from _nulls(profile, rows)
            yield from _kind(profile, rows)
            if profile.unique:
                yield _on(profile, "values_to_be_unique", {}, f"{profile.present:,} values, all different")


def _on(profile: Profile, what: str, kwargs: dict[str, Json], notes: str, weight: Weight = "critical") -> Proposal:
    return Proposal(profile.name, f"expect_column_{what}", {"column": profile.name, **kwargs}, notes, weight)


def _nulls(profile: Profile, rows: int) -> Iterator[Proposal]:
    """No value is missing, or no larger share than here, in whole per cent."""
    missing = rows - profile.present
    notes = f"{count(rows, 'row')}, {count(missing, 'null')}"
    if not missing:
        yield _on(profile, "values_to_not_be_null", {}, notes)
    elif mostly := profile.present * 100 // rows:
        share = f"{notes} ({100 * missing / rows:.2f} %)"
        yield _on(profile, "values_to_not_be_null", {"mostly": mostly / 100}, share, "warning")


def _kind(profile: Profile, rows: int) -> Iterator[Proposal]:
    """What the values are, by the meaning of the column."""
    if _is_set(profile):
        yield _set(profile)
    elif profile.family in ("integer", "float", "single"):
        yield from _range(profile)
    elif profile.family == "text":
        yield from _text(profile)
    elif profile.type.upper() in ("TIMESTAMP", "TIMESTAMP_NS") and rows <= MAX_TYPED_ROWS:
        notes = f"{count(profile.present, 'value')}, all dates with times ({profile.type})"
        yield _on(profile, "values_to_be_of_type", {"type_": "datetime64"}, notes)


def _is_set(profile: Profile) -> bool:
    """Few values, each of which is there often enough to be no accident."""
    if profile.values is None or profile.unique:
        return False
    often = {"boolean": 0, "text": 3}.get(profile.family, 10)
    return is_label(profile.name) or profile.present >= often * len(profile.values)


def _set(profile: Profile) -> Proposal:
    pairs = profile.values or ()
    values: list[Json] = [value for value, _ in pairs]
    shown = [f"{_short(value)} ({number:,})" for value, number in pairs[:_SHOWN]]
    more = [f"and {len(pairs) - _SHOWN:,} more"] if len(pairs) > _SHOWN else []
    if is_label(profile.name):
        most, least = max(n for _, n in pairs), min(n for _, n in pairs)
        balance = f"; the largest class is {most / least:.1f} times the smallest" if len(pairs) > 1 else ""
        notes = f"{profile.present:,} values in {count(len(pairs), 'class', 'classes')}: {', '.join(shown + more)}"
        return _on(profile, "distinct_values_to_equal_set", {"value_set": values}, notes + balance)
    notes = f"{profile.present:,} values, {len(pairs)} distinct: {', '.join(shown + more)}"
    if profile.family == "boolean":
        values = [False, True]
    return _on(profile, "values_to_be_in_set", {"value_set": values}, notes)


def _short(value: object) -> str:
    return shorten(str(value).lower() if isinstance(value, bool) else str(value), 40)


def _range(profile: Profile) -> Iterator[Proposal]:
    """A band around the numbers; of numbers that name rows there will be more, so only that none is negative."""
    if profile.low is None or profile.high is None:
        return
    kind = "whole numbers" if profile.family == "integer" else "numbers"
    notes = f"{profile.present:,} {kind} from {_figure(profile.low)} to {_figure(profile.high)}"
    if profile.unique:
        if profile.low >= 0:
            yield _on(profile, "values_to_be_between", {"min_value": 0}, notes, "warning")
        return
    found = band(profile.low, profile.high, profile.family)
    if found is not None:
        bounds: dict[str, Json] = {"min_value": found[0], "max_value": found[1]}
        room = "; a tenth more room" if profile.low < profile.high else ", always the same"
        yield _on(profile, "values_to_be_between", bounds, notes + room, "warning")


def _figure(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def _text(profile: Profile) -> Iterator[Proposal]:
    """What texts look like, or else how long they are."""
    low, high = profile.low, profile.high
    if not isinstance(low, int) or not isinstance(high, int):
        return
    lengths = f"from {low:,} to {count(high, 'character')}" if low < high else f"of {count(high, 'character')}"
    notes = f"{profile.present:,} texts {lengths}"
    if profile.pattern is not None:
        regex = PATTERNS[profile.pattern][0]
        yield _on(profile, "values_to_match_regex", {"regex": regex}, f"{notes}, each {profile.pattern}")
        if PATTERNS[profile.pattern][1] == PATTERNS[profile.pattern][2]:
            return
    if low == high and high > 0 and profile.present >= 20:
        yield _on(profile, "value_lengths_to_equal", {"value": high}, notes)
        return
    least, most = length_band(low, high)
    bounds: dict[str, Json] = {"min_value": least, "max_value": most}
    yield _on(profile, "value_lengths_to_be_between", bounds, f"{notes}; half as much more room", "warning")


# The document


def render(name: str, source: str, measured: Measured, proposals: Sequence[Proposal]) -> str:
    """The suite as YAML; whatever comes from the data is quoted, or escaped in a comment."""
    rows, columns = count(measured.rows, "row"), count(len(measured.columns), "column")
    text = _HEADER.format(source=shorten(source), rows=rows, columns=columns)
    lines = [*text.splitlines(), *_remarks(measured), f"name: {plain_or_quoted(name)}", "expectations:"]
    types = {profile.name: profile.type for profile in measured.profiles}
    column = ""
    for proposal in proposals:
        if proposal.column != column:
            column = proposal.column
            lines += ["", f"  # {shorten(column, 60)} ({shorten(types[column], 40)})"]
        lines += _lines(proposal)
    return "\n".join(lines) + "\n"


def _remarks(measured: Measured) -> Iterator[str]:
    rest = len(measured.columns) - len(measured.profiles)
    if rest:
        yield f"# Only the first {len(measured.profiles)} columns were looked at; {rest:,} more are in the list alone."
    empty = [shorten(profile.name, 40) for profile in measured.profiles if not profile.present]
    if empty:
        more = f", and {len(empty) - _SHOWN:,} more" if len(empty) > _SHOWN else ""
        yield f"# Without any value, so nothing is said about them: {', '.join(empty[:_SHOWN])}{more}."


def _lines(proposal: Proposal) -> Iterator[str]:
    yield f"  - type: {proposal.type}"
    yield "    kwargs:"
    for key, value in proposal.kwargs.items():
        if key == "column_list" and isinstance(value, list):
            yield f"      {key}:"
            yield from (f"        - {_scalar(item)}" for item in value)
        else:
            yield f"      {key}: {_scalar(value)}"
    if proposal.severity != "critical":
        yield f"    severity: {proposal.severity}"
    yield f"    notes: {_scalar(proposal.notes)}"


def _scalar(value: Json) -> str:
    """As YAML, where every reader sees the same: numbers with an exponent also have a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text else text.replace("e", ".0e")
    return plain_or_quoted(value)  # type: ignore[arg-type]


def _loaded(text: str, proposals: Sequence[Proposal]) -> Suite:
    """The suite as the gate reads it; what it says must be what was meant."""
    try:
        suite = load_suite(text.encode(), "draft.yaml")
    except (DocumentError, UnicodeEncodeError) as error:
        why = error.problems[0].message if isinstance(error, DocumentError) else "a name that is not UTF-8"
        message = f"the draft could not be read back: {printable(why)}"
        raise UnableError(message, "name the columns with plain letters and draft again") from None
    meant = [(proposal.type, dict(proposal.kwargs), proposal.severity) for proposal in proposals]
    if [(e.type, dict(e.kwargs), e.weight) for e in suite.expectations] != meant:
        raise UnableError("the draft could not be read back as it was meant", "this is a defect: please report it")
    return suite
