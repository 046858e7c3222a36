"""Makes a poisoned copy of a dataset: a limited process reads the samples, and can write to one new file only."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import NamedTuple

from gate import limited
from gate.checks.interface import Material
from gate.checks.pieces import pieces_of
from gate.checks.readable import changed
from gate.core.errors import UnableError
from gate.core.model import Json
from gate.drill.files import NAMES
from gate.drill.registry import ATTACKS
from gate.poisoning.run import EXTRA, SPEED, STARTUP, Options, ask, reading

ART = "pip install 'dbom-gate[poisoning,deep]'"
MOST = 4 * 1024 * 1024 * 1024
"""Bytes that a copy may have."""


class Poison(NamedTuple):
    """What to do to the samples: the name of an attack, the share of samples, and a seed."""

    attack: str
    rate: float
    seed: int


class Copy(NamedTuple):
    """The file `name`, and where its labels are; `rows` are the positions of what `about` says was poisoned."""

    name: str
    labels: str | None
    rows: frozenset[int]
    about: str


def make_copy(
    material: Material, options: Options, poison: Poison | None, directory: str, tick: Callable[[], object]
) -> Copy:
    """Writes the samples of a dataset to a new file in `directory`, poisoned unless `poison` is None.

    Raises `DataError` where samples cannot be read, or the attack has nothing to change; `UnableError` for the rest.
    """
    name = NAMES[options.modality]
    with contextlib.ExitStack() as stack:
        pieces = pieces_of(material, stack)
        home = stack.enter_context(_home())
        path = os.path.join(directory, name)
        out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        stack.callback(os.close, out)
        seconds = STARTUP + options.seconds + sum(piece.size for piece in pieces) / SPEED
        task: dict[str, Json] = {
            **reading(pieces, options),
            "attack": poison.attack if poison else None,
            "rate": poison.rate if poison else 0,
            "attack_seed": poison.seed if poison else 0,
            "out": out,
            "most": MOST,
            "seconds": seconds,
        }
        stack.push(lambda kind, *_: os.unlink(path) if kind else None)  # no half of a copy stays behind
        found = ask(
            lambda answer: limited.command("gate.drill.child", str(answer)),
            [*(piece.descriptor for piece in pieces), out],
            task,
            seconds=seconds,
            tick=tick,
            environment={"HOME": home},
            extra=ART if poison and ATTACKS[options.modality][poison.attack] == "art" else EXTRA,
        )
    return _understood(material, name, found)


def _home() -> contextlib.AbstractContextManager[str]:
    """ART writes its settings to the home directory as it is imported."""
    import tempfile

    return tempfile.TemporaryDirectory(prefix="gate-home-")


def _understood(material: Material, name: str, found: dict[str, Json]) -> Copy:
    rows, sha256, labels = found.get("rows"), found.get("sha256"), found.get("labels")
    if not isinstance(rows, list) or not isinstance(sha256, dict) or not isinstance(labels, str | None):
        raise UnableError("the process that poisons gave no complete answer", "this is a defect: please report it")
    if touched := changed(material, sha256, "it was copied"):
        raise UnableError(touched.message, touched.fix)
    return Copy(name, labels, frozenset(int(str(row)) for row in rows), str(found.get("about")))
