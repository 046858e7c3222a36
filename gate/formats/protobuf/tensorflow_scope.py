"""The nodes of one TensorFlow graph or function, to find which constants lead to a node's input."""

from __future__ import annotations

from typing import NamedTuple

from gate.formats.protobuf.tensorflow_ops import PATHS
from gate.formats.protobuf.wire import Message

NODES = 200_000
"""Nodes of one graph that are remembered."""
STEPS = 2000
"""Nodes that are followed back from one input."""
SINKS = 1000
"""Nodes of one graph whose inputs are followed."""


class Sink(NamedTuple):
    """A node that opens a file by a path that it is given."""

    operator: str
    inputs: list[str]
    start: int


class Scope:
    """Nodes by name, with their inputs or the texts that they hold."""

    def __init__(self) -> None:
        self._inputs: dict[str, list[str]] = {}
        self._texts: dict[str, list[str]] = {}
        self.sinks: list[Sink] = []

    def add(self, name: str, node: Message, texts: list[str]) -> None:
        """Remember a node, and the texts of a constant."""
        inputs = [text.partition(":")[0] for text in node.texts(3)]
        if len(self._inputs) < NODES:
            self._inputs.setdefault(name, []).extend(inputs)
        if texts:
            self._texts.setdefault(name, []).extend(texts)
        if node.text(2) in PATHS and len(self.sinks) < SINKS:
            self.sinks.append(Sink(node.text(2), inputs, node.start))

    def constants(self, sink: Sink, index: int, assets: set[str]) -> list[str]:
        """The constant texts from which the sink's input number `index` is computed, other than assets."""
        todo = sink.inputs[index : index + 1]
        seen = set(todo)
        found: list[str] = []
        while todo and len(seen) < STEPS:
            name = todo.pop()
            if name not in assets:
                found += self._texts.get(name, [])
            for other in self._inputs.get(name, []):
                if other not in seen and not other.startswith("^"):
                    seen.add(other)
                    todo.append(other)
        return found
