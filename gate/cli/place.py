"""Where the repository is: its root, its DBOM, and the paths that a person names in it."""

from __future__ import annotations

import argparse
import os
from typing import NamedTuple

from gate.core.errors import UsageError
from gate.core.text import printable
from gate.files import root as roots

DBOM_NAME = roots.DBOM_NAME


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


def beneath(path: str, root: str) -> str:
    """`path`, as named in the working directory, relative to `root`; empty for the root itself."""
    full = os.path.abspath(path)
    relative = os.path.relpath(
        os.path.join(os.path.realpath(os.path.dirname(full)), os.path.basename(full)), os.path.realpath(root)
    )
    if os.path.realpath(full) == os.path.realpath(root):
        relative = os.curdir
    if relative == os.pardir or relative.startswith(os.pardir + os.sep):
        raise UsageError(f"{printable(path)} lies outside of {printable(root)}", "name paths inside the repository")
    return "" if relative == os.curdir else relative


def policy_reference(reference: str, root: str) -> str:
    """A pack as it is, a file relative to `root`."""
    return reference if reference.startswith("gate:") else os.path.relpath(os.path.abspath(reference), root)
