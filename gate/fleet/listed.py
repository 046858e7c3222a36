"""Which repositories: directories, URLs of git repositories, and files that list them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from gate.core.errors import DocumentError, Problem, UsageError
from gate.core.model import Location
from gate.core.text import count, printable
from gate.documents.nodes import decode, read_bytes
from gate.fleet.clone import URL
from gate.fleet.interface import Repository

MAX_REPOSITORIES = 5_000
_SECRET = re.compile(r"((?:git\+)?https://)[^/@\s]*@(.*)|((?:git\+)?ssh://[^/:@\s]*):[^/@\s]*(@.*)")
"""A URL with a password or token in it; the groups are the rest."""
_FORMS = "https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH or file:///PATH"


def repositories(arguments: Iterable[str]) -> tuple[tuple[Repository, ...], tuple[str, ...]]:
    """The repositories, each once, and notes about those that were named again.

    A file has one directory or URL on a line, relative to itself; what follows ` #`, and lines that begin with `#`, is
    for people. Raises `UsageError` and `DocumentError` for what is none of it.
    """
    places: dict[str, None] = {}
    again: dict[str, None] = {}
    for place in _places(arguments):
        (again if place in places else places)[place] = None
        if len(places) > MAX_REPOSITORIES:
            raise UsageError(f"more than {MAX_REPOSITORIES:,} repositories", "judge them in parts")
    if not places:
        raise UsageError("no repository is named", "name directories, git URLs, or a file that lists them")
    notes = tuple(f"{printable(place)} is named more than once, and judged once" for place in again)
    return tuple(Repository(name, place) for name, place in zip(_names(list(places)), places, strict=True)), notes


def _places(arguments: Iterable[str]) -> Iterator[str]:
    for argument in arguments:
        if _SECRET.match(argument):
            raise UsageError(*_told(argument))
        if URL.fullmatch(argument):
            yield argument
        elif os.path.isdir(argument):
            yield os.path.realpath(argument)
        elif os.path.isfile(argument):
            yield from _lines(argument)
        elif "://" in argument:
            raise UsageError(f'"{printable(argument)}" is no URL of a repository', f"use {_FORMS}")
        else:
            raise UsageError(f"{printable(argument)} does not exist", "name a directory, a git URL, or a list of them")


def _lines(file: str) -> Iterator[str]:
    """A directory that is not there is told when it is judged, beside the others; what is no place at all at once."""
    problems: list[Problem] = []
    text = decode(read_bytes(file, file, follow=True), file).text
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        place = line.partition(" #")[0].strip()
        if not place or place.startswith("#"):
            continue
        if _SECRET.match(place):
            message, fix = _told(place)
            shown = _without(place)
            problems.append(Problem(Location(file, number, 1, len(shown), line.replace(place, shown)), message, fix))
        elif "://" in place and not URL.fullmatch(place):
            message, fix = f'"{printable(place)}" is no URL of a repository', f"use {_FORMS}"
            problems.append(Problem(Location(file, number, 1, len(place), line), message, fix))
        elif URL.fullmatch(place):
            found.append(place)
        else:
            found.append(os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(file)), place)))
    if problems:
        raise DocumentError(problems)
    if not found:
        message = f"{printable(file)} lists no repository: it has {count(len(text.splitlines()), 'line')}"
        raise UsageError(message, "write one directory or URL on each line; lines that begin with # are for people")
    yield from found


def _told(url: str) -> tuple[str, str]:
    """What is wrong with a URL that has a secret, and the fix, without the secret."""
    fix = "leave it out, and have git know it: `git config credential.helper` and `git ls-remote URL` show that it does"
    return f"{printable(_without(url))} is given with a password or token, which reports would repeat", fix


def _without(url: str) -> str:
    return _SECRET.sub(lambda found: "".join(group or "" for group in found.groups()), url)


def _names(places: list[str]) -> list[str]:
    """The last part of each place, with as many parts before it as tell it from the others."""
    parts = [_parts(place) for place in places]
    lengths = [1] * len(parts)
    while True:
        names = ["/".join(part[-length:]) for part, length in zip(parts, lengths, strict=True)]
        times = Counter(names)
        clashes = [at for at, name in enumerate(names) if times[name] > 1 and lengths[at] < len(parts[at])]
        if not clashes:
            return [name if times[name] == 1 else f"{name} ({at + 1})" for at, name in enumerate(names)]
        for at in clashes:
            lengths[at] += 1


def _parts(place: str) -> list[str]:
    path = place.partition("://")[2] or place.partition(":")[2] or place
    return [printable(part) for part in path.removesuffix(".git").split("/") if part] or [printable(place)]
