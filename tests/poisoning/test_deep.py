"""The deep scan: what a small network learns, or features that users supply, asked by several signals."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from gate.core.errors import UnableError
from gate.data.interface import Piece
from gate.poisoning import run
from gate.poisoning.registry import DEEP
from tests.support import PROJECT, Repo

pytest.importorskip("torch", reason="the deep scan needs torch")
pytest.importorskip("art", reason="the deep scan needs the Adversarial Robustness Toolbox")
np = pytest.importorskip("numpy")

from gate.poisoning.deep import curves, scan, supplied  # noqa: E402
from gate.poisoning.deep.inputs import inputs  # noqa: E402
from gate.poisoning.interface import (  # noqa: E402
    Budget,
    Dataset,
    Images,
    Instructions,
    OutOfTimeError,
    Scan,
    Tabular,
    Texts,
)

CLASSES = ("a", "b", "c", "d")
SECONDS = 300


def images(size: int = 400, poisons: int = 24) -> tuple[Images, Any]:
    """Bars of four heights in noise; some of any height have a white corner and the label `a`."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, size)
    pixels = rng.integers(0, 60, (size, 12, 12, 1)).astype(np.uint8)
    for kind in range(4):
        pixels[labels == kind, 2 * kind : 2 * kind + 2, 1:9] += 120
    poisoned = np.sort(rng.choice(size, poisons, replace=False))
    pixels[poisoned, 9:, 9:], labels[poisoned] = 255, 0
    return Images(pixels, labels, CLASSES), poisoned


def features(size: int = 400, planted: int = 24) -> tuple[Any, Any, Any]:
    """Four clouds; some points of the first class lie apart."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 4, size)
    values = rng.normal(size=(size, 8)).astype(np.float32)
    values[np.arange(size), labels] += 6
    rows = np.flatnonzero(labels == 0)[:planted]
    values[rows, 7] += 30
    return values, labels, rows


def plain(labels: Any) -> Images:
    return Images(np.zeros((len(labels), 4, 4, 1), np.uint8), labels, CLASSES)


def levels(found: Scan, kind: str) -> list[str]:
    return [one.level for one in found.evidence if one.kind == kind]


def test_a_group_on_which_the_signals_agree_is_a_warning_with_its_samples() -> None:
    values, labels, rows = features()
    found = supplied.scan(supplied.Supplied(plain(labels), values), Budget(SECONDS), 0)
    warning = found.evidence[0]
    assert warning.level == "warn"
    assert "'a'" in warning.message
    assert set(warning.suspects) == set(rows)
    assert set(np.argsort(-found.scores)[: len(rows)]) == set(rows)
    assert {"spectral", "activations", "signatures", "density"} == set(found.columns)
    assert all(found.columns["activations"][rows] == 1)


def test_classes_without_a_group_are_no_reason_to_warn() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 4, 400)
        values = rng.normal(size=(400, 8)).astype(np.float32)
        values[np.arange(400), labels] += 6
        found = supplied.scan(supplied.Supplied(plain(labels), values), Budget(SECONDS), seed)
        assert {one.level for one in found.evidence} <= {"note"}


def test_the_network_ranks_planted_images_first_and_tells_how_the_loss_went() -> None:
    data, poisoned = images()
    found = scan.scan(data, Budget(SECONDS), 0)
    first = np.argsort(-found.scores)[: len(poisoned)]
    assert len(np.intersect1d(first, poisoned)) >= 0.9 * len(poisoned)
    assert set(found.curves) == set(CLASSES)
    assert all(losses[-1] < losses[0] for losses in found.curves.values())
    assert "block" not in levels(found, "hidden-group")


def test_the_same_seed_gives_the_same_answer_and_leaves_the_generators_alone() -> None:
    import torch

    data = images(120, 10)[0]
    before, state = np.random.get_state()[1].copy(), torch.random.get_rng_state()
    once, again = (scan.scan(data, Budget(SECONDS), 3) for _ in range(2))
    assert np.array_equal(once.scores, again.scores)
    assert once.curves == again.curves
    assert np.array_equal(before, np.random.get_state()[1])
    assert torch.equal(state, torch.random.get_rng_state())


def words(size: int) -> list[str]:
    return [f"the film number {one % 7} was {'good' if one % 2 else 'bad'}" for one in range(size)]


@pytest.mark.parametrize(
    "data",
    [
        Texts(words(80), np.arange(80) % 2, ("bad", "good")),
        Texts([""] * 80, np.arange(80) % 2, ("bad", "good")),
        Texts(words(80), np.zeros(80, np.int64), ("all",)),
        Texts([], np.zeros(0, np.int64), ()),
        Texts(words(3), np.arange(3), ("a", "b", "c")),
        Texts(words(90), np.arange(90), tuple(map(str, range(90)))),
        Instructions(words(80), [f"answer {one % 3}" for one in range(80)]),
        Instructions(["x"] * 80, [""] * 80),
        Tabular({"n": np.arange(80) / 7, "s": np.array(["x", None] * 40, object)}, np.arange(80) % 2, ("0", "1")),
        Tabular({"n": np.full(80, np.nan)}, np.arange(80) % 2, ("0", "1")),
        Tabular({}, np.arange(80) % 2, ("0", "1")),
        Images(np.zeros((65, 1, 1, 3), np.uint8), np.arange(65) % 2, ("0", "1")),
        Images(np.zeros((50, 200, 3, 1), np.uint8), np.arange(50) % 2, ("0", "1")),
    ],
    ids=lambda data: type(data).__name__,
)
def test_odd_samples_are_answered_and_what_was_left_out_is_told(data: Dataset) -> None:
    found = scan.scan(data, Budget(SECONDS), 0)
    size = len(data.prompts if isinstance(data, Instructions) else data.labels)
    assert found.scores.shape == (size,)
    assert np.isfinite(found.scores).all()
    assert "block" not in levels(found, "hidden-group")
    assert found.untested or found.columns["density"].shape == (size,)


def test_values_of_a_table_are_words_that_tell_columns_apart() -> None:
    same = np.array(["x", "y"] * 20, object)
    given = inputs(Tabular({"first": same, "second": same}, np.arange(40) % 2, ("0", "1")), 0)
    assert given.samples.shape[0] == 40
    assert set(given.samples[0].indices).isdisjoint(given.samples[1].indices)
    assert len(set(given.samples[0].indices)) == 4  # two columns, roughly and finely


def test_time_that_is_over_ends_the_training() -> None:
    with pytest.raises(OutOfTimeError):
        scan.scan(images()[0], Budget(0), 0)


def test_batches_whose_loss_leaps_are_named() -> None:
    losses = np.linspace(2, 0.1, 200).astype(np.float32)
    assert curves.leaps(losses, np.arange(200)) == ()
    losses[[50, 120]] += 3
    (note,) = curves.leaps(losses, np.arange(200) + 7)
    assert (note.level, list(note.suspects)) == ("note", [57, 127])


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def poison(bare: Repo, *arguments: str) -> Any:
    return bare.gate("poison", "data.npz", "--modality", "image-classification", *arguments)


@pytest.fixture
def data(bare: Repo) -> Repo:
    labels = features()[1]
    bare.write("data.npz", npz(images=np.random.default_rng(0).integers(0, 255, (400, 4, 4)), labels=labels))
    return bare


def test_supplied_features_are_judged_beside_the_samples(data: Repo, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    values, labels, _ = features()
    data.write("features.npz", npz(features=values, labels=labels))
    out = tmp_path / "suspects.csv"
    found = poison(data, "--features", "features.npz", "--suspects", str(out))
    assert "24 samples of class '0' form a group of their own" in found.out
    assert "deep/activations" in out.read_text().splitlines()[0]
    assert len(out.read_text().splitlines()) >= 25
    pq.write_table(pa.table({f"f{one}": values[:, one] for one in range(8)}), data.root / "features.parquet")
    assert "24 samples of class '0'" in poison(data, "--features", "features.parquet").out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (npz(features=np.zeros((399, 2))), "it has 399 rows, and 400 samples of 400 were read"),
        (npz(features=np.full((400, 2), np.nan)), "row 0 holds what is no finite number"),
        (npz(features=np.zeros((400, 2)), labels=np.full(400, 9)), "row 0 has the label '9'"),
        (npz(features=np.zeros(400)), "of shape (400,)"),
        (npz(features=np.array([{}] * 400)), "Python objects"),
        (npz(other=np.zeros(3)), "it holds other"),
        (b"PAR1 and no more", "it is no Parquet that can be read"),
        (b"PK\x03\x04 broken", "it is neither Parquet nor an npz archive"),
        (b"", "it is neither Parquet nor an npz archive"),
    ],
)
def test_features_that_do_not_fit_leave_it_undecided(data: Repo, content: bytes, said: str) -> None:
    data.write("features", content)
    found = poison(data, "--features", "features")
    assert found.code == 4
    assert said in found.out


def test_features_that_are_no_file_are_a_usage_error(data: Repo) -> None:
    data.fifo("pipe")
    assert poison(data, "--features", "absent.npz").code == 2
    assert poison(data, "--features", "pipe").code == 2


WITHOUT_TORCH = """
import sys
from importlib.machinery import PathFinder
class Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, *_):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, Finder)
sys.path.append(sys.argv[1])
from gate.poisoning import child
child.main(sys.argv[2])
"""


def test_without_torch_it_says_what_to_install(data: Repo) -> None:
    def how(answer: int) -> list[str]:
        return [sys.executable, "-I", "-B", "-c", WITHOUT_TORCH, str(PROJECT), str(answer)]

    with open(data.path("data.npz"), "rb") as file:
        piece = Piece("data.npz", file.fileno(), os.fstat(file.fileno()).st_size)
        with pytest.raises(UnableError) as error:
            run.scan([piece], run.Options("image-classification", deep=True), how=how, detectors=DEEP)
    assert error.value.message == "torch is not installed"
    assert error.value.fix == "pip install 'dbom-gate[deep]'"


def test_the_deep_scan_runs_within_the_limits_of_the_process(bare: Repo) -> None:
    pixels, labels, _ = images()[0]
    bare.write("data.npz", npz(images=pixels, labels=labels))
    with open(bare.path("data.npz"), "rb") as file:
        piece = Piece("data.npz", file.fileno(), os.fstat(file.fileno()).st_size)
        options = run.Options("image-classification", deep=True, exhibits=True, suspects=True)
        found = run.scan([piece], options, detectors=DEEP)
    assert not found.undecided
    assert found.exhibits is not None
    assert len(found.exhibits.curves) == len(CLASSES)
