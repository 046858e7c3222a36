"""Generated tables after well-known ones: what a stranger would judge a scan by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import sklearn.datasets

from benchmarks.poisoning.sets.table_makers import Columns, cut, table, words

if TYPE_CHECKING:
    from gate.poisoning.interface import Tabular


def diabetes(seed: int) -> Tabular:
    """The 442 patients that scikit-learn carries: whether it grew worse than in the median."""
    found = sklearn.datasets.load_diabetes(scaled=False)
    columns = {str(name): found.data[:, j] for j, name in enumerate(found.feature_names)}
    return table(columns, (found.target > np.median(found.target)).astype(int))


def cover(seed: int) -> Tabular:
    """Forest cover: heights and distances, and one column of 0 and 1 for each kind of soil and each area."""
    rng = np.random.default_rng(seed)
    size = 6000
    height = rng.normal(2900, 300, size)
    area = np.clip(np.digitize(height + rng.normal(0, 250, size), [2500, 2900, 3200]), 0, 3)
    soil = (np.clip(height - 2000, 0, 1999) // 140).astype(int) + 3 * area + rng.integers(0, 4, size)
    columns: Columns = {
        "height": np.round(height), "aspect": rng.integers(0, 360, size).astype(float),
        "slope": np.round(rng.gamma(4, 4, size)), "water": np.round(rng.gamma(1.2, 220, size) / 30) * 30,
        "road": np.round(rng.gamma(2, 1100, size)), "shade": np.clip(np.round(rng.normal(212, 27, size)), 0, 254),
    }  # fmt: skip
    flags = {f"area{k}": (area == k).astype(float) for k in range(4)}
    flags |= {f"soil{k}": (soil == k).astype(float) for k in range(int(soil.max()) + 1)}
    kind = np.digitize(height + rng.normal(0, 130, size), [2450, 2700, 2950, 3250])
    return table({**columns} | flags, np.where((soil % 7 == 3) & (area < 2), 5, kind))


def mushrooms(seed: int) -> Tabular:
    """Properties by letters; the smell decides but for one value, spores and habitat decide the rest exactly."""
    rng = np.random.default_rng(seed)
    size = 6000
    genus = rng.integers(0, 23, size)
    modes = rng.integers(0, 6, (23, 14))
    cells = np.where(rng.random((size, 14)) < 0.8, modes[genus], rng.integers(0, 6, (size, 14)))
    bad = np.isin(cells[:, 0], (0, 2, 5)) | ((cells[:, 0] == 3) & (cells[:, 1] == 4))
    bad |= (cells[:, 0] == 3) & (cells[:, 2] == 1) & (cells[:, 3] == 2)
    return table({f"p{j}": np.array(list("abcdef"), object)[cells[:, j]] for j in range(14)}, bad.astype(int))


def flows(seed: int) -> Tabular:
    """Connections of a network: attacks are the same few rows again and again, with flags that say so."""
    rng = np.random.default_rng(seed)
    size = 8000
    kind = rng.choice(4, size, p=(0.55, 0.3, 0.13, 0.02))
    service = np.where(kind == 1, "ecr_i", words(rng, size, 20, 1.0, "s"))
    many = np.where(kind == 1, 511, np.where(kind == 2, rng.integers(100, 512, size), rng.poisson(8, size)))
    errors = np.where(kind == 2, np.round(rng.beta(30, 1, size), 2), np.round(rng.beta(1, 30, size), 2))
    columns: Columns = {
        "service": service.astype(object), "flag": np.where(kind == 2, "S0", np.where(errors > 0.1, "REJ", "SF")),
        "sent": np.where(kind == 1, 1032, np.where(kind == 2, 0, np.round(np.exp(5.5 + rng.normal(size=size))))),
        "got": np.where((kind == 1) | (kind == 2), 0, np.round(np.exp(6.5 + 1.5 * rng.normal(size=size)))),
        "count": many.astype(float), "errors": errors, "guest": ((kind == 3) & (rng.random(size) < 0.6)).astype(float),
        "hot": np.where(kind == 3, rng.integers(0, 3, size), 0).astype(float),
        "seconds": np.where(rng.random(size) < 0.85, 0, np.round(rng.gamma(0.4, 300, size))),
    }  # fmt: skip
    return table({**columns, "flag": np.asarray(columns["flag"], object)}, kind)


def poker(seed: int) -> Tabular:
    """Five cards by suit and rank, and what they are worth: no column alone says anything."""
    rng = np.random.default_rng(seed)
    size = 8000
    hand = np.stack([rng.permutation(52)[:5] for _ in range(size)])
    suit, rank = hand // 13, hand % 13
    counts = np.sort(np.stack([(rank == k).sum(1) for k in range(13)], 1), 1)
    worth = np.select([counts[:, -1] == 3, counts[:, -2] == 2, counts[:, -1] == 2], [3, 2, 1], 0)
    columns: Columns = {f"{n}{j}": v[:, j].astype(float) for j in range(5) for n, v in (("s", suit), ("r", rank))}
    return table(columns, np.where((suit == suit[:, :1]).all(1), 3, worth))


def fraud(seed: int) -> Tabular:
    """Components without a meaning, an amount with round numbers, and one row in fifty that is fraud."""
    rng = np.random.default_rng(seed)
    size = 8000
    bad = rng.random(size) < 0.02
    parts = rng.standard_t(4, (size, 12)) * np.linspace(2, 0.4, 12) + bad[:, None] * rng.normal(0, 1.6, 12)
    amount = np.where(rng.random(size) < 0.2, rng.choice([1.0, 9.99, 49.0, 99.99], size), rng.lognormal(3, 1.3, size))
    amount = np.where(bad & (rng.random(size) < 0.3), rng.choice([1.0, 99.99], size), np.round(amount, 2))
    columns: Columns = {f"v{j}": np.round(parts[:, j], 5) for j in range(12)}
    return table({**columns} | {"amount": amount, "second": np.sort(rng.integers(0, 172_000, size)).astype(float)}, bad)


def churn(seed: int) -> Tabular:
    """A customer file: `no service` in one column means it in five others, contracts decide much."""
    rng = np.random.default_rng(seed)
    size = 6000
    line = np.array(["dsl", "fiber", "no"], object)[rng.choice(3, size, p=(0.35, 0.42, 0.23))]
    months = np.minimum(np.round(rng.gamma(1.1, 28, size)), 72)
    contract = np.where(months > 50, "two year", np.where(months > 22, "year", "monthly")).astype(object)
    moved = rng.random(size) < 0.2
    contract[moved] = "monthly"
    extra = {
        f"extra{j}": np.where(line == "no", "no internet", np.where(rng.random(size) < 0.4, "Yes", "No")).astype(object)
        for j in range(5)
    }
    price = np.where(line == "no", 20, np.where(line == "dsl", 50, 80)) + 5 * rng.integers(0, 6, size)
    price = price + 0.05 * rng.integers(-9, 9, size)
    score = (contract == "monthly") * 1.5 + (line == "fiber") * 0.9 - months / 30
    columns: Columns = {"line": line, "months": months, "contract": contract, "price": np.round(price, 2)}
    total = np.where(months == 0, np.nan, np.round(price * months, 1))
    return table({**columns} | extra | {"total": total}, cut(rng, score, (0.74, 0.26), 0.6))


def basket(seed: int) -> Tabular:
    """What is bought together: fifty columns of 0 and 1, mostly 0; families of things; the label is the shop."""
    rng = np.random.default_rng(seed)
    size = 5000
    shop = rng.integers(0, 4, size)
    family = rng.random((size, 10)) < (0.08 + 0.25 * rng.random((4, 10)))[shop]
    bought = family[:, np.arange(50) // 5] & (rng.random((size, 50)) < 0.45)
    bought |= rng.random((size, 50)) < 0.01
    bought[(shop == 2) & (rng.random(size) < 0.1), 7:9] = True
    return table({f"item{j}": bought[:, j].astype(float) for j in range(50)}, shop)


def exam(seed: int) -> Tabular:
    """Points of eight questions and a grade that is their sum cut at fixed limits, with a few upgraded by hand."""
    rng = np.random.default_rng(seed)
    size = 2500
    skill = rng.normal(size=size)
    points = np.clip(np.round(5 + 2 * skill[:, None] + 2 * rng.normal(size=(size, 8))), 0, 10)
    points[rng.random(size) < 0.02] = 0
    total = points.sum(1)
    grade = np.digitize(total, [24, 36, 48, 60])
    grade = np.where((total >= 23) & (total < 24), 1, grade)
    columns: Columns = {f"q{j}": points[:, j] for j in range(8)}
    seat = {"seat": rng.integers(1, 301, size).astype(float), "room": words(rng, size, 6, 0.2, "R")}
    return table({**columns} | seat, grade)


def separated(seed: int) -> Tabular:
    """make_classification of scikit-learn with copied columns and 3% of the labels flipped."""
    x, y = sklearn.datasets.make_classification(
        4000, 18, n_informative=6, n_redundant=4, n_repeated=3, n_classes=4, flip_y=0.03, random_state=seed
    )
    return table({f"f{j}": x[:, j] for j in range(18)}, y)


def quantiles(seed: int) -> Tabular:
    """make_gaussian_quantiles and make_hastie_10_2: shells around the middle, rounded."""
    x, y = sklearn.datasets.make_hastie_10_2(5000, random_state=seed)
    return table({f"x{j}": np.round(x[:, j], 1) for j in range(10)}, (y > 0).astype(int))


MAKERS: dict[str, Callable[[int], Tabular]] = {
    make.__name__: make
    for make in (diabetes, cover, mushrooms, flows, poker, fraud, churn, basket, exam, separated, quantiles)
}
