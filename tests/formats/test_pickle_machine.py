"""The pickle machine: what a program imports and calls is what it reports, whatever way the program takes."""

from __future__ import annotations

import collections
import contextlib
import copyreg
import functools
import io
import pickle
import pickletools
import struct
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.formats.interface import BytesSource, Flaw
from gate.formats.pickle.calls import shown
from gate.formats.pickle.machine import Machine
from gate.formats.pickle.stream import follow
from gate.formats.streams import Budget

from .builders import HOSTILE, look, rules
from .programs import program

FORMAT, UNSAFE, UNKNOWN = "weights/pickle-format", "weights/unsafe-pickle", "weights/unknown-global"
MALFORMED, UNSCANNABLE = "weights/malformed", "weights/unscannable"
AMPLE = 1 << 40


def run(data: bytes) -> Machine:
    machine = Machine(BytesSource(data), Budget(AMPLE))
    machine.run()
    return machine


def unsafe(data: bytes) -> list[Flaw]:
    return [flaw for flaw in look(data).flaws if flaw.rule == UNSAFE]


def frame(code: bytes) -> bytes:
    return b"\x80\x04\x95" + struct.pack("<Q", len(code)) + code


@pytest.mark.parametrize("seed", range(150))
def test_globals_and_calls_are_those_that_the_program_was_built_around(seed: int) -> None:
    made = program(seed)
    machine = run(bytes(made.code))
    assert {(value.module, value.name) for value in machine.imports.values()} == made.globals
    assert {(value.module, value.name) for value in machine.calls} == made.called
    assert look(bytes(made.code)).imported == {f"{module}.{name}" for module, name in made.globals}


@pytest.mark.parametrize("seed", range(15))
def test_a_program_cut_off_anywhere_is_never_clean(seed: int) -> None:
    code = bytes(program(seed).code)
    for end in range(3, len(code)):
        assert look(code[:end]).flaws


@pytest.mark.parametrize("seed", range(40))
def test_instruction_boundaries_are_those_of_pickletools(seed: int) -> None:
    code = bytes(program(seed).code)
    assert run(code).count == len(list(pickletools.genops(code)))


class Recorder(pickle._Unpickler):  # type: ignore[name-defined,misc]
    """The unpickler of the standard library, which notes what it looks up and returns stand-ins."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.found: set[tuple[str, str]] = set()

    def find_class(self, module: str, name: str) -> Any:
        self.found.add((module, name))
        return Stand


class Stand:
    """Takes any arguments and any state, and does nothing."""

    def __new__(cls, *args: object, **kwargs: object) -> Stand:
        return object.__new__(cls)

    def __init__(self, *args: object, **kwargs: object) -> None: ...

    def __setstate__(self, state: object) -> None: ...

    def append(self, item: object) -> None: ...

    def extend(self, items: object) -> None: ...

    def __setitem__(self, key: object, value: object) -> None: ...


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
    | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
        | st.tuples(inner, inner)
        | inner.map(lambda value: collections.OrderedDict(a=value))
        | inner.map(lambda value: collections.deque([value]))
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(VALUES, st.integers(0, 5))
def test_what_picklers_write_is_followed_to_its_stop(value: object, protocol: int) -> None:
    data = pickle.dumps(value, protocol)
    recorder = Recorder(io.BytesIO(data))
    recorder.load()
    machine = Machine(BytesSource(data), Budget(AMPLE))
    assert machine.run() == "stop"
    assert {(found.module, found.name) for found in machine.imports.values()} == recorder.found


@settings(max_examples=300)
@given(st.integers(0, 10_000), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=3))
def test_what_the_unpickler_looks_up_is_reported_in_mutants_too(seed: int, changes: list[tuple[int, int]]) -> None:
    code = program(seed).code
    for position, byte in changes:
        code[2 + position % (len(code) - 2)] = byte
    recorder = Recorder(io.BytesIO(code))
    with contextlib.suppress(Exception):  # what was looked up before counts all the same
        recorder.load()
    reported = look(bytes(code))
    for module, name in recorder.found:
        assert f"{module}.{name}" in reported.imported or rules(bytes(code)) & {UNSAFE, MALFORMED}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (b"\x82\x01.", "extension 1"),
        (b"\x83\x01\x00)R.", "extension 1"),
        (b"\x84\x01\x00\x00\x00)R.", "extension 1"),
        (b"cbuiltins\nstr\n)R\x8c\x06system\x93.", "whose name only shows"),
    ],
)
def test_names_that_cannot_be_told_are_unsafe(code: bytes, name: str) -> None:
    assert any(name in flaw.message for flaw in unsafe(b"\x80\x04" + code))


def test_getattr_of_a_literal_is_the_dotted_name() -> None:
    code = b"\x80\x02cbuiltins\ngetattr\ncos.path\nJoin\nX\x05\0\0\0splut\x86R."
    assert "os.path.Join.splut" in look(code).imported
    assert not any("getattr" in flaw.message for flaw in look(code).flaws)


@pytest.mark.parametrize(
    "code",
    [
        b"cbuiltins\ngetattr\n(cbuiltins\n__import__\n(S'os'\ntRS'system'\ntR(S'id'\ntR.",
        b"cbuiltins\ngetattr\ncbuiltins\nmap\ncbuiltins\ngetattr\n\x85R.",
        b"cbuiltins\ngetattr\n.",
    ],
)
def test_getattr_that_cannot_be_resolved_is_unsafe(code: bytes) -> None:
    assert any("getattr" in flaw.message for flaw in unsafe(b"\x80\x02" + code))


def test_calling_what_a_call_gave_is_unsafe() -> None:
    code = b"\x80\x02coperator\nattrgetter\nX\x06\0\0\0unlink\x85Rcpathlib\nPath\nX\x01\0\0\0x\x85R\x85R."
    assert any("what operator.attrgetter gave" in flaw.message for flaw in unsafe(code))


@pytest.mark.parametrize(
    ("code", "called"),
    [
        (b"cfunctools\npartial\ncproject\nThing\n\x85R.", False),
        (b"ccollections\ndefaultdict\ncproject\nThing\n\x85R.", False),
        (b"ccopy_reg\n_reconstructor\n(cproject\nThing\nc__builtin__\nobject\nNtR.", False),
        (b"ccopy_reg\n_reconstructor\n(c__builtin__\nlist\ncproject\nThing\nNtR.", True),
        (b"cproject\nThing\n)\x81.", False),
        (b"(iproject\nThing\n.", False),
        (b"(K\x01iproject\nThing\n.", True),
    ],
)
def test_what_a_call_hands_on_counts_as_called(code: bytes, called: bool) -> None:
    machine = run(b"\x80\x02" + code)
    (thing,) = (value for value in machine.imports.values() if value.module == "project")
    assert thing.called is called


def test_type_of_one_value_is_harmless() -> None:
    assert rules(b"\x80\x02c__builtin__\ntype\nN\x85R.") == {FORMAT}
    assert rules(b"\x80\x02c__builtin__\ntype\n(X\x01\0\0\0a)}tR.") != {FORMAT}
    assert unsafe(b"\x80\x02c__builtin__\ntype\nN\x85R)R.")


def test_persistent_ids_of_old_torch_files_name_classes() -> None:
    identity = b"(X\x06\0\0\0moduleccollections\nOrderedDict\nNNtQ"
    assert rules(b"\x80\x02" + identity + b")R.") == {FORMAT}
    hostile = b"(X\x06\0\0\0modulecos\nsystem\nNNtQ"
    assert unsafe(b"\x80\x02" + hostile + b"(X\x02\0\0\0idtR.")
    assert unsafe(b"\x80\x02X\x01\0\0\0aQ)R.")


def test_attrgetter_of_plain_names_is_harmless_until_it_is_called() -> None:
    def getter(name: bytes) -> bytes:
        return b"\x80\x02coperator\nattrgetter\nX" + struct.pack("<I", len(name)) + name + b"\x85R"

    assert rules(getter(b"x.y") + b".") == {FORMAT}
    assert unsafe(getter(b"__class__") + b".")
    assert unsafe(getter(b"x._y") + b".")
    assert unsafe(getter(b"x") + b"N\x85R.")
    assert unsafe(b"\x80\x02coperator\nattrgetter\n.")


@pytest.mark.parametrize("change", [b"}X\x01\0\0\0aK\x01sb.", b"X\x01\0\0\0aK\x01s.", b"(K\x01e.", b"K\x01a."])
def test_changing_an_import_is_unsafe(change: bytes) -> None:
    assert any(
        "changes what it imports" in flaw.message for flaw in unsafe(b"\x80\x04ccollections\nOrderedDict\n" + change)
    )


def test_arguments_are_shown() -> None:
    machine = run(b"\x80\x04cos\nsystem\n(X\x02\0\0\0idK\x07G\x3f\xf0\0\0\0\0\0\0NtR.")
    (call,) = machine.calls.values()
    assert shown(machine, call.arguments) == "('id', 7, 1.0, None)"
    machine = run(b"\x80\x04csubprocess\nPopen\n](X\x02\0\0\0lsX\x02\0\0\0-le\x85R.")
    (call,) = machine.calls.values()
    assert shown(machine, call.arguments) == "(['ls', '-l'])"


def test_names_of_python_2_are_translated_up_to_protocol_2() -> None:
    for name in ("commands\ngetoutput", "cPickle\nloads", "urllib\nurlopen", "__builtin__\neval", "anydbm\nopen"):
        assert unsafe(b"\x80\x02c" + name.encode() + b"\n(S'x'\ntR."), name


@pytest.mark.parametrize(
    "tail",
    [
        HOSTILE,
        b"\0" * 100 + HOSTILE,
        b"\xff\xfe random" * 100_000 + HOSTILE,
        b"\xff\xffcos\nsystem\n(S'echo'\ntR.",
        pickle.dumps([1]) + HOSTILE + b"\0",
    ],
    ids=["next", "zeros", "data", "text", "third"],
)
def test_pickles_behind_a_pickle(tail: bytes) -> None:
    for first in (pickle.dumps({"a": 1}), pickle.dumps({"a": 1}, 0)):
        assert unsafe(first + tail)


def test_data_behind_a_pickle_is_no_pickle() -> None:
    import random

    noise = random.Random(0).randbytes(3_000_000)
    assert rules(pickle.dumps({"a": 1}) + noise) == {FORMAT}


def test_a_call_in_front_of_garbage_counts() -> None:
    assert {UNSAFE, MALFORMED} <= rules(HOSTILE[:-1] + b"\xff\xff\xff")
    assert {UNSAFE, MALFORMED} <= rules(HOSTILE[:-1])


def test_frames_that_reach_past_the_end() -> None:
    assert rules(frame(b"N.")) == {FORMAT}
    assert MALFORMED in rules(b"\x80\x04\x95" + struct.pack("<Q", 500) + b"K\x01.")


def nested(payload: bytes, loader: bytes = b"ctorch.storage\n_load_from_bytes\n", protocol: int = 3) -> bytes:
    if protocol >= 3:
        literal = b"B" + struct.pack("<I", len(payload)) + payload
        return bytes((0x80, protocol)) + loader + literal + b"\x85R."
    text = payload.decode("latin-1").encode()
    literal = b"c_codecs\nencode\nX" + struct.pack("<I", len(text)) + text + b"X\x06\0\0\0latin1\x86R"
    return bytes((0x80, protocol)) + loader + literal + b"\x85R."


@pytest.mark.parametrize("protocol", [2, 3])
def test_bytes_for_a_nested_loader_are_a_pickle(protocol: int) -> None:
    harmless, hostile = nested(pickle.dumps({"a": 1}, 2), protocol=protocol), nested(HOSTILE, protocol=protocol)
    assert rules(harmless) == {FORMAT}
    assert any("os.system" in flaw.message for flaw in unsafe(hostile))
    deep = nested(nested(nested(HOSTILE, protocol=protocol), protocol=protocol), protocol=protocol)
    assert unsafe(deep)


def test_nesting_without_end_is_unscannable() -> None:
    data = HOSTILE
    for _ in range(12):
        data = nested(data)
    assert UNSCANNABLE in rules(data)


def test_bytes_that_come_from_elsewhere_are_unsafe() -> None:
    code = b"\x80\x03ctorch.storage\n_load_from_bytes\ncbase64\nb64decode\nX\x04\0\0\0gARO\x85R\x85R."
    assert any("only show when this one is loaded" in flaw.message for flaw in unsafe(code))
    assert any("in the bytes that it loads" in f.message for f in unsafe(nested(HOSTILE, b"cpickle\nloads\n")))


def joblib(body: bytes, dtype: bytes = b"f8", shape: bytes = b"K\x02\x85", alignment: bytes = b"") -> bytes:
    """The beginning of a joblib file with one array, as `NumpyArrayWrapper` writes it; `body` is the raw data."""

    flags = b"?" if dtype.startswith(b"O") else b"\0"
    elements = b"K" + bytes((4 * int(dtype[1:]),)) if dtype.startswith(b"U") else b"J\xff\xff\xff\xff"

    def text(value: bytes) -> bytes:
        return b"X" + struct.pack("<I", len(value)) + value

    made = (
        b"cnumpy\ndtype\n"
        + text(dtype)
        + b"\x89\x88\x87R(K\x03"
        + text(b"<")
        + b"NNN"
        + elements
        + b"J\xff\xff\xff\xffK"
        + flags
        + b"tb"
    )
    state = b"}(" + text(b"shape") + shape + text(b"dtype") + made + text(b"order") + text(b"C") + alignment + b"u"
    return b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" + state + b"b" + body


PAYLOAD = b"cos\nsystem\n(S'echo'\ntR."
ALIGNED = b"X\x1b\0\0\0numpy_array_alignment_bytesK\x10"


def test_arrays_between_the_instructions_are_stepped_over() -> None:
    assert rules(joblib(bytes(14) + b"S'.")) == {FORMAT}
    assert unsafe(joblib(b"cos\nsystem\n(S'" + bytes(2) + b".")), "loaders other than joblib take it for instructions"
    assert unsafe(joblib(bytes(16) + PAYLOAD))
    assert rules(joblib(b"\x05" + b"\xff" * 5 + bytes(16) + b".", alignment=ALIGNED)) == {FORMAT}
    assert unsafe(joblib(b"\x05" + b"\xff" * 5 + bytes(16) + b"0" + PAYLOAD, alignment=ALIGNED))
    assert rules(joblib(bytes(24) + b".", b"U3", b")")) == {FORMAT, MALFORMED}
    assert rules(joblib(bytes(12) + b".", b"U3", b")")) == {FORMAT}


def test_arrays_of_objects_are_a_pickle_in_the_middle() -> None:
    assert rules(joblib(pickle.dumps([1]) + b".", b"O8")) == {FORMAT}
    assert unsafe(joblib(HOSTILE + b".", b"O8"))
    assert unsafe(joblib(pickle.dumps([1]) + PAYLOAD, b"O8"))


def test_arrays_of_unknown_size_end_the_walk() -> None:
    assert UNSCANNABLE in rules(joblib(bytes(16) + b".", shape=b"cbuiltins\nint\n)R\x85"))
    assert UNSCANNABLE in rules(joblib(bytes(16) + b".", b"T7"))


@pytest.mark.parametrize(
    "count", [b"J\xff\xff\xff\x7f", b"\x8a\x08" + b"\xff" * 7 + b"\x7f", b"\x8a\xff" + b"\x7f" * 255]
)
def test_arrays_larger_than_the_file(count: bytes) -> None:
    assert rules(joblib(bytes(16) + b".", shape=count + b"\x85")) - {UNSCANNABLE} == {
        FORMAT,
        MALFORMED,
    } or UNSCANNABLE in rules(joblib(bytes(16) + b".", shape=count + b"\x85"))


def test_compressed_joblib() -> None:
    assert unsafe(zlib.compress(joblib(bytes(16) + PAYLOAD)))


@pytest.mark.parametrize(
    "code",
    [
        b"N" * 3_000_000,
        b"(" * 3_000_000,
        b"]\x94" * 300_000,
        b")\x85" + b"\x85\x94" * 300_000,
        b"}\x94" * 300_000,
        b"K\x01\x94" * 300_000,
        b"]\x94" + b"h\0a" * 300_000,
        b"ccollections\nOrderedDict\n\x94" + b"h\0)R\x94" * 300_000,
        b"U\x02ab\x94" * 500_000,
    ],
    ids=["stack", "marks", "lists", "tuples", "dicts", "numbers", "cycle", "calls", "texts"],
)
def test_memory_is_bounded(code: bytes) -> None:
    tracemalloc.start()
    try:
        run(b"\x80\x04" + code)
        assert tracemalloc.get_traced_memory()[1] < 200 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "claim", [b"B\xff\xff\xff\xff", b"\x8e" + b"\xff" * 8, b"\x8d\0\0\0\0\0\0\0\x01", b"T\xff\xff\xff\xff"]
)
def test_claims_without_bytes_are_malformed(claim: bytes) -> None:
    assert rules(b"\x80\x04K\x010" + claim) == {FORMAT, MALFORMED}


def test_a_budget_that_is_spent_ends_the_walk() -> None:
    found = follow(BytesSource(b"\x80\x04" + b"N0" * 100_000 + HOSTILE), Budget(1000))
    assert found[-1].end == "limit"


def test_extension_registry_stays_untouched() -> None:
    before = dict(copyreg._extension_registry)  # type: ignore[attr-defined]
    look(b"\x80\x02ccopyreg\nadd_extension\n(S'os'\nS'system'\nI7\ntR\x82\x07.")
    assert dict(copyreg._extension_registry) == before  # type: ignore[attr-defined]


PARTIAL = b"cfunctools\npartial\n"
OS = b"cos\nsystem\n"


@pytest.mark.parametrize(
    "code",
    [
        b"ctypes\nSimpleNamespace\n)\x81}X\x0c\0\0\0__setstate__cproject\nf\nsbK\x01b.",
        b"ctypes\nSimpleNamespace\n)\x81}X\x06\0\0\0appendcproject\nf\nsbK\x01a.",
        b"ctypes\nSimpleNamespace\n)\x81q\x00}X\x01\0\0\0aK\x01sb0h\x00}X\x01\0\0\0aK\x01sb.",
        PARTIAL + b"ccollections\nOrderedDict\n\x85R(cproject\nf\n)}Ntb.",
        b"ccollections\nOrderedDict\n" + PARTIAL + b"cproject\nf\n\x85R\x85R.",
        b"ctorch._tensor\n_rebuild_from_type_v2\n(ctorch.storage\n_load_from_bytes\ncproject\nT\nNNtR.",
        b"ctorch.storage\n_load_from_bytes\n.",
        b"ctypes\nSimpleNamespace\n)\x81}X\x13\0\0\0__array_interface__}X\x04\0\0\0dataK\x01ssb.",
    ],
    ids=["setstate", "append", "again", "partial", "given", "loader", "held", "view"],
)
def test_roundabout_calls_do_not_pass(code: bytes) -> None:
    assert rules(b"\x80\x04" + code) & {UNSAFE, UNKNOWN}


def test_partial_as_it_is_pickled_is_harmless() -> None:
    assert rules(pickle.dumps(functools.partial(collections.OrderedDict, a=1))) == {FORMAT}


def dtype(code: bytes, elements: bytes, flags: bytes, state: bytes = b"NNN") -> bytes:
    made = b"cnumpy\ndtype\nX" + struct.pack("<I", len(code)) + code + b"\x89\x88\x87R"
    return made + b"(K\x03X\x01\0\0\0|" + state + elements + b"K\x01" + flags + b"tb"


MINUS = b"J\xff\xff\xff\xff"


@pytest.mark.parametrize(
    ("made", "honest"),
    [
        (dtype(b"f8", MINUS, b"K\0"), True),
        (dtype(b"O8", MINUS, b"K?"), True),
        (dtype(b"U3", b"K\x0c", b"K\x08"), True),
        (dtype(b"S8", b"K\x01", b"K\0"), False),
        (dtype(b"V8", b"K\x08", b"K?"), False),
        (dtype(b"O8", MINUS, b"K\0"), False),
        (
            dtype(b"V8", b"K\x08", b"K\0", b"N(X\x01\0\0\0at}X\x01\0\0\0a" + dtype(b"O8", MINUS, b"K?") + b"K\0\x86s"),
            False,
        ),
    ],
)
def test_dtypes_say_what_they_are(made: bytes, honest: bool) -> None:
    assert bool(unsafe(b"\x80\x04" + made + b".")) is not honest


@pytest.mark.parametrize(
    "wrapper",
    [
        b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n(K\x01NNtR}X\x01\0\0\0aK\x01sb.",
        b"ccopyreg\n__newobj__\ncjoblib.numpy_pickle\nNumpyArrayWrapper\n\x85R}X\x01\0\0\0aK\x01sb.",
        b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}X\x04\0\0\0readK\x01sb.",
        b"cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}X\x08\0\0\0filenameX\x04\0\0\0/etcsb.",
    ],
)
def test_wrappers_that_joblib_would_not_write(wrapper: bytes) -> None:
    assert rules(b"\x80\x04" + wrapper) & {UNSAFE, UNKNOWN, UNSCANNABLE}


@pytest.mark.parametrize(
    "head",
    [b"F1." + b"0" * 70_000 + b"e-1\n0", b"I" + b"0" * 140_000 + b"\n0", b"I1\np" + b"0" * 131_071 + b"7\n0g7\n0"],
)
def test_long_lines_hide_nothing(head: bytes) -> None:
    assert unsafe(head + PAYLOAD)


def test_pickles_without_header_do_not_share_a_memo() -> None:
    first = b"I1\n\x94."
    second = b"\x8c\x02os\x940\x8c\x06system\x940h\x00h\x01\x93\x8c\x04echo\x85R."
    assert unsafe(first + second)


def test_beginnings_without_end_take_bounded_time() -> None:
    found = look(pickle.dumps([1]) + b"\x80\x04]" + b"\x80\x04](N" * 60_000)
    assert found.flaws


CALL = b"cproject\nf\n)R."


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04\x95" + struct.pack("<Q", 6) + b"N." + b"\xff" * 4 + b"\x8c\x01a\x8c\x01b\x93.",
        b"N." * 70
        + b"\x8c\x0bcollections\x94\x8c\x0bOrderedDict\x94.\x8c\x05posix\x94\x8c\x06system\x940h\x00h\x01\x93(R.",
        joblib(CALL + b"NN"),
        joblib(joblib(bytes(16) + b".") + b".", b"O8"),
        b"\x80\x04" + dtype(b"S8", MINUS, b"K\0") + b".",
        b"\x80\x04"
        + dtype(b"V8", b"K\x08", b"K\0", b"N(X\x01\0\0\0at}X\x01\0\0\0a" + dtype(b"f8", MINUS, b"K\0") + b"K\x08\x86s")
        + b".",
        b"\x80\x04cbuiltins\nlist\nctorch.utils.data.dataloader\nDataLoader\n)\x81}X\x01\0\0\0aK\x01sb\x85R.",
        b"\x80\x04cscipy.optimize._optimize\nOptimizeResult\n)\x81X\x0c\0\0\0__setstate__cproject\nf\nsK\x01b.",
        b"\x80\x04ctypes\nSimpleNamespace\n)R}X\x06\0\0\0detach" + PARTIAL + b"cproject\nf\n\x85Rsb.",
        b"\x80\x04" + b"}X\x01\0\0\0aK\x01s\x940ctypes\nSimpleNamespace\n)Rh\0b.",
    ],
    ids=["frame", "stops", "plain", "inner", "minus", "field", "iterates", "items", "namespace", "recalled"],
)
def test_what_another_loader_would_run_does_not_pass(data: bytes) -> None:
    assert rules(data) - {FORMAT}


def test_odd_digits_in_a_dtype_are_no_crash() -> None:
    assert unsafe(b"\x80\x04" + dtype("f²".encode(), MINUS, b"K\0") + b".")
