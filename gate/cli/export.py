"""`gate export`: the DBOM as a bill of materials that other tools read."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import datetime, timezone

from gate import __version__
from gate.cli import place
from gate.core.errors import UsageError
from gate.core.text import count, printable
from gate.dbom.load import load_dbom
from gate.dbom.model import Dbom
from gate.exchange.completeness import as_json, as_text
from gate.exchange.croissant.write import has_place
from gate.exchange.interface import Made
from gate.exchange.registry import EXPORTS, writer
from gate.files.atomic import write_atomic
from gate.files.root import DBOM_NAME
from gate.report.view import no_commands

EPOCH = "SOURCE_DATE_EPOCH"
"""https://reproducible-builds.org/specs/source-date-epoch/"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate export`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--format", choices=EXPORTS, help="the format: " + ", ".join(EXPORTS))
    what.add_argument(
        "--completeness",
        choices=("text", "json"),
        help="print how much of the minimum elements of an SBOM for AI each dataset has, and what it lacks",
    )
    parser.add_argument("-o", "--out", metavar="FILE", help="what to write (default: standard output)")
    place.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Reads the DBOM and writes the document."""
    where = place.find(arguments.root, arguments.dbom)
    name = where.dbom or DBOM_NAME
    file = os.path.join(where.root, name)
    dbom = load_dbom(file, name, follow=bool(arguments.dbom))
    if arguments.out and os.path.realpath(arguments.out) == os.path.realpath(file):
        raise UsageError(f"{printable(arguments.out)} is the DBOM itself", "write to another file")
    text = _text(arguments, dbom)
    if arguments.out:
        write_atomic(arguments.out, text.encode())
    else:
        sys.stdout.buffer.write(text.encode())
    return 0


def _text(arguments: argparse.Namespace, dbom: Dbom) -> str:
    if arguments.completeness:
        return as_text(dbom) if arguments.completeness == "text" else as_json(dbom)
    if arguments.format == "croissant" and (other := sum(not has_place(artifact) for artifact in dbom.artifacts)):
        what = count(other, "artifact")
        print(f"note: left out: {what}, for Croissant has datasets alone, with their digests", file=sys.stderr)
    document = writer(arguments.format)(dbom, Made(__version__, _time()))
    return no_commands(json.dumps(document, indent=2)) + "\n"


def _time() -> datetime | None:
    """When the document was made, as the build says; it says nothing of it otherwise, and stays the same."""
    given = os.environ.get(EPOCH)
    if not given:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 11:
        raise UsageError(f'{EPOCH} is "{printable(given[:40])}"', "set it to seconds since 1970, or unset it")
    return datetime.fromtimestamp(int(given), timezone.utc)
