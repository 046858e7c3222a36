"""What checking objects on storage takes, beside reading them and nothing else.

Starts a local S3 server (`GATE_MOTO`, as the tests do), fills it with 2 GB in 200 objects, and prints a Markdown table;
docs/performance.md holds one as it came. The server is a Python program on the same cores, so the ratio says more than
the throughput does.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Cost, paired
from gate.core.jobs import default_jobs
from tests.objectserver import Bucket, ObjectServer

GATE = str(Path(sys.executable).with_name("gate"))
OBJECTS = 200
SIZE = 10_000_000
PAIRS = 5
BARE = """
import sys
from concurrent.futures import ThreadPoolExecutor
import fsspec
storage = fsspec.filesystem("s3")
def read(name):
    with storage.open(name, "rb") as file:
        while file.read(1 << 20):
            pass
with ThreadPoolExecutor(int(sys.argv[2])) as pool:
    list(pool.map(read, storage.find(sys.argv[1])))
"""


def main() -> None:
    """Fills the server, measures, and prints."""
    os.environ["MOTO_S3_DEFAULT_KEY_BUFFER_SIZE"] = "65536"  # objects go to files, as memory may not hold them
    server = ObjectServer()
    try:
        with tempfile.TemporaryDirectory(prefix="gate-bench-") as temporary:
            os.environ.update(server.environment(), TMPDIR=temporary)
            print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores\n")
            measure(Path(temporary), Bucket(server, "bench", versions=True))
    finally:
        server.close()


def measure(root: Path, bucket: Bucket) -> None:
    """The table."""
    for number in range(OBJECTS):
        bucket.put(f"d/{number:03}.bin", os.urandom(SIZE))
    subprocess.run([GATE, "add", bucket.url("d"), "--root", str(root)], check=True, stdout=subprocess.DEVNULL)
    jobs = str(default_jobs())
    ours = [GATE, "check", "--root", str(root), "--only", "integrity,weights", "--jobs", jobs]
    pair = paired(ours, [sys.executable, "-c", BARE, "bench/d", jobs], str(root), PAIRS)
    print("| what | wall | throughput | CPU | peak memory |\n|---|---|---|---|---|")
    print(f"| `gate check`, {jobs} threads | {shown(pair.ours)} |")
    print(f"| fsspec alone, as many threads | {shown(pair.theirs)} |")
    print(f"\nWall ratio {pair.wall_ratio:.2f}, CPU ratio {pair.cpu_ratio:.2f}.")
    subprocess.run(["sh", "-c", 'ulimit -f 2048 && exec "$@"', "sh", *ours], check=True, stdout=subprocess.DEVNULL)
    print("It passes where no file can have more than 1 MiB (`ulimit -f 2048`): there is no copy.")


def shown(cost: Cost) -> str:
    """The columns of one row."""
    rate = OBJECTS * SIZE / cost.wall / 1e6
    return f"{cost.wall:.2f} s | {rate:.0f} MB/s | {cost.cpu:.2f} s | {cost.memory:.0f} MiB"


if __name__ == "__main__":
    main()
