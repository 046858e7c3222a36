"""Trains a softmax regression on data/shapes and writes models/shapes.safetensors: needs numpy and safetensors."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

CLASSES = ("circle", "square", "triangle")
HELD_OUT = 5
"""Pictures of each class that are not trained on."""
EPOCHS = 500
RATE = 0.05


def read(path: Path) -> np.ndarray:
    """The pixels of a PNG as prepare.py writes them, from 0 to 1: one chunk of data, rows without a filter."""
    data = path.read_bytes()
    width, start = int.from_bytes(data[16:20], "big"), data.index(b"IDAT")
    stream = data[start + 4 : start + 4 + int.from_bytes(data[start - 4 : start], "big")]
    rows = np.frombuffer(zlib.decompress(stream), np.uint8).reshape(-1, width + 1)
    return rows[:, 1:].astype(np.float32).ravel() / 255


def pictures(part: slice) -> tuple[np.ndarray, np.ndarray]:
    found = [
        (read(p), label) for label, c in enumerate(CLASSES) for p in sorted(Path("data/shapes", c).iterdir())[part]
    ]
    return np.stack([image for image, _ in found]), np.array([label for _, label in found])


def main() -> None:
    images, labels = pictures(slice(HELD_OUT, None))
    weight, bias = np.zeros((len(CLASSES), images.shape[1]), np.float32), np.zeros(len(CLASSES), np.float32)
    wanted = np.eye(len(CLASSES), dtype=np.float32)[labels]
    for _ in range(EPOCHS):
        scores = images @ weight.T + bias
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = shares / shares.sum(axis=1, keepdims=True) - wanted
        weight -= RATE * error.T @ images / len(images)
        bias -= RATE * error.mean(axis=0)
    Path("models").mkdir(exist_ok=True)
    save_file({"weight": weight, "bias": bias}, "models/shapes.safetensors")
    images, labels = pictures(slice(HELD_OUT))
    right = int((np.argmax(images @ weight.T + bias, axis=1) == labels).sum())
    print(f"{right} of {len(labels)} held-out pictures recognised")


if __name__ == "__main__":
    main()
