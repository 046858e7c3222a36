"""Files of a commit, read from git's object store: nothing is checked out, and nothing of the repository runs."""

from __future__ import annotations

import os
import subprocess

from gate.core.errors import AbsentError, UnableError, UsageError
from gate.core.text import printable
from gate.files.git import environment

TIMEOUT = 60.0
MAX_BYTES = 64 * 1024 * 1024
_GIT = (
    "git",
    "--no-optional-locks",
    "--no-replace-objects",  # refs/replace could put another object in the place of the base
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "protocol.allow=never",  # a partial clone would fetch what is missing from wherever its configuration says
)
_REGULAR = ("100644", "100755")


class Commit:
    """One commit of the repository around `root`; paths are relative to `root`."""

    def __init__(self, root: str, sha: str) -> None:
        self._root, self.sha = root, sha

    def read(
        self,
        path: str,
        *,
        follow: bool = False,  # noqa: ARG002 - a commit's links are never followed
        sha256: str = "",  # noqa: ARG002 - nothing here comes from a cache
        most: int = MAX_BYTES,
    ) -> bytes:
        """The bytes of the file at `path`, at most `most`.

        Raises `AbsentError` where the commit has no such file, `UsageError` for a link or a directory, and
        `UnableError` where git fails.
        """
        listed = _git(self._root, "ls-tree", "-l", "-z", self.sha, "--", path)
        if not listed:
            raise AbsentError(f"{printable(path)} is not in {self.sha[:12]}")
        mode, _, identifier, size = listed.partition(b"\t")[0].decode().split()
        if mode not in _REGULAR:
            raise UsageError(f"{printable(path)} is no regular file in {self.sha[:12]}")
        if not size.isdigit():
            raise UnableError(f"{printable(path)} is missing in this clone", "fetch all of it, without `--filter`")
        if int(size) > most:
            raise UsageError(f"{printable(path)} is too large in {self.sha[:12]}")
        return _git(self._root, "cat-file", "blob", identifier)

    def real(self, path: str) -> str:
        """`path` without `..`, absolute: the name by which a circle of files is seen."""
        return os.path.normpath(os.path.join(os.path.realpath(self._root), path))


def resolve(root: str, revision: str) -> Commit:
    """The commit that `revision` names; raises `UnableError` where there is none."""
    fix = "fetch it, with `git fetch origin BRANCH` or a checkout that is not shallow"
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}", fix=fix)
    return Commit(root, found.decode().strip())


def merge_bases(root: str, tip: Commit) -> list[Commit]:
    """Where the work tree's HEAD left the history of `tip`; raises `UnableError` where they share none.

    More than one where each was merged into the other.

    In a shallow clone a path between the two may be cut off, and the one that is left lead to an older commit
    than the real one, which whoever shapes the history of a change could arrange. There only a base that HEAD
    contains is certain.
    """
    fix = "fetch more history: `git fetch --unshallow`, or `fetch-depth: 0` in the checkout step"
    found = _git(root, "merge-base", "--all", tip.sha, "HEAD", fix=fix).decode().split()
    if found != [tip.sha] and _git(root, "rev-parse", "--is-shallow-repository").strip() != b"false":
        raise UnableError("the history is shallow, so where the change began is not certain", fix)
    return [Commit(root, sha) for sha in found]


def _git(root: str, *arguments: str, fix: str = "") -> bytes:
    what = f"git {arguments[0]}"
    try:
        done = subprocess.run(
            [*_GIT, *arguments],
            cwd=root,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnableError(
            f"{what} did not run: {error}", "install git, or run the gate inside the repository"
        ) from None
    if done.returncode != 0:
        said = printable(done.stderr.decode(errors="replace").strip().partition("\n")[0])[:200]
        raise UnableError(f"{what} failed" + (f": {said}" if said else ""), fix or "run it by hand to see why")
    return done.stdout
