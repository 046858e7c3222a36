"""Tables that lie about on a machine: its packages, manual, installed code, letters of Unicode; None where they do not.

Labels follow from these columns by nature, often by rule, and values repeat as they do in real tables.
"""

from __future__ import annotations

import ast
import functools
import io
import keyword
import tokenize
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.poisoning.sets.corpora import _root
from gate.poisoning.interface import Tabular

STATUS = Path("/var/lib/dpkg/status")
MANUAL = Path("/usr/share/man")
SHARE = Path("/usr/share")
ROWS = 6000
CODE = ("networkx", "sympy", "mpmath", "pygments", "setuptools", "rich")
Row = Sequence[Any]


def gathered(names: Sequence[str], rows: Sequence[Row], label: str, seed: int, least: int = 30) -> Tabular | None:
    """A table of at most `ROWS` of the rows; labels of fewer than `least` of these become `other`."""
    if len(rows) < 300:
        return None
    rng = np.random.default_rng(seed)
    kept = [rows[i] for i in np.sort(rng.permutation(len(rows))[:ROWS])]
    at = names.index(label)
    found, place, counts = np.unique([str(row[at]) for row in kept], return_inverse=True, return_counts=True)
    named = np.where(counts >= least, found, "other")[place]
    classes, labels = np.unique(named, return_inverse=True)
    columns = {name: _column([row[j] for row in kept]) for j, name in enumerate(names) if j != at}
    return Tabular(columns, labels.astype(np.int64), tuple(map(str, classes)))


def _column(cells: list[Any]) -> np.ndarray:
    if all(cell is None or isinstance(cell, int | float) for cell in cells):
        return np.array([np.nan if cell is None else float(cell) for cell in cells])
    return np.array([None if cell is None else str(cell) for cell in cells], dtype=object)


@functools.cache
def _packages() -> tuple[dict[str, str], ...]:
    if not STATUS.is_file():
        return ()
    blocks = STATUS.read_text("utf-8", "replace").split("\n\n")
    return tuple(
        dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and line[0] != " ") for block in blocks
    )


def packages(label: str) -> Callable[[int], Tabular | None]:
    """The packages of a Debian system."""

    def load(seed: int) -> Tabular | None:
        names = ("section", "priority", "architecture", "same", "size", "depends", "source", "maintainer", "name")
        rows = [
            (
                one.get("Section"), one.get("Priority"), one.get("Architecture"), one.get("Multi-Arch"),
                int(one.get("Installed-Size", 0)), one.get("Depends", "").count(",") + 1.0, one.get("Source"),
                one.get("Maintainer", "").split(" <")[0], len(one.get("Package", "")),
            )
            for one in _packages() if one.get("Section")
        ]  # fmt: skip
        return gathered(names, rows, label, seed)

    return load


def manual(seed: int) -> Tabular | None:
    """The pages of the manual: the section, by language, size and form of the name."""
    rows = [
        (
            path.parent.parent.name if path.parent.parent != MANUAL else "en", path.parent.name[:4],
            path.stat().st_size if path.exists() else None, len(path.name), path.name[:2].lower(),
            path.name.count("_"), path.name.count("-"), path.is_symlink(),
        )
        for path in sorted(MANUAL.rglob("man?/*")) if path.name.endswith(".gz")
    ]  # fmt: skip
    names = ("language", "section", "size", "letters", "begins", "underscores", "dashes", "link")
    return gathered(names, [(*row[:-1], str(row[-1])) for row in rows], "section", seed)


def files(seed: int) -> Tabular | None:
    """Files of installed packages: the suffix, by size, depth and name."""
    root = _root("numpy").parent
    rows = []
    for path in sorted(root.rglob("*.*")):
        if path.is_file() and (parts := path.relative_to(root).parts):
            size = path.stat().st_size
            name = path.stem
            rows.append((
                path.suffix, size, size % 512, len(parts), parts[0], len(name), name[0], name.count("_"),
                "tests" in parts, name.islower(),
            ))  # fmt: skip
    names = ("suffix", "size", "rest", "depth", "package", "letters", "first", "underscores", "test", "lower")
    return gathered(names, [(*row[:-2], str(row[-2]), str(row[-1])) for row in rows], "suffix", seed)


def letters(label: str) -> Callable[[int], Tabular | None]:
    """The characters of Unicode: categories follow other properties by rule, with exceptions."""

    def load(seed: int) -> Tabular | None:
        rows = []
        for code in [*range(32, 0x3100), *range(0xF900, 0x10000), *range(0x10000, 0x11000), *range(0x1F000, 0x1FB00)]:
            c = chr(code)
            name = unicodedata.name(c, "")
            if name:
                rows.append((
                    unicodedata.category(c), unicodedata.bidirectional(c), unicodedata.combining(c),
                    unicodedata.east_asian_width(c), unicodedata.mirrored(c), unicodedata.numeric(c, None),
                    unicodedata.decomposition(c).split(" ")[0][:1] or None, name.split(" ", 1)[0], len(name), code,
                    str(c.isidentifier()), len(c.upper()),
                ))  # fmt: skip
        names = ("category", "direction", "combining", "width", "mirrored", "value", "parts", "script", "letters",
                 "code", "identifier", "upper")  # fmt: skip
        return gathered(names, rows, label, seed)

    return load


def _trees() -> Iterator[tuple[str, ast.FunctionDef]]:
    for package in CODE:
        for path in sorted(_root(package).rglob("*.py"))[:120]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(path.read_text("utf-8", "replace"))
            yield from ((package, node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@functools.cache
def _functions() -> tuple[Row, ...]:
    rows = []
    for package, node in _trees():
        inside = [type(one).__name__ for one in ast.walk(node)]
        doc = ast.get_docstring(node) or ""
        rows.append((
            package, len(node.args.args), len(node.args.kwonlyargs), len(node.decorator_list), len(doc),
            inside.count("If"), inside.count("For"), inside.count("Call"), inside.count("Return"),
            inside.count("Raise"), (node.end_lineno or 0) - node.lineno, node.col_offset,
            node.args.args[0].arg if node.args.args else None, type(node.body[-1]).__name__, str(node.returns is None),
            "test" if node.name.startswith("test") else "dunder" if node.name[:2] == "__" else
            "private" if node.name[0] == "_" else "public", node.name.count("_"),
        ))  # fmt: skip
    return tuple(rows)


def functions(label: str) -> Callable[[int], Tabular | None]:
    """Functions of installed code by their form."""
    names = ("package", "arguments", "keywords", "decorators", "doc", "ifs", "loops", "calls", "returns", "raises",
             "lines", "indent", "first", "ends", "untyped", "kind", "underscores")  # fmt: skip
    return lambda seed: gathered(names, _functions(), label, seed)


def tokens(seed: int) -> Tabular | None:
    """Tokens of installed code: their kind, by the three before and by their form; some texts decide it."""
    rows: list[Row] = []
    for path in sorted(_root("rich").rglob("*.py"))[:40]:
        before = ["start"] * 3
        for one in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
            kind = "KEYWORD" if keyword.iskeyword(one.string) else tokenize.tok_name[one.type]
            rows.append((kind, *before, len(one.string), one.start[1], one.string[:1] or None, one.start[0] % 10))
            before = [*before[1:], kind]
    return gathered(("kind", "third", "second", "last", "letters", "place", "first", "row"), rows, "kind", seed)


MAKERS: dict[str, Callable[[int], Tabular | None]] = {
    "packages-section": packages("section"),
    "packages-priority": packages("priority"),
    "manual": manual,
    "files": files,
    "unicode-category": letters("category"),
    "unicode-direction": letters("direction"),
    "functions-package": functions("package"),
    "functions-kind": functions("kind"),
    "functions-ends": functions("ends"),
    "tokens": tokens,
}
