"""Reads `.dvc/config`, as far as it says which remotes there are.

The format is that of ConfigObj: sections in brackets, `key = value`, comments behind `#`. The gate reads what DVC
writes and refuses the rest (nested sections, values over several lines): two readers that understand a configuration
in two ways are what an attacker would look for.
"""

from __future__ import annotations

import posixpath
import re

from gate.core.errors import DocumentError, Problem
from gate.core.model import Location
from gate.core.text import shorten
from gate.documents.nodes import Document
from gate.dvc.interface import Config, Remote

PATH = ".dvc/config"
LOCAL = ".dvc/config.local"
"""What DVC lets count more, and means for one machine: git must not have it."""
MAX_LINE = 4_000
_SECTION = re.compile(r"""\[\s*(?:'(?P<single>[^'\[\]]*)'|"(?P<double>[^"\[\]]*)"|(?P<bare>[^'"\[\]]+?))\s*\]""")
_REMOTE = re.compile(r'remote "(?P<name>[^"]+)"')
_VALUE = re.compile(r"""(?P<key>[\w.-]+)\s*=\s*(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<bare>[^'"#]*))""")
_LISTS = ("url", "endpointurl", "verify", "remote")
"""Keys of which a list, which is what a comma makes, could hide something."""


def is_config(path: str) -> bool:
    """Whether `path` is the configuration of a project of DVC."""
    return path == PATH or path.endswith("/" + PATH)


def is_local(path: str) -> bool:
    """Whether `path` is a configuration that overrides the one of the project."""
    return path == LOCAL or path.endswith("/" + LOCAL)


def read_config(document: Document) -> Config:
    """The remotes of a configuration; raises `DocumentError` where it is not what DVC would write."""
    sections: dict[str, dict[str, tuple[str, Location]]] = {}
    places: dict[str, Location] = {}
    name: str | None = None
    for number, line in enumerate(document.text.splitlines(), 1):
        written = line.strip()
        at = Location(document.name, number, len(line) - len(line.lstrip()) + 1, len(written), shorten(line, 200))
        if not written or written.startswith("#"):
            continue
        if len(line) > MAX_LINE:
            raise _error(at, f"a line of more than {MAX_LINE:,} characters")
        section, value = _full(_SECTION, written), _full(_VALUE, written)
        if section:
            name = re.sub(r'^remote\s*"', 'remote "', _said(section).strip().lower())  # as DVC takes them
            if name in sections:
                raise _error(at, f"the section {shorten(name)} is here twice")
            sections[name], places[name] = {}, at
        elif value and name is not None:
            key = value["key"].lower()
            if key in sections[name]:
                raise _error(at, f"the key {shorten(key)} is here twice")
            if key in _LISTS and "," in (value["bare"] or ""):
                raise _error(at, f"the key {shorten(key)} has a list")
            sections[name][key] = (_said(value).strip(), at)
        else:
            raise _error(at, "neither a section nor `key = value`")
    remotes = {
        match["name"]: _remote(match["name"], places[section], keys)
        for section, keys in sections.items()
        if (match := _REMOTE.fullmatch(section))
    }
    default = sections.get("core", {}).get("remote", ("",))[0].lower()
    return Config(posixpath.dirname(posixpath.dirname(document.name)), default, remotes)


def _remote(name: str, at: Location, keys: dict[str, tuple[str, Location]]) -> Remote:
    options = {key: value for key, (value, _) in keys.items()}
    return Remote(name, at, options, {key: place for key, (_, place) in keys.items()})


def _full(pattern: re.Pattern[str], line: str) -> re.Match[str] | None:
    """A match of the whole line, but for a comment at its end."""
    match = pattern.match(line)
    return match if match and re.fullmatch(r"\s*(#.*)?", line[match.end() :]) else None


def _said(match: re.Match[str]) -> str:
    return next((match[kind] for kind in ("single", "double", "bare") if match[kind] is not None), "")


def _error(at: Location, message: str) -> DocumentError:
    return DocumentError([Problem(at, message, "write it as `dvc remote add` does")])
