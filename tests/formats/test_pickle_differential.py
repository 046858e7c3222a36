"""Whatever an unpickler executes is recognised. Only `len` and `list` of `builtins` are ever called."""

from __future__ import annotations

import pickle
import random

import pytest

from .builders import look, rules

CALL = b"cbuiltins\nlen\n(S'abc'\ntR."
ZEROS = b"0" * 50
HIDING = [
    b"]Nb0",
    b"I1\nNb0",
    b"NI0\nb0",
    b"N(lb0",
    b"NV\nb0",
    b"N(u0",
    b"N(e0",
    b"N(\x900",
    b"S'a'\n(e0",
    b"I1\np" + ZEROS + b"1\n0",
    b"I1\np1\n0g" + ZEROS + b"1\n0",
    b"I1\np1\n0g" + b"0" * 4000 + b"1\n0",
    b"I1\np" + b"1" * 50 + b"\n0g" + b"1" * 50 + b"\n0",
    b"I1\np1\0x\n0",
]
ATOMS = [
    *(bytes((code,)) for code in b"N(012])}ldtaesub\x85\x86\x87\x88\x89\x8f\x90\x91\x94\x98R"),
    *(
        b"I1\n",
        b"I01\n",
        b"I0x1f\n",
        b"I 7\n",
        b"I1_0\n",
        b"I-0b1\n",
        b"I0\n",
        b"L1L\n",
        b"L0x1L\n",
        b"F1e5\n",
        b"Finf\n",
    ),
    *(b"K\1", b"M\1\0", b"J\0\0\0\0", b"G" + bytes(8), b"\x8a\1\1", b"\x8a\0", b"S'a'\n", b"S''\n", b"S'\\x41'\n"),
    *(b"V\n", b"V\\u0041\n", b"U\1a", b"X\1\0\0\0a", b"C\1a", b"\x8c\1a", b"\x80\0", b"\x80\1"),
    *(b"p0\n", b"p 1\n", b"p1_0\n", b"p+1\n", b"p" + ZEROS + b"1\n", b"q\0", b"q\1", b"r\0\0\0\0"),
    *(b"g0\n", b"g 1\n", b"g10\n", b"g" + ZEROS + b"1\n", b"h\0", b"h\1", b"j\0\0\0\0"),
    *(b"cbuiltins\nlen\n", b"cbuiltins\nlist\n", b"ibuiltins\nlist\n", b"o"),
]


def _executed(data: bytes) -> bool:
    """Whether one of the two unpicklers carries `data` out: the one in C or the one in Python."""
    for load in (pickle.loads, pickle._loads):  # type: ignore[attr-defined]
        try:
            load(data)
        except Exception:
            continue
        return True
    return False


@pytest.mark.parametrize("prefix", HIDING, ids=lambda prefix: repr(prefix[:12]))
def test_prefixes_that_unpicklers_accept_hide_nothing(prefix: bytes) -> None:
    assert _executed(prefix + CALL)
    assert "weights/pickle-format" in rules(prefix + CALL)
    assert "builtins.len" in look(prefix + CALL).imported


@pytest.mark.parametrize("prefix", [b"NS'a'\nb0", b"N(NNu0", b"N(Ne0", b"N(N\x900", b"g1\n0", b"]p-\n0"])
def test_prefixes_that_no_unpickler_accepts_end_the_walk(prefix: bytes) -> None:
    assert not _executed(prefix + CALL)
    assert not rules(prefix + CALL)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_an_unpickler_executes_is_recognised(seed: int) -> None:
    chance = random.Random(seed)
    executed = 0
    for _ in range(6000):
        data = b"".join(chance.choices(ATOMS, k=chance.randint(1, 6))) + CALL
        if _executed(data):
            executed += 1
            assert "builtins.len" in look(data).imported, data
    assert executed > 500
