"""Poisons copies of a dataset, and has the gate judge each as `gate check` would judge the dataset."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gate.checks.interface import Context
from gate.checks.readable import unreadable
from gate.checks.scanned import judge
from gate.core.errors import UnableError
from gate.core.model import Location, Stage
from gate.core.text import printable
from gate.data.interface import DataError, Layout, Place
from gate.dbom.model import Artifact
from gate.drill.copy import Copy, Poison, make_copy
from gate.drill.result import Drill, Record
from gate.drill.seen import Answer, clean_of, seen_of
from gate.files.atomic import write_atomic
from gate.poisoning.listing import places_csv
from gate.poisoning.run import Options
from gate.policy.model import Policies
from gate.single import Single, examine, verdict

CLEAN = "clean"
"""What the copy without poison is called."""
POISONED = "poisoned.csv"
"""The list of the poisoned samples, beside each copy that is kept."""


class Plan(NamedTuple):
    """What to drill: the dataset, the attacks, each as often as there are rounds, and the policies that judge.

    `directory` is where copies are written; `keep` leaves them there.
    """

    root: str
    artifact: Artifact
    options: Options
    attacks: tuple[str, ...]
    rate: float
    rounds: int
    policies: Policies
    stage: Stage
    jobs: int
    directory: str
    keep: bool


def drill(plan: Plan, tick: Callable[[], object] = lambda: None) -> Record:
    """What the gate says of every copy; raises `UnableError` where the dataset cannot be read."""
    source = examine(plan.root, plan.artifact, plan.jobs)
    if bad := unreadable(source.material):
        raise UnableError(f"{printable(plan.artifact.name)} cannot be copied: {bad.why}", bad.fix)
    try:
        clean = clean_of(_attempt(plan, source, None, tick)[1])
    except DataError as error:
        message = f"{printable(plan.artifact.name)} cannot be read: {printable(f'{error.path}: {error.message}')}"
        raise UnableError(message, "correct the file, or say how it is to be read") from None
    drills = () if clean.outcome == "blocked" else tuple(_drills(plan, source, tick))
    return Record(
        plan.artifact.name,
        plan.artifact.path,
        plan.options.modality,
        plan.policies.names(),
        plan.stage,
        plan.rate,
        plan.options.seed,
        plan.rounds,
        clean,
        drills,
    )


def _drills(plan: Plan, source: Single, tick: Callable[[], object]) -> Iterator[Drill]:
    for number in range(plan.rounds):
        for attack in plan.attacks:
            poison = Poison(attack, plan.rate, plan.options.seed + number)
            try:
                copy, answer = _attempt(plan, source, poison, tick)
            except (DataError, UnableError) as error:
                fix = error.fix if isinstance(error, UnableError) else ""
                reason = printable("; ".join(filter(None, (error.message, fix))))
                yield Drill(attack, "", poison.seed, 0, "undecided", 0.0, reasons=(reason,))
            else:
                yield seen_of(poison, copy, answer)


def _attempt(plan: Plan, source: Single, poison: Poison | None, tick: Callable[[], object]) -> tuple[Copy, Answer]:
    directory = os.path.join(plan.directory, f"{poison.attack}-{poison.seed}" if poison else CLEAN)
    os.mkdir(directory, 0o700)
    copy = make_copy(source.material, plan.options, poison, directory, tick)
    answer = _judged(plan, source, copy, directory, tick)
    if not plan.keep:
        os.unlink(os.path.join(directory, copy.name))
    elif poison:
        listed = places_csv(Place(copy.name, row) for row in sorted(copy.rows))
        write_atomic(os.path.join(directory, POISONED), listed.encode())
    return copy, answer


def _judged(plan: Plan, source: Single, copy: Copy, directory: str, tick: Callable[[], object]) -> Answer:
    """The copy in place of the dataset: policies select it by the name and path of the dataset."""
    start = time.monotonic()
    artifact = Artifact("dataset", plan.artifact.name, copy.name, Location(copy.name), {})
    single = examine(directory, artifact, plan.jobs)
    single = single._replace(material=single.material._replace(subject=source.material.subject))
    options = plan.options._replace(labels=copy.labels, layout=Layout(), suspects=True, exhibits=False)
    judged = judge(single.material, options, Context(plan.stage), tick)
    answer = verdict(single, "poisoning", judged.checked, plan.policies, plan.stage, ())
    return Answer(judged, answer, round(time.monotonic() - start, 2))
