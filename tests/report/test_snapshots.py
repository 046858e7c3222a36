"""The looks of the reports that people read; GATE_UPDATE_SNAPSHOTS=1 rewrites the files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gate.report.registry import render

from .verdicts import CONTEXT, everything

SNAPSHOTS = Path(__file__).with_name("snapshots")


@pytest.mark.parametrize(
    ("name", "file"), [("text", "text.txt"), ("markdown", "markdown.md"), ("github", "github.txt")]
)
def test_looks_as_agreed(name: str, file: str) -> None:
    """A change of looks is a change that somebody reviews."""
    rendered = render(name, everything(), CONTEXT)
    snapshot = SNAPSHOTS / file
    if os.environ.get("GATE_UPDATE_SNAPSHOTS") == "1":
        snapshot.write_bytes(rendered.encode())
    assert rendered == snapshot.read_bytes().decode()
