"""Which column holds the labels, and labels as numbers of classes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gate.core.text import did_you_mean, shorten
from gate.data.interface import DataError, Table

if TYPE_CHECKING:
    from gate.data.samples.interface import Ints

NAMES = ("label", "labels", "class", "target", "y", "category", "sentiment", "outcome", "income")
"""What columns of labels are called, the likeliest first."""
MAX_CLASSES = 1000
"""More different labels than these are no classes."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]*)?")
SAY = "name the column of the labels with `labels:` under `scan:`, or `--label`"


def label_column(table: Table, asked: str | None) -> str:
    """The column of the labels: the one that is asked for, or the only one that is called as labels are."""
    names = [name for name, _ in table.columns]
    path = table.pieces[0].path
    if asked is not None:
        if asked in names:
            return asked
        hint = did_you_mean(asked, names) or f"it has {', '.join(shorten(name, 40) for name in names[:20])}"
        raise DataError(path, f"it has no column {shorten(asked, 60)!r} for the labels; {hint}")
    lowered = {name.lower(): name for name in names}
    found = next((lowered[name] for name in NAMES if name in lowered), None)
    if found is None:
        raise DataError(path, f"no column is called as labels are; {SAY}")
    return found


def classes_of(labels: Sequence[str | None], path: str) -> tuple[Ints, tuple[str, ...]]:
    """The labels as indices into the classes, in order of their names; -1 where there is none.

    What a trainer takes for one label is one class: `1`, `1.0` and ` 1`. Else an attacker could set his samples apart.
    """
    forms: dict[str, str] = {}
    for label in sorted({label for label in labels if label is not None}, key=lambda label: (len(label), label)):
        forms.setdefault(_value(label), label)
    found = sorted(forms.values(), key=_natural)
    if len(found) > MAX_CLASSES:
        message = f"it has {len(found):,} different labels, and at most {MAX_CLASSES:,} classes are looked at; {SAY}"
        raise DataError(path, message)
    index = {_value(label): number for number, label in enumerate(found)}
    known = {label: -1 if label is None else index[_value(label)] for label in set(labels)}
    return np.array([known[label] for label in labels], np.int64), tuple(found)


def _value(label: str) -> str:
    """What is the same for the same label in other forms."""
    text = label.strip()
    return repr(float(text)) if _NUMBER.fullmatch(text) else text


def _natural(label: str) -> tuple[int, float, str]:
    """Numbers in their order, before texts."""
    try:
        number = float(label)
    except ValueError:
        return 1, 0.0, label
    return (1, 0.0, label) if math.isnan(number) else (0, number, label)
