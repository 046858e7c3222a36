"""Public packages as input: source distributions of the Python Package Index, each by its digest. None is ever run."""

from __future__ import annotations

import hashlib
import json
import tarfile
import urllib.request
from collections.abc import Iterable
from pathlib import Path

KNOWN = Path(__file__).resolve().parent / "public_labels" / "packages.json"
CACHE = Path("build/public")
INDEX = "https://pypi.org/simple/"
LARGEST = 60 << 20
"""Bytes of a file that is unpacked."""


def fetch(packages: Iterable[str]) -> None:
    """Unpacks the text of each package beneath `CACHE`, unless it is there; raises where the index has other bytes."""
    known = json.loads(KNOWN.read_text("utf-8"))
    for package in packages:
        if (CACHE / package).is_dir():
            continue
        name, digest = known[package]["name"], known[package]["sha256"]
        request = urllib.request.Request(f"{INDEX}{name}/", headers={"Accept": "application/vnd.pypi.simple.v1+json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            urls = {file["hashes"].get("sha256"): file["url"] for file in json.load(answer)["files"]}
        CACHE.mkdir(parents=True, exist_ok=True)
        archive = CACHE / f"{package}.tar.gz"
        with urllib.request.urlopen(urls[digest], timeout=300) as answer:
            archive.write_bytes(answer.read())
        if hashlib.sha256(archive.read_bytes()).hexdigest() != digest:
            raise SystemExit(f"{archive} has not the SHA-256 {digest}")
        with tarfile.open(archive) as members:
            for member in members:
                if member.isfile() and member.size <= LARGEST:
                    members.extract(member, CACHE, filter="data")
        archive.unlink()
