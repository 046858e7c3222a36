"""The files that results name: their addresses and digests."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

ROOT = "%SRCROOT%"


class Artifacts:
    """Collects the `artifacts` of a run while its results are written: the files whose digest is known."""

    def __init__(self, sha256: Mapping[str, str]) -> None:
        """`sha256` maps paths to digests that were computed."""
        self._sha256 = sha256
        self._index: dict[str, int] = {}
        self.entries: list[dict[str, object]] = []

    def location(self, path: str) -> dict[str, object]:
        """The `artifactLocation` of a file, with the index of its entry if it has one."""
        where: dict[str, object] = {"uri": uri(path), "uriBaseId": ROOT}
        if path not in self._sha256:
            return where
        if path not in self._index:
            self._index[path] = len(self.entries)
            self.entries.append({"location": where, "hashes": {"sha-256": self._sha256[path]}})
        return {**where, "index": self._index[path]}


def uri(path: str) -> str:
    """The path as a relative URI; a path that leaves the root is reduced to its last name.

    What lies outside has no address in the repository, and its absolute path tells about the machine. An object is
    shown as `s3/BUCKET/KEY`: code scanning refuses a whole report in which one address has another scheme.
    https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
    """
    path = path.replace("://", "/", 1)
    segments = [segment for segment in path.replace("\\", "/").split("/") if segment not in ("", ".")]
    inside = ".." not in segments and not path.startswith(("/", "\\")) and path[1:2] != ":"
    kept = segments if inside else segments[-1:]
    return "/".join(quote(_encoded(segment), safe="") for segment in kept if segment != "..") or "."


def _encoded(text: str) -> bytes:
    """The bytes of a name, those included that are not UTF-8 and that Python carries as lone surrogates."""
    return b"".join(
        bytes([ord(c) - 0xDC00]) if "\udc80" <= c <= "\udcff" else c.encode("utf-8", "surrogatepass") for c in text
    )
