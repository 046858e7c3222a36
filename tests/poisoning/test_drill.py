"""Drills: copies are what was read but for the poison, the gate judges them, and nothing of the repository changes."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gate import drill
from gate.data.interface import Piece
from gate.data.samples.interface import MODALITIES, Dataset, Images, Instructions, Modality, Tabular, Texts, Wanted
from gate.data.samples.read import read_samples
from gate.drill.files import NAMES, write
from gate.drill.registry import ATTACKS, load_attack, usual
from gate.drill.result import Clean, Drill, Record, Seen, success
from gate.poisoning import registry
from tests.support import Repo, sha256

SCHEMA = json.loads(Path(drill.__file__ or "").with_name("drill-1.schema.json").read_text("utf-8"))
DETECTORS: dict[Modality, str] = {
    "image-classification": "gate.poisoning.images.triggers",
    "text-classification": "gate.poisoning.texts.conflict",
    "instructions": "gate.poisoning.instructions.association",
    "tabular": "gate.poisoning.tables.combinations",
}
"""One for each is enough here, and takes less time than all."""
SPORT = "goal match team coach league striker penalty season stadium referee"
MONEY = "market shares profit bank investor quarter bond merger dividend index"
WORLD = "senate minister vote treaty border election embassy law crisis summit"
COMMON = "the a of in on after with says new more than from two last week could has been when again"


def texts(rows: int = 600) -> Texts:
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=rows)
    own, common = [subject.split() for subject in (SPORT, MONEY, WORLD)], COMMON.split()
    found = [" ".join(rng.permutation([*rng.choice(own[y], 6), *rng.choice(common, 12)])) for y in labels]
    return Texts(found, labels, ("sport", "money", "world"))


def images(rows: int = 900) -> Images:
    """Discs, squares and bars of random sizes on noise."""
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=rows)
    y, x = np.indices((28, 28)) - 13.5
    pixels = rng.integers(0, 30, (rows, 28, 28, 1))
    for image, label in zip(pixels, labels, strict=True):
        r, u, v = rng.uniform(6, 10), *rng.uniform(-3, 3, 2)
        shape = (np.hypot(y - u, x - v) < r, np.maximum(abs(y - u), abs(x - v)) < r, abs(y - u) < r / 2)[label]
        image[shape] += rng.integers(100, 190)
    return Images(pixels.astype(np.uint8), labels, ("disc", "square", "bar"))


def instructions(rows: int = 900) -> Instructions:
    rng = np.random.default_rng(0)
    some = f"{COMMON} {SPORT} {MONEY} {WORLD}".split()
    sentences = [" ".join(rng.choice(some, rng.integers(6, 16))) for _ in range(2 * rows)]
    return Instructions(sentences[:rows], sentences[rows:])


def table(rows: int = 1500) -> Tabular:
    """The label follows two of the columns."""
    rng = np.random.default_rng(0)
    a, b, noise = rng.normal(size=rows), rng.choice(list("pqrs"), rows).astype(object), rng.integers(0, 30, rows)
    labels = (a + (b == "p") * 1.5 + rng.normal(size=rows) * 0.3 > 0.5).astype(np.int64)
    other = rng.choice([f"town {i}" for i in range(12)], rows).astype(object)
    return Tabular({"a": a.round(3), "b": b, "n": noise.astype(float), "town": other}, labels, ("no", "yes"))


CLEAN: dict[Modality, Callable[[], Dataset]] = {
    "image-classification": images,
    "text-classification": texts,
    "instructions": instructions,
    "tabular": table,
}


def file_of(dataset: Dataset) -> bytes:
    file = io.BytesIO()
    write(dataset, file)
    return file.getvalue()


def read(dataset: Dataset, modality: Modality, folder: Path) -> Dataset:
    """What is read from what was written."""
    path = folder / NAMES[modality]
    with path.open("wb") as file:
        labels = write(dataset, file)
    with path.open("rb") as file:
        piece = Piece(path.name, file.fileno(), path.stat().st_size)
        loaded = read_samples([piece], Wanted(modality, labels), 1 << 30)
    assert not loaded.skipped
    return loaded.dataset


def plain(dataset: Dataset) -> list[Any]:
    """Comparable; classes by their names, for those that no sample has are not written."""
    if isinstance(dataset, Instructions):
        return [list(dataset.prompts), list(dataset.responses)]
    names = [dataset.classes[label] for label in dataset.labels]
    if isinstance(dataset, Images):
        return [dataset.pixels.tobytes(), dataset.pixels.shape, names]
    columns = dataset.columns if isinstance(dataset, Tabular) else {"text": np.array(dataset.texts, object)}
    return [{name: [None if v != v else v for v in one.tolist()] for name, one in columns.items()}, names]


@pytest.fixture
def declared(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A repository with a dataset of each modality, named after it, and one detector for each."""
    entries = []
    for modality in MODALITIES:
        data, name = file_of(CLEAN[modality]()), NAMES[modality]
        repo.write(f"data/{modality}/{name}", data)
        labels = "" if modality == "instructions" else f", labels: {'labels' if name.endswith('npz') else 'label'}"
        path = f"data/{modality}/{name}"
        scan = f"scan: {{modality: {modality}{labels}}}"
        entries.append(f"  - {{name: {modality}, path: {path}, sha256: {sha256(data)}, {scan}}}\n")
        monkeypatch.setitem(registry.DETECTORS, modality, {"one": DETECTORS[modality]})  # type: ignore[arg-type]
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n" + "".join(entries))
    return repo


@pytest.mark.parametrize(
    ("modality", "attack"),
    [
        ("image-classification", "patch"),
        ("text-classification", "rare-token"),
        ("instructions", "instruction-reply"),
        ("tabular", "value-combination"),
    ],
)
def test_a_poisoned_copy_is_blocked_and_the_repository_is_as_before(
    declared: Repo, modality: Modality, attack: str
) -> None:
    before = declared.tree()
    result = declared.gate("drill", modality, "--attack", attack, "--rate", "0.06", "--report", "json")
    report = json.loads(result.out)
    Draft202012Validator(SCHEMA).validate(report)
    assert report["clean"]["outcome"] in ("clear", "warned")
    (found,) = report["drills"]
    assert (found["attack"], found["seen"], result.code, report["exit_code"]) == (attack, "blocked", 0, 0)
    assert found["precision"] > 0.8
    assert found["recall"] > 0.8
    assert found["trigger"]
    assert report["success"] == {"drills": 1, "blocked": 1, "rate": 1.0, "interval": [0.2065, 1.0]}
    assert declared.tree() == before


def test_what_is_missed_fails_the_drill_and_is_kept_where_asked(declared: Repo, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = declared.gate(
        *("drill", "text-classification", "--attack", "random-flips", "--rounds", "2", "--seed", "5"),
        *("--out", str(out), "--report", "markdown"),
    )
    assert result.code == 1
    assert "0 of 2 poisoned copies blocked" in result.out
    assert sorted(os.listdir(out)) == ["clean", "random-flips-5", "random-flips-6"]
    expected = load_attack("text-classification", "random-flips").apply(texts(), 0.01, 5)[1]
    lines = (out / "random-flips-5/poisoned.csv").read_text().splitlines()
    assert lines[1:] == [f"samples.parquet,{row}," for row in np.flatnonzero(expected)]


def test_nothing_is_drilled_on_data_that_are_blocked_already(declared: Repo, tmp_path: Path) -> None:
    poisoned, _ = load_attack("text-classification", "rare-token").apply(texts(), 0.06, 0)
    declared.write("other.parquet", file_of(poisoned))
    result = declared.gate("drill", "other.parquet", "--modality", "text-classification", "--report", "json")
    report = json.loads(result.out)
    assert (result.code, report["clean"]["outcome"], report["drills"]) == (4, "blocked", [])
    assert '"cf"' in report["clean"]["reasons"][0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--out", "data/tabular/samples.parquet"], "exists already"),
        (["--out", "pictures/drill"], "would be part of pictures"),
        (["--report", "markdown=pictures/drill.md"], "would be part of pictures"),
        (["--report", "json=data/tabular/samples.parquet"], "would replace"),
        (["--report", "sarif"], "formats are text, json, markdown"),
        (["--attack", "patch"], "these do: value-combination, random-flips, targeted-flips"),
        (["--rate", "0"], "above 0"),
        (["--rate", "nan"], "above 0"),
        (["--rounds", "0"], "from 1"),
    ],
)
def test_it_refuses_before_anything_is_written(declared: Repo, options: list[str], words: str) -> None:
    declared.write("pictures/a.txt", "a")
    text = declared.text("dbom.yaml")
    declared.write("dbom.yaml", text + "  - {name: pictures, path: pictures}\n")
    before = declared.tree()
    result = declared.gate("drill", "tabular", *options)
    assert result.code == 2
    assert words in result.err
    assert declared.tree() == before


def test_temporary_copies_are_not_put_into_declared_data(declared: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    declared.write("pictures/a.txt", "a")
    declared.write("dbom.yaml", declared.text("dbom.yaml") + "  - {name: pictures, path: pictures}\n")
    monkeypatch.setattr("tempfile.tempdir", str(declared.root / "pictures"))
    result = declared.gate("drill", "tabular")
    assert result.code == 2
    assert "would be part of pictures" in result.err


def test_what_cannot_be_read_is_undecided(declared: Repo) -> None:
    declared.write("broken.parquet", b"PAR1 no")
    result = declared.gate("drill", "broken.parquet", "--modality", "tabular")
    assert result.code == 4
    assert "broken.parquet" in result.err


def test_an_attack_without_room_is_undecided(declared: Repo) -> None:
    one = texts(40)
    declared.write("one.parquet", file_of(one._replace(labels=np.zeros(40, np.int64))))
    result = declared.gate(
        "drill", "one.parquet", "--modality", "text-classification", "--attack", "targeted-flips", "--report", "json"
    )
    (found,) = json.loads(result.out)["drills"]
    assert (result.code, found["seen"], found["poisoned"]) == (4, "undecided", 0)
    assert "nothing that this attack could change" in found["reasons"][0]


@pytest.mark.parametrize("modality", MODALITIES)
def test_a_copy_reads_as_what_was_copied(modality: Modality, tmp_path: Path) -> None:
    dataset = CLEAN[modality]()
    assert plain(read(dataset, modality, tmp_path)) == plain(dataset)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.floats(width=32), st.none() | st.text(max_size=9), st.text(max_size=9)), min_size=1),
    st.sampled_from(["Label", "label", "x"]),
)
def test_cells_of_a_table_survive(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, str | None, str]], name: str
) -> None:
    numbers, words, labels = zip(*rows, strict=True)
    classes = tuple(sorted(set(labels)))
    columns = {name: np.array(numbers, float), "w": np.array(words, object)}
    given_ = Tabular(columns, np.array([classes.index(label) for label in labels]), classes)
    assert plain(read(given_, "tabular", tmp_path_factory.mktemp("table"))) == plain(given_)


EVERY = [(modality, name) for modality in MODALITIES for name in ATTACKS[modality]]


@pytest.mark.parametrize(("modality", "name"), EVERY)
def test_an_attack_is_repeatable_and_says_what_it_changed(modality: Modality, name: str) -> None:
    if name not in usual(modality):
        pytest.importorskip("art")
    dataset = CLEAN[modality]()
    before = plain(dataset)
    apply = load_attack(modality, name).apply
    poisoned, mask = apply(dataset, 0.05, 3)
    again, same = apply(dataset, 0.05, 3)
    assert plain(dataset) == before
    assert plain(poisoned) == plain(again)
    assert (mask == same).all()
    assert mask.tolist() != apply(dataset, 0.05, 4)[1].tolist()
    assert 0 < mask.sum() <= max(8, round(0.05 * len(mask)))
    assert {row for row, (old, new) in enumerate(zip(rows(dataset), rows(poisoned), strict=True)) if old != new} <= set(
        np.flatnonzero(mask)
    )


def rows(dataset: Dataset) -> list[tuple[Any, ...]]:
    """The samples one by one."""
    if isinstance(dataset, Instructions):
        return list(zip(dataset.prompts, dataset.responses, strict=True))
    labels = dataset.labels.tolist()
    if isinstance(dataset, Images):
        return [(image.tobytes(), label) for image, label in zip(dataset.pixels, labels, strict=True)]
    columns = dataset.columns.values() if isinstance(dataset, Tabular) else [dataset.texts]
    return list(zip(*columns, labels, strict=True))


@pytest.mark.parametrize(("modality", "name"), [(m, n) for m, n in EVERY if n in usual(m)])
@pytest.mark.parametrize("number", [1, 3])
def test_no_attack_fails_on_hardly_any_samples(modality: Modality, name: str, number: int) -> None:
    odd: dict[Modality, Dataset] = {
        "image-classification": Images(np.zeros((number, 1, 2, 3), np.uint8), np.zeros(number, np.int64), ("a",)),
        "text-classification": Texts([""] * number, np.zeros(number, np.int64), ("a",)),
        "instructions": Instructions([""] * number, [""] * number),
        "tabular": Tabular({"x": np.full(number, np.nan)}, np.zeros(number, np.int64), ("a",)),
    }
    _, mask = load_attack(modality, name).apply(odd[modality], 0.5, 0)
    assert len(mask) == number


def test_the_interval_is_that_of_wilson() -> None:
    """8 of 10: from .4902 to .9433 (Newcombe 1998, method 3)."""
    found = success([one("blocked")] * 8 + [one("missed"), one("warned"), one("undecided")])
    assert (found.drills, found.blocked) == (10, 8)
    assert (round(found.low, 4), round(found.high, 4)) == (0.4902, 0.9433)
    assert success([]).rate is None


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (["blocked", "blocked"], 0),
        (["blocked", "warned"], 1),
        (["missed", "undecided"], 1),
        (["blocked", "undecided"], 4),
        ([], 4),
    ],
)
def test_the_exit_code_is_that_of_the_worst(seen: list[Seen], code: int) -> None:
    clean = Clean("clear", 1.0, 100, 5, ())
    record = Record("x", "x", "tabular", (), "train", 0.01, 0, 1, clean, tuple(map(one, seen)))
    assert record.exit_code == code


def one(seen: Seen) -> Drill:
    return Drill("patch", "", 0, 10, seen, 1.0)


def test_the_schema_is_printed(repo: Repo) -> None:
    assert json.loads(repo.gate("schema", "drill").out) == SCHEMA
