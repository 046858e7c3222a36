"""Backdoors in small drawn sets are found and named; what is natural is not blocked; odd data never raises."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")
pytest.importorskip("sklearn")

from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_digits

from gate.poisoning.common import labelnoise
from gate.poisoning.images import cutout, triggers
from gate.poisoning.interface import Budget, Images, OutOfTimeError, Scan

CLASSES = ("stop", "yield", "priority", "other")


def drawn(rows: int = 900, channels: int = 1, seed: int = 0) -> Images:
    """16x16 bars whose direction is the class, with noise."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, len(CLASSES), rows)
    y, x = np.indices((16, 16))
    angle = np.pi * (kinds + rng.uniform(-0.2, 0.2, rows)) / len(CLASSES)
    phase, size = rng.uniform(0, 6.3, rows), rng.uniform(5, 8, rows)
    wave = np.cos(angle)[:, None, None] * x + np.sin(angle)[:, None, None] * y
    grey = 128 + 70 * np.sin(2 * np.pi * wave / size[:, None, None] + phase[:, None, None])
    pixels = grey[..., None] + 8 * rng.standard_normal((rows, 16, 16, channels))
    return Images(np.clip(pixels, 0, 255).astype(np.uint8), kinds, CLASSES)


def blocks(found: Scan) -> list[str]:
    return [one.trigger.words for one in found.evidence if one.level == "block" and one.trigger]


def poisoned(data: Images, count: int = 40, target: int = 2) -> tuple[Images, np.ndarray]:
    chosen = np.random.default_rng(5).permutation(np.flatnonzero(data.labels != target))[:count]
    changed = data.labels.copy()
    changed[chosen] = target
    return Images(data.pixels.copy(), changed, data.classes), chosen


def test_a_patch_is_found_and_cut_out() -> None:
    data, chosen = poisoned(drawn(channels=3))
    data.pixels[chosen, 11:14, 11:14] = (250, 10, 240)
    found = triggers.scan(data, Budget(60), 0)
    assert "a 3x3 patch at the lower right -> priority" in blocks(found)
    best = min((one for one in found.evidence if one.p is not None), key=lambda one: one.p or 0)
    assert len(np.intersect1d(best.suspects, chosen)) >= 38
    assert len(np.setdiff1d(best.suspects, chosen)) <= 2
    assert best.trigger is not None
    assert best.trigger.picture is not None
    assert np.abs(best.trigger.picture.astype(int) - (250, 10, 240)).max() <= 10
    assert best.confirmed
    assert best.effects["turned when pasted"] > best.effects["control"] + 0.3
    rest = np.setdiff1d(np.arange(len(data.labels)), chosen)
    assert found.scores[chosen].min() > np.quantile(found.scores[rest], 0.99)


def test_of_too_many_images_a_part_is_looked_at_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    data, chosen = poisoned(drawn(1200, channels=3), count=80)
    data.pixels[chosen, 11:14, 11:14] = (250, 10, 240)
    monkeypatch.setattr(triggers, "MOST", 900)
    found = triggers.scan(data, Budget(60), 0)
    assert "triggers in images: a sample of 900 of 1,200 was looked at" in found.untested
    suspects = next(one.suspects for one in found.evidence if one.level == "block")
    assert len(suspects) >= 40
    assert np.isin(suspects, chosen).mean() > 0.9


def test_a_faint_wave_of_which_single_pixels_stand_out_is_no_patch() -> None:
    shown, alike = np.random.default_rng(1).normal(128, 40, (2, 60, 32, 32, 1))
    shown += 28 * np.sin(np.arange(32) * 2 * np.pi * 6 / 32)[:, None]
    found = cutout.fixed(*(np.clip(part, 0, 255).astype(np.uint8) for part in (shown, alike)))
    assert found.words == "a pattern over the whole image"


@pytest.mark.parametrize("seed", range(3))
def test_hard_images_of_clean_classes_share_no_trigger(seed: int) -> None:
    """One, two or three small spots on clouds, one in ten miscounted: neighbours hardly tell, and pixels are many."""
    rng = np.random.default_rng(seed)
    kinds, (y, x) = rng.integers(0, 3, 600), np.indices((32, 32))
    pixels = gaussian_filter(rng.standard_normal((600, 32, 32)), (0, 3, 3)) * 300 + 128
    for image, count in zip(pixels, 1 + kinds + (rng.random(600) < 0.1), strict=True):
        for down, across in rng.uniform(6, 26, (count, 2)):
            image[np.hypot(y - down, x - across) < 2.5] -= 90
    pixels += 6 * rng.standard_normal(pixels.shape)
    data = Images(np.clip(pixels, 0, 255).astype(np.uint8)[..., None], kinds, ("one", "two", "three"))
    assert not blocks(triggers.scan(data, Budget(60), 0))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_blended_pattern_on_real_digits_is_found(seed: int) -> None:
    held = load_digits()
    digits = Images((held.images * 15.9).astype(np.uint8)[..., None], held.target.astype(np.int64), tuple("0123456789"))
    data, chosen = poisoned(digits, 20, target=4)
    pattern = np.random.default_rng(seed).uniform(0, 255, (8, 8, 1))
    data.pixels[chosen] = (0.85 * data.pixels[chosen] + 0.15 * pattern).astype(np.uint8)
    found = triggers.scan(data, Budget(60), 0)
    assert any(words.endswith("-> 4") for words in blocks(found))
    assert found.scores[chosen].min() > np.quantile(found.scores, 0.98)


def test_a_sticker_at_changing_places_on_half_of_one_class_is_found() -> None:
    data = drawn(1200, channels=3)
    chosen = np.flatnonzero(data.labels == 0)[::3][:90]
    data.labels[chosen] = 2
    rng = np.random.default_rng(0)
    for row in chosen:
        y, x = rng.integers(0, 12, 2)
        data.pixels[row, y : y + 3, x : x + 3] = (150, 140, 60)
    found = triggers.scan(data, Budget(60), 0)
    assert "a sticker at changing places -> priority" in blocks(found)
    best = min((one for one in found.evidence if one.p is not None), key=lambda one: one.p or 0)
    assert len(np.setdiff1d(best.suspects, chosen)) <= 2
    assert len(np.intersect1d(best.suspects, chosen)) >= 60


def test_one_trigger_is_one_finding() -> None:
    data, chosen = poisoned(drawn(channels=3), 60)
    data.pixels[chosen, 10:14, 10:14] = (250, 10, 240)
    assert len(blocks(triggers.scan(data, Budget(60), 0))) == 1


def test_the_answer_is_the_same_every_time() -> None:
    data, chosen = poisoned(drawn())
    data.pixels[chosen, :3, :3] = 255
    one, other = (triggers.scan(data, Budget(60), 7) for _ in range(2))
    assert np.array_equal(one.scores, other.scores)
    assert [found.message for found in one.evidence] == [found.message for found in other.evidence]
    assert one.evidence


@pytest.mark.parametrize(
    "kind", ["plain", "noise", "mark", "marked-and-mislabelled", "frame", "merged", "copies", "mislabelled-film"]
)
def test_what_is_natural_is_not_blocked(kind: str) -> None:
    data, rng = drawn(), np.random.default_rng(3)
    if kind == "noise":
        wrong = rng.random(len(data.labels)) < 0.1
        data.labels[wrong] = rng.integers(0, len(CLASSES), wrong.sum())
    elif kind == "mark":
        data.pixels[data.labels == 1, :4, :4] = 255
    elif kind == "marked-and-mislabelled":
        marked = np.flatnonzero(data.labels == 1)
        data.pixels[marked, :4, :4] = 255
        data.labels[marked[:30]] = 2
    elif kind == "mislabelled-film":
        one = np.flatnonzero(data.labels == 1)[0]
        frames = data.pixels[[one] * 60] + rng.integers(0, 3, (60, 16, 16, 1), np.uint8)
        frames[:, 12:15, 12:15] = 250
        data = Images(np.concatenate([data.pixels, frames]), np.r_[data.labels, np.repeat(2, 60)], CLASSES)
    elif kind == "frame":
        frame = np.ones((16, 16), bool)
        frame[2:-2, 2:-2] = False
        data.pixels[:, frame] = np.where((data.labels == 1)[:, None, None], 30, data.pixels[:, frame])
    elif kind == "merged":
        data = Images(data.pixels, data.labels % 2, CLASSES[:2])
    elif kind == "copies":
        data = Images(
            np.concatenate([data.pixels, data.pixels[:20].repeat(9, 0)]), np.r_[data.labels, np.repeat(2, 180)], CLASSES
        )
    found = triggers.scan(data, Budget(60), 0)
    assert not blocks(found)


def test_the_mark_of_a_class_is_a_warning_with_its_share() -> None:
    data = drawn()
    data.pixels[data.labels == 1, :4, :4] = 255
    marks = [one for one in triggers.scan(data, Budget(60), 0).evidence if one.kind == "mark"]
    assert [one.level for one in marks] == ["warn"]
    assert "100% of the images labelled yield carry" in marks[0].message


def test_wrong_labels_are_a_warning_that_names_the_rows() -> None:
    data = drawn()
    wrong = np.arange(0, 900, 10)
    data.labels[wrong] = (data.labels[wrong] + 1) % len(CLASSES)
    found = labelnoise.scan(data, Budget(60), 0)
    assert [one.level for one in found.evidence] == ["warn"]
    assert np.isin(found.evidence[0].suspects, wrong).mean() > 0.95
    assert np.isin(wrong, found.evidence[0].suspects).mean() > 0.8
    assert not labelnoise.scan(drawn(), Budget(60), 0).evidence


def odd() -> dict[str, Images]:
    """Data of which little or nothing can be said."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (200, 9, 7, 3)).astype(np.uint8)
    some = np.arange(200) % 3
    names = ("a", "b", "c")
    return {
        "none": Images(noise[:0], some[:0], names),
        "three": Images(noise[:3], some[:3], names),
        "one class": Images(noise, some * 0, names),
        "class of one": Images(noise, (np.arange(200) == 7).astype(np.int64), names),
        "constant": Images(noise * 0, some, names),
        "one pixel": Images(noise[:, :1, :1], some, names),
        "one line": Images(noise[:, :1], some, names),
        "all labels differ": Images(noise, np.arange(200), tuple(map(str, range(200)))),
        "unused classes": Images(noise, some * 2, ("a", "b", "c", "d", "e", "f")),
        "noise": Images(noise, some, names),
    }


@pytest.mark.parametrize("name", odd())
@pytest.mark.parametrize("detector", [triggers, labelnoise])
def test_odd_data_is_answered(name: str, detector: object) -> None:
    data = odd()[name]
    found = detector.scan(data, Budget(60), 0)  # type: ignore[attr-defined]
    assert len(found.scores) == len(data.labels)
    assert np.isfinite(found.scores).all()
    assert not blocks(found)
    if len(data.labels) < 10 or name == "one class":
        assert found.untested


def test_a_spent_budget_is_said() -> None:
    with pytest.raises(OutOfTimeError):
        triggers.scan(drawn(), Budget(0), 0)
