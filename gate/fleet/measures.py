"""What a fleet is measured by, read from the reports on its repositories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from gate.core.text import count as counted
from gate.files.lfs import BEHIND
from gate.fleet.interface import Judged

SAFE = frozenset({"safetensors", "gguf"})
"""Formats of weights that hold numbers and no code."""
MEASURES = ("verified", "signed", "safe", "suites", "scanned")


class Share(NamedTuple):
    """So many `of` so many; nothing was there to count where `of` is 0."""

    number: int
    of: int

    @property
    def percent(self) -> float | None:
        """Never 100 where one is missing."""
        return (
            None
            if not self.of
            else min(round(100 * self.number / self.of, 1), 100.0 if self.number == self.of else 99.9)
        )


class Excuse(NamedTuple):
    """A finding that does not block until `expires`, because it was waived or adopted."""

    expires: str
    repository: str
    ruling: str
    rule: str
    path: str
    approver: str


def shares(judged: Judged) -> Mapping[str, Share]:
    """Of the artifacts that the repository declares: how many have a verified checksum, are signed as the policy asks,
    and are models in a safe format; of its datasets: how many have a suite, and were scanned.
    """
    declared = [one for one in _list(judged, "artifacts") if one.get("name")]
    models = [one for one in declared if one.get("kind") == "model"]
    datasets = [one for one in declared if one.get("kind") == "dataset"]

    def share(of: list[dict[str, Any]], family: str, holds: Any) -> Share:
        return Share(sum(bool(holds((one.get("facts") or {}).get(family) or {})) for one in of), len(of))

    return {
        "verified": Share(sum(one.get("verified") is True for one in declared), len(declared)),
        "signed": share(declared, "signatures", lambda facts: facts.get("signed") is True),
        "safe": share(models, "weights", lambda facts: facts.get("formats") and set(facts["formats"]) <= SAFE),
        "suites": share(datasets, "suites", lambda facts: facts.get("suite")),
        "scanned": share(datasets, "poisoning", lambda facts: facts.get("scanned") is True),
    }


def total(all_judged: Iterable[Judged]) -> Mapping[str, Share]:
    """The shares of all repositories together."""
    found = [shares(one) for one in all_judged]
    return {
        name: Share(sum(one[name].number for one in found), sum(one[name].of for one in found)) for name in MEASURES
    }


def rules(all_judged: Iterable[Judged]) -> list[tuple[str, Counter[str], int]]:
    """Each rule with how its findings were decided, and in how many repositories there are some; most blocks first."""
    rulings: dict[str, Counter[str]] = {}
    where: Counter[str] = Counter()
    for judged in all_judged:
        found = _list(judged, "findings")
        for one in found:
            rulings.setdefault(str(one["rule"]), Counter())[str(one["decision"]["ruling"])] += 1
        where.update({str(one["rule"]) for one in found})
    ordered = sorted(rulings.items(), key=lambda entry: (-entry[1]["block"], -entry[1]["warn"], entry[0]))
    return [(rule, counts, where[rule]) for rule, counts in ordered]


def excuses(all_judged: Iterable[Judged]) -> list[Excuse]:
    """All waived and adopted findings, those that end first first."""
    return sorted(
        Excuse(
            str(grounds["expires"]),
            judged.repository.name,
            str(one["decision"]["ruling"]),
            str(one["rule"]),
            str((one.get("about") or {}).get("path") or one["subject"]["path"]),
            str(grounds.get("approver") or ""),
        )
        for judged in all_judged
        for one in _list(judged, "findings")
        if (grounds := one["decision"].get("grounds"))
    )


def count(judged: Judged, ruling: str) -> int:
    """How many findings were decided so."""
    return sum(one["decision"]["ruling"] == ruling for one in _list(judged, "findings"))


def pointers(judged: Judged) -> int:
    """How many files, declared or not, are Git LFS pointers whose content was not there to be judged."""
    facts = [one.get("facts") or {} for one in _list(judged, "artifacts")]
    declared = sum((one.get("integrity") or {}).get("lfs_pointers") or 0 for one in facts)
    undeclared = sum(((one.get("weights") or {}).get("formats") or {}).get(BEHIND) or 0 for one in facts)
    return int(declared + undeclared)


def unseen(judged: Judged) -> str:
    """A sentence about the content that was not judged; empty where all of it was there."""
    number = pointers(judged)
    if not number:
        return ""
    what = counted(number, "file is a Git LFS pointer", "files are Git LFS pointers")
    return f"{what}, whose content {'is not fetched' if judged.revision else 'is not there'}: nothing is known of it"


def _list(judged: Judged, key: str) -> list[dict[str, Any]]:
    return list((judged.report or {}).get(key) or ())
