"""Texts as arrays of words: one pass in Python, the rest in numpy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gate.poisoning.interface import Budget
from gate.poisoning.texts.characters import odd_kinds, plain

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

TOKEN = re.compile(r"https?://[^\s/]+\S*|www\.[^\s/]+\S*|[@#]?\w+(?:['’]\w+)?|([^\w\s])\1*")  # noqa: RUF001
MAX_CHARACTERS = 8_000
"""What is read of one text."""
MAX_TOKENS = 3_000_000
"""What is read of a dataset; rows beyond it are not looked at."""
MAX_WORD = 40
"""Longer words are cut: they are told apart by their beginning."""
START, END = 0, 1
"""The words before the first and after the last."""
EVERY = 2_000


class Tokens(NamedTuple):
    """The texts of `rows`, one after another in `words` (ids of lower-cased forms) and `forms` (ids as written).

    `starts` has one entry more than there are rows. Each text stands between START and END. `odd` are the odd kinds
    of characters of each row that has some, by index into `rows`.
    """

    rows: Ints
    starts: Ints
    words: Ints
    forms: Ints
    lower: tuple[str, ...]
    written: tuple[str, ...]
    odd: dict[int, frozenset[str]]
    cut: int

    @property
    def owners(self) -> Ints:
        """The row of each word, as an index into `rows`."""
        return np.repeat(np.arange(len(self.rows)), np.diff(self.starts))


def tokenise(texts: Sequence[str], budget: Budget, rng: np.random.Generator) -> Tokens:
    """Reads the texts in random order until all are read or the words are too many."""
    order = rng.permutation(len(texts))
    forms: dict[str, int] = {"\x02": START, "\x03": END}
    flat: list[int] = []
    starts, odd, cut = [0], {}, 0
    for number, row in enumerate(order):
        if not number % EVERY:
            budget.check()
        if len(flat) > MAX_TOKENS:
            order = order[:number]
            break
        text = texts[row]
        cut += len(text) > MAX_CHARACTERS
        text = text[:MAX_CHARACTERS]
        if kinds := odd_kinds(text):
            odd[number] = kinds
        flat.append(START)
        flat += [forms.setdefault(_word(found[0]), len(forms)) for found in TOKEN.finditer(plain(text))]
        flat.append(END)
        starts.append(len(flat))
    return _packed(order, starts, flat, forms, odd, cut)


def _word(text: str) -> str:
    """The word as it counts: a link is its host, because the rest of it often differs from text to text."""
    if text.startswith(("http://", "https://", "www.")):
        return "link:" + text.partition("://")[2].partition("/")[0][:MAX_WORD] if "://" in text else text[:MAX_WORD]
    return text[:MAX_WORD]


def _packed(
    order: Ints, starts: list[int], flat: list[int], forms: dict[str, int], odd: dict[int, frozenset[str]], cut: int
) -> Tokens:
    lower: dict[str, int] = {}
    ids = np.array([lower.setdefault(form.lower(), len(lower)) for form in forms], dtype=np.int64)
    written = np.array(flat, dtype=np.int64)
    return Tokens(order, np.array(starts), ids[written], written, tuple(lower), tuple(forms), odd, cut)


def distinct(keys: Ints) -> Ints:
    """The sorted keys, each once; faster than np.unique, which hashes."""
    ordered = np.sort(keys)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))]
