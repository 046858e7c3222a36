"""What the verdict on a copy says: whether the poison in it was seen, and how much of it is named."""

from __future__ import annotations

from typing import NamedTuple

from gate.checks.scanned import NOT_SCANNED, Judged
from gate.core.model import UNDECIDED, Verdict
from gate.drill.copy import Copy, Poison
from gate.drill.result import Clean, Drill
from gate.poisoning.answer import Scanned


class Answer(NamedTuple):
    """What the check and the policies say of one copy, and the seconds that this took."""

    judged: Judged
    verdict: Verdict
    seconds: float


def clean_of(answer: Answer) -> Clean:
    """What the gate says of the copy without poison."""
    scanned = answer.judged.scanned
    if _convicts(answer.verdict):
        outcome = "blocked"
    elif _undecided(answer):
        outcome = "undecided"
    else:
        outcome = "warned" if scanned and any(clue.level == "warn" for clue in scanned.clues) else "clear"
    samples, smallest = (scanned.samples, scanned.smallest) if scanned else (0, None)
    return Clean(outcome, answer.seconds, samples, smallest, _reasons(answer.verdict))  # type: ignore[arg-type]


def seen_of(poison: Poison, copy: Copy, answer: Answer) -> Drill:
    """Whether the gate saw the poison, and which samples it names."""
    scanned = answer.judged.scanned
    drill = Drill(poison.attack, copy.about, poison.seed, len(copy.rows), "missed", answer.seconds)
    if _convicts(answer.verdict):
        return _with_suspects(drill._replace(seen="blocked"), copy, scanned, _gravest(scanned))
    if telling := [clue for clue, rows in _rows(scanned).items() if 2 * len(rows & copy.rows) > len(rows)]:
        return _with_suspects(drill._replace(seen="warned"), copy, scanned, telling)
    if _undecided(answer):
        return drill._replace(seen="undecided", reasons=_reasons(answer.verdict))
    return drill


def _convicts(verdict: Verdict) -> bool:
    """Whether poison is what blocks; that something was not read, or not decided, is no detection."""
    blocking = {decision.finding.rule for decision in verdict.decisions if decision.ruling == "block"}
    return bool(blocking - {UNDECIDED, NOT_SCANNED})


def _reasons(verdict: Verdict) -> tuple[str, ...]:
    """What blocks, and what is undecided."""
    return tuple(
        decision.finding.message
        for decision in verdict.decisions
        if decision.ruling == "block" or decision.finding.rule == UNDECIDED
    )


def _undecided(answer: Answer) -> bool:
    rules = {decision.finding.rule for decision in answer.verdict.decisions}
    return answer.judged.scanned is None or UNDECIDED in rules


def _gravest(scanned: Scanned | None) -> list[int]:
    """The positions of the evidence that blocks; of that which warns, where the policy has this block."""
    levels = [clue.level for clue in scanned.clues] if scanned else []
    level = "block" if "block" in levels else "warn"
    return [number for number, found in enumerate(levels) if found == level]


def _rows(scanned: Scanned | None) -> dict[int, frozenset[int]]:
    """The rows that each piece of evidence that warns or blocks names, by its position."""
    rows: dict[int, set[int]] = {}
    for suspect in scanned.suspects if scanned else ():
        for clue in suspect.clues:
            if scanned and scanned.clues[clue].level != "note":
                rows.setdefault(clue, set()).add(suspect.place.row)
    return {clue: frozenset(found) for clue, found in rows.items()}


def _with_suspects(drill: Drill, copy: Copy, scanned: Scanned | None, clues: list[int]) -> Drill:
    """The drill with what the evidence at the positions `clues` names."""
    rows = _rows(scanned)
    named = frozenset(row for clue in clues for row in rows.get(clue, ()))
    right = len(named & copy.rows)
    triggers = [scanned.clues[clue].trigger for clue in clues if scanned and scanned.clues[clue].trigger]
    return drill._replace(
        precision=round(right / len(named), 4) if named else None,
        recall=round(right / len(copy.rows), 4) if named else None,
        trigger=triggers[0] if triggers else "",
    )
