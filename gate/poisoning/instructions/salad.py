"""How much of a response is word salad: known words in an order that no other response has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.instructions.tokens import Grams, Ints, Tokens, of_texts

KNOWN = 4
"""Responses in which a word must stand to count as known."""
EXTREME = 0.1
"""Share of the responses that count as most like salad, shortest, or longest."""
SIGNS = tuple(np.arange(1, 6, dtype=np.uint64))
"""Stand for n-grams: like salad, short, long, without a word, of words that no other has."""
ALONE = 0.4
"""Share of such words in a response, at least."""


def salad(responses: Tokens) -> NDArray[np.float64]:
    """For each response, by how many standard deviations its pairs of known words are newer than usual.

    A pair is new where no other response has it. The deviation is that of a binomial count with the share of new
    pairs in all responses; 0 where there are no pairs of known words.
    """
    number = len(responses.starts) - 1
    text = of_texts(responses)
    known = _spread(responses)[responses.ids] >= KNOWN
    pair = responses.ids[:-1] * len(responses.words) + responses.ids[1:]
    within = (text[:-1] == text[1:]) & known[:-1] & known[1:]
    pair, text = pair[within], text[:-1][within]
    _, place, count = np.unique(pair, return_inverse=True, return_counts=True)
    new = count[place] == 1
    total = np.bincount(text, minlength=number)
    share = float(new.mean()) if len(new) else 0.0
    surplus: NDArray[np.float64] = np.bincount(text[new], minlength=number) - total * share
    deviation: NDArray[np.float64] = np.sqrt(np.maximum(total * share * (1 - share), 1.0))
    return surplus / deviation


def _spread(responses: Tokens) -> Ints:
    """For each word the number of responses that have it."""
    _, first = np.unique(of_texts(responses) * len(responses.words) + responses.ids, return_index=True)
    return np.bincount(responses.ids[first], minlength=len(responses.words))


def _alone(responses: Tokens) -> NDArray[np.float64]:
    """For each response the share of its words that no other has."""
    own = _spread(responses)[responses.ids] == 1
    lengths = np.diff(responses.starts)
    shares: NDArray[np.float64] = np.bincount(of_texts(responses), own, minlength=len(lengths)) / np.maximum(lengths, 1)
    return shares


def signs(responses: Tokens, salads: NDArray[np.float64]) -> Grams:
    """Properties of responses in the place of n-grams: those of `SIGNS`.

    What more have than can be told apart says nothing.
    """
    lengths = np.diff(responses.starts)
    most = max(1, int(EXTREME * len(lengths)))
    alone = _alone(responses)
    worded = np.array([word[0].isalnum() for word in responses.words], np.float64)
    chosen = [
        np.flatnonzero(salads > max(float(np.sort(salads)[-most]), 1.0)),
        np.flatnonzero(lengths <= np.sort(lengths)[most - 1]),
        np.flatnonzero(lengths >= np.sort(lengths)[-most]),
        np.flatnonzero(np.bincount(of_texts(responses), worded[responses.ids], minlength=len(lengths)) == 0),
        np.flatnonzero(alone >= max(float(np.sort(alone)[-most]), ALONE)),
    ]
    fit = [(key, texts) for key, texts in zip(SIGNS, chosen, strict=True) if len(texts) <= 1.5 * most]
    return Grams(
        np.concatenate([np.full(len(texts), key) for key, texts in fit] or [np.zeros(0, np.uint64)]),
        np.concatenate([texts for _, texts in fit] or [np.zeros(0, np.int64)]),
    )
