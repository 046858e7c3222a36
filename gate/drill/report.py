"""What came of drills as text, as JSON (`drill-1.schema.json` beside this file describes it) and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from gate import __version__
from gate.core.model import Json
from gate.core.text import count, printable
from gate.drill.result import SEEN, Drill, Record, Success, success
from gate.report import marks
from gate.report.view import no_commands

SCHEMA = "https://github.com/dbom-gate/gate/schemas/drill-1.json"
VERSION = 1
ICONS = {0: "✅", 1: "❌", 4: "❓"}
_LIMIT = 900_000
"""Bytes of the table: GitHub drops a summary above 1 MiB altogether."""


def render_json(record: Record) -> str:
    """The whole record: ASCII only."""
    drills = record.drills
    document: dict[str, Json] = {
        "schema": SCHEMA,
        "drill": VERSION,
        "tool": {"name": "gate", "version": __version__},
        "exit_code": record.exit_code,
        "dataset": {
            "name": printable(record.name),
            "path": printable(record.path),
            "modality": record.modality,
            "samples": record.clean.samples,
        },
        "policies": [printable(policy) for policy in record.policies],
        "stage": record.stage,
        "rate": record.rate,
        "seed": record.seed,
        "rounds": record.rounds,
        "clean": {**record.clean._asdict(), "reasons": list(map(printable, record.clean.reasons))},
        "drills": [
            {**drill._asdict(), "trigger": printable(drill.trigger), "reasons": list(map(printable, drill.reasons))}
            for drill in drills
        ],
        "attacks": {name: _share(success(of)) for name, of in by_attack(record).items()},
        "success": _share(success(drills)),
    }
    return no_commands(json.dumps(document, indent=2, allow_nan=False)) + "\n"


def _share(found: Success) -> dict[str, Json]:
    rate = None if found.rate is None else round(found.rate, 4)
    return {"drills": found.drills, "blocked": found.blocked, "rate": rate, "interval": [*map(_rounded, found[2:])]}


def _rounded(value: float) -> float:
    return round(value, 4)


def by_attack(record: Record) -> dict[str, list[Drill]]:
    """The drills of each attack."""
    found: dict[str, list[Drill]] = {}
    for drill in record.drills:
        found.setdefault(drill.attack, []).append(drill)
    return found


def render_text(record: Record) -> str:
    """For people at a terminal."""
    return "".join(f"{printable(line)}\n" for line in _lines(record))


def _lines(record: Record) -> Iterator[str]:
    clean = record.clean
    how = f"{record.rate:.3g} of the samples poisoned, seed {record.seed}"
    yield f"{record.name}: {count(clean.samples, 'sample')}, {record.modality}; {how}"
    yield f"{clean.outcome:<9}  {clean.seconds:6.1f} s  the copy without poison"
    for drill in record.drills:
        yield f"{drill.seen:<9}  {drill.seconds:6.1f} s  {drill.attack}, seed {drill.seed}: {'; '.join(_told(drill))}"
    yield f"drill: {summary(record)}"


def _told(drill: Drill) -> Iterator[str]:
    """How much was planted, and what of it was found."""
    yield f"{drill.poisoned:,} poisoned"
    if drill.precision is not None and drill.recall is not None:
        yield f"precision {drill.precision:.2f}, recall {drill.recall:.2f}"
    if drill.trigger:
        yield f"found {drill.trigger}"
    yield from drill.reasons


def summary(record: Record) -> str:
    """One sentence, and what stands in the way of it."""
    if not record.drills:
        return f"the copy without poison is blocked already, so nothing was drilled: {'; '.join(record.clean.reasons)}"
    found = success(record.drills)
    open_ones = len(record.drills) - found.drills
    undecided = f"; {count(open_ones, 'drill')} came to no answer" if open_ones else ""
    if found.rate is None:
        return f"nothing was decided{undecided}"
    blocked = f"{found.blocked:,} of {count(found.drills, 'poisoned copy', 'poisoned copies')} blocked"
    share = f"{found.rate:.0%}, 95% interval {found.low:.0%} to {found.high:.0%}"
    limit = record.clean.smallest
    few = [drill for drill in record.drills if limit is not None and 0 < drill.poisoned < limit]
    small = f"; fewer than {limit} poisoned samples could not have been told from chance" if few else ""
    return f"{blocked} ({share}){undecided}{small}"


def render_markdown(record: Record) -> str:
    """For the summary of a job."""
    clean = record.clean
    head = f"{ICONS[record.exit_code]} gate drill: {marks.code(record.name)}"
    how = (
        f"{count(clean.samples, 'sample')}, {record.modality}; {record.rate:.3g} of the samples poisoned, "
        f"seed {record.seed}; the copy without poison: {clean.outcome}, {clean.seconds:.1f} s. "
        f"Policy: {', '.join(map(marks.code, record.policies)) or 'none'}; stage: {record.stage}."
    )
    said = summary(record)
    sections = [
        f"## {head}",
        f"{marks.text(said[0].upper() + said[1:])}.",
        how,
        marks.table(("attack", "what it does", *SEEN, "success", "95%"), _shares(record), _LIMIT // 2, "attacks"),
        marks.table(
            ("", "attack", "seed", "poisoned", "seconds", "precision", "recall", "found"),
            map(_row, record.drills),
            _LIMIT // 2,
            "drills",
        ),
        f"<sub>gate {marks.text(__version__)}</sub>",
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _shares(record: Record) -> Iterator[str]:
    for name, drills in by_attack(record).items():
        found = success(drills)
        seen = [drill.seen for drill in drills]
        rate = "" if found.rate is None else f"{found.rate:.0%}"
        counts = (str(seen.count(one)) for one in SEEN)
        about = next((drill.about for drill in drills if drill.about), "")
        yield marks.row(marks.code(name), marks.text(about), *counts, rate, f"{found.low:.0%} to {found.high:.0%}")


def _row(drill: Drill) -> str:
    shares = ["" if share is None else f"{share:.2f}" for share in (drill.precision, drill.recall)]
    found = marks.text("; ".join(filter(None, (drill.trigger, *drill.reasons))))
    numbers = (str(drill.seed), f"{drill.poisoned:,}", f"{drill.seconds:.1f}", *shares)
    return marks.row(f"**{drill.seen}**", marks.code(drill.attack), *numbers, found)


REPORTS: Mapping[str, Callable[[Record], str]] = {
    "text": render_text,
    "json": render_json,
    "markdown": render_markdown,
}
