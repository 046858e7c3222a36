"""What came of drills, and how sure one can be of the rate of success."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

Seen = Literal["blocked", "warned", "missed", "undecided"]
SEEN: tuple[Seen, ...] = ("blocked", "warned", "missed", "undecided")
Z = 1.959964
"""The 97.5% quantile of the normal distribution: two-sided intervals of 95%."""


class Clean(NamedTuple):
    """What the gate says of a copy that was not poisoned; `reasons` of its findings that block or are undecided.

    `samples` were scanned; `smallest` is the least number of poisoned samples that could be told from chance.
    """

    outcome: Literal["blocked", "warned", "clear", "undecided"]
    seconds: float
    samples: int
    smallest: int | None
    reasons: tuple[str, ...]


class Drill(NamedTuple):
    """One poisoned copy and what the gate said of it.

    `about` says what the attack did to `poisoned` samples. `seen`: the gate blocked it; or it warned, and most
    of the samples that a warning names are poisoned; or neither; or it came to no answer, and `reasons` say why.
    `seconds` is the time from the bytes to the verdict. `precision` and `recall` are those of the suspects, None where
    there are none; `trigger` what the gate believes to be it, empty where it states none.
    """

    attack: str
    about: str
    seed: int
    poisoned: int
    seen: Seen
    seconds: float
    precision: float | None = None
    recall: float | None = None
    trigger: str = ""
    reasons: tuple[str, ...] = ()


class Record(NamedTuple):
    """All drills on one dataset; none where the clean copy is blocked already, for then a block says nothing."""

    name: str
    path: str
    modality: str
    policies: tuple[str, ...]
    stage: str
    rate: float
    seed: int
    rounds: int
    clean: Clean
    drills: tuple[Drill, ...]

    @property
    def exit_code(self) -> int:
        """0 where every copy was blocked, 1 where one was not, 4 where that is not known."""
        seen = {drill.seen for drill in self.drills}
        if seen & {"warned", "missed"}:
            return 1
        return 4 if "undecided" in seen or not seen else 0


class Success(NamedTuple):
    """The share of `drills` that were blocked, with its 95% interval; without those that came to no answer."""

    drills: int
    blocked: int
    low: float
    high: float

    @property
    def rate(self) -> float | None:
        """None where nothing was decided."""
        return self.blocked / self.drills if self.drills else None


def success(drills: Iterable[Drill]) -> Success:
    """The share that was blocked; Wilson's score interval (Wilson 1927, JASA 22:209)."""
    seen = [drill.seen for drill in drills if drill.seen != "undecided"]
    n, k = len(seen), seen.count("blocked")
    if not n:
        return Success(0, 0, 0.0, 1.0)
    share, spread = k / n, Z * Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return Success(n, k, max(0.0, middle - half), min(1.0, middle + half))
