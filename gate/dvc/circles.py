"""Circles: stages of which each needs what the next one makes, so that none of them can ever be the first.

DVC refuses them (`dvc.repo.graph`), and what they make has no origin. A stage needs what another makes where one path
is the other, or lies beneath it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

from gate.core.text import shorten
from gate.dvc.interface import MALFORMED, Flaw, Step
from gate.dvc.paths import beneath
from gate.files.paths import parents

MAX_CIRCLES = 20
MAX_WORK = 50_000_000
"""Characters of the paths that are needed, times their directories, and outputs beneath them: some seconds."""
NAMED = 5
"""Stages of one circle that a message names."""
_Node: TypeAlias = "int | str"
"""The position of a step, or a path: without nodes for paths, many that need one directory with many outputs would
make as many edges as there are pairs."""


def circles(steps: Sequence[Step]) -> Iterator[Flaw]:
    """The circles among `steps`, each once; those that share a step with one that was found are not looked for."""
    makers: dict[str, list[int]] = {}
    for i, step in enumerate(steps):
        for path in step.makes:
            makers.setdefault(path, []).append(i)
    ordered = sorted(makers)
    graph: dict[_Node, Sequence[_Node]] = {i: tuple(step.needs) for i, step in enumerate(steps)}
    left = MAX_WORK
    for path, at in {path: at for step in steps for path, at in step.needs.items()}.items():
        left -= len(path) * (1 + path.count("/"))
        if left >= 0:
            graph[path] = [i for one in _overlapping(path, makers, ordered) for i in makers[one]]
            left -= len(graph[path]) * 100
        if left < 0:
            message = "the stages need too many paths that lie in each other: no circles were looked for"
            yield Flaw(MALFORMED, at.path, at, message, "let stages depend on fewer or shorter paths")
            return
    for _ in range(MAX_CIRCLES):
        if not (found := _circle(graph)):
            return
        yield _flaw(steps, found)
        graph |= {node: () for node in found if isinstance(node, int)}


def _circle(graph: dict[_Node, Sequence[_Node]]) -> list[_Node]:
    """The nodes of a circle, each before what it needs; none where there is no circle."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        nodes: list[_Node] = error.args[1]
        return nodes[:0:-1]
    return []


def _overlapping(path: str, makers: dict[str, list[int]], ordered: Sequence[str]) -> Iterator[str]:
    yield from (one for one in (path, *parents(path)) if one in makers)
    yield from beneath(ordered, path) if path else (one for one in ordered if one)


def _flaw(steps: Sequence[Step], found: Sequence[_Node]) -> Flaw:
    """`found` has steps and paths in turn: each step needs the path behind it, which the step behind that makes."""
    first = min((node for node in found if isinstance(node, int)), key=lambda i: (steps[i].document, i))
    start = found.index(first)
    turned = [*found[start:], *found[:start]]
    steps_, paths = turned[::2], turned[1::2]
    parts = []
    for i, (step, path) in enumerate(zip(steps_[:NAMED], paths, strict=False)):
        maker = steps_[(i + 1) % len(steps_)]
        names = [shorten(steps[n].name, 120) for n in (step, maker) if isinstance(n, int)]
        by = "it makes itself" if step == maker else f"{names[1]} makes"
        parts.append(f"{names[0]} needs {shorten(str(path), 80)}, which {by}")
    more = len(steps_) - NAMED
    rest = f", and so on over {more:,} more" if more > 0 else ""
    at = steps[first].needs[str(paths[0])]
    message = f"a circle of stages: {'; '.join(parts)}{rest}"
    return Flaw(MALFORMED, at.path, at, message, "break it: DVC refuses such a pipeline, and nothing can come first")
