"""Prints the extras that a DBOM asks for: `needs.py ROOT [DBOM]`, in the environment that has the gate."""

from __future__ import annotations

import os
import sys

from gate.core.errors import GateError
from gate.dbom.load import load_dbom

EXTRAS = {"sign": "signature", "suites": "suite", "poisoning": "scan"}
"""Which key of an entry needs which extra."""


def main(root: str, dbom: str) -> None:
    """One extra per line; nothing for a DBOM that cannot be read, for `gate check` says what is wrong with it."""
    try:
        artifacts = load_dbom(dbom or os.path.join(root, "dbom.yaml"), "dbom.yaml", follow=bool(dbom)).artifacts
    except GateError:
        return
    for extra, key in EXTRAS.items():
        if any(getattr(artifact, key, None) is not None for artifact in artifacts):
            print(extra)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
