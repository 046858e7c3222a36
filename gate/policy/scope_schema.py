"""The schema of what many entries of a policy share: what they are about, and from which stage on."""

from __future__ import annotations

from gate.core.model import KINDS, STAGES
from gate.core.text import shorten
from gate.documents.kinds import Field, Fields, Record, Text
from gate.objects.url import SCHEMES
from gate.policy.model import Selector


def _selector(fields: Fields) -> Selector:
    return Selector(**fields.values)


MAX_GLOB = 1024
"""Characters: globs of two policies are compared with each other, in time that grows with both."""


def glob_problem(text: str) -> str | None:
    """Why `text` is no glob, or None."""
    return f"longer than {MAX_GLOB:,} characters" if len(text) > MAX_GLOB else None


def path_glob_problem(text: str) -> str | None:
    """Why no path matches `text`, or None: an entry that can match nothing would be skipped without a word."""
    scheme, mark, rest = text.partition("://")
    parts = (rest if mark and scheme in SCHEMES else text).removeprefix("/").split("/")
    if text != "." and ("" in parts or "." in parts):
        return (
            f'no path matches "{shorten(text)}": write it without `./` and without a slash at the end; `DIR/**` is all '
            "beneath DIR"
        )
    return glob_problem(text)


GLOB = Text(check=glob_problem)
PATH = Text(check=path_glob_problem)
HOST = Text(
    pattern=r"[^A-Z\s/:@]{1,253}", expected="a host, or a glob of hosts: lower case, without scheme, port or path"
)
TAG = Text(pattern=r"[a-z0-9._*?-]{1,64}", expected="a tag, or a glob of tags: lower case, without spaces")

SELECTOR = Record(
    {
        "kind": Field(Text(choices=KINDS), "Only datasets, or only models."),
        "name": Field(GLOB, "Only artifacts whose name matches this glob."),
        "path": Field(PATH, "Only paths that match this glob; `**` crosses directories."),
        "host": Field(HOST, "Only artifacts whose `source.url` is at a host that matches this glob."),
        "tag": Field(TAG, "Only artifacts of which a tag matches this glob."),
    },
    _selector,
    narrowing=True,
)

FOR = Field(SELECTOR, "What the entry is about; everything where it is left out.")
FROM_STAGE = Field(Text(choices=STAGES), "The first stage at which the entry counts.")
