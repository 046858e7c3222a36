"""Speed and memory of the main job, each beside what it is compared with, in one run: `make bench`.

Prints a Markdown table; docs/performance.md holds one as it came.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import Pair, paired

PYTHON = sys.executable
GATE = str(Path(PYTHON).with_name("gate"))
THREADS = str(os.cpu_count() or 1)

BARE_HASH = """
import hashlib, os, sys
from concurrent.futures import ThreadPoolExecutor
def one(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
with ThreadPoolExecutor(int(sys.argv[1])) as pool:
    list(pool.map(one, [os.path.join("data", name) for name in os.listdir("data")]))
"""
BARE_WALK = """
import hashlib, os
for directory, _, names in os.walk("data"):
    for name in names:
        with open(os.path.join(directory, name), "rb") as file:
            hashlib.sha256(file.read()).hexdigest()
"""
LOAD_YAML = """
import yaml
for _ in range(5):
    with open("dbom.yaml") as file:
        yaml.load(file, Loader=yaml.CSafeLoader)
"""
LOAD_DBOM = """
from gate.dbom.load import load_dbom
for _ in range(5):
    load_dbom("dbom.yaml", "dbom.yaml")
"""
SPLIT = """
for _ in range(20):
    parsed = {}
    with open("listing.sha256") as file:
        for line in file:
            digest, _, path = line.rstrip("\\n").partition("  ")
            parsed[path] = digest
"""
PARSE_LISTING = """
from gate.files.listing import parse_listing
for _ in range(20):
    with open("listing.sha256", "rb") as file:
        parse_listing(file.read())
"""


def main() -> None:
    """Runs every benchmark and prints the table."""
    print(f"{platform.python_implementation()} {platform.python_version()}, {THREADS} cores, {platform.machine()}\n")
    print("| what | beside | ours | theirs | ratio | goal | peak memory |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as temporary:
        root = Path(temporary)
        start_up(root / "scan")
        throughput(root / "large")
        many_files(root / "small")
        documents(root / "documents")


def start_up(root: Path) -> None:
    """`gate scan` of one small file beside an empty interpreter."""
    inputs.safetensors(root / "model.safetensors")
    pair = paired([GATE, "scan", "model.safetensors"], [PYTHON, "-c", "pass"], str(root), 20)
    row("`gate scan`, one small safetensors file", "`python -c pass`, CPU", pair, "at most 5", cpu=True)


def throughput(root: Path) -> None:
    """`gate check` of 2 GiB in 8 files beside bare hashing, and beside coreutils."""
    inputs.large_files(root / "data", 8, 256 * inputs.MIB)
    declare(root, sorted(f"data/{path.name}" for path in (root / "data").iterdir()))
    check = [GATE, "check", "--jobs", THREADS]
    pair = paired(check, [PYTHON, "-c", BARE_HASH, THREADS], str(root), 5)
    row("`gate check`, 2 GiB in 8 files", "`hashlib.file_digest` on as many threads", pair, "at most 1.11")
    if shutil.which("sha256sum"):
        names = [f"data/shard-{i}.bin" for i in range(8)]
        pair = paired(check, ["sha256sum", *names], str(root), 3)
        row("`gate check`, 2 GiB in 8 files", "coreutils `sha256sum`", pair, "at most 0.35")
    shutil.rmtree(root)


def many_files(root: Path) -> None:
    """`gate check` of one directory with 100,000 small files beside a bare loop."""
    inputs.small_files(root / "data", 100_000)
    declare(root, ["data"])
    pair = paired([GATE, "check"], [PYTHON, "-c", BARE_WALK], str(root), 7)
    row("`gate check`, 100,000 files of 1 KB", "walk, read and hash, nothing else", pair, "at most 1.5; 150 MiB")
    shutil.rmtree(root)


def documents(root: Path) -> None:
    """Reading documents beside the bare minimum that reads the same file."""
    root.mkdir()
    inputs.dbom(root / "dbom.yaml", 1000)
    inputs.listing(root / "listing.sha256", 100_000)
    pair = paired([PYTHON, "-c", LOAD_DBOM], [PYTHON, "-c", LOAD_YAML], str(root), 7)
    row(
        "DBOM of 1,000 artifacts, checked, with positions", "`yaml.load` with the C loader", pair, "at most 6", cpu=True
    )
    pair = paired([PYTHON, "-c", PARSE_LISTING], [PYTHON, "-c", SPLIT], str(root), 7)
    row("listing of 100,000 lines", "a bare split loop", pair, "at most 3", cpu=True)


def declare(root: Path, paths: list[str]) -> None:
    """`gate add` of each path."""
    for path in paths:
        subprocess.run([GATE, "add", path, "--version", "1"], cwd=root, check=True, stdout=subprocess.DEVNULL)


def row(what: str, beside: str, pair: Pair, goal: str, *, cpu: bool = False) -> None:
    """One line of the table."""
    ours, theirs = (pair.ours.cpu, pair.theirs.cpu) if cpu else (pair.ours.wall, pair.theirs.wall)
    ratio = pair.cpu_ratio if cpu else pair.wall_ratio
    figures = f"{ours:.3f} s | {theirs:.3f} s | {ratio:.2f} | {goal} | {pair.ours.memory:.0f} MiB"
    print(f"| {what} | {beside} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
