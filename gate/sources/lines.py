"""Configuration line by line: what is no tree, such as TOML and templates of YAML."""

from __future__ import annotations

import re

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
    r"""^[ \t]*(?:-[ \t]+)?["']?(?P<key>[A-Za-z_][\w.-]*)["']?[ \t]*[:=][ \t]*(?P<value>.*?),?[ \t]*(?:#.*)?$"""
)
_LEAD = re.compile(rf"""[ \t]*(?:-[ \t]+)?(?:(?:{"|".join(sorted(SCRIPT_KEYS))})[ \t]*:[ \t]*)?["']?""")
_QUOTED = re.compile(r"""["']([^"'\n]+)["']""")


def read_lines(text: str) -> Found:
    """The sources in a document of `key = value`, such as TOML."""
    yield from key_lines(Text(text), 0, text)


def key_lines(whole: Text, shift: int, part: str) -> Found:
    """Lines of `key: value` or `key = value`."""
    offset = shift
    section = ""
    for line in part.split("\n"):
        match = _LINE.match(line) if len(line) < 4096 else None
        if line.lstrip().startswith("["):
            section = line.strip(' []\t"')
        elif match:
            yield from _line(whole, offset, match, section)
        offset += len(line) + 1


def _line(whole: Text, offset: int, match: re.Match[str], section: str) -> Found:
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
    for text, at in texts[:64]:
        if source := keys.named(name, text, None, under=under if name in keys.IN_COLLECTION else None):
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
