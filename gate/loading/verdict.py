"""`check`: the verdict of `gate check`, as a value."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeAlias

from gate.basis import Request
from gate.core.errors import UsageError
from gate.core.model import STAGES, Stage, Verdict
from gate.core.text import did_you_mean, printable
from gate.files.root import beneath, policy_reference
from gate.hub.endpoint import endpoint_of
from gate.loading.verify import STAGE, find_root
from gate.run import check as judge

Path: TypeAlias = "str | os.PathLike[str]"


def check(
    root: Path | None = None,
    *,
    paths: Path | Iterable[Path] = (),
    policies: str | Iterable[str] = (),
    stage: Stage = STAGE,
    base: str | None = None,
    jobs: int = 1,
) -> Verdict:
    """Judges a repository, as `gate check` does, and returns the verdict; nothing is printed.

    Without `root` it is the nearest directory upwards from the working directory with a `dbom.yaml` or `.git`. `paths`
    limit it to what lies at or beneath them. `policies` are files, or packs such as `gate:strict`; without any,
    `gate-policy.yaml` judges, else `gate:baseline`. With `base`, a revision of git, the work tree is judged as a change
    to it. Where a policy enforces `hub/not-compared`, the Hugging Face Hub is asked, as `HF_ENDPOINT`, `HF_TOKEN` and
    `HF_HUB_OFFLINE` say. `jobs` files are read at the same time; above 1, and from 10,000 files on, that takes other
    processes, and a script that calls this then needs the `if __name__ == "__main__":` of `multiprocessing`.

    What is wrong with the repository is in the verdict: `outcome`, `decisions`, `exit_code`. Raises `GateError`
    for what is wrong with the arguments, the DBOM or a policy.
    """
    if stage not in STAGES:
        hint = did_you_mean(stage, STAGES) or f"the stages are {', '.join(STAGES)}"
        raise UsageError(f'unknown stage "{printable(stage)}": {hint}')
    named = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    judging = [policies] if isinstance(policies, str) else policies
    where = find_root(root)
    request = Request(
        root=where,
        home=os.path.expanduser("~"),
        policies=tuple(policy_reference(policy, where) for policy in judging),
        stage=stage,
        paths=tuple(beneath(os.fspath(path), where) for path in named),
        jobs=jobs,
        base=base,
        hub=endpoint_of(os.environ),
    )
    return judge(request)
