"""What the terminal is and shows: colour, width, and one line of progress."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from gate.core.text import size

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


class Progress:
    """How many bytes have been read, redrawn on standard error while that is a terminal; silent in CI."""

    def __init__(self, what: str, total: int = 0) -> None:
        self._what, self._total = what, total
        self._done = 0
        self._start = time.monotonic()
        self._next = self._start + PATIENCE
        self._drawn = False
        self._terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Progress:
        return self

    def __call__(self, number: int) -> None:
        """Counts `number` more bytes; called from several threads, where a lost update only delays the display."""
        self._done += number
        if self._terminal and time.monotonic() >= self._next:
            self._draw()

    def _draw(self) -> None:
        now = time.monotonic()
        self._next = now + REFRESH
        self._drawn = True
        rate = f"{size(int(self._done / (now - self._start)))}/s"
        if self._total:
            share = min(self._done / self._total, 1.0)
            bar = "█" * int(24 * share) + "░" * (24 - int(24 * share))
            text = f"{self._what} {bar} {share:4.0%} of {size(self._total)}  {rate}"
        else:
            text = f"{self._what} {size(self._done)}  {rate}"
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
