"""Where the code of a repository takes data and weights from, judged by the documents of a run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gate.checks.sources import Judged, check_code
from gate.core.errors import GateError
from gate.dbom.model import Artifact
from gate.files.commit import merge_bases, resolve
from gate.policy.limits import bounds
from gate.policy.model import Policies
from gate.sources.base import Base
from gate.sources.discover import discover
from gate.sources.pragmas import Pragma
from gate.sources.read import Located


class Pulled(NamedTuple):
    """What is said about the code, and how many files of how many bytes were read for it."""

    judged: Judged
    files: int
    bytes: int


NOTHING = Pulled(Judged((), (), ()), 0, 0)


class Where(NamedTuple):
    """Which code: that beneath `paths` of `root`, as git names it or, where `tracked` is None, all of it.

    With `base` it is judged as a change to that revision.
    """

    root: str
    tracked: list[str] | None
    paths: Iterable[str]
    base: str | None
    jobs: int


def judge_code(where: Where, artifacts: tuple[Artifact, ...], policies: Policies) -> Pulled:
    """Finds what the code pulls in and compares it with the DBOM and with what policies ask."""
    covered = frozenset(artifact.path for artifact in artifacts)
    found = discover(where.root, where.tracked, covered, frozenset(where.paths), where.jobs)
    read, size = len(found.readings), sum(reading.size for reading in found.readings)
    base = _base(where)
    if base is not None:
        found = base.without_old(found)
    limits = bounds(policies, "waivers")

    def refused(rule: str, one: Located, pragma: Pragma) -> str:
        """A comment is a waiver without a day or an approver, so what limits waivers limits it too."""
        if refusal := limits.refuses(rule):
            return refusal
        fine = base.trusts(one, pragma) if base else where.base is None
        return "" if fine else "the base does not have it beside this"

    return Pulled(check_code(found, artifacts, policies.source_rules(), refused), read, size)


def _base(where: Where) -> Base | None:
    """The commits from which the change began; where there are none to be had, everything counts as new."""
    if where.base is None:
        return None
    try:
        return Base(where.root, merge_bases(where.root, resolve(where.root, where.base)))
    except GateError:  # the judgement of the change is undecided for the same reason, and says so
        return None
