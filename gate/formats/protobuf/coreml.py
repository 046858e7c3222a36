"""Core ML models (`.mlmodel`, and the one inside an `.mlpackage`): what comes from outside of the model.

Source: `Model.proto`, `NeuralNetwork.proto`, `MIL.proto`, `CustomModel.proto` and `LinkedModel.proto` of
coremltools 9.
"""

from __future__ import annotations

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.findings import Findings, leads_out
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.protobuf.collect import collect
from gate.formats.protobuf.wire import NUMBER, TEXT, Message, Schema

SCHEMA: Schema = {
    "model": {
        1: NUMBER, 2: "description", 200: "wrapped_pipeline", 201: "wrapped_pipeline", 202: "pipeline",
        303: "network", 403: "network", 500: "network", 502: "program", 555: "custom_model", 556: "linked_model",
    },
    "description": {1: "feature", 10: "feature", 20: "signature"},
    "signature": {2: "feature", 3: "feature"},
    "feature": {1: TEXT},
    "wrapped_pipeline": {1: "pipeline"},
    "pipeline": {1: "model"},
    "custom_model": {10: TEXT},
    "linked_model": {1: "linked_file"},
    "linked_file": {1: "linked_name"},
    "linked_name": {1: TEXT},
    "network": {1: "layer"},
    "layer": {1: TEXT, 500: "custom_layer", 605: "branch", 615: "loop"},
    "branch": {1: "network", 2: "network"},
    "loop": {3: "network", 4: "network"},
    "custom_layer": {10: TEXT},
    "program": {2: "function_entry", 4: "value_entry"},
    "function_entry": {2: "function"},
    "function": {3: "block_entry", 4: "value_entry"},
    "block_entry": {2: "block"},
    "block": {3: "operation", 4: "value_entry"},
    "operation": {1: TEXT, 2: "input_entry", 4: "block", 5: "value_entry"},
    "input_entry": {2: "argument"},
    "argument": {1: "binding"},
    "binding": {2: "value"},
    "value_entry": {2: "value"},
    "value": {3: "immediate", 5: "blob"},
    "immediate": {2: "values", 3: "values", 4: "pairs"},
    "values": {1: "value"},
    "pairs": {1: "pair"},
    "pair": {1: "value", 2: "value"},
    "blob": {1: TEXT},
}  # fmt: skip
_INSIDE = "@model_path/"
"""What a blob's file name in a package begins with (`MIL.proto`, BlobFileValue)."""
_CLASSES = {"custom_layer": "a layer", "custom_model": "a model"}
_REFERENCE = "weights/external-reference"


def read(source: Source) -> Inspection | None:
    """Judge custom code and other files that a model names; None if `source` is no Core ML model.

    Facts: `specification` (version), `layers` and `operations`.
    """
    return collect(source, SCHEMA, "model", "coreml", _Model())


class _Model:
    """What was seen so far."""

    def __init__(self) -> None:
        self._findings = Findings()
        self._counts = dict.fromkeys(SCHEMA, 0)
        self._version = 0

    @property
    def recognised(self) -> bool:
        """Whether this is surely a Core ML model: a version, and inputs or outputs that have names."""
        return bool(self._counts["feature"]) and 0 < self._version < 100

    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong."""
        return self._findings.flaws()

    def facts(self) -> dict[str, Json]:
        """See `read`."""
        counts = self._counts
        return {"specification": self._version, "layers": counts["layer"], "operations": counts["operation"]}

    def take(self, message: Message) -> None:
        """Note what a message says."""
        kind = message.kind
        self._counts[kind] += kind != "feature" or bool(message.text(1))
        if kind == "model":
            self._version = message.number(1)
        elif kind in _CLASSES:
            name = shorten(message.text(10), 60)
            text = f'{_CLASSES[kind]} of the class "{name}", which is code from elsewhere'
            self._findings.add(_REFERENCE, text, message.start)
        elif kind == "linked_file":
            self._findings.add(_REFERENCE, "a model that is loaded from another file", message.start)
        elif kind == "blob":
            path = message.text(1)
            why = leads_out(path[len(_INSIDE) :] if path.startswith(_INSIDE) else path)
            if why is not None:
                self._findings.add(_REFERENCE, f'weights lie in "{shorten(path)}", which {why}', message.start)
