"""Recognises the held-out digits with what was verified when it was loaded: needs dbom-gate, numpy and safetensors."""

from __future__ import annotations

import numpy as np

import gate


def main() -> None:
    model = gate.load_weights("digits")  # from the very bytes that were compared with dbom.yaml
    holdout = gate.verified_path("digits-holdout")  # raises unless every file is there, unchanged, and no other
    right = total = 0
    for path in sorted(holdout.glob("*.csv")):
        table = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32, ndmin=2)
        scores = table[:, 1:] / 16.0 @ model["weight"].T + model["bias"]
        right += int((scores.argmax(axis=1) == table[:, 0]).sum())
        total += len(table)
    print(f"{right} of {total} held-out digits recognised")


if __name__ == "__main__":
    main()
