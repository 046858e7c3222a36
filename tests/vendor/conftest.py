"""A repository, a mirror that is a directory, and something to vendor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localhub.server import LocalHub
from tests.support import Repo, Result

FILES = {"README.md": b"# signs\n", "data/a.parquet": b"PAR1" + bytes(5000), "data/b.csv": b"x,y\n1,2\n"}
SOURCE = "hf://datasets/acme/signs"


class Vendoring:
    """Vendors into the directory `mirror`; `source` is a directory of three files."""

    def __init__(self, repo: Repo, tmp_path: Path) -> None:
        self.repo = repo
        self.mirror = tmp_path / "mirror"
        self.source = tmp_path / "signs"
        self.quarantine = repo.home / ".cache" / "gate" / "quarantine"
        for name, content in {
            "train/a.csv": "x,y\n1,2\n",
            "train/b.csv": "x,y\n3,4\n",
            "README.md": "# signs\n",
        }.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    def run(self, *arguments: object, source: object = None) -> Result:
        return self.repo.gate("vendor", str(source or self.source), "--to", str(self.mirror), *map(str, arguments))

    def objects(self) -> dict[str, bytes]:
        """What is visible in the mirror, by name; each must be what its name says."""
        found = {path.name: path.read_bytes() for path in self.mirror.glob("sha256/*/*")}
        for name, content in found.items():
            assert hashlib.sha256(content).hexdigest() == name
        return found

    def kept(self) -> list[Path]:
        """The files in quarantine."""
        return [path for path in self.quarantine.rglob("*") if path.is_file()]

    def trust(self, *lines: str) -> None:
        """The policy names the mirror, and says what is in `lines` too."""
        mirror = f'sources: {{mirror: "file://{self.mirror}"}}'
        self.repo.write("gate-policy.yaml", "\n".join(["policy: 1", mirror, *lines, ""]))


@pytest.fixture
def vendoring(repo: Repo, tmp_path: Path) -> Vendoring:
    return Vendoring(repo, tmp_path)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    with LocalHub() as found:
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        repository = found.repository("datasets/acme/signs")
        repository.license = "cc0-1.0"
        repository.publish(FILES, "v1")
        yield found
