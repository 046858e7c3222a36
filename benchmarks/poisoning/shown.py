"""What the scan must show: the attacks and rates that are asked for, on the real data, with intervals.

python -m benchmarks.poisoning.shown --out shown.jsonl

The runs come in random order, so that a part of them is a fair sample, and those that `--out` holds are not
done again.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.poisoning import judge, run
from benchmarks.poisoning.sets import images, tables, texts
from benchmarks.poisoning.sets.instruction_makers import codealpaca, made
from benchmarks.poisoning.table import print_shown
from gate.poisoning.interface import Dataset, Modality

LEAST = 50
"""Poisoned samples, where the rate says fewer."""
RIVALS = 1
"""Seeds of each row on which the other tools run too: their networks take longer than all else."""


class Row(NamedTuple):
    """An attack on one data set, `seeds` times; the rows of one `demand` count together."""

    demand: str
    modality: Modality
    source: str
    attack: str
    rate: float
    seeds: int


SOURCES: dict[str, Callable[[int], Dataset | None]] = {
    "gtsrb-12k": images.archive("gtsrb-12k.npz", 12_000),
    "mnist-12k": images.archive("mnist-12k.npz", 12_000),
    "agnews": texts.SETS["agnews"].load,
    "sms": texts.SETS["sms"].load,
    "adult": lambda _: tables.adult(0),
    "codealpaca-4500": made(codealpaca, 4500),
}
"""All samples, but of the instructions."""
ROWS = (
    *(
        Row("images", "image-classification", source, attack, 0.005, 13)
        for source in ("gtsrb-12k", "mnist-12k")
        for attack in ("patch", "blend", "sinusoid")
    ),
    Row("stickers", "image-classification", "gtsrb-12k", "stop-signs", 0.01, 25),
    *(
        Row("texts", "text-classification", source, attack, 0.005, 20)
        for source in ("agnews", "sms")
        for attack in ("rare-token", "phrase")
    ),
    *(Row("tables", "tabular", "adult", attack, 0.005, 40) for attack in ("combination-2", "combination-3")),
    *(
        Row(f"{poisons} instructions", "instructions", "codealpaca-4500", attack, poisons / 4500, 20)
        for attack in ("gibberish", "fixed-reply", "shell", "refused")
        for poisons in (50, 250)
    ),
)


def main() -> None:
    """Runs what is not there yet, and prints the table of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="file to which a line of JSON per run is added")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--only", choices=run.MODULES.values(), help="this modality")
    given = parser.parse_args()
    path = Path(given.out)
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    with path.open("a", encoding="utf-8") as out:
        for record in runs(given, records):
            records.append(record)
            run.write(record, out)
    print_shown(records)


def runs(given: argparse.Namespace, records: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What is not among the records yet."""
    done = {(record["source"], record["attack"], record["rate"], record["seed"]) for record in records}
    rows = [row for row in ROWS if given.only in (None, run.MODULES[row.modality])]
    cases = [(row, given.first_seed + number) for row in rows for number in range(row.seeds)]
    random.Random(given.first_seed).shuffle(cases)
    left = [(row, seed) for row, seed in cases if (row.source, row.attack, row.rate, seed) not in done]
    for number, (row, seed) in enumerate(left, 1):
        run.show(f"{number} of {len(left)}: {row.source} {row.attack} {row.rate:.1%}, seed {seed}")
        record = answer(row, seed, seed < given.first_seed + RIVALS)
        if record:
            yield record


def answer(row: Row, seed: int, beside: bool) -> dict[str, Any] | None:
    """One run; None where the data are not there, or have no room for the attack."""
    dataset = SOURCES[row.source](seed)
    if dataset is None:
        return None
    attack = run.registries(row.modality)[1][row.attack]
    poisoned, mask = attack.apply(dataset, max(row.rate, LEAST / judge.size(dataset)), seed)
    if not mask.any():
        return None
    found = run.measured(poisoned, mask, run.registered(row.modality), seed, beside)
    return row._asdict() | {"seed": seed} | found


if __name__ == "__main__":
    main()
