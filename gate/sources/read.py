"""One file: which reader it gets, and the limits within which it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gate.core.model import Location
from gate.core.text import shorten, size
from gate.sources.commands import FETCHERS
from gate.sources.interface import Found, Gap, Site
from gate.sources.pragmas import Pragma, pragmas

if TYPE_CHECKING:
    from gate.sources.python.around import Around, Modules
    from gate.sources.python.prefilter import Uses

MAX_BYTES = 64 << 20
"""Bytes of a file that are looked at."""
MAX_CONFIG = 1 << 20
"""Bytes of a JSON file that people write; larger ones hold data, in which addresses are content."""
MAX_SCRIPT = 1 << 20
"""Bytes of a script, which nobody writes longer."""
MAX_SITES = 2_000
"""Places of one file; a file with more is generated."""
MAX_SNIPPET = 400

Language = str
Callers = Mapping[str, tuple[str, ...]]
"""Files that call a function, by its name."""

_BY_NAME = re.compile(
    r"(?P<dockerfile>(?:.*/)?(?:[Dd]ockerfile|[Cc]ontainerfile)(?:[.\-_][^/]*)?|.*\.[Dd]ockerfile)"
    r"|(?P<makefile>(?:.*/)?(?:GNU)?[Mm]akefile(?:\.[^/]*)?|.*\.mk)"
    r"|(?P<workflow>(?:.*/)?(?:\.github/(?:workflows|actions)/.*\.ya?ml|action\.ya?ml|\.gitlab-ci[^/]*\.ya?ml|\.gitlab/.*\.ya?ml|azure-pipelines[^/]*\.ya?ml"
    r"|\.azure-pipelines/.*\.ya?ml|\.circleci/.*\.ya?ml|\.travis\.yml|bitbucket-pipelines\.yml|\.buildkite/.*\.ya?ml|cloudbuild\.ya?ml|\.drone\.yml|appveyor\.yml|\.cirrus\.yml|\.woodpecker/.*\.ya?ml|dvc\.yaml|docker-compose[^/]*\.ya?ml|compose[^/]*\.ya?ml))"
    r"|(?P<requirements>(?:.*/)?(?:[\w.-]*requirements[\w.-]*|requirements/[^/]+|constraints[\w.-]*)\.(?:txt|in)|(?:.*/)?(?:pyproject\.toml|Pipfile))"
    r"|(?P<config>.*[^/.]_ya?ml)|(?P<lines>(?:.*/)?\.env(?:\.[^/]*)?)"
    r"|(?P<skipped>(?:.*/)?(?:\.github/ISSUE_TEMPLATE/.*\.ya?ml|package(?:-lock)?\.json|tsconfig[^/]*\.json|[^/]*\.lock|pnpm-lock\.yaml|poetry\.lock|Cargo\.toml|\.pre-commit-config\.yaml|mkdocs\.yml"
    r"|CITATION\.cff|codemeta\.json|dbom\.(?:ya?ml|json)|gate-policy\.ya?ml|renovate\.json|\.?dependabot\.ya?ml|tokenizer\.json|vocab\.json|special_tokens_map\.json"
    r"|model\.safetensors\.index\.json|[^/]*\.cyclonedx\.json|[^/]*\.spdx\.json|composer\.json|manifest\.json|.*\.sarif|openapi[^/]*\.(?:json|ya?ml)|swagger[^/]*\.(?:json|ya?ml)))",
)
_BY_EXTENSION: dict[str, Language] = {
    "py": "python",
    "pyw": "python",
    "pyi": "skipped",
    "ipynb": "notebook",
    "sh": "shell",
    "bash": "shell",
    "zsh": "shell",
    "ksh": "shell",
    "slurm": "shell",
    "sbatch": "shell",
    "yaml": "config",
    "yml": "config",
    "json": "json",
    "toml": "lines",
    "gin": "lines",
    "jsonnet": "lines",
    "libsonnet": "lines",
    "conf": "lines",
    "properties": "lines",
    "tf": "lines",
    "tfvars": "lines",
    "ps1": "shell",
    "bat": "shell",
    "cmd": "shell",
    "cfg": "lines",
    "ini": "lines",
    "env": "lines",
}
_SHEBANG = re.compile(rb"#!.*?\b(python|bash|sh|zsh|ksh)")


class Reading(NamedTuple):
    """What one file holds; `problem` says why it was not read at all.

    `asks` are its functions and classes of which the callers would say what a place pulls in, `uses` is what it uses of
    other modules, and `callers` are the other files that were looked at.
    """

    path: str
    size: int = 0
    sites: tuple[Located, ...] = ()
    gaps: tuple[Gap, ...] = ()
    problem: str = ""
    asks: tuple[str, ...] = ()
    uses: Uses | None = None
    callers: Callers = {}  # noqa: RUF012 - never changed


class Located(NamedTuple):
    """A site with its place for a person, and what a comment beside it says."""

    site: Site
    location: Location
    pragmas: tuple[Pragma, ...] = ()


def language_of(path: str, head: bytes = b"") -> Language | None:
    """The language that `path` is read as; None for what is none of them."""
    if path.endswith((".py", ".ipynb")):  # most files; the pattern for the others takes longer than reading one
        return "python" if path.endswith(".py") else "notebook"
    if named := _BY_NAME.fullmatch(path):
        return None if named.lastgroup == "skipped" else named.lastgroup
    name = path.rpartition("/")[2]
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    language = _BY_EXTENSION.get(extension)
    if language is None and not extension and (match := _SHEBANG.match(head)):
        language = "python" if match[1] == b"python" else "shell"
    return None if language == "skipped" else language


def may_be_code(path: str) -> bool:
    """Whether the name, or what only the first line can say, makes it worth opening."""
    return language_of(path) is not None or ("." not in path.rpartition("/")[2])


def read(path: str, data: bytes, modules: Modules | None = None, callers: Callers | None = None) -> Reading | None:
    """What `data`, the content of `path`, pulls in; None for what is no code. It never raises for what it finds.

    `modules` are those of the repository that it is in, `callers` the files that call its functions.
    """
    language = language_of(path, data[:200])
    if language is None:
        return None
    around = _around(path, modules, callers) if language in _AROUND else None
    try:
        found = list(_bounded(_AROUND[language](data, around) if around else _READERS[language](data)))
    except (RecursionError, MemoryError):
        found = [Gap(1, "nested too deep", blind=True)]
    sites = [one for one in found if isinstance(one, Site)]
    gaps = tuple(one for one in found if isinstance(one, Gap))
    if around and around.is_cut:
        gaps += (Gap(1, "its imports lead to more code than is followed for the files around it", blind=True),)
    reading = Reading(path, len(data), tuple(_located(path, data, sites)), gaps, callers=callers or {})
    if around is None or language != "python":
        return reading
    return reading._replace(asks=tuple(sorted(around.asked)), uses=around.uses)


def _around(path: str, modules: Modules | None, callers: Callers | None) -> Around | None:
    if modules is None:
        return None
    from gate.sources.python.around import Around

    return Around(path, modules, callers)


def _bounded(found: Found) -> Iterator[Site | Gap]:
    for number, one in enumerate(found):
        if number >= MAX_SITES:
            yield Gap(one.line, f"more than {MAX_SITES:,} places in one file", blind=True)
            return
        yield one


def _located(path: str, data: bytes, sites: list[Site]) -> Iterator[Located]:
    """Each site once, with the line that it is on and the comments that speak of it."""
    if not sites:
        return
    lines = _text(data).removeprefix("\ufeff").split("\n")
    seen: set[tuple[object, ...]] = set()
    for site in sites:
        key = (site.line, site.column, site.call, site.source and (site.source.url, site.source.revision), site.flaws)
        if key in seen:
            continue
        seen.add(key)
        line = lines[site.line - 1] if site.line <= len(lines) else ""
        yield Located(site, _location(path, site, line), pragmas(lines, site.line, len(site.text.split("\n"))))


def _location(path: str, site: Site, line: str) -> Location:
    """The place; of a line of megabytes only what is around it is kept, and then no column."""
    if len(line) > MAX_SNIPPET:
        start = max(0, site.column - 1)
        return Location(path, site.line, snippet=shorten(line[start : start + MAX_SNIPPET], MAX_SNIPPET))
    return Location(path, site.line, site.column, min(site.length, len(line) - site.column + 1), line.rstrip())


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _python(data: bytes, around: Around | None = None) -> Found:
    from gate.sources.python.sites import read as read_python

    return read_python(data, around)


def _notebook(data: bytes, around: Around | None = None) -> Found:
    from gate.sources.notebook import read_notebook

    yield from read_notebook(data, around)


def _script(name: str) -> Callable[[bytes], Found]:
    def read_it(data: bytes) -> Found:
        if not FETCHERS.search(data) and b"ADD" not in data:
            return
        if len(data) > MAX_SCRIPT:
            yield Gap(1, f"a script of more than {size(MAX_SCRIPT)} is not read", blind=True)
            return
        from gate.sources import scripts

        readers = {
            "shell": scripts.read_script,
            "dockerfile": scripts.read_dockerfile,
            "makefile": scripts.read_makefile,
        }
        yield from readers[name](_text(data))

    return read_it


def _config(data: bytes, *, workflow: bool = False) -> Found:
    from gate.sources.config import WORTH, read_config

    if WORTH.search(data):
        yield from read_config(_text(data), workflow=workflow)


def _lines(data: bytes) -> Found:
    from gate.sources.config import WORTH
    from gate.sources.lines import read_lines

    if WORTH.search(data):
        yield from read_lines(_text(data))


def _requirements(data: bytes) -> Found:
    if b"://" not in data:
        return
    if len(data) > MAX_SCRIPT:
        yield Gap(1, f"requirements of more than {size(MAX_SCRIPT)} are not read", blind=True)
        return
    from gate.sources.requirements import read_requirements

    yield from read_requirements(_text(data))


def _json(data: bytes) -> Found:
    if len(data) > MAX_CONFIG:
        yield Gap(1, f"JSON of {size(len(data))} is taken for data, not for configuration", blind=False)
        return
    yield from _config(data)


_AROUND: dict[Language, Callable[[bytes, Around | None], Found]] = {"python": _python, "notebook": _notebook}
"""Readers that follow names into other modules of the repository."""
_READERS: dict[Language, Callable[[bytes], Found]] = {
    "python": _python,
    "notebook": _notebook,
    "shell": _script("shell"),
    "dockerfile": _script("dockerfile"),
    "makefile": _script("makefile"),
    "workflow": lambda data: _config(data, workflow=True),
    "config": _config,
    "lines": _lines,
    "requirements": _requirements,
    "json": _json,
}
