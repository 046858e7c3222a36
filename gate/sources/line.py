"""One command as a program, its options and its other words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gate.sources import flaws
from gate.sources.interface import HOLE, Flaw, Source


class Line(NamedTuple):
    """One command: its program, its other words, and the options among them.

    `plain` are those that are neither options nor their values; `is_module` says that it is one of Python.
    """

    program: str
    words: tuple[str, ...]
    options: Mapping[str, str]
    plain: tuple[str, ...]
    is_module: bool = False


def transport(source: Source) -> tuple[Flaw, ...]:
    """What is wrong with the way that a source comes."""
    unencrypted = flaws.unencrypted(source)
    return (unencrypted,) if unencrypted else ()


_VALUED = frozenset(
    (
        *("--revision", "--repo-type", "--type", "--local-dir", "--cache-dir", "--token", "--include", "--exclude"),
        *(
            "--region",
            "--profile",
            "--endpoint-url",
            "--rev",
            "-b",
            "--branch",
            "--depth",
            "-H",
            "--header",
            "--output",
        ),
        *("--acl", "--storage-class", "--content-type", "--cache-control", "--request-payer", "--sse"),
        *("-o", "-O", "-P", "-p", "--path", "--dest", "--quantization", "--max-workers"),
    )
)
"""Options whose value is a word of its own, and never what is fetched."""


def parse_line(program: str, words: list[str], *, module: bool) -> Line:
    """The command `program` with its other `words`; `module` says that it is one of Python."""
    options: dict[str, str] = {}
    plain: list[str] = []
    for number, word in enumerate(words):
        if word.startswith("-") and len(word) > 1 and HOLE not in word.partition("=")[0]:
            name, mark, value = word.partition("=")
            follows = words[number + 1] if number + 1 < len(words) else ""
            options.setdefault(name, value if mark else "" if follows.startswith("-") else follows)
        elif number == 0 or words[number - 1] not in _VALUED:
            plain.append(word)
    return Line(program, tuple(words), options, tuple(plain), module)


def option(line: Line, *names: str) -> str | None:
    """The value of the first option of `names` that is given one."""
    return next((line.options[name] for name in names if line.options.get(name)), None)
