"""What the terminal is and shows: colour, width, and one line of progress."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from gate.core.text import shorten, size

if TYPE_CHECKING:
    from typing_extensions import Self

REFRESH = 0.1
"""Seconds between two redraws."""
PATIENCE = 0.5
"""Seconds of work before a line of progress appears at all."""


def wants_color() -> bool:
    """Whether standard output is a terminal and nobody asked for no colour (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal."""
    try:
        return max(60, min(os.get_terminal_size(sys.stdout.fileno()).columns, 160))
    except (OSError, ValueError):
        return 100


class Line:
    """One line on standard error, redrawn while that is a terminal and the work takes a while; silent in CI."""

    def __init__(self) -> None:
        self._next = time.monotonic() + PATIENCE
        self._drawn = False
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        return self

    @property
    def due(self) -> bool:
        """Whether it is time to show something."""
        return self._terminal and time.monotonic() >= self._next

    def show(self, text: str) -> None:
        """Draws `text`, where it is time to."""
        if not self.due:
            return
        self._next = time.monotonic() + REFRESH
        self._drawn = True
        sys.stderr.write(f"\r\x1b[2K{shorten(text, width() - 1)}")
        sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


class Progress(Line):
    """How many bytes have been read."""

    def __init__(self, what: str, total: int = 0) -> None:
        super().__init__()
        self._what, self._total = what, total
        self._done = 0
        self._start = time.monotonic()

    def __call__(self, number: int) -> None:
        """Counts `number` more bytes; called from several threads, where a lost update only delays the display."""
        self._done += number
        if self.due:
            self.show(self._text())

    def _text(self) -> str:
        rate = f"{size(int(self._done / (time.monotonic() - self._start)))}/s"
        if self._total:
            share = min(self._done / self._total, 1.0)
            bar = "█" * int(24 * share) + "░" * (24 - int(24 * share))
            return f"{self._what} {bar} {share:4.0%} of {size(self._total)}  {rate}"
        return f"{self._what} {size(self._done)}  {rate}"
