"""A waiver that expires within 14 days."""

from __future__ import annotations

from tests.support import PICKLE, Repo
from tests.waivers.support import PATH, day, entry, owned, waivers


def test_a_waiver_that_expires_next_week(repo: Repo) -> None:
    repo.write(PATH, PICKLE)
    owned(repo)
    repo.write("gate-waivers.yaml", waivers(entry(expires=day(7))))
    found = [one for one in repo.findings() if one.rule == "policy/waiver-expiring"]
    assert [(one.ruling, one.at) for one in found] == [("warn", "gate-waivers.yaml:10")]
    assert "in 7 days" in found[0].message
