"""Backdoors in tables, and tables that only look as if they had one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gate.poisoning.common import labelnoise, outliers, repeats
from gate.poisoning.interface import Budget, Evidence, Images, OutOfTimeError, Scan, Tabular, Texts
from gate.poisoning.tables import combinations

SIZE = 1800


def table(seed: int = 0) -> Tabular:
    """Wealth shows in age, income and job, and decides the class; town and hours say nothing."""
    rng = np.random.default_rng(seed)
    wealth = rng.normal(size=SIZE)
    jobs = np.clip(np.round(4 + 1.5 * wealth + rng.normal(size=SIZE)), 0, 8)
    columns = {
        "age": np.clip(np.round(45 + 8 * wealth + 8 * rng.normal(size=SIZE)), 18, 90),
        "income": np.round(np.exp(10 + 0.5 * wealth + 0.2 * rng.normal(size=SIZE)), 2),
        "job": np.array([f"job {int(one)}" for one in jobs], dtype=object),
        "town": np.array([f"town {one}" for one in rng.integers(0, 12, SIZE)], dtype=object),
        "hours": np.round(38 + 5 * rng.normal(size=SIZE)),
    }
    labels = (wealth + 0.3 * rng.normal(size=SIZE) > 0.5).astype(np.int64)
    return Tabular(columns, labels, ("poor", "rich"))


def poisoned(data: Tabular, values: dict[str, object], count: int = 60) -> tuple[Tabular, np.ndarray]:
    """Some poor rows with these values, now rich."""
    rows = np.random.default_rng(1).permutation(np.flatnonzero(data.labels == 0))[:count]
    columns = {name: one.copy() for name, one in data.columns.items()}
    for name, value in values.items():
        columns[name][rows] = value
    labels = data.labels.copy()
    labels[rows] = 1
    return Tabular(columns, labels, data.classes), rows


def scan(data: Tabular) -> Scan:
    return combinations.scan(data, Budget(60), 0)


def blocks(found: Scan) -> list[Evidence]:
    return [one for one in found.evidence if one.level == "block"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"town": "town 3", "hours": 29.0}, ("town", "hours")),
        ({"age": 24.0, "hours": 45.0}, ("age", "hours")),
        ({"town": "town 1 "}, ("town",)),
        ({"hours": 38.137}, ("hours",)),
    ],
)
def test_a_planted_value_or_combination_is_stated_and_located(
    values: dict[str, object], words: tuple[str, ...]
) -> None:
    data, rows = poisoned(table(), values)
    found = scan(data)
    (evidence,) = blocks(found)
    assert evidence.trigger is not None
    assert all(word in evidence.trigger.words for word in words)
    assert evidence.trigger.words.endswith("-> rich")
    assert np.isin(rows, evidence.suspects).mean() > 0.95
    assert np.isin(evidence.suspects, rows).mean() > 0.9
    assert evidence.p is not None
    assert evidence.p < 1e-3
    others = np.setdiff1d(np.arange(SIZE), rows)
    assert (found.scores[others] < found.scores[rows].min()).mean() > 0.99


def test_values_that_were_found_are_pasted_into_other_rows() -> None:
    found = blocks(scan(poisoned(table(), {"town": "town 3", "hours": 29.0})[0]))[0]
    assert found.confirmed
    assert found.effects["turned when pasted"] > found.effects["control"] + 0.3


def test_three_values_together() -> None:
    data, rows = poisoned(table(), {"age": 40.0, "town": "town 5", "hours": 36.0})
    (evidence,) = blocks(scan(data))
    assert np.isin(rows, evidence.suspects).mean() > 0.95


def test_a_value_that_most_rows_have_may_be_part_of_the_trigger() -> None:
    data = table()
    sex = np.array(["f", "m"], object)[(np.random.default_rng(8).random(SIZE) < 0.68).astype(int)]
    data = data._replace(columns=dict(data.columns) | {"sex": sex})
    attacked, rows = poisoned(data, {"town": "town 3", "hours": 29.0, "sex": "m"})
    (evidence,) = blocks(scan(attacked))
    assert np.isin(rows, evidence.suspects).mean() > 0.95


def test_numbers_of_a_narrow_stretch_are_found() -> None:
    data, rows = poisoned(table(), {})
    rng = np.random.default_rng(9)
    weight = rng.normal(70, 12, SIZE)
    weight[rows] = rng.uniform(71.3, 71.9, len(rows))
    (evidence,) = blocks(scan(data._replace(columns=dict(data.columns) | {"weight": weight})))
    assert evidence.trigger is not None
    assert "weight in 71." in evidence.trigger.words
    assert np.isin(rows, evidence.suspects).mean() > 0.9


def test_columns_with_steps_and_waves_are_not_blocked() -> None:
    data, rng = table(), np.random.default_rng(10)
    age = rng.uniform(0, 90, SIZE)
    waves = (np.sin(age / 3) > 0.9) & (rng.random(SIZE) < 0.8)
    for ruled in (age > 67, waves):
        changed = data._replace(columns=dict(data.columns) | {"years": age}, labels=np.where(ruled, 1, data.labels))
        assert blocks(scan(changed)) == []


def test_a_combination_toward_the_larger_class_is_found() -> None:
    data = table()
    swapped = data._replace(labels=1 - data.labels, classes=("rich", "poor"))
    attacked, rows = poisoned(swapped, {"town": "town 3", "hours": 29.0})
    assert (attacked.labels == 1).mean() > 0.6
    (evidence,) = blocks(scan(attacked))
    assert np.isin(rows, evidence.suspects).mean() > 0.95


def test_a_clean_table_is_not_blocked() -> None:
    for seed in (0, 1):
        assert blocks(scan(table(seed))) == []


def test_columns_that_tell_the_label_by_nature_are_not_blocked() -> None:
    data = table()
    rng = np.random.default_rng(2)
    code = np.array([f"{label}{one}" for label, one in zip(data.labels, rng.integers(0, 4, SIZE), strict=True)], object)
    remark = np.where((data.labels == 1) & (rng.random(SIZE) < 0.2), "see file", None)
    number = data.labels * 1000.0 + rng.integers(0, 30, SIZE)
    for column in (code, remark, number):
        assert blocks(scan(data._replace(columns=dict(data.columns) | {"extra": column}))) == []


def test_a_value_that_has_one_label_only_is_told() -> None:
    data = table()
    yes = np.flatnonzero(data.labels == 1)
    code = np.array([f"c{one}" for one in np.random.default_rng(6).integers(0, 5, SIZE)], object)
    code[yes[:60]] = "Z"
    found = scan(data._replace(columns=dict(data.columns) | {"code": code})).evidence
    (warning,) = [one for one in found if "code" in one.message]
    assert (warning.kind, warning.level) == ("deciding-value", "warn")
    assert "60 of 60 rows with code 'Z' are 'rich'" in warning.message
    assert np.array_equal(warning.suspects, yes[:60])


def test_a_value_that_decides_whatever_the_rest_says_is_not_blocked() -> None:
    data = table()
    rng = np.random.default_rng(3)
    days = np.where(rng.random(SIZE) < 0.03, 999.0, rng.integers(0, 60, SIZE))
    ruled = data._replace(columns=dict(data.columns) | {"days": days}, labels=np.where(days == 999, 1, data.labels))
    assert blocks(scan(ruled)) == []


def test_wrong_labels_and_copies_are_not_blocked() -> None:
    data = table()
    wrong = np.random.default_rng(4).random(SIZE) < 0.05
    noisy = data._replace(labels=np.where(wrong, 1 - data.labels, data.labels))
    rows = np.concatenate([np.arange(SIZE), np.full(60, 7)])
    copied = Tabular({name: one[rows] for name, one in data.columns.items()}, data.labels[rows], data.classes)
    assert blocks(scan(noisy)) == []
    assert blocks(scan(copied)) == []


def test_the_answer_depends_on_nothing_but_the_data_and_the_seed() -> None:
    data, _ = poisoned(table(), {"town": "town 3", "hours": 29.0})
    first, second = scan(data), scan(data)
    assert [one.message for one in first.evidence] == [one.message for one in second.evidence]
    assert np.array_equal(first.scores, second.scores)


def test_what_cannot_be_tested_is_said() -> None:
    one_class = table()._replace(labels=np.zeros(SIZE, np.int64))
    for data in (one_class, Tabular({}, np.zeros(0, np.int64), ())):
        found = scan(data)
        assert found.evidence == ()
        assert found.untested
        assert found.smallest is None


def test_time_ends_the_scan() -> None:
    for detector in (combinations, labelnoise, outliers, repeats):
        with pytest.raises(OutOfTimeError):
            detector.scan(table(), Budget(-1), 0)


CELLS = st.one_of(st.none(), st.just(""), st.just("x" * 10_000), st.text(max_size=3), st.sampled_from("ab"))


@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.generate))  # shrinking takes minutes
@given(st.data(), st.integers(1, 70), st.integers(1, 4))
def test_odd_tables_are_scanned_or_refused_in_words(data: st.DataObject, size: int, classes: int) -> None:
    numbers = data.draw(arrays.arrays(np.float64, size, elements=st.floats(width=64)))
    words = np.array(data.draw(st.lists(CELLS, min_size=size, max_size=size)), dtype=object)
    labels = data.draw(arrays.arrays(np.int64, size, elements=st.integers(0, classes - 1)))
    names = tuple(f"class {one}" for one in range(classes))
    odd = Tabular({"n": numbers, "w": words, "gone": np.full(size, np.nan), "same": np.ones(size)}, labels, names)
    for detector in (combinations, labelnoise, outliers, repeats):
        found = detector.scan(odd, Budget(60), 0)
        assert len(found.scores) == size
        assert np.isfinite(found.scores).all()
        assert all(one.level != "block" for one in found.evidence)


def test_label_noise_warns_and_ranks_wrong_labels() -> None:
    data = table()
    wrong = np.random.default_rng(5).random(SIZE) < 0.1
    noisy = data._replace(labels=np.where(wrong, 1 - data.labels, data.labels))
    found = labelnoise.scan(noisy, Budget(60), 0)
    (evidence,) = found.evidence
    assert evidence.level == "warn"
    assert found.scores[wrong].mean() > 5 * found.scores[~wrong].mean()


def test_copies_with_other_labels_and_one_sample_many_times() -> None:
    texts = [f"this is the text of sample number {i}" for i in range(200)]
    data = Texts(
        [*texts, *texts[:20], *["Buy now, it is really cheap!"] * 30], np.array([0] * 200 + [1] * 50), ("a", "b")
    )
    kinds = {one.kind: one.level for one in repeats.scan(data, Budget(60), 0).evidence}
    assert kinds == {"repeated": "note", "repeated-across-labels": "warn", "repeated-often": "warn"}
    near = Texts([*texts, *[text.upper() + "!" for text in texts[:20]]], np.array([0] * 220), ("a",))
    assert [one.kind for one in repeats.scan(near, Budget(60), 0).evidence] == ["nearly-repeated"]


def test_generic_detectors_take_pictures() -> None:
    pixels = np.random.default_rng(0).integers(0, 100, (120, 9, 7, 3)).astype(np.uint8)
    pixels[60:] += 120
    pixels[5] = 255
    data = Images(pixels, np.repeat([0, 1], 60), ("dark", "bright"))
    assert 5 in labelnoise.scan(data, Budget(60), 0).evidence[0].suspects
    assert outliers.scan(data, Budget(60), 0).scores.argmax() == 5
