"""Caffe networks (`.caffemodel`): layers that run Python.

Source: `caffe.proto` of BVLC/caffe (NetParameter, LayerParameter, PythonParameter).
"""

from __future__ import annotations

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.findings import Findings
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.protobuf.collect import collect
from gate.formats.protobuf.wire import TEXT, Message, Schema

SCHEMA: Schema = {
    "net": {1: TEXT, 100: "layer"},
    "layer": {1: TEXT, 2: TEXT, 130: "python"},
    "python": {1: TEXT, 2: TEXT},
}
LAYERS = frozenset((
    "AbsVal", "Accuracy", "ArgMax", "BatchNorm", "Bias", "Concat", "Convolution", "Crop", "Data", "Deconvolution",
    "DetectionOutput", "Dropout", "ELU", "Eltwise", "Embed", "EuclideanLoss", "Exp", "Flatten", "HDF5Data",
    "HDF5Output", "Im2col", "ImageData", "InnerProduct", "Input", "LRN", "LSTM", "Log", "MVN", "MemoryData",
    "Normalize", "PReLU", "Permute", "Pooling", "Power", "PriorBox", "Python", "RNN", "ROIPooling", "ReLU",
    "Reduction", "Reshape", "SPP", "Scale", "Sigmoid", "Silence", "Slice", "Softmax", "SoftmaxWithLoss", "Split",
    "TanH", "Threshold", "Tile", "WindowData",
))  # fmt: skip
"""Types of layers, of which a network has at least one; networks with layers of their own kinds have these too."""


def read(source: Source) -> Inspection | None:
    """Judge every layer; None if `source` is no network. Facts: `name` and `layers`."""
    return collect(source, SCHEMA, "net", "caffe", _Net())


class _Net:
    """What was seen so far."""

    def __init__(self) -> None:
        self._findings = Findings()
        self._layers = 0
        self._known = False
        self._module: str | None = None
        self._name = ""

    @property
    def recognised(self) -> bool:
        """Whether this is surely a network: a layer is one of Caffe's."""
        return self._known

    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong."""
        return self._findings.flaws()

    def facts(self) -> dict[str, Json]:
        """See `read`."""
        return {"name": shorten(self._name, 60), "layers": self._layers}

    def take(self, message: Message) -> None:
        """Note what a message says."""
        if message.kind == "python":
            self._module = f"{message.text(1)}.{message.text(2)}"
        elif message.kind == "layer":
            self._layers += 1
            kind = message.text(2)
            self._known = self._known or kind in LAYERS
            if kind == "Python":
                name, module = shorten(message.text(1), 60), shorten(self._module or "", 60)
                self._findings.add("weights/embedded-code", f'layer "{name}" runs Python: {module}', message.start)
            self._module = None
        else:
            self._name = message.text(1)
