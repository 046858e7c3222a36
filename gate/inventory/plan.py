"""What a part of the inventory asks the engine to examine."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple

from gate.checks.examine import Batch
from gate.checks.interface import Examined, ListingFlaw, Material, Signed
from gate.dbom.model import Artifact
from gate.files import beneath
from gate.files.walk import Odd


class Plan(NamedTuple):
    """The files to examine for one artifact, or for all that is undeclared where `artifact` is None."""

    batches: tuple[Batch, ...]
    artifact: Artifact | None = None
    is_directory: bool = False
    odd: tuple[Odd, ...] = ()
    listing: Mapping[str, str] | None = None
    listing_flaw: ListingFlaw | None = None
    signatures: tuple[Signed, ...] = ()
    content: Callable[[int], bytes | None] = lambda _: None

    def material(self, files: Iterable[Examined]) -> Material:
        """What the checks are given about the artifact, once its `files` were examined."""
        artifact = self.artifact
        assert artifact is not None
        return Material(
            subject=artifact.subject,
            location=artifact.alert,
            files=tuple(files),
            artifact=artifact,
            is_directory=self.is_directory,
            odd=self.odd,
            listing=self.listing,
            listing_flaw=self.listing_flaw,
            signatures=self.signatures,
            content=self.content,
            open=Openable(self.batches),
        )


class Openable:
    """Opens the files of batches again, by the paths that reports know them by."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._batches = batches
        self._places: dict[str, tuple[str, str]] | None = None

    def __call__(self, path: str) -> AbstractContextManager[int]:
        """A descriptor of the file; raises OSError or `LinkError`."""
        if self._places is None:  # few artifacts are read twice
            self._places = {
                shown: (batch.root, f"{batch.directory}/{name}" if batch.directory else name)
                for batch in self._batches
                for name, shown in zip(batch.names, batch.paths(), strict=True)
            }
        return beneath.file(*self._places[path])


class Places(NamedTuple):
    """Where files may lie: the `root` of the repository, and the cache roots into which links may lead."""

    root: str
    cache_roots: frozenset[str] = frozenset()

    def holds(self, path: str) -> bool:
        """Whether `path`, a link in the root, leads to something in the root."""
        base = os.path.realpath(self.root)
        return os.path.commonpath([base, os.path.realpath(os.path.join(self.root, path))]) == base

    def resolve(self, path: str) -> tuple[str, str] | None:
        """The cache root and the path beneath it that `path`, a link in the root, leads to; None if to none."""
        target = os.path.realpath(os.path.join(self.root, path))
        for root in self.cache_roots:
            if target.startswith(root + os.sep):
                return root, os.path.relpath(target, root)
        return None


def within(path: str, beneath_paths: Collection[str]) -> bool:
    """Whether `path` is one of `beneath_paths` or lies beneath one; every path does where there are none."""
    return not beneath_paths or path in beneath_paths or any(parent in beneath_paths for parent in parents(path))


def parents(path: str) -> Iterator[str]:
    """Every directory above `path`, the root last."""
    while path:
        path = path.rpartition("/")[0]
        yield path
