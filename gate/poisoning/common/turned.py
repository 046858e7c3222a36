"""What pasting a trigger into samples that a model has not seen showed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

TURNED, MORE = 0.3, 0.2
"""Least share of samples that must turn, and how much more than with a control."""


class Turned(NamedTuple):
    """Shares of unseen samples of other labels that get the label.

    `pasted` with what the suspects share, `control` with the same of innocent samples of the label.
    """

    pasted: float
    control: float

    @property
    def confirmed(self) -> bool:
        """Whether the trigger does what its control does not."""
        return self.pasted >= max(TURNED, self.control + MORE)

    @property
    def effects(self) -> Mapping[str, float]:
        """The same by name, for reports."""
        return {"turned when pasted": self.pasted, "control": self.control}
