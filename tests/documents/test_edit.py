"""Edits: an added entry changes no other line, and everything reads back."""

from __future__ import annotations

from collections import Counter
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.core.model import Kind
from gate.dbom.load import read_dbom
from gate.dbom.model import Artifact
from gate.dbom.write import Change, with_changes, with_entry
from gate.documents.edit import plain_or_quoted
from gate.documents.nodes import Document, Mapping, Scalar, decode, parse

HEX = "0123456789abcdef" * 4

WORD = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
COMMENT = st.sampled_from(["", "  # c", "   # it's: [a] {b}", " #"])
BLANK = st.sampled_from(["", "\n", "# a comment\n", "\n  # indented comment\n\n", "      # far right\n", "   \n"])


@st.composite
def entries(draw: st.DrawFn, name: str, dash: str) -> str:
    """One entry of a list, in some style."""
    path = draw(st.sampled_from([f"data/{name}", f"'data/{name}'", f'"data/{name}"']))
    version = draw(
        st.sampled_from(["", "1.0", "'1'", '"2 3"', "|\n{i}  block\n", ">-\n{i}  folded\n{i}  text\n", "a\n{i}  b"])
    )
    end = draw(COMMENT)
    if draw(st.booleans()) and not version.startswith(("|", ">", "a")):
        tail = f", version: {version}" if version else ""
        comma = draw(st.sampled_from(["", ","]))
        return f"{dash}{{name: {name}, path: {path}{tail}{comma}}}{end}\n"
    inner = " " * len(dash)
    lines = [f"{dash}name: {name}{draw(COMMENT)}\n", f"{inner}path: {path}{draw(COMMENT)}\n"]
    if version:
        text = version.replace("{i}", inner)
        lines.append(f"{inner}version: {text}" + ("" if text.endswith("\n") else f"{end}\n"))
    return draw(BLANK).join(lines)


@st.composite
def sections(draw: st.DrawFn, key: str, prefix: str) -> str:
    """`datasets:` or `models:` with some entries, in some style."""
    dash = draw(st.sampled_from(["- ", "  - ", "    - ", "  -   "]))
    number = draw(st.integers(0, 3))
    if number == 0:
        return draw(st.sampled_from([f"{key}:\n", f"{key}: []\n", f"{key}: [ ]  # none\n", f"{key}: ~\n", ""]))
    if draw(st.integers(0, 4)) == 0:
        inner = ", ".join(f"{{name: {prefix}{i}, path: {prefix}/{i}}}" for i in range(number))
        return f"{key}: [{inner}{draw(st.sampled_from(['', ',']))}]{draw(COMMENT)}\n"
    parts = [f"{key}:{draw(COMMENT)}\n"]
    parts += [draw(BLANK) + draw(entries(f"{prefix}{i}", dash)) for i in range(number)]
    return "".join(parts)


@st.composite
def dboms(draw: st.DrawFn) -> str:
    """The text of a DBOM with comments and blank lines anywhere."""
    parts = ["dbom: 1\n", draw(sections("datasets", "d")), draw(sections("models", "m")), f"project: {draw(WORD)}\n"]
    parts = draw(st.permutations(parts))
    text = "".join(draw(BLANK) + part for part in parts) + draw(BLANK)
    if draw(st.booleans()):
        text = text.rstrip("\n ") if not text.rstrip("\n ").endswith(("text", "block")) else text
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def _artifacts(text: str) -> dict[str, Artifact]:
    dbom = read_dbom(decode(text.encode(), "dbom.yaml"))
    nowhere = dbom.artifacts[0].location._replace(line=0, column=0, length=0, snippet="") if dbom.artifacts else None
    return {a.name: a._replace(location=nowhere, at={}) for a in dbom.artifacts}  # type: ignore[arg-type]


def _removed(before: str, after: str) -> list[str]:
    """The lines of `before` that are not in `after` at their turn."""
    rest = after.splitlines()
    removed = []
    for line in before.splitlines():
        if line in rest:
            rest = rest[rest.index(line) + 1 :]
        else:
            removed.append(line)
    return removed


@settings(max_examples=600)
@given(dboms(), st.sampled_from(["dataset", "model"]))
@example("dbom: 1\ndatasets:\n  - name: a\n    path: a\n\n# models\nmodels: []\n", "dataset")
def test_an_added_entry_leaves_every_other_line_as_it_was(text: str, kind: Kind) -> None:
    old = _artifacts(text)
    entry: dict[str, Any] = {"name": "new", "path": "p: q.csv", "sha256": HEX, "version": "1.10", "size": 3}
    entry["source"] = {"url": "https://a.example/x?y=1#z", "license": "no"}
    edited = with_entry(Document("dbom.yaml", text), kind, entry).decode()
    new = _artifacts(edited)
    added = new.pop("new")
    assert new == old
    assert (added.kind, added.path, added.sha256, added.version, added.size) == (kind, "p: q.csv", HEX, "1.10", 3)
    assert (added.source.url, added.source.license) == ("https://a.example/x?y=1#z", "no")
    section = "datasets" if kind == "dataset" else "models"
    changed = _removed(text, edited)
    assert all(line.startswith(f"{section}:") for line in changed), changed  # the line of an empty or flow list
    assert len(changed) <= 1
    if "\r\n" in text:
        assert edited.count("\n") == edited.count("\r\n")


@settings(max_examples=400)
@given(dboms().filter(lambda text: "name:" in text), st.data())
def test_a_changed_entry_changes_the_lines_of_its_values_only(text: str, data: st.DataObject) -> None:
    old = _artifacts(text)
    name = data.draw(st.sampled_from(sorted(old)))
    edited = with_changes(Document("dbom.yaml", text), [Change(name, HEX, 12, version="9 # x")]).decode()
    new = _artifacts(edited)
    changed = new.pop(name)
    assert new == {key: artifact for key, artifact in old.items() if key != name}
    assert changed == old[name]._replace(sha256=HEX, size=12, version="9 # x")
    values = [line.strip() for line in (old[name].version or "").splitlines()]  # in a block scalar, `#` is no comment
    gone = Counter(_comments(text)) - Counter(_comments(edited))
    assert gone == Counter(line for line in values if line.startswith("#"))
    assert not Counter(_comments(edited)) - Counter(_comments(text))


def _comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]


@settings(max_examples=1000)
@given(st.one_of(st.text(max_size=12), st.from_regex(r"[-+.0-9eExXoO_:]{1,8}", fullmatch=True)))
@example("\x7f")
@example("\x85")
@example("\u2028")
@example("\ufeff")
@example("\ud7ff\ue000\ufffd\uffff")
@example("0b1")
@example("1_000")
@example("12:30:45")
@example(".inf")
@example("2024-01-01")
@example("a: b")
@example("a #b")
@example("a:")
def test_a_written_scalar_is_read_as_the_same_text_by_this_and_by_another_reader(text: str) -> None:
    written = f"- {plain_or_quoted(text)}\n"
    assert yaml.safe_load(written) == [text]
    root = parse(decode(f"a: {plain_or_quoted(text)}\n".encode(), "x"))
    assert isinstance(root, Mapping)
    value = root.items["a"][1]
    assert isinstance(value, Scalar)
    assert value.text == text
