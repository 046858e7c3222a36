"""Configuration line by line: what is no tree, such as TOML and templates of YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gate.sources import commands, flaws, keys
from gate.sources.fetchers import PROGRAMS
from gate.sources.interface import Found
from gate.sources.line import transport
from gate.sources.text import Text

_SCRIPT_KEYS_WORDS = """
    run script before_script after_script command commands cmd args entrypoint cmds steps
"""
SCRIPT_KEYS = frozenset(_SCRIPT_KEYS_WORDS.split())
"""Keys under which commands stand."""
_LINE = re.compile(
    r"""^[ \t]*(?:-[ \t]+)?["']?(?P<key>[A-Za-z_][\w.-]*)["']?[ \t]*(?P<mark>[:=])"""
    r"""[ \t]*(?P<value>.*?),?[ \t]*(?:#.*)?$"""
)
_LEAD = re.compile(rf"""[ \t]*(?:-[ \t]+)?(?:(?:{"|".join(sorted(SCRIPT_KEYS))})[ \t]*:[ \t]*)?["']?""")
_REVISION = re.compile(r"(?i)(?:rev|revision|commit|commit[-_]?hash)$")
_QUOTED = re.compile(r"""["']([^"'\n]+)["']""")


MAX_SECTION = 10_000
"""Lines of one section that are held at a time; keys further apart are not beside each other."""


class _Section(NamedTuple):
    """The lines of `key = value` under one header, each with its offset."""

    name: str
    lines: list[tuple[int, re.Match[str]]]


def read_lines(text: str) -> Found:
    """The sources in a document of `key = value`, such as TOML."""
    yield from key_lines(Text(text), 0, text)


def key_lines(whole: Text, shift: int, part: str) -> Found:
    """Lines of `key: value` or `key = value`."""
    for section in _sections(part, shift):
        named = (match for _, match in section.lines if _REVISION.search(match["key"]))
        flat = (match for match in named if match["mark"] == "=")  # in YAML other parts may lie between
        given = {keys.normal(match["key"]): match["value"].strip("\"' \t") for match in flat}
        for offset, match in section.lines:
            yield from _line(whole, offset, match, section.name, given)


def _sections(part: str, offset: int) -> Iterator[_Section]:
    """The parts that headers such as `[model]` begin, the first without one."""
    section = _Section("", [])
    for line in part.split("\n"):
        match = _LINE.match(line) if len(line) < 4096 else None
        if line.lstrip().startswith("["):
            yield section
            section = _Section(line.strip(' []\t"'), [])
        elif match and len(section.lines) == MAX_SECTION:
            yield section
            section = _Section(section.name, [(offset, match)])
        elif match:
            section.lines.append((offset, match))
        offset += len(line) + 1
    yield section


def _line(whole: Text, offset: int, match: re.Match[str], section: str, given: Mapping[str, str]) -> Found:
    name, value = keys.normal(match["key"]), match["value"]
    under = keys.COLLECTIONS.get(keys.normal(section))
    start = offset + match.start("value")
    if name in keys.REMOTE_CODE and value.strip("\"' ").lower() == "true":
        found = (flaws.remote_code(f"{match['key']}: true"),)
        yield whole.site(offset + match.start("key"), start + len(value), match["key"], None, found)
        return
    if keys.is_output(name) or "{{" in value:
        return
    quoted = list(_QUOTED.finditer(value))
    texts = [(q[1], q.start(1)) for q in quoted] or [(value, 0)]
    under = under if name in keys.IN_COLLECTION else None
    revision = keys.revision_of(name, keys.kind_of(name) or under, given) if given else None
    for text, at in texts[:64]:
        if source := keys.named(name, text, revision, under=under):
            yield whole.site(start + at, start + at + len(text), match["key"], source, transport(source))


def command_lines(whole: Text, shift: int, part: str) -> Found:
    """Lines that are commands of known programs, of what is no tree."""
    kept = []
    continued = False
    for line in part.split("\n"):
        lead = _LEAD.match(line)
        body = line[lead.end() :] if lead and not continued else line
        known = (words := body.split(None, 1)) and words[0].rpartition("/")[2] in PROGRAMS
        kept.append(" " * (len(line) - len(body)) + body if known or continued else " " * len(line))
        continued = bool(known or continued) and body.endswith("\\")
    for one in commands.in_text("\n".join(kept)):
        yield whole.fetched(one, shift)
