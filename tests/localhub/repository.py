"""What a repository of the local hub holds, and how the hub describes it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

LARGE = re.compile(r".*\.(?:safetensors|bin|parquet|npz)")
"""Files that lie outside of git, whatever their size."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def pointer(data: bytes) -> bytes:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256(data)}\nsize {len(data)}\n".encode()


@dataclass
class Repository:
    """Commits with their files, and names of commits. `scans` maps paths to the word of the security scan."""

    kind: str
    name: str
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    license: Any = None
    scans: dict[str, str] = field(default_factory=dict)

    def publish(self, files: dict[str, bytes], *names: str, commit: str = "") -> str:
        """A new commit, which `main` and `names` are from now on."""
        said = repr([len(self.commits), *sorted(files.items())]).encode()
        commit = commit or hashlib.sha1(said).hexdigest()
        self.commits[commit] = dict(files)
        self.names |= dict.fromkeys(("main", *names), commit)
        return commit

    def commit(self, revision: str) -> str | None:
        return revision if revision in self.commits else self.names.get(revision)

    def about(self, commit: str, *, scans: bool) -> dict[str, Any]:
        files = self.commits[commit]
        about: dict[str, Any] = {
            "_id": "1",
            "id": self.name,
            "sha": commit,
            "private": False,
            "gated": False,
            "downloads": 1,
            "likes": 0,
            "tags": [],
            "siblings": [{"rfilename": path} for path in files],
            "cardData": {"license": self.license},
        }
        if scans and self.kind == "models":
            issues = [{"path": path, "level": word} for path, word in self.scans.items() if word != "safe"]
            about["securityRepoStatus"] = {"scansDone": True, "filesWithIssues": issues}
        return about

    def tree(self, commit: str, *, expand: bool) -> list[dict[str, Any]]:
        files = self.commits[commit]
        directories = sorted({path.rpartition("/")[0] for path in files} - {""})
        found: list[dict[str, Any]] = [
            {"type": "directory", "path": path, "size": 0, "oid": blob_id(path.encode())} for path in directories
        ]
        return [*found, *(self._entry(path, data, expand=expand) for path, data in files.items())]

    def _entry(self, path: str, data: bytes, *, expand: bool) -> dict[str, Any]:
        entry: dict[str, Any] = {"type": "file", "path": path, "size": len(data), "oid": blob_id(data)}
        if LARGE.fullmatch(path):
            stub = pointer(data)
            entry["oid"] = blob_id(stub)
            entry["lfs"] = {"oid": sha256(data), "size": len(data), "pointerSize": len(stub)}
        if expand:
            entry["lastCommit"] = {"id": "0" * 40, "title": "x", "date": "2026-01-01T00:00:00.000Z"}
            status = self.scans.get(path, "safe")
            entry["securityFileStatus"] = {"status": status, "avScan": None, "pickleImportScan": None}
        return entry
