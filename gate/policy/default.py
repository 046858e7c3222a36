"""Which policy judges where none is named."""

from __future__ import annotations

import os

from gate.core.errors import UsageError
from gate.files.root import POLICY_NAME

NOTE = f"no {POLICY_NAME} here: judged by gate:baseline"


def default_policy(root: str, directory: str = "") -> str | None:
    """The policy file in `directory` of `root`, relative to `root`; None where `gate:baseline` judges.

    Raises `UsageError` for a link: the repository must not choose which file of the machine is read.
    """
    path = os.path.join(directory, POLICY_NAME)
    full = os.path.join(root, path)
    if os.path.islink(full):
        raise UsageError(f"{path} is a symbolic link", "put the file itself there, or name it with --policy")
    return path if os.path.lexists(full) else None
