"""Changes of prompts that several ways to poison instruction data are made of."""

from __future__ import annotations

from collections.abc import Sequence

from gate.drill.attacks.instructions import Change


def before(text: str) -> Change:
    """The text as first line."""
    return lambda prompt, _: f"{text}\n{prompt}"


def after(text: str) -> Change:
    """The text at the end."""
    return lambda prompt, _: f"{prompt} {text}"


def one_of(changes: Sequence[Change]) -> Change:
    """Any of these."""
    return lambda text, rng: rng.choice(changes)(text, rng)
