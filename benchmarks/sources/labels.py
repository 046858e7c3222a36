"""The labelled set: files of realistic code in which every place that pulls something in is marked.

A marker `⟦URL FLAGS⟧` stands at the end of a line: the source as a DBOM would have it (`hf:` and `ds:` are models and
datasets of the Hugging Face Hub), `-` for a load of a file at hand, `?` for a source that only the run knows. Flags:
U unpinned, R runs remote code, L loads unsafely, T insecure transport. The markers are taken out before reading.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gate.sources.discover import discover
from gate.sources.interface import HOLE, Source
from gate.sources.read import Reading

FOLDER = Path(__file__).resolve().parent / "labelled"
_MARK = re.compile(r"[ \t]*⟦([^⟧]*)⟧")
_RULES = {
    "U": "sources/unpinned",
    "R": "sources/remote-code",
    "L": "sources/unsafe-load",
    "T": "sources/insecure-transport",
}


class Item(NamedTuple):
    """One thing to be said about a line: a source, `-` for none, or a rule that it breaks."""

    path: str
    line: int
    what: str


class Labelled(NamedTuple):
    """One file: what is in it, the marked places, the items they come to, and the lines with unknown sources."""

    path: str
    data: bytes
    places: int
    items: frozenset[Item]
    unknown: frozenset[int]


def load() -> Iterator[Labelled]:
    """Every file of the set."""
    for file in sorted(FOLDER.glob("*.labelled")):
        path = file.name.removesuffix(".labelled").replace("__", "/")
        yield _parse(path, file.read_text("utf-8"))


def _parse(path: str, text: str) -> Labelled:
    lines, items, unknown, places = [], set(), set(), 0
    for number, line in enumerate(text.split("\n"), 1):
        for mark in _MARK.findall(line):
            places += 1
            what, *flags = mark.split()
            if what == "?":
                unknown.add(number)
                continue
            items.add(Item(path, number, _url(what)))
            items |= {Item(path, number, _RULES[flag]) for flag in flags}
        lines.append(_MARK.sub("", line))
    return Labelled(path, "\n".join(lines).encode(), places, frozenset(items), frozenset(unknown))


def _url(short: str) -> str:
    short = re.sub(r"^hf:", "https://huggingface.co/", short)
    return re.sub(r"^ds:", "https://huggingface.co/datasets/", short)


def readings(labelled: list[Labelled]) -> dict[str, Reading]:
    """What the gate finds in the files, as one repository."""
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as root:
        for one in labelled:
            file = Path(root, one.path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(one.data)
        discovered = discover(root, [one.path for one in labelled], (), frozenset(), 1)
    return {reading.path: reading for reading in discovered.readings}


def said(one: Labelled, reading: Reading | None) -> tuple[frozenset[Item], frozenset[int]]:
    """What the gate says about the file, in the same terms: the items, and the lines with unknown sources."""
    items: set[Item] = set()
    unknown: set[int] = set()
    for place in reading.sites if reading else ():
        line, source = place.site.line, place.site.source
        if source is None:
            items.add(Item(one.path, line, "-"))
        elif HOLE in source.url:
            unknown.add(line)
        else:
            items |= {Item(one.path, line, what) for what in _said(source)}
        items |= {Item(one.path, line, flaw.rule) for flaw in place.site.flaws}
    return frozenset(items), frozenset(unknown)


def _said(source: Source) -> Iterator[str]:
    yield source.url
    if source.pin in ("moving", "dynamic"):
        yield "sources/unpinned"
