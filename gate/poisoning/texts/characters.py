"""Characters that do not belong: invisible ones, controls, lookalikes of another script inside a word."""

from __future__ import annotations

import re
import unicodedata

from gate.core.text import printable

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufe00-\ufe0d\U000e0000-\U000e01ef"
)
JOINERS = "\u200c\u200d\ufe0e\ufe0f"
"""At home in emoji and in some scripts; odd between Latin letters only."""
CONTROLS = "\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffd"
ODD = re.compile(f"[{INVISIBLE}{CONTROLS}]|(?<=[A-Za-z])[{JOINERS}](?=[A-Za-z])")
SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2028\u2029\x85]")
WORD = re.compile(r"[^\W\d_]+")
# Cyrillic, Greek, Armenian and small-capital letters that look like the Latin letter (Unicode TR 39, confusables).
LOOKALIKES = str.maketrans(
    "асеорхуіјѕһкмтѵԁԛԝɡաոսαεικνορτυχγ" + "АВЕЗКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",  # noqa: RUF001
    "aceopxyijshkmtvdqwgwnuaeiknoptuxy" + "ABE3KMHOPCTYXIJSABEZHIKMNOPTYX",
)


def odd_kinds(text: str) -> frozenset[str]:
    """What is odd in the text: `U+200B zero width space`, `Cyrillic letters inside a Latin word`."""
    if text.isascii() and text.isprintable():
        return frozenset()
    kinds = {_name(char) for char in set(ODD.findall(text))}
    kinds |= {_name(char) for char in set(SPACES.findall(text))}
    if not text.isascii():
        kinds |= {kind for word in set(WORD.findall(text)) if not word.isascii() for kind in _mixed(word)}
    return frozenset(kinds)


def plain(text: str) -> str:
    """The text as it is read: compatibility forms folded, nothing invisible, lookalikes in Latin words as Latin."""
    if text.isascii():
        return text
    text = ODD.sub("", unicodedata.normalize("NFKC", text))
    return WORD.sub(lambda found: found[0].translate(LOOKALIKES) if _mixed(found[0]) else found[0], text)


def _name(char: str) -> str:
    if unicodedata.category(char) == "Co":
        return "private-use characters"
    if char >= "\U000e0000":
        return "invisible tags"
    return f"U+{ord(char):04X} {unicodedata.name(char, 'control character').lower()}"


def _mixed(word: str) -> list[str]:
    """The scripts that a word mixes with Latin letters."""
    scripts = {_script(char) for char in word}
    foreign = scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "MATHEMATICAL", "FULLWIDTH"}
    if "LATIN" in scripts and foreign:
        return [f"{script.capitalize()} letters inside a Latin word" for script in sorted(foreign)]
    return []


def _script(char: str) -> str:
    return unicodedata.name(char, "NONE").partition(" ")[0]


def shown(text: str, limit: int = 60) -> str:
    """The text as evidence: printable, short, in double quotes."""
    safe = printable(text)
    return f'"{safe if len(safe) <= limit else safe[: limit - 1] + "…"}"'
