"""Time and memory of `gate scan` beside other scanners of weight files, each pair in one run.

    python -m benchmarks.weights.speed [--peers DIR]

Prints a Markdown table: medians of runs in turn, and ratios of ours to theirs. A goal is written where there is one.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import Pair, paired
from benchmarks.weights.peers import DEFAULT, PEERS, command, environment

GATE = [str(Path(sys.executable).with_name("gate")), "scan"]
RECORDS = 300_000
SMALL = 2_000
MIXED = 10_000
GIGABYTE = 1000 * inputs.MIB
MAKE_RECORDS = """
import pickle, sys
with open("model.pkl", "wb") as file:
    file.write(pickle.dumps([{"id": i, "score": i * 0.5} for i in range(int(sys.argv[1]))]))
"""
READERS = ("modelaudit",)
"""The peers that read the header of a safetensors file; the others pass over it."""


def main() -> None:
    """Runs every comparison and prints the table."""
    parser = argparse.ArgumentParser(description="Time and memory beside other scanners.")
    parser.add_argument("--peers", type=Path, default=DEFAULT, help="where the other scanners are installed")
    peers = parser.parse_args().peers.absolute()
    os.environ.update(environment(peers))
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{python}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("| what | beside | ours, CPU | theirs, CPU | ratio | wall ratio | our memory | theirs |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as temporary:
        root = Path(temporary)
        start_up(root / "one", peers)
        records(root / "records", peers)
        small_files(root / "small", peers)
        large_header(root / "large")
        jobs(root / "mixed")


def start_up(root: Path, peers: Path) -> None:
    """One small safetensors file: what a scanner costs before it reads anything."""
    inputs.safetensors(root / "model.safetensors")
    beside(root, "one small safetensors file", "model.safetensors", peers, list(PEERS), 7)
    bare = paired([*GATE, "model.safetensors"], [sys.executable, "-c", "pass"], str(root), 20)
    row("one small safetensors file", "`python -c pass`", bare)


def records(root: Path, peers: Path) -> None:
    """A pickle of many small dicts, 22 bytes each: what an instruction costs."""
    root.mkdir()
    # by a child: what a process starts counts the memory of its parent as its own peak
    subprocess.run([sys.executable, "-c", MAKE_RECORDS, str(RECORDS)], cwd=root, check=True)
    beside(root, f"a pickle of {RECORDS:,} dicts", "model.pkl", peers, list(PEERS), 3)


def small_files(root: Path, peers: Path) -> None:
    """Many small safetensors files: what a file costs."""
    for i in range(SMALL):
        inputs.safetensors(root / f"{i:04}.safetensors", 1024)
    beside(root, f"{SMALL:,} small safetensors files", ".", peers, READERS, 3)
    shutil.rmtree(root)


def large_header(root: Path) -> None:
    """The header is all that is read: a file a thousand times as large costs the same."""
    for name, size in (("large", GIGABYTE), ("small", inputs.MIB)):
        path = root / name / "model.safetensors"
        inputs.safetensors(path, size)
    ours, theirs = ([*GATE, f"{name}/model.safetensors"] for name in ("large", "small"))
    row("safetensors of 1,000 MiB", "the same of 1 MiB", paired(ours, theirs, str(root), 10))


def jobs(root: Path) -> None:
    """A directory of many kinds of files, by one process and by two."""
    inputs.mixed(root, MIXED)
    ours, theirs = ([*GATE, "--jobs", number, "."] for number in ("2", "1"))
    row(f"{MIXED:,} mixed files, 2 jobs", "1 job", paired(ours, theirs, str(root), 5))


def beside(root: Path, what: str, target: str, peers: Path, names: Sequence[str], runs: int) -> None:
    """The rows of one input, one for each peer."""
    for name in names:
        theirs = command(name, peers, target, "../report")
        row(what, name, paired([*GATE, target], theirs, str(root), runs))


def row(what: str, other: str, pair: Pair) -> None:
    """One line of the table."""
    cpu = f"{pair.ours.cpu:.3f} s | {pair.theirs.cpu:.3f} s | {pair.cpu_ratio:.2f} | {pair.wall_ratio:.2f}"
    print(f"| {what} | {other} | {cpu} | {pair.ours.memory:.0f} MiB | {pair.theirs.memory:.0f} MiB |", flush=True)


if __name__ == "__main__":
    main()
