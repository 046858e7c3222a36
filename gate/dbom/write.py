"""Writes entries of a DBOM, leaving comments, order and style of everything else as they are."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Map
from typing import NamedTuple

from gate.core.errors import DocumentError, UnableError, UsageError
from gate.core.model import Kind, Location
from gate.core.text import printable
from gate.dbom.load import read_dbom
from gate.dbom.model import Ancestor, Artifact, Data, Dbom, Origin, Scan, Signature
from gate.documents import edit
from gate.documents.nodes import Document, Mapping, Scalar, Sequence, parse

SECTIONS: Map[Kind, str] = {"dataset": "datasets", "model": "models"}
HEADER = "# yaml-language-server: $schema=dbom.schema.json  (`gate schema dbom > dbom.schema.json`)\ndbom: 1\n"


class Change(NamedTuple):
    """New values for the entry `name`: only what is given changes; `ancestor` joins those that it has."""

    name: str
    sha256: str
    size: int
    version: str | None = None
    listing: str | None = None
    path: str | None = None
    ancestor: Ancestor | None = None


def with_entry(document: Document, kind: Kind, entry: dict[str, edit.Value]) -> bytes:
    """The bytes of the DBOM with one more entry; an empty `document` becomes a new DBOM.

    Raises `DocumentError` when the DBOM is not valid before, and `UnableError` when it would not be after.
    """
    if not document.text.strip():
        document = document._replace(text=HEADER)
    root = parse(document)
    assert isinstance(root, Mapping)
    edits = edit.append(document, root, SECTIONS[kind], entry)
    return _edited(document, edits, lambda dbom: _holds(dbom.find(str(entry["name"])), entry))


def with_artifacts(document: Document, artifacts: Iterable[Artifact]) -> bytes:
    """The bytes of the DBOM with entries for `artifacts` as well; `document` and errors as for `with_entry`."""
    wanted = {artifact.name: artifact for artifact in artifacts}
    edited = document if document.text.strip() else document._replace(text=HEADER)
    for kind, section in SECTIONS.items():
        entries = [entry_of(artifact) for artifact in wanted.values() if artifact.kind == kind]
        for few in filter(None, (entries[:1], entries[1:])):  # the first one makes the list where there is none
            root = parse(edited)
            assert isinstance(root, Mapping)
            edits = edit.merged(e for entry in few for e in edit.append(edited, root, section, entry))
            edited = edited._replace(text=edit.apply(edited.text, edits))

    def holds(dbom: Dbom) -> bool:
        found = {artifact.name: artifact for artifact in dbom.artifacts}
        return all(name in found and said(found[name]) == said(artifact) for name, artifact in wanted.items())

    return _edited(document, [edit.Edit(0, len(document.text), edited.text)], holds)


def said(artifact: Artifact) -> Artifact:
    """What the entry says, without the place where it says it."""
    return artifact._replace(location=Location(""), at={})


def entry_of(artifact: Artifact) -> dict[str, edit.Value]:
    """The entry that says what `artifact` says, with its keys in the order in which people write them."""
    signatures: list[edit.Value] = [given(signature) for signature in artifact.signature or ()]
    entry: dict[str, edit.Value | None] = {
        "name": artifact.name,
        "path": artifact.path,
        "sha256": artifact.sha256,
        "version": artifact.version,
        "listing": artifact.listing,
        "size": artifact.size,
        "description": artifact.description,
        "sensitivity": artifact.sensitivity,
        "suite": artifact.suite,
        "scan": given(artifact.scan) if artifact.scan else None,
        "data": given(artifact.data) if artifact.data else None,
        "source": given(artifact.source),
        "signature": signatures if len(signatures) > 1 else next(iter(signatures), None),
        "tags": list(artifact.tags),
        "previous": artifact.previous,
        "derived_from": [ancestor.name or given(ancestor) for ancestor in artifact.derived_from],
        "trained_on": list(artifact.trained_on),
    }
    return {key: value for key, value in entry.items() if value not in (None, {}, [])}


def with_changes(document: Document, changes: list[Change]) -> bytes:
    """The bytes of the DBOM with new values of some entries; raises as `with_entry`."""
    entries = _entry_nodes(parse(document))
    edits = [e for change in changes for e in _edits(document, entries[change.name], change)]

    def holds(dbom: Dbom) -> bool:
        return all(_holds_change(dbom.find(change.name), change) for change in changes)

    return _edited(document, edits, holds)


def entry_nodes(document: Document) -> dict[str, Mapping]:
    """The entries of a valid DBOM by name, as nodes to edit."""
    return _entry_nodes(parse(document))


def rewritten(document: Document, text: str, holds: Callable[[dict[str, Mapping]], bool]) -> bytes:
    """The bytes of the DBOM with the text `text`, whose entries must be as `holds` wants; raises as `with_entry`."""
    edits = [edit.Edit(0, len(document.text), text)]
    return _edited(document, edits, lambda _: holds(entry_nodes(document._replace(text=text))))


def free_name(path: str, dbom: Dbom | None) -> str:
    """A name for the artifact at `path` that no entry has yet."""
    stem = posixpath.basename(path)
    stem = stem.partition(".")[0] or stem
    base = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in stem).strip("-._") or "artifact"
    name, number = base[:120], 2
    while dbom and dbom.find(name):
        name, number = f"{base[:115]}-{number}", number + 1
    return name


def _edits(document: Document, entry: Mapping, change: Change) -> list[edit.Edit]:
    """One edit per key; keys that are missing go in behind the digest, or behind the path."""
    wanted: list[tuple[str, int | str | None]] = [
        ("path", change.path),
        ("sha256", change.sha256),
        ("version", change.version),
        ("listing", change.listing),
        ("size", change.size),
    ]
    edits: list[edit.Edit] = []
    for key, value in wanted:
        if value is not None:
            after = "sha256" if "sha256" in entry.items else "path"
            edits.append(edit.set_value(document, entry, key, value, after))
    if change.ancestor is not None:
        edits += _with_ancestor(document, entry, given(change.ancestor))
    return edit.merged(edits)


def _with_ancestor(document: Document, entry: Mapping, ancestor: dict[str, edit.Value]) -> list[edit.Edit]:
    found = entry.items["derived_from"][1] if "derived_from" in entry.items else None
    if isinstance(found, Sequence) and found.items:
        return edit.append(document, entry, "derived_from", ancestor)
    after = next(key for key in ("source", "sha256", "path") if key in entry.items)
    return [edit.set_value(document, entry, "derived_from", [ancestor], after)]


def _entry_nodes(root: object) -> dict[str, Mapping]:
    assert isinstance(root, Mapping)
    entries: dict[str, Mapping] = {}
    for section in SECTIONS.values():
        sequence = root.items[section][1] if section in root.items else None
        for node in sequence.items if isinstance(sequence, Sequence) else ():
            assert isinstance(node, Mapping)
            name = node.items["name"][1]
            assert isinstance(name, Scalar)
            entries[name.text] = node
    return entries


def _holds_change(artifact: Artifact | None, change: Change) -> bool:
    values = {key: value for key, value in change._asdict().items() if key != "ancestor" and value is not None}
    ancestors = artifact.derived_from if artifact else ()
    return _holds(artifact, values) and (change.ancestor is None or change.ancestor in ancestors)


def given(record: Ancestor | Data | Origin | Scan | Signature) -> dict[str, edit.Value]:
    """What of a record of the DBOM is given, as an entry has it."""
    return {key: value for key, value in record._asdict().items() if value not in (None, {})}


def _holds(artifact: Artifact | None, values: Map[str, edit.Value]) -> bool:
    """Whether the entry that was read back has `values`."""
    if artifact is None:
        return False
    for key, value in values.items():
        found = getattr(artifact, key)
        if key == "source":
            found = given(found)
        elif key == "derived_from":
            found = [given(ancestor) for ancestor in found]
        if found != value:
            return False
    return True


def _edited(document: Document, edits: list[edit.Edit], holds: Callable[[Dbom], bool]) -> bytes:
    """The edited document, after reading it back: an edit that did not do what it should is never written."""
    edited = edit.apply(document.text, edits)
    try:
        held = holds(read_dbom(document._replace(text=edited)))
    except DocumentError:  # its places are those of a text that nobody wrote
        held = False
    if not held:
        raise UnableError(f"the style of {printable(document.name)} is beyond this command", "edit the entry by hand")
    return document.encode(edited)


def refuse_taken(dbom: Dbom, name: str, path: str) -> None:
    """Raises `UsageError` when an entry has that name or path already."""
    for artifact in dbom.artifacts:
        if artifact.path == path:
            raise UsageError(
                f"{printable(path)} is declared already, as {artifact.name}",
                f"run `gate update {artifact.name}` after a change",
            )
        if artifact.name == name:
            raise UsageError(
                f'the name "{printable(name)}" is taken by {printable(artifact.path)}', "pass another --name"
            )
