"""What a part of the inventory asks the engine to examine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple

from gate.checks.examine import Batch
from gate.checks.interface import Examined, ListingFlaw, Material, Signed, no_content
from gate.checks.objects.batch import ObjectBatch
from gate.dbom.model import Artifact
from gate.files import beneath
from gate.files.walk import Odd
from gate.objects.url import is_object


class Plan(NamedTuple):
    """The files to examine for one artifact, or for all that is undeclared where `artifact` is None."""

    batches: tuple[Batch | ObjectBatch, ...]
    artifact: Artifact | None = None
    is_directory: bool = False
    odd: tuple[Odd, ...] = ()
    listing: Mapping[str, str] | None = None
    listing_flaw: ListingFlaw | None = None
    signatures: tuple[Signed, ...] = ()
    content: Callable[[int], bytes | None] = no_content

    def with_digests(self, also: Iterable[str]) -> Plan:
        """The same, with the digests by the algorithms `also` wanted of files in the same pass."""
        wanted = tuple(sorted(also))
        more = (
            b._replace(also=(*b.also, *(one for one in wanted if one not in b.also))) if isinstance(b, Batch) else b
            for b in self.batches
        )
        return self._replace(batches=tuple(more)) if wanted else self

    def material(self, files: Iterable[Examined]) -> Material:
        """What the checks are given about the artifact, once its `files` were examined."""
        artifact = self.artifact
        assert artifact is not None
        material = Material(
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
            open=Openable([batch for batch in self.batches if isinstance(batch, Batch)]),
        )
        if not is_object(artifact.path):
            return material
        from gate.checks.objects.copies import Copies  # which imports a client

        copies = Copies(material.files)
        return material._replace(open=copies, content=copies.content)


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
    """Where files may lie: the `root` of the repository, and the cache roots into which links may lead.

    `offline` says that object storage is out of reach.
    """

    root: str
    cache_roots: frozenset[str] = frozenset()
    offline: bool = False

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
