"""The frozen lists of `lists/`, read when they are first asked for.

`known-*.txt` are written by hand, the others, one for each top-level package, by `tools/pickle_lists.py`. A package's
list and `known-allow.txt` have one line for each kind and module: `allow torch.nn.parameter: Buffer Parameter`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "lists"


class Words:
    """Names with their reason; `*` at the end or in front stands for whatever goes on there."""

    def __init__(self, words: list[tuple[str, str]]) -> None:
        self._whole = dict(words)
        self._starts = [(word[:-1], why) for word, why in words if word.endswith("*")]
        self._ends = [(word[1:], why) for word, why in words if word.startswith("*")]

    def find(self, name: str) -> str:
        """The reason for `name`, empty if there is none."""
        if (why := self._whole.get(name)) is not None:
            return why
        for start, why in self._starts:
            if name.startswith(start):
                return why
        return next((why for end, why in self._ends if name.endswith(end)), "")


class Denials(NamedTuple):
    """Reasons: of modules and names with all they hold, and of last components, anywhere and in `packages`."""

    known: dict[str, str]
    last: Words
    theirs: Words
    packages: frozenset[str]


def has(entries: dict[str, str], key: str, name: str) -> bool:
    """Whether a list has `name` on the line that begins with `key`."""
    return f" {name} " in entries.get(key, "") and " " not in name


def entries_of(file: str) -> dict[str, str]:
    """The names of each `kind module` in one of our lists; nothing if there is no such list."""
    return _read(file) if file in _files() else {}


@cache
def moved() -> dict[str, str]:
    """Where Python 3 has the modules and names of Python 2."""
    return dict(line.split() for line in _lines("known-python2"))


@cache
def denials() -> Denials:
    """What the hand-written lists deny."""
    known: dict[str, str] = {}
    last: list[tuple[str, str]] = []
    theirs: list[tuple[str, str]] = []
    packages: list[str] = []
    why = ""
    for line in _lines("known-stdlib") + _lines("known-deny"):
        kind, _, words = line.partition(" ")
        if line[:1] == "[":
            why = line.strip("[]")
        elif kind == "modules":
            known.update(dict.fromkeys(words.split(), why))
        elif kind == "names":
            module, _, names = words.partition(": ")
            known.update((f"{module}.{name}", why) for name in names.split())
        elif kind == "packages":
            packages += words.split()
        elif kind in ("last", "theirs"):
            (last if kind == "last" else theirs).extend((word, why) for word in words.split())
    return Denials(known, Words(last), Words(theirs), frozenset(packages))


@cache
def _files() -> frozenset[str]:
    return frozenset(path.stem for path in _FOLDER.iterdir())


@cache
def _read(file: str) -> dict[str, str]:
    return {key: f" {names} " for key, _, names in (line.partition(": ") for line in _lines(file))}


def _lines(file: str) -> list[str]:
    lines = (_FOLDER / f"{file}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line[:1] not in ("", "#")]
