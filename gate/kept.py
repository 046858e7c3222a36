"""What DVC keeps, in the main job: read before anything is hashed, so that one pass gives what is compared with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.core.model import Finding
from gate.core.text import count
from gate.dbom.model import Artifact
from gate.dvc.config import is_local
from gate.dvc.interface import Kept
from gate.dvc.kept import kept
from gate.files.paths import within
from gate.files.walk import walk
from gate.inventory.plan import Plan

LISTED = 20
"""Places that a note names."""


def read_kept(root: str, tracked: list[str] | None) -> Kept:
    """What the files of DVC say, of those that git names as `tracked`; without git, of all but those of one machine."""
    return kept(root, _walked(root) if tracked is None else tracked)


def _walked(root: str) -> Iterator[str]:
    for directory in walk(root, history=False):
        lead = f"{directory.path}/" if directory.path else ""
        yield from (path for name in directory.files if not is_local(path := lead + name))


def with_digests(plans: list[Plan], found: Kept) -> list[Plan]:
    """The plans, with the digest that DVC recorded wanted of what it keeps."""
    if not found.outs:
        return plans
    from gate.dvc.compare import ALGORITHM

    return [plan.with_digests((ALGORITHM,)) if _is_kept(plan, found) else plan for plan in plans]


def _is_kept(plan: Plan, found: Kept) -> bool:
    return plan.artifact is not None and any(out.recorded for out in found.related(plan.artifact.path))


def judge_kept(
    found: Kept, artifacts: tuple[Artifact, ...], root: str, remotes: frozenset[str], paths: Iterable[str]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """What is wrong with the files of DVC at or beneath `paths`, and sentences about what is not known of them.

    `remotes` are the addresses that a policy lists.
    """
    if not found.documents:
        return (), ()
    from gate.checks.dvc import check_documents
    from gate.dvc.remotes import Remotes

    named = frozenset(paths)
    findings = check_documents(found, artifacts, root, Remotes(remotes, root))
    about = (one for one in findings if within(one.subject.path, named) or within(one.location.path, named))
    return tuple(about), tuple(_notes(found))


def _notes(found: Kept) -> Iterator[str]:
    if found.open:
        more = len(found.open) - LISTED
        rest = f" and {more:,} more" if more > 0 else ""
        verb = "has" if len(found.open) == 1 else "have"
        listed = ", ".join(found.open[:LISTED]) + rest
        yield f"{count(len(found.open), 'output')} of DVC {verb} no name before its pipeline runs: {listed}"
