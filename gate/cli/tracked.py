"""What `gate add FILE.dvc` declares: the output that the file names, as long as it is what DVC recorded."""

from __future__ import annotations

import argparse
import os
import posixpath

from gate.cli.measure import Measured
from gate.core.errors import DocumentError, Problem, UsageError
from gate.core.text import count, printable, shorten
from gate.dvc.compare import ALGORITHM, Difference, difference
from gate.dvc.config import PATH
from gate.dvc.ignored import Ignored
from gate.dvc.interface import Out
from gate.dvc.manifest import find
from gate.dvc.read import SUFFIX, read

NAMED = 5
"""Files that a message names."""


def tracked_by(path: str, root: str) -> Out | None:
    """The output of the `.dvc` file at `path`; None for every other file.

    Raises `DocumentError` for what is wrong with the file, `UsageError` where it does not keep one output.
    """
    if not path.endswith(SUFFIX) or not os.path.isfile(os.path.join(root, path)):
        return None
    found = read(root, path)
    wrong = [flaw for flaw in found.flaws if flaw.rule != "dvc/unpinned-import"]  # which `gate check` tells
    if wrong:
        raise DocumentError([Problem(flaw.location, flaw.message, flaw.fix) for flaw in wrong])
    if len(found.outs) != 1:
        message = f"{printable(path)} keeps {count(len(found.outs), 'output')}"
        raise UsageError(message, "name the file or directory itself: `gate add PATH`")
    out = found.outs[0]
    if not os.path.lexists(os.path.join(root, out.path)):
        raise UsageError(f"{printable(out.path)} is not here", f"run `dvc pull {printable(path)}` first")
    return out._replace(project=project_of(path, root))


def project_of(path: str, root: str) -> str:
    """The directory with the `.dvc` that the document at `path` belongs to; empty for the root."""
    directory = posixpath.dirname(path)
    while directory and not os.path.isfile(os.path.join(root, directory, PATH)):
        directory = posixpath.dirname(directory)
    return directory


def take_origin(arguments: argparse.Namespace, out: Out) -> None:
    """Puts what an import says of its origin into `arguments`, where the command line says nothing."""
    if not arguments.source and out.source and out.source.url:
        arguments.source, arguments.revision = out.source.url, arguments.revision or out.source.revision


def compare(out: Out, measured: Measured, root: str) -> str:
    """Raises `UsageError` where what was measured is not what DVC recorded; otherwise what a person should know."""
    document = printable(out.document)
    if out.recorded is None:
        return f"note: {document} has no MD5 to compare it with"
    lead = len(out.path) + 1
    digests = {file.path[lead:]: file.digests[ALGORITHM] for file in measured.files}
    if out.recorded.is_directory != (measured.listing is not None):
        said, is_now = ("directory", "file")[:: 1 if out.recorded.is_directory else -1]
        raise UsageError(f"{printable(out.path)} is a {is_now}, and {document} keeps a {said}", _FIX)
    manifest = find(root, out)
    if out.recorded.is_directory:
        digests = Ignored(root, out.project, out.path).counted(digests, manifest or ())
    found = difference(out, digests, manifest, measured.open)
    if found is None:
        return f"its MD5 is what {document} recorded"
    if found.line_endings_only:
        return f"note: {document} recorded it with other line endings: `dvc add` it again, or restore its line endings"
    raise UsageError(f"{printable(out.path)} is not what {document} recorded{_named(found, out)}", _FIX)


_FIX = "run `dvc checkout` or `dvc pull` first; where the change is meant, `dvc add` it, then run this again"


def _named(found: Difference, out: Out) -> str:
    names = [path for path in found.paths if path != out.path]
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f": {', '.join(shorten(name, 80) for name in names[:NAMED])}{more}" if names else ""
