"""What DVC keeps: the outs of `*.dvc` files and of `dvc.lock`. They are read as documents; DVC is never imported."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator

from gate.core.errors import GateError
from gate.core.text import shorten
from gate.dbom.model import Origin
from gate.dbom.schema import path_problem
from gate.documents.nodes import Mapping, Node, Scalar, Sequence, decode, parse, read_bytes
from gate.scaffold.model import Left, Out

LOCK = "dvc.lock"


def is_dvc(path: str) -> bool:
    """Whether DVC would read the file at `path`."""
    name = posixpath.basename(path)
    return name == LOCK or (name.endswith(".dvc") and name != ".dvc")


def read_outs(root: str, documents: Iterable[str]) -> tuple[list[Out], list[Left]]:
    """The outs that `documents` name, and what is wrong with those that cannot be used."""
    outs: dict[str, Out] = {}
    left: list[Left] = []
    for document in sorted(documents):
        try:
            found = list(_outs(root, document))
        except GateError as error:
            left.append(Left(document, f"DVC's file cannot be read: {shorten(error.message, 200)}", unreadable=True))
            continue
        for out in found:
            if problem := _problem(out.path):
                left.append(Left(document, f"it names an output of no use here: {problem}"))
            else:
                outs.setdefault(out.path, out)
    return list(outs.values()), left


def _problem(path: str) -> str | None:
    return "its working directory is a template" if "${" in path else path_problem(path)


def _outs(root: str, document: str) -> Iterator[Out]:
    directory = posixpath.dirname(document)
    tree = _parse(root, document)
    if posixpath.basename(document) != LOCK:
        source = _source(tree)
        for path in _paths(tree):
            yield Out(_join(directory, _text(_get(tree, "wdir")), path), document, source)
        return
    pipeline = posixpath.join(directory, "dvc.yaml")
    stages = _get(_parse(root, pipeline), "stages") if os.path.lexists(os.path.join(root, pipeline)) else None
    for name, stage in _entries(_get(tree, "stages") or tree):
        written = _get(stages, name.partition("@")[0])  # `train@0` is the first of a `foreach`
        wdir = _text(_get(written, "wdir")) or _text(_get(_get(written, "do"), "wdir"))
        for path in _paths(stage):
            yield Out(_join(directory, wdir, path), document)


def _join(directory: str, wdir: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(directory, wdir, path)) if path else ""


def _source(tree: Node | None) -> Origin:
    """Where `dvc import` and `dvc import-url` say that the only output came from."""
    dependencies = _items(_get(tree, "deps"))
    if len(dependencies) != 1:
        return Origin()
    repository = _get(dependencies[0], "repo")
    if url := _text(_get(repository, "url")):
        return Origin(url=url, revision=_text(_get(repository, "rev_lock")) or None)
    path = _text(_get(dependencies[0], "path"))
    return Origin(url=path) if "://" in path else Origin()


def _parse(root: str, document: str) -> Node:
    """The tree; anchors and other things that the gate's own documents may not have are no matter here."""
    return parse(decode(read_bytes(os.path.join(root, document), document), document), [])


def _paths(node: Node | None) -> list[str]:
    return [_text(_get(out, "path")) for out in _items(_get(node, "outs"))]


def _get(node: Node | None, key: str) -> Node | None:
    return node.items[key][1] if isinstance(node, Mapping) and key in node.items else None


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) and not node.is_null else ""


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _entries(node: Node | None) -> list[tuple[str, Node]]:
    return [(key, value) for key, (_, value) in node.items.items()] if isinstance(node, Mapping) else []
