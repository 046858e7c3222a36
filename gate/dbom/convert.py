"""What a conversion changes in the DBOM: the entry of the model names the new file and what it was made from."""

from __future__ import annotations

import re
from typing import NamedTuple

from gate.core.errors import UsageError
from gate.core.text import printable
from gate.dbom.load import read_dbom
from gate.dbom.model import Ancestor, Artifact, Dbom, Origin
from gate.dbom.schema import NAME_PATTERN
from gate.dbom.write import Change, free_name, given, refuse_taken, with_changes, with_entry
from gate.documents.edit import Value
from gate.documents.nodes import Document
from gate.files.digest import Digest
from gate.files.paths import path_problem


class Plan(NamedTuple):
    """What to write once the digests are known.

    `source` is the entry of the file to convert, `target` one that names the new file already; `name` is for a
    new entry. `path` and `model` are the new file and the old one in the repository, None outside of it. `parent`
    declares a directory that holds the new file.
    """

    path: str | None
    model: str | None
    source: Artifact | None
    target: Artifact | None
    parent: Artifact | None
    name: str | None


class Registered(NamedTuple):
    """The new text of the DBOM, None where it stays; and lines that tell a person."""

    edited: bytes | None
    told: tuple[str, ...]


def plan(document: Document, model: str | None, path: str | None, name: str | None) -> Plan:
    """What the DBOM says of both files; raises `UsageError` for a name or a path that it cannot take."""
    dbom = read_dbom(document)
    if name is not None and not re.fullmatch(NAME_PATTERN, name):
        raise UsageError(f'"{name}" is no name', "use letters, digits, dots, dashes and underscores")
    if path is not None and (problem := path_problem(path)):
        raise UsageError(problem)
    source = _at(dbom, model)
    target = _at(dbom, path)
    parent = next((a for a in dbom.artifacts if path and path.startswith(a.path + "/")), None)
    found = Plan(path, model, source, target, parent, name)
    if path and name and not _in_place(found) and target is None:
        refuse_taken(dbom, name, path)
    return found


def _at(dbom: Dbom, path: str | None) -> Artifact | None:
    return next((a for a in dbom.artifacts if a.path == path), None)


def _in_place(found: Plan) -> bool:
    return found.source is not None and found.name in (None, found.source.name)


def register(document: Document, found: Plan, made: Digest, original: Digest) -> Registered:
    """The DBOM with the new file, whose digest is `made`; raises `UsageError` where another file is declared there."""
    if found.path is None:
        return Registered(None, ("not declared: the new file lies outside of the repository",))
    if found.target is not None:
        return _declared(found.target, made)
    if found.parent is not None:
        name = found.parent.name
        return Registered(
            None, (f"not declared: {name} declares its directory; run `gate update {name} --version NEW`",)
        )
    if found.source is not None and _in_place(found):
        return _updated(document, found, found.source, made, original)
    return _added(document, found, made, original)


def _declared(target: Artifact, made: Digest) -> Registered:
    if target.sha256 != made.sha256:
        message = f"{printable(target.path)} is declared with another digest, as {target.name}"
        raise UsageError(message, "nothing was changed; remove that entry, or name another file with --out")
    return Registered(None, (f"declared already, as {target.name}",))


def _ancestor(found: Plan, original: Digest) -> Ancestor:
    return Ancestor(path=found.model, url=found.source.source.url if found.source else None, sha256=original.sha256)


def _updated(document: Document, found: Plan, entry: Artifact, made: Digest, original: Digest) -> Registered:
    """The entry in its place: everything that people wrote about the model stays with it."""
    changed = f"{entry.version}-safetensors" if entry.version else None
    change = Change(entry.name, made.sha256, made.size, changed, path=found.path, ancestor=_ancestor(found, original))
    told = [
        f"{entry.name} in {document.name} is now {printable(found.path or '')}, derived from {original.sha256[:12]}…"
    ]
    if changed:
        told.append(f"its version is now {printable(changed)}, for its bytes are others")
    else:
        told.append(f"it has no version: `gate update {entry.name} --version VERSION` gives it one")
    if entry.signature:
        told.append(f"its signature is over the old file: sign the new one, and name that bundle under {entry.name}")
    return Registered(with_changes(document, [change]), tuple(told))


def _added(document: Document, found: Plan, made: Digest, original: Digest) -> Registered:
    path = found.path or ""
    name = found.name or free_name(path, read_dbom(document))
    origin = found.source.source if found.source else Origin()
    entry: dict[str, Value] = {"name": name, "path": path, "sha256": made.sha256, "size": made.size}
    if found.source and found.source.version:
        entry["version"] = found.source.version
    if source := given(origin):
        entry["source"] = source
    entry["derived_from"] = [given(_ancestor(found, original))]
    kind = found.source.kind if found.source else "model"
    told = [f"declared the {kind} {name} in {document.name}"]
    if found.source:
        told.append(f"the entry {found.source.name} still names the pickle; remove it when nothing loads it")
    return Registered(with_entry(document, kind, entry), tuple(told))
