"""The verdict in a sentence: what, how sure, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.text import count
from gate.html.markup import safe
from gate.poisoning.answer import Clue, Scanned
from gate.poisoning.page.markup import samples


def verdict(scanned: Scanned) -> str:
    """The box at the top of the page."""
    lines = "".join(f"<p>{line}</p>" for line in _lines(scanned))
    state = "warn" if scanned.outcome == "clear" and scanned.undecided else scanned.outcome
    return f'<div class="verdict {state}">{lines}</div>'


def chance(p: float | None) -> str:
    """The corrected p-value in words."""
    if p is None:
        return ""
    return f"p = {p:.1g}" if p >= 1e-300 else "p below 1e-300"


def _lines(scanned: Scanned) -> Iterator[str]:
    grave = [clue for clue in scanned.clues if clue.level == "block"]
    doubts = [clue for clue in scanned.clues if clue.level == "warn"]
    if grave:
        yield f"The data looks poisoned: {safe(_what(grave[0]))}."
        yield _sure(scanned, grave)
        yield (
            "Do not train on it. Look at the suspects below; then restore the data from its source, or take them out "
            "with <code>gate poison … --quarantine DIR</code>."
        )
    elif doubts:
        yield f"Suspicious, but no proof of poison: {safe(_what(doubts[0]))}."
        yield f"{_counted(scanned, doubts)} Look at them before training: the cause may be natural."
    elif not scanned.undecided:
        yield "Nothing suspicious was found."
        yield "That does not prove the data clean: what this scan could not have seen is said below."
    if scanned.undecided:
        yield (
            f"The scan did not come to an end: {count(len(scanned.undecided), 'detector')} gave no answer, so the data "
            "is not cleared. Run it again with more time or memory."
        )


def _what(clue: Clue) -> str:
    return clue.trigger or clue.message


def _sure(scanned: Scanned, grave: list[Clue]) -> str:
    first = grave[0]
    said = f" Clean data shows such a thing with a probability of {chance(first.p)}." if first.p is not None else ""
    pasted = " Pasted onto other samples, the trigger changes them in the same way." if first.confirmed else ""
    return _counted(scanned, grave) + said + pasted


def _counted(scanned: Scanned, clues: list[Clue]) -> str:
    more = len(clues) - 1
    further = f", and {count(more, 'further finding')} below" if more else ""
    return f"It concerns {clues[0].suspects:,} of {samples(scanned.samples)}{further}."
