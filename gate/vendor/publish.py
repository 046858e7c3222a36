"""Publishing what was judged: every object on its own, and the listing of a directory when all of them are there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from gate.engine import spread
from gate.vendor.interface import Fetched, Mirror, Progress


class Published(NamedTuple):
    """How many objects are new in the mirror, and how many were there, the same byte for byte."""

    new: int
    kept: int


def publish(mirror: Mirror, fetched: Sequence[Fetched], jobs: int, progress: Progress) -> Published:
    """Puts every file into the mirror; raises `GateError` where one cannot be, and those before it stay."""
    objects = list({file.sha256: file for file in fetched}.values())
    put = partial(_put, mirror, progress)
    found = spread(put, objects, failed=_raise, done=lambda _: None, jobs=jobs, processes=False)
    return Published(sum(found), len(found) - sum(found))


def listed(listing: bytes, sha256: str, directory: str) -> Fetched:
    """The listing of a directory, as a file in quarantine that can be published too."""
    place = os.path.join(directory, "listing")
    with open(place, "wb") as file:
        file.write(listing)
    return Fetched("", place, sha256, len(listing))


def _put(mirror: Mirror, progress: Progress, file: Fetched) -> bool:
    is_new = mirror.put(file.sha256, file.place)
    progress(file.size)
    return is_new


def _raise(file: Fetched, error: Exception) -> bool:
    raise error
