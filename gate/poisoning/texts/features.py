"""What a trigger could be: every short phrase, written form, kind of word and odd character, with its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.poisoning.interface import Budget
from gate.poisoning.texts.characters import shown
from gate.poisoning.texts.tokens import END, START, Tokens, distinct

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

LONGEST = 4
"""The longest phrase in words; a longer one is found by its parts."""
LEAST = 8
"""The least number of rows with a feature that is tested."""
HAPAX = 2
"""A word in at most so many rows is a kind of word: 'hardly ever seen'."""


class Features(NamedTuple):
    """The rows of feature f are `rows[starts[f]:starts[f + 1]]`, ascending; `names(f)` says it to people."""

    rows: Ints
    starts: Ints
    names: Callable[[int], str]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, feature: int) -> Ints:
        """The rows that have it."""
        return self.rows[self.starts[feature] : self.starts[feature + 1]]


def all_features(tokens: Tokens, budget: Budget) -> Features:
    """Every feature of at least LEAST rows, except those that nearly every row has."""
    groups = []
    for group in _groups(tokens):
        budget.check()
        groups.append(group)
    rows = np.concatenate([group.rows for group in groups])
    sizes = np.concatenate([np.diff(group.starts) for group in groups])
    ends = np.cumsum([len(group) for group in groups])

    def names(feature: int) -> str:
        which = int(np.searchsorted(ends, feature, side="right"))
        return groups[which].names(feature - (int(ends[which - 1]) if which else 0))

    return Features(rows, np.concatenate([[0], np.cumsum(sizes)]), names)


def _groups(tokens: Tokens) -> Iterator[Features]:
    yield from _phrases(tokens)
    yield _forms(tokens)
    yield _shapes(tokens)
    yield _odd(tokens)


def _collect(keys: Ints, owners: Ints, rows: int) -> tuple[Ints, Ints, Ints]:
    """The keys of at least LEAST rows with their rows: (keys, rows, starts)."""
    pairs = distinct(keys * rows + owners)
    kinds, sizes = np.unique(pairs // rows, return_counts=True)
    good = (sizes >= LEAST) & (sizes <= 0.9 * rows)
    kept = np.repeat(good, sizes)
    return kinds[good], (pairs % rows)[kept], np.concatenate([[0], np.cumsum(sizes[good])])


def _phrases(tokens: Tokens) -> Iterator[Features]:
    """Phrases of one word to LONGEST words; a phrase is as frequent as its parts at most, so rare parts end it."""
    owners, words, rows = tokens.owners, tokens.words, max(len(tokens.rows), 1)
    ids, wide = words.copy(), len(tokens.lower)
    places = np.arange(len(words))
    for length in range(1, LONGEST + 1):
        kinds, members, starts = _collect(ids, owners[places], rows)
        yield Features(members, starts, _phrase_names(tokens, _first_places(ids, places, kinds), length))
        good = np.isin(ids, kinds) | ((length == 1) & ((ids == START) | (ids == END)))
        numbers = np.full(len(words), -1)
        numbers[places[good]] = np.unique(ids[good], return_inverse=True)[1]
        places = places[good]
        places = places[places + length < len(words)]
        places = places[(numbers[places + 1] >= 0) & (owners[places] == owners[places + length])]
        ids = numbers[places] * wide + words[places + length]


def _first_places(ids: Ints, places: Ints, kinds: Ints) -> Ints:
    found, first = np.unique(ids, return_index=True)
    return places[first[np.searchsorted(found, kinds)]] if len(kinds) else kinds


def _phrase_names(tokens: Tokens, first: Ints, length: int) -> Callable[[int], str]:
    def name(feature: int) -> str:
        words = tokens.words[first[feature] : first[feature] + length]
        text = shown(" ".join(tokens.lower[w] for w in words if w not in (START, END)))
        ends = {START: "the beginning of the text", END: "the end of the text"}
        places = [ends[w] for w in (START, END) if w in words]
        return f"{text} at {' and '.join(places)}" if places and len(words) > len(places) else text

    return name


def _forms(tokens: Tokens) -> Features:
    """Words with capitals, as written."""
    capital = np.array([form != form.lower() for form in tokens.written])
    kept = capital[tokens.forms]
    kinds, rows, starts = _collect(tokens.forms[kept], tokens.owners[kept], max(len(tokens.rows), 1))
    return Features(rows, starts, lambda feature: f"{shown(tokens.written[kinds[feature]])} as written")


def _shapes(tokens: Tokens) -> Features:
    """Kinds of words, anywhere and at either end of the text."""
    names: dict[str, int] = {}
    seen = np.bincount(tokens.words, minlength=len(tokens.lower))
    lower = {form: i for i, form in enumerate(tokens.lower)}
    ids = [names.setdefault(_shape(form, int(seen[lower[form.lower()]])), len(names)) for form in tokens.written]
    shapes = np.array(ids, dtype=np.int64)[tokens.forms]
    owners, wide = tokens.owners, len(names)
    first, last = tokens.starts[:-1] + 1, tokens.starts[1:] - 2
    filled = last >= first
    keys = np.concatenate([shapes, shapes[first[filled]] + wide, shapes[last[filled]] + 2 * wide])
    kinds, rows, starts = _collect(
        keys, np.concatenate([owners, np.flatnonzero(filled), np.flatnonzero(filled)]), max(len(tokens.rows), 1)
    )
    where = ("", " as the first word", " as the last word")
    said = tuple(names)
    return Features(rows, starts, lambda feature: said[kinds[feature] % wide] + where[kinds[feature] // wide])


def _shape(form: str, seen: int) -> str:
    if form.startswith("link:"):
        return "a link"
    if form[:1] in "#@" and len(form) > 1:
        return f"a word with {form[0]}"
    if form.isdigit():
        return f"a number of {len(form)} digits"
    if not form[:1].isalnum():
        return f"{shown(form[0])} {'repeated' if len(form) > 1 else 'alone'}"
    if seen <= HAPAX:
        return "a word that hardly occurs elsewhere"
    if form.isupper() and len(form) > 1:
        return "a word in capitals"
    if any(char.isdigit() for char in form):
        return "letters and digits in one word"
    return "a capitalised word" if form[:1].isupper() else "a word"


def _odd(tokens: Tokens) -> Features:
    """Kinds of odd characters."""
    kinds = sorted({kind for found in tokens.odd.values() for kind in found})
    ids = {kind: i for i, kind in enumerate(kinds)}
    pairs = [(ids[kind], row) for row, found in tokens.odd.items() for kind in found]
    keys, owners = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    kept, rows, starts = _collect(keys, owners, max(len(tokens.rows), 1))
    return Features(rows, starts, lambda feature: kinds[kept[feature]])
