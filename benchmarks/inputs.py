"""The inputs of the benchmarks, made afresh in a temporary directory."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import random
import struct
from pathlib import Path

MIB = 1024 * 1024


def safetensors(path: Path, size: int = 4096) -> None:
    """One tensor of `size` zero bytes in a valid safetensors file; the zeros are a hole where the disk has holes."""
    header = json.dumps({"weight": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    os.truncate(path, 8 + len(header) + size)


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


def mixed(directory: Path, number: int, per_directory: int = 1000) -> None:
    """`number` files from 1 to 8 KB, a thousand to a directory: weights, pickles, data, configurations, code, noise."""
    noise = random.Random(4)
    for i in range(number):
        parent = directory / f"{i // per_directory:03}"
        if i % per_directory == 0:
            parent.mkdir(parents=True, exist_ok=True)
        content = noise.randbytes(noise.randrange(1, 9) * 1024)
        values = [byte / 256 for byte in content[:256]]
        match i % 6:
            case 0:
                safetensors(parent / f"{i:06}.safetensors", len(content))
            case 1:
                (parent / f"{i:06}.pkl").write_bytes(pickle.dumps({"id": i, "values": values, "raw": content}))
            case 2:
                (parent / f"{i:06}.json").write_text(json.dumps({"id": i, "values": values}))
            case 3:
                (parent / f"{i:06}.py").write_text(f"VALUES = {values}\n")
            case 4:
                (parent / f"{i:06}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)
            case _:
                (parent / f"{i:06}.bin").write_bytes(b"\0" + content)


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
