"""Calls that may hang in a library, or in what it asks of the system."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def bounded(work: Callable[[], T], seconds: float) -> T:
    """What `work` returns or raises; `TimeoutError` where it does neither within `seconds`, and goes on unheard."""
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if done:
        return done[0]
    raise failed[0] if failed else TimeoutError("it took too long")
