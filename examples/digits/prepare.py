"""Writes data/ from the digits that scikit-learn bundles: `pip install scikit-learn`, then `python prepare.py`.

The first 1,437 samples train, the last 360 are held out, one file per digit.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from sklearn.datasets import load_digits

TRAINING = 1437
HEADER = ["label", *(f"pixel{i}" for i in range(64))]


def write(path: Path, rows: Iterable[list[int]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)


def main() -> None:
    digits = load_digits()
    rows = [[int(label), *map(int, image)] for label, image in zip(digits.target, digits.data, strict=True)]
    write(Path("data/train.csv"), rows[:TRAINING])
    for digit in range(10):
        write(Path(f"data/holdout/{digit}.csv"), (row for row in rows[TRAINING:] if row[0] == digit))


if __name__ == "__main__":
    main()
