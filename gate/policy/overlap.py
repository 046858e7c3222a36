"""What two selectors have in common, without asking any artifact.

Both answers err on the side of the policy that is compared: `contains` may miss that one selector lies within
another, `overlap` may see two that never meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from gate.core.globs import matches
from gate.core.model import STAGES, Stage
from gate.policy.model import Entry, Selector, Step, looser

MAX_STARS = 32
"""Wildcards of a glob that are tried out: beyond them only an equal glob contains it."""
_ANY = "\0"
"""A character that no glob has: only wildcards match it."""


class Scoped(Protocol):
    """Whatever is about something, from some stage on."""

    @property
    def selector(self) -> Selector:
        """What it is about."""

    @property
    def from_stage(self) -> Stage:
        """The first stage at which it counts."""


def covers(one: Scoped, other: Scoped) -> bool:
    """Whether `one` is certainly about everything that `other` is about, no later."""
    early = STAGES.index(one.from_stage) <= STAGES.index(other.from_stage)
    return early and contains(one.selector, other.selector)


def contains(outer: Selector, inner: Selector) -> bool:
    """Whether `outer` certainly selects everything that `inner` selects."""
    if outer.kind is not None and outer.kind != inner.kind:
        return False
    return all(
        wide is None or (glob is not None and glob_within(glob, wide))
        for wide, glob in zip(outer[1:], inner[1:], strict=True)
    )


def overlap(one: Selector, other: Selector) -> bool:
    """Whether something may be selected by both; an artifact can have several tags."""
    if one.kind is not None and other.kind is not None and one.kind != other.kind:
        return False
    pairs = ((one.name, other.name), (one.path, other.path), (one.host, other.host))
    return not any(a is not None and b is not None and _apart(a, b) for a, b in pairs)


def settled(plan: Iterable[Step], selector: Selector) -> Entry | None:
    """What decides about all that `selector` selects, as far as no narrower entry does."""
    best: Entry | None = None
    for step in plan:
        found = next((one for said in step for one in said if contains(one.selector, selector)), None)
        if found is not None and (best is None or looser(best.enforce, found.enforce)):
            best = found
    return best


def glob_within(glob: str, other: str) -> bool:
    """Whether `other` certainly matches whatever `glob` matches.

    Wildcards of `glob` are replaced by nothing, by one character, and by more than `other` could match but with a
    `*` of its own: what it matches in each case it matches in all between.
    """
    if glob == other:
        return True
    if glob.count("*") + glob.count("?") > MAX_STARS:
        return False
    return all(
        matches(other, _expanded(glob, length, depth))
        for length, depth in ((0, 0), (1, 1), (len(other) + 1, other.count("/") + 2))
    )


def _expanded(glob: str, length: int, depth: int) -> str:
    """`glob` with `length` characters for each `*`, and `depth` components for each `**`."""
    parts: list[str] = []
    for part in glob.split("/"):
        if part == "**":
            parts += [_ANY * max(1, length)] * depth
        else:
            parts.append(part.replace("*", _ANY * length).replace("?", _ANY))
    return "/".join(parts)


def _apart(one: str, other: str) -> bool:
    """Whether no text certainly matches both."""
    if is_glob(one) and is_glob(other):
        a, b = _lead(one), _lead(other)
        return not (a.startswith(b) or b.startswith(a))
    return not (matches(one, other) or matches(other, one))


def is_glob(text: str) -> bool:
    """Whether `text` stands for more than itself."""
    return "*" in text or "?" in text


def _lead(glob: str) -> str:
    """What every match begins with; `DIR/**` is also `DIR`."""
    end = min(i for i in (glob.find("*"), glob.find("?")) if i >= 0)
    return glob[:end].removesuffix("/")
