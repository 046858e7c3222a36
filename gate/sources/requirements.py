"""Models that are installed as packages: wheels at an address in what pip and conda are given."""

from __future__ import annotations

import re

from gate.sources import services
from gate.sources.interface import Found, Source
from gate.sources.line import transport
from gate.sources.text import Text

_WHEEL = re.compile(
    r"https?://(?:huggingface\.co|[^\s#;\"',]{1,1000}/spacy-models)/[^\s#;\"',]{1,1000}\.(?:whl|tar\.gz)"
)
"""spaCy publishes its models as wheels, at GitHub and at the hub; other wheels hold code."""


def wheel(requirement: str) -> Source | None:
    """The model that a requirement such as `NAME @ https://.../NAME.whl` installs; None where it is none."""
    found = _WHEEL.search(requirement.partition(" #")[0])
    if found is None or requirement.lstrip().startswith("#"):
        return None
    digest = "sha256=" in requirement[found.end() :] or "--hash=sha256:" in requirement
    return services.address(found[0], "model", digest=digest)


def read_requirements(text: str) -> Found:
    """The models among the requirements of a file, which may go on over several lines."""
    whole = Text(text)
    for match in re.finditer(r"(?:[^\n\\]|\\\n|\\)+", text):
        if source := wheel(match[0]):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            yield whole.site(start, match.start() + len(match[0].rstrip()), "pip", source, transport(source))
