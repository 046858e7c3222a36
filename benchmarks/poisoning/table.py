"""The Markdown tables of the bench, from its records."""

from __future__ import annotations

import json
import math
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]
NORMAL_95 = 1.959964


def print_tables(records: Sequence[Record]) -> None:
    """The attacked sets, the clean sets, and what was wrongly blocked."""
    attacked = [record for record in records if record["attack"]]
    clean = [record for record in records if not record["attack"]]
    if attacked:
        print("| attack | rate | sets | blocked | located | AUROC | TPR at 1% FPR | clean samples flagged |")
        print("|---|---|---|---|---|---|---|---|")
        for (attack, split, rate), group in grouped(attacked, "attack", "attack_split", "rate").items():
            print(f"| {attack} ({split}) | {rate:.1%} | {attack_row(group)} |")
        print(f"| all | | {attack_row(attacked)} |\n")
    if clean:
        print("| clean sets | sets | blocked | warned |\n|---|---|---|---|")
        for (variant,), group in grouped(clean, "variant").items():
            print(f"| {variant or 'as they are'} | {clean_row(group)} |")
        print(f"| all | {clean_row(clean)} |\n")
    for record in clean:
        if record["blocks"]:
            print(
                f"- blocked: {record['source']} {record['variant'] or ''} seed {record['seed']}: {record['blocks'][0]}"
            )
    print_rivals(attacked)
    print_seconds(records)


def print_shown(records: Sequence[Record]) -> None:
    """What the scan must show: each attack on each data set, then all of a demand, then the other tools."""
    print("| samples | attack | poisoned | runs | blocked | located | AUROC | TPR at 1% FPR | ", end="")
    print("clean samples flagged | precision |\n|---|---|---|---|---|---|---|---|---|---|")
    for (source, attack, rate), group in grouped(records, "source", "attack", "rate").items():
        print(f"| {source} | {attack} | {rate:.1%} | {shown_row(group)} |")
    for (demand,), group in grouped(records, "demand").items():
        print(f"| {demand} | all | | {shown_row(group)} |")
    print()
    print_rivals(records)


def shown_row(group: Sequence[Record]) -> str:
    """Shares and means, with their intervals."""
    blocked = sum(bool(record["blocks"]) for record in group)
    found = sum(bool(record["blocks"]) and record["located"] for record in group)
    means = " | ".join(
        mean(group, key, form)
        for key, form in (("auroc", ".4f"), ("tpr", ".3f"), ("flagged", ".3%"), ("precision", ".3f"))
    )
    return f"{len(group)} | {share(blocked, len(group))} | {share(found, len(group))} | {means}"


def mean(group: Sequence[Record], key: str, form: str) -> str:
    """The mean of one measure and its 95% interval (percentiles of 2,000 bootstrap samples, Efron 1979)."""
    values = [record[key] for record in group if record[key] is not None]
    if not values:
        return "-"
    rng = random.Random(0)
    means = sorted(statistics.fmean(rng.choices(values, k=len(values))) for _ in range(2000))
    return f"{statistics.fmean(values):{form}} ({means[50]:{form}} to {means[1949]:{form}})"


def grouped(records: Iterable[Record], *keys: str) -> dict[tuple[Any, ...], list[Record]]:
    """The records by the values of some keys, in order of those."""
    groups: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for record in records:
        groups[tuple(record[key] for key in keys)].append(record)
    return dict(sorted(groups.items(), key=lambda item: str(item[0])))


def attack_row(group: Sequence[Record]) -> str:
    """Counts, shares with intervals, and medians."""
    blocked = sum(bool(record["blocks"]) for record in group)
    found = sum(bool(record["blocks"]) and record["located"] for record in group)
    return (
        f"{len(group)} | {share(blocked, len(group))} | {share(found, len(group))} | {median(group, 'auroc', '.4f')} | "
        f"{median(group, 'tpr', '.2f')} | {median(group, 'flagged', '.2%')}"
    )


def clean_row(group: Sequence[Record]) -> str:
    """How many clean sets were blocked, and how many warned of."""
    blocked = sum(bool(record["blocks"]) for record in group)
    warned = sum(bool(record["warns"]) and not record["blocks"] for record in group)
    return f"{len(group)} | {blocked}: {share(blocked, len(group))} | {warned}"


def share(count: int, total: int) -> str:
    """A share and its 95% interval (Wilson 1927)."""
    rate, square = count / total, NORMAL_95**2
    middle = (rate + square / (2 * total)) / (1 + square / total)
    half = NORMAL_95 / (1 + square / total) * math.sqrt(rate * (1 - rate) / total + square / (4 * total**2))
    return f"{rate:.0%} ({max(0.0, middle - half):.0%}-{min(1.0, middle + half):.0%})"


def median(group: Sequence[Record], key: str, form: str) -> str:
    """The median of one measure."""
    values = [record[key] for record in group if record[key] is not None]
    return format(statistics.median(values), form) if values else "-"


def print_rivals(attacked: Sequence[Record]) -> None:
    """The same measures of other tools, where they ran."""
    beside = [record for record in attacked if record["rivals"]]
    if not beside:
        return
    print("| attack | tool | AUROC | TPR at 1% FPR | clean samples flagged |\n|---|---|---|---|---|")
    for (attack,), group in grouped(beside, "attack").items():
        tools = {"gate": group} | {name: [r["rivals"][name] for r in group] for name in group[0]["rivals"]}
        for name, rows in tools.items():
            values = " | ".join(median(rows, key, form) for key, form in MEASURES)
            print(f"| {attack} | {name} | {values} |")
    print()


MEASURES = (("auroc", ".3f"), ("tpr", ".2f"), ("flagged", ".2%"))


def print_seconds(records: Sequence[Record]) -> None:
    """The time per detector, for 10,000 samples and at most."""
    times: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for record in records:
        for name, seconds in record["seconds"].items():
            times[name].append((seconds, record["samples"]))
    print("\n| detector | seconds per 10,000 samples, median | longest |\n|---|---|---|")
    for name, values in times.items():
        typical = statistics.median(seconds / samples * 10_000 for seconds, samples in values if samples)
        slowest, samples = max(values)
        print(f"| {name} | {typical:.1f} | {slowest:.1f} s for {samples:,} |")


if __name__ == "__main__":
    print_tables([json.loads(line) for path in sys.argv[1:] for line in Path(path).read_text("utf-8").splitlines()])
