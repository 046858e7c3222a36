"""Damage done to small valid files: whatever a reader is given, it answers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from gate.formats.interface import Inspection

from .builders import look


def prefixes(data: bytes, start: int = 2) -> Iterator[tuple[int, Inspection]]:
    """What is said about every beginning of `data`, none of which makes a reader fail."""
    for end in range(start, len(data)):
        yield end, sound(data[:end])


def mutations(data: bytes, number: int = 300, seed: int = 1) -> Iterator[Inspection]:
    """What is said about `data` with one to three bytes replaced."""
    chance = random.Random(seed)
    for _ in range(number):
        raw = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            raw[chance.randrange(len(raw))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        yield sound(bytes(raw))


def sound(data: bytes) -> Inspection:
    """The inspection; the reader did not fail on it."""
    found = look(data)
    assert not any("the reader failed" in flaw.message for flaw in found.flaws), (data, found)
    return found
