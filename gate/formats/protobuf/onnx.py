"""ONNX models: external data, and operators that come from elsewhere. Tensors are stepped over.

Source: `onnx.proto` (onnx 1.17), `external_data_helper.py`, and onnxruntime's `constants.h` for the domains that
it has built in.
"""

from __future__ import annotations

import re

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.findings import Findings, leads_out
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.protobuf.collect import collect
from gate.formats.protobuf.wire import NUMBER, SPAN, TEXT, Message, Schema

SCHEMA: Schema = {
    "model": {1: NUMBER, 2: TEXT, 3: TEXT, 7: "graph", 8: "opset", 20: "training", 25: "function"},
    "opset": {1: TEXT, 2: NUMBER},
    "graph": {1: "node", 2: TEXT, 5: "tensor", 12: "output", 15: "sparse"},
    "output": {1: TEXT, 2: SPAN},
    "training": {1: "graph", 2: "graph"},
    "function": {1: TEXT, 7: "node", 10: TEXT, 11: "attribute", 13: TEXT},
    "node": {3: TEXT, 4: TEXT, 5: "attribute", 7: TEXT, 8: TEXT},
    "attribute": {1: TEXT, 4: TEXT, 5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {2: NUMBER, 8: TEXT, 13: "external", 14: NUMBER},
    "external": {1: TEXT, 2: TEXT},
}  # fmt: skip
DOMAINS = frozenset((
    "", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training",
    "com.microsoft", "com.microsoft.nchwc", "com.microsoft.experimental", "com.microsoft.dml", "com.ms.internal.nhwc",
))  # fmt: skip
"""Operator sets of the standard, and those of onnxruntime itself."""
CALLERS = frozenset(("PyOp", "PyFunc", "PyCustomOp", "PythonOp", "PythonOpGrad", "TritonOp", "ATen", "ATenOp"))
"""Operators of onnxruntime, its training and its extensions that call Python or PyTorch, in any domain."""
IN_MEMORY = "_ORT_MEM_ADDR_"
"""To onnxruntime, a location with this is an address in memory (`tensorprotoutils.h`)."""
LISTED = 20
"""External files that are listed in the facts."""
OPERATORS = 10_000
"""Distinct operators and functions that are told apart."""
_OPERATOR = re.compile(r"[A-Za-z_][\w.:>/-]*\Z")
_EXTERNAL = 1
"""TensorProto.DataLocation."""
_REFERENCE = "weights/external-reference"
_Name = tuple[str, str, str]
"""Domain, operator and overload."""


def read(source: Source) -> Inspection | None:
    """Judge every graph, function and tensor; None if `source` is no ONNX model.

    Facts: `ir_version`, `producer`, `opset` (version by domain), `nodes`, `tensors` and `external` (the first
    files that tensors lie in). Raises `LimitError` where it cannot be told what `source` is.
    """
    return collect(source, SCHEMA, "model", "onnx", _Model())


class _Model:
    """What was seen so far."""

    def __init__(self) -> None:
        self._findings = Findings()
        self._foreign: dict[_Name, tuple[int, str]] = {}
        self._functions: set[_Name] = set()
        self._too_many: int | None = None
        self._content = False
        self._entries: list[tuple[str, int]] = []
        self._external: dict[str, None] = {}
        self._opset: dict[str, Json] = {}
        self._counts = dict.fromkeys(SCHEMA, 0)
        self._model = Message("model", {}, 0)
        self._handlers = {
            "node": self._on_node,
            "function": self._on_function,
            "attribute": self._on_attribute,
            "external": self._on_external,
            "tensor": self._on_tensor,
            "opset": self._on_opset,
            "output": self._on_output,
        }

    def take(self, message: Message) -> None:
        """Note what a message says."""
        self._counts[message.kind] += 1
        handler = self._handlers.get(message.kind)
        if handler is not None:
            handler(message)
        elif message.kind == "model":
            self._model = message

    @property
    def recognised(self) -> bool:
        """Whether this is surely a model: a version and a graph with something in it, or tensors that lie in files."""
        versioned = bool(self._opset) or 0 < self._model.number(1) < 1000
        return bool(self._external) or (versioned and self._content)

    def facts(self) -> dict[str, Json]:
        """See `read`."""
        producer = f"{self._model.text(2)} {self._model.text(3)}".strip()
        return {
            "ir_version": self._model.number(1),
            "producer": shorten(producer, 60),
            "opset": self._opset,
            "nodes": self._counts["node"],
            "tensors": self._counts["tensor"],
            "external": [shorten(name) for name in list(self._external)[:LISTED]],
        }

    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong: only at the end it is known which operators the model defines itself."""
        for name, (offset, node) in self._foreign.items():
            domain, operator, _ = name
            shown = f'operator "{shorten(operator, 60)}" of domain "{shorten(domain, 60)}" (node "{shorten(node, 60)}")'
            if operator in CALLERS:
                self._findings.add(_REFERENCE, f"{shown} calls into Python or PyTorch", offset)
            elif name not in self._functions:
                message = f"{shown} is not built into ONNX runtimes: it needs code from elsewhere"
                self._findings.add(_REFERENCE, message, offset)
        if self._too_many is not None:
            self._findings.add("weights/unscannable", f"more than {OPERATORS:,} custom operators", self._too_many)
        return self._findings.flaws()

    def _on_node(self, node: Message) -> None:
        operator, domain = node.text(4), node.text(7)
        if _OPERATOR.match(operator):
            self._content = True
        if domain not in DOMAINS or operator in CALLERS:
            if len(self._foreign) < OPERATORS:
                self._foreign.setdefault((domain, operator, node.text(8)), (node.start, node.text(3)))
            else:
                self._too_many = node.start

    def _on_function(self, function: Message) -> None:
        if len(self._functions) < OPERATORS:
            self._functions.add((function.text(10), function.text(1), function.text(13)))

    def _on_attribute(self, attribute: Message) -> None:
        """`EPContext` (com.microsoft) names a file of a compiled engine, or holds it."""
        path = attribute.text(4) if attribute.text(1) == "ep_cache_context" else ""
        why = leads_out(path) if path.isprintable() and path else None
        if why is not None:
            message = f'the location of a compiled engine, "{shorten(path)}", {why}'
            self._findings.add(_REFERENCE, message, attribute.start)

    def _on_external(self, entry: Message) -> None:
        if entry.text(1) == "location":
            self._entries.append((entry.text(2), entry.start))

    def _on_tensor(self, tensor: Message) -> None:
        name = shorten(tensor.text(8), 60)
        self._content = self._content or 0 < tensor.number(2) < 64
        for location, offset in self._entries:
            if len(self._external) < OPERATORS:
                self._external[location] = None
            why = leads_out(location) or ("is an address in memory" if IN_MEMORY in location else None)
            if why is not None:
                message = f'tensor "{name}" lies outside of the model: its location "{shorten(location)}" {why}'
                self._findings.add(_REFERENCE, message, offset)
        if tensor.number(14) == _EXTERNAL and not self._entries:
            message = f'tensor "{name}" is said to lie in another file, which is not named'
            self._findings.add("weights/malformed", message, tensor.start)
        self._entries.clear()

    def _on_output(self, output: Message) -> None:
        self._content = self._content or 2 in output.values

    def _on_opset(self, opset: Message) -> None:
        if opset.number(2) and len(self._opset) < OPERATORS:
            self._opset[shorten(opset.text(1), 60)] = opset.number(2)
