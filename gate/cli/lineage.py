"""`gate lineage`: what each artifact was made from."""

from __future__ import annotations

import argparse
import os
import sys

from gate.cli import place
from gate.core.errors import UsageError
from gate.core.text import did_you_mean, printable
from gate.dbom.load import load_dbom
from gate.files.root import DBOM_NAME
from gate.lineage.graph import build
from gate.lineage.render import as_json, as_mermaid, as_text
from gate.report.view import no_commands


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate lineage`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="an artifact (default: all of them)")
    parser.add_argument(
        "--format", choices=("text", "mermaid", "json"), default="text", help="the format (default: text)"
    )
    place.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints the graph, or what is around one artifact."""
    where = place.find(arguments.root, arguments.dbom)
    file = where.dbom or DBOM_NAME
    dbom = load_dbom(os.path.join(where.root, file), file, follow=bool(arguments.dbom))
    graph, name = build(dbom), arguments.name
    if name is not None:
        if dbom.find(name) is None:
            hint = did_you_mean(name, [artifact.name for artifact in dbom.artifacts])
            raise UsageError(f'no artifact is called "{printable(name)}"', hint or "`gate lineage` shows all of them")
        graph = graph.around(name)
    if arguments.format == "text":
        text = as_text(graph, name) if dbom.artifacts else f"{printable(file)} declares no artifacts\n"
    else:
        text = as_mermaid(graph) if arguments.format == "mermaid" else no_commands(as_json(graph))
    sys.stdout.write(text)
    return 0
