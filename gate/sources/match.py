"""Sources of the code and entries of the DBOM: which entry is which source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from gate.dbom.model import Artifact
from gate.hub import origin
from gate.objects.url import SCHEMES, is_object
from gate.sources import services
from gate.sources.interface import Source

_STORES = {"s3a": "s3", "s3n": "s3", "gcs": "gs"}
"""Other names of the schemes of object storage."""


class Match(NamedTuple):
    """The entry that declares a source; `other_revision` is that of the entry where the code asks for another one."""

    artifact: Artifact
    other_revision: str | None = None


class Register:
    """The origins of a DBOM."""

    def __init__(self, artifacts: Iterable[Artifact]) -> None:
        self._known: dict[str, list[Artifact]] = {}
        for artifact in artifacts:
            own = artifact.path if is_object(artifact.path) else None
            for url in (own, artifact.source.url, *(ancestor.url for ancestor in artifact.derived_from)):
                if url:
                    self._known.setdefault(_key(url), []).append(artifact)

    def find(self, source: Source) -> Match | None:
        """The entry of `source`: the same address, or one above it that is more than a host.

        Of entries that say different revisions the one counts that the code asks for.
        """
        if not source.is_known:
            return None
        key = _key(source.url)
        if is_object(source.url) and "/../" in key:  # some clients go up, and some take it for a name
            return None
        while key:
            if found := self._known.get(key):
                return _best(found, source)
            shorter = key.rpartition("/")[0]
            key = shorter if "/" in shorter else ""
        return None


def _best(artifacts: list[Artifact], source: Source) -> Match:
    for artifact in artifacts:
        if _same(artifact.source.revision, source):
            return Match(artifact)
    return Match(artifacts[0], artifacts[0].source.revision)


def _same(revision: str | None, source: Source) -> bool:
    """Whether the code asks for `revision`, or leaves it open."""
    if revision is None or source.revision is None or source.pin in ("moving", "dynamic"):
        return True
    return revision.lower() == source.revision.lower()


def _key(url: str) -> str:
    """What addresses of the same thing have in common."""
    if url.startswith("hf:") and (found := origin.parse("hf://" + url.removeprefix("hf:").removeprefix("//"))):
        lead = "datasets/" if found.kind == "dataset" else ""
        url = f"https://{services.HUB}/{lead}{found.repository}"
    elif url.startswith("hf:"):
        name = url.removeprefix("hf:").removeprefix("//").partition("@")[0]
        parts = name.split("/")
        url = f"https://{services.HUB}/" + "/".join(parts[: 3 if parts[0] in ("datasets", "spaces") else 2])
    elif (source := services.address(url)) is not None and source.host == services.HUB:
        url = source.url
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url
    if (store := _STORES.get(scheme, scheme)) in SCHEMES:  # a key is what is written, and every bucket is somebody's
        return f"{store}:{rest}".rstrip("/")
    host = urlsplit(f"//{rest}").netloc.rpartition("@")[2].lower().removeprefix("www.") if "[" not in rest else rest
    path = rest.partition("/")[2].partition("#")[0].rstrip("/").removesuffix(".git")
    lead = "" if scheme in ("http", "https", "git+https", "git", "ssh") else f"{scheme}:"
    return f"{lead}{host}/{path}".rstrip("/")
