"""The facts of a case, read by their schema (`gate.core.facts`): a misspelt fact would be one that nobody states."""

from __future__ import annotations

import re
from typing import Any

from gate.core.facts import RECORDS, Fact, json_schema
from gate.core.model import Json
from gate.core.text import did_you_mean, shorten
from gate.documents.kinds import Kind, ListOf, MapOf, Reading, Text
from gate.documents.nodes import Mapping, Node, Scalar

_EXPECTED = {"int": "a whole number", "double": "a number such as 0.25", "bool": "true or false"}
_PATTERNS = {"int": r"-?[0-9]{1,18}", "double": r"-?[0-9]{1,15}(\.[0-9]{1,15})?", "bool": "true|false"}


class Facts:
    """A record of facts by name; what has no value counts as not established."""

    def __init__(self, record: str = "Facts") -> None:
        self._fields = {fact.name: fact for fact in RECORDS[record]}

    def read(self, node: Node, reading: Reading) -> dict[str, Json] | None:
        """The facts as plain data."""
        if not isinstance(node, Mapping):
            reading.note(node.span, "expected a mapping", f"its keys are {', '.join(self._fields)}")
            return None
        found: dict[str, Json] = {}
        for key, value in node.items.values():
            fact = self._fields.get(key.text)
            if fact is None:
                hint = did_you_mean(key.text, self._fields) or f"the facts here are {', '.join(self._fields)}"
                reading.note(key.span, f'unknown fact "{shorten(key.text)}"', hint)
            elif not (isinstance(value, Scalar) and value.is_null):
                found[key.text] = _kind(fact).read(value, reading)
        return found

    def schema(self) -> dict[str, Json]:
        """The published schema of facts, with the records that it refers to written out by name."""
        definitions: Any = json_schema()["$defs"]
        found: dict[str, Json] = _written_out(definitions["Facts"], definitions)
        return found


class _Scalar:
    """A number, or true or false."""

    def __init__(self, base: str) -> None:
        self._base = base

    def read(self, node: Node, reading: Reading) -> Json:
        text = node.text if isinstance(node, Scalar) and node.plain else ""
        if not re.fullmatch(_PATTERNS[self._base], text):
            reading.note(node.span, f"expected {_EXPECTED[self._base]}")
            return None
        if self._base == "bool":
            return text == "true"
        return int(text) if self._base == "int" else float(text)

    def schema(self) -> dict[str, Json]:
        return {}


def _kind(fact: Fact) -> Kind:
    one: Kind = Text() if fact.base == "string" else _Scalar(fact.base) if fact.base in _PATTERNS else Facts(fact.base)
    if fact.many == "list":
        return ListOf(one)
    return MapOf(Text(), one) if fact.many == "map" else one


def _written_out(schema: Any, definitions: Any) -> Any:
    """`schema` without references: none of the records holds itself."""
    if isinstance(schema, list):
        return [_written_out(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _written_out(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _written_out(value, definitions) for key, value in schema.items()}
