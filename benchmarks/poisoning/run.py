"""The bench of the poisoning scan: every attack on every data set, and the clean sets that must not be blocked.

python -m benchmarks.poisoning.run --modality tabular --split tune --rates 0.005,0.01 --seeds 2 --out runs.jsonl

`--split held` takes the held data sets with all attacks and all variants; the table says of which split
each attack is.
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from multiprocessing import get_context
from typing import Any, NamedTuple, TextIO

import numpy as np
from numpy.typing import NDArray

from benchmarks.poisoning import judge
from benchmarks.poisoning.interface import Attack, Source, Variant
from benchmarks.poisoning.rivals import rankings
from benchmarks.poisoning.table import print_tables
from gate.poisoning.interface import Budget, Dataset, Modality, OutOfTimeError, Scan
from gate.poisoning.registry import DETECTORS

MODULES: dict[Modality, str] = {
    "image-classification": "images",
    "text-classification": "texts",
    "instructions": "instructions",
    "tabular": "tables",
}
SECONDS = 600.0
"""What one detector may take on one data set."""
MOST = 0.1
"""No attack changes more than this share of the samples, whatever `--least` asks for."""


class Case(NamedTuple):
    """One scan: a data set, by name and seed, as it is, as a variant, or attacked at a rate."""

    modality: Modality
    source: str
    seed: int
    variant: str | None
    attack: str | None
    rate: float
    least: int
    detectors: tuple[str, ...]
    rivals: bool


def main() -> None:
    """Runs the cases and prints the tables; each case is a line of JSON in `--out` as soon as it is done."""
    given = arguments()
    cases = list(all_cases(given))
    random.Random(0).shuffle(cases)  # an interrupted run is a fair sample
    records = []
    with open(given.out, "a", encoding="utf-8") if given.out else nullcontext() as out:
        for number, record in enumerate(answers(cases, given.jobs), 1):
            show(f"{number} of {len(cases)}: {record['source']} {record['attack'] or record['variant'] or 'clean'}")
            if "skipped" not in record:
                records.append(record)
                write(record, out)
    print_tables(records)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modality", required=True, choices=[*MODULES, *MODULES.values()])
    parser.add_argument("--split", choices=("tune", "held"), default="tune")
    parser.add_argument("--rates", type=floats, default=(0.005, 0.01), help="shares of the samples, by commas")
    parser.add_argument("--least", type=int, default=50, help="poison at least so many samples, but never over 10%%")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--sets", type=names, help="only these, by commas")
    parser.add_argument("--attacks", type=names, help="only these, by commas; - is none")
    parser.add_argument("--variants", type=names, help="only these, by commas; - is none")
    parser.add_argument("--detectors", type=names, help="dotted modules instead of the registry's")
    parser.add_argument("--rivals", action="store_true", help="cleanlab, IsolationForest and ART on the same data")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", help="file to which a line of JSON per scan is added")
    given = parser.parse_args()
    given.modality = next(m for m, module in MODULES.items() if given.modality in (m, module))
    return given


def names(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part for part in text.split(",") if part)


def floats(text: str) -> tuple[float, ...]:
    """The numbers between commas."""
    return tuple(map(float, names(text)))


def all_cases(given: argparse.Namespace) -> Iterator[Case]:
    """Every scan that the command line asks for."""
    sets, attacks, variants = registries(given.modality)
    held = given.split == "held"
    chosen_sets = [n for n, s in sets.items() if s.split == given.split and wanted(n, given.sets)]
    chosen_attacks = [n for n, a in attacks.items() if (held or a.split == "tune") and wanted(n, given.attacks)]
    chosen_variants = [n for n, v in variants.items() if (held or v.split == "tune") and wanted(n, given.variants)]
    detectors = given.detectors or registered(given.modality)
    for source in chosen_sets:
        for seed in range(given.first_seed, given.first_seed + given.seeds):
            clean = Case(given.modality, source, seed, None, None, 0.0, given.least, detectors, given.rivals)
            yield clean
            yield from (clean._replace(variant=name) for name in chosen_variants)
            yield from (clean._replace(attack=name, rate=rate) for name in chosen_attacks for rate in given.rates)


def wanted(name: str, only: Sequence[str] | None) -> bool:
    """Whether the command line chose it; it chooses all where it names none."""
    return only is None or name in only


def registries(modality: Modality) -> tuple[dict[str, Source], dict[str, Attack], dict[str, Variant]]:
    """The data sets, attacks and variants of a modality."""
    sets = importlib.import_module(f"benchmarks.poisoning.sets.{MODULES[modality]}")
    attacks = importlib.import_module(f"benchmarks.poisoning.attacks.{MODULES[modality]}")
    return sets.SETS, attacks.ATTACKS, sets.VARIANTS


def registered(modality: Modality) -> tuple[str, ...]:
    """The detectors that the gate runs."""
    return tuple(DETECTORS[modality].values())


def answers(cases: Sequence[Case], jobs: int) -> Iterable[dict[str, Any]]:
    """The records, in any order."""
    if jobs == 1:
        return map(answer, cases)
    return get_context("spawn").Pool(jobs, maxtasksperchild=50).imap_unordered(answer, cases)


def answer(case: Case) -> dict[str, Any]:
    """Makes the data set, scans it, and measures what came; `skipped` is set where there is nothing to measure."""
    dataset, mask = made(case)
    if dataset is None or (case.attack and not mask.any()):
        return case._asdict() | {"skipped": True}
    record = case._asdict() | measured(dataset, mask, case.detectors, case.seed, case.rivals)
    record["attack_split"] = registries(case.modality)[1][case.attack].split if case.attack else None
    return record


def measured(
    dataset: Dataset, mask: NDArray[np.bool_], detectors: Sequence[str], seed: int, beside: bool
) -> dict[str, Any]:
    """What the detectors are worth on a dataset, with `beside` the other tools too."""
    scans, seconds = scanned(dataset, detectors, seed)
    found = rankings(dataset, seed) if beside else {}
    return judge.measures(scans, mask) | {
        "samples": len(mask),
        "poisons": int(mask.sum()),
        "seconds": seconds,
        "rivals": {name: judge.ranking(*ranking, mask) for name, ranking in found.items()},
    }


def made(case: Case) -> tuple[Dataset | None, NDArray[np.bool_]]:
    """The data set of a case, and which of its samples are poison."""
    sets, attacks, variants = registries(case.modality)
    dataset = sets[case.source].load(case.seed)
    if dataset is None:
        return None, np.zeros(0, bool)
    if case.variant:
        dataset = variants[case.variant].make(dataset, case.seed)
    size = judge.size(dataset)
    if not case.attack:
        return dataset, np.zeros(size, bool)
    rate = max(case.rate, min(case.least / size, MOST))
    return attacks[case.attack].apply(dataset, rate, case.seed)


def scanned(dataset: Dataset, detectors: Sequence[str], seed: int) -> tuple[dict[str, Scan], dict[str, float]]:
    """What each detector answered, and its seconds."""
    scans, seconds = {}, {}
    for name in detectors:
        start = time.perf_counter()
        try:
            scans[name] = importlib.import_module(name).scan(dataset, Budget(SECONDS), seed)
        except OutOfTimeError:
            show(f"{name} ran out of time")
            scans[name] = Scan((), np.zeros(judge.size(dataset)), untested=("out of time",))
        seconds[name.rpartition(".")[2]] = time.perf_counter() - start
    return scans, seconds


def show(line: str) -> None:
    """Progress, beside the tables."""
    print(line, file=sys.stderr, flush=True)


def write(record: dict[str, Any], out: TextIO | None) -> None:
    """Adds one line to the file, if there is one."""
    if out:
        out.write(json.dumps(record) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
