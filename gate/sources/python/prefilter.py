"""Which lines of a Python file may have a call of the catalogue, from its bytes alone.

Most files have none and need not be parsed; of the others most statements need not be walked.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from gate.sources.names import is_bucket, is_download
from gate.sources.python import helper_names, named
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
_SESSIONS = (b"Session(", b"Client(")
"""What a file must have for the methods of a client to count, beside an address."""
_LONGEST_IMPORT = 4000
_AS = re.compile(rb"(\w+)\s{1,80}as\s{1,80}(\w+)")
_LIST = re.compile(rb"\((?:[^)#]|#[^\n]*\n)*\)")
"""A list in brackets, with comments in it."""
LETTERS = (string.ascii_letters + string.digits + "_").encode()
"""What names are made of."""
_WORDS = bytes(c if c in LETTERS else 32 for c in range(256))
_DOTTED = bytes(c if c in LETTERS + b".(" else 32 for c in range(256))
"""Put spaces between words, and between dotted names and brackets: splitting there is faster than a pattern is."""
_ADDRESS = re.compile(rb"""://[^"'\s]{4,1000}""")
_SCHEME = re.compile(rb"""(?<=["'])[a-z][a-z0-9+-]{1,16}$""")
"""An address that is written as a whole: one of data counts wherever it stands."""
_LONGEST_SCHEME = 18
_JOINED = re.compile(
    rb"""\.(?:zip|tar|tgz|gz|bz2|pth?|bin|ckpt|h5|hdf5|npz|npy|csv|tsv|parquet|pkl|onnx|safetensors|mat|jsonl?)["']"""
)
"""The end of an address that may be put together."""
_CONTINUED = re.compile(rb"""["']\s{1,200}[rbuf]{0,2}["']""")
"""Behind an address that is written in several pieces."""
_FILLED = re.compile(r"\{[^{}]{0,80}\}")
"""A part of an address that is filled in."""
_MOST_ADDRESSES = 2_001
"""One more than a file may have places: a file with more holds data, and that is told."""
_OPENS = re.compile(rb"#|\"\"\"|'''|\"|'")
_UNTIL = {
    mark: re.compile(rb"[^\\%b]*(?:(?:\\.|%b(?!%b%b))[^\\%b]*)*" % ((mark[:1],) * 5), re.S) for mark in (b'"""', b"'''")
} | {mark: re.compile(rb"[^\\\n%b]*(?:\\.[^\\\n%b]*)*" % (mark, mark), re.S) for mark in (b'"', b"'")}
"""What a string holds, by the mark that opens and ends it."""


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


@cache
def _words() -> frozenset[bytes]:
    return _STARTERS.union(_names().by_word)


PACKAGES = frozenset((*(name.partition(".")[0] for name in (*EXACT, *CLASSES)), *(package for package, _ in ANYWHERE)))
"""The packages of the catalogue: no module of a repository is looked for under their names."""


def _root(dotted: str) -> bytes:
    return dotted.partition(".")[0].encode()


class _Wanted(NamedTuple):
    """What a file may call: all names, and those that count whatever stands before the dot."""

    names: frozenset[bytes]
    free: frozenset[bytes]


@lru_cache(maxsize=4096)
def _wanted(words: frozenset[bytes]) -> _Wanted:
    """What a file may call that imports these words of the catalogue."""
    names = _names()
    return _Wanted(
        names.always.union(*(names.by_word[word] for word in words)),
        names.always.union(*(names.methods[word] for word in words)),
    )


def _called(data: bytes) -> set[bytes]:
    """The dotted names of everything that stands before a bracket."""
    return {word for head in data.translate(_DOTTED).split(b"(") for word in head.rsplit(None, 1)[-1:]}


def _calls(data: bytes, name: bytes) -> Iterator[int]:
    """Where `name` is called."""
    starts = (match.start() for match in _call(name).finditer(data))
    return (start for start in starts if start == 0 or data[start - 1] not in LETTERS)


@cache
def _call(name: bytes) -> re.Pattern[bytes]:
    return re.compile(re.escape(name) + rb"\s*\(")


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


_FETCHES = re.compile(_trie(_FETCHERS))


class Uses(NamedTuple):
    """The words on the lines of a file that import, and what is called of the names among them, apart by spaces."""

    imports: bytes
    calls: bytes


class _Imported(NamedTuple):
    """The words of the catalogue that are imported, the names on those lines, and what is imported as something.

    `everything` are the words on all lines that import.
    """

    words: frozenset[bytes]
    along: set[bytes]
    renamed: list[tuple[bytes, bytes]]
    everything: set[bytes]


def _imported(data: bytes, called: set[bytes]) -> _Imported:
    lines = list(_importing(data))
    everything = set(b"\n".join(lines).translate(_WORDS).split())
    words = everything & _words()
    along: set[bytes] = set()
    renamed: list[tuple[bytes, bytes]] = []
    for line in lines if words else ():
        if not words.isdisjoint(own := line.translate(_WORDS).split()):
            along.update(own)
            if b"*" in line:
                along.add(b"*")
            if b"as" in own:
                renamed += _AS.findall(line)
    if b"://" in data:
        words.update(word for word in _SESSIONS if word in data)
    starts = words & _STARTERS and (renamed or not called.isdisjoint(_names().by_word[_SHELL]))
    if starts and _FETCHES.search(data):
        words.add(_SHELL)
    return _Imported(frozenset(words - _STARTERS), along, renamed, everything)


def _importing(data: bytes) -> Iterator[bytes]:
    """The lines that import, those of a list in brackets as one."""
    at, may_close = data.find(b"import"), True
    while at >= 0:
        first, end = max(0, at - _LONGEST_IMPORT), data.find(b"\n", at)
        end = len(data) if end < 0 else end
        if may_close and (opened := data.find(b"(", at, end)) >= 0:
            listed = _LIST.match(data, opened)
            may_close, end = listed is not None, max(end, listed.end() if listed else 0)
        yield data[max(data.rfind(b"\n", first, at) + 1, first) : end]
        at = data.find(b"import", max(end, at + 6))


class Look(NamedTuple):
    """The offsets at which a call of the catalogue may stand, and what the file uses of other modules."""

    offsets: list[int]
    uses: Uses


def look(data: bytes) -> Look:
    """What `data`, which has the line ends of Unix, may hold."""
    joined = data.replace(b"\\\n", b"  ")  # for names alone: a comment ends with its line whatever stands there
    called = _called(joined)
    names = {call.rpartition(b".")[2] for call in called}
    imported = _imported(joined, names)
    calls = (call for call in called if call.partition(b".")[0] in imported.everything)
    uses = Uses(b" ".join(imported.everything), b" ".join(calls))
    found = _candidates(joined, imported, names)
    return Look(_outside_of_strings(data, found) if found else found, uses)


def _candidates(data: bytes, imported: _Imported, called: set[bytes]) -> list[int]:
    words, along, renamed, _ = imported
    names, free = _wanted(words)
    found = [start for old, new in renamed if old in names for start in _calls(data, new)]
    for name in names & called:
        is_known = name in free or b"*" in along
        found += (start for start in _calls(data, name) if is_known or _head(data, start, name) in along)
    if b"://" in data:
        found += islice(_addresses(data), _MOST_ADDRESSES)
        found += (_opening(data, m) for m in islice(_JOINED.finditer(data), _MOST_ADDRESSES))
        found += helper_names.offsets(data)
    found += named.offsets(data)
    return sorted(set(found))


def _addresses(data: bytes) -> Iterator[int]:
    """Where addresses of data are written as a whole."""
    for match in _ADDRESS.finditer(data):
        if data[match.end() : match.end() + 1] not in (b'"', b"'"):
            continue
        scheme = _SCHEME.search(data, max(0, match.start() - _LONGEST_SCHEME), match.start())
        if scheme and (_CONTINUED.match(data, match.end()) or _is_of_data(data[scheme.start() : match.end()])):
            yield scheme.start() - 1


def _opening(data: bytes, match: re.Match[bytes]) -> int:
    """Where the text begins that ends with `match`."""
    first, end = max(0, match.start() - _LONGEST_IMPORT), match.start()
    return max(data.rfind(b'"', first, end), data.rfind(b"'", first, end), 0)


def _is_of_data(address: bytes) -> bool:
    text = _FILLED.sub("", address.decode("ascii", "replace"))
    return is_download(text) or is_bucket(text)


def _head(data: bytes, start: int, name: bytes) -> bytes:
    """The first name of the dotted one that ends with `name` at `start`."""
    before = data[max(0, start - 120) : start]
    if not before.endswith(b"."):
        return name
    return before[len(before.rstrip(LETTERS + b".")) :].partition(b".")[0]


def _outside_of_strings(data: bytes, offsets: list[int]) -> list[int]:
    """The offsets that are neither in a comment nor in a string, unless one that is computed."""
    kept: list[int] = []
    at = computed = 0
    for offset in offsets:
        if offset < computed:
            kept.append(offset)
        while at <= offset:
            opened = _OPENS.search(data, at, offset + 3)
            if opened is None or opened.end() > offset:  # the opening itself may be of three quotes
                kept.append(offset)
                break
            start, at = opened.start(), _end(data, opened.start(), opened[0])
            if _is_nested(data, start, at):
                return kept + [later for later in offsets if later >= offset]
            if at > offset and _is_computed(data, start):
                kept.append(offset)
                computed = at
    return kept


def _end(data: bytes, start: int, mark: bytes) -> int:
    """Where the comment or string ends that `mark` opens at `start`: one in single quotes with its line."""
    if mark == b"#":
        line = data.find(b"\n", start)
        return len(data) if line < 0 else line
    held = _UNTIL[mark].match(data, start + len(mark))
    at = held.end() if held else len(data)
    return at + len(mark) if data.startswith(mark, at) else at


def _is_computed(data: bytes, start: int) -> bool:
    """Whether the string that begins at `start` is an f-string."""
    before = data[max(0, start - 3) : start]
    prefix = before[len(before.rstrip(LETTERS + b".")) :].lower()
    return b"f" in prefix or b"t" in prefix


def _is_nested(data: bytes, start: int, end: int) -> bool:
    """Whether an f-string ends within a field: since Python 3.12 fields may have its quotes. What follows is open."""
    if data.find(b"{", start, end) < 0 or data.startswith(b"#", start) or not _is_computed(data, start):
        return False
    text = data[start:end].replace(b"{{", b"").replace(b"}}", b"")
    return text.count(b"{") > text.count(b"}")


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
