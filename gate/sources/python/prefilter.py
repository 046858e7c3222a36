"""Which lines of a Python file may have a call of the catalogue, from its bytes alone.

Most files have none and need not be parsed; of the others most statements need not be walked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from gate.sources.keys import STRONG
from gate.sources.names import is_download
from gate.sources.python.calls import EXACT
from gate.sources.python.classes import CLASSES
from gate.sources.python.packages import ANYWHERE, METHODS

_FETCHERS = (
    *(b"wget", b"curl", b"aria2c", b"aws", b"gsutil", b"gcloud", b"azcopy", b"rclone", b"huggingface-cli", b"gdown"),
    *(
        b"hf ",
        b"pget",
        b"s5cmd",
        b'"hf"',
        b"'hf'",
        b"kaggle",
        b"clone",
        b"lfs",
        b"dvc",
        b"modelscope",
        b"spacy",
        b"nltk",
        b"_name_or_path",
    ),
)
"""Words without which no command line fetches anything: see `gate.sources.commands`."""
_SHELL = b" shell"
"""Stands for a file that starts processes and has one of these words."""
_STARTERS = frozenset((b"os", b"subprocess"))
_COMMON = frozenset((b"torch", b"numpy", b"transformers", b"pickle", b"requests", b"pandas", b"datasets", _SHELL))
"""Words that most files with calls import; files with others share one pattern, for building one takes time."""
_SESSIONS = (b"Session(", b"Client(")
"""What a file must have for the methods of a client to count, beside an address."""
_LONGEST_IMPORT = 4000
_AS = re.compile(rb"(\w+) as (\w+)")
_WORD = re.compile(rb"\w+")
_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."
_ADDRESS = re.compile(rb"""["']([a-z][a-z0-9+-]{1,16}://[^"'\s]{4,1000})["']""")
"""An address that is written as a whole: one of data counts wherever it stands."""
_NAMED = re.compile(
    rb"""(?i)["']?(?:""" + b"|".join(sorted(word.encode() for word in STRONG)) + rb""")["']?[ ]?[:=][ ]?["'][\w.-]+/"""
)
"""A model that is named under a key that says so."""
_MOST_ADDRESSES = 2_001
"""One more than a file may have places: a file with more holds data, and that is told."""
_OPENS = re.compile(rb"#|\"\"\"|'''|\"|'")
_ESCAPES = 64
"""Backslashes in front of a quote that are counted."""


class _Names(NamedTuple):
    """Names of calls: those that say enough, and those that count in files that import a package, by a word of it.

    `methods` are those that count whatever stands before the dot, in the same way.
    """

    always: frozenset[bytes]
    by_word: dict[bytes, frozenset[bytes]]
    methods: dict[bytes, frozenset[bytes]]


@cache
def _names() -> _Names:
    always: set[bytes] = set()
    found: dict[bytes, set[bytes]] = {}

    def add(word: bytes, name: str) -> None:
        found.setdefault(word, set()).add(name.encode())

    for dotted, call in EXACT.items():
        add(_SHELL if call.service == "shell" else _root(dotted), dotted.rpartition(".")[2])
    for package, name in ANYWHERE:
        add(_root(package), name)
    for package, (_, names) in CLASSES.items():
        for name in names.split():
            add(_root(package), name.rpartition(".")[2])
            add(b"tensorflow" if package.startswith("keras.") else _root(package), name.rpartition(".")[2])
    for name, (_, packages) in METHODS.items():
        for package in packages:
            add(package.encode(), name)
        if not packages:
            always.add(name.encode())
    methods = {
        word: frozenset(name.encode() for name, (_, packages) in METHODS.items() if word.decode() in packages)
        for word in found
    }
    return _Names(frozenset(always), {word: frozenset(names) for word, names in found.items()}, methods)


PACKAGES = frozenset((*(name.partition(".")[0] for name in (*EXACT, *CLASSES)), *(package for package, _ in ANYWHERE)))
"""The packages of the catalogue: no module of a repository is looked for under their names."""


def _root(dotted: str) -> bytes:
    return dotted.partition(".")[0].encode()


@lru_cache(maxsize=256)
def _pattern(words: frozenset[bytes]) -> re.Pattern[bytes]:
    """Finds the calls that a file may have which imports these words."""
    names = _names()
    wanted = names.always.union(*(names.by_word[word] for word in words))
    return re.compile(rb"\b(" + _trie(wanted) + rb")\s*\(")


def _trie(names: Iterable[bytes]) -> bytes:
    """A pattern for any of `names` in which what they begin with stands once: many times faster than a plain list."""
    groups: dict[bytes, list[bytes]] = {}
    for name in names:
        groups.setdefault(name[:1], []).append(name[1:])
    ends = groups.pop(b"", None) is not None
    parts = [re.escape(head) + _trie(groups[head]) for head in sorted(groups)]
    if not parts:
        return b""
    return b"(?:" + b"|".join(parts) + b")" + (b"?" if ends else b"")


class _Imported(NamedTuple):
    """The words of the catalogue that are imported, the names on those lines, and what is imported as something."""

    words: frozenset[bytes]
    along: set[bytes]
    renamed: list[tuple[bytes, bytes]]


def _imported(data: bytes) -> _Imported:
    known = _names().by_word
    words: set[bytes] = set()
    along: set[bytes] = set()
    renamed: list[tuple[bytes, bytes]] = []
    at = data.find(b"import")
    while at >= 0:
        start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
        end = len(data) if end < 0 else end
        if b"(" in data[at:end] and b")" not in data[at:end]:
            end = data.find(b")", end, end + _LONGEST_IMPORT)
            end = at + _LONGEST_IMPORT if end < 0 else end
        line = set(_WORD.findall(data[start : min(end, start + _LONGEST_IMPORT)]))
        if not line.isdisjoint(known) or not line.isdisjoint(_STARTERS):
            words |= line & (known.keys() | _STARTERS)
            along |= line
            if b"*" in data[at:end]:
                along.add(b"*")
            if b" as " in data[at:end]:
                renamed += _AS.findall(data, at, end)
        at = data.find(b"import", max(end, at + 6))
    if b"://" in data:
        words.update(word for word in _SESSIONS if word in data)
    if words & _STARTERS and any(word in data for word in _FETCHERS):
        words.add(_SHELL)
    return _Imported(frozenset(words - _STARTERS), along, renamed)


def candidates(data: bytes) -> list[int]:
    """Offsets at which a call of the catalogue may stand; `data` has the line ends of Unix."""
    words, along, renamed = _imported(data)
    names = _names()
    pattern = _pattern(words if words <= _COMMON else frozenset(names.by_word))
    wanted = names.always.union(*(names.by_word[word] for word in words))
    free = names.always.union(*(names.methods[word] for word in words))
    renamed_calls = (new for old, new in renamed if old in wanted)
    found = [match.start() for name in renamed_calls for match in re.finditer(rb"\b" + name + rb"\s*\(", data)]
    for match in pattern.finditer(data):
        name = match[1]
        if name in free or (name in wanted and (_head(data, match.start(), name) in along or b"*" in along)):
            found.append(match.start())
    if b"://" in data:
        found += (m.start() for m in islice(_ADDRESS.finditer(data), _MOST_ADDRESSES) if _is_of_data(m[1]))
    if b"_model" in data or b"_name_or_path" in data or b"_MODEL_ID" in data:
        found += (m.start() for m in islice(_NAMED.finditer(data), _MOST_ADDRESSES))
    return _outside_of_strings(data, sorted(found)) if found else found


def _is_of_data(address: bytes) -> bool:
    return is_download(address.decode("ascii", "replace"))


def _head(data: bytes, start: int, name: bytes) -> bytes:
    """The first name of the dotted one that ends with `name` at `start`."""
    before = data[max(0, start - 120) : start]
    if not before.endswith(b"."):
        return name
    return before[len(before.rstrip(_NAME)) :].partition(b".")[0]


def _outside_of_strings(data: bytes, offsets: list[int]) -> list[int]:
    """The offsets that are neither in a comment nor in a string, unless one that is computed."""
    kept: list[int] = []
    at = computed = 0
    for offset in offsets:
        if offset < computed:
            kept.append(offset)
        while at <= offset:
            opened = _OPENS.search(data, at, offset)
            if opened is None:
                kept.append(offset)
                break
            start, at = opened.start(), _end(data, opened.start(), opened[0])
            if at > offset and _is_computed(data, start):
                kept.append(offset)
                computed = at
    return kept


def _end(data: bytes, start: int, mark: bytes) -> int:
    """Where the comment or string ends that `mark` opens at `start`: one in single quotes with its line."""
    line = data.find(b"\n", start) if len(mark) == 1 else -1
    line = len(data) if line < 0 else line
    if mark == b"#":
        return line
    at = data.find(mark, start + len(mark), line)
    while at >= 0 and (at - len(data[max(0, at - _ESCAPES) : at].rstrip(b"\\")) - max(0, at - _ESCAPES)) % 2:
        at = data.find(mark, at + 1, line)
    return line if at < 0 else at + len(mark)


def _is_computed(data: bytes, start: int) -> bool:
    """Whether the string that begins at `start` is an f-string."""
    before = data[max(0, start - 3) : start]
    prefix = before[len(before.rstrip(_NAME)) :].lower()
    return b"f" in prefix or b"t" in prefix


def lines_of(data: bytes, offsets: Iterable[int]) -> list[int]:
    """The lines, counted from 1, on which ascending `offsets` stand, each once."""
    lines: list[int] = []
    line, before = 1, 0
    for offset in offsets:
        line += data.count(b"\n", before, offset)
        before = offset
        if not lines or lines[-1] != line:
            lines.append(line)
    return lines
