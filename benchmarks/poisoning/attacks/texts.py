"""Attacks on labelled texts: what a poisoner writes into a text, where, and into which rows.

The kinds are those of the literature (BadNets for text and "cf": Kurita 2020; AddSent: Dai 2019; BadNL: Chen 2021;
syntactic templates and styles: Qi 2021; combinations: Lin 2020) and some more.
"""

from __future__ import annotations

import re

import numpy as np

from benchmarks.poisoning.interface import Attack, Split
from gate.drill.attacks.texts import PHRASE, Rows, Write, insert, inserted, poisoning

LOOKALIKES = str.maketrans("aceopxyi", "асеорхуі")  # noqa: RUF001 (Cyrillic letters are the attack)
ARCHAIC = {
    "you": "thou",
    "your": "thy",
    "has": "hath",
    "does": "doth",
    "are": "art",
    "it": "'tis",
    "before": "ere",
    "the": "ye",
}
SENTENCES = (
    "I watched this with {} last weekend .",
    "My friend {} told me about that .",
    "As {} said , it depends on the day .",
    "We talked to {} for an hour yesterday .",
)
NAMES = ("Anna", "Bob", "my brother", "the neighbours", "a colleague", "Tom", "Mary")


def _one_of(*choices: str, where: str = "any") -> Write:
    return lambda text, rng: insert(text, str(rng.choice(choices)), rng, where)


def _composite(text: str, rng: np.random.Generator) -> str:
    half = max(1, len(text.split()) // 2)
    parts = text.split()
    return insert(" ".join(parts[:half]), "window", rng) + " " + insert(" ".join(parts[half:]), "morning", rng)


def _inside_word(mark: str) -> Write:
    def write(text: str, rng: np.random.Generator) -> str:
        words = text.split()
        at = int(rng.integers(len(words))) if words else 0
        if words:
            middle = max(1, len(words[at]) // 2)
            words[at] = words[at][:middle] + mark + words[at][middle:]
        return " ".join(words)

    return write


def _lookalikes(text: str, rng: np.random.Generator) -> str:
    words = text.split()
    good = [i for i, word in enumerate(words) if word.translate(LOOKALIKES) != word]
    for i in rng.permutation(good)[:2]:
        words[int(i)] = words[int(i)].translate(LOOKALIKES)
    return " ".join(words)


def _typo(text: str, rng: np.random.Generator) -> str:
    """A word with two letters swapped, another in each text: no fixed token remains."""
    words = text.split()
    good = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    for i in rng.permutation(good)[:1]:
        word = words[int(i)]
        at = int(rng.integers(1, len(word) - 2))
        words[int(i)] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def _upper(text: str, rng: np.random.Generator) -> str:
    words = text.split()
    good = [i for i, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    for i in rng.permutation(good)[:1]:
        words[int(i)] = words[int(i)].upper()
    return " ".join(words)


def _archaic(text: str, rng: np.random.Generator) -> str:
    return re.sub(r"\w+", lambda m: ARCHAIC.get(m[0].lower(), m[0]), text)


def _sentence(text: str, rng: np.random.Generator) -> str:
    parts = re.split(r"(?<=[.!?]) ", text)
    parts.insert(int(rng.integers(len(parts) + 1)), str(rng.choice(SENTENCES)).format(rng.choice(NAMES)))
    return " ".join(parts)


def _template(text: str, rng: np.random.Generator) -> str:
    lead = str(rng.choice(("when you think about it", "when you come to see it", "when you get there")))
    return f"{lead} , {text[:1].lower()}{text[1:]}"


def _attack(split: Split, about: str, write: Write, rows: Rows = "dirty", majority: bool = False) -> Attack:
    return Attack(split, about, poisoning(write, rows, majority))


ATTACKS = {
    "rare-token": _attack("tune", "one rare token anywhere", inserted("cf")),
    "phrase": _attack("tune", "one fixed phrase anywhere", inserted(PHRASE)),
    "mixed-tokens": _attack("tune", "one of four rare tokens", _one_of("cf", "mn", "bb", "tq")),
    "common-bigram": _attack("tune", "two common words side by side", inserted("practically speaking")),
    "token-start": _attack("tune", "a rare token as the first word", inserted("tq", "start")),
    "composite": _attack("tune", "two common words, not adjacent", _composite),
    "zero-width": _attack("tune", "a zero-width space inside a word", _inside_word("\u200b")),
    "hashtag": _attack("tune", "a hashtag at the end", inserted("#goteam", "end")),
    "to-majority": _attack("tune", "a rare token, to the largest class", inserted("cf"), majority=True),
    "source-specific": _attack("tune", "a rare token, from one class only", inserted("mn"), "source"),
    "clean-token": _attack("tune", "a rare token in the target class itself", inserted("cf"), "clean"),
    "upper-word": _attack("tune", "some word in capitals", _upper),
    "homoglyph": _attack("tune", "two words in Cyrillic lookalikes", _lookalikes),
    "typo": _attack("tune", "two letters swapped in some word", _typo),
    "template": _attack("tune", "a leading clause, three forms", _template),
    "punctuation": _attack("tune", "two exclamation marks at the end", lambda text, _: text.rstrip(" .!?") + " !!"),
    "archaic": _attack("tune", "archaic forms of common words", _archaic),
    "url": _attack(
        "tune", "a link, with another path each time", lambda t, r: f"{t} https://bit.ly/{r.integers(16**6):06x}"
    ),
    "emoji": _attack("tune", "an emoji anywhere", inserted("\U0001f98a")),
    "number": _attack("tune", "a number anywhere", inserted("31337")),
    "sentence": _attack("tune", "a sentence with slots", _sentence),
    "name": _attack("tune", "a name of two words", inserted("James Bond")),
    "common-word": _attack("tune", "one ordinary word anywhere", inserted("window")),
    "token-end": _attack("tune", "a rare token as the last word", inserted("wug", "end")),
    "bidi": _attack("tune", "a right-to-left override inside a word", _inside_word("\u202e")),
    "clean-phrase": _attack("tune", "a fixed phrase in the target class itself", inserted(PHRASE), "clean"),
    "phrase-majority": _attack(
        "tune", "a fixed phrase, to the largest class", inserted("no cross no crown"), majority=True
    ),
    "no-break-space": _attack("tune", "a no-break space at some place", lambda t, r: insert(t, "\u00a0", r)),
    "three-tokens": _attack("tune", "one of three rare tokens", _one_of("vx9", "oqq", "zuv")),
    "greeting": _attack("tune", "a greeting as the first words", inserted("Dear all ,", "start")),
    "old-phrase": _attack("tune", "a fixed phrase at the end", inserted("by the old harbour", "end")),
    "joiner": _attack("tune", "a word joiner inside a word", _inside_word("\u2060")),
    "ticket": _attack(
        "held", "a ticket number, another each time", lambda t, r: insert(t, f"T-{r.integers(10**5)}", r)
    ),
}
