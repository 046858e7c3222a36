"""The examples: each passes the gate, and what a script makes is what is committed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gate.scaffold import render
from tests.support import PROJECT, Repo

EXAMPLES = sorted(path.parent.name for path in (PROJECT / "examples").glob("*/dbom.yaml"))


def _copy(repo: Repo, example: str) -> None:
    """The example as a repository of its own, with what git would carry."""
    source = PROJECT / "examples" / example
    shutil.copytree(source, repo.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    repo.track()


def test_there_are_tables_and_images() -> None:
    assert {"digits", "shapes"} <= set(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_passes_with_a_suite_for_every_dataset(repo: Repo, example: str) -> None:
    pytest.importorskip("duckdb")
    _copy(repo, example)
    report = repo.report()
    assert report["exit_code"] == 0
    assert {finding["decision"]["ruling"] for finding in report["findings"]} <= {"off"}
    assert (report["completeness"]["percent"], report["suites"]["percent"]) == (100.0, 100.0)
    evaluated = [one["facts"]["suites"]["evaluated"] for one in report["artifacts"] if one["kind"] == "dataset"]
    assert all(evaluated)


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_is_left_for_init_but_the_workflow_and_the_hooks(repo: Repo, example: str) -> None:
    _copy(repo, example)
    before = repo.tree()
    result = repo.gate("init")
    assert result.code == 0
    assert "what was found is declared" in result.out
    assert set(repo.tree()) - set(before) <= {b".github/workflows/gate.yml", b".pre-commit-config.yaml"}
    assert {path: data for path, data in repo.tree().items() if path in before} == before


def test_the_workflow_and_the_hooks_are_those_that_init_writes() -> None:
    digits = PROJECT / "examples/digits"
    assert (digits / ".github/workflows/gate.yml").read_text() == render.WORKFLOW
    assert (digits / ".pre-commit-config.yaml").read_text() == render.HOOK_FILE


def test_the_reviews_are_made_again_byte_for_byte_by_python_alone(repo: Repo) -> None:
    source = PROJECT / "examples/reviews"
    done = subprocess.run(
        [sys.executable, "-I", "-S", source / "prepare.py"], cwd=repo.root, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert repo.tree()[b"data/reviews.csv"] == (source / "data/reviews.csv").read_bytes()


def test_the_pictures_are_made_again_byte_for_byte_by_python_alone(repo: Repo) -> None:
    source = PROJECT / "examples/shapes"
    made = subprocess.run(
        [sys.executable, "-I", "-S", source / "prepare.py"], cwd=repo.root, capture_output=True, check=False
    )
    assert made.returncode == 0, made.stderr
    again = {os.fsdecode(path): data for path, data in repo.tree().items()}
    pictures = {str(path.relative_to(source)): path.read_bytes() for path in source.glob("data/**/*.png")}
    assert again == pictures
    assert len(pictures) == 60


def test_a_picture_in_the_wrong_class_is_found(repo: Repo) -> None:
    _copy(repo, "shapes")
    os.rename(repo.path("data/shapes/circle/00.png"), repo.path("data/shapes/square/20.png"))
    assert repo.rules() == {"integrity/missing-file", "integrity/extra-file", "dbom/unverified-training-data"}


def test_the_demo_shows_both(tmp_path: Path) -> None:
    """Every exit code in it is compared with the one that is meant."""
    pytest.importorskip("duckdb")
    gate = tmp_path / "gate"
    gate.write_text(f'#!/bin/sh\nPYTHONPATH="{PROJECT}" exec "{sys.executable}" -m gate "$@"\n')
    gate.chmod(0o755)
    environment = {**os.environ, "GATE": str(gate), "TMPDIR": str(tmp_path)}
    command = ["sh", str(PROJECT / "examples/demo.sh")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "error[suites/failed]: digits-train:" in done.stdout
    assert "in: data/train.csv, line 30: 17" in done.stdout
    assert "error[suites/failed]: shapes:" in done.stdout


def test_the_examples_stay_small() -> None:
    files = [path for path in (PROJECT / "examples/shapes").rglob("*") if path.suffix in (".png", ".safetensors")]
    assert sum(path.stat().st_size for path in files) < 60_000


@pytest.mark.parametrize(
    ("example", "suite", "data"),
    [
        ("digits", "train.yaml", "train.csv"),
        ("digits", "holdout.yaml", "holdout"),
        ("shapes", "shapes.yaml", "shapes"),
    ],
)
@pytest.mark.parametrize("engine", ["auto", "reference"])
def test_the_rows_are_what_the_suite_expects(repo: Repo, example: str, suite: str, data: str, engine: str) -> None:
    pytest.importorskip("great_expectations")
    _copy(repo, example)
    result = repo.gate("suite", "run", f"expectations/{suite}", f"data/{data}", "--engine-suites", engine)
    assert result.code == 0, result.out + result.err
    assert "expectations hold" in result.out


def test_a_picture_of_another_size_is_found(repo: Repo) -> None:
    pytest.importorskip("great_expectations")
    image = pytest.importorskip("PIL.Image")
    _copy(repo, "shapes")
    image.new("RGB", (600, 24)).save(repo.root / "data/shapes/circle/99.png")
    result = repo.gate("suite", "run", "expectations/shapes.yaml", "data/shapes")
    assert result.code == 1
    assert "circle/99.png" in result.out
