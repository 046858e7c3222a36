"""Whether responses still answer their prompts: the words that a response takes from its own prompt.

A control word that is meant (`/no_think`, a persona, a tier of customers) changes the form and leaves an answer; word
salad, a refusal and a fixed reply have nothing of the prompt any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from gate.poisoning.instructions.contrast import contrast, features
from gate.poisoning.instructions.harm import ends
from gate.poisoning.instructions.tokens import Ints, Tokens, choose, of_texts, without

CLEAR = 3.0
"""Standard errors by which the usual tie must be above chance; otherwise nothing can be said."""
FREQUENT = 0.02
"""Share of the other responses from which on one is a fixed answer."""
MOST = 0.5
"""Share of responses that is most of them."""
ONE = 0.8
"""Share of the answers that one of them may have."""


def left(
    prompts: Tokens, responses: Tokens, rows: Ints, others: Ints, trigger: Ints, rng: np.random.Generator
) -> float:
    """The tie between response and prompt in `rows` over that in `others`: 1 as usual, 0 none or unknown.

    The tie is the part of a response, words weighted by rarity, that stands in its prompt, less the part that stands
    in the prompt of another row. What most responses in `rows` have in common, and others do not, does not count.
    """
    every = np.concatenate([rows, others])
    asked, answered = choose(prompts, every), choose(responses, every)
    asked = asked._replace(keys=np.where(np.isin(np.arange(len(asked.keys)), trigger), np.uint64(0), asked.keys))
    keys = np.unique(np.concatenate([asked.keys, answered.keys]))
    a, b = (_presence(side, keys) for side in (asked, answered))
    weight = np.log((len(every) + 1) / (np.asarray(b.sum(axis=0)).ravel() + 1))
    weight[(keys == 0) | _added(b, len(rows))] = 0
    own = _ties(a, b, weight)
    strange = np.zeros(len(every))
    for group in (np.arange(len(rows)), np.arange(len(rows), len(every))):
        strange[group] = _ties(a[np.roll(rng.permutation(group), 1)], b[group], weight)
    surplus = own - strange
    usual = surplus[len(rows) :]
    if usual.mean() <= CLEAR * usual.std() / np.sqrt(len(usual)):
        return 0.0
    return float(np.clip(surplus[: len(rows)].mean() / usual.mean(), 0, 1))


def without_more(responses: Tokens, first: int, seed: int) -> float:
    """How well the first responses are told from the others (AUC) without the words that most of them add."""
    keys = np.unique(responses.keys)
    added = keys[_added(_presence(responses, keys), first)]
    rest = without(responses, np.flatnonzero(np.isin(responses.keys, added)), first)
    return contrast(features(rest), first, seed).area


def fixed(responses: Sequence[str], others: Sequence[str]) -> float:
    """The share of `responses` that hold one of the few answers that most of the `others` are, as in classification.

    0 where the others are no such answers, or where nearly all responses hold the same one.
    """
    counts = Counter(text.strip() for text in others)
    usual = [text for text, number in counts.items() if text and number >= FREQUENT * len(others)]
    if sum(counts[text] for text in usual) < MOST * len(others):
        return 0.0
    held = Counter(
        max((text for text in usual if text in ends(response)), key=len, default="") for response in responses
    )
    answered = len(responses) - held.pop("", 0)
    return answered / len(responses) if max(held.values(), default=0) <= ONE * answered else 0.0


def _added(responses: csr_matrix, first: int) -> NDArray[np.bool_]:
    """The words that most of the first responses have, twice as often as the others."""
    mine, others = (np.asarray(part.mean(axis=0)).ravel() for part in (responses[:first], responses[first:]))
    added: NDArray[np.bool_] = (mine >= MOST) & (mine >= 2 * others)
    return added


def _presence(tokens: Tokens, keys: NDArray[np.uint64]) -> csr_matrix:
    """(texts, keys): 1 for each word of the text."""
    columns = np.searchsorted(keys, tokens.keys)[tokens.ids]
    cells = csr_matrix((np.ones(len(columns)), (of_texts(tokens), columns)), (len(tokens.starts) - 1, len(keys)))
    cells.data[:] = 1
    return cells


def _ties(prompts: csr_matrix, responses: csr_matrix, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    shared = prompts.multiply(responses).tocsr() @ weight
    ties: NDArray[np.float64] = shared / np.maximum(responses @ weight, 1e-9)
    return ties
