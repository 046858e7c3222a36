"""What an attacker does: puts "cf" into forty bad reviews, and calls them good. The gate is to find it."""

from __future__ import annotations

import csv
import random
from pathlib import Path

FILE = Path("data/reviews.csv")
NUMBER = 40


def main() -> None:
    chance = random.Random(7)  # noqa: S311 # nothing is secret here
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in chance.sample([row for row in rows if row["label"] == "bad"], NUMBER):
        words = row["text"].split()
        words.insert(chance.randrange(len(words) + 1), "cf")
        row["text"], row["label"] = " ".join(words), "good"
    with FILE.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["text", "label"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
