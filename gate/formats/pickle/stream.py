"""All the pickles of a file: loaders call `load` as often as they like, and may seek before they do."""

from __future__ import annotations

import re
from typing import NamedTuple

from gate.formats.interface import Source
from gate.formats.pickle.machine import End, Machine
from gate.formats.streams import Budget, ExhaustedError

PICKLES = 10_000
"""Pickles followed in one file; a legacy torch file has five."""
WINDOW = 1024 * 1024
"""Bytes of what is no pickle that are searched at a time."""
OVERLAP = 1024
"""Bytes searched twice, so that no beginning is cut in two."""
_HEADER = re.compile(rb"\x80[\x02-\x05][(\x80\x8c\x95\x97\]}cXU]")
"""A protocol and an instruction that a pickle with imports begins with."""
_IMPORT = re.compile(rb"[(c][^\W\d][\w.]{0,99}\n[^\W\d][\w.]{0,99}\n")
"""GLOBAL, or a mark and INST, without a header: protocols 0 and 1."""
STOPS = 64
"""Ends of values without a header behind which a pickle is looked for at once."""
TRIED = 300_000
"""Instructions followed from beginnings that were no pickles after all, beside one for each byte searched."""
TEXT = 1024 * 1024
"""Bytes behind a pickle that are searched for imports without a header."""


class Followed(NamedTuple):
    """A machine that ran, and how it ended."""

    machine: Machine
    end: End

    @property
    def whole(self) -> bool:
        """Whether the file ends with this pickle."""
        return self.end == "stop" and self.machine.cursor.ended()


def follow(source: Source, budget: Budget) -> list[Followed]:
    """Follow the pickle at the start of `source`, then those behind it; the first even if it is none."""
    found = [_run(source, budget, 0)]
    first = found[0].machine
    for stop in first.stops[:STOPS]:  # followed with the memo of what was in front; loaders may start afresh
        again = _run(source, budget, stop)
        if again.machine.certain:
            found.append(again)
    if len(first.stops) > STOPS:
        found.append(Followed(first, "limit"))
    if not first.certain and not found[0].whole:
        if first.stops:
            _behind(source, budget, first.stops[0], found)
        return found
    if found[0].end != "stop":
        _behind(source, budget, first.offset + 1, found)
        return found
    position = first.cursor.position
    while source.read(position, 1):
        if len(found) >= PICKLES:
            found.append(Followed(Machine(source, budget, position), "limit"))
            return found
        following = _run(source, budget, position)
        if not following.machine.certain and not following.whole:
            _behind(source, budget, position, found)
            break
        found.append(following)
        if following.end != "stop":
            _behind(source, budget, following.machine.offset + 1, found)
            break
        position = following.machine.cursor.position
    return found


def _run(source: Source, budget: Budget, position: int) -> Followed:
    machine = Machine(source, budget, position)
    end = machine.run()
    machine.cursor.forget()
    return Followed(machine, end)


def _behind(source: Source, budget: Budget, position: int, found: list[Followed]) -> None:
    """Search what is no pickle for beginnings of pickles that import something.

    A beginning inside of a pickle that was just found is passed over.
    """
    start = past = position
    known, spent = len(found), 0
    while window := source.read(position, WINDOW):
        for match in _beginnings(window, position - start < TEXT):
            place = position + match
            if place < past:
                continue
            candidate = _run(source, budget, place)
            if candidate.machine.evidence is not None and _named(candidate.machine):
                found.append(candidate)
                if len(found) - known >= PICKLES:
                    raise ExhaustedError(f"more than {PICKLES:,} pickles in one file")
                past = candidate.machine.cursor.position
                continue
            spent += candidate.machine.count
            if spent > TRIED + place - start:
                found.append(Followed(candidate.machine, "limit"))
                return
        if len(window) < WINDOW:
            return
        position += WINDOW - OVERLAP


def _beginnings(window: bytes, text: bool) -> list[int]:
    """Where pickles may begin, in order."""
    places = [match.start() for match in _HEADER.finditer(window)]
    if text:
        places += [match.start() for match in _IMPORT.finditer(window)]
    return sorted(places)


def _named(machine: Machine) -> bool:
    """Whether it imports something that can be a module: among random bytes some look like instructions."""
    names = (value.module for value in machine.imports.values() if value.module)
    return all(name.replace(".", "_").isidentifier() for name in names)
