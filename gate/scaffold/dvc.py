"""What DVC keeps, as `gate init` proposes it: the outputs of `*.dvc` files and of `dvc.lock`."""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.text import shorten
from gate.dbom.model import Origin
from gate.dvc.interface import OUTSIDE
from gate.dvc.read import PIPELINE, is_document, read
from gate.scaffold.model import Left, Out


def is_dvc(path: str) -> bool:
    """Whether the file at `path` has outputs that DVC recorded."""
    return is_document(path) and path.rpartition("/")[2] != PIPELINE


def read_outs(root: str, documents: Iterable[str]) -> tuple[list[Out], list[Left]]:
    """The outputs that `documents` name, and what is wrong with those that cannot be used."""
    outs: dict[str, Out] = {}
    left: list[Left] = []
    for document in sorted(documents):
        found = read(root, document)
        for out in found.outs:
            outs.setdefault(out.path, Out(out.path, document, out.source or Origin()))
        for flaw in found.flaws:
            if flaw.rule == OUTSIDE:
                left.append(Left(document, f"it names an output of no use here: {shorten(flaw.message, 200)}"))
            elif not found.outs:
                why = f"DVC's file cannot be read: {shorten(flaw.message, 200)}"
                left.append(Left(document, why, unreadable=True))
    return list(outs.values()), left
