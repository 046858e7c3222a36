"""What a DBOM says and no other format has a field for: named values, `dbom-gate:` and the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gate.dbom.model import Artifact, Origin
from gate.dbom.write import given
from gate.documents.nodes import Node, Scalar
from gate.exchange.draft import Draft, Record
from gate.exchange.words import PREFIX, is_uri

_ENTRY = ("path", "size", "listing", "previous")
_SOURCE = tuple(key for key in Origin._fields if key not in ("url", "supplier", "license"))
_SCAN = ("modality", "labels")
_DATA = ("format", "delimiter", "quote", "encoding")
"""Beside them `header`, and `columns.NAME` for each column."""
_COLUMNS = "data.columns."


def own_values(artifact: Artifact) -> dict[str, str]:
    """The values of an entry by their names; an origin that is no URI is one of them, for they only take URIs."""
    found = {key: getattr(artifact, key) for key in _ENTRY}
    found["source.url"] = None if is_uri(artifact.source.url or "") else artifact.source.url
    found |= {f"source.{key}": getattr(artifact.source, key) for key in _SOURCE}
    found |= {f"scan.{key}": getattr(artifact.scan, key, None) for key in _SCAN}
    for key, value in (given(artifact.data) if artifact.data else {}).items():
        if isinstance(value, dict):
            found |= {f"{_COLUMNS}{column}": kind for column, kind in value.items()}
        else:
            found[f"data.{key}"] = str(value).lower() if isinstance(value, bool) else value
    return {PREFIX + key: str(value) for key, value in found.items() if value is not None}


def set_own(draft: Draft, own: Mapping[str, Node]) -> Record:
    """Gives `draft` the values of `own`, by their names; the `source` that is begun with them is returned."""
    for key in _ENTRY:
        draft.set(key, own.get(PREFIX + key))
    if draft.kind == "dataset":
        draft.set("scan", _record(draft, own, "scan", _SCAN))
        draft.set("data", _data(draft, own))
    return _record(draft, own, "source", ("url", *_SOURCE))


def _record(draft: Draft, own: Mapping[str, Node], name: str, keys: Iterable[str]) -> Record:
    record = Record(draft.span)
    for key in keys:
        record.set(key, own.get(f"{PREFIX}{name}.{key}"))
    return record


def _data(draft: Draft, own: Mapping[str, Node]) -> Record:
    record = _record(draft, own, "data", _DATA)
    header = own.get(f"{PREFIX}data.header")
    if isinstance(header, Scalar):  # theirs is a text, and a DBOM has true or false without quotes
        record.set("header", header._replace(plain=True))
    columns, lead = Record(draft.span), PREFIX + _COLUMNS
    for key, value in own.items():
        if key.startswith(lead):
            columns.set(key[len(lead) :], value)
    record.set("columns", columns)
    return record
