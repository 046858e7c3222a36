"""Paths in order, so that what lies beneath one is found without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def beneath(ordered: Sequence[str], path: str) -> Sequence[str]:
    """Those of the sorted paths `ordered` that lie beneath the directory `path`."""
    return ordered[bisect_left(ordered, f"{path}/") : bisect_left(ordered, f"{path}0")]  # `0` follows the slash
