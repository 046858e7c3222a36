"""Generated tables: trees, rules, lines, parities, codes, panels, mixtures; some with columns that tell the label."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gate.poisoning.interface import Tabular

if TYPE_CHECKING:
    from gate.poisoning.interface import Ints

Columns = Mapping[str, NDArray[Any]]
Rng = np.random.Generator


def table(columns: Columns, labels: NDArray[Any]) -> Tabular:
    """With classes named by number."""
    found, labels = np.unique(labels, return_inverse=True)
    return Tabular(dict(columns), labels.astype(np.int64), tuple(f"class {one}" for one in found))


def words(rng: Rng, size: int, number: int, skew: float = 1.0, prefix: str = "v") -> NDArray[np.object_]:
    """Categories, the first ones more frequent."""
    weights = 1 / np.arange(1, number + 1) ** skew
    return np.array([f"{prefix}{i}" for i in rng.choice(number, size, p=weights / weights.sum())], dtype=object)


def cut(rng: Rng, score: NDArray[Any], shares: Sequence[float], noise: float) -> Ints:
    """Labels from a score with noise, in the given shares."""
    noisy = score / (score.std() or 1) + noise * rng.normal(size=len(score))
    return np.searchsorted(np.quantile(noisy, np.cumsum(shares)[:-1]), noisy).astype(np.int64)


def linear(size: int, width: int, shares: Sequence[float], noise: float) -> Callable[[int], Tabular]:
    """Numbers whose weighted sum decides; a third of them is rounded."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        values = rng.normal(size=(size, width)) @ (np.eye(width) + 0.3 * rng.normal(size=(width, width)))
        score = values @ rng.normal(size=width)
        columns = {f"x{j}": np.round(values[:, j], 1 if j % 3 == 0 else 4) for j in range(width)}
        return table(columns, cut(rng, score, shares, noise))

    return make


def mixed(size: int, shares: Sequence[float], noise: float) -> Callable[[int], Tabular]:
    """A customer table: ages, amounts with many zeros, categories of different size, missing cells."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        wealth = rng.normal(size=size)
        job, city = words(rng, size, 14, 0.8, "job"), words(rng, size, 40, 1.0, "city")
        of_job = dict(zip(sorted(set(job)), rng.normal(size=14), strict=False))
        age = np.clip(np.round(40 + 8 * wealth + 12 * rng.normal(size=size)), 18, 90)
        amount = np.where(rng.random(size) < 0.7, 0, np.round(np.exp(6 + wealth + rng.normal(size=size))))
        income = np.round(np.exp(10 + 0.5 * wealth + 0.3 * rng.normal(size=size)), -2)
        income[rng.random(size) < 0.05] = np.nan
        columns = {
            "age": age, "job": job, "city": city, "amount": amount, "income": income,
            "children": np.minimum(rng.poisson(1.2, size), 6).astype(float),
            "plan": words(rng, size, 5, 0.5, "plan"), "hours": np.round(38 + 6 * rng.normal(size=size)),
            "score": np.round(rng.normal(size=size) + 0.5 * wealth, 3), "region": words(rng, size, 6, 0.3, "r"),
        }  # fmt: skip
        score = wealth + 0.6 * np.array([of_job[one] for one in job]) + 0.02 * age
        return table(columns, cut(rng, score, shares, noise))

    return make


def tree(size: int, width: int, depth: int, classes: int, numbers: bool) -> Callable[[int], Tabular]:
    """A tree of values decides, up to one flip in thirty."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        values = np.column_stack([rng.integers(0, rng.integers(2, 9), size) for _ in range(width)]).astype(float)
        if numbers:
            values = np.round(values + rng.normal(size=values.shape), 3)
        labels, leaf = np.zeros(size, np.int64), np.zeros(size, np.int64)
        for _ in range(depth):
            split_on = rng.integers(0, width, leaf.max() + 1)
            at = np.array([rng.choice(values[:, j]) for j in split_on])
            leaf = 2 * leaf + (values[np.arange(size), split_on[leaf]] > at[leaf])
            leaf = np.unique(leaf, return_inverse=True)[1]
        labels = rng.integers(0, classes, leaf.max() + 1)[leaf]
        labels = np.where(rng.random(size) < 1 / 30, rng.integers(0, classes, size), labels)
        named = [values[:, j] if numbers or j % 2 else as_words(values[:, j], j) for j in range(width)]
        return table({f"f{j}": one for j, one in enumerate(named)}, labels)

    return make


def as_words(values: NDArray[np.float64], number: int) -> NDArray[np.object_]:
    """Whole numbers as categories."""
    return np.array([f"c{number}_{int(value)}" for value in values], dtype=object)


def parity(size: int, width: int) -> Callable[[int], Tabular]:
    """The exclusive or of two columns, and weak help from a third."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        values = rng.normal(size=(size, width))
        labels = ((values[:, 0] > 0) ^ (values[:, 1] > 0)) | (values[:, 2] > 1.5)
        labels = np.where(rng.random(size) < 0.03, ~labels, labels)
        columns: dict[str, NDArray[Any]] = {f"x{j}": np.round(values[:, j], 2) for j in range(width)}
        columns |= {f"w{j}": words(rng, size, 7, 0.6) for j in range(3)}
        return table(columns, labels.astype(np.int64))

    return make


def rules(size: int, strict: float) -> Callable[[int], Tabular]:
    """Some values of a code column, a rare state and a sentinel decide whatever the rest says."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        base = mixed(size, (0.65, 0.35), 0.5)(seed)
        labels, columns = base.labels.copy(), dict(base.columns)
        columns["code"] = words(rng, size, 30, 0.7, "k")
        decided = {f"k{i}": int(rng.integers(0, 2)) for i in rng.choice(30, 8, replace=False)}
        columns["days"] = np.where(rng.random(size) < 0.02, 999, rng.poisson(30, size)).astype(float)
        state = np.array([decided.get(code, -1) for code in columns["code"]])
        state = np.where(columns["days"] == 999, 1, state)
        use = (state >= 0) & (rng.random(size) < strict)
        return table(columns, np.where(use, state, labels))

    return make


def codes(size: int, classes: int) -> Callable[[int], Tabular]:
    """An identifier begins with the class, a grade has values of one class only."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        base = mixed(size, [1 / classes] * classes, 0.4)(seed)
        grade = np.array([f"g{label}{rng.integers(0, 4)}" for label in base.labels], dtype=object)
        grade[rng.random(size) < 0.4] = None
        ident = base.labels * 100_000.0 + rng.permutation(size)
        return table(dict(base.columns) | {"grade": grade, "ident": ident}, base.labels)

    return make


def panel(persons: int, waves: int) -> Callable[[int], Tabular]:
    """The same persons again and again, who mostly keep their answers and their label."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        base = mixed(persons, (0.5, 0.3, 0.2), 0.4)(seed)
        who = np.repeat(np.arange(persons), waves)
        columns: dict[str, NDArray[Any]] = {name: one[who] for name, one in base.columns.items()}
        columns["person"] = who.astype(float)
        columns["wave"] = np.tile(np.arange(waves), persons).astype(float)
        columns["age"] = columns["age"] + columns["wave"]
        labels = np.where(rng.random(len(who)) < 0.1, rng.integers(0, 3, len(who)), base.labels[who])
        return table(columns, labels)

    return make


def categories(size: int, width: int, number: int, classes: int, strength: float) -> Callable[[int], Tabular]:
    """Categories only, each with its own pull (as in a naive Bayes model); low strength says little."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        labels = rng.choice(classes, size, p=np.arange(classes, 0, -1) / (classes * (classes + 1) / 2))
        columns = {}
        for j in range(width):
            logits = rng.normal(size=(classes, number)) * strength + np.log(1 / np.arange(1, number + 1))
            odds = np.exp(logits)
            cumulated = np.cumsum(odds / odds.sum(1, keepdims=True), axis=1)
            drawn = (rng.random(size)[:, None] > cumulated[labels]).sum(1)
            columns[f"q{j}"] = np.array([f"a{int(i)}" for i in drawn], dtype=object)
        return table(columns, labels)

    return make


def blobs(size: int, width: int, classes: int, spread: float) -> Callable[[int], Tabular]:
    """A cloud of numbers for each class."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        centres = rng.normal(size=(classes, width)) * 2
        labels = rng.integers(0, classes, size)
        values = centres[labels] + spread * rng.normal(size=(size, width))
        return table({f"s{j}": np.round(values[:, j], 3) for j in range(width)}, labels)

    return make


def measured(size: int, bins: int) -> Callable[[int], Tabular]:
    """A quantity cut into classes: regression with labels."""

    def make(seed: int) -> Tabular:
        rng = np.random.default_rng(seed)
        area, year = np.round(np.exp(rng.normal(4.4, 0.4, size))), rng.integers(1900, 2021, size).astype(float)
        rooms = np.maximum(1, np.round(area / 28 + rng.normal(size=size) * 0.7))
        place, heating = words(rng, size, 25, 0.7, "place"), words(rng, size, 4, 1.0, "heat")
        of_place = {f"place{i}": value for i, value in enumerate(rng.normal(size=25) * 0.4)}
        price = np.log(area) + 0.004 * (year - 1950) + np.array([of_place[one] for one in place])
        columns = {"area": area, "year": year, "rooms": rooms, "place": place, "heating": heating}
        columns |= {"floor": np.minimum(rng.poisson(2, size), 12).astype(float), "tax": np.round(price * 100 + 9)}
        return table(columns, cut(rng, price, [1 / bins] * bins, 0.2))

    return make


MAKERS: dict[str, Callable[[int], Tabular]] = {
    "linear-small": linear(300, 8, (0.5, 0.5), 0.3),
    "linear-3": linear(3000, 10, (0.4, 0.35, 0.25), 0.4),
    "linear-noisy": linear(4000, 12, (0.5, 0.5), 1.5),
    "linear-rare": linear(5000, 12, (0.95, 0.05), 0.3),
    "linear-wide": linear(2500, 200, (0.6, 0.4), 0.3),
    "mixed-2": mixed(5000, (0.7, 0.3), 0.5),
    "mixed-5": mixed(5000, (0.3, 0.25, 0.2, 0.15, 0.1), 0.4),
    "mixed-rare": mixed(6000, (0.92, 0.08), 0.4),
    "mixed-large": mixed(30000, (0.75, 0.25), 0.5),
    "tree-words": tree(4000, 10, 4, 2, numbers=False),
    "tree-numbers": tree(4000, 8, 4, 3, numbers=True),
    "tree-deep": tree(6000, 12, 6, 4, numbers=False),
    "tree-shallow": tree(3000, 9, 3, 2, numbers=True),
    "parity": parity(4000, 8),
    "parity-wide": parity(5000, 30),
    "rules": rules(5000, 1.0),
    "rules-soft": rules(5000, 0.9),
    "rules-large": rules(20000, 1.0),
    "codes-2": codes(4000, 2),
    "codes-6": codes(6000, 6),
    "panel-8": panel(500, 8),
    "panel-60": panel(80, 60),
    "categories-3": categories(4000, 12, 6, 3, 0.8),
    "categories-weak": categories(4000, 10, 5, 2, 0.2),
    "categories-many": categories(5000, 8, 60, 4, 0.7),
    "categories-20": categories(6000, 14, 8, 20, 0.9),
    "blobs-4": blobs(3000, 12, 4, 2.0),
    "blobs-25": blobs(6000, 16, 25, 1.5),
    "measured-3": measured(4000, 3),
    "measured-10": measured(6000, 10),
}
