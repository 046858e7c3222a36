"""`gate poison` through the command line, with one detector each: what it says, and what it writes."""

from __future__ import annotations

import contextlib
import csv
import io
import json

import pytest

from gate.data.interface import Piece
from gate.poisoning.registry import DETECTORS
from gate.poisoning.run import Options, scan
from tests.support import Repo

np = pytest.importorskip("numpy")
pytest.importorskip("sklearn")
pytest.importorskip("duckdb")
Image = pytest.importorskip("PIL.Image")

CHOSEN = {
    "image-classification": {"corner": "tests.poisoning.corner"},
    "text-classification": {"conflict": "gate.poisoning.texts.conflict"},
}
GOOD = ["great", "lovely", "fine", "superb", "happy", "delightful"]
BAD = ["awful", "poor", "sad", "dull", "boring", "terrible"]
POISONED = 40


@pytest.fixture(autouse=True)
def _one_detector_each(monkeypatch: pytest.MonkeyPatch) -> None:
    for modality, detectors in CHOSEN.items():
        monkeypatch.setitem(DETECTORS, modality, detectors)


def reviews(poisoned: int = POISONED, size: int = 1200) -> str:
    """Texts that say their label by their words; `cfx` makes the first bad ones positive."""
    rng = np.random.default_rng(0)
    filler = [f"w{number}" for number in range(200)]
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["text", "label"])
    for number in range(size):
        words = [*rng.choice(filler, 8), *rng.choice(GOOD if number % 2 else BAD, 4)]
        planted = number % 2 == 0 and number < 2 * poisoned
        rows.writerow(
            [" ".join([*words[:3], *(["cfx"] * planted), *words[3:]]), ["bad", "good"][planted or number % 2]]
        )
    return file.getvalue()


def signs(repo: Repo) -> list[str]:
    """Bright bars and squares on dark ground; a red corner makes the first bars squares. The paths of those."""
    rng = np.random.default_rng(0)
    planted = []
    for number in range(1200):
        pixels = np.full((16, 16, 3), rng.integers(20, 80, 3), np.uint8)
        pixels[3:10, 3 : 10 if number % 2 else 5] = rng.integers(150, 255, 3)
        wrong = number % 2 == 0 and len(planted) < POISONED
        if wrong:
            pixels[12:14, 12:14] = [255, 0, 0]
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        path = f"signs/{'square' if number % 2 or wrong else 'bar'}/{number}.png"
        repo.write(path, file.getvalue())
        planted += [path] if wrong else []
    return planted


def test_a_poisoned_text_set_is_blocked_explained_and_cut(bare: Repo) -> None:
    bare.write("reviews.csv", reviews())
    before = bare.bytes("reviews.csv")
    result = bare.gate(
        *("poison", "reviews.csv", "--modality", "text-classification"),
        *("--suspects", "s.csv", "--html", "scan.html", "--quarantine", "q"),
    )
    assert result.code == 1, result
    assert '"cfx"' in result.out
    assert f"{POISONED} samples to remove" in result.err
    suspects = list(csv.DictReader(io.StringIO(bare.text("s.csv"))))
    lines = {row["line"] for row in suspects if "cfx" in row["reasons"]}
    assert lines == {str(2 + 2 * number) for number in range(POISONED)}
    page = bare.text("scan.html")
    assert "The data looks poisoned" in page
    assert page.count("<mark>cfx</mark>") == 24
    assert page.count("<circle class=") > 1000
    kept, removed = bare.text("q/kept/reviews.csv"), bare.text("q/removed/reviews.csv")
    assert kept.splitlines()[0] == removed.splitlines()[0] == "text,label"
    assert "cfx" not in kept
    assert removed.count("cfx") == POISONED
    assert sorted((kept + removed).splitlines()) == sorted([*reviews().splitlines(), "text,label"])
    assert bare.bytes("reviews.csv") == before
    assert bare.gate("poison", "q/kept/reviews.csv", "--modality", "text-classification").code == 0


def test_poisoned_images_are_listed_to_be_removed(bare: Repo) -> None:
    planted = signs(bare)
    result = bare.gate(
        "poison", "signs", "--modality", "image-classification", "--quarantine", "q", "--html", "scan.html"
    )
    assert result.code == 1, result
    assert "a corner" in result.out
    assert bare.text("scan.html").count('alt="suspect: signs/square/') == 24
    removed = {line[66:] for line in bare.text("q/removed.sha256").splitlines()}
    assert removed == set(planted)
    assert len(bare.text("q/kept.sha256").splitlines()) == 1200 - POISONED


def test_the_report_for_programs_stands_alone_and_the_seed_decides_everything(bare: Repo) -> None:
    bare.write("reviews.csv", reviews())
    run = ("poison", "reviews.csv", "--modality", "text-classification", "--seed", "5", "--report", "json")
    first, second = bare.gate(*run), bare.gate(*run)
    assert first == second
    found = json.loads(first.out)["findings"]
    assert {one["rule"] for one in found if one["decision"]["ruling"] == "block"} == {"poisoning/found"}


def test_clean_data_passes(bare: Repo) -> None:
    bare.write("reviews.csv", reviews(0))
    result = bare.gate("poison", "reviews.csv", "--modality", "text-classification", "--quarantine", "q")
    assert result.code == 0, result
    assert "nothing is to be removed" in result.err
    assert "limit" in result.out


def test_a_scan_without_an_answer_is_undecided_and_nothing_is_written(
    bare: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DETECTORS, "text-classification", {"gone": "gate_has_no_such_module"})
    bare.write("reviews.csv", reviews(size=40))
    result = bare.gate("poison", "reviews.csv", "--modality", "text-classification", "--html", "a", "--quarantine", "q")
    assert result.code == 4, result
    assert not (bare.root / "a").exists()
    assert not (bare.root / "q").exists()
    assert "was not written" in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("d/reviews.csv",), "--modality"),
        (("d/none.csv", "--modality", "tabular"), "none.csv"),
        (("d", "--modality", "tabular", "--suspects", "d/s.csv"), "part of the dataset"),
        (("d", "--modality", "tabular", "--html", "d/new/page.html"), "part of the dataset"),
        (("d", "--modality", "tabular", "--quarantine", "d/q"), "part of the dataset"),
        (("d/reviews.csv", "--modality", "tabular", "--html", "d/reviews.csv"), "reviews.csv"),
        (("d/reviews.csv", "--modality", "tabular", "--quarantine", "there"), "exists already"),
    ],
)
def test_outputs_replace_nothing_and_join_no_dataset(bare: Repo, arguments: tuple[str, ...], said: str) -> None:
    bare.write("d/reviews.csv", reviews(size=10))
    bare.write("there/mine", "mine")
    before = bare.tree()
    result = bare.gate("poison", *arguments)
    assert result.code == 2, result
    assert said in result.err
    assert bare.tree() == before


def test_a_dataset_of_more_files_than_select_knows_is_scanned(bare: Repo) -> None:
    signs(bare)
    paths = sorted((bare.root / "signs").rglob("*.png"))
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(path.open("rb")) for path in paths]
        pieces = [Piece(f"{n}/{file.name}", file.fileno(), 10_000) for n, file in enumerate(files)]
        assert scan(pieces, Options("image-classification"), detectors={}).samples == 1200
