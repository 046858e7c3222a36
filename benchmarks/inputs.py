"""The inputs of the benchmarks, made afresh in a temporary directory."""

from __future__ import annotations

import hashlib
import json
import random
import struct
from pathlib import Path

MIB = 1024 * 1024


def safetensors(path: Path, size: int = 4096) -> None:
    """One small tensor in a valid safetensors file."""
    header = json.dumps({"weight": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(size))


def large_files(directory: Path, number: int, size: int) -> None:
    """`number` files of `size` bytes of noise."""
    directory.mkdir(parents=True, exist_ok=True)
    block = random.Random(1).randbytes(MIB)
    for i in range(number):
        with (directory / f"shard-{i}.bin").open("wb") as file:
            for _ in range(size // MIB):
                file.write(block)


def small_files(directory: Path, number: int, per_directory: int = 1000) -> None:
    """`number` text files of 1 KB, a thousand to a directory."""
    noise = random.Random(2)
    for i in range(number):
        parent = directory / f"{i // per_directory:03}"
        if i % per_directory == 0:
            parent.mkdir(parents=True, exist_ok=True)
        (parent / f"{i:06}.txt").write_text(noise.randbytes(512).hex())


def dbom(path: Path, number: int) -> None:
    """A DBOM of `number` datasets with every common key."""
    lines = ["dbom: 1", "datasets:"]
    for i in range(number):
        lines += [
            f"  - name: dataset-{i}",
            f"    path: data/part-{i}.parquet",
            f"    sha256: {hashlib.sha256(str(i).encode()).hexdigest()}",
            f'    version: "2024.{i}"',
            f"    size: {i * 1000}",
            "    source:",
            f"      url: https://example.org/data/part-{i}.parquet",
            f"      revision: {hashlib.sha1(str(i).encode()).hexdigest()}",
            "      license: CC-BY-4.0",
        ]
    path.write_text("\n".join(lines) + "\n")


def listing(path: Path, number: int) -> None:
    """A listing of `number` files."""
    rows = (f"{hashlib.sha256(str(i).encode()).hexdigest()}  train/{i:06}.png\n" for i in range(number))
    path.write_text("".join(rows))
