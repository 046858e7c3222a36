"""`gate import`: entries of the DBOM from bills of materials of others, from what DVC keeps, and from the hub."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping

from gate.cli import from_dvc, from_repository, place
from gate.cli.from_dvc import Measured
from gate.core.errors import UsageError
from gate.core.text import count, printable
from gate.dbom.load import open_dbom
from gate.dbom.model import Dbom
from gate.documents.nodes import decode, read_bytes
from gate.dvc.read import is_document
from gate.exchange.interface import Taken
from gate.exchange.merge import Merged, merge
from gate.exchange.registry import read
from gate.files.atomic import write_atomic
from gate.files.root import DBOM_NAME, beneath

NOTHING = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate import`."""
    documents = "CycloneDX (JSON), an in-toto statement with it, Croissant, a FILE.dvc or dvc.lock"
    help_ = f"{documents}; or hf://[datasets/]NAMESPACE/NAME[@REVISION]"
    parser.add_argument("files", nargs="+", metavar="FILE", help=help_)
    place.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Reads every document, and adds all that they declare to the DBOM, or nothing."""
    where = place.find(arguments.root, arguments.dbom)
    name = where.dbom or DBOM_NAME
    file = os.path.join(where.root, name)
    document, dbom = open_dbom(file, name, follow=bool(arguments.dbom))
    taken: list[Taken] = []
    listings: dict[str, bytes] = {}
    for one in dict.fromkeys(arguments.files):
        found = _taken(one, where.root, dbom)
        dbom = dbom._replace(artifacts=(*dbom.artifacts, *found.taken.artifacts))
        taken.append(found.taken)
        listings |= found.listings
    merged = merge(document, taken)
    if merged.edited is not None:
        _write(where.root, file, merged.edited, listings)
    return _tell(merged, taken, name)


def _taken(one: str, root: str, dbom: Dbom) -> Measured:
    if one.startswith(from_repository.HUB):
        return from_repository.taken(one, dbom)
    if is_document(one):
        return from_dvc.taken(beneath(one, root), root, dbom)
    return Measured(read(decode(read_bytes(one, one, follow=True), one)), {})


def _write(root: str, file: str, edited: bytes, listings: Mapping[str, bytes]) -> None:
    """Listings first, for the DBOM must not name what is not there; they go when it cannot be written."""
    for listing in listings:
        if os.path.lexists(os.path.join(root, listing)):
            raise UsageError(f"{printable(listing)} exists already", "remove the file; nothing was written")
    made: list[str] = []
    try:
        for listing, content in listings.items():
            write_atomic(os.path.join(root, listing), content, within=root)
            made.append(os.path.join(root, listing))
        write_atomic(file, edited)
    except BaseException:
        for target in made:
            os.unlink(target)
        raise


def _tell(merged: Merged, taken: list[Taken], name: str) -> int:
    """What was declared, and what a person still has to do, each with the command for it; the exit code."""
    for kind, artifacts in (("declared", merged.added), ("declared already", merged.known)):
        for artifact in artifacts:
            print(f"{kind}: the {artifact.kind} {artifact.name}, {printable(artifact.path)}")
    for line in (line for one in taken for line in one.told):
        print(f"note: {printable(line)}")
    for incomplete in (incomplete for one in taken for incomplete in one.incomplete):
        print(f"to do: {incomplete.name} has {incomplete.lacks}; when its file is there:")
        print(f"  {printable(incomplete.command)}")
    if merged.added:
        print(f"wrote {count(len(merged.added), 'entry', 'entries')} to {printable(name)}; next: gate check")
        return 0
    print(f"nothing was written to {printable(name)}")
    return 0 if merged.known else NOTHING
