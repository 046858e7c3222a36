"""Where the repository is: its root and its DBOM."""

from __future__ import annotations

import argparse
import os
from typing import NamedTuple

from gate.core.errors import UsageError
from gate.core.text import printable
from gate.files import root as roots


class Place(NamedTuple):
    """`root` is absolute; `dbom` is the DBOM that was named, relative to it, or None for the usual one."""

    root: str
    dbom: str | None


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--root` and `--dbom`."""
    parser.add_argument(
        "--root", metavar="DIR", help="the repository (default: the nearest directory upwards with a dbom.yaml or .git)"
    )
    parser.add_argument("--dbom", metavar="FILE", help="the DBOM (default: dbom.yaml in the root)")


def find(root: str | None, dbom: str | None) -> Place:
    """The place that the options, or the working directory, name; raises `UsageError` where there is none."""
    if root is not None and not os.path.isdir(root):
        raise UsageError(f"{printable(root)} is not a directory", "pass the root of the repository")
    if dbom is not None and not os.path.lexists(dbom):
        raise UsageError(f"{printable(dbom)} does not exist", "`gate add PATH` writes a dbom.yaml")
    if root is None:
        root = os.path.dirname(os.path.abspath(dbom)) if dbom else roots.upwards(os.getcwd())
    root = os.path.abspath(root)
    return Place(root, os.path.relpath(dbom, root) if dbom else None)
