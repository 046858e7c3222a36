"""The graph as a tree of text, as Mermaid, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.lineage.graph import Graph, Links, Node, Relation, children, parents
from gate.lineage.mlflow import described

_REVERSED: dict[Relation, str] = {
    "derived from": "made into",
    "trained on": "trains",
    "follows": "precedes",
    "taken from": "source of",
}
MAX_DEPTH = 40
"""Levels of one tree; what lies deeper gets a tree of its own, for the lines would grow with the square."""


def as_text(graph: Graph, name: str | None) -> str:
    """Trees of what each artifact was made from; of `name` alone, also of what was made from it."""
    up = parents(graph)
    if name is None:
        made_from = {parent for _, parent, _ in graph.edges}
        declared = [id_ for id_, node in graph.nodes.items() if node.artifact]
        last_first = [*(id_ for id_ in declared if id_ not in made_from), *declared]
        return "\n".join(_trees(graph, last_first, up)) + "\n"
    lines = list(_trees(graph, [name], up))
    down = children(graph)
    if name in down:
        lines += ["", "what was made from it:", *_trees(graph, [name], down, _REVERSED)]
    return "\n".join(lines) + "\n"


def _trees(graph: Graph, roots: list[str], links: Links, words: Mapping[Relation, str] | None = None) -> Iterator[str]:
    """A tree for each root that none before it shows; nothing is shown with what is below it twice."""
    shown: set[str] = set()
    for number, root in enumerate(roots):  # grows: what lies too deep is appended
        if root in shown:
            continue
        if number:
            yield ""
        shown.add(root)
        yield _label(graph.nodes[root])
        work = [("", iter(_last_told(links.get(root, []))))]
        while work:
            indent, rest = work[-1]
            step = next(rest, None)
            if step is None:
                work.pop()
                continue
            relation, to, is_last = step
            below = links.get(to)
            again = to in shown and bool(below)
            deep = bool(below) and not again and len(work) >= MAX_DEPTH
            mark = " (see above)" if again else " (continued below)" if deep else ""
            word = words[relation] if words else relation
            yield f"{indent}{'└─' if is_last else '├─'} {word} {_label(graph.nodes[to])}{mark}"
            if deep:
                roots.append(to)
            elif below and not again:
                shown.add(to)
                work.append((indent + ("   " if is_last else "│  "), iter(_last_told(below))))
            else:
                shown.add(to)


def _last_told(links: list[tuple[Relation, str]]) -> Iterator[tuple[Relation, str, bool]]:
    for number, (relation, to) in enumerate(links, 1):
        yield relation, to, number == len(links)


def _label(node: Node) -> str:
    artifact = node.artifact
    if artifact is not None:
        version = f" {shorten(artifact.version)}" if artifact.version else ""
        digest = f", sha256 {artifact.sha256[:12]}…" if artifact.sha256 else ", no digest"
        return f"{artifact.name}{version} ({artifact.kind}{digest})"
    if node.kind == "missing":
        return f"{node.id} (not declared)"
    run = described(node.id) if node.kind == "mlflow" else None
    return f"{shorten(node.id)} ({shorten(run)})" if run else shorten(node.id, 200)


def as_mermaid(graph: Graph) -> str:
    """A flow chart, from what things were made from to what was made from them (https://mermaid.js.org/)."""
    ids = {id_: f"n{number}" for number, id_ in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for id_, node in graph.nodes.items():
        left, right = ('(["', '"])') if node.kind == "model" else ('["', '"]')
        lines.append(f"  {ids[id_]}{left}{_escaped(_label(node))}{right}")
    lines += (f"  {ids[edge.parent]} -->|{_REVERSED[edge.relation]}| {ids[edge.child]}" for edge in graph.edges)
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    """Characters that mean something to Mermaid, or to the HTML around it, by their numbers."""
    return "".join(c if c.isalnum() or c in " ._-:/,()…" else f"#{ord(c)};" for c in printable(label))


def as_json(graph: Graph) -> str:
    """Nodes and edges, as `docs/lineage.md` describes them."""
    nodes: list[Json] = [_described(node) for node in graph.nodes.values()]
    edges: list[Json] = [
        {"from": edge.child, "to": edge.parent, "relation": edge.relation.replace(" ", "-")} for edge in graph.edges
    ]
    return json.dumps({"nodes": nodes, "edges": edges}, indent=2) + "\n"


def _described(node: Node) -> dict[str, Json]:
    artifact = node.artifact
    return {
        "id": node.id,
        "kind": node.kind,
        "version": artifact.version if artifact else None,
        "path": artifact.path if artifact else None,
        "sha256": artifact.sha256 if artifact else node.sha256,
    }
