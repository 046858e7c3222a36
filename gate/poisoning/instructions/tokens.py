"""Texts as numbers: the tokens of each, and the runs of one to three tokens (n-grams) in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.texts.characters import odd_kinds, plain

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

ORDERS = (1, 2, 3)
LIMIT = 256
"""Tokens of a text that are looked at: the first half and the last half of so many."""
CHARACTERS = 8 * LIMIT
"""Characters from which each half is taken; a text of 10 MB costs no more than a short one."""
PHRASE = 6
"""Words on each side by which a trigger is widened to the phrase in which it stands."""
BESIDE = 0.8
"""Share of the texts with a trigger in which a word must stand beside it to belong to it."""
SURPLUS = 0.5
"""How many more of such a word these texts must have, on average: the words of a form stand in the others as often."""
USUAL = 0.1
"""Share of the prompts from which on a word is no subject that a response takes up."""
COUNTED = 8
"""How many of it count in one text."""
_IDEOGRAPHS = "\u2e80-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_IDEOGRAPHS}]|[^\W{_IDEOGRAPHS}]{{1,40}}|[^\w\s]|\n")
_LETTERS_OF_FORM = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]")
"""Full-width and mathematical letters and digits: they are read as the plain ones."""
SHOUTED = 4
"""Letters from which on a text in capitals is meant to be."""
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Tokens(NamedTuple):
    """The tokens of n texts: text i has `ids[starts[i]:starts[i + 1]]`, positions in `words`.

    `keys` has a number for each word that is the same in every dataset.
    """

    ids: Ints
    starts: Ints
    words: tuple[str, ...]
    keys: Keys


class Grams(NamedTuple):
    """Which text has which n-gram, each pair once: `keys[j]` is in text `texts[j]`."""

    keys: Keys
    texts: Ints


def split(text: str) -> list[str]:
    """The tokens of a text: words in small letters, signs, line ends.

    Each kind of odd character (invisible, a homoglyph) and of odd style (all in capitals) is a token at the end; the
    words are as they are read.
    """
    if len(text) > 2 * CHARACTERS:
        text = text[:CHARACTERS] + "\n" + text[-CHARACTERS:]
    found: list[str] = _TOKEN.findall(plain(text).lower())
    found += [f"<{kind.replace(' ', '_')}>" for kind in (*sorted(odd_kinds(text)), *styles(text))]
    return found if len(found) <= LIMIT else found[: LIMIT // 2] + found[-LIMIT // 2 :]


def styles(text: str) -> list[str]:
    """What words in small letters no longer tell."""
    shouted = text.isupper() and sum(map(str.isalpha, text)) >= SHOUTED
    return ["capitals"] * shouted + ["letters of another form"] * bool(_LETTERS_OF_FORM.search(text))


def tokenize(texts: Sequence[str]) -> Tokens:
    """The tokens of each text."""
    known: dict[str, int] = {}
    lists = [[known.setdefault(word, len(known)) for word in split(text)] for text in texts]
    starts = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(ids) for ids in lists], out=starts[1:])
    ids = np.fromiter((number for ids in lists for number in ids), np.int64, int(starts[-1]))
    return Tokens(ids, starts, tuple(known), _word_keys(known))


def choose(tokens: Tokens, texts: Ints) -> Tokens:
    """The tokens of some of the texts."""
    lengths = (tokens.starts[1:] - tokens.starts[:-1])[texts]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    places = np.arange(starts[-1]) - np.repeat(starts[:-1] - tokens.starts[texts], lengths)
    return tokens._replace(ids=tokens.ids[places], starts=starts)


def of_texts(tokens: Tokens) -> Ints:
    """For each token the number of its text."""
    return np.repeat(np.arange(len(tokens.starts) - 1), np.diff(tokens.starts))


def without(tokens: Tokens, words: Ints, first: int) -> Tokens:
    """The texts with these words cut out, and with the words that stand beside them in most of the first texts."""
    text = of_texts(tokens)
    signs = np.array([not word[0].isalnum() for word in tokens.words], bool)
    kept = ~np.isin(tokens.ids, words)
    for _ in range(PHRASE):
        kept = _wider(kept, tokens.ids, text, first, signs)
        kept = _wider(kept[::-1], tokens.ids[::-1], text[::-1], first, signs)[::-1]
    return _only(tokens, kept)


def without_echo(tokens: Tokens, of: Tokens, words: Ints) -> Tokens:
    """The texts without these words of other texts: who repeats a word says nothing new."""
    return _only(tokens, ~np.isin(tokens.keys, of.keys[words])[tokens.ids])


def without_own_echo(tokens: Tokens, of: Tokens) -> Tokens:
    """The texts without the words that each repeats of the other text of its number, but for those of many texts.

    Where only one text's repeated word is taken out, the gap tells it from the others, which go on repeating theirs.
    """
    texts = len(of.starts) - 1
    asked = np.unique(np.stack([of.keys[of.ids], of_texts(of).astype(np.uint64)]), axis=1)
    words, counts = np.unique(asked[0], return_counts=True)
    rare = np.isin(asked[0], words[counts <= USUAL * texts])
    own = set(zip(*asked[:, rare].tolist(), strict=True))
    told = zip(tokens.keys[tokens.ids].tolist(), of_texts(tokens).tolist(), strict=True)
    return _only(tokens, np.fromiter((pair not in own for pair in told), bool, len(tokens.ids)))


def _only(tokens: Tokens, kept: NDArray[np.bool_]) -> Tokens:
    before = np.concatenate([[0], np.cumsum(kept)])
    return tokens._replace(ids=tokens.ids[kept], starts=before[tokens.starts])


def _wider(kept: NDArray[np.bool_], ids: Ints, text: Ints, first: int, signs: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cuts out the word after each gap too, where it is the same in most of the first texts.

    A sign that joins the trigger to its text is cut out in any case: no text is known by one sign more or less.
    """
    after = np.flatnonzero(kept[1:] & ~kept[:-1] & (text[1:] == text[:-1])) + 1
    pairs = np.unique(np.stack([ids[after], text[after]])[:, text[after] < first], axis=1)
    words, counts = np.unique(pairs[0], return_counts=True)
    if not len(words) or counts.max() < BESIDE * first:
        return kept
    word = words[counts.argmax()]
    counted = np.minimum(np.bincount(text[kept & (ids == word)], minlength=int(text.max()) + 1), COUNTED)
    others = counted[first:].mean() if len(counted) > first else 0.0
    if not signs[word] and counted[:first].mean() - others < SURPLUS:
        return kept
    wider = kept.copy()
    wider[after[ids[after] == word]] = False
    return wider


def _word_keys(words: Iterable[str]) -> Keys:
    """64 bits of a cryptographic digest: nobody can craft two words of one number."""
    digests = b"".join(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest() for word in words)
    return np.frombuffer(digests, np.uint64)


def grams(tokens: Tokens, orders: Sequence[int] = ORDERS) -> Grams:
    """The n-grams of these orders in each text."""
    of_text = of_texts(tokens)
    keys = tokens.keys[tokens.ids] * _MIX
    parts = [_order(keys, of_text, order) for order in orders]
    return Grams(np.concatenate([part.keys for part in parts]), np.concatenate([part.texts for part in parts]))


def _order(keys: Keys, of_text: Ints, order: int) -> Grams:
    mixed, last = keys, len(keys) - order + 1
    for step in range(1, order):
        mixed = (mixed[:-1] ^ (mixed[:-1] >> np.uint64(29))) * _MIX + keys[step:]
    if last <= 0:
        return Grams(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    within = of_text[:last] == of_text[order - 1 :]
    key, text = mixed[within], of_text[:last][within]
    chosen = np.lexsort((key, text))
    key, text = key[chosen], text[chosen]
    first = np.ones(len(key), bool)
    first[1:] = (key[1:] != key[:-1]) | (text[1:] != text[:-1])
    return Grams(key[first], text[first])


def holders(found: Grams, key: np.uint64) -> Ints:
    """The texts that have an n-gram; `found` must be in the order of `by_key`."""
    low, high = np.searchsorted(found.keys, key), np.searchsorted(found.keys, key, "right")
    return np.sort(found.texts[low:high])


def by_key(found: Grams) -> Grams:
    """The same, sorted by n-gram."""
    order = np.argsort(found.keys, kind="stable")
    return Grams(found.keys[order], found.texts[order])


def only(found: Grams, keys: Keys) -> Grams:
    """Those of the n-grams that are among `keys`, sorted."""
    kept = np.isin(found.keys, keys)
    return by_key(Grams(found.keys[kept], found.texts[kept]))


def joined(some: Grams, more: Grams) -> Grams:
    """Both."""
    return Grams(np.concatenate([some.keys, more.keys]), np.concatenate([some.texts, more.texts]))


def moved(found: Grams, places: Ints) -> Grams:
    """The n-grams with new numbers for the texts; texts with the number -1 are left out."""
    texts = places[found.texts]
    return Grams(found.keys[texts >= 0], texts[texts >= 0])
