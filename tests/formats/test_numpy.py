"""npy headers: objects anywhere are a pickle, and sizes have to fit."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.formats.literal import NotLiteralError, parse

from .builders import HOSTILE, look, npy, rules

FORMAT, MALFORMED = "weights/pickle-format", "weights/malformed"


@pytest.mark.parametrize(
    "dtype",
    [
        "<f4",
        "|b1",
        "<i8",
        ">c16",
        "<U5",
        "|S3",
        "<M8[ns]",
        "<m8",
        "|V7",
        "?",
        "u1",
        [("a", "<f4"), ("b", "<i2", (2, 3))],
        [("x", [("y", "<f8")])],
    ],
)
def test_what_numpy_writes_is_clean(dtype: object) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((2, 3), dtype=np.dtype(dtype)))  # type: ignore[call-overload]
    assert look(buffer.getvalue())[:3] == ("npy", "data", ())
    np.save(buffer, np.zeros((), dtype="<f4"))
    assert not rules(buffer.getvalue()), "two arrays in one file"
    assert rules(buffer.getvalue()[:-1]) == {MALFORMED}


@pytest.mark.parametrize(
    "descr",
    [
        "'|O'",
        "'O'",
        "'|O8'",
        "'object'",
        "[('a', '<f4'), ('b', '|O')]",
        "[('a', [('b', 'O')])]",
        "('|O', (2,))",
        "[('a', '|O', (2,))]",
        "'O,i4'",
    ],
)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_objects_anywhere_are_a_pickle(descr: str, version: int) -> None:
    data = npy(descr, "(1,)", HOSTILE, version)
    start = data.index(HOSTILE)
    found = [(flaw.rule, flaw.offset) for flaw in look(data).flaws]
    assert found == [(FORMAT, start), ("weights/unsafe-pickle", start + HOSTILE.index(b"R"))]


@pytest.mark.parametrize(
    ("descr", "shape"),
    [
        ("'<f4'", "(1000000000,)"),
        ("'<f4'", "(3,)"),
        ("'<f4'", "(1,)"),
        ("'zz'", "(2,)"),
        ("'<f4'", "2"),
        ("'<f4'", "(-1,)"),
        ("f()", "(2,)"),
        ("'<f4'", "(True,)"),
        ("'<f4'", "(" * 50 + ")" * 50),
        ("'a' 'b'", "(2,)"),
        ("[]", "(2,)"),
    ],
)
def test_mismatches(descr: str, shape: str) -> None:
    assert rules(npy(descr, shape, bytes(8))) == {MALFORMED}


@pytest.mark.parametrize("end", range(6, len(npy("'<f4'", "(2,)", bytes(8)))))
def test_truncated_anywhere(end: int) -> None:
    assert rules(npy("'<f4'", "(2,)", bytes(8))[:end]) == {MALFORMED}


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**9) | st.from_regex(r"[a-z<>|]*", fullmatch=True),
    lambda s: st.lists(s, max_size=3) | st.tuples(s) | st.tuples(s, s),
    max_leaves=8,
)


@given(values)
def test_literals_round_trip(value: object) -> None:
    assert parse(repr(value)) == value


@given(st.text("[](){}'\",:0aTL \\", max_size=40))
def test_any_text_parses_or_is_refused(text: str) -> None:
    with contextlib.suppress(NotLiteralError):
        parse(text)
