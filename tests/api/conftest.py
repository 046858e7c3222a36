"""A training repository with every kind of artifact, and the working directory in it."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import save

from tests.support import Repo

WEIGHT = np.arange(6, dtype=np.float32).reshape(2, 3)
BIAS = np.array([1, -1], dtype=np.int64)


@pytest.fixture
def job(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A table, a directory of images, a model in one file, and one in two shards; all of them declared."""
    repo.write("data/train.csv", "a,b\n1,2\n")
    repo.write("data/signs/stop/1.png", "one")
    repo.write("data/signs/yield/2.png", "two")
    repo.write("models/sign.safetensors", save({"weight": WEIGHT, "bias": BIAS}))
    repo.write("models/large/part-1.safetensors", save({"weight": WEIGHT}))
    repo.write("models/large/part-2.safetensors", save({"bias": BIAS}))
    repo.write("models/large/config.json", "{}\n")
    names = {
        "data/train.csv": "table",
        "data/signs": "traffic-signs",
        "models/sign.safetensors": "sign-classifier",
        "models/large": "large",
    }
    for path, name in names.items():
        assert repo.gate("add", path, "--name", name, "--version", "1").code == 0
    repo.track()
    monkeypatch.chdir(repo.root)
    return repo
