"""How many files are read at the same time, where nobody says; apart from the engine, which takes long to import."""

from __future__ import annotations

import os

MAX_THREADS = 16


def default_jobs() -> int:
    """Threads to read with: more than cores, because files that are not in memory yet keep a thread waiting."""
    return min(MAX_THREADS, 4 * (os.cpu_count() or 1))
