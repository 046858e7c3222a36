"""Killed at any moment, a run leaves nothing half-published, and the next one completes."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import sys
from pathlib import Path

import pytest

from gate.dbom.load import load_dbom
from gate.files.listing import parse_listing
from tests.localhub.server import LocalHub
from tests.support import finish, start_gate
from tests.vendor.conftest import FILES, SOURCE, Vendoring

MOMENTS = 20
STEPS = """
import os, signal, sys
top, last, told, count = {top!r}, {last}, {told!r}, 0
watched = {{"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.chmod"}}
def step(event, arguments):
    global count
    if event in watched and isinstance(arguments[0], str) and arguments[0].startswith(top):
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
        if last == 0:
            with os.fdopen(os.open(told, os.O_WRONLY | os.O_CREAT), "w") as file:
                file.write(str(count))
sys.addaudithook(step)
"""
"""Ends the process before the step `last` that it takes on the file system, or counts these steps."""


def run(vendoring: Vendoring, top: Path, last: int = 0) -> int:
    told = top.parent / f"steps-of-{top.name}"
    arguments = ("vendor", SOURCE, "--to", str(vendoring.mirror), "--jobs", "1")
    code = STEPS.format(top=f"{top}{os.sep}", last=last, told=str(told))
    result = finish(start_gate(vendoring.repo.root, *arguments, before=code))
    if last == 0:
        assert result.code == 0, result.err
        return int(told.read_text())
    return result.code


def forget(vendoring: Vendoring) -> None:
    """As before the first run."""
    for place in (vendoring.mirror, vendoring.quarantine):
        shutil.rmtree(place, ignore_errors=True)
    for name in ("dbom.yaml", "dbom"):
        if (vendoring.repo.root / name).exists():
            vendoring.repo.delete(name)


def whole(vendoring: Vendoring) -> None:
    """What is visible is what its name says, no listing names what is not there, and the DBOM names what is."""
    objects = vendoring.objects()
    known = {hashlib.sha256(data).hexdigest() for data in FILES.values()}
    for name in set(objects) - known:
        assert set(parse_listing(objects[name]).values()) == known <= set(objects)
    if (vendoring.repo.root / "dbom.yaml").exists():
        (entry,) = load_dbom(str(vendoring.repo.root / "dbom.yaml"), "dbom.yaml").artifacts
        assert entry.sha256 in objects


@pytest.mark.skipif(sys.platform != "linux", reason="counts what the file system is asked on Linux")
def test_a_run_that_is_killed_at_any_step_is_completed_by_the_next(
    vendoring: Vendoring, hub: LocalHub, tmp_path: Path
) -> None:
    vendoring.run(source=SOURCE)
    forget(vendoring)
    steps = run(vendoring, tmp_path)
    assert steps > MOMENTS
    expected = set(vendoring.objects())
    for last in sorted(random.Random(11).sample(range(1, steps + 1), MOMENTS)):
        forget(vendoring)
        assert run(vendoring, tmp_path, last) == -signal.SIGKILL, last
        whole(vendoring)
        result = vendoring.run(source=SOURCE)
        assert result.code == 0, (last, result.err)
        whole(vendoring)
        assert set(vendoring.objects()) == expected
        assert vendoring.kept() == []
        assert len(load_dbom(str(vendoring.repo.root / "dbom.yaml"), "dbom.yaml").artifacts) == 1
