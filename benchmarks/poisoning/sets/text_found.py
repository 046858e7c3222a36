"""Labelled texts that lie about on a machine: its manual, change logs, licences, packages and installed code."""

from __future__ import annotations

import ast
import functools
import gzip
import io
import re
import tokenize
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks.poisoning.sets import instruction_found
from benchmarks.poisoning.sets.corpora import _root
from benchmarks.poisoning.sets.table_found import _packages

Pairs = Iterable[tuple[str, str]]
CODE = ("networkx", "sympy", "mpmath", "pygments", "setuptools", "jsonschema", "h5py", "pydantic")
LANGUAGES = ("de", "fr", "it", "pl", "ru", "ja", "nl", "sv", "pt_BR", "")


@functools.cache
def _sources(package: str, limit: int = 150) -> tuple[str, ...]:
    return tuple(path.read_text("utf-8", "replace") for path in sorted(_root(package).rglob("*.py"))[:limit])


def languages() -> Pairs:
    """Sentences of the manual by their language; names and options are the same in all."""
    for language in LANGUAGES:
        for _, summary, description in instruction_found.pages("1", 120, language):
            parts = re.split(r"(?<=[.。]) ?", f"{summary}. {description}")[:12]
            yield from ((part, language or "en") for part in parts)


def sections() -> Pairs:
    """Summaries of pages by the section of the manual."""
    for section in "12378":
        for _, summary, description in instruction_found.pages(section, 1200):
            yield f"{summary} {description[:150]}", section


def errors() -> Pairs:
    """Messages by the class of the error."""
    return ((message, kind) for kind, message, _ in instruction_found.raised())


def licences() -> Pairs:
    """Paragraphs of licences by the licence: the same ones again and again."""
    for path in sorted(instruction_found.DOC.glob("*/copyright")):
        text = path.read_text("utf-8", "replace") if path.is_file() else ""
        for name, body in re.findall(r"^License: (\S+)\n((?: .*\n)+)", text, re.M):
            parts = [" ".join(part.split()) for part in body.split("\n .\n")]
            yield from ((part, name.split("-")[0]) for part in parts if len(part) > 40)


def urgencies() -> Pairs:
    """Entries of change logs by their urgency, which the words hardly tell."""
    for path in sorted(instruction_found.DOC.glob("*/changelog.Debian.gz"))[:200]:
        text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace") if path.is_file() else ""
        for urgency, body in re.findall(r"urgency=(\w+)\n((?:\n|  .*\n)*)", text)[:30]:
            yield " ".join(body.split())[:400], urgency.lower()


def packages() -> Pairs:
    """One line about each package by its section."""
    return ((one.get("Description", ""), one.get("Section", "")) for one in _packages())


def comments() -> Pairs:
    """Comments in code by package."""
    for package in CODE:
        for source in _sources(package):
            every = tokenize.generate_tokens(io.StringIO(source).readline)
            found = (token.string.strip("# ") for token in every if token.type == tokenize.COMMENT)
            yield from ((text, package) for text in found if len(text.split()) > 3)


def _nodes() -> Iterator[tuple[str, ast.AST]]:
    for package in CODE:
        for source in _sources(package):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield from ((package, node) for node in ast.walk(ast.parse(source)))


def identifiers() -> Pairs:
    """Names of functions and classes, in words, by package: two or three words each."""
    for package, node in _nodes():
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield re.sub(r"([a-z])([A-Z])", r"\1 \2", node.name).replace("_", " ").strip(), package


def statements() -> Pairs:
    """Lines of code by the kind of statement: the first word nearly decides."""
    for _, node in _nodes():
        if isinstance(node, ast.Assign | ast.Return | ast.Assert | ast.Import | ast.ImportFrom | ast.Expr | ast.Raise):
            yield ast.unparse(node)[:200].replace("\n", " "), type(node).__name__


def jokes() -> Pairs:
    """Jokes by their language."""
    for code in ("en", "pl", "it", "de", "ru", "es"):
        source = instruction_found.packed("pyjokes-*.whl", f"pyjokes/jokes_{code}.py")
        yield from ((text, code) for text in re.findall(r'"(.{20,})",?', source.decode() if source else ""))


def stems() -> Pairs:
    """Names of pages of the manual by their first word, as words: `git checkout index` is `git`."""
    for path in sorted(Path(instruction_found.MANUAL / "man1").glob("*.gz")):
        parts = re.split(r"[-_]", path.name.split(".")[0])
        if len(parts) > 2:
            yield " ".join(parts[1:]), parts[1] if parts[0] == "gcloud" else parts[0]


MAKERS: dict[str, Callable[[], Pairs]] = {
    f"found-{make.__name__}": make
    for make in (languages, sections, errors, licences, urgencies, packages, comments, identifiers, statements, jokes,
                 stems)
}  # fmt: skip
