"""The reader of YAML and JSON: whatever the text, a tree that knows its places or a `DocumentError`."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.core.errors import DocumentError
from gate.documents.nodes import MAX_DEPTH, Document, Mapping, Node, Scalar, Sequence, decode, parse

YAMLISH = st.text(st.sampled_from(list("ab1 \n\t-:?,[]{}#&*!|>'\"%@`~\\.\r0=<\u2028\u0085\ufeffé😀")), max_size=60)
TEXTS = st.one_of(st.text(max_size=80), YAMLISH)


def _scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
        return
    inner = [part for pair in node.items.values() for part in pair] if isinstance(node, Mapping) else node.items
    for part in inner:
        yield from _scalars(part)


def _plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return {key: _plain(value) for key, (_, value) in node.items.items()}


def _lines(text: str) -> list[str]:
    return text.split("\n")


@settings(max_examples=1500)
@given(st.one_of(TEXTS.map(str.encode), st.binary(max_size=60)))
@example(b"a: b\r\nc: d")
@example("# \u2028\na: b".encode())
@example("é: 😀\nb: c".encode())
@example(b'{"a": "\\ud83d\\ude00", "b": 1}')
def test_any_bytes_are_a_tree_or_a_document_error_with_a_place(data: bytes) -> None:
    try:
        document = decode(data, "dbom.yaml")
        root = parse(document)
    except DocumentError as error:
        (problem,) = error.problems
        place = problem.location
        assert (place.path, place.line >= 1, place.column >= 1) == ("dbom.yaml", True, True)
        assert (
            place.line <= data.count(b"\n") + data.count(b"\r") + data.count(b"\xe2\x80") + data.count(b"\xc2\x85") + 2
        )
        assert problem.message
        return
    for scalar in _scalars(root):
        assert 0 <= scalar.span.start <= scalar.span.end <= len(document.text)


@settings(max_examples=600)
@given(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "So"]), min_size=1, max_size=8), max_size=6))
@example(["é", "😀", "数"])
def test_a_plain_value_stands_where_its_place_says(words: list[str]) -> None:
    lines = "".join(f"k{i}:  {word}x  # {word}\r\n" for i, word in enumerate(words))
    document = decode(f"first: 1\n{lines}".encode(), "x")
    root = parse(document)
    assert isinstance(root, Mapping)
    for i, word in enumerate(words):
        key, value = root.items[f"k{i}"]
        assert isinstance(value, Scalar)
        for node, text in ((key, f"k{i}"), (value, f"{word}x")):
            assert document.text[node.span.start : node.span.end] == text
            location = document.locate(node.span)
            line = _lines(document.text)[location.line - 1]
            assert line[location.column - 1 :][: location.length] == text


JSON = st.recursive(
    st.one_of(st.text(max_size=8), st.integers(-99, 99), st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)),
    max_leaves=12,
)


def _as_text(value: object) -> object:
    """What a reader that guesses no types makes of JSON."""
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


@settings(max_examples=500)
@given(
    st.dictionaries(st.text(max_size=6), JSON, min_size=1, max_size=4), st.booleans(), st.sampled_from([None, 1, "\t"])
)
@example({"a": "😀 \\ud83d\\ude00 \\\\ud83d\\ude00"}, True, None)
@example({"a": "\x7f\x85\u2028\ufeff\ufffe"}, True, None)
def test_json_reads_as_what_it_is(value: dict[str, object], ascii_only: bool, indent: int | str | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    refused = {"\x7f", "\ufeff", "\ufffe", "\uffff", *map(chr, range(0x80, 0xA0))} - {"\x85"}
    if not ascii_only and (refused & set(text) or any(c in text for c in "\u2028\u2029\x85")):
        return  # YAML has no place for these characters but as escapes
    assert _plain(parse(decode(text.encode(), "x.json"))) == _as_text(value)


@settings(max_examples=300)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), JSON, min_size=1, max_size=4), st.booleans())
def test_what_another_yaml_library_writes_reads_back(value: dict[str, object], flow: bool) -> None:
    text = yaml.safe_dump(_as_text(value), default_flow_style=flow, allow_unicode=False)
    assert _plain(parse(decode(text.encode(), "x"))) == _as_text(value)


@pytest.mark.parametrize("text", ["a:\n", "a: ~\n", "a: null\n", "a: Null\n", "a: NULL\n"])
def test_a_value_that_is_left_out_is_null(text: str) -> None:
    root = parse(Document("x", text))
    assert isinstance(root, Mapping)
    value = root.items["a"][1]
    assert isinstance(value, Scalar)
    assert value.is_null


@pytest.mark.parametrize("text", ["a: ''\n", 'a: "~"\n', "a: 'null'\n", "a: |\n  null\n", "a: nil\n", "a: none\n"])
def test_a_value_that_is_written_is_not_null(text: str) -> None:
    root = parse(Document("x", text))
    assert isinstance(root, Mapping)
    value = root.items["a"][1]
    assert isinstance(value, Scalar)
    assert not value.is_null


@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ("{a: ", "}"), ("[{a: ", "}]")])
def test_the_depth_is_limited(open_: str, close: str) -> None:
    levels = len(open_.replace("a: ", ""))
    fits = MAX_DEPTH // levels
    assert parse(Document("x", open_ * fits + "x" + close * fits))
    for number in (fits + 1, 10_000):
        with pytest.raises(DocumentError, match="nested deeper"):
            parse(Document("x", open_ * number + "x" + close * number))


def test_a_long_flat_document_is_no_problem() -> None:
    root = parse(Document("x", "".join(f"- item {i}\n" for i in range(20_000))))
    assert isinstance(root, Sequence)
    assert len(root.items) == 20_000
    last = root.items[-1]
    assert (last.span.line, last.span.column) == (19_999, 2)
