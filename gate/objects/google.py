"""Google Cloud Storage, by gcsfs. A generation is a version that every bucket has; most forget the one before.

https://cloud.google.com/storage/docs/json_api/v1/objects
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import IO, Any

from gate.objects.client import ask, understood
from gate.objects.interface import MAX_OBJECTS, ChangedError, Object, Part, Store
from gate.objects.url import Place


class Google(Store):
    """Google Cloud Storage."""

    def __init__(self, client: Any) -> None:
        """`client` is a `gcsfs.GCSFileSystem`."""
        self._client = client

    def stat(self, place: Place) -> Object:
        """The current generation."""
        return _object(place, self._call("b/{}/o/{}", place.bucket, place.key, json_out=True))

    def list(self, place: Place) -> Iterator[Object]:
        """Page by page; generations are known at once."""
        wanted = {"prefix": place.prefix}
        number = 0
        while True:
            page = self._call("b/{}/o", place.bucket, json_out=True, **wanted)
            with understood():
                found = [_object(place.listed(entry["name"]), entry) for entry in page.get("items") or ()]
            yield from found
            number += len(found)
            if not page.get("nextPageToken"):
                return
            if number > MAX_OBJECTS or not found:
                raise OSError(errno.EFBIG, f"it has more than {MAX_OBJECTS:,} objects, or no end")
            wanted["pageToken"] = page["nextPageToken"]

    def read(self, found: Object, offset: int, length: int) -> Part:
        """One request for this generation, which is not there where a newer one took its place."""
        length = min(length, found.size - offset)
        if length <= 0:
            return Part(b"", found)
        place = found.place
        exactly: dict[str, Any] = {"alt": "media", "generation": found.version}
        span = {"Range": f"bytes={offset}-{offset + length - 1}"}
        try:
            told, data = self._call("b/{}/o/{}", place.bucket, place.key, headers=span, **exactly)
        except FileNotFoundError:
            self.stat(place)  # raises where there is none at all
            raise ChangedError from None
        if told.get("X-Goog-Generation", found.version) != found.version:
            raise ChangedError
        if len(data) != length:
            raise OSError(errno.EIO, "the server sent other bytes than it was asked for")
        return Part(data, found)

    def put_new(self, place: Place, file: IO[bytes], size: int, sha256: str = "") -> bool:  # noqa: ARG002
        """Nothing writes here yet."""
        raise OSError(errno.ENOSYS, "objects are written to s3:// only")

    def _call(self, path: str, *parts: str, **arguments: Any) -> Any:
        return ask(self._client, lambda: self._client._call("GET", path, *parts, **arguments))


def _object(place: Place, entry: dict[str, Any]) -> Object:
    with understood():
        return Object(place, int(entry["size"]), str(entry.get("etag", "")), str(entry["generation"]))
