"""What of the code was there before a change: only what the change touched is judged as new."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable

from gate.core.errors import GateError
from gate.files.commit import Commit
from gate.sources.discover import Discovered
from gate.sources.pragmas import Pragma
from gate.sources.python.around import MAX_MODULE, Modules
from gate.sources.read import MAX_BYTES, Callers, Located, Reading, read


class Base:
    """The commits from which a change began."""

    def __init__(self, root: str, commits: Iterable[Commit]) -> None:
        self._commits = tuple(commits)
        self._modules = [Modules(_reader(root, commit)) for commit in self._commits]
        self._read: dict[str, list[Reading]] = {}
        self._callers: dict[str, Callers] = {}

    def without_old(self, found: Discovered) -> Discovered:
        """The places that none of the commits has, and a note on how many were left out.

        A place is the same where the call is written the same, wherever in its file.
        """
        self._callers = {reading.path: reading.callers for reading in found.readings if reading.callers}
        readings = [self._new(reading) for reading in found.readings]
        old = sum(len(r.sites) for r in found.readings) - sum(len(r.sites) for r in readings)
        notes = [f"places in the code that were there at the base and are not judged again: {old:,}"] if old else []
        return Discovered(tuple(readings), (*found.notes, *notes))

    def trusts(self, one: Located, pragma: Pragma) -> bool:
        """Whether every commit has the comment beside the same place: a change cannot allow itself anything.

        Nor may it put a comment that is there beside another place, or have the place lead elsewhere.
        """
        same = _identity(one)
        before = self._before(one.location.path)
        return len(before) == len(self._commits) and all(
            any(_identity(site) == same and pragma.text in (p.text for p in site.pragmas) for site in reading.sites)
            for reading in before
        )

    def _new(self, reading: Reading) -> Reading:
        if not reading.sites:
            return reading
        known: Counter[tuple[object, ...]] = Counter()
        for before in self._before(reading.path):
            known |= Counter(map(_identity, before.sites))
        sites = []
        for site in reading.sites:
            identity = _identity(site)
            if known[identity] and not site.pragmas:
                known[identity] -= 1
            else:
                sites.append(site)
        return reading._replace(sites=tuple(sites))

    def _before(self, path: str) -> list[Reading]:
        """The file as it was read in each of the commits that has it."""
        if path not in self._read:
            self._read[path] = []
            for commit, modules in zip(self._commits, self._modules, strict=True):
                try:
                    data = commit.read(path)
                except GateError:
                    continue
                found = read(path, data, modules, self._callers.get(path)) if len(data) <= MAX_BYTES else None
                if found is not None:
                    self._read[path].append(found)
        return self._read[path]


def _reader(root: str, commit: Commit) -> Callable[[str], bytes | None]:
    """Reads modules of a commit; only those that are there now too, for asking git costs much more than looking."""

    def read_module(path: str) -> bytes | None:
        if not os.path.isfile(os.path.join(root, path)):
            return None
        try:
            return commit.read(path, most=MAX_MODULE)
        except GateError:
            return None

    return read_module


def _identity(one: Located) -> tuple[object, ...]:
    site = one.site
    return site.call, site.text, site.source and site.source[:4], tuple(flaw.rule for flaw in site.flaws)
