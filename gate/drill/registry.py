"""The attacks that suit each modality, by the names that the command line knows them by."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from gate.data.samples.interface import Modality

if TYPE_CHECKING:
    from gate.drill.interface import Attack

_FLIPS = {"random-flips": "flips", "targeted-flips": "flips"}
ATTACKS: Mapping[Modality, Mapping[str, str]] = {
    "image-classification": {
        "patch": "images",
        "blended": "images",
        "sinusoidal": "images",
        "warp": "images",
        "clean-label-patch": "images",
        **_FLIPS,
        "art-patch": "art",
        "art-pixel": "art",
    },
    "text-classification": {"rare-token": "texts", "phrase": "texts", **_FLIPS},
    "instructions": {
        "instruction-reply": "instructions",
        "instruction-gibberish": "instructions",
        "instruction-shell": "instructions",
    },
    "tabular": {"value-combination": "tables", **_FLIPS},
}
"""The module of `gate.drill.attacks` that has each attack."""


def usual(modality: Modality) -> tuple[str, ...]:
    """The attacks of a drill that names none: all that need no library of their own."""
    return tuple(name for name, module in ATTACKS[modality].items() if module != "art")


def load_attack(modality: Modality, name: str) -> Attack:
    """The attack of that name."""
    found: Attack = import_module(f"gate.drill.attacks.{ATTACKS[modality][name]}").ATTACKS[name]
    return found
