"""Every reader, given damaged files: it answers, in bounded memory, with messages that a terminal can show."""

from __future__ import annotations

import random
import struct
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from gate.formats.interface import Inspection
from gate.formats.registry import FORMATS
from gate.formats.sniff import HEAD, TAIL, sniff

from .builders import tarred, zipped
from .fuzz import sound
from .seeds import SEEDS
from .test_sevenzip import archive, signed

PREFIXES, CHANGES, SPLICES, GROWN = 250, 300, 150, 20
"""Cases for each seed and kind of damage."""
SIZE = 60_000
"""Bytes that repetition makes of a seed."""
MEMORY = 64 * 1024 * 1024
"""Bytes that no input of this size is worth."""
CLAIMS = (
    b"\xff", b"\xff\xff", b"\xff" * 4, b"\xff" * 8, b"\xff" * 9 + b"\1", b"\0" * 8, b"999999999999", b"-1",
    *(struct.pack(form, value) for form in ("<I", ">I") for value in (10**9, (1 << 31) - 1, 1 << 31)),
    *(struct.pack(form, value) for form in ("<Q", ">Q") for value in (10**9, (1 << 63) - 1, 1 << 63)),
)  # fmt: skip
"""Lengths and counts that nothing of this size has."""
NAMES = (b"\n::error::x", b"\x1b[2J", b"\xff\xfe", b"\xed\xb2\x80", "\u202e".encode())
"""What names hold that forge a report: line ends, escapes, bytes and halves of letters that are no text."""
CASES = [
    pytest.param(name, data, id=f"{name}-{number}")
    for name, found in SEEDS.items()
    for number, data in enumerate(found)
]
EVERY = [data for found in SEEDS.values() for data in found]
HARMLESS = zipped({"README.md": b"# hello\n"})


def answered(data: bytes) -> Inspection:
    """What is said about `data`, which a terminal can show."""
    found = sound(data)
    for flaw in found.flaws:
        assert flaw.message.isprintable(), flaw
        assert len(flaw.message) < 1000, flaw
        assert flaw.member is None or flaw.member.isprintable(), flaw
        assert flaw.offset is None or flaw.offset >= 0, flaw
    return found


def truncated(data: bytes, _: random.Random) -> Iterator[bytes]:
    step = max(1, len(data) // PREFIXES)
    return (data[:end] for end in range(2, len(data), step))


def flipped(data: bytes, chance: random.Random) -> Iterator[bytes]:
    for _ in range(CHANGES):
        raw = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 5))):
            raw[chance.randrange(len(raw))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        yield bytes(raw)


def inflated(data: bytes, chance: random.Random) -> Iterator[bytes]:
    for _ in range(CHANGES):
        place, claim = chance.randrange(len(data)), chance.choice(CLAIMS + NAMES)
        yield data[:place] + claim + data[place + chance.choice((0, len(claim))) :]


def spliced(data: bytes, chance: random.Random) -> Iterator[bytes]:
    for _ in range(SPLICES):
        other = chance.choice(EVERY)
        yield data[: chance.randrange(2, len(data))] + other[chance.randrange(len(other)) :]


def grown(data: bytes, chance: random.Random) -> Iterator[bytes]:
    for _ in range(GROWN):
        start = chance.randrange(len(data))
        piece = data[start : start + chance.choice((1, 2, 3, 5, 8, 16, 40))]
        yield data[:start] + piece * (SIZE // len(piece)) + data[start + len(piece) :]


@pytest.mark.parametrize("damage", [truncated, flipped, inflated, spliced, grown])
@pytest.mark.parametrize(("name", "data"), CASES)
def test_damage(name: str, data: bytes, damage: object) -> None:
    assert callable(damage)
    before = answered(HARMLESS)
    for damaged in damage(data, random.Random(f"{name} {len(data)}")):
        answered(damaged)
    assert answered(HARMLESS) == before == ("zip", "other", (), before.facts, frozenset())


@pytest.mark.parametrize("wrap", [
    zlib.compress, lambda data: zipped({"a\n::error::/" + "x" * 400: data, "archive/data.pkl": data}, 8),
    lambda data: tarred({"a\x1b[2J": data, "model/config.yaml": data}),
], ids=["zlib", "zip", "tar"])  # fmt: skip
@pytest.mark.parametrize(("name", "data"), CASES)
def test_damage_in_archives(name: str, data: bytes, wrap: object) -> None:
    assert callable(wrap)
    chance = random.Random(f"{name} in {len(data)}")
    for damage in (truncated, flipped, inflated):
        for damaged in list(damage(data, chance))[:: 3 * PREFIXES // 20]:
            answered(wrap(damaged))


def test_damage_behind_checksums_that_hold() -> None:
    chance = random.Random(7)
    for kind in ("copy", "deflate", "lzma2"):
        whole = archive({"w": b"\x80\x04N.", "a\n": b"hello" * 20}, kind, (0o100644, 0o120777))
        size = int.from_bytes(whole[12:20], "little")
        for damage in (flipped, inflated, truncated):
            for header in damage(whole[32 + size :], chance):
                answered(signed(whole[32 : 32 + size], header))


@pytest.mark.parametrize(("name", "data"), [case for case in CASES if case.values[0] != "pickle"])
def test_memory(name: str, data: bytes) -> None:
    chance = random.Random(f"{name} memory")
    damaged = [*list(inflated(data, chance))[:8], next(grown(data, chance))]
    answered(data)  # what is imported stays
    tracemalloc.start()
    try:
        for one in damaged:
            answered(one)
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()


def test_every_format_has_a_seed_that_is_one() -> None:
    read = {name for name, target in FORMATS.items() if ":" in target}
    assert SEEDS.keys() == read
    for name, found in SEEDS.items():
        for data in found:
            assert sniff(data[:HEAD], data[-TAIL:], len(data)) == name
            assert answered(data).format != "unknown", name
