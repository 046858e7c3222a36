from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.support import Repo

COMMIT = "5fd3c2a1b0d95fd3c2a1b0d95fd3c2a1b0d95fd3"


class Place(NamedTuple):
    """A place in the json report."""

    path: str
    line: int
    source: str | None
    revision: str | None
    pin: str | None


class Outcome(NamedTuple):
    code: int
    places: list[Place]
    report: dict[str, Any]

    @property
    def sources(self) -> list[str | None]:
        return [place.source for place in self.places]

    def at(self, rule: str) -> list[str]:
        """Where the rule is broken, as `path:line:column`."""
        return [
            f"{f['location']['path']}:{f['location']['line']}:{f['location']['column']}"
            for f in self.report["findings"]
            if f["rule"] == rule
        ]

    @property
    def rules(self) -> set[str]:
        return {finding["rule"] for finding in self.report["findings"]}

    @property
    def notes(self) -> str:
        return "\n".join(self.report["notes"])


Sources = Callable[..., Outcome]


@pytest.fixture
def sources(repo: Repo) -> Sources:
    """Runs `gate sources` and returns what it said."""

    def run(*arguments: str) -> Outcome:
        result = repo.gate("sources", *arguments, "--report", "json")
        assert result.out, result.err
        report = json.loads(result.out)
        assert report["exit_code"] == result.code
        places = [
            Place(one["path"], site["line"], site.get("source"), site.get("revision"), site.get("pin"))
            for one in report["artifacts"]
            for site in one["facts"].get("sources", {}).get("sites", ())
        ]
        return Outcome(result.code, places, report)

    return run
