"""Raw text for the instruction sets: the documented functions of installed packages, and the real samples if there."""

from __future__ import annotations

import ast
import functools
import importlib.util
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
"""Samples beside the checkout; not part of the project."""


class Function(NamedTuple):
    """A documented function of a package, as text."""

    name: str
    signature: str
    summary: str
    doc: str
    body: str


@functools.cache
def functions(package: str, limit: int = 6000) -> tuple[Function, ...]:
    """The functions of an installed package that have a docstring; the source is parsed, not imported."""
    found: list[Function] = []
    for path in sorted(_root(package).rglob("*.py")):
        if "test" in path.as_posix().split("site-packages")[-1]:
            continue
        found.extend(_documented(path, package))
        if len(found) >= limit:
            break
    return tuple(found[:limit])


def _root(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else Path("/nonexistent")


def _documented(path: Path, package: str) -> Iterator[Function]:
    text = path.read_text(encoding="utf-8", errors="replace")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    lines = text.splitlines()
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef) or not (doc := ast.get_docstring(node)) or len(doc) < 30:
            continue
        first = node.body[1] if len(node.body) > 1 else node.body[0]
        body = "\n".join(lines[first.lineno - 1 : min(node.end_lineno or first.lineno, first.lineno + 40)])
        signature = f"def {node.name}({ast.unparse(node.args)}):"
        summary = doc.split("\n\n")[0].replace("\n", " ")
        yield Function(f"{package}.{path.stem}.{node.name}", signature, summary, doc[:1500], body)


@functools.cache
def records(name: str) -> tuple[dict[str, str], ...]:
    """The records of a JSON or JSON Lines file among the samples; none where it is not there."""
    path = SHARED / name
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8")
    return tuple(json.loads(text) if text.startswith("[") else map(json.loads, text.splitlines()))


def sentences(limit: int = 6000) -> list[str]:
    """Plain English sentences: news where it is there, summaries of documented functions otherwise."""
    news = [record["text"].replace("\\", " ") for record in records("agnews_test.jsonl")]
    return news[:limit] or [f.summary for package in ("numpy", "scipy") for f in functions(package)][:limit]
