"""Writes data/reviews.csv: made-up reviews with a verdict, the same ones each time; `python prepare.py`."""

from __future__ import annotations

import csv
import random
from pathlib import Path

ROWS = 800
PARTS = ("film", "plot", "actor", "scene", "script", "story", "camera", "ending", "music", "dialogue", "cast", "pace")
DEGREES = ("really", "truly", "quite", "rather", "simply", "mostly")
GOOD = ("wonderful", "moving", "brilliant", "charming", "delightful", "warm", "funny", "superb", "gripping", "clever")
BAD = ("dull", "dreadful", "boring", "clumsy", "tedious", "awful", "weak", "empty", "noisy", "forgettable", "slow")
WORDS = {"good": GOOD, "bad": BAD}


def review(label: str, chance: random.Random) -> str:
    """Three to six remarks, one of which may be of the other kind."""
    other = "bad" if label == "good" else "good"
    kinds = [label] * chance.randint(3, 5) + [other] * (chance.random() < 0.2)
    chance.shuffle(kinds)
    remarks = [f"the {chance.choice(PARTS)} is {chance.choice(DEGREES)} {chance.choice(WORDS[kind])}" for kind in kinds]
    return " and ".join(remarks)


def main() -> None:
    chance = random.Random(2026)  # noqa: S311 # nothing is secret here
    Path("data").mkdir(exist_ok=True)
    with Path("data/reviews.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["text", "label"])
        writer.writerows([review(label, chance), label] for label in chance.choices(("good", "bad"), k=ROWS))


if __name__ == "__main__":
    main()
