"""What the loaders hand to the writer: tensors as descriptions, and the one error of this side."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class RefusedError(Exception):
    """What the file holds cannot be stored as safetensors; the message says what, and under which name."""


class MissingError(Exception):
    """A library is needed that is not installed, or too old; the message is what `pip install` is given."""


class Leaf(NamedTuple):
    """One tensor: `dtype` as safetensors names it, `shape`, and `data`, which gives its bytes in C order.

    `start` and `end` are the addresses between which its elements lie; two leaves of the same `view` are the same
    elements in the same order.
    """

    dtype: str
    shape: tuple[int, ...]
    data: Callable[[], memoryview]
    start: int
    end: int
    view: tuple[object, ...]

    @property
    def elements(self) -> int:
        """How many there are."""
        found = 1
        for length in self.shape:
            found *= length
        return found
