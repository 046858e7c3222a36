"""The labelled set: almost everything that is there is found, and almost nothing else."""

from __future__ import annotations

from benchmarks.sources.labels import load, readings, said


def test_precision_and_recall_are_at_least_95_percent_on_300_places() -> None:
    files = list(load())
    found = readings(files)
    hit = wrong = missed = 0
    for one in files:
        items, _ = said(one, found.get(one.path))
        hit += len(items & one.items)
        wrong += len(items - one.items)
        missed += len(one.items - items)
    assert sum(one.places for one in files) >= 300
    assert hit / (hit + wrong) >= 0.95
    assert hit / (hit + missed) >= 0.95


def test_every_language_is_in_the_set() -> None:
    endings = {one.path.rpartition(".")[2] for one in load()}
    assert {"py", "ipynb", "yaml", "json", "toml", "sh"} <= endings
    assert any("Dockerfile" in one.path for one in load())
    assert any(".github/workflows" in one.path for one in load())
