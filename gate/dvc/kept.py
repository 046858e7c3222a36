"""Everything that DVC keeps in a repository."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator

from gate.core.errors import DocumentError, GateError
from gate.core.model import Location
from gate.documents.nodes import decode, read_bytes
from gate.dvc.config import is_config, is_local, read_config
from gate.dvc.interface import MALFORMED, Config, Flaw, Kept, Out, Step
from gate.dvc.read import is_document, read
from gate.files.paths import parents

MAX_BYTES = 16 << 20
"""Of all files of DVC together: as much as one document may have."""


def documents(paths: Iterable[str]) -> list[str]:
    """The files of DVC among `paths`, sorted."""
    return sorted(path for path in paths if is_document(path) or is_config(path) or is_local(path))


def kept(root: str, paths: Iterable[str]) -> Kept:
    """What the files of DVC among `paths`, beneath `root`, keep; none of them makes anything be run."""
    named = documents(paths)
    return _Keeper(root, named).kept(named) if named else Kept()


class _Keeper:
    def __init__(self, root: str, named: list[str]) -> None:
        self._root = root
        self._projects = {posixpath.dirname(posixpath.dirname(path)) for path in named if is_config(path)}
        self._left = MAX_BYTES
        self._outs: dict[str, Out] = {}
        self._configs: dict[str, Config] = {}
        self._flaws: list[Flaw] = []
        self._open: list[str] = []
        self._steps: list[Step] = []

    def kept(self, named: list[str]) -> Kept:
        for path in named:
            if not os.path.lexists(os.path.join(self._root, path)):
                continue  # git still has it in its index
            if self._is_too_much(path):
                message = f"the files of DVC have more than {MAX_BYTES >> 20} MiB together: this one was not read"
                self._flaws.append(
                    Flaw(MALFORMED, path, Location(path), message, "keep fewer of them, or smaller ones")
                )
            elif is_local(path):
                message = f"{path} is not ignored by git, and what it says of remotes counts more than `.dvc/config`"
                fix = f"run `git rm --cached {path}`, and have `.dvc/.gitignore` ignore /config.local"
                self._flaws.append(Flaw(MALFORMED, path, Location(path), message, fix))
            elif is_config(path):
                self._config(path)
            else:
                self._document(path)
        if self._steps:
            from gate.dvc.circles import circles

            self._flaws += circles(self._steps)
        self._flaws += self._nested()
        return Kept(
            self._outs, tuple(sorted(self._outs)), self._configs, tuple(self._flaws), tuple(self._open), len(named)
        )

    def _nested(self) -> Iterator[Flaw]:
        """Outputs that lie in another of the same project."""
        for out in self._outs.values():
            above = (self._outs[one] for one in parents(out.path) if one in self._outs)
            if (other := next(above, None)) and other.project == out.project:
                message = f"the output {out.path} lies in {other.path}, which {other.document} keeps: DVC refuses both"
                yield Flaw(MALFORMED, out.document, out.location, message, "keep one of them, or move it out")

    def _is_too_much(self, path: str) -> bool:
        self._left -= os.lstat(os.path.join(self._root, path)).st_size
        return self._left < 0

    def _document(self, path: str) -> None:
        found = read(self._root, path)
        self._flaws += found.flaws
        self._open += found.open
        self._steps += found.steps
        project = self._project(path)
        for out in found.outs:
            known = self._outs.setdefault(out.path, out._replace(project=project))
            if known.location != out.location:
                message = f"the output {out.path} is kept by {known.document} already: DVC refuses both"
                self._flaws.append(Flaw(MALFORMED, path, out.location, message, "remove one of them"))

    def _config(self, path: str) -> None:
        try:
            document = decode(read_bytes(os.path.join(self._root, path), path), path)
            config = read_config(document)
        except DocumentError as error:
            self._flaws += (Flaw(MALFORMED, path, one.location, one.message, one.fix) for one in error.problems)
        except GateError as error:
            self._flaws.append(Flaw(MALFORMED, path, Location(path), error.message, error.fix))
        else:
            self._configs[config.project] = config

    def _project(self, path: str) -> str:
        """The nearest directory above with a configuration of DVC; the root where none has."""
        directory = posixpath.dirname(path)
        while directory and directory not in self._projects:
            directory = posixpath.dirname(directory)
        return directory
