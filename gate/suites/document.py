"""A suite as a file: JSON or YAML, of Great Expectations 1.x or older, read strictly and with every problem at once.

What the file says decides, so nothing in it is passed over: an unknown key is an error, not a typo that weakens the
suite. Values have the types of JSON; in YAML an unquoted value has the type that the core schema of YAML 1.2 gives it.
Of the arguments, `batch_id` and `batch_list` are dropped, for they name a batch of the author's; `result_format`,
`catch_exceptions` and `include_config` too, for they only shape an output that is not ours. Suite parameters are put
in where the suite itself has their values.
"""

from __future__ import annotations

import json
import math
import posixpath
import re
from typing import NamedTuple

from gate.core.errors import DocumentError, Problem
from gate.core.model import Json, Location
from gate.core.text import did_you_mean, shorten, size
from gate.documents.kinds import Reading
from gate.documents.nodes import MAX_BYTES, Document, Mapping, Node, Scalar, Sequence, Span, decode, parse
from gate.suites import legacy
from gate.suites.interface import MAX_EXPECTATIONS, WEIGHTS, Expectation, Suite, Weight

DROPPED = frozenset(("batch_id", "batch_list", "result_format", "catch_exceptions", "include_config"))
"""Arguments that say nothing about the data."""

_SUITE = ("name", "expectations", "suite_parameters", "id", "meta", "notes")
_EXPECTATION = ("type", "kwargs", "severity", "notes", "description", "id", "meta", "windows", "rendered_content")
_OUTPUT = ("expectation_context", "success_on_last_run")
"""Keys that Great Expectations itself writes into an expectation; nobody types them."""
_PARAMETER = "$PARAMETER"
_EXAMPLE = 'write {"name": "...", "expectations": [...]}'
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ODD = re.compile(r"[-+]?\.?(?:nan|inf|infinity)", re.IGNORECASE)
"""What JSON of Python and YAML write for numbers without a value; YAML without the dot has it as text, unseen."""
_WORDS: dict[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DIGITS = 40
"""Of a number: more is no value that any column holds, and Python takes seconds for millions of them."""


class _Text(NamedTuple):
    """The document with its problems; `strict` means that it has to be JSON."""

    reading: Reading
    strict: bool

    def note(self, span: Span, message: str, fix: str = "") -> None:
        self.reading.note(span, message, fix)


def load_suite(data: bytes, path: str) -> Suite:
    """The suite in `data`; raises `DocumentError` with every problem and its place where it cannot be trusted.

    A list without expectations is a suite, one that checks nothing: whether that is enough is for a policy to say.
    """
    if len(data) > MAX_BYTES:
        raise DocumentError([Problem(Location(path), f"larger than {size(MAX_BYTES)}", "split the suite")])
    document = decode(data, path)
    if not document.text.strip():
        raise document.error(Span(0, 1, 0, 0), "the file is empty, not a suite", _EXAMPLE)
    text = _Text(Reading(document), _is_json(document))
    whole = _strict_json(document) if text.strict else None
    root = parse(document, text.reading.problems)
    value = _value(root, text)
    suite = _suite(root, value, text)
    text.reading.finish()
    if suite is None or (text.strict and value != whole):
        message = "this text means one thing as JSON and another as YAML"
        raise document.error(root.span, message, r"write unusual characters as \uXXXX")
    return suite


def _is_json(document: Document) -> bool:
    name = document.name.lower()
    return name.endswith(".json") or (
        not name.endswith((".yaml", ".yml")) and document.text.lstrip()[:1] in ("{", "[", '"')
    )


def _strict_json(document: Document) -> Json:
    """What the standard library makes of the text; where it gives up, the tree of nodes says the place."""
    try:
        value: Json = json.loads(document.text)
        return value
    except json.JSONDecodeError as error:
        span = Span(error.pos, error.pos + 1, error.lineno - 1, error.colno - 1)
        raise document.error(
            span, f"not valid JSON: {error.msg}", "a comma, bracket or quote is often missing just before"
        ) from None
    except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
        return None


def _value(node: Node, text: _Text) -> Json:
    if isinstance(node, Mapping):
        return {key: _value(item, text) for key, (_, item) in node.items.items()}
    if isinstance(node, Sequence):
        return [_value(item, text) for item in node.items]
    return _scalar(node, text) if node.plain else node.text


def _scalar(node: Scalar, text: _Text) -> Json:
    word = node.text
    if word in _WORDS:
        return _WORDS[word]
    if _ODD.fullmatch(word):
        fix = "write a number, or leave it out" + ("" if text.strict else "; put text in quotes")
        text.note(node.span, f"{shorten(word)} is not a value that can be compared", fix)
        return None
    if not (whole := _INT.fullmatch(word)) and not _FLOAT.fullmatch(word):
        return word
    number: int | float = 0
    if len(word) <= _DIGITS:
        number = int(word, 0 if word[:2] in ("0o", "0x") else 10) if whole else float(word)
    if len(word) > _DIGITS or math.isinf(number):
        text.note(node.span, f"{shorten(word, 30)} is too long or too large for a number", "put text in quotes")
    return number


def _suite(root: Node, value: Json, text: _Text) -> Suite | None:
    if not isinstance(root, Mapping) or not isinstance(value, dict):
        text.note(root.span, f"expected a suite, found {_noun(root)}", _EXAMPLE)
        return None
    known = (*_SUITE, *legacy.SUITE_KEYS, *legacy.OTHER_SUITE_KEYS)
    _refuse_unknown(root, known, text, "a suite")
    old = any(key in root.items for key in ("expectation_suite_name", "data_asset_type"))
    name = value.get("name", value.get("expectation_suite_name"))
    if not (name is None or isinstance(name, str)):
        text.note(_at(root, "name", "expectation_suite_name"), "the name of a suite is text", "put it in quotes")
    parameters = value.get("suite_parameters", value.get("evaluation_parameters")) or {}
    if not isinstance(parameters, dict):
        text.note(_at(root, "suite_parameters", "evaluation_parameters"), "suite parameters are a mapping")
        parameters = {}
    expectations = _expectations(root, value, parameters, text)
    if expectations is None:
        return None
    old = old or any(item[1] for item in expectations)
    stem = posixpath.basename(text.reading.document.name).partition(".")[0]
    return Suite(str(name or stem), text.reading.document.name, tuple(item[0] for item in expectations), old)


def _expectations(
    root: Mapping, value: dict[str, Json], parameters: dict[str, Json], text: _Text
) -> list[tuple[Expectation, bool]] | None:
    """The expectations that can be read, each with whether its keys are those of an older version."""
    if "expectations" not in root.items:
        text.note(root.span, "a suite without expectations", 'add "expectations": a list of what must hold')
        return None
    node, items = root.items["expectations"][1], value["expectations"]
    if not isinstance(node, Sequence) or not isinstance(items, list):
        text.note(node.span, f"expected a list of expectations, found {_noun(node)}", "write [] for none")
        return None
    if len(items) > MAX_EXPECTATIONS:
        message = f"{len(items):,} expectations, more than {MAX_EXPECTATIONS:,}"
        text.note(node.span, message, "split the suite")
        return []
    read = [_expectation(i, node.items[i], item, parameters, text) for i, item in enumerate(items)]
    return [item for item in read if item is not None]


def _expectation(
    position: int, node: Node, value: Json, parameters: dict[str, Json], text: _Text
) -> tuple[Expectation, bool] | None:
    if not isinstance(node, Mapping) or not isinstance(value, dict):
        text.note(node.span, f"expected an expectation, found {_noun(node)}", 'write {"type": "...", "kwargs": {...}}')
        return None
    _refuse_unknown(node, (*_EXPECTATION, *legacy.EXPECTATION_KEYS, *_OUTPUT), text, "an expectation")
    type_, old = _type(node, value, text)
    kwargs = _kwargs(node, value.get("kwargs"), parameters, text)
    if old:
        kwargs = legacy.modern_kwargs(kwargs)
    line = _at(node, "type", "expectation_type").line + 1
    weight = _weight(node, value.get("severity"), text)
    return Expectation(position, type_, kwargs, weight, line, _notes(value)), old


def _type(node: Mapping, value: dict[str, Json], text: _Text) -> tuple[str, bool]:
    keys = [key for key in ("type", "expectation_type") if key in node.items]
    if not keys:
        text.note(node.span, "an expectation without a type", 'add "type": "expect_..."')
        return "", False
    if len(keys) > 1:
        text.note(node.items[keys[1]][0].span, 'both "type" and "expectation_type"', "keep one")
    found = value[keys[0]]
    if not isinstance(found, str) or not found:
        text.note(node.items[keys[0]][1].span, "the type of an expectation is text", 'such as "expect_column_to_exist"')
        return "", False
    return found, "expectation_type" in keys


def _weight(node: Mapping, value: Json, text: _Text) -> Weight:
    found: Weight | None = next((weight for weight in WEIGHTS if weight == value), None)
    if found is None and value is not None:
        hint = did_you_mean(str(value), WEIGHTS) or f"one of {', '.join(WEIGHTS)}"
        text.note(node.items["severity"][1].span, f'"{shorten(str(value))}" is not a severity', hint)
    return found or "critical"


def _notes(value: dict[str, Json]) -> str:
    notes = value.get("notes") or value.get("description") or ""
    return "\n".join(map(str, notes)) if isinstance(notes, list) else str(notes)


def _kwargs(node: Mapping, value: Json, parameters: dict[str, Json], text: _Text) -> dict[str, Json]:
    if value is None:
        return {}
    inner = node.items["kwargs"][1]
    if not isinstance(inner, Mapping) or not isinstance(value, dict):
        text.note(inner.span, f"expected a mapping of arguments, found {_noun(inner)}", 'such as {"column": "age"}')
        return {}
    kwargs: dict[str, Json] = {}
    for key, item in value.items():
        if key in DROPPED:
            continue
        kwargs[key], unknown = _filled(item, parameters)
        if unknown:
            message = f"the suite parameter {shorten(unknown)} has no value here"
            text.note(inner.items[key][1].span, message, "write the value itself, or add it to `suite_parameters`")
    return kwargs


def _filled(value: Json, parameters: dict[str, Json]) -> tuple[Json, str]:
    """`value` with suite parameters replaced, and one that has no value."""
    if isinstance(value, list):
        items = [_filled(item, parameters) for item in value]
        return [item for item, _ in items], next((unknown for _, unknown in items if unknown), "")
    if not isinstance(value, dict):
        return value, ""
    if _PARAMETER not in value:
        pairs = [(key, *_filled(item, parameters)) for key, item in value.items()]
        return {key: item for key, item, _ in pairs}, next((unknown for _, _, unknown in pairs if unknown), "")
    name = value[_PARAMETER]
    if isinstance(name, str) and name in parameters:
        return parameters[name], ""
    default = f"{_PARAMETER}.{name}"  # the older versions kept a value beside the name
    return (value[default], "") if default in value else (None, str(name))


def _refuse_unknown(node: Mapping, known: tuple[str, ...], text: _Text, what: str) -> None:
    for key, _ in node.items.values():
        if key.text not in known:
            hint = did_you_mean(key.text, known) or "remove it, or put it under `meta`"
            text.note(key.span, f'unknown key "{shorten(key.text)}" of {what}', hint)


def _at(node: Mapping, *keys: str) -> Span:
    """Where the first of `keys` that is there stands."""
    return next((node.items[key][0].span for key in keys if key in node.items), node.span)


def _noun(node: Node) -> str:
    if isinstance(node, Scalar):
        return "a single value"
    return "a mapping" if isinstance(node, Mapping) else "a list"
