"""How far a source can be trusted, as a sum of stated facts."""

from __future__ import annotations

import re
from typing import NamedTuple

from gate.core.model import Json
from gate.dbom.model import Artifact
from gate.sources.interface import Pin

PINNED, SIGNED, DECLARED, VENDORED, LICENSED, SUPPLIED, OWNED, HOSTED = 25, 20, 15, 10, 10, 10, 5, 5
"""Points of each fact, 100 together: what proves content counts more than what somebody says about it."""
_COMMUNITY = re.compile(
    r"(?:^|\.)(?:huggingface\.co|hf\.co|kaggle\.com|modelscope\.cn|github\.com|githubusercontent\.com|gitlab\.com"
    r"|drive\.google\.com|dropbox\.com|civitai\.com|universe\.roboflow\.com|openml\.org|zenodo\.org|registry\.ollama\.ai)$"
)
"""Hosts where anybody can publish."""


class Trust(NamedTuple):
    """The score, from 0 to 100, and the facts that gave points or did not."""

    score: int
    has: tuple[str, ...]
    lacks: tuple[str, ...]

    def plain(self) -> dict[str, Json]:
        """For reports."""
        return {"score": self.score, "has": list(self.has), "lacks": list(self.lacks)}


def trust_in(pin: Pin, host: str, artifact: Artifact | None, *, named_host: bool) -> Trust:
    """The trust in a source; `artifact` declares it, `named_host` says that a policy names its host."""
    origin = artifact.source if artifact else None
    supplier = origin.supplier if origin else None
    community = bool(_COMMUNITY.search(host))
    facts = (
        (PINNED, pin in ("fixed", "release", "library"), "pinned", "not pinned"),
        (SIGNED, bool(artifact and artifact.signature), "signed", "not signed"),
        (
            DECLARED,
            bool(artifact and artifact.sha256),
            "a copy with a digest is declared",
            "no copy with a digest is declared",
        ),
        (VENDORED, bool(origin and origin.mirror), "a mirror keeps a copy", "no mirror keeps a copy"),
        (LICENSED, bool(origin and origin.license), "its licence is known", "its licence is not known"),
        (SUPPLIED, bool(supplier), f"supplied by {supplier}", "nobody is named who supplies it"),
        (
            OWNED,
            bool(supplier) or not community,
            "not contributed by the community",
            f"contributed by the community: anybody can publish at {host}, and no supplier is named",
        ),
        (HOSTED, named_host, "the policy names its host", "no policy names its host"),
    )
    return Trust(
        sum(points for points, holds, _, _ in facts if holds),
        tuple(yes for _, holds, yes, _ in facts if holds),
        tuple(no for _, holds, _, no in facts if not holds),
    )
