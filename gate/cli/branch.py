"""Which branch is judged, as the command line and the environment of a pipeline say it."""

from __future__ import annotations

import os

from gate.core.errors import UsageError
from gate.files.branch import current, named

_TARGETS = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
"""The branch that a change is to be merged into, on GitHub and GitLab; empty where no change is judged."""


def judged(option: str | None, root: str, *, is_change: bool = False) -> str | None:
    """The branch that `option` names, else the one of the pipeline, else what is checked out in `root`.

    What is checked out says nothing about a change, which is meant for another branch; nor does it in a pipeline,
    where it may be one.
    """
    if option is not None:
        branch = option.removeprefix("refs/heads/")
        if not branch:
            raise UsageError("--branch names no branch", "pass the name of the branch that is judged")
        return branch
    target = next(filter(None, map(os.environ.get, _TARGETS)), None)
    said = target or named(os.environ.get("GITHUB_REF", "")) or os.environ.get("CI_COMMIT_BRANCH")
    if said or is_change or os.environ.get("CI", "") not in ("", "false"):
        return said or None
    return current(root)
