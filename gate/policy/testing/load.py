"""Finds and reads files of policy tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gate.core.errors import DocumentError, Problem, UsageError
from gate.core.model import Location
from gate.core.text import printable
from gate.documents.kinds import Fields, Reading
from gate.documents.nodes import decode, parse, read_bytes
from gate.files import root as roots
from gate.policy.files import Homes, WorkTree
from gate.policy.testing.model import Case, CaseFile
from gate.policy.testing.schema import CASE_FILE

SUFFIXES = (".yaml", ".yml", ".json")
MAX_FILES = 1000
MAX_CASES = 10_000
"""Of all files together."""


def load_cases(paths: tuple[str, ...], root: str | None) -> tuple[CaseFile, ...]:
    """The files that `paths` name, and those directly in a directory among them, in order.

    What lies deeper in a directory are miniature repositories and policies. `root` is the repository, or None for
    the nearest one upwards of each file. Raises `UsageError` for a path that is not there, `DocumentError` for
    what is wrong in a file, or for too many.
    """
    files = [file for path in paths for file in _files(path)]
    found = []
    for file in dict.fromkeys(files):
        found.append(_read(file, root, follow=file in paths))
        if len(found) > MAX_FILES or sum(len(one.cases) for one in found) > MAX_CASES:
            message = f"more than {MAX_FILES:,} files or {MAX_CASES:,} cases"
            raise DocumentError([Problem(Location(file), message, "test fewer at a time")])
    return tuple(found)


def _files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    try:
        names = sorted(os.listdir(path))
    except OSError as error:
        raise UsageError(f"{printable(path)}: {error.strerror}", "name a directory that can be read") from None
    for name in names:
        file = os.path.join(path, name)
        if name.endswith(SUFFIXES) and not os.path.isdir(file):
            yield file


def _read(file: str, root: str | None, *, follow: bool) -> CaseFile:
    name = os.path.normpath(file)
    directory = os.path.dirname(os.path.abspath(file))
    root = root or roots.upwards(directory)
    tree = WorkTree(root)
    if not follow and not Homes(tree).has(os.path.join(tree.real(directory), os.path.basename(file))):
        message = f"{printable(name)} lies outside of the repository"  # behind a link, and messages quote it
        raise UsageError(message, "name the directory itself, or say where the repository is: --root DIR")
    document = decode(read_bytes(file, name, follow=follow), name)
    reading = Reading(document)
    fields: Fields | None = CASE_FILE.read(parse(document, reading.problems), reading)
    if fields is not None:
        _refuse_twins(fields.values["cases"], reading)
    reading.finish()
    assert fields is not None  # a record that is not read has noted why
    policies = tuple(fields.values["policy"])
    if not policies:
        raise DocumentError([Problem(fields.at["policy"], "no policy is named", "name the policy that is tested")])
    return CaseFile(name, directory, root, policies, tuple(fields.values["cases"]))


def _refuse_twins(cases: list[Case], reading: Reading) -> None:
    """Two cases of one name could not be told apart in a report."""
    first: dict[str, Case] = {}
    for case in cases:
        other = first.setdefault(case.name, case)
        if other is not case:
            message = f"a second case with the name of that on line {other.location.line}"
            reading.problems.append(Problem(case.location, message, "give each case a name of its own"))
