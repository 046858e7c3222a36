"""The opcode table against the standard library's, and what counts as a pickle."""

from __future__ import annotations

import collections
import datetime
import io
import pickle
import pickletools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.formats.interface import BytesSource
from gate.formats.pickle import machine
from gate.formats.pickle.cursor import Cursor, TruncatedError
from gate.formats.pickle.machine import Machine
from gate.formats.pickle.opcodes import OPCODES
from gate.formats.pickle.reader import TORCH_MAGIC
from gate.formats.streams import Budget

from .builders import HOSTILE, HOSTILE_TEXT, look, rules

FORMAT, MALFORMED, UNSAFE = "weights/pickle-format", "weights/malformed", "weights/unsafe-pickle"
OBJECTS = [
    datetime.datetime(2024, 1, 1),
    collections.OrderedDict(a=1),
    {1, 2},
    frozenset("ab"),
    10**400,
    [None] * 2000,
    bytearray(b"x"),
    collections.Counter("abc"),
    {"nested": [{"a": (1, 2.5, "x" * 70_000)}]},
]


@pytest.mark.parametrize("theirs", pickletools.opcodes, ids=lambda op: op.name)
def test_table_agrees_with_pickletools(theirs: pickletools.OpcodeInfo) -> None:
    ours = OPCODES[ord(theirs.code)]
    before = [item.name for item in theirs.stack_before]
    assert (ours.name, ours.protocol, ours.mark) == (theirs.name, theirs.proto, "mark" in before)
    if theirs.name not in {"DUP", "MEMOIZE", "OBJ", "INST"}:
        assert ours.below == len([name for name in before if name not in {"mark", "stackslice"}])
        after = [item for item in theirs.stack_after if item.name != "mark"]
        assert len(ours.leaves) == len(after)


def test_table_is_complete() -> None:
    assert len(OPCODES) == len(pickletools.opcodes)


def _boundaries(data: bytes) -> list[int]:
    cursor, found = Cursor(BytesSource(data)), []
    while not cursor.ended():
        found.append(cursor.position)
        op = OPCODES[cursor.code()]
        if op.width:
            cursor.argument(op)
    return found


@pytest.mark.parametrize("value", OBJECTS, ids=lambda v: type(v).__name__)
@pytest.mark.parametrize("protocol", range(6))
def test_instructions_begin_where_pickletools_says(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    assert _boundaries(data) == [position for _, _, position in pickletools.genops(data)]
    walk = Machine(BytesSource(data), Budget(1 << 40))
    assert (walk.run(), walk.cursor.position, walk.count) == ("stop", len(data), len(_boundaries(data)))


@pytest.mark.parametrize(
    "data",
    [
        HOSTILE,
        HOSTILE_TEXT,
        HOSTILE[2:],
        b"(S'echo'\nios\nsystem\n.",
        b"(cos\nsystem\nS'x'\no.",
        b"\x8c\x02os\x8c\x06system\x93",
        b"N." + HOSTILE_TEXT,
        b"N0" * 3000 + HOSTILE_TEXT,
        b"V" + b"a" * 200_000 + b"\n0" + HOSTILE_TEXT,
        b"\x82\x01)R.",
        b"cos\nenviron\nVA\nVB\ns.",
        b"I\n0" + HOSTILE_TEXT,
        b"cos\nsystem\np+1\n0g1\nS'x'\n\x85R",
    ],
)
def test_what_can_run_code_is_a_pickle(data: bytes) -> None:
    for tail in (b"", b"\xffgarbage"):
        assert FORMAT in rules(data + tail)


def test_offset_is_where_code_first_runs() -> None:
    assert {flaw.offset for flaw in look(HOSTILE_TEXT).flaws} == {HOSTILE_TEXT.index(b"R.")}


@pytest.mark.parametrize("end", range(3, len(HOSTILE)))
def test_truncated_with_header_is_a_malformed_pickle(end: int) -> None:
    assert rules(HOSTILE[:end]) - {UNSAFE} == {FORMAT, MALFORMED}
    assert (UNSAFE in rules(HOSTILE[:end])) == (end > HOSTILE.index(b"\x93"))


@pytest.mark.parametrize("end", range(len(HOSTILE_TEXT) - 2))
def test_truncated_text_before_the_call_is_nothing(end: int) -> None:
    assert not rules(HOSTILE_TEXT[:end])


def test_torch_legacy_and_joblib_have_their_names() -> None:
    assert look(b"\x80\x02\x8a\x0a" + TORCH_MAGIC + b".\x80\x02M\xe9\x03.").format == "torch-legacy"
    wrapper = b"\x80\x04\x8c\x13joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93)\x81}b" + b"\xff raw array"
    found = look(wrapper)
    assert (found.format, {flaw.rule for flaw in found.flaws}) == ("joblib", {FORMAT, "weights/unscannable"})


def test_instruction_limit_is_never_clean() -> None:
    assert rules(b"N0" * machine.UNSURE) == {"weights/unscannable"}


@pytest.mark.parametrize("length", [b"\xff" * 8, (1 << 63).to_bytes(8, "little"), (1 << 45).to_bytes(8, "little")])
def test_absurd_lengths(length: bytes) -> None:
    assert MALFORMED in rules(b"\x80\x04\x8e" + length)


@given(st.binary(max_size=300))
def test_never_stricter_than_the_unpickler(data: bytes) -> None:
    """Whatever imports or stops in the real unpickler is recognised, if it has a header."""

    class Probe(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> object:
            raise KeyboardInterrupt  # nothing is ever imported

    stream = b"\x80\x04N" + data
    try:
        Probe(io.BytesIO(stream)).load()
    except KeyboardInterrupt:
        pass
    except Exception:
        return
    assert look(stream).format == "pickle"


@given(
    st.lists(
        st.sampled_from([bytes((c,)) for c in OPCODES] + [b"0\n", b"os\n", b"'x'\n", b"\x01a", b"\x00"]), max_size=60
    )
)
def test_random_instructions_never_raise(parts: list[bytes]) -> None:
    look(b"".join(parts))


def test_cursor_reports_truncation() -> None:
    with pytest.raises(TruncatedError):
        Cursor(BytesSource(b"")).code()
