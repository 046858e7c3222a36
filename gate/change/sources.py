"""Whether a change's policies let data and weights come from more places than those of its base."""

from __future__ import annotations

from collections.abc import Iterator

from gate.change.trust import Loosening
from gate.core.text import shorten
from gate.policy.model import Policies
from gate.policy.overlap import glob_within
from gate.policy.sources import SourceDemand, source_rules


def loosened_sources(before: Policies, now: Policies) -> Iterator[Loosening]:
    """What some document of the base asks of sources, and none of the change does."""
    kept = source_rules(now)
    for asked in source_rules(before).demands:
        place = f"as at {asked.location} of the base"
        if asked.min_trust is not None and (kept.min_trust or 0) < asked.min_trust:
            yield Loosening(f"`min_trust:` no longer asks for {asked.min_trust}, {place}", "restore it", None)
        if asked.mirror is not None and not any(one.mirror == asked.mirror for one in kept.demands):
            yield Loosening(f"`mirror:` is no longer {shorten(asked.mirror)}, {place}", "restore it", None)
        if asked.hosts is not None and not any(_within(one, asked) for one in kept.demands):
            names = shorten(", ".join(asked.hosts), 300) or "none"
            yield Loosening(f"`hosts:` lets more hosts through than {names}, {place}", "restore it", None)


def _within(one: SourceDemand, asked: SourceDemand) -> bool:
    """Whether every host that `one` lets through is one that `asked` lets through."""
    if one.hosts is None:
        return False
    allowed = (*(asked.hosts or ()), *((asked.mirror,) if asked.mirror else ()))
    return all(any(glob_within(host, glob) for glob in allowed) for host in one.hosts)
