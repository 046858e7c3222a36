"""A repository with one pickle and what may let it pass."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.support import PICKLE, Repo, sha256

PATH = "old.pt"
RULE = "weights/pickle-format"


def day(days: int) -> str:
    """The day in so many days from now (UTC)."""
    return (dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=days)).isoformat()


def entry(**changes: Any) -> dict[str, str]:
    """A waiver of the pickle that counts, with other values for some keys; None leaves one out."""
    known = {
        "rule": RULE,
        "path": PATH,
        "sha256": sha256(PICKLE),
        "reason": "accepted-risk",
        "why": "read by hand, it builds a dictionary",
        "approver": "@alice",
        "created": day(-10),
        "expires": day(60),
    }
    return {key: str(value) for key, value in {**known, **changes}.items() if value is not None}


def waivers(*entries: dict[str, str]) -> str:
    """A waivers file."""
    return "waivers: 1\nentries:\n" + "".join(_item(one) for one in entries)


def adopted(*keys: tuple[str, str, str], created: str = "", expires: str = "") -> str:
    """A file of adopted findings."""
    items = (_item(dict(zip(("rule", "path", "sha256"), key, strict=True))) for key in keys)
    head = f"adopted: 1\ncreated: {created or day(-10)}\nexpires: {expires or day(60)}\n"
    return head + "entries:\n" + "".join(items)


def _item(values: dict[str, str]) -> str:
    lines = [f'{key}: "{value}"' for key, value in values.items()]
    return "  - " + "\n    ".join(lines) + "\n"


def owned(repo: Repo, line: str = "/gate-waivers.yaml @alice @acme/security\n") -> None:
    """Somebody owns the waivers file."""
    repo.write(".github/CODEOWNERS", line)


BLIND = """\
dbom: 1
datasets:
  - name: rows
    path: rows.csv
    scan: {modality: tabular, labels: no-such-column}
"""
"""Declares a scan that cannot be carried out."""


def blinded(repo: Repo) -> None:
    """Something of the repository is undecided."""
    repo.write("rows.csv", "a,b\n1,2\n")
    repo.write("dbom.yaml", BLIND)
    assert "gate/undecided" in {one.rule for one in repo.findings()}


def ruling(repo: Repo, *arguments: str, rule: str = RULE) -> str:
    """What becomes of the one finding of `rule`."""
    found = {one.ruling for one in repo.findings(*arguments) if one.rule == rule}
    assert len(found) == 1, found
    return found.pop()


def told(repo: Repo, *arguments: str) -> set[str]:
    """What is wrong with waivers and adopted findings, without the family."""
    return {one.rule.partition("/")[2] for one in repo.findings(*arguments) if one.rule.startswith("policy/")}
