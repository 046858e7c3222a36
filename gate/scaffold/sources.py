"""What the code of a repository pulls in from elsewhere, as commands that would declare it."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable
from typing import NamedTuple

from gate.core.model import Kind
from gate.core.text import count
from gate.dbom.model import Artifact
from gate.files import git
from gate.sources.discover import discover
from gate.sources.interface import HOLE, Source
from gate.sources.match import Register
from gate.sources.services import declared_revision


class Pulled(NamedTuple):
    """One source that no entry declares: where it is named first, and at how many places."""

    source: Source
    place: str
    places: int

    def command(self) -> str:
        """The command that declares a copy; a revision that the code does not pin is left for a person to choose."""
        source = self.source
        kind = f" --kind {source.kind}" if source.kind else ""
        return (
            f"gate add {shlex.quote(_path(source))} --source {shlex.quote(source.url)}{declared_revision(source)}{kind}"
        )

    def where(self) -> str:
        """The first place, and how many more there are."""
        more = f" and {count(self.places - 1, 'more place')}" if self.places > 1 else ""
        return self.place + more


def pulled_in(root: str, declared: Iterable[Artifact], proposed: Iterable[str], jobs: int) -> tuple[Pulled, ...]:
    """The sources that the text of the code names and that no entry declares, in the order of their addresses.

    What lies at the paths that are `proposed` is data, whatever it looks like.
    """
    artifacts = tuple(declared)
    with git.listing(root) as listing:
        tracked = listing.paths() if listing else None
    register = Register(artifacts)
    covered = frozenset((*(artifact.path for artifact in artifacts), *proposed))
    found: dict[str, Pulled] = {}
    for reading in discover(root, tracked, covered, (), jobs).readings:
        for one in reading.sites:
            source = one.site.source
            if source is None or not source.is_known or register.find(source) is not None:
                continue
            first = found.get(source.url, Pulled(source, f"{reading.path}:{one.site.line}", 0))
            found[source.url] = first._replace(places=first.places + 1, source=_better(first.source, source))
    return tuple(found[url] for url in sorted(found))


def _better(first: Source, second: Source) -> Source:
    """The one that says what the content is."""
    return second if second.pin in ("fixed", "release") and first.pin not in ("fixed", "release") else first


_FOLDERS: dict[Kind, str] = {"dataset": "data", "model": "models"}


def _path(source: Source) -> str:
    """Where a copy could be kept."""
    plain = re.sub(r"^[\w+-]+:/*", "", source.url.replace(HOLE, "")).partition("?")[0].rstrip("/")
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", posixpath.basename(plain)).strip("-.") or "source"
    return f"{_FOLDERS.get(source.kind or 'dataset', 'data')}/{name}"
