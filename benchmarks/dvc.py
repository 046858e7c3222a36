"""What DVC keeps, beside DVC itself: `python -m benchmarks.dvc [RUNS]`, in pairs, in the environment that has DVC.

Prints a Markdown table; docs/performance.md holds one as it came.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import paired

PYTHON = sys.executable
OUTPUTS = (10, 1_000)
FILES, SIZE = 10_000, 200_000

LIST_OURS = """
import subprocess
from gate.dvc.kept import kept
names = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True).stdout
assert len(kept(".", names.decode().split("\\0")).outs) == N
"""
LIST_THEIRS = """
from dvc.repo import Repo
assert len(list(Repo(".").index.outs)) == N
"""
MD5 = """
import hashlib, os, sys
from concurrent.futures import ThreadPoolExecutor
def one(path):
    buffer, state = bytearray(1 << 20), hashlib.md5()
    with open(path, "rb", buffering=0) as file:
        while n := file.readinto(buffer):
            state.update(memoryview(buffer)[:n])
    return state.hexdigest()
with ThreadPoolExecutor(JOBS) as pool:
    list(pool.map(one, [os.path.join("data", name) for name in os.listdir("data")]))
"""
PASS = (
    MD5.partition("with ThreadPool")[0]
    + """
for name in os.listdir("data"):
    one(os.path.join("data", name))
"""
)
BOTH = """
import os
from gate.checks.examine import Batch, examine_all
batch = Batch(os.getcwd(), "data", tuple(os.listdir("data")), "data", also=("md5",))
(found,) = examine_all([batch], JOBS)
assert all(file.sha256 and file.digests["md5"] for file in found)
"""
ALONE = BOTH.replace('also=("md5",)', "also=()").partition("assert")[0]


def main() -> None:
    """Makes the input, measures, and prints."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians of {runs} pairs\n")
    print("| | gate | beside it | ratio | ratio of CPU time |\n|---|---|---|---|---|")
    os.environ |= {"DVC_NO_ANALYTICS": "1"}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # with it modules are compiled anew each time
    for number in OUTPUTS:
        with tempfile.TemporaryDirectory() as place:
            _repository(Path(place), number)
            _row(
                f"listing {number:,} outputs, beside DVC's own API", LIST_OURS, LIST_THEIRS, place, runs, N=str(number)
            )
    with tempfile.TemporaryDirectory() as place:
        _files(Path(place) / "data")
        what = f"MD5 and SHA-256 of {FILES:,} files, {FILES * SIZE / 1e9:g} GB, beside MD5 alone"
        for jobs in sorted({1, os.cpu_count() or 1}):
            _row(f"{what} in one plain pass, {jobs} at a time", BOTH, PASS, place, runs, JOBS=str(jobs))
            _row(f"{what} on as many threads, {jobs} at a time", BOTH, MD5, place, runs, JOBS=str(jobs))
            _row(
                f"the same, beside the gate with SHA-256 alone, {jobs} at a time",
                BOTH,
                ALONE,
                place,
                runs,
                JOBS=str(jobs),
            )


def _row(what: str, ours: str, theirs: str, place: str, runs: int, **words: str) -> None:
    for word, value in words.items():
        ours, theirs = ours.replace(word, value), theirs.replace(word, value)
    for code in (ours, theirs):  # `paired` takes the time of a failure as well
        subprocess.run([PYTHON, "-c", code], cwd=place, check=True)
    pair = paired([PYTHON, "-c", ours], [PYTHON, "-c", theirs], place, runs)
    times = f"{pair.ours.wall:.2f} s | {pair.theirs.wall:.2f} s | {pair.wall_ratio:.2f} | {pair.cpu_ratio:.2f}"
    print(f"| {what} | {times} |", flush=True)


def _repository(root: Path, number: int) -> None:
    (root / "data").mkdir()
    for i in range(number):
        md5 = hashlib.md5(b"%d" % i, usedforsecurity=False).hexdigest()
        text = f"outs:\n- md5: {md5}\n  size: 1\n  hash: md5\n  path: {i}.csv\n"
        (root / "data" / f"{i}.csv.dvc").write_text(text)
    for command in (("git", "init", "--quiet"), (PYTHON, "-m", "dvc", "init", "--quiet"), ("git", "add", "--all")):
        subprocess.run(command, cwd=root, check=True)


def _files(directory: Path) -> None:
    directory.mkdir()
    for i in range(FILES):
        (directory / f"{i}.bin").write_bytes(os.urandom(SIZE))


if __name__ == "__main__":
    main()
