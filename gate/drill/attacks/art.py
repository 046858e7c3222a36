"""Attacks that the Adversarial Robustness Toolbox makes; imported only where one of them is asked for."""

from __future__ import annotations

import numpy as np
from art.attacks.poisoning import PoisoningAttackBackdoor
from art.attacks.poisoning.perturbations import add_pattern_bd, add_single_bd

from gate.drill.attacks.images import Batch, Rng, Stamp, dirty
from gate.drill.interface import Attack

_WHITE = 255


def _stamp(perturbation: object) -> Stamp:
    def stamp(batch: Batch, rng: Rng) -> None:
        attack = PoisoningAttackBackdoor(lambda images: perturbation(images, pixel_value=_WHITE))  # type: ignore[operator]
        batch[:] = attack.poison(batch, np.zeros(len(batch)))[0]

    return stamp


ATTACKS = {
    "art-patch": Attack(
        "ART's pattern of four pixels (add_pattern_bd), in other classes", dirty(_stamp(add_pattern_bd))
    ),
    "art-pixel": Attack("ART's single pixel (add_single_bd), in other classes", dirty(_stamp(add_single_bd))),
}
