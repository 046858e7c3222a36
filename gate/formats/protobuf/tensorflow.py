"""TensorFlow graphs: SavedModel, MetaGraphDef (`.meta`) and GraphDef (`.pb`). Tensors are stepped over.

Source: `saved_model.proto`, `meta_graph.proto`, `graph.proto`, `function.proto`, `node_def.proto`,
`attr_value.proto`, `saved_object_graph.proto`, and Keras's `saved_metadata.proto`, of TensorFlow 2.21.
"""

from __future__ import annotations

from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.findings import Findings, leads_out
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.protobuf.collect import collect
from gate.formats.protobuf.tensorflow_ops import (
    EFFECTS,
    PATHS,
    REFERENCE,
    attribute_effect,
    constant_effect,
    known,
)
from gate.formats.protobuf.tensorflow_scope import Scope
from gate.formats.protobuf.wire import NUMBER, SPAN, TEXT, TEXTS, Message, Schema, Span, walk
from gate.formats.streams import Slice, budget_of

_NODE = {1: TEXT, 2: TEXT, 3: TEXTS, 5: "attribute"}
SCHEMA: Schema = {
    "saved_model": {1: NUMBER, 2: "meta_graph"},
    "meta_graph": {1: "info", 2: "graph", 4: "collection", 6: "asset", 7: "objects"},
    "collection": {2: "collected"},
    "collected": {5: "anything"},
    "anything": {1: "any"},
    "any": {1: TEXT, 2: SPAN},
    "info": {5: TEXT},
    "asset": {1: "asset_tensor", 2: TEXT},
    "asset_tensor": {1: TEXT},
    "graph": {1: "node", 2: "library"},
    "library": {1: "function"},
    "function": {1: "signature", 3: "inner_node"},
    "signature": {1: TEXT},
    "node": _NODE,
    "inner_node": _NODE,
    "attribute": {1: TEXT, 2: "value"},
    "value": {2: TEXT, 8: "tensor"},
    "tensor": {8: TEXTS},
    "objects": {1: "object"},
    "object": {4: "user_object"},
    "user_object": {1: TEXT, 3: SPAN},
    "keras_metadata": {1: "keras_object"},
    "keras_object": {4: TEXT, 5: SPAN},
}
OPERATORS = 10_000
"""Distinct foreign operators, and functions, that are told apart."""


def read_saved_model(source: Source) -> Inspection | None:
    """Judge a SavedModel; None if `source` is none. Facts: see `_Graphs.facts`."""
    return collect(source, SCHEMA, "saved_model", "saved-model", _Graphs(source))


def read_meta_graph(source: Source) -> Inspection | None:
    """Judge a MetaGraphDef; None if `source` is none. Facts: see `_Graphs.facts`."""
    return collect(source, SCHEMA, "meta_graph", "tf-meta-graph", _Graphs(source))


def read_graph(source: Source) -> Inspection | None:
    """Judge a GraphDef; None if `source` is none. Facts: see `_Graphs.facts`."""
    return collect(source, SCHEMA, "graph", "tf-graph", _Graphs(source))


def read_keras_metadata(source: Source) -> Inspection | None:
    """Judge the `keras_metadata.pb` of a SavedModel; None if `source` is none."""
    return collect(source, SCHEMA, "keras_metadata", "keras-metadata", _Graphs(source))


class _Node(NamedTuple):
    """The first node of an operator."""

    name: str
    start: int


class _Graphs:
    """What was seen so far."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._findings = Findings()
        self._counts = dict.fromkeys(SCHEMA, 0)
        self._known = False
        self._keras = False
        self._foreign: dict[str, _Node] = {}
        self._functions: set[str] = set()
        self._version = ""
        self._assets: set[str] = set()
        self._values: list[str] = []
        self._attributes: dict[str, list[str]] = {}
        self._main = Scope()
        self._inner = Scope()
        self._too_many: int | None = None
        self._handlers = {
            "node": self._on_node,
            "inner_node": self._on_node,
            "value": self._on_value,
            "tensor": self._on_tensor,
            "attribute": self._on_attribute,
            "signature": self._on_signature,
            "function": self._on_function,
            "asset": self._on_asset,
            "asset_tensor": self._on_asset_tensor,
            "any": self._on_any,
            "info": self._on_info,
            "user_object": self._on_user_object,
            "keras_object": self._on_keras_object,
        }

    def take(self, message: Message) -> None:
        """Note what a message says."""
        self._counts[message.kind] += 1
        handler = self._handlers.get(message.kind)
        if handler is not None:
            handler(message)

    @property
    def recognised(self) -> bool:
        """Whether this surely is TensorFlow's: a node has one of its operators, or an object is one of Keras."""
        return self._known or self._keras

    def facts(self) -> dict[str, Json]:
        """`tensorflow` (the version that wrote it), `nodes`, `functions` and `assets`."""
        return {
            "tensorflow": shorten(self._version, 40),
            "nodes": self._counts["node"] + self._counts["inner_node"],
            "functions": self._counts["function"],
            "assets": self._counts["asset"],
        }

    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong: only at the end it is known which functions and assets there are."""
        self._follow(self._main)
        for operator, node in self._foreign.items():
            if operator not in self._functions:
                message = f"{_shown(operator, node)} is not one of TensorFlow: it needs code from elsewhere"
                self._findings.add(REFERENCE, message, node.start)
        if self._too_many is not None:
            message = f"more than {OPERATORS:,} operators that are not TensorFlow's"
            self._findings.add("weights/unscannable", message, self._too_many)
        return self._findings.flaws()

    def _on_node(self, message: Message) -> None:
        operator, node = message.text(2), _Node(message.text(1), message.start)
        scope = self._main if message.kind == "node" else self._inner
        if known(operator):
            self._known = self._known or bool(node.name)
        elif not operator:
            return  # cut off
        elif len(self._foreign) < OPERATORS:
            self._foreign.setdefault(operator, node)
        else:
            self._too_many = node.start
        if operator in EFFECTS:
            rule, what = EFFECTS[operator]
            self._findings.add(rule, f'operator "{operator}" {what}', node.start)
        what = attribute_effect(operator, self._attributes) or ""
        if what:
            self._findings.add(REFERENCE, f"{_shown(operator, node)} {what}", node.start)
        scope.add(node.name, message, self._attributes.get("value", []))
        self._attributes = {}

    def _on_value(self, value: Message) -> None:
        if 2 in value.values:
            self._values.append(value.text(2))

    def _on_tensor(self, tensor: Message) -> None:
        self._values += tensor.texts(8)

    def _on_attribute(self, attribute: Message) -> None:
        if self._values:
            self._attributes.setdefault(attribute.text(1), []).extend(self._values)
            self._values = []

    def _on_signature(self, signature: Message) -> None:
        if len(self._functions) < OPERATORS:
            self._functions.add(signature.text(1))

    def _on_function(self, _: Message) -> None:
        self._follow(self._inner)
        self._inner = Scope()

    def _follow(self, scope: Scope) -> None:
        """Find the constant paths that operators of PATHS are given within one graph or function."""
        for sink in scope.sinks:
            for path in scope.constants(sink, PATHS[sink.operator], self._assets):
                what = constant_effect(sink.operator, path)
                if what:
                    self._findings.add(REFERENCE, f'operator "{sink.operator}" {what}', sink.start)

    def _on_asset(self, asset: Message) -> None:
        why = leads_out(asset.text(2))
        if why is not None:
            message = f'the file name of an asset, "{shorten(asset.text(2))}", {why}'
            self._findings.add(REFERENCE, message, asset.start)

    def _on_asset_tensor(self, tensor: Message) -> None:
        if len(self._assets) < OPERATORS:
            self._assets.add(tensor.text(1).partition(":")[0])

    def _on_any(self, item: Message) -> None:
        """TensorFlow 1 keeps the assets in a collection, each wrapped in an `Any`."""
        where = item.values.get(2)
        if item.text(1).endswith(".AssetFileDef") and isinstance(where, Span):
            for message in walk(Slice(self._source, *where, budget_of(self._source)), SCHEMA, "asset"):
                self.take(message)

    def _on_info(self, info: Message) -> None:
        self._version = info.text(5) or self._version

    def _on_user_object(self, item: Message) -> None:
        self._judge_keras(item.text(1), item.values.get(3))

    def _on_keras_object(self, item: Message) -> None:
        self._judge_keras(item.text(4), item.values.get(5))

    def _judge_keras(self, identifier: str, where: object) -> None:
        """The configuration of a Keras object, as JSON; Keras builds layers from it when it loads the model."""
        if not identifier.startswith("_tf_keras") or not isinstance(where, Span):
            return
        from gate.formats.protobuf.keras_metadata import judge

        self._keras = True
        for flaw in judge(self._source, where):
            self._findings.add(flaw.rule, f"Keras object: {flaw.message}", where.start)


def _shown(operator: str, node: _Node) -> str:
    return f'operator "{shorten(operator, 60)}" (node "{shorten(node.name, 60)}")'
