"""Whether values came into a table as values do: what suspects share, and values that nobody writes."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, chi2

from gate.poisoning.tables.mining import Item
from gate.poisoning.tables.views import RANGED, Codes, View

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

SHARED = 0.8
"""Suspects share a column if so many have one value of it, which half of the table has not."""
ALL, BY_CHANCE = 0.98, 1e-3
"""Or if nearly all have a value that more of the table has, and that is not chance."""
FEW = 4
"""Codes of fewer expected rows are taken together."""
CODES = 40
DEPENDENT = 0.3
"""Cramér's V from which on columns are bound to each other, beyond what chance gives it."""
SPIKE = 5
"""An odd number repeats so many times more often than any other of its column, in which few repeat at all."""


def shared_columns(
    views: Sequence[View], items: Sequence[Item], rows: NDArray[np.intp], others: NDArray[np.bool_]
) -> tuple[int, ...]:
    """The columns of `items`, and further ones in which nearly all rows agree and the table does not.

    What rows of other classes, `others`, have anyway is not shared: it is what speaks against the label.
    """
    found = {views[item.view].column for item in items}
    for view in views:
        if view.column in found:
            continue
        codes = view.codes[rows]
        counts = np.bincount(codes[codes >= 0], minlength=1)
        most = int(counts.argmax())
        held = view.codes == most
        rare = counts[most] >= SHARED * len(rows) and held.mean() < 0.5
        chance = binom.sf(counts[most] - 1, len(rows), held[others].mean())
        if rare or (counts[most] >= ALL * len(rows) and chance < BY_CHANCE):
            found.add(view.column)
    return tuple(sorted(found))


def like_others(
    views: Sequence[View], suspects: NDArray[np.intp], labels: Ints, target: int, columns: Sequence[int]
) -> float:
    """The probability that suspects differ so much from rows drawn at random among the other classes, or one of them.

    Poisoned rows are such rows, but for the `columns` of the trigger. The smallest p of chi-square tests of the other
    columns, times their number, where that is largest.
    """
    others = labels != target
    references = [np.flatnonzero(others)]
    counts = np.bincount(labels[others])
    if (counts > 0).sum() > 1:
        references += [np.flatnonzero(labels == one) for one in np.flatnonzero(counts >= len(suspects))]
    wide = {view.column for view in views if view.kind == "range"}
    used = [v for v in views if v.column not in columns and v.kind == ("range" if v.column in wide else "value")]
    return max(
        min((differs(v.codes[suspects], v.codes[rows], len(v.names)) for v in used), default=1.0) * len(used)
        for rows in references
    )


def differs(mine: Codes, reference: Codes, number: int) -> float:
    """The p of a chi-square test of two samples of codes; codes with few rows count as one."""
    seen, known = (np.bincount(codes + 1, minlength=number + 1) for codes in (mine, reference))
    expected = known * (len(mine) / len(reference))
    few = expected < FEW
    seen = np.append(seen[~few], seen[few].sum())
    expected = np.append(expected[~few], max(expected[few].sum(), 0.5))
    variance = expected * (1 + len(mine) / len(reference))
    return float(chi2.sf(((seen - expected) ** 2 / variance).sum(), max(len(seen) - 1, 1)))


def dependent(one: View, other: View, without: NDArray[np.intp]) -> bool:
    """Whether two columns go together in all other rows (Cramér's V of their most frequent values)."""
    kept = np.ones(len(one.codes), bool)
    kept[without] = False
    codes = [np.where(view.codes < CODES, view.codes, -1)[kept].astype(np.int64) + 1 for view in (one, other)]
    counts = np.bincount(codes[0] * (CODES + 1) + codes[1], minlength=(CODES + 1) ** 2).reshape(CODES + 1, -1)
    counts = counts[counts.sum(1) > 0][:, counts.sum(0) > 0]
    expected = counts.sum(1, keepdims=True) * (counts.sum(0) / max(counts.sum(), 1))
    least = min(counts.shape) - 1
    excess = ((counts - expected) ** 2 / expected).sum() - (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return bool(least > 0 and excess > DEPENDENT**2 * counts.sum() * least)


def artificial(view: View, code: int) -> bool:
    """Whether a value is another one's misspelling, or a number that only these rows repeat.

    So is the one number with decimals in a column of whole numbers."""
    if view.kind in RANGED:
        return False
    if view.numbers is None:
        twin = plain(view.names[code])
        return any(plain(name) == twin for name in view.names[:code])
    number = view.numbers[code]
    counts = np.bincount(view.codes[view.codes >= 0], minlength=len(view.names))
    broken = counts[np.mod(view.numbers, 1) != 0].sum()
    if np.isfinite(number) and number % 1 and counts[code] >= SHARED * broken:
        return True
    rarely_repeated = (view.codes >= 0).mean() < 0.5
    lonely = counts[code] >= SPIKE * np.delete(counts, code).max(initial=1)
    return bool(np.isfinite(number) and number != 0 and rarely_repeated and lonely)


def plain(name: str) -> str:
    """A text without what readers do not see: case, blanks, and forms of letters."""
    visible = (c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) not in ("Cf", "Cc", "Mn"))
    return "".join("".join(visible).casefold().split())
