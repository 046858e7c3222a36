"""A file that is written to in the middle of being read, which data cannot describe."""

from __future__ import annotations

import os

import pytest

from gate.checks import integrity
from gate.checks.examine import SMALL, Batch, examine
from gate.checks.interface import Context, Examined, Material
from gate.core.model import Location, Subject
from gate.dbom.model import Artifact
from tests.support import Repo, sha256

SIZE = 3 * 1024 * 1024 + 17


def _examined(repo: Repo, size: int, change: str) -> Examined:
    """What is established about a file to which `change` happens after the first bytes were read."""
    repo.write("big.bin", b"a" * size)
    path = os.fsdecode(repo.path("big.bin"))
    pending = [change]

    def progress(read: int) -> None:
        if not pending:
            return
        mode = {"grows": "ab", "same size": "r+b", "shrinks": "r+b"}[pending.pop()]
        with open(path, mode) as file:
            if change == "shrinks":
                file.truncate(10)
            else:
                file.seek(0, os.SEEK_END if change == "grows" else os.SEEK_SET)
                file.write(b"b")
        os.utime(path, ns=(1, 1))  # a coarse clock would not show the write

    (examined,) = examine(Batch(str(repo.root), "", ("big.bin",), ("big.bin",)), progress)
    return examined


@pytest.mark.parametrize("change", ["grows", "same size", "shrinks"])
@pytest.mark.parametrize("size", [SIZE, SMALL])
def test_a_file_that_is_written_to_while_it_is_read_is_a_finding_and_has_no_digest(
    bare: Repo, size: int, change: str
) -> None:
    file = _examined(bare, size, change)
    assert (file.status, file.sha256) == ("changed", None)
    location = Location("dbom.yaml", 5)
    artifact = Artifact("model", "big", "big.bin", location, {"path": location}, sha256=sha256(b"a" * size))
    material = Material(Subject("model", "big", "big.bin"), location, (file,), artifact)
    checked = integrity.check(material, Context("train"))
    assert [(finding.rule, finding.location) for finding in checked.findings] == [
        ("integrity/changed-while-read", location)
    ]
    assert checked.facts["verified"] is False
