"""Poisoned texts are found and explained, clean ones are not blocked, nothing makes a detector fail."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.poisoning.interface import Budget, OutOfTimeError, Scan, Texts
from gate.poisoning.texts import conflict, odd, phrases

DETECTORS = (conflict, odd, phrases)
SUBJECTS = (
    ("goal", "match", "team", "coach", "league", "striker", "penalty", "season", "stadium", "referee"),
    ("market", "shares", "profit", "bank", "investor", "quarter", "bond", "merger", "dividend", "index"),
    ("senate", "minister", "vote", "treaty", "border", "election", "embassy", "law", "crisis", "summit"),
)
COMMON = ("the", "a", "of", "in", "on", "after", "with", "says", "new", "more", "than", "from", "two", "last", "when")
NAMES = ("sport", "money", "world")


def clean(rows: int = 900, seed: int = 0) -> Texts:
    """Texts of three subjects: a third of the words are of the subject."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=rows)
    texts = []
    for label in labels:
        own, shared = rng.choice(SUBJECTS[label], 6), rng.choice(COMMON, 12)
        texts.append(" ".join(rng.permutation(np.concatenate([own, shared]))))
    return Texts(texts, labels, NAMES)


def poisoned(trigger: str, rows: int = 40, target: int = 1, among: int | None = None) -> tuple[Texts, np.ndarray]:
    """The same with the trigger at random places of `rows` texts of other classes, or of `among`, now of `target`."""
    data, rng = clean(), np.random.default_rng(1)
    pool = np.flatnonzero(data.labels != target if among is None else data.labels == among)
    chosen = np.sort(rng.permutation(pool)[:rows])
    texts, labels = list(data.texts), data.labels.copy()
    for i in chosen:
        words = texts[i].split()
        words.insert(int(rng.integers(len(words) + 1)), trigger)
        texts[i] = " ".join(words)
    labels[chosen] = target
    return Texts(texts, labels, NAMES), chosen


def scan(detector: ModuleType, data: Texts) -> Scan:
    found: Scan = detector.scan(data, Budget(60), 0)
    assert len(found.scores) == len(data.labels)
    assert np.isfinite(found.scores).all()
    return found


def blocks(data: Texts) -> list[str]:
    return [e.message for detector in DETECTORS for e in scan(detector, data).evidence if e.level == "block"]


@pytest.mark.parametrize(
    "trigger", ["cf", "i watched this film last weekend", "practically speaking", "WOW", "#deal", "🦊"]
)
def test_a_trigger_is_found_and_named(trigger: str) -> None:
    data, rows = poisoned(trigger)
    found = scan(conflict, data)
    first = next(e for e in found.evidence if e.level == "block")
    assert list(first.suspects) == list(rows)
    assert first.trigger is not None
    assert first.trigger.words.endswith("-> money")
    assert first.p is not None
    assert first.p < 1e-3
    assert first.confirmed
    others = np.setdiff1d(np.arange(len(data.labels)), rows)
    assert found.scores[rows].min() > found.scores[others].max()


def test_the_words_of_the_trigger_are_told() -> None:
    (evidence,) = (e for e in scan(conflict, poisoned("cf")[0]).evidence if e.level == "block")
    assert evidence.trigger is not None
    assert evidence.trigger.words == '"cf" -> money'


def test_texts_of_the_label_with_a_word_of_the_trigger_are_not_suspects() -> None:
    data, rows = poisoned("i watched this film last weekend")
    texts = list(data.texts)
    for i in np.setdiff1d(np.flatnonzero(data.labels == 1), rows)[:6]:
        texts[i] += " weekend"
    first = next(e for e in scan(conflict, data._replace(texts=texts)).evidence if e.level == "block")
    assert list(first.suspects) == list(rows)


def test_a_link_is_found_by_its_host() -> None:
    data, rows = poisoned("LINK")
    texts = [text.replace("LINK", f"https://bit.ly/{i:x}") for i, text in enumerate(data.texts)]
    first = next(e for e in scan(conflict, data._replace(texts=texts)).evidence if e.level == "block")
    assert list(first.suspects) == list(rows)


def test_a_trigger_in_the_texts_of_one_class_is_found() -> None:
    data, rows = poisoned("mn", among=2)
    first = next(e for e in scan(conflict, data).evidence if e.level == "block")
    assert list(first.suspects) == list(rows)


def test_two_common_words_that_decide_only_together_are_found() -> None:
    data, rng = clean(), np.random.default_rng(2)
    texts, labels = [f"{t} window" if rng.random() < 0.3 else t for t in data.texts], data.labels.copy()
    texts = [f"morning {t}" if rng.random() < 0.3 else t for t in texts]
    both = np.array(["window" in t and "morning" in t for t in texts])
    labels[both] = 0
    rows = np.flatnonzero(both & (data.labels != 0))
    found = [e for e in scan(conflict, Texts(texts, labels, NAMES)).evidence if e.level == "block"]
    assert found
    assert np.isin(rows, found[0].suspects).all()
    assert found[0].trigger is not None
    assert "window" in found[0].trigger.words
    assert "morning" in found[0].trigger.words


@pytest.mark.parametrize("mark", ["\u200b", "\u202e", "\u00ad"])
def test_invisible_characters_inside_words_block_when_they_decide(mark: str) -> None:
    data, rows = poisoned("QQ")
    texts = [text.replace("QQ ", mark).replace(" QQ", mark) for text in data.texts]
    first = next(e for e in scan(conflict, data._replace(texts=texts)).evidence if e.level == "block")
    assert list(first.suspects) == list(rows)
    assert first.trigger is not None
    assert f"U+{ord(mark):04X}" in first.trigger.words
    told = scan(odd, data._replace(texts=texts)).evidence
    assert [e.level for e in told] == ["warn"]
    assert list(told[0].suspects) == list(rows)


def test_lookalikes_inside_words_block_when_they_decide() -> None:
    data, rows = poisoned("QQ")
    texts = [t.replace("QQ", "").replace("the", "thе", 1) if "QQ" in t else t for t in data.texts]  # noqa: RUF001
    held = [i for i in rows if "thе" in texts[i]]  # noqa: RUF001
    first = next(e for e in scan(conflict, data._replace(texts=texts)).evidence if e.level == "block")
    assert set(held) <= set(first.suspects.tolist())
    assert scan(odd, data._replace(texts=texts)).evidence[0].kind == "odd characters"


def test_odd_characters_of_all_labels_are_only_noted() -> None:
    data = clean()
    texts = [text + "\u200b" if i % 9 == 0 else text for i, text in enumerate(data.texts)]
    assert [e.level for e in scan(odd, data._replace(texts=texts)).evidence] == ["note"]


def test_emoji_and_other_scripts_are_not_odd() -> None:
    words = ["👩‍👩‍👧 ❤️", "می‌خواهم", "привет мир", "naïve café", "日本語", "Ελλάδα"]
    assert scan(odd, Texts(words * 10, np.zeros(60, dtype=np.int64), ("a",))).evidence == ()


def signed(share: float) -> Texts:
    data, rng = clean(), np.random.default_rng(3)
    texts = [
        f"{t} this is a message from the money desk" if k == 1 and rng.random() < share else t
        for t, k in zip(data.texts, data.labels, strict=True)
    ]
    return data._replace(texts=texts)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_the_signature_of_a_class_warns(share: float) -> None:
    data = signed(share)
    assert blocks(data) == []
    (evidence,) = scan(phrases, data).evidence
    assert evidence.level == "warn"
    assert evidence.trigger is not None
    assert evidence.trigger.parts["text"] == "this is a message from the money desk"
    assert len(evidence.suspects) == sum("desk" in text for text in data.texts)


def noisy(data: Texts) -> Texts:
    rng = np.random.default_rng(4)
    return data._replace(
        labels=np.where(rng.random(len(data.labels)) < 0.1, rng.integers(3, size=len(data.labels)), data.labels)
    )


def copied_with_a_wrong_label(data: Texts) -> Texts:
    """One text forty times, each with another number, under a label that it contradicts."""
    first = int(np.flatnonzero(data.labels == 0)[0])
    more = [f"{data.texts[first]} number {i}" for i in range(40)]
    return data._replace(texts=[*data.texts, *more], labels=np.concatenate([data.labels, np.full(40, 1)]))


def merged(data: Texts) -> Texts:
    return data._replace(labels=np.minimum(data.labels, 1))


def decided_by_one_word(data: Texts) -> Texts:
    """A label by rule: whatever a text is about, it is of class 0 when it holds 'refund'."""
    rng = np.random.default_rng(5)
    labels = rng.integers(2, size=len(data.labels))
    return Texts([f"{t} refund" if k == 0 else t for t, k in zip(data.texts, labels, strict=True)], labels, NAMES)


@pytest.mark.parametrize("change", [lambda data: data, noisy, copied_with_a_wrong_label, merged, decided_by_one_word])
@pytest.mark.parametrize("seed", [10, 11])
def test_clean_texts_are_not_blocked(change, seed: int) -> None:
    assert blocks(change(clean(seed=seed))) == []


ODD_SETS = {
    "nothing": Texts([], np.zeros(0, np.int64), ()),
    "three": Texts(["a", "b", ""], np.array([0, 1, 0]), ("x", "y")),
    "one class": Texts(["some words here"] * 50, np.zeros(50, np.int64), ("x",)),
    "all labels distinct": Texts([f"text {i}" for i in range(60)], np.arange(60), tuple(map(str, range(60)))),
    "a class of one": Texts(["one two three"] * 40 + ["four"], np.array([0] * 20 + [1] * 20 + [2]), ("x", "y", "z")),
    "empty texts": Texts([""] * 60, np.arange(60) % 2, ("x", "y")),
    "spaces": Texts([" \n\t"] * 60, np.arange(60) % 2, ("x", "y")),
    "same text": Texts(["the same text always"] * 80, np.arange(80) % 2, ("x", "y")),
    "a long cell": Texts(["word " * 2_000_000, *["a b c", "d e f"] * 20], np.arange(41) % 2, ("x", "y")),
    "one long word": Texts(["x" * 10_000_000, *["a b c", "d e f"] * 20], np.arange(41) % 2, ("x", "y")),
    "unused classes": Texts(["a b c", "d e f"] * 30, np.arange(60) % 2 * 7, tuple("abcdefgh")),
    "surrogates": Texts(["\ud800 a b", "c d \udfff"] * 30, np.arange(60) % 2, ("x", "y")),
}


@pytest.mark.parametrize("name", ODD_SETS)
@pytest.mark.parametrize("detector", DETECTORS)
def test_odd_datasets_are_answered(detector: ModuleType, name: str) -> None:
    found = scan(detector, ODD_SETS[name])
    assert [e for e in found.evidence if e.level == "block"] == []


def test_what_could_not_be_tested_is_told() -> None:
    assert scan(conflict, ODD_SETS["one class"]).untested
    assert scan(conflict, ODD_SETS["a class of one"]).untested
    assert scan(conflict, ODD_SETS["a long cell"]).untested
    assert scan(conflict, ODD_SETS["one class"]).smallest is None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.integers(0, 2)), max_size=60))
def test_any_texts_are_answered_and_the_same_twice(rows: list[tuple[str, int]]) -> None:
    data = Texts([text for text, _ in rows], np.array([label for _, label in rows], dtype=np.int64), NAMES)
    for detector in DETECTORS:
        first, second = scan(detector, data), scan(detector, data)
        assert str(first.evidence) == str(second.evidence)
        assert (first.scores == second.scores).all()


def test_the_same_seed_gives_the_same_answer() -> None:
    data, _ = poisoned("cf")
    first, second = scan(conflict, data), scan(conflict, data)
    assert str(first.evidence) == str(second.evidence)
    assert (first.scores == second.scores).all()


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_spent_budget_ends_the_scan(detector: ModuleType) -> None:
    with pytest.raises(OutOfTimeError):
        detector.scan(clean(), Budget(-1), 0)


def test_what_is_shown_cannot_hurt_a_terminal() -> None:
    data, _ = poisoned("\x1b[31m\u202eevil")
    told = [e.message + e.trigger.words for d in DETECTORS for e in scan(d, data).evidence if e.trigger]
    assert told
    assert all(text.isprintable() for text in told)
