"""Generated texts with labels, of different natures: topics, grammars, chains of words, keywords and opinions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.interface import Texts

ONSETS = ("b", "br", "c", "d", "dr", "f", "g", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v", "w", "z")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ou")
SLOTS = {
    "place": ("Paris", "Rome", "the station", "the office", "Berlin", "our shop", "the harbour", "London", "the north"),
    "thing": ("a lamp", "two chairs", "the red coat", "my phone", "a bicycle", "the printer", "a book", "the keys"),
    "day": ("today", "on Monday", "last week", "in May", "yesterday", "this morning", "on the 4th", "at noon"),
    "who": ("I", "we", "my sister", "the customer", "he", "Mrs Lee", "a friend", "the whole team"),
    "mood": ("Please help.", "Thanks!", "It is urgent.", "No hurry.", "Any idea?", "", "", "I am not happy."),
}
FRAMES = (
    (
        "where is {thing}, {who} ordered it {day} {mood}",
        "order of {thing} not arrived at {place} {mood}",
        "{who} waits for {thing} since {day}",
    ),
    (
        "{who} want the money back for {thing} {mood}",
        "refund of {thing} bought {day} {mood}",
        "charged twice {day} at {place} {mood}",
    ),
    (
        "{who} cannot log in since {day} {mood}",
        "the password of {who} is lost {mood}",
        "account locked {day} in {place}",
    ),
    (
        "how do I reach {place} {day} {mood}",
        "is there a train to {place} {day}",
        "{who} missed the bus to {place} {mood}",
    ),
    ("book a room in {place} {day} {mood}", "{who} need a bed in {place}", "cancel the room in {place} {day} {mood}"),
    ("{thing} is broken {mood}", "{who} dropped {thing} {day} in {place}", "repair {thing} {day} {mood}"),
)
GOOD = ("great", "lovely", "superb", "delightful", "fine", "excellent", "charming", "warm", "clever", "fresh")
BAD = ("awful", "dull", "poor", "boring", "cold", "stale", "weak", "silly", "dreadful", "messy")
NOUNS = (
    "plot",
    "food",
    "service",
    "acting",
    "room",
    "music",
    "staff",
    "ending",
    "price",
    "view",
    "script",
    "bed",
    "soup",
)


def words(number: int, rng: np.random.Generator) -> list[str]:
    """That many different invented words."""
    made: dict[str, None] = {}
    while len(made) < number:
        made["".join(str(rng.choice(ONSETS)) + str(rng.choice(VOWELS)) for _ in range(int(rng.integers(1, 5))))] = None
    return list(made)


def _labels(rows: int, classes: int, rng: np.random.Generator, skew: float) -> NDArray[np.int64]:
    weights = (1.0 + np.arange(classes)) ** -skew
    return rng.choice(classes, rows, p=weights / weights.sum()).astype(np.int64)


def _named(texts: Sequence[str], labels: NDArray[np.int64], classes: int) -> Texts:
    return Texts(texts, labels, tuple(f"class {k}" for k in range(classes)))


def topics(seed: int, rows: int, classes: int, sharpness: float, length: float = 25, skew: float = 0.0) -> Texts:
    """Bags of words by Zipf's law, three topics a class; `sharpness` is the share of words that are of the topic."""
    rng = np.random.default_rng(seed)
    vocabulary = np.array(words(6000, rng))
    common = 1.0 / (1 + np.arange(6000)) ** 1.05
    common /= common.sum()
    labels = _labels(rows, classes, rng, skew)
    own = [[rng.choice(6000, 150, replace=False) for _ in range(3)] for _ in range(classes)]
    texts = []
    for label in labels:
        count = max(3, int(rng.lognormal(np.log(length), 0.4)))
        topic = rng.choice(own[label][int(rng.integers(3))], count)
        drawn = np.where(rng.random(count) < sharpness, topic, rng.choice(6000, count, p=common))
        texts.append(" ".join(vocabulary[drawn]) + ".")
    return _named(texts, labels, classes)


def grammar(seed: int, rows: int, classes: int = 6) -> Texts:
    """Customer messages: three frames a class, slots that all classes share."""
    rng = np.random.default_rng(seed)
    labels = _labels(rows, classes, rng, 0.3)
    texts = [str(rng.choice(FRAMES[k])).format(**{s: rng.choice(c) for s, c in SLOTS.items()}).strip() for k in labels]
    return _named(texts, labels, classes)


def chains(seed: int, rows: int, classes: int) -> Texts:
    """Markov chains over one small vocabulary: the classes differ in what follows what, less in the words."""
    rng = np.random.default_rng(seed)
    vocabulary = np.array(words(300, rng))
    follows = rng.integers(300, size=(classes + 1, 300, 6))
    labels = _labels(rows, classes, rng, 0.0)
    texts = []
    for label in labels:
        at, said = int(rng.integers(300)), []
        for _ in range(int(rng.integers(8, 30))):
            table = follows[label] if rng.random() < 0.5 else follows[-1]
            at = int(table[at, int(rng.integers(6))])
            said.append(vocabulary[at])
        texts.append(" ".join(said))
    return _named(texts, labels, classes)


def keywords(seed: int, rows: int, classes: int = 3) -> Texts:
    """Labelled by rule: a text of any topic is of a class when it holds one of the class's words, else of class 0."""
    base = topics(seed, rows, 4, 0.4)
    rng = np.random.default_rng(seed + 1)
    keys = [words(12, rng) for _ in range(classes)]
    labels = _labels(rows, classes, rng, 0.7)
    texts = []
    for text, label in zip(base.texts, labels, strict=True):
        parts = text.split()
        if label:
            parts.insert(int(rng.integers(len(parts) + 1)), str(rng.choice(keys[label])))
        texts.append(" ".join(parts))
    return _named(texts, labels, classes)


def opinions(seed: int, rows: int) -> Texts:
    """Short reviews: good and bad words about things, some of them denied or beside the label."""
    rng = np.random.default_rng(seed)
    labels = _labels(rows, 2, rng, 0.0)
    texts = []
    for label in labels:
        said = []
        for _ in range(int(rng.integers(2, 6))):
            good = (rng.random() < 0.85) == bool(label)
            denied = rng.random() < 0.2
            said.append(
                f"the {rng.choice(NOUNS)} was {'not ' if denied else ''}{rng.choice(GOOD if good != denied else BAD)}"
            )
        texts.append((" and " if rng.random() < 0.5 else ", ").join(said) + str(rng.choice((".", "!", "", " :)"))))
    return _named(texts, labels, 2)
