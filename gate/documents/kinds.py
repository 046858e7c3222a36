"""What a document may hold: kinds of values, composed into a schema.

Each kind reads a node into a plain value, notes every problem with its place, and describes itself as JSON
Schema (draft 2020-12) for editors: one declaration serves validation, messages and completion.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from gate.core.errors import DocumentError, Problem
from gate.core.model import Json, Location
from gate.core.text import did_you_mean, shorten
from gate.documents.nodes import MAX_NOTED, Document, Mapping, Node, Scalar, Sequence, Span

Check = Callable[[str], "str | None"]
"""Says what is wrong with a text, or None."""


class Reading:
    """One pass over one document: collects every problem instead of stopping at the first."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def note(self, span: Span, message: str, fix: str = "") -> None:
        """Notes a problem at `span`."""
        if len(self.problems) < MAX_NOTED:
            self.problems.append(self.document.problem(span, message, fix))

    def finish(self) -> None:
        """Raises `DocumentError` with all problems, in the order of the text, if there are any."""
        if self.problems:
            raise DocumentError(sorted(self.problems, key=lambda p: p.location[:3]))


class Kind(Protocol):
    """A kind of value."""

    def read(self, node: Node, reading: Reading) -> Any:
        """The value of `node`, or None after noting what is wrong."""

    def schema(self) -> dict[str, Json]:
        """The same as JSON Schema."""


class Text:
    """A text: one of `choices` if any, passing `check`, and matching `pattern` in full if one is given.

    Where both are given, `check` says in words what `pattern` says to editors.
    """

    def __init__(
        self, *, pattern: str = "", expected: str = "", choices: tuple[str, ...] = (), check: Check | None = None
    ) -> None:
        self._pattern, self._expected, self._choices, self._check = pattern, expected, choices, check

    def read(self, node: Node, reading: Reading) -> str | None:
        """The text as it stands."""
        if not isinstance(node, Scalar):
            reading.note(node.span, f"expected {self._expected or 'text'}, found a {_noun(node)}")
            return None
        problem, fix = self._problem(node.text)
        if problem:
            reading.note(node.span, problem, fix)
            return None
        return node.text

    def _problem(self, text: str) -> tuple[str | None, str]:
        if self._choices and text not in self._choices:
            hint = did_you_mean(text, self._choices) or f"one of {', '.join(self._choices)}"
            return f'"{shorten(text)}" is not known here', hint
        if "\0" in text:
            return "a NUL character", "remove it"
        if self._check and (problem := self._check(text)):
            return problem, ""
        if self._pattern and not re.fullmatch(self._pattern, text):
            return f'"{shorten(text)}" is not {self._expected}', ""
        return None, ""

    def schema(self) -> dict[str, Json]:
        """A string, or its choices."""
        if self._choices:
            return {"enum": list(self._choices)}
        described: dict[str, Json] = {"type": "string"}
        if self._pattern:
            described["pattern"] = f"^(?:{self._pattern})$"
        return described


def digest_problem(text: str) -> str | None:
    """Why `text` is no SHA-256 in hexadecimal, or None."""
    if text.lower().startswith("sha256:"):
        return 'leave out the "sha256:" in front of the digits'
    if not re.fullmatch(r"[0-9a-fA-F]*", text):
        return "a SHA-256 digest has only the digits 0-9 and a-f"
    if len(text) != 64:
        return f"this digest has {len(text)} hexadecimal digits; a SHA-256 has 64"
    return None


SHA256 = Text(check=digest_problem, pattern="[0-9a-fA-F]{64}", expected="a SHA-256 digest")


class Integer:
    """A whole number of at least `minimum`."""

    def __init__(self, minimum: int = 0) -> None:
        self._minimum = minimum

    def read(self, node: Node, reading: Reading) -> int | None:
        """The number."""
        if (
            not isinstance(node, Scalar)
            or not re.fullmatch(r"[0-9]{1,18}", node.text)
            or int(node.text) < self._minimum
        ):
            found = f'"{shorten(node.text)}"' if isinstance(node, Scalar) else f"a {_noun(node)}"
            reading.note(node.span, f"expected a whole number of at least {self._minimum}, found {found}")
            return None
        return int(node.text)

    def schema(self) -> dict[str, Json]:
        """An integer."""
        return {"type": "integer", "minimum": self._minimum}


class Positive:
    """A number greater than 0, in decimals."""

    def read(self, node: Node, reading: Reading) -> float | None:
        """The number."""
        if isinstance(node, Scalar) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", node.text) and float(node.text):
            return float(node.text)
        found = f'"{shorten(node.text)}"' if isinstance(node, Scalar) else f"a {_noun(node)}"
        reading.note(node.span, f"expected a number greater than 0, such as 0.25, found {found}")
        return None

    def schema(self) -> dict[str, Json]:
        """A number."""
        return {"type": "number", "exclusiveMinimum": 0}


class Constant:
    """Exactly one text, such as a format version."""

    def __init__(self, text: str, wrong: str) -> None:
        self._text, self._wrong = text, wrong

    def read(self, node: Node, reading: Reading) -> str | None:
        """The text."""
        if not isinstance(node, Scalar) or node.text != self._text:
            reading.note(node.span, self._wrong)
            return None
        return node.text

    def schema(self) -> dict[str, Json]:
        """The number or text itself."""
        return {"const": int(self._text) if self._text.isdigit() else self._text}


class YesNo:
    """`true` or `false`, unquoted."""

    def read(self, node: Node, reading: Reading) -> bool | None:
        """Whether it is `true`."""
        if isinstance(node, Scalar) and node.plain and node.text in ("true", "false"):
            return node.text == "true"
        found = f', found "{shorten(node.text)}"' if isinstance(node, Scalar) else ""
        reading.note(node.span, f"expected true or false{found}")
        return None

    def schema(self) -> dict[str, Json]:
        """A boolean."""
        return {"type": "boolean"}


class ListOf:
    """A list of at most `most` times `item`; with `or_one`, a single item may stand without the list."""

    def __init__(self, item: Kind, *, or_one: bool = False, most: int | None = None) -> None:
        self._item, self._or_one, self._most = item, or_one, most

    def read(self, node: Node, reading: Reading) -> list[Any] | None:
        """The items that can be read."""
        if isinstance(node, Scalar) and node.is_null:
            return []
        if not isinstance(node, Sequence):
            if self._or_one:
                value = self._item.read(node, reading)
                return [] if value is None else [value]
            reading.note(node.span, f"expected a list, found a {_noun(node)}", "begin each item with `- `")
            return None
        if self._most is not None and len(node.items) > self._most:
            reading.note(node.span, f"a list of {len(node.items):,}, and {self._most:,} are the most", "keep fewer")
            return None
        values = (self._item.read(item, reading) for item in node.items)
        return [value for value in values if value is not None]

    def schema(self) -> dict[str, Json]:
        """An array, or also the item itself."""
        item = self._item.schema()
        array: dict[str, Json] = {"type": "array", "items": item}
        if self._most is not None:
            array["maxItems"] = self._most
        return {"anyOf": [item, array]} if self._or_one else array


class MapOf:
    """A mapping from keys that pass `key` to values of `value`."""

    def __init__(self, key: Kind, value: Kind) -> None:
        self._key, self._value = key, value

    def read(self, node: Node, reading: Reading) -> dict[str, Any] | None:
        """The entries that can be read."""
        if isinstance(node, Scalar) and node.is_null:
            return {}
        if not isinstance(node, Mapping):
            reading.note(node.span, f"expected a mapping, found a {_noun(node)}", "write `key: value`")
            return None
        read: dict[str, Any] = {}
        for key, value in node.items.values():
            known = self._key.read(key, reading) is not None
            item = self._value.read(value, reading)
            if known:
                read[key.text] = item
        return read

    def schema(self) -> dict[str, Json]:
        """An object with these keys and values."""
        return {"type": "object", "propertyNames": self._key.schema(), "additionalProperties": self._value.schema()}


class Either:
    """A text, or a mapping: for entries with a short and a long form."""

    def __init__(self, text: Kind, record: Kind) -> None:
        self._text, self._record = text, record

    def read(self, node: Node, reading: Reading) -> Any:
        """What the form that was used reads."""
        return (self._text if isinstance(node, Scalar) else self._record).read(node, reading)

    def schema(self) -> dict[str, Json]:
        """Either of the two."""
        return {"anyOf": [self._text.schema(), self._record.schema()]}


class Field(NamedTuple):
    """One key of a `Record`; `help` is shown by editors and in the reference."""

    kind: Kind
    help: str
    required: bool = False


class Fields(NamedTuple):
    """What a `Record` read: the values by key, the place of each value, and of the whole."""

    values: dict[str, Any]
    at: dict[str, Location]
    location: Location

    def get(self, key: str) -> Any:
        """The value of `key`, or None where it is left out."""
        return self.values.get(key)


class Record:
    """A mapping with known keys, handed to `build` once it is read; an unknown key is a problem.

    A key without a value counts as left out, except where the record is `narrowing`: there an empty key, or
    none at all, would select everything where its author meant to select something.
    """

    def __init__(
        self, fields: dict[str, Field], build: Callable[[Fields], Any] | None = None, *, narrowing: bool = False
    ) -> None:
        self._fields, self._build, self._narrowing = fields, build, narrowing

    def read(self, node: Node, reading: Reading) -> Any:
        """What `build` makes of the fields; None where a required one is missing."""
        if not isinstance(node, Mapping):
            keys = ", ".join(self._fields)
            reading.note(node.span, f"expected a mapping, found a {_noun(node)}", f"its keys are {keys}")
            return None
        fields = Fields({}, {}, reading.document.locate(_first_key(node)))
        for key, value in node.items.values():
            field = self._fields.get(key.text)
            if field is None:
                hint = did_you_mean(key.text, self._fields) or f"the keys here are {', '.join(self._fields)}"
                reading.note(key.span, f'unknown key "{shorten(key.text)}"', hint)
            elif not (isinstance(value, Scalar) and value.is_null):
                fields.values[key.text] = field.kind.read(value, reading)
                fields.at[key.text] = reading.document.locate(value.span)
            elif field.required or self._narrowing:
                reading.note(key.span, f'"{key.text}" has no value')
        if self._narrowing and not node.items:
            reading.note(
                node.span, "selects nothing in particular", f"give one of {', '.join(self._fields)}, or remove it"
            )
        missing = [k for k, f in self._fields.items() if f.required and k not in node.items]
        if missing:
            reading.note(_first_key(node), f"missing {', '.join(f'`{key}:`' for key in missing)}")
        if any(f.required and fields.values.get(key) is None for key, f in self._fields.items()):
            return None
        return self._build(fields) if self._build else fields

    def schema(self) -> dict[str, Json]:
        """An object with these properties and no others."""
        properties: dict[str, Json] = {key: _property(field) for key, field in self._fields.items()}
        required: list[Json] = [key for key, field in self._fields.items() if field.required]
        return {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }


def _property(field: Field) -> dict[str, Json]:
    """The schema of one key; what is not required may also be left empty."""
    schema = field.kind.schema()
    if not field.required:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return {"description": field.help, **schema}


def _first_key(node: Mapping) -> Span:
    return next((key.span for key, _ in node.items.values()), node.span)


def _noun(node: Node) -> str:
    if isinstance(node, Scalar):
        return "single value"
    return "mapping" if isinstance(node, Mapping) else "list"
