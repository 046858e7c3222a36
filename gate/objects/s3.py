"""Amazon S3, and servers with its interface, by s3fs.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

from __future__ import annotations

import errno
from base64 import b64encode
from collections.abc import Iterator
from typing import IO, Any

from gate.objects.client import SECONDS, SHORT, ask, understood
from gate.objects.interface import MAX_OBJECTS, ChangedError, Object, Part, Store
from gate.objects.url import Place

MAX_PUT = 5 << 30
"""Bytes that S3 takes in one request."""
CONNECTING = {
    "connect_timeout": 10,
    "read_timeout": 30,
    "max_pool_connections": 32,
    "retries": {"mode": "standard", "total_max_attempts": 4},
    "request_checksum_calculation": "when_required",  # not all servers know the new ones, and we have SHA-256
    "response_checksum_validation": "when_required",
}
"""Settings of botocore."""


class S3(Store):
    """Amazon S3, and servers with its interface."""

    def __init__(self, client: Any) -> None:
        """`client` is an `s3fs.S3FileSystem`: it connects, signs and tries again."""
        self._client = client

    def stat(self, place: Place) -> Object:
        """The current version."""
        found = self._call("head_object", Bucket=place.bucket, Key=place.key)
        with understood():
            return Object(place, int(found["ContentLength"]), found["ETag"], _version(found))

    def list(self, place: Place) -> Iterator[Object]:
        """Page by page."""
        wanted: dict[str, Any] = {"Bucket": place.bucket, "Prefix": place.prefix}
        token: dict[str, Any] = {}
        number = 0
        while True:
            page = self._call("list_objects_v2", **wanted, **token)
            with understood():
                entries = page.get("Contents") or []
                found = [Object(place.listed(one["Key"]), int(one["Size"]), one["ETag"]) for one in entries]
            yield from found
            number += len(found)
            if not page.get("IsTruncated"):
                return
            if number > MAX_OBJECTS or not found:
                raise OSError(errno.EFBIG, f"it has more than {MAX_OBJECTS:,} objects, or no end")
            with understood():
                token = {"ContinuationToken": page["NextContinuationToken"]}

    def read(self, found: Object, offset: int, length: int) -> Part:
        """One request, which the server refuses where the tag is another."""
        part: Part = ask(self._client, lambda: self._read(found, offset, min(length, found.size - offset)))
        return part

    async def _read(self, found: Object, offset: int, length: int) -> Part:
        exactly = {"VersionId": found.version} if found.version else {}
        if length > 0:  # an empty object has no range
            exactly["Range"] = f"bytes={offset}-{offset + length - 1}"
        place = found.place
        got = await self._client._call_s3(
            "get_object", Bucket=place.bucket, Key=place.key, IfMatch=found.etag, **exactly
        )
        async with got["Body"] as body:
            version = _version(got)
            whole = got.get("ContentRange", f"/{found.size}").rpartition("/")[2]
            if got["ETag"] != found.etag or version != (found.version or version) or whole != str(found.size):
                raise ChangedError  # some servers do not know conditions
            if got.get("ContentLength") != max(length, 0):
                raise OSError(errno.EIO, "the server sent other bytes than it was asked for")
            data = await body.read()
        if len(data) != max(length, 0):
            raise OSError(errno.EIO, "the connection ended early")
        return Part(data, found._replace(version=version))

    def put_new(self, place: Place, file: IO[bytes], size: int, sha256: str = "") -> bool:
        """One request with a condition, so that of two writers one is told."""
        if size > MAX_PUT:
            raise OSError(errno.EFBIG, f"an object is written in one piece, of at most {MAX_PUT >> 30} GiB")
        digest = {"ChecksumSHA256": b64encode(bytes.fromhex(sha256)).decode()} if sha256 else {}
        wanted: dict[str, Any] = {
            "Bucket": place.bucket,
            "Key": place.key,
            "Body": file,
            "ContentLength": size,
            **digest,
        }
        try:
            self._call("put_object", IfNoneMatch="*", seconds=SECONDS + size / (1 << 20), **wanted)
        except ChangedError:
            return False
        return True

    def _call(self, operation: str, *, seconds: float = SHORT, **arguments: Any) -> Any:
        return ask(self._client, lambda: self._client._call_s3(operation, **arguments), seconds)


def _version(answer: dict[str, Any]) -> str:
    """The version; a bucket that began to keep them later calls what was there before `null`."""
    return str(answer.get("VersionId") or "")
