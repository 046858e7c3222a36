"""Which bytes a finding is about, so that what lets it pass ends with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from gate.checks.interface import Material
from gate.core.model import About, Examination, Finding
from gate.files.listing import format_listing


class Bytes:
    """What was found of every file and artifact, with digests of directories made when they are asked for."""

    def __init__(self, found: Iterable[Material], artifacts: Iterable[Examination]) -> None:
        """`artifacts` may know the digests of directories already."""
        materials = list(found)
        self._directories = {one.subject.path: one for one in materials if one.is_directory}
        self._files = {
            file.path: file.sha256
            for one in materials
            for file in one.files
            if file.status == "read" and file.sha256 and not file.pointer
        }
        self._stated = {one.subject.path: said for one in artifacts if isinstance(said := _stated(one), str)}
        self._digests: dict[str, str | None] = {}

    def about(self, finding: Finding) -> About | None:
        """The file that the finding is about, where the check says so by its digest; otherwise its subject.

        Of a place in code it is the call as it is normally written, with the source that it leads to and its
        revision, which may stand on other lines: the file changes with every other line of it.
        None for what has no bytes: a missing file, a link, the pointer to content that is not there, a document.
        """
        if isinstance(finding.evidence.get("call"), str):
            words = "\n".join(str(finding.evidence.get(key) or "") for key in ("call", "source", "revision"))
            return About(finding.subject.path, sha256(words.encode("utf-8", "surrogatepass")).hexdigest())
        paths = {related.path for related in finding.related}
        if len(paths) == 1:
            path = paths.pop()
            if path in self._files and finding.evidence.get("sha256") == self._files[path]:
                return About(path, self._files[path])
        digest = self._of(finding.subject.path)
        return About(finding.subject.path, digest) if digest else None

    def _of(self, path: str) -> str | None:
        if path not in self._directories:
            return self._files.get(path)
        if path not in self._digests:
            self._digests[path] = self._of_directory(self._directories[path], path)
        return self._digests[path]

    def _of_directory(self, material: Material, path: str) -> str | None:
        """The digest of its listing; None where something in it has no digest."""
        if not material.files or material.odd or any(file.path not in self._files for file in material.files):
            return None
        if path in self._stated:
            return self._stated[path]
        lead = 0 if path == "." else len(path) + 1
        return sha256(format_listing({file.path[lead:]: self._files[file.path] for file in material.files})).hexdigest()


def _stated(artifact: Examination) -> object:
    facts: Mapping[str, object] = artifact.facts.get("integrity", {})
    return facts.get("sha256")
