"""Policy tests for a terminal or a build log: a line for each case, and what is wrong with those that failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.core.errors import Problem
from gate.core.text import count, printable
from gate.policy.testing.model import CaseFile, Difference, Played
from gate.report.text import excerpt

LISTED = 20
"""How many differences of one case are shown."""
_GREEN, _RED = "1;32", "1;31"


def render(
    results: Sequence[tuple[CaseFile, Sequence[Played]]], uncovered: Sequence[Problem], *, color: bool = False
) -> str:
    """Everything that came of the files, with a closing sentence."""
    lines: list[str] = []
    for file, played in results:
        lines.append(printable(file.name))
        for one in played:
            mark = _paint("✗", _RED, color) if one.differences else _paint("✓", _GREEN, color)
            lines.append(f"  {mark} {printable(one.case.name)}")
            lines += (line for difference in one.differences[:LISTED] for line in _told(difference))
            if (more := len(one.differences) - LISTED) > 0:
                lines.append(f"      ... and {more:,} more")
        lines.append("")
    lines += [f"{printable(str(note.location))}: note: {printable(note.message)}" for note in uncovered]
    lines += [""] if uncovered else []
    return "\n".join([*lines, _closing(results, color=color)]) + "\n"


def _told(difference: Difference) -> Iterator[str]:
    place = difference.location
    yield f"      {printable(str(place))}: {printable(difference.message)}"
    if place.snippet:
        text, carets = excerpt(place, 200)
        yield f"         | {text}"
        yield f"         | {carets}"


def _closing(results: Sequence[tuple[CaseFile, Sequence[Played]]], *, color: bool) -> str:
    cases = [one for _, played in results for one in played]
    failed = sum(bool(one.differences) for one in cases)
    where = count(len(results), "file")
    if failed:
        return f"gate: {_paint('failed', _RED, color)}: {failed:,} of {count(len(cases), 'case')} in {where}"
    return f"gate: {_paint('pass', _GREEN, color)}: {count(len(cases), 'case')} in {where}"


def _paint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text
