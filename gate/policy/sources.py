"""What a policy asks of sources: plain data, read from the document by `load`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from gate.core.globs import matches
from gate.core.model import Location

if TYPE_CHECKING:
    from gate.policy.model import Policies


class SourceDemand(NamedTuple):
    """What one document says: `hosts` are globs, None where it names none; `mirror` is the only host that may be used.

    `min_trust` is the least score, from 1 to 100.
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

    def names(self, host: str) -> bool:
        """Whether some document names `host`, and none refuses it."""
        said = any(one.mirror is not None or one.hosts is not None for one in self.demands)
        return said and self.refusal(host) is None


def source_rules(policies: Policies) -> SourceRules:
    """The demands of every document of every member."""
    from gate.policy.groups import documents  # it imports much that the hook does without

    said: Iterable[SourceDemand | None] = (document.sources for document in documents(policies.members))
    return SourceRules(tuple(dict.fromkeys(one for one in said if one is not None)))
