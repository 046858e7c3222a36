"""Artifacts and facts as plain data by the schema of `gate.core.facts`."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from gate.core.facts import FACTS_OF, RECORDS, Fact
from gate.core.model import Json
from gate.dbom.model import Artifact

_GREATEST = (1 << 63) - 1
"""Of CEL's integers."""


def declared(artifact: Artifact, *, is_directory: bool) -> dict[str, Json]:
    """What the DBOM says of an artifact, with what follows from that."""
    source = artifact.source
    said: dict[str, Any] = {
        **artifact._asdict(),
        "extension": os.path.splitext(artifact.path)[1][1:].lower() or None,
        "is_directory": is_directory,
        "license": source.license,
        "supplier": source.supplier,
        "source": {**source._asdict(), "host": source.host or None, "scheme": _scheme(source.url or "")},
        "signature": [one._asdict() for one in artifact.signature or ()],
        "derived_from": [one._asdict() for one in artifact.derived_from],
        "scan": artifact.scan._asdict() if artifact.scan else None,
        "data": artifact.data._asdict() if artifact.data else None,
    }
    return plain("Artifact", said)


def _scheme(url: str) -> str | None:
    scheme, separator, _ = url.partition(":")
    return scheme.lower() if separator and scheme.replace("+", "").isalnum() else None


def established(facts: Mapping[str, Mapping[str, Json]], named: Collection[str]) -> dict[str, dict[str, Json]]:
    """The families of facts that are known of an artifact; those that no expression has `named` come empty."""
    return {
        family: plain(FACTS_OF[family], found) if family in named else {}
        for family, found in facts.items()
        if family in FACTS_OF
    }


def plain(record: str, given: Mapping[str, Any]) -> dict[str, Json]:
    """What `given` says of the fields of `record`; what is None is left out."""
    fields = _fields(record)
    found: dict[str, Json] = {}
    for name, value in given.items():
        if value is None or name not in fields:
            continue
        is_plain = type(value) is bool or (type(value) is str and value.isascii())  # nearly all are
        found[name] = value if is_plain else fields[name](value)
    return found


Convert = Callable[[Any], Json]


@cache
def _fields(record: str) -> dict[str, Convert]:
    return {fact.name: _converter(fact) for fact in RECORDS[record]}


def _converter(fact: Fact) -> Convert:
    one = _SCALARS.get(fact.base) or (lambda value: plain(fact.base, value))
    if fact.many == "list":
        return lambda values: [one(value) for value in values]
    if fact.many == "map":
        return lambda values: {_text(key): one(value) for key, value in values.items()}
    return one


def _text(value: Any) -> Any:
    """File names may hold bytes that are no text: they come out escaped."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-8", "backslashreplace").decode()


def _integer(value: Any) -> Any:
    return max(-_GREATEST, min(value, _GREATEST)) if type(value) is int else value


_SCALARS: dict[str, Convert] = {
    "string": _text,
    "int": _integer,
    "double": lambda value: value,
    "bool": lambda value: value,
}
