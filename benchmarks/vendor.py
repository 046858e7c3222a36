"""What vendoring costs beside a plain copy: from the tests' local hub to a local S3 server (moto; GATE_MOTO names it).

Both sides fetch every file once, with as many threads, and put it into a bucket under its digest. The copy keeps each
file in memory and looks at nothing: no digest is compared, nothing is scanned, nothing is written to disk. Prints a
Markdown table; `--kill` kills the gate at 20 random moments instead, runs it again, and says what was visible.
"""

from __future__ import annotations

import hashlib
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from multiprocessing import Event, Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.measure import run
from tests.localhub.server import LocalHub
from tests.objectserver import Bucket, ObjectServer

GATE = str(Path(sys.executable).with_name("gate"))
SIZE = 1 << 20
FILES = 1000
PAIRS = 5
MOMENTS = 20
KILLED_FILES = 200
"""Of a run that is killed: twice twenty runs, and every object read after each."""
THREADS = 8
COPY = """
import hashlib, sys
from concurrent.futures import ThreadPoolExecutor
from gate.hub.client import Hub
from gate.hub.endpoint import endpoint_of
from gate.hub.origin import parse
import io, os
from gate.objects.store import open_store
from gate.objects.url import place
origin, store, target = parse("hf://datasets/acme/signs"), open_store("s3"), place(sys.argv[1])
hub = Hub(endpoint_of(os.environ))
commit = hub.resolve(origin, "main").commit
def copy(entry):
    with hub.open(origin, commit, entry) as stream:
        data = b"".join(iter(lambda: stream.read(1 << 20), b""))
    store.put_new(target.under("sha256/" + entry.sha256[:2] + "/" + entry.sha256), io.BytesIO(data), len(data))
with ThreadPoolExecutor(int(sys.argv[2])) as pool:
    list(pool.map(copy, hub.tree(origin, commit)))
"""
"""What a script would do with the same clients."""


def main() -> None:
    """Measures and prints, or kills."""
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores\n")
    server = ObjectServer()
    os.environ.update(server.environment())
    ours, theirs = Pipe()
    done = Event()
    kills = "--kill" in sys.argv
    hub = Process(target=_hub, args=(theirs, done, KILLED_FILES if kills else FILES, SIZE), daemon=True)
    hub.start()
    os.environ["HF_ENDPOINT"] = ours.recv()
    try:
        with tempfile.TemporaryDirectory(prefix="gate-bench-") as temporary:
            os.environ["HOME"] = temporary
            (_kill if kills else _compare)(server, temporary)
    finally:
        done.set()
        hub.join()
        server.close()


def _hub(ready: Connection, done: Any, files: int, size: int) -> None:
    """A hub in a process of its own: in this one it would share the interpreter with nobody's benefit."""
    source = random.Random(11)
    with LocalHub() as hub:
        content = {f"part-{i:04}.parquet": source.randbytes(size) for i in range(files)}
        hub.repository("datasets/acme/signs").publish(content)
        ready.send(hub.url)
        done.wait()


def _vendor(target: str) -> list[str]:
    return [GATE, "vendor", "hf://datasets/acme/signs", "--to", target, "--jobs", str(THREADS)]


def _compare(server: ObjectServer, directory: str) -> None:
    print(f"| {FILES:,} files of {SIZE >> 20} MiB | vendored | copied | ratio |\n|---|---|---|---|")
    for number in range(PAIRS):
        server.reset()
        Bucket(server, "mirror", versions=False)
        theirs = run([sys.executable, "-c", COPY, "s3://mirror/copy", str(THREADS)], directory)
        server.reset()
        bucket = Bucket(server, "mirror", versions=False)
        repository = Path(directory) / str(number)
        repository.mkdir()
        ours = run(_vendor("s3://mirror/ours"), str(repository))
        found = _visible(bucket)
        assert len(found) == FILES + 1, f"only {len(found)} objects"
        print(f"| pair {number + 1} | {ours.wall:.1f} s | {theirs.wall:.1f} s | {ours.wall / theirs.wall:.2f} |")


def _kill(server: ObjectServer, directory: str) -> None:
    """Kills each run at a random moment of the time that a whole one takes, and lets the next one complete."""
    source = random.Random(11)
    span = 0.0
    for moment in range(MOMENTS + 1):
        server.reset()
        bucket = Bucket(server, "mirror", versions=False)
        repository = Path(directory) / str(moment)
        repository.mkdir()
        start = time.perf_counter()
        process = subprocess.Popen(_vendor("s3://mirror/ours"), cwd=repository, stdout=subprocess.DEVNULL)
        if moment == 0:
            process.wait()
            span = time.perf_counter() - start
            continue
        wait = source.uniform(0, span)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        visible = len(_visible(bucket))
        again = subprocess.run(_vendor("s3://mirror/ours"), cwd=repository, stdout=subprocess.DEVNULL, check=False)
        print(
            f"killed {wait:.1f} s into {span:.1f} s: {visible:,} objects visible, each as its name says; "
            f"the next run ended with {again.returncode}, {len(_visible(bucket)):,} visible"
        )


def _visible(bucket: Bucket) -> set[str]:
    """The names of all objects, each of which must be the digest of its content."""
    found = set()
    pages = bucket.client.get_paginator("list_objects_v2").paginate(Bucket=bucket.name)
    for entry in (entry for page in pages for entry in page.get("Contents", [])):
        data = bucket.client.get_object(Bucket=bucket.name, Key=entry["Key"])["Body"].read()
        assert entry["Key"].endswith(hashlib.sha256(data).hexdigest()), entry["Key"]
        found.add(entry["Key"])
    return found


if __name__ == "__main__":
    main()
