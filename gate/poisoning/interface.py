# ruff: noqa: PLC0414
"""What a detector is given and what it answers; one module per detector, one dataset type per modality."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeVar

from gate.data.samples.interface import Dataset as Dataset
from gate.data.samples.interface import Images as Images
from gate.data.samples.interface import Instructions as Instructions
from gate.data.samples.interface import Modality as Modality
from gate.data.samples.interface import Tabular as Tabular
from gate.data.samples.interface import Texts as Texts

if TYPE_CHECKING:
    from gate.data.samples.interface import Floats as Floats
    from gate.data.samples.interface import Ints as Ints
    from gate.data.samples.interface import Pixels as Pixels

Level = Literal["block", "warn", "note"]
"""What one piece of evidence can justify; the verdict may lower it, never raise it."""
SIGNIFICANT = 1e-3
"""The corrected p-value from which on evidence can block."""


D_contra = TypeVar("D_contra", contravariant=True)


class Trigger(NamedTuple):
    """What decides the label or the response: `words` say it to people, such as `"cf" -> positive`.

    `parts` is the same for programs. `picture` is a cut-out of (height, width, 3).
    """

    words: str
    parts: Mapping[str, str | int | float]
    picture: Pixels | None = None


class Evidence(NamedTuple):
    """One finding of a detector.

    `p` is the probability of it in clean data, corrected for all that the detector tried; None where the statistic
    has no null distribution that could be stated, so that only `effects` speak. `suspects` are positions of samples.
    `confirmed` tells what pasting the trigger onto other samples showed, None where that was not tried.
    """

    kind: str
    level: Level
    message: str
    suspects: Ints
    p: float | None
    effects: Mapping[str, float]
    trigger: Trigger | None = None
    confirmed: bool | None = None


class Scan(NamedTuple):
    """What a detector answers: `scores` rank the samples, higher is more suspicious, 0 says nothing.

    `untested` says in words what was skipped and why; `smallest` is the least number of poisoned samples that it
    could have told from chance here, None where nothing was tested. `columns` are scores of single signals, to be
    shown beside; `curves` the mean loss of each class by epoch, where a network was trained. `looks_like` has the class
    that a sample looks like whose label is in doubt, both as positions.
    """

    evidence: tuple[Evidence, ...]
    scores: Floats
    untested: tuple[str, ...] = ()
    smallest: int | None = None
    columns: Mapping[str, Floats] = {}
    curves: Mapping[str, tuple[float, ...]] = {}
    looks_like: Mapping[int, int] = {}


class OutOfTimeError(Exception):
    """The budget is spent; what was not finished is undecided."""


class Budget:
    """The time that is left; detectors ask between steps of at most a few seconds."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raises `OutOfTimeError` when the time is over."""
        if time.monotonic() > self._end:
            raise OutOfTimeError


class Detector(Protocol[D_contra]):
    """One kind of test. The same dataset and seed give the same answer; the dataset is not changed."""

    def __call__(self, dataset: D_contra, budget: Budget, seed: int, /) -> Scan:
        """The evidence; raises `OutOfTimeError`, and nothing else whatever the samples are."""
