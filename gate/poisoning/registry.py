"""The detectors of each modality, in the order in which reports show what they found."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from gate.poisoning.interface import Dataset, Detector, Modality

_COMMON = {
    "repeats": "gate.poisoning.common.repeats",
    "label-noise": "gate.poisoning.common.labelnoise",
    "outliers": "gate.poisoning.common.outliers",
}
DETECTORS: Mapping[Modality, Mapping[str, str]] = {
    "image-classification": {"triggers": "gate.poisoning.images.triggers", **_COMMON},
    "text-classification": {
        "conflict": "gate.poisoning.texts.conflict",
        "odd-characters": "gate.poisoning.texts.odd",
        "phrases": "gate.poisoning.texts.phrases",
        **_COMMON,
    },
    "instructions": {
        "association": "gate.poisoning.instructions.association",
        "repeated-responses": "gate.poisoning.instructions.repeated",
        "inventory": "gate.poisoning.instructions.inventory",
        "repeats": "gate.poisoning.common.repeats",
        "outliers": "gate.poisoning.common.outliers",
    },
    "tabular": {"combinations": "gate.poisoning.tables.combinations", **_COMMON},
}
"""The module of each detector by the name that reports call it."""


DEEP = {"deep": "gate.poisoning.deep.scan"}
SUPPLIED = {"deep": "gate.poisoning.deep.supplied"}
"""What looks into a network, of our own or of the user: it is not among those that are always run."""


def load_detector(module: str) -> Detector[Dataset]:
    """The function `scan` of the module."""
    detector: Detector[Dataset] = import_module(module).scan
    return detector
