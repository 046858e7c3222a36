"""A repository of somewhere else, as it is at the tip of its main branch, without its history.

Who lists a repository means it, so git uses what is set up for whoever runs the gate to fetch it, and asks for
nothing. The files are written without any configuration, so that no filter or hook of anybody runs: what LFS keeps
stays a pointer.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time

from gate.core.errors import UnableError
from gate.core.text import printable
from gate.files.git import environment

MAX_FILE = 2 << 30
"""Bytes of any file that git writes; the history is left out, so the files of one commit are one pack."""
URL = re.compile(r"(?:git\+)?(?:(?:https|ssh|file)://[^\s\\]+|[\w.-]+@[\w.-]+:(?!-)[^\s\\]+)")
"""The forms of URL that git fetches from with a server that is known, or from this machine."""
_LIMITED = 'ulimit -c 0; ulimit -f "$1" && shift && exec "$@"'
_HARD = {
    "protocol.allow": "never",
    "protocol.https.allow": "always",
    "protocol.ssh.allow": "always",
    "protocol.file.allow": "always",
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.symlinks": "true",
    "fetch.unpackLimit": "1",
    "fetch.recurseSubmodules": "false",
    "fetch.bundleURI": "",
    "transfer.bundleURI": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
_ASKS_NOTHING = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=10",
    "LC_ALL": "C",
}
_BARE = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1"}


def clone(url: str, directory: str, seconds: float) -> tuple[str, str]:
    """The directory with the files and the commit, both made within `seconds`, beneath the empty `directory`.

    Raises `UnableError` where the repository cannot be had.
    """
    end = time.monotonic() + seconds
    root = os.path.join(directory, "repository")
    os.mkdir(root, 0o700)
    place = url.removeprefix("git+")
    _git(root, end, "init", "--quiet", "--template=", bare=True)
    _git(
        *(root, end, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"),
        *("--", place, "+HEAD:refs/heads/gate"),
    )
    _git(root, end, "symbolic-ref", "HEAD", "refs/heads/gate", bare=True)
    _git(root, end, "reset", "--quiet", "--hard", bare=True)
    return root, _git(root, end, "rev-parse", "HEAD", bare=True).strip()


def _git(root: str, end: float, *arguments: str, bare: bool = False) -> str:
    """What `git ARGUMENTS` prints; nobody's configuration counts where it is `bare`."""
    options = [part for name, value in _HARD.items() for part in ("-c", f"{name}={value}")]
    if bare:
        options += ["-c", "protocol.allow=never"]
    known = {name: value for name, value in environment().items() if not name.startswith("GIT_TRACE")}
    process = subprocess.Popen(
        ["/bin/sh", "-c", _LIMITED, "sh", str(MAX_FILE // 512), "git", *options, *arguments],
        cwd=root,
        env={**known, **_ASKS_NOTHING, **(_BARE if bare else {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, said = process.communicate(timeout=max(end - time.monotonic(), 0.0))
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        raise UnableError(f"git {arguments[0]} took too long", "give it more --timeout") from None
    if process.returncode != 0:
        raise _failure(arguments[0], said.decode(errors="replace"))
    return out.decode(errors="replace")


def _failure(what: str, said: str) -> UnableError:
    lines = said.splitlines()
    told = next((line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))), lines[0] if lines else "")
    asked = any(word in said for word in ("could not read Username", "Authentication failed", "Permission denied"))
    fix = "set up git to fetch it without asking (`git ls-remote URL` shows it), or name a directory with a checkout"
    why = "it asks for credentials: " if asked else ""
    return UnableError(f"it cannot be fetched: {why}git {what}: {printable(told)[:200]}", fix)
