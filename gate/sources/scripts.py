"""Scripts of a shell, and what holds commands of one: Dockerfiles and Makefiles.

Each becomes the text of a script in which every command stands where it stood, so that places stay true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.sources import commands, keys, services
from gate.sources.interface import Found, Site
from gate.sources.line import transport
from gate.sources.programs import is_program
from gate.sources.python.sites import read as read_python
from gate.sources.services import REMOTE
from gate.sources.text import Text

_INSTRUCTION = re.compile(
    r"^(?P<lead>[ \t]*(?:ONBUILD[ \t]+)?)(?P<name>RUN|ENV|ARG|ADD|CMD"
    r"|ENTRYPOINT)(?P<space>[ \t]+)(?P<flags>(?:--[\w-]+(?:=\S+)?[ \t]+(?:\\\n[ \t]*)?)*)",
    re.I,
)
_OTHER = re.compile(
    r"^[ \t]*(?:FROM|COPY|WORKDIR|USER|LABEL|EXPOSE|VOLUME|SHELL|STOPSIGNAL|HEALTHCHECK|MAINTAINER)\b", re.I
)
MAX_LIST = 8_000
"""Characters of a command that is written as a list."""
_DOCUMENT = re.compile(r"<<-?[\"']?([A-Za-z_]\w*)[\"']?")
_PROGRAM_OF = re.compile(r"\bpython[\d.]*[ \t]+(?:-[ \t]+)?<<-?[ \t]*[\"']?(?P<mark>\w+)[\"']?[^\n]*\n")
_PAIR = re.compile(r"([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|\S*)")


def read_script(text: str) -> Found:
    """The commands of a script."""
    whole = Text(text)
    yield from _programs(whole)
    for one in commands.in_text(text):
        yield whole.fetched(one)


def read_dockerfile(text: str) -> Found:
    """The commands and the remote files of a Dockerfile, with the values that `ARG` and `ENV` give."""
    whole = Text(text)
    yield from _programs(whole)
    script: list[str] = []
    for start, lines in _instructions(text):
        block = "\n".join(lines)
        head = _INSTRUCTION.match(block)
        name = head["name"].upper() if head else ""
        if head is None or _OTHER.match(block):
            script.append(_blank(block))
        elif name in ("ENV", "ARG"):
            script.append(_assignments(block, head))
            if name == "ENV":
                yield from _environment(whole, start, block, head)
        elif name == "ADD":
            yield from _added(whole, start, block, head)
            script.append(_blank(block))
        else:
            rest = _without_marks(block[head.end() :])
            if rest.lstrip().startswith("[") and len(rest) < MAX_LIST:
                rest = _words_of_list(rest)
            script.append(_blank(block[: head.end()]) + rest)
    for one in commands.in_text("\n".join(script)):
        yield whole.fetched(one)


def _programs(whole: Text) -> Iterator[Site]:
    """What programs of Python pull in that stand in the text: `python - <<EOF`."""
    for head in _PROGRAM_OF.finditer(whole.text):
        end = re.compile(rf"^[ \t]*{head['mark']}[ \t]*$", re.M).search(whole.text, head.end())
        line = whole.place(head.end())[0] - 1
        for site in read_python(whole.text[head.end() : end.start() if end else None].encode("utf-8", "replace")):
            if isinstance(site, Site):
                yield site._replace(line=line + site.line)


def _instructions(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each instruction with the lines that continue it, and where it starts; comments among them are blanked."""
    offset = start = 0
    held: list[str] = []
    until = ""
    for line in text.split("\n"):
        comment = line.lstrip().startswith("#") and not until
        if not held:
            start = offset
        held.append(_uncommented(line, continued=bool(held)) if comment else line)
        offset += len(line) + 1
        if until:
            until = "" if line.strip() == until else until
        elif document := _DOCUMENT.search(line):
            until = document[1]
        if not until and not line.rstrip().endswith("\\") and not (comment and len(held) > 1):
            yield start, held
            held = []
    if held:
        yield start, held


def _without_marks(text: str) -> str:
    """`RUN <<EOF` as the lines up to the mark alone."""
    if not (document := _DOCUMENT.search(text.partition("\n")[0])):
        return text
    text = text[: document.start()] + " " * len(document[0]) + text[document.end() :]
    return re.sub(rf"\n[ \t]*{re.escape(document[1])}[ \t]*$", lambda m: "\n" + " " * (len(m[0]) - 1), text)


def _environment(whole: Text, start: int, block: str, head: re.Match[str]) -> Iterator[Site]:
    """What an image names in its environment, for a program that reads it there."""
    given = {keys.normal(match[1]): match[2].strip("\"'") for match in _PAIR.finditer(block, head.end())}
    for match in _PAIR.finditer(block, head.end()):
        value, key = match[2].strip("\"'"), keys.normal(match[1])
        if "/" in value and (source := keys.named(key, value, keys.revision_of(key, keys.kind_of(key), given))):
            at = start + match.start()
            if source.host == services.HUB:
                yield whole.site(at, at + len(match[0]), match[1], source)


def _uncommented(line: str, *, continued: bool) -> str:
    """A comment as spaces; one within an instruction does not end it."""
    return " " * (len(line) - 1) + "\\" if continued else " " * len(line)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _assignments(block: str, head: re.Match[str]) -> str:
    """`ENV A=1 B=2` as `A=1;B=2`, each where it was."""
    rest = block[head.end() :]
    old = re.match(r"([A-Za-z_]\w*)[ \t]+(?!=)(.+)", rest)
    if old and "=" not in old[1] and head["name"].upper() == "ENV" and not re.match(r"[A-Za-z_]\w*=", rest):
        rest = f"{old[1]}={old[2].strip()!r}".ljust(len(rest))
        return _blank(block[: head.end() - 1]) + rest
    kept = list(_blank(rest))
    for match in _PAIR.finditer(rest):
        kept[match.start() : match.end()] = match[0]
    return _blank(block[: head.end()]) + "".join(kept)


def _words_of_list(text: str) -> str:
    """The form `["wget", "-q", "URL"]` as words."""
    return re.sub(r"[\[\],](?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", " ", text)


def _added(whole: Text, start: int, block: str, head: re.Match[str]) -> Iterator[Site]:
    digest = "--checksum" in head["flags"]
    for match in re.finditer(r"[^\s\"\[\],]+", block[head.end() :]):
        if not REMOTE.match(match[0]):
            continue
        git = match[0].endswith(".git") or ".git#" in match[0]
        address, _, reference = match[0].partition("#")
        source = services.repository(address, reference or None) if git else services.address(match[0], digest=digest)
        if source is not None and not is_program(source):
            at = start + head.end() + match.start()
            yield whole.site(at, at + len(match[0]), "ADD", source, transport(source))


_RECIPE = re.compile(r"^\t[@+-]*")
_SET = re.compile(r"^(?:export[ \t]+|override[ \t]+)?([A-Za-z_]\w*)[ \t]*(?::{0,3}|[?+!])=[ \t]*(.*)$")


def read_makefile(text: str) -> Found:
    """The recipes of a Makefile, with the variables that it sets."""
    whole = Text(text)
    script: list[str] = []
    known: dict[str, str] = {}
    continued = False
    for line in text.split("\n"):
        recipe = _RECIPE.match(line)
        setting = None if recipe else _SET.match(line)
        if setting:
            known.setdefault(setting[1], setting[2].partition("#")[0].strip())
        if recipe or (continued and script and script[-1].strip()):
            body = line[recipe.end() if recipe else 0 :]
            script.append(" " * (len(line) - len(body)) + body.replace("$$", " $"))
        else:
            script.append(" " * len(line))
        continued = line.endswith("\\")
    for one in commands.in_text("\n".join(script), known):
        yield whole.fetched(one)
