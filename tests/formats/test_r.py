"""R objects in all three encodings: numbers, formulas and calls are data; promises and functions are code."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct

import pytest

from .builders import look, rules
from .fuzz import mutations, prefixes

ATTRIBUTES, TAG = 1 << 9, 1 << 10
NULL, UNBOUND, GLOBAL = 254, 252, 253
CODE, MALFORMED, UNSCANNABLE = "weights/embedded-code", "weights/malformed", "weights/unscannable"


class Writer:
    """Writes as `serialize.c` does; every method answers the value's parts, integers and texts."""

    def __init__(self) -> None:
        self.symbols: list[str] = []

    def symbol(self, name: str) -> list[int | bytes]:
        if name in self.symbols:
            return [(self.symbols.index(name) + 1) << 8 | 255]
        self.symbols.append(name)
        return [1, *self.chars(name)]

    def chars(self, text: str) -> list[int | bytes]:
        raw = text.encode()
        return [9 | 64 << 12, len(raw), raw]

    def strings(self, *texts: str) -> list[int | bytes]:
        return [16, len(texts), *(part for text in texts for part in self.chars(text))]

    def cell(self, kind: int, value: list[int | bytes], rest: list[int | bytes]) -> list[int | bytes]:
        return [kind, *value, *rest]

    def call(self, name: str, *arguments: list[int | bytes]) -> list[int | bytes]:
        parts = self.cell(6, self.symbol(name), [])
        for argument in arguments:
            parts += [2, *argument]
        return [*parts, NULL]


Parts = list[int | bytes]
HEADERS: dict[str, bytes] = {"xdr": b"X\n", "native": b"B\n", "ascii": b"A\n"}


def encoded(parts: Parts, kind: str = "xdr", version: int = 2) -> bytes:
    head: Parts = [version, 0x00040202, 0x00020300 if version == 2 else 0x00030500]
    if version == 3:
        head += [5, b"UTF-8"]
    body = b""
    for part in [*head, *parts]:
        if kind == "ascii":
            body += (str(part).encode() if isinstance(part, int) else part) + b"\n"
        elif isinstance(part, int):
            body += struct.pack(">i" if kind == "xdr" else "<i", part)
        else:
            body += part
    return HEADERS[kind] + body


def integers(*values: int) -> Parts:
    return [13, len(values), *values]


def named(writer: Writer, **values: Parts) -> Parts:
    parts: Parts = []
    for name, value in values.items():
        parts += [2 | TAG, *writer.symbol(name), *value]
    return [*parts, NULL]


def frame() -> Parts:
    """A data.frame: vectors, and attributes that tell names and class."""
    w = Writer()
    columns = [*integers(1, 2, 3), *w.strings("a", "b", "c")]
    attributes = named(
        w, names=w.strings("x", "y"), **{"class": w.strings("data.frame"), "row.names": integers(1, 2, 3)}
    )
    return [19 | ATTRIBUTES | 256, 2, *columns, *attributes]


def fitted() -> Parts:
    """What is left of `lm(y ~ log(x), data = d)`: a call, terms with an environment, coefficients."""
    w = Writer()
    formula = w.call("~", w.symbol("y"), w.call("log", w.symbol("x")))
    formula[0] = 6 | ATTRIBUTES
    environment = named(w, **{".Environment": [GLOBAL]})
    model_call = w.call("lm", w.symbol("y"), w.symbol("d"))
    return [19, 3, formula[0], *environment, *formula[1:], *model_call, *integers(1, 2)]


KINDS = pytest.mark.parametrize("kind", HEADERS)


@KINDS
@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("parts", [frame(), fitted(), integers(), [NULL], Writer().strings("a b", "c")])
def test_data_is_clean(parts: Parts, kind: str, version: int) -> None:
    found = look(encoded(parts, kind, version))
    assert found[:3] == ("r", "data", ())
    assert found.facts["writer"] == "4.2.2"
    assert found.facts["functions"] == 0


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed(pack: object) -> None:
    assert callable(pack)
    found = look(pack(encoded(frame())))
    assert found[1:3] == ("data", ())
    assert found.facts["inside"] == "r"
    assert rules(pack(encoded(promise(UNBOUND)))) == {CODE}


@KINDS
def test_workspace(kind: str) -> None:
    w = Writer()
    data = encoded(named(w, model=integers(1), name=w.strings("x")), kind, 3)
    letter = {"xdr": b"X", "native": b"B", "ascii": b"A"}[kind]
    assert look(b"RD" + letter + b"3\n" + data)[:3] == ("r", "data", ())


def promise(value: int) -> Parts:
    w = Writer()
    return [2 | TAG, *w.symbol("x"), 5 | TAG, GLOBAL, value, *w.call("system", w.strings("echo")), NULL]


@KINDS
def test_open_promise(kind: str) -> None:
    found = look(encoded(promise(UNBOUND), kind))
    assert {flaw.rule for flaw in found.flaws} == {CODE}
    assert "promise" in found.flaws[0].message


def test_kept_promise() -> None:
    w = Writer()
    kept: Parts = [2 | TAG, *w.symbol("x"), 5, *integers(1), *w.symbol("y"), NULL]
    assert not look(encoded(kept)).flaws


def closure(body: Parts) -> Parts:
    return [3 | TAG, GLOBAL, NULL, *body]


@KINDS
def test_function(kind: str) -> None:
    w = Writer()
    found = look(encoded([19, 1, *closure(w.call("+", w.symbol("x")))], kind))
    assert [flaw.rule for flaw in found.flaws] == [CODE]
    assert found.facts["functions"] == 1


def test_bytecode_ends_the_walk() -> None:
    found = look(encoded([19, 1, *closure([21, 1, *integers(1), 0])]))
    assert {flaw.rule for flaw in found.flaws} == {CODE}
    assert rules(encoded([21, 1])) == {CODE}


@pytest.mark.parametrize("name", ["system", "dyn.load", "download.file", ".Internal", "do.call"])
def test_calls_that_do_harm(name: str) -> None:
    w = Writer()
    assert rules(encoded(w.call("~", w.symbol("y"), w.call(name, w.strings("x"))))) == {CODE}


def test_calls_by_namespace() -> None:
    w = Writer()
    full = w.call("::", w.symbol("base"), w.symbol("system"))
    assert rules(encoded([6, *full, 2, *w.strings("x"), NULL])) == {CODE}


def test_a_variable_may_have_any_name() -> None:
    w = Writer()
    assert not look(encoded(w.call("~", w.symbol("y"), w.symbol("system")))).flaws


def test_environment_pointer_and_references() -> None:
    w = Writer()
    environment: Parts = [4, 0, GLOBAL, *named(w, a=integers(1)), NULL, NULL]
    pointer: Parts = [22, NULL, NULL]
    parts: Parts = [19, 5, *environment, 1 << 8 | 255, *pointer, 249, 0, 1, *w.chars("stats"), 25]
    assert not look(encoded(parts)).flaws


def test_compact_vectors_are_clean_and_mapped_files_are_not() -> None:
    def altrep(name: str) -> Parts:
        w = Writer()
        info: Parts = [2, *w.symbol(name), 2, *w.symbol("base"), 2, *integers(13), NULL]
        return [238, *info, *w.strings("/etc/passwd"), NULL]

    assert not look(encoded(altrep("compact_intseq"), version=3)).flaws
    assert rules(encoded(altrep("mmap_integer"), version=3)) == {"weights/external-reference"}


BAD: dict[str, Parts] = {
    "more integers than bytes": [13, 1 << 30],
    "a long vector": [14, -1, 1, 0],
    "a negative length": [13, -2],
    "a reference to nothing": [1 << 8 | 255],
    "a symbol without a name": [1, 13, 0],
    "a symbol with a long name": [1, 9, 1 << 30],
    "bytes behind it": [NULL, NULL],
    "strings that are missing": [16, 1 << 30],
}


@KINDS
@pytest.mark.parametrize("parts", BAD.values(), ids=BAD)
def test_malformed(parts: Parts, kind: str) -> None:
    assert rules(encoded(parts, kind)) == {MALFORMED}


def test_unscannable() -> None:
    assert rules(encoded([99])) == {UNSCANNABLE}
    assert rules(encoded([NULL], version=1)) == {UNSCANNABLE}
    assert rules(encoded([19, 2] * 100_010)) == {UNSCANNABLE}


@KINDS
def test_damage(kind: str) -> None:
    data = encoded(fitted(), kind, 3)
    for end, found in prefixes(data):
        assert found.flaws or end < 40 or (kind == "ascii" and end == len(data) - 1), end  # the last line's end
    for _ in mutations(data):
        pass


@pytest.mark.parametrize("text", ["A\n2\n", "A\n3\n4\n5\n", "X\nY\n", "B\nC\n", "RDX is a name\n", "X\n" + "a" * 20])
def test_text_is_nothing(text: str) -> None:
    assert look(text.encode())[:3] == ("unknown", "other", ())
