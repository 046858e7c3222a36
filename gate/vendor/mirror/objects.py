"""A mirror in object storage."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.errors import AbsentError, UnableError
from gate.core.text import printable
from gate.files.beneath import FILE_FLAGS
from gate.objects.interface import Store
from gate.objects.s3 import MAX_PUT
from gate.objects.url import Place
from gate.vendor.interface import Reader, key
from gate.vendor.mirror.compare import refuse_other
from gate.vendor.pieces import Pieces


class Objects(NamedTuple):
    """The mirror beneath `place`."""

    store: Store
    place: Place

    @property
    def url(self) -> str:
        """As a DBOM has it."""
        return str(self.place)

    @property
    def largest(self) -> int | None:
        """What S3 takes in one request."""
        return MAX_PUT

    def put(self, sha256: str, place: str) -> bool:
        """One request that replaces nothing; the server compares the digest too, where it can."""
        try:
            with open(os.open(place, FILE_FLAGS), "rb") as file:
                size = os.fstat(file.fileno()).st_size
                if self.store.put_new(self.place.under(key(sha256)), file, size, sha256=sha256):
                    return True
            refuse_other(self, sha256)
        except OSError as error:
            raise self._explained("written to", error) from None
        return False

    @contextlib.contextmanager
    def read(self, sha256: str, offset: int = 0) -> Iterator[Reader]:
        """Opens an object, at the version that it has now."""
        try:
            found = self.store.stat(self.place.under(key(sha256)))
        except FileNotFoundError:
            message = f"{printable(self.url)} has no object {sha256[:12]}…"
            raise AbsentError(message, "vendor it again: `gate vendor`") from None
        except OSError as error:
            raise self._explained("read", error) from None
        yield Pieces(self.store, found, offset)

    def _explained(self, what: str, error: OSError) -> UnableError:
        message = f"{printable(self.url)} cannot be {what}: {error.strerror or type(error).__name__}"
        return UnableError(message, "nothing is half-published: see to it, and run the command again")
