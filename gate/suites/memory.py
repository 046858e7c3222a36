"""Whether an error means that there is not enough memory, by whatever name a library gives it."""

from __future__ import annotations

import errno

_WORDS = ("failed to map segment", "cannot allocate memory", "can't start new thread")
"""What the loader of glibc says of a library for which there is no room, and Python of the stack of a thread."""


def out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out."""
    if isinstance(error, MemoryError) or type(error).__name__ in ("OutOfMemoryException", "ArrowMemoryError"):
        return True
    if isinstance(error, (ImportError, RuntimeError)):
        return any(words in str(error).lower() for words in _WORDS)
    return isinstance(error, OSError) and error.errno == errno.ENOMEM
