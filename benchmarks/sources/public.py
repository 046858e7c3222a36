"""Precision and recall on public code: `python -m benchmarks.sources.public [SET]` from the root of the project.

`public_labels` says what readers who did not know the gate found in files of public packages: where data or weights
come in, and where a file is loaded unsafely. The packages are fetched first, into `build/public`, and never run.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.sources.packages import CACHE, fetch
from gate.sources.discover import discover
from gate.sources.interface import HOLE

LABELS = Path(__file__).resolve().parent / "public_labels"


class Label(NamedTuple):
    """A place that a reader found: its lines, those on which it may be told as well, and what comes in there.

    `what` is `-` for a load of a file at hand and `?` for what only the run knows. The reader of one that is not `sure`
    says that others could see it differently: it counts neither as missed nor as wrong.
    """

    path: str
    lines: frozenset[int]
    what: str
    flags: str
    sure: bool


class Said(NamedTuple):
    """A place that the gate names, with its source: `-` and `?` as in labels."""

    path: str
    lines: frozenset[int]
    what: str


def main() -> None:
    """Prints what is missed and what is wrong, then the numbers by language."""
    names = sys.argv[1:] or sorted(file.stem for file in LABELS.glob("*.jsonl"))
    labels: list[Label] = []
    files: set[str] = set()
    for name in names:
        for line in (LABELS / f"{name}.jsonl").read_text("utf-8").splitlines():
            entry = json.loads(line)
            files.add(entry["path"])
            labels += (_label(entry["path"], place) for place in entry["places"])
    packages = sorted({path.partition("/")[0] for path in files})
    fetch(packages)
    said = [one for package in packages for one in told(package)]
    counts: Counter[tuple[str, str]] = Counter()
    for language, kind, item in compared(labels, said, files):
        counts[language, kind] += 1
        counts["all", kind] += 1
        if kind != "found":
            print(f"{kind}: {item.path}:{min(item.lines)}: {item.what}")
    for language in sorted({language for language, _ in counts}, key=lambda name: (name == "all", name)):
        found, missed, wrong = (counts[language, kind] for kind in ("found", "missed", "wrong"))
        precision, recall = found / max(1, found + wrong), found / max(1, found + missed)
        print(f"{language}: precision {precision:.1%}, recall {recall:.1%} ({found=}, {missed=}, {wrong=})")


def told(package: str) -> Iterator[Said]:
    """What the gate finds in one package, as a repository of its own."""
    for reading in discover(str(CACHE / package), None, (), frozenset(), 2).readings:
        for site, _, _ in reading.sites:
            lines = frozenset(range(site.line, site.line + site.text.count("\n") + 1))
            known = "-" if site.source is None else site.source.url
            yield Said(f"{package}/{reading.path}", lines, "?" if HOLE in known else known)


def compared(labels: list[Label], said: list[Said], files: set[str]) -> Iterator[tuple[str, str, Label | Said]]:
    """The language and the outcome of each sure label, and of what is said where no reader found anything.

    What a reader labelled where it is handed on also counts as found where the gate tells the same source at another
    place of the package.
    """
    here: dict[str, list[Said]] = {}
    sources: dict[str, set[str]] = {}
    for one in said:
        here.setdefault(one.path, []).append(one)
        sources.setdefault(one.path.partition("/")[0], set()).add(one.what)
    explained: set[Said] = set()
    for label in labels:
        hits = [one for one in here.get(label.path, ()) if one.lines & label.lines]
        explained.update(hits)
        if label.sure:
            found = hits or _address(label.what) in sources.get(label.path.partition("/")[0], ())
            yield _language(label.path), "found" if found else "missed", label
    for one in said:
        if one.path in files and one.what != "?" and one not in explained:
            yield _language(one.path), "wrong", one


def _label(path: str, place: dict[str, Any]) -> Label:
    first, last, *also = place["lines"]
    return Label(
        path,
        frozenset((*range(first, last + 1), *also)),
        str(place["what"]),
        str(place.get("flags", "")),
        bool(place.get("sure", True)),
    )


def _address(what: str) -> str:
    return re.sub(r"^ds:", "https://huggingface.co/datasets/", re.sub(r"^hf:", "https://huggingface.co/", what))


def _language(path: str) -> str:
    name = path.rpartition("/")[2].lower()
    if "dockerfile" in name or "makefile" in name:
        return "dockerfile" if "dockerfile" in name else "makefile"
    return {"yml": "yaml", "bash": "sh", "sbatch": "sh"}.get(name.rpartition(".")[2], name.rpartition(".")[2])


if __name__ == "__main__":
    main()
