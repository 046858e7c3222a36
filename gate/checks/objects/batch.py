"""Objects to examine, as one task of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gate.checks.interface import Examined
from gate.objects.interface import Object


class ObjectBatch(NamedTuple):
    """Objects of one kind of storage; an entry that is `Examined` has its answer already.

    `also` names algorithms of hashlib whose digests are wanted besides SHA-256.
    """

    scheme: str
    objects: tuple[Object | Examined, ...]
    also: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """As of a batch of files."""
        return self.paths()

    def split(self, limit: int) -> Iterator[ObjectBatch]:
        """The same objects in batches of at most `limit`."""
        for i in range(0, len(self.objects), limit):
            yield self if len(self.objects) <= limit else self._replace(objects=self.objects[i : i + limit])

    def paths(self) -> list[str]:
        """The objects as the report knows them: by their addresses."""
        return [one.path if isinstance(one, Examined) else str(one.place) for one in self.objects]

    def failed(self, error: Exception) -> list[Examined]:
        """The answer for objects on which the gate itself failed."""
        return [Examined(path, "failed", detail=type(error).__name__) for path in self.paths()]
