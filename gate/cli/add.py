"""`gate add`: declares a file or a directory."""

from __future__ import annotations

import argparse
import os
import re
import time

from gate.cli import place
from gate.cli.measure import Measured, describe, measure
from gate.cli.tracked import compare, take_origin, tracked_by
from gate.core.errors import UsageError
from gate.core.model import KINDS, Kind, Location
from gate.core.text import printable
from gate.dbom.address import refuse_secrets
from gate.dbom.load import open_dbom
from gate.dbom.model import Artifact
from gate.dbom.schema import NAME_PATTERN, artifact_path_problem
from gate.dbom.write import free_name, refuse_taken, with_entry
from gate.documents.edit import Value
from gate.dvc.compare import ALGORITHM
from gate.files.atomic import write_atomic
from gate.files.root import DBOM_NAME, beneath
from gate.hub.origin import parse


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate add`."""
    parser.add_argument(
        "path", metavar="PATH", help="the file, directory, or s3://BUCKET/KEY to declare, or the FILE.dvc that names it"
    )
    parser.add_argument("--source", metavar="URL", help="where it was taken from")
    parser.add_argument("--name", help="how to call it (default: from the file name)")
    parser.add_argument("--version", help="its version")
    parser.add_argument("--revision", help="the immutable revision at the source: a commit or a release")
    parser.add_argument("--license", help="its licence as an SPDX identifier")
    parser.add_argument("--supplier", help="who publishes it")
    parser.add_argument("--kind", choices=KINDS, help="dataset or model (default: model when the content is weights)")
    parser.add_argument("--offline", action="store_true", help="use no network: the Hugging Face Hub is not asked")
    place.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Hashes the path and writes the entry, and the listing of a directory."""
    where = place.find(arguments.root, arguments.dbom)
    path = beneath(arguments.path, where.root)
    if problem := artifact_path_problem(path or "."):
        raise UsageError(problem)
    out = tracked_by(path, where.root)
    if out is not None:
        path = out.path
        take_origin(arguments, out)
    name = where.dbom or DBOM_NAME
    file = os.path.join(where.root, name)
    document, dbom = open_dbom(file, name, follow=bool(arguments.dbom))
    if arguments.name and not re.fullmatch(NAME_PATTERN, arguments.name):
        raise UsageError(f'"{arguments.name}" is no name', "use letters, digits, dots, dashes and underscores")
    refuse_taken(dbom, arguments.name or "", path)
    measured = _measured(arguments, path, where.root, (ALGORITHM,) if out else ())
    if out is not None:
        print(compare(out, measured, where.root))
    kind = arguments.kind or kind_of(measured)
    chosen = arguments.name or free_name(path, dbom)
    listing = f"dbom/{chosen}.sha256" if measured.listing is not None else None
    edited = with_entry(document, kind, _entry(arguments, path, chosen, measured, listing))
    _write(where.root, file, edited, listing, measured)
    print(f"declared the {kind} {chosen} in {name}: {describe(measured)}")
    _advise(measured, arguments)
    return 0


def _measured(arguments: argparse.Namespace, path: str, root: str, also: tuple[str, ...]) -> Measured:
    """What lies at `path`; the hub says of what is said to come from there at which commit, and whether it does."""
    refuse_secrets(arguments.source or "")
    artifact = Artifact("dataset", "new", path, Location(DBOM_NAME), {})
    if (origin := parse(arguments.source)) is None:
        return measure(artifact, root, also)
    from gate.cli import from_hub  # which has a client for HTTP

    return from_hub.measured(arguments, path, origin, lambda: measure(artifact, root, also))


def kind_of(measured: Measured) -> Kind:
    """Model where something in it is weights."""
    roles = [file.inspection.role for file in measured.files if file.inspection]
    return "model" if "weights" in roles else "dataset"


def _entry(
    arguments: argparse.Namespace, path: str, name: str, measured: Measured, listing: str | None
) -> dict[str, Value]:
    entry: dict[str, Value | None] = {
        "name": name,
        "path": path,
        "sha256": measured.sha256,
        "version": arguments.version,
        "listing": listing,
        "size": measured.size,
        "source": _source(arguments),
    }
    return {key: value for key, value in entry.items() if value not in (None, {})}


def _source(arguments: argparse.Namespace) -> dict[str, Value]:
    source = {
        "url": arguments.source,
        "revision": arguments.revision,
        "retrieved": time.strftime("%Y-%m-%d") if arguments.source else None,
        "supplier": arguments.supplier,
        "license": arguments.license,
    }
    return {key: value for key, value in source.items() if value}


def _write(root: str, file: str, edited: bytes, listing: str | None, measured: Measured) -> None:
    """The listing first, for the DBOM must not name what is not there; it goes when the DBOM cannot be written."""
    if listing is None or measured.listing is None:
        write_atomic(file, edited)
        return
    target = os.path.join(root, listing)
    if os.path.lexists(target):
        raise UsageError(f"{printable(listing)} exists already", "pass another --name, or remove the file")
    write_atomic(target, measured.listing, within=root)
    try:
        write_atomic(file, edited)
    except BaseException:
        os.unlink(target)
        raise


def _advise(measured: Measured, arguments: argparse.Namespace) -> None:
    """What `gate check` will say about the new entry, while the facts are at hand."""
    rules = sorted({flaw.rule for f in measured.files if f.inspection for flaw in f.inspection.flaws})
    for rule in rules:
        print(f"note: `gate check` reports {rule} for it: see `gate explain {rule}`")
    missing = [
        f"--{option}" for option in ("source", "revision", "license", "version") if not getattr(arguments, option)
    ]
    if missing:
        print(f"note: not given: {', '.join(missing)}; add them to the entry, for gate:strict blocks without them")
