"""The checks that look at rows and samples: each takes seconds to minutes for one artifact, so they are spread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gate.checks.interface import Checked, Context, Material
from gate.checks.registry import load_check
from gate.core.text import printable
from gate.dbom.model import Artifact

if TYPE_CHECKING:
    from gate.engine import Cluster

HEAVY: dict[str, Callable[[Artifact], bool]] = {
    "suites": lambda artifact: bool(artifact.suite or artifact.previous),
    "poisoning": lambda artifact: artifact.scan is not None,
}
"""The families, and of which artifacts they look at more than the entry."""
_NOT_DONE = {"suites": "the suite of {} was not evaluated", "poisoning": "{} was not scanned for poisoning"}


class Work(NamedTuple):
    """One family on one material; it can be pickled, and carries no more than a worker needs."""

    family: str
    material: Material
    context: Context

    def failed(self, error: Exception) -> Checked:
        """The answer where the gate itself, or the worker, failed."""
        what = _NOT_DONE[self.family].format(printable(self.material.subject.name or ""))
        message = f"{what}: {type(error).__name__}: {printable(str(error))[:300]}"
        return Checked((self.material.undecided(message, "run it again; if it fails again, report it"),))


def work(task: Work) -> Checked:
    """The answer of the check; what it reads must have the digests that were examined, whichever machine reads it."""
    return load_check(task.family)(task.material, task.context)


def run_heavy(
    found: Sequence[Material], families: Iterable[str], context: Context, cluster: Cluster | None
) -> Mapping[tuple[str, int], Checked]:
    """The answers of the heavy ones among `families`, by the family and the position of the material.

    On this machine one goes after the other: each uses its processors already, has a budget of time, and the memory
    that it may take is not there twice.
    """
    tasks = {
        (family, position): Work(family, material, _context(material, context))
        for family in families
        if family in HEAVY
        for position, material in enumerate(found)
        if material.artifact and material.artifact.kind == "dataset" and HEAVY[family](material.artifact)
    }
    if not tasks:
        return {}
    from gate.engine import spread  # most runs have neither suites nor scans

    works = list(tasks.values())
    done = spread(work, works, failed=Work.failed, done=_nobody, jobs=1, processes=False, cluster=cluster)
    return dict(zip(tasks, done, strict=True))


def _context(material: Material, context: Context) -> Context:
    """What the heavy checks of `material` may know: of other datasets the previous version alone."""
    previous = (material.artifact.previous if material.artifact else None) or ""
    kept = {previous: context.datasets[previous]} if previous in context.datasets else {}
    return context._replace(summaries=(), datasets=kept, hub=None)


def _nobody(_: Checked) -> None:
    """Nobody waits for one of them."""
