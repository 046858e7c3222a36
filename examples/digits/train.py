"""Trains a softmax regression on data/train.csv and writes models/digits.safetensors: needs numpy and safetensors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

EPOCHS = 300
RATE = 0.5


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    table = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32, ndmin=2)
    return table[:, 1:] / 16.0, table[:, 0].astype(int)


def main() -> None:
    images, labels = read(Path("data/train.csv"))
    weight, bias = np.zeros((10, 64), np.float32), np.zeros(10, np.float32)
    wanted = np.eye(10, dtype=np.float32)[labels]
    for _ in range(EPOCHS):
        scores = images @ weight.T + bias
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = shares / shares.sum(axis=1, keepdims=True) - wanted
        weight -= RATE * error.T @ images / len(images)
        bias -= RATE * error.mean(axis=0)
    Path("models").mkdir(exist_ok=True)
    save_file({"weight": weight, "bias": bias}, "models/digits.safetensors")
    parts = [read(path) for path in sorted(Path("data/holdout").glob("*.csv"))]
    right = sum(int((np.argmax(x @ weight.T + bias, axis=1) == y).sum()) for x, y in parts)
    print(f"{right} of {sum(len(y) for _, y in parts)} held-out digits recognised")


if __name__ == "__main__":
    main()
