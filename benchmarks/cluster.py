"""What a cluster costs: 2 GiB in 200 files on threads, and on a Dask cluster of two workers on this machine.

Prints Markdown; docs/performance.md holds it as it came. Also how many batches are done again when a worker is killed
at its work, and how long it takes until a batch that always kills its worker is given up.
"""

from __future__ import annotations

import os
import platform
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.measure import paired
from gate.checks.examine import MAX_BATCH, Batch, examine, examine_all
from gate.checks.interface import Examined
from gate.cluster import DaskCluster, connected
from gate.engine import spread

GATE = str(Path(sys.executable).with_name("gate"))
FILES = 200
SIZE = 10 << 20
PAIRS = 7
WORKERS = 2


def main() -> None:
    """Measures and prints."""
    cluster_of: Any = import_module("distributed").LocalCluster  # which has no types
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores\n")
    with (
        tempfile.TemporaryDirectory(prefix="gate-bench-") as root,
        cluster_of(n_workers=WORKERS, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0") as local,
    ):
        write(root)
        engine = local.scheduler_address.replace("tcp://", "dask://")
        with connected(engine, [root]) as cluster:
            assert cluster is not None
            print("| 2 GiB in 200 files | beside | cluster | threads | ratio |\n|---|---|---|---|---|")
            batches = [Batch(root, "data", tuple(sorted(os.listdir(f"{root}/data"))), "data")]
            show("the engine alone", *in_turn(partial(examine_all, batches, WORKERS), cluster))
            whole(root, engine)
            print()
            killed(batches[0], cluster, Path(root, "begun"))
            given_up(batches[0], cluster)


def write(root: str) -> None:
    """The files, and a DBOM that declares their directory."""
    os.mkdir(f"{root}/data")
    for number in range(FILES):
        with open(f"{root}/data/{number:03}.bin", "wb") as file:
            file.write(os.urandom(SIZE))
    dbom = "dbom: 1\nproject: bench\ndatasets:\n  - name: data\n    path: data\n"
    Path(root, "dbom.yaml").write_text(dbom)


def in_turn(work: Callable[..., list[list[Examined]]], cluster: DaskCluster) -> tuple[float, float, float]:
    """Seconds on the cluster and on threads, which take turns, and the ratio: medians, after one uncounted run."""
    pairs = []
    for _ in range(PAIRS + 1):
        there, one = timed(partial(work, None, cluster))
        here, other = timed(work)
        assert there == here
        pairs.append((one, other))
    ratio = statistics.median(one / other for one, other in pairs[1:])
    ours, theirs = (statistics.median(column) for column in zip(*pairs[1:], strict=True))
    return ours, theirs, ratio


def timed(work: Callable[[], list[list[Examined]]]) -> tuple[list[list[Examined]], float]:
    """What it answers, and the seconds that it took."""
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def whole(root: str, engine: str) -> None:
    """The command as users run it, which imports the library and connects."""
    check = [GATE, "check", "--only", "integrity"]
    pair = paired([*check, "--engine", engine], check, root, PAIRS)
    show("`gate check --only integrity`", pair.ours.wall, pair.theirs.wall, pair.wall_ratio)


def show(what: str, ours: float, theirs: float, ratio: float) -> None:
    """One row of the table."""
    print(f"| {what} | local threads | {ours:.2f} s | {theirs:.2f} s | {ratio:.2f} |", flush=True)


def killed(whole: Batch, cluster: DaskCluster, begun: Path) -> None:
    """A worker is killed once a third of the batches was begun; how many were begun again."""
    begun.mkdir()
    batches = list(whole.split(MAX_BATCH // 100))
    watch = threading.Thread(target=kill, args=(begun, len(batches) // 3))
    watch.start()
    found = run(partial(counted, str(begun)), batches, cluster)
    watch.join()
    assert all(file.status == "read" for files in found for file in files)
    times = Counter(name.partition("-")[0] for name in os.listdir(begun))
    again = sum(times.values()) - len(batches)
    print(f"One of {WORKERS} workers killed: {again} of {len(batches)} batches begun again, and none lost.")


def counted(begun: str, batch: Batch) -> list[Examined]:
    """Leaves word that this process begins the batch, and examines it."""
    Path(begun, f"{batch.names[0]}-{os.getpid()}-{time.monotonic_ns()}").touch()
    return examine(batch)


def kill(begun: Path, number: int) -> None:
    """Kills a worker once `number` batches were begun."""
    while len(names := os.listdir(begun)) < number:
        time.sleep(0.005)
    with suppress(ProcessLookupError):
        os.kill(int(max(names, key=lambda name: int(name.split("-")[2])).split("-")[1]), signal.SIGKILL)


def given_up(whole: Batch, cluster: DaskCluster) -> None:
    """The fourth batch always kills its worker; how long until that is the answer."""
    batches = list(whole.split(MAX_BATCH // 100))
    start = time.perf_counter()
    found = run(partial(deadly, batches[3].names[0]), batches, cluster)
    seconds = time.perf_counter() - start
    states = Counter(file.status for files in found for file in files)
    print(f"A batch that always kills its worker: undecided after {seconds:.1f} s, with the others: {dict(states)}.")


def deadly(name: str, batch: Batch) -> list[Examined]:
    """Ends the process that looks at the batch which begins with `name`."""
    if batch.names[0] == name:
        os._exit(9)
    return examine(batch)


def run(work: Callable[[Batch], list[Examined]], batches: list[Batch], cluster: DaskCluster) -> list[list[Examined]]:
    """On the cluster, as the gate does it."""
    return spread(
        work,
        batches,
        failed=Batch.failed,
        done=lambda _: None,
        jobs=cluster.workers,
        processes=True,
        cluster=cluster,
    )


if __name__ == "__main__":
    main()
