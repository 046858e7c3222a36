"""Hashing what is to be declared: shared by `gate add` and `gate update`."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple

from gate.checks.examine import examine_all
from gate.checks.interface import Examined
from gate.cli.terminal import Progress
from gate.core.errors import UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.text import count, printable
from gate.dbom.model import Artifact
from gate.files.listing import format_listing
from gate.inventory.declared import plan_artifact
from gate.inventory.plan import Places
from gate.policy.default import default_policy
from gate.policy.files import Fetching
from gate.policy.load import load_policies


class Measured(NamedTuple):
    """What an artifact is right now; `listing` is the text of a directory's listing, None for a file.

    `open` opens one of `files` again, by its path: a descriptor, or OSError.
    """

    sha256: str
    size: int
    files: tuple[Examined, ...]
    listing: bytes | None
    open: Callable[[str], AbstractContextManager[int]]


def measure(artifact: Artifact, root: str, also: tuple[str, ...] = ()) -> Measured:
    """Hashes the file, directory or objects of `artifact`; links may lead where the policy of `root` allows.

    `also` names further algorithms of hashlib whose digests of files are wanted from the same pass.

    Raises `UsageError` for what cannot be declared (a link, a pointer, a missing file) and `UnableError` for
    what cannot be read.
    """
    plan = plan_artifact(artifact._replace(listing=None, sha256=None, size=None), Places(root, _cache_roots(root)))
    plan = plan.with_digests(also)
    for entry in plan.odd:
        raise UsageError(f"{printable(entry.path)} is a {_ODD[entry.kind]}", "only regular files can be declared")
    with Progress(f"hashing {printable(artifact.path)}", _total(root, artifact.path)) as progress:
        results = examine_all(plan.batches, default_jobs(), progress)
    files = tuple(file for result in results for file in result)
    if not files:
        raise UsageError(f"{printable(artifact.path)} holds no file", "declare a directory that has files")
    for file in files:
        _refuse_unfit(file)
    size = sum(file.size for file in files)
    again = plan.material(files).open
    if not plan.is_directory:
        return Measured(files[0].sha256 or "", size, files, None, again)
    from hashlib import sha256

    lead = len(artifact.path) + 1
    listing = format_listing({file.path[lead:]: file.sha256 or "" for file in files})
    return Measured(sha256(listing).hexdigest(), size, files, listing, again)


def _cache_roots(root: str) -> frozenset[str]:
    policy = default_policy(root)
    if policy is None:
        return frozenset()
    policies = load_policies((policy,), root, os.path.expanduser("~"), fetching=Fetching(offline=False))
    return policies.allowed("cache_roots")


_ODD = {"link": "symbolic link", "special": "FIFO, device or socket", "unreadable": "directory that cannot be read"}


def _total(root: str, path: str) -> int:
    """Bytes of a single file, for the progress bar; of a directory they are not known before it is read."""
    full = os.path.join(root, path)
    return os.stat(full).st_size if os.path.isfile(full) else 0


def _refuse_unfit(file: Examined) -> None:
    path = printable(file.path)
    if file.pointer:
        raise UsageError(
            f"{path} is a Git LFS pointer: its content is not here", f'run `git lfs pull --include "{path}"` first'
        )
    if file.status in ("link", "outside"):
        raise UsageError(f"{path} is reached by a symbolic link", "declare the place of the content itself")
    if file.status == "missing":
        detail = f": {printable(file.detail)}" if file.detail else ""
        raise UsageError(f"{path} does not exist{detail}", "check the spelling")
    if file.status == "special":
        raise UsageError(f"{path} is a FIFO, device or socket", "only regular files can be declared")
    if file.status == "changed":
        raise UnableError(
            f"{path} was written to while it was hashed", "stop what writes to it, then run the command again"
        )
    if file.status != "read":
        raise UnableError(
            f"{path} cannot be read: {printable(file.detail)}", file.fix or "give yourself permission to read it"
        )


def describe(measured: Measured) -> str:
    """`sha256 9f2c..., 12 files, 1.5 MiB` for the last line of a command."""
    from gate.core.text import size

    files = f"{count(len(measured.files), 'file')}, " if measured.listing is not None else ""
    return f"sha256 {measured.sha256[:12]}…, {files}{size(measured.size)}"
