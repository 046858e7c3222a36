"""Globs over paths and dotted names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache


def matches(glob: str, text: str) -> bool:
    """Whether `glob` matches all of `text`, in time that grows with the product of their lengths.

    `*` and `?` stay within a component of a path; a component `**` stands for any number of components, none
    included, so `DIR/**` is also `DIR`. The rest is literal. A regular expression would backtrack, and both
    sides may come from the change that is judged.
    """
    lead = _lead(glob)
    if not text.startswith(lead):
        return False
    if len(lead) == len(glob):
        return glob == text
    return _wild(glob.split("/"), text.split("/"), "**", _component)


@lru_cache(maxsize=1024)  # of a policy, which asks the same of every artifact
def _lead(glob: str) -> str:
    """What every match begins with; `DIR/**` is also `DIR`."""
    lead = glob.partition("*")[0].partition("?")[0]
    return lead if lead == glob else lead.removesuffix("/")


def _component(glob: str, text: str) -> bool:
    if glob in ("*", text):
        return True
    return _wild(glob, text, "*", lambda a, b: a in ("?", b))


def _wild(pattern: Sequence[str], text: Sequence[str], star: str, same: Callable[[str, str], bool]) -> bool:
    """Greedy matching that goes back to the last `star` only (R. Krauss, Matching Wildcards, 2008)."""
    p = t = back = 0
    mark = -1
    while t < len(text):
        if p < len(pattern) and pattern[p] == star:
            mark, back = p, t
            p += 1
        elif p < len(pattern) and same(pattern[p], text[t]):
            p, t = p + 1, t + 1
        elif mark >= 0:
            back += 1
            p, t = mark + 1, back
        else:
            return False
    return all(part == star for part in pattern[p:])
