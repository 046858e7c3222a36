"""What changed, in words: untrusted names and values are made harmless here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone

from gate.core.text import count, shorten
from gate.suites.drift.interface import Column, Comparison, Moved, Side
from gate.suites.drift.terms import family
from gate.suites.profile import is_label

TOLD = 0.1
"""PSI, D or V from which on a change is worth telling: below is "no change" by the usual bands of the PSI."""
_POINT = 0.01
_FEW = 3
_NAME = 40


def is_told(column: Column) -> bool:
    """Whether the change of this column is worth telling."""
    measured = max(column.psi or 0.0, column.effect or 0.0)
    return column.was.type != column.now.type or measured >= TOLD or bool(column.new or column.lost)


def ranked(comparison: Comparison) -> list[Column]:
    """The columns whose change is worth telling: another type first, then by their PSI."""
    told = [column for column in comparison.columns if is_told(column)]
    return sorted(told, key=lambda column: (not column.retyped, -(column.psi or 0.0), -(column.effect or 0.0)))


def effect(column: Column) -> str:
    """The effect by its name: `V 0.29`, `D 0.14`."""
    return "" if column.effect is None else f"{'V' if column.kind == 'categories' else 'D'} {column.effect:.2f}"


def change(column: Column, rows: Sequence[int]) -> str:
    """What changed in the column, most telling first."""
    return "; ".join(_changes(column, rows)) or "the shares of its values"


def _changes(column: Column, rows: Sequence[int]) -> Iterator[str]:
    was, now = column.was, column.now
    if was.type != now.type:
        yield f"{shorten(was.type, _NAME)} -> {shorten(now.type, _NAME)}"
    gone = [1 - side.present / of if of else 0.0 for side, of in zip((was, now), rows, strict=True)]
    if abs(gone[0] - gone[1]) >= _POINT:
        yield f"missing {gone[0]:.1%} -> {gone[1]:.1%}"
    if column.kind == "categories":
        yield from _categories(column)
    elif column.kind in ("numbers", "lengths"):
        word = "length " if column.kind == "lengths" else ""
        yield f"{word}mean {_figure(was, was.mean)} -> {_figure(now, now.mean)}"
        ends = [f"{_figure(side, side.low)} to {_figure(side, side.high)}" for side in (was, now)]
        if ends[0] != ends[1]:
            yield f"{word}range {ends[0]} -> {ends[1]}"
    if column.unseen is not None:
        yield f"{column.unseen:.0%} of the different texts are new"


def _categories(column: Column) -> Iterator[str]:
    was, now = max(1, column.was.present), max(1, column.now.present)
    new = [f"{_value(one)} ({one.now / now:.1%})" for one in column.moved if not one.was]
    lost = [f"{_value(one)} ({one.was / was:.1%})" for one in column.moved if not one.now]
    yield from _listed("new", new, column.new)
    yield from _listed("lost", lost, column.lost)
    shares = [one for one in column.moved if one.was and one.now and abs(one.was / was - one.now / now) >= _POINT]
    for one in shares if is_label(column.name) else shares[:_FEW]:
        yield f"{_value(one)} {one.was / was:.1%} -> {one.now / now:.1%}"


def _listed(word: str, values: Sequence[str], number: int | None) -> Iterator[str]:
    """The first of the values, and how many more there are; None is more than were counted."""
    shown = list(values[:_FEW])
    if number is None:
        shown.append("too many to be counted one by one")
    elif number > len(shown):
        shown.append(f"{number - len(shown):,} more")
    if shown:
        yield f"{word}: {', '.join(shown)}"


def _value(one: Moved) -> str:
    return f'"{shorten(one.value, _NAME)}"'


def _figure(side: Side, number: float | None) -> str:
    if number is None:
        return "none"
    if family(side.type) == "times" and side.type.startswith(("DATE", "TIMESTAMP")) and abs(number) < 1e11:
        return datetime.fromtimestamp(number, timezone.utc).strftime("%Y-%m-%d")
    return f"{number:,.6g}" if abs(number) >= 1e5 else f"{number:.5g}"


def table(old: str, new: str, comparison: Comparison) -> Iterator[str]:
    """All of it for people: what is there and what is not, and a line for each column whose change is worth telling."""
    rows, told = comparison.rows, ranked(comparison)
    columns = len(comparison.columns)
    were, are = columns + len(comparison.removed), count(columns + len(comparison.added), "column")
    yield f"{old} -> {new}: {rows[0]:,} -> {count(rows[1], 'row')}, {were:,} -> {are}"
    yield from (f"removed: {shorten(name, _NAME)}" for name in comparison.removed)
    yield from (f"added: {shorten(name, _NAME)}" for name in comparison.added)
    if comparison.reordered:
        yield "the columns are in another order"
    if told:
        yield ""
        lines = [("column", "PSI", "effect", "what changed")]
        lines += [(shorten(c.name, _NAME), _psi(c), effect(c), change(c, rows)) for c in told]
        widths = [max(len(line[i]) for line in lines) for i in range(3)]
        for name, psi, size, what in lines:
            yield f"{name:<{widths[0]}}  {psi:>{widths[1]}}  {size:<{widths[2]}}  {what}"
        yield ""
    yield f"{count(columns - len(told), 'column')} without a change worth telling"


def _psi(column: Column) -> str:
    return "" if column.psi is None else f"{column.psi:.3f}"
