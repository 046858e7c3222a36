"""Addresses of objects, as a DBOM writes them: `s3://BUCKET/KEY`, where KEY is one object or a directory of them."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from gate.core.text import printable

SCHEMES = ("s3", "gs")
MAX_KEY = 1024
"""Bytes of UTF-8, https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
"""No colon and no slash: the clients of S3 take an ARN, which may lead elsewhere, for a bucket."""
PATTERN = (
    r"(s3|gs)://[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]/(?!/)(?![^?#]*//[^/])"
    r"(?!([^?#\x00-\x1f\x7f]*/)?\.\.?(/|$))[^?#\x00-\x1f\x7f]+"
)
"""What `problem` says, for editors."""


class Place(NamedTuple):
    """Where an object lies; `key` has no slash at either end."""

    scheme: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.key}"

    def under(self, name: str) -> Place:
        """The object `name` of this directory."""
        return self._replace(key=f"{self.key}/{name}" if self.key else name)

    @property
    def prefix(self) -> str:
        """What the keys of everything in this directory begin with."""
        return f"{self.key}/" if self.key else ""

    def listed(self, key: str) -> Place:
        """The object `key` of a listing of this directory; raises ValueError where it is not in it."""
        if not key.startswith(self.prefix):
            raise ValueError(key)
        return self._replace(key=key)


def is_object(path: str) -> bool:
    """Whether the path of an artifact is the address of an object, right or wrong, and no path of a file."""
    return "://" in path


def normal(path: str) -> str:
    """The one way to write a path: of files as POSIX has it, of objects without a slash at the end."""
    return path.rstrip("/") if is_object(path) else posixpath.normpath(path)


def place(url: str) -> Place:
    """Where an address leads of which `problem` has nothing to say."""
    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    return Place(scheme, bucket, key.strip("/"))


def problem(url: str) -> str | None:
    """Why `url` is no address of an object, or None."""
    shown = printable(url[:80])
    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in SCHEMES:
        known = " or ".join(f"{one}://" for one in SCHEMES)
        return f'"{shown}" is no place that is read: name a file in the repository, or an object by {known}BUCKET/KEY'
    if not _BUCKET.fullmatch(bucket):
        return f'"{shown}" names no bucket: write {scheme}://BUCKET/KEY'
    if "?" in key or "#" in key:
        return f'"{shown}" has a query: name the object alone, its version is found when it is read'
    if any(ord(char) < 32 or ord(char) == 127 or "\ud800" <= char <= "\udfff" for char in key):
        return f'"{shown}" has control characters in its key, or what is no text'
    if not key.strip("/"):
        return f"{shown} is a whole bucket: name an object or a directory in it"
    if any(part in ("", ".", "..") for part in key.rstrip("/").split("/")):
        return f'"{shown}" has an empty part, "." or ".." in its key, which not all clients read alike'
    if len(key.encode()) > MAX_KEY:
        return f'"{shown}" has a key of more than {MAX_KEY:,} bytes'
    return None
