"""Reading and writing objects piece by piece, on a real S3 server."""

from __future__ import annotations

import io
import os
import pickle
import zipfile

import pytest

from gate.checks.interface import Examined
from gate.checks.objects.batch import ObjectBatch
from gate.checks.objects.copies import Copies
from gate.checks.objects.examine import Pieces, examine
from gate.objects.interface import PIECE, ChangedError, Object, Part
from gate.objects.s3 import S3
from gate.objects.store import open_store
from gate.objects.url import place
from tests.objectserver import Bucket
from tests.support import PICKLE, sha256

pytestmark = pytest.mark.clients


def found(bucket: Bucket, key: str) -> Object:
    """The object as a listing has it."""
    (one,) = [one for one in open_store("s3").list(place(bucket.url("d"))) if one.place.key == key]
    return one


def large() -> bytes:
    """An archive of more than three pieces, with its directory at the end and a pickle before it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("m/data/0", os.urandom(3 * PIECE + 5))
        archive.writestr("m/data.pkl", PICKLE)
        archive.writestr("m/version", "3\n")
    return buffer.getvalue()


def test_what_is_larger_than_a_piece_is_hashed_and_inspected(bucket: Bucket) -> None:
    data = large()
    bucket.put("d/model.pt", data)
    heard: list[int] = []
    (one,) = examine(ObjectBatch("s3", (found(bucket, "d/model.pt"),), ("md5",)), heard.append)
    assert (one.status, one.sha256, one.size) == ("read", sha256(data), len(data))
    assert one.inspection is not None
    assert one.inspection.format == "torch-zip"
    assert "weights/pickle-format" in {flaw.rule for flaw in one.inspection.flaws}
    assert (sum(heard), len(heard)) == (len(data), 4)
    assert set(one.digests) == {"md5"}


def test_a_change_during_the_reading(bucket: Bucket) -> None:
    """A version that is kept is read to its end; otherwise it is told."""
    data = os.urandom(4 * PIECE)
    pinned = bucket.put("d/big.bin", data)
    first = found(bucket, "d/big.bin")

    def change(_: int) -> None:
        bucket.put("d/big.bin", os.urandom(4 * PIECE))

    (one,) = examine(ObjectBatch("s3", (first,)), change)
    if pinned.startswith("version"):
        assert (one.status, one.sha256) == ("read", sha256(data))
        assert one.object is not None
        assert one.object.pinned == pinned
    else:
        assert one.status == "changed"


class Lying(S3):
    """A server that gives what is read a second time another content under the same tag."""

    def __init__(self) -> None:
        self._read_before: set[int] = set()

    def read(self, found: Object, offset: int, length: int) -> Part:
        again = offset in self._read_before
        self._read_before.add(offset)
        return Part((b"B" if again else b"A") * min(length, found.size - offset), found)


def test_inspection_and_digest_cannot_be_shown_different_bytes() -> None:
    pieces = Pieces(Lying(), Object(place("s3://bucket/key"), 6 * PIECE, "tag"))
    for number in range(5):
        pieces.read(number * PIECE, 1)
    with pytest.raises(ChangedError):
        list(pieces.all())


class Large(S3):
    """A server of what is never written down."""

    def __init__(self) -> None:
        self.times = 0

    def read(self, found: Object, offset: int, length: int) -> Part:
        self.times += 1
        return Part(bytes(min(length, found.size - offset)), found)


def test_a_format_cannot_have_an_object_read_for_ever() -> None:
    store = Large()
    pieces = Pieces(store, Object(place("s3://bucket/key"), 5 * PIECE, "tag"))
    to_and_fro = (pieces.read(number % 5 * PIECE, 1) for number in range(1_000))
    with pytest.raises(OSError, match="many times over"):
        list(to_and_fro)
    assert pieces.problem is not None
    assert store.times < 50


def test_a_private_copy_is_what_was_examined(bucket: Bucket) -> None:
    data = os.urandom(PIECE + 7)
    bucket.put("d/a.bin", data)
    files = examine(ObjectBatch("s3", (found(bucket, "d/a.bin"),)))
    copies = pickle.loads(pickle.dumps(Copies(files)))
    path = bucket.url("d/a.bin")
    with copies(path) as descriptor:
        assert os.pread(descriptor, len(data) + 1, 0) == data
        assert os.fstat(descriptor).st_nlink == 0
    assert copies.content(len(data)) == data
    assert copies.content(len(data) - 1) is None
    with pytest.raises(OSError), Copies([files[0]._replace(sha256="0" * 64)])(path):  # noqa: PT011
        pass


def test_what_was_not_read_has_no_copy() -> None:
    with pytest.raises(FileNotFoundError), Copies([Examined("s3://bucket/a", "missing")])("s3://bucket/a"):
        pass


def test_an_object_is_written_once(bucket: Bucket) -> None:
    store, where = open_store("s3"), place(bucket.url("d/new"))
    with pytest.raises(FileNotFoundError):
        store.stat(where)
    assert store.put_new(where, io.BytesIO(b"first"), 5, sha256("first")) is True
    assert store.put_new(where, io.BytesIO(b"other"), 5) is False
    assert store.read(store.stat(where), 0, 10).data == b"first"
    with pytest.raises(FileNotFoundError, match="no such bucket"):
        store.put_new(place("s3://no-such-bucket/a"), io.BytesIO(b""), 0)


def test_a_listing_of_many_pages(plain: Bucket) -> None:
    keys = [f"d/{number:04}" for number in range(1_003)]
    for key in keys:
        plain.put(key, "")
    assert [one.place.key for one in open_store("s3").list(place(plain.url("d")))] == keys
