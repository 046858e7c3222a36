"""Digests on a thread of their own: the same as those of one thread, whatever goes wrong with a file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from gate.checks.examine import Batch, examine
from gate.files.beside import PIECE, QUEUED, WORTH, Beside

SIZES = (0, 1, WORTH - 1, WORTH, 128 * 1024, 128 * 1024 + 1, PIECE, PIECE + 1, 20 * PIECE + 7)


def test_files_of_all_sizes_have_both_digests(tmp_path: Path) -> None:
    contents = {f"{i}-{size}": os.urandom(size) for i in range(3) for size in SIZES}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = examine(Batch(str(tmp_path), "", tuple(contents), "", also=("md5", "sha1")))
    for file, content in zip(found, contents.values(), strict=True):
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert file.digests["md5"] == hashlib.md5(content).hexdigest()
        assert file.digests["sha1"] == hashlib.sha1(content).hexdigest()


def test_files_that_cannot_be_read_do_not_use_up_the_buffers(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        with Beside() as beside:
            for _ in range(QUEUED + 1):
                with pytest.raises(IsADirectoryError):
                    beside.read(descriptor, 0, [])
    finally:
        os.close(descriptor)


def test_an_error_of_the_thread_is_not_lost() -> None:
    beside = Beside()
    beside.__enter__()
    for _ in range(QUEUED + 1):
        beside.whole("x", bytes(WORTH), {"md5": None})  # type: ignore[dict-item]
    with pytest.raises(AttributeError):
        beside.__exit__(None, None, None)
