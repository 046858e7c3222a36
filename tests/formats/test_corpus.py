"""The shared corpus: nothing malicious passes, hardly anything harmless is stopped. Samples are only read."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from gate.formats.interface import Inspection

from .builders import look

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "weights"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")

FORMAT = "weights/pickle-format"
"""What `gate:research` lets pass; everything else it blocks."""
OPEN = {"weights/unknown-global", "weights/unscannable"}
"""Answers that leave open what the file does."""
PRIMITIVES = {"builtins.getattr"}
"""Benign files that are denied all the same really name one of these: a bound method is pickled so."""


def rows(label: str) -> list[tuple[str, str]]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "manifest.tsv").open(encoding="utf-8", newline="") as manifest:
        lines = list(csv.reader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [(row[0], row[2]) for row in lines if row[1] == label]


@cache
def seen(path: str) -> Inspection:
    return look((CORPUS / path).read_bytes())


def stopping(path: str) -> set[str]:
    """The rules beside the format that the file breaks."""
    return {flaw.rule for flaw in seen(path).flaws} - {FORMAT}


@pytest.mark.parametrize(("path", "family"), rows("malicious"))
def test_nothing_malicious_passes(path: str, family: str) -> None:
    assert stopping(path)


def test_nearly_everything_malicious_is_named_for_what_it_is() -> None:
    malicious = [path for path, _ in rows("malicious")]
    bombs = {path for path in malicious if any("bomb" in f.message or "expand" in f.message for f in seen(path).flaws)}
    unnamed = [path for path in malicious if not stopping(path) - OPEN and path not in bombs]
    assert len(unnamed) <= len(malicious) / 100, unnamed


@pytest.mark.parametrize(("path", "family"), rows("benign"))
def test_nothing_benign_is_denied_without_a_primitive(path: str, family: str) -> None:
    for flaw in seen(path).flaws:
        assert flaw.rule in {FORMAT, *OPEN} or flaw.imported in PRIMITIVES, flaw


def test_hardly_anything_benign_is_stopped_by_research() -> None:
    benign = rows("benign")
    stopped = [path for path, _ in benign if stopping(path)]
    assert len(stopped) <= 0.06 * len(benign), stopped
    assert not [path for path in stopped if path.split("/")[1] in {"torch", "sklearn", "safe-formats", "savedmodel"}]
