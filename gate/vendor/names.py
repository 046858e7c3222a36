"""Which file names of an upstream can be kept: an upstream that is not trusted chooses them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

MAX_FILES = 1_000_000
MAX_PARTS = 100
"""Directories within each other, and the file."""
MAX_PART = 255
"""Bytes between two slashes, as file systems have it."""
MAX_PATH = 2048
"""Bytes of a whole path, which must still fit beneath some directory."""


def unfit(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every path that cannot be kept beneath a directory, with the reason; none of them is ever opened."""
    seen: set[str] = set()
    listed = list(paths)
    for path in listed:
        if reason := _reason(path):
            yield path, reason
        elif path in seen:
            yield path, "is listed twice"
        seen.add(path)
    for path in seen:
        parts = path.split("/")
        for i in range(1, len(parts)):
            if "/".join(parts[:i]) in seen:
                yield path, "lies beneath a file"
                break


def _reason(path: str) -> str | None:
    parts = path.split("/")
    if path.startswith("/") or ".." in parts:
        return "leads out of the directory"
    if any(part in ("", ".") for part in parts):
        return "has an empty part"
    if any(part.lower() == ".git" for part in parts):
        return "would be read by git as a repository"
    if "\\" in path or not path.isprintable() or any("\ud800" <= char <= "\udfff" for char in path):
        return "has characters that are no part of a file name"
    encoded = path.encode()
    if len(encoded) > MAX_PATH or len(parts) > MAX_PARTS or any(len(part) > MAX_PART for part in encoded.split(b"/")):
        return "is too long"
    return None
