"""What every report is: a function from a verdict to text."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from gate.core.model import Verdict


class Context(NamedTuple):
    """What a rendering depends on and the verdict does not hold.

    `version` is the gate's own, `color` allows ANSI colours, and `width` is how many columns a line of
    the text report should keep to.
    """

    version: str
    color: bool = False
    width: int = 120


class Report(Protocol):
    """Renders a verdict; prints nothing and reads nothing but its arguments."""

    def __call__(self, verdict: Verdict, context: Context, /) -> str:
        """The verdict as text that ends in a newline; empty where the format has nothing to say."""
