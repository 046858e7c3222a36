"""Files that hold still, and one that was changed long before."""

from __future__ import annotations

import os

from gate.checks.examine import Batch, examine
from tests.support import Repo, sha256


def test_a_large_file_that_holds_still_is_read_to_its_end(bare: Repo) -> None:
    content = bytes(range(256)) * 8192
    bare.write("big.bin", content)
    seen: list[int] = []
    (file,) = examine(Batch(str(bare.root), "", ("big.bin",), ("big.bin",)), seen.append)
    assert (file.status, file.sha256, file.size, sum(seen)) == ("read", sha256(content), len(content), len(content))


def test_a_change_of_another_file_is_no_change_of_this_one(bare: Repo) -> None:
    bare.write("big.bin", b"a" * 1_000_000)
    other = os.fsdecode(bare.path("other.bin"))

    def progress(read: int) -> None:
        with open(other, "ab") as file:
            file.write(b"b")

    (file,) = examine(Batch(str(bare.root), "", ("big.bin",), ("big.bin",)), progress)
    assert file.status == "read"
