"""How the calls of Keras, TensorFlow Datasets and TensorFlow Hub are read."""

from __future__ import annotations

import re
from collections.abc import Callable

from gate.sources import services
from gate.sources.interface import HOLE
from gate.sources.python.given import Given, Sources, unknown
from gate.sources.python.values import Local
from gate.sources.services import REMOTE


def _keras_dataset(given: Given) -> Sources:
    name = given.name.split(".")[-2]
    yield services.library("keras", name, "storage.googleapis.com", "dataset")


def _keras_application(given: Given) -> Sources:
    node = given.keyword("weights")
    names = given.texts(node) if node is not None else ["imagenet"]
    if "imagenet" in names or "noisy-student" in names:
        yield services.library("keras-applications", given.last, "storage.googleapis.com", "model")


def _tfds(given: Given) -> Sources:
    for name in given.names():
        if name.startswith(HOLE):
            yield unknown("dataset")
            continue
        if name.startswith("huggingface:"):
            if source := services.hub(name.removeprefix("huggingface:").replace("__", "/"), "dataset"):
                yield source
            continue
        plain, _, version = name.partition(":")
        yield services.versioned(f"tfds:{plain}", "storage.googleapis.com", "dataset", version or None)


def _tfhub(given: Given) -> Sources:
    for name in given.names():
        if name.startswith(HOLE) and not isinstance(name, Local):
            yield unknown("model")
        elif REMOTE.match(name):
            version = re.search(r"/(\d+)/?(?:\?.*)?$", name)
            host = services.host_of(name)
            yield services.versioned(name.rstrip("/"), host, "model", version[1] if version else None)


READERS: dict[str, Callable[[Given], Sources]] = {
    "keras-dataset": _keras_dataset,
    "keras-application": _keras_application,
    "tfds": _tfds,
    "tfhub": _tfhub,
}
