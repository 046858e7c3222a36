"""The shared corpus: nothing that carries a pickle passes, nothing safe is flagged. Samples are only read."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .builders import look

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "weights"
PICKLE_FAMILIES = {"opcode-evasion", "gadgets", "wrong-extension", "containers"}
NO_PICKLE_INSIDE = {"tar_symlink.tar", "tar_traversal.tar", "zip_slip.zip"}
"""They attack through member paths, which no rule of this package covers yet."""
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")


def rows(label: str) -> list[tuple[str, str]]:
    if not CORPUS.is_dir():
        return []
    with (CORPUS / "manifest.tsv").open(encoding="utf-8", newline="") as manifest:
        lines = list(csv.reader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [(row[0], row[2]) for row in lines if row[1] == label]


@pytest.mark.parametrize(("path", "family"), rows("malicious"))
def test_no_malicious_pickle_passes(path: str, family: str) -> None:
    if family not in PICKLE_FAMILIES or Path(path).name in NO_PICKLE_INSIDE:
        pytest.skip("carries no pickle")
    assert look((CORPUS / path).read_bytes()).flaws


@pytest.mark.parametrize(("path", "family"), rows("benign"))
def test_benign_files_are_at_most_pickles_or_formats_without_reader(path: str, family: str) -> None:
    for flaw in look((CORPUS / path).read_bytes()).flaws:
        unread = flaw.rule == "weights/unscannable" and "this version cannot read" in flaw.message
        assert flaw.rule == "weights/pickle-format" or unread, flaw
