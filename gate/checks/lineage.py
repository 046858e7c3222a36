"""Lineage: what artifacts are said to be made from is there, was verified, and does not lead in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set

from gate.core.model import Examination, Finding
from gate.core.text import printable, shorten
from gate.dbom.model import Artifact, Dbom
from gate.lineage.graph import Graph, build, cycles

_KEYS = {"derived from": "derived_from", "trained on": "trained_on", "follows": "previous"}
_SHOWN = 8
"""Artifacts of a circle in one message."""


def judge_lineage(dbom: Dbom, judged: Iterable[Examination], families: Collection[str]) -> Iterator[Finding]:
    """What is wrong with the lineage of the artifacts that are `judged`, by checks of these `families`.

    A dataset that was not looked at in this run is no finding: other paths were named, or other families.
    """
    if "dbom" not in families:
        return
    verified = {one.subject.name: one.verified for one in judged}
    names = verified.keys()
    graph = build(dbom)
    yield from _circles(graph, names)
    for edge in graph.edges:
        artifact, parent = graph.nodes[edge.child].artifact, graph.nodes[edge.parent]
        if artifact is None or artifact.name not in names or edge.relation == "taken from":
            continue
        key = _KEYS[edge.relation]
        if parent.kind == "missing":
            yield _missing(artifact, parent.id, key)
        elif key == "trained_on" and "integrity" in families and verified.get(parent.id) is False:
            yield _unverified(artifact, parent.id)


def _circles(graph: Graph, names: Set[str | None]) -> Iterator[Finding]:
    relations = {edge[:2]: edge.relation for edge in graph.edges if edge.relation in _KEYS}
    for circle in cycles(graph):
        if names.isdisjoint(circle):
            continue
        first, second = circle[0], circle[1 % len(circle)]
        artifact = graph.nodes[first].artifact
        assert artifact is not None  # only artifacts are made from something
        relation = relations[first, second]
        more = [f"{len(circle) - _SHOWN:,} more"] if len(circle) > _SHOWN else []
        way = " -> ".join([*circle[:_SHOWN], *more, first])
        message = f"the lineage of {first} leads in a circle: {way}"
        fix = f"correct `{_KEYS[relation]}:` of the entry that names what was made from it"
        yield _finding(artifact, "dbom/lineage-cycle", message, fix, _KEYS[relation])


def _missing(artifact: Artifact, name: str, key: str) -> Finding:
    shown = printable(shorten(name))
    message = f"{artifact.name} is said to be made from {shown}, which no entry declares"
    fix = f"declare it with `gate add PATH --name {shown}`, or write its address to `{key}:`"
    return _finding(artifact, "dbom/missing-ancestor", message, fix, key)


def _unverified(artifact: Artifact, name: str) -> Finding:
    message = f"{artifact.name} is trained on {name}, whose bytes are not verified"
    fix = f"see what the report says of {name}; without a digest, run `gate update {name} --version VERSION`"
    return _finding(artifact, "dbom/unverified-training-data", message, fix, "trained_on")


def _finding(artifact: Artifact, rule: str, message: str, fix: str, key: str) -> Finding:
    return Finding(rule, artifact.subject, message, fix, artifact.at.get(key, artifact.alert))
