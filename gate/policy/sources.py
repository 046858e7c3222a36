"""What a policy asks of sources: plain data, read from the document by `load`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from gate.core.globs import matches
from gate.core.model import Location
from gate.dbom.model import Artifact, Origin

if TYPE_CHECKING:
    from gate.policy.model import Policies


class SourceDemand(NamedTuple):
    """What one document says: `hosts` are globs, None where it names none.

    `mirror` is the only host that may be used, or a directory as `file:///DIR`: then none may. `min_trust` is the
    least score, from 1 to 100.
    """

    location: Location
    hosts: tuple[str, ...] | None = None
    mirror: str | None = None
    min_trust: int | None = None


class SourceRules(NamedTuple):
    """What all documents say together: each of them only forbids more."""

    demands: tuple[SourceDemand, ...] = ()

    @property
    def min_trust(self) -> int | None:
        """The greatest score that any document asks for."""
        return max((one.min_trust for one in self.demands if one.min_trust is not None), default=None)

    def refusal(self, host: str) -> str | None:
        """Why `host` may not be used, in words that follow its name; None where it may."""
        for one in self.demands:
            if one.mirror is not None and host != one.mirror:
                return f"is not the mirror {one.mirror} that {one.location} asks for"
            if one.hosts is not None and host != one.mirror and not any(matches(glob, host) for glob in one.hosts):
                return f"is none of the hosts that {one.location} names"
        return None

    def past_the_mirror(self, artifact: Artifact) -> SourceDemand | None:
        """The demand for a mirror that `artifact` does not come from; None where it comes from all."""
        named = (artifact.source.mirror, artifact.source.url, artifact.path)
        places = [Origin(url=url) for url in named if url and "://" in url]
        for one in self.demands:
            if one.mirror is not None and not any(_is_in(one.mirror, place) for place in places):
                return one
        return None

    def is_mirror(self, url: str) -> bool:
        """Whether some document names a mirror, and `url` is in every one that is named."""
        named = [one.mirror for one in self.demands if one.mirror is not None]
        return bool(named) and all(_is_in(mirror, Origin(url=url)) for mirror in named)

    def lists(self, host: str) -> bool:
        """Whether there is a list of hosts, and `host` is on every one."""
        lists = [one.hosts for one in self.demands if one.hosts is not None]
        return bool(lists) and all(any(matches(glob, host) for glob in hosts) for hosts in lists)

    def names(self, host: str) -> bool:
        """Whether some document names `host`, and none refuses it."""
        said = any(one.mirror is not None or one.hosts is not None for one in self.demands)
        return said and self.refusal(host) is None


def _is_in(mirror: str, place: Origin) -> bool:
    """Whether `place` is one of the mirror, a host or `file:///DIR`."""
    if not mirror.startswith("file://"):
        return place.host == mirror
    url = place.url or ""
    return f"{url}/".startswith(f"{mirror}/") and ".." not in url.split("/")


def source_rules(policies: Policies) -> SourceRules:
    """The demands of every document of every member."""
    from gate.policy.groups import documents  # it imports much that the hook does without

    said: Iterable[SourceDemand | None] = (document.sources for document in documents(policies.members))
    return SourceRules(tuple(dict.fromkeys(one for one in said if one is not None)))
