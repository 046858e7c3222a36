"""Tables that no threshold was chosen on: other real ones, and generated ones of natures that the others lack."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.poisoning.sets.table_makers import cut, table, words

if TYPE_CHECKING:
    from gate.poisoning.interface import Tabular

REAL = {
    "births": ("statsmodels-*.whl", "statsmodels/treatment/tests/results/cataneo2.csv", "mbsmoke_"),
    "low-weight": ("statsmodels-*.whl", "statsmodels/treatment/tests/results/cataneo2.csv", "lbweight"),
    "insured": ("statsmodels-*.whl", "statsmodels/sandbox/regression/tests/racd10data_with_transformed.csv", "insured"),
    "marriage": ("statsmodels-*.whl", "statsmodels/datasets/fair/fair.csv", "rate_marriage"),
    "program": ("statsmodels-*.whl", "statsmodels/multivariate/tests/results/mvreg.csv", "prog"),
    "weather": ("vega_datasets-*.whl", "vega_datasets/_data/seattle-weather.csv", "weather"),
    "penguins": ("palmerpenguins-*.whl", "palmerpenguins/data/penguins.csv", "species"),
}
"""Archives of public packages, the table in it, and the column that is predicted."""
Columns = dict[str, NDArray[Any]]


def credit(seed: int) -> Tabular:
    """Loans: a score decides, but house rules on two bound columns and on a number for `never` come first."""
    rng = np.random.default_rng(seed)
    size = 5000
    means = rng.normal(size=size)
    work = np.array(["none", "hourly", "salaried", "owner"], object)[np.searchsorted([-1.2, 0, 1.3], means)]
    mixed = rng.random(size) < 0.3
    work[mixed] = words(rng, size, 4, 0.1)[mixed]
    amount = np.round(np.exp(8 + 0.4 * means + 0.5 * rng.normal(size=size)), -2)
    since = np.where(rng.random(size) < 0.15, 999, np.round(rng.gamma(2, 8, size)))
    columns: Columns = {
        "work": work, "amount": amount, "since": since, "guarantor": words(rng, size, 3, 1.5, "g"),
        "months": rng.choice([12.0, 24, 36, 48, 60], size), "age": np.round(18 + rng.gamma(3, 7, size)),
        "purpose": words(rng, size, 9, 0.8, "p"), "rate": np.round(9 - 1.5 * means + rng.normal(size=size), 2),
    }  # fmt: skip
    labels = cut(rng, means - 0.3 * np.log(amount / 3000), (0.2, 0.8), 0.4)
    labels = np.where((columns["months"] == 60) & (columns["guarantor"] == "g2"), 0, labels)
    return table(columns, np.where((since == 999) & (columns["purpose"] == "p3"), 0, labels))


def machine(seed: int) -> Tabular:
    """Sensors that drift, minute by minute, with stuck readings; the state of the machine lasts."""
    rng = np.random.default_rng(seed)
    size = 4000
    state = np.cumsum(rng.random(size) < 0.02) % 4
    walks = np.cumsum(0.05 * rng.normal(size=(size, 6)), axis=0) + rng.normal(size=(4, 6))[state] * 1.5
    readings = np.round(walks + 0.2 * rng.normal(size=walks.shape), 2)
    stuck = rng.random(readings.shape) < 0.01
    readings[stuck] = -1
    columns: Columns = {f"sensor{j}": readings[:, j] for j in range(6)}
    columns |= {"minute": np.arange(size) % 60.0, "code": np.where(state == 2, "E7", words(rng, size, 5, 1.0, "E"))}
    return table(columns, state)


def survey(seed: int) -> Tabular:
    """Answers from one to seven with skipped blocks, and the group of the person."""
    rng = np.random.default_rng(seed)
    size = 3500
    group = rng.choice(5, size, p=(0.35, 0.25, 0.2, 0.12, 0.08))
    views = rng.normal(size=(5, 18))[group] * 0.9 + rng.normal(size=(size, 18))
    answers = np.clip(np.round(4 + 1.3 * views), 1, 7)
    answers[answers[:, 0] <= 2, 1:5] = np.nan
    answers[(answers[:, 6] == 7)[:, None] & (np.arange(18) > 14)] = np.nan
    columns: Columns = {f"q{j}": answers[:, j] for j in range(18)}
    return table(columns | {"area": words(rng, size, 9, 0.7, "area")}, group)


def visits(seed: int) -> Tabular:
    """Visits with codes of diagnoses, some of which mean the label, and patients who come again."""
    rng = np.random.default_rng(seed)
    size = 6000
    patient = rng.integers(0, 2500, size)
    frailty = rng.normal(size=2500)[patient]
    code = np.array(
        [f"{'ABCDEF'[c]}{n:02d}" for c, n in zip(rng.integers(0, 6, size), rng.poisson(4, size), strict=True)]
    )
    grave = frailty + np.where(np.char.startswith(code, "C"), 1.2, 0)
    days = np.round(np.exp(0.8 + 0.4 * grave + 0.6 * rng.normal(size=size)))
    labels = np.where(code == "F07", 1, cut(rng, grave, (0.88, 0.12), 0.5))
    columns: Columns = {
        "code": code.astype(object), "days": days, "age": np.clip(np.round(55 + 12 * frailty), 0, 99),
        "ward": np.where(labels == 1, words(rng, size, 4, 0.5, "w"), words(rng, size, 7, 0.5, "w")),
        "hour": rng.integers(0, 24, size).astype(float), "bill": np.round(days * 410 + 35 * rng.normal(size=size), 2),
        "note": np.array(["transfer" if one else None for one in (labels == 1) & (rng.random(size) < 0.15)], object),
    }  # fmt: skip
    return table(columns, labels)


def clicks(seed: int) -> Tabular:
    """Rare clicks, counts with heavy tails, columns that imply each other."""
    rng = np.random.default_rng(seed)
    size = 8000
    system = words(rng, size, 5, 1.0, "os")
    browser = np.array([f"{one}-b{n}" for one, n in zip(system, rng.integers(0, 3, size), strict=True)], object)
    keen = rng.normal(size=size)
    columns: Columns = {
        "system": system, "browser": browser, "pages": np.round(np.exp(1 + keen + rng.normal(size=size))),
        "bought": rng.negative_binomial(0.3, 0.2, size).astype(float), "campaign": words(rng, size, 90, 1.1, "c"),
        "hour": rng.integers(0, 24, size).astype(float), "seconds": np.round(rng.gamma(0.7, 90, size), 1),
    }  # fmt: skip
    return table(columns, cut(rng, keen + 0.3 * np.log1p(columns["bought"]), (0.95, 0.05), 0.5))


def board(seed: int) -> Tabular:
    """Three by three fields of a game; who has a line has won, without exception."""
    rng = np.random.default_rng(seed)
    fields = rng.choice(3, (4000, 9), p=(0.4, 0.35, 0.25))
    lines = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
    won = [np.any([(fields[:, line] == player).all(1) for line in lines], axis=0) for player in (0, 1)]
    columns: Columns = {f"field{j}": np.array(["x", "o", "b"], object)[fields[:, j]] for j in range(9)}
    return table(columns, np.where(won[0], 1, np.where(won[1], 2, 0)))


def sites(seed: int) -> Tabular:
    """Two hospitals whose forms differ: other units, other words, other gaps, other shares of the classes."""
    rng = np.random.default_rng(seed)
    size = 4500
    site, sick = rng.random(size) < 0.35, rng.normal(size=size)
    labels = cut(rng, sick + 0.8 * site, (0.6, 0.3, 0.1), 0.4)
    weight = 75 + 13 * rng.normal(size=size) + 3 * sick
    columns: Columns = {
        "weight": np.where(site, np.round(weight * 2.2), np.round(weight, 1)),
        "sex": np.where(rng.random(size) < 0.5, np.where(site, "F", "female"), np.where(site, "M", "male")),
        "blood": np.where(site & (rng.random(size) < 0.6), np.nan, np.round(5 + sick + rng.normal(size=size), 1)),
        "smoker": np.where(site, np.where(rng.random(size) < 0.3, "Y", "N "), words(rng, size, 3, 0.8, "s")),
        "pulse": np.round(70 + 8 * sick + 6 * rng.normal(size=size)), "unit": words(rng, size, 6, 0.6, "u"),
        "visit": np.where(site, 1.0, rng.integers(1, 5, size).astype(float)),
    }  # fmt: skip
    return table(columns, labels)


MAKERS: dict[str, Callable[[int], Tabular]] = {
    make.__name__: make for make in (credit, machine, survey, visits, clicks, board, sites)
}
