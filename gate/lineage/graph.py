"""The graph: artifacts, what they were made from, and where they were taken from.

Everything here takes time and memory in proportion to the DBOM, and no recursion: a chain may be as long as that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from gate.dbom.model import Ancestor, Artifact, Dbom
from gate.lineage.mlflow import described

Relation = Literal["derived from", "trained on", "follows", "taken from"]
Kind = Literal["dataset", "model", "file", "address", "mlflow", "missing"]


class Node(NamedTuple):
    """One thing: `id` is the name of an artifact, or how the DBOM speaks of something else.

    `missing` is a name that no entry has.
    """

    id: str
    kind: Kind
    artifact: Artifact | None = None
    sha256: str | None = None


class Edge(NamedTuple):
    """`child` was made from `parent`, or taken from there."""

    child: str
    parent: str
    relation: Relation


class Graph(NamedTuple):
    """Nodes by their ids and edges, in the order of the DBOM."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]

    def around(self, name: str) -> Graph:
        """What `name` was made from, what was made from it, and so on in both directions."""
        kept = {*_reached(name, parents(self)), *_reached(name, children(self))}
        nodes = {id_: node for id_, node in self.nodes.items() if id_ in kept}
        return Graph(nodes, tuple(edge for edge in self.edges if edge.child in kept and edge.parent in kept))


def build(dbom: Dbom) -> Graph:
    """The graph of a DBOM."""
    nodes = {artifact.name: Node(artifact.name, artifact.kind, artifact) for artifact in dbom.artifacts}
    edges: dict[Edge, None] = {}
    at = {artifact.path: nodes[artifact.name] for artifact in dbom.artifacts if artifact.path not in nodes}
    for artifact in dbom.artifacts:
        for relation, said in _made_from(artifact):
            node = said if relation == "taken from" else at.get(said.id, said)
            nodes.setdefault(node.id, node)
            edges[Edge(artifact.name, node.id, relation)] = None
    return Graph(nodes, tuple(edges))


def _made_from(artifact: Artifact) -> Iterator[tuple[Relation, Node]]:
    yield from (("trained on", _named(name)) for name in artifact.trained_on)
    yield from (("derived from", _ancestor(one)) for one in artifact.derived_from)
    if artifact.previous:
        yield "follows", _named(artifact.previous)
    if artifact.source.url:
        yield "taken from", _address(artifact.source.url)


def _named(said: str) -> Node:
    """An address has a colon or a slash, which no name has; a name is missing unless an entry of it is known."""
    return _address(said) if ":" in said or "/" in said else Node(said, "missing")


def _address(said: str) -> Node:
    return Node(said, "mlflow" if described(said) else "address")


def _ancestor(ancestor: Ancestor) -> Node:
    if ancestor.name is not None:
        return _named(ancestor.name)
    said = ancestor.path or ancestor.url or ""
    return Node(f"{said} sha256:{ancestor.sha256}".lstrip(), "file", sha256=ancestor.sha256)


Links = Mapping[str, list[tuple[Relation, str]]]


def parents(graph: Graph) -> Links:
    """What each node was made from."""
    found: dict[str, list[tuple[Relation, str]]] = {}
    for child, parent, relation in graph.edges:
        found.setdefault(child, []).append((relation, parent))
    return found


def children(graph: Graph) -> Links:
    """What was made from each node."""
    found: dict[str, list[tuple[Relation, str]]] = {}
    for child, parent, relation in graph.edges:
        found.setdefault(parent, []).append((relation, child))
    return found


def _reached(start: str, links: Links) -> set[str]:
    found, left = {start}, [start]
    while left:
        new = {other for _, other in links.get(left.pop(), ())} - found
        found |= new
        left += new
    return found


def cycles(graph: Graph) -> Iterator[tuple[str, ...]]:
    """One circle for each group of nodes that lead to each other, beginning with its first node in the DBOM."""
    made = tuple(edge for edge in graph.edges if edge.relation != "taken from")  # an address may read like a name
    links = parents(graph._replace(edges=made))
    position = {id_: number for number, id_ in enumerate(graph.nodes)}
    for group in _groups(graph.nodes, links):
        first = min(group, key=position.__getitem__)
        circle = _way_back(first, set(group), links)
        if circle:
            yield circle


def _way_back(first: str, group: set[str], links: Links) -> tuple[str, ...]:
    """The shortest way from `first` back to itself within its group; empty where there is none."""
    came_from: dict[str, str] = {}
    queue = [first]
    for at in queue:
        for _, to in links.get(at, ()):
            if to == first:
                way = [at]
                while way[-1] != first:
                    way.append(came_from[way[-1]])
                return tuple(reversed(way))
            if to in group and to not in came_from:
                came_from[to] = at
                queue.append(to)
    return ()


def _groups(ids: Iterable[str], links: Links) -> Iterator[list[str]]:
    """Strongly connected components (Tarjan, SIAM Journal on Computing 1972), with a stack of our own."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_: list[str] = []
    is_open: set[str] = set()
    for root in ids:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        open_.append(root)
        is_open.add(root)
        work = [(root, iter(links.get(root, ())))]
        while work:
            at, rest = work[-1]
            step = next(rest, None)
            if step is not None:
                to = step[1]
                if to not in index:
                    index[to] = low[to] = len(index)
                    open_.append(to)
                    is_open.add(to)
                    work.append((to, iter(links.get(to, ()))))
                elif to in is_open:
                    low[at] = min(low[at], index[to])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[at])
            if low[at] == index[at]:
                group = [open_.pop()]
                while group[-1] != at:
                    group.append(open_.pop())
                is_open.difference_update(group)
                yield group
