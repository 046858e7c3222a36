"""One commit of a repository that is not trusted, for `gate.files.commit` to read files of.

git works in an empty repository of our own, so nothing of the other one's configuration, hooks or attributes
counts, and nothing is checked out. Of a repository on this machine not even git's server is started: our own one
looks into its objects.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping

from gate.core.errors import UnableError, UsageError
from gate.core.text import printable, size
from gate.files.commit import Commit
from gate.policy.remote.addresses import refuse_private, resolve
from gate.policy.remote.https import Network
from gate.policy.remote.reference import HTTPS_PORT, Reference

MAX_PACK = 64 << 20
"""Bytes of any file that git writes: a commit without its history is one pack."""
MAX_MEMORY = 2 << 30
MAX_SAID = 2000
_NOT_FOUND = 127
"""The exit code of a shell for a program that is not there."""
_LIMITED = 'ulimit -c 0; ulimit -v "$2" 2>/dev/null; ulimit -f "$1" && shift 2 && exec "$@"'
"""Not every system has a limit on memory."""
_HARD = {
    "protocol.allow": "never",
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.askPass": "",
    "core.bigFileThreshold": "1m",  # larger contents stream, instead of being unpacked in memory
    "pack.threads": "1",
    "fetch.unpackLimit": "1",  # one file, so that the limit on its size is that of the whole
    "fetch.fsckObjects": "false",
    "fetch.recurseSubmodules": "false",
    "fetch.bundleURI": "",
    "transfer.bundleURI": "false",
    "http.followRedirects": "false",
    "http.sslVerify": "true",
    "http.cookieFile": "",
    "http.saveCookies": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
_ANONYMOUS = {"credential.helper": "", "http.proxy": "", "http.extraHeader": "", "http.emptyAuth": "false"}
_SSH = (
    "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ForwardAgent=no -o ClearAllForwardings=yes "
    "-o PermitLocalCommand=no -o ConnectTimeout=10"
)
_PASSED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH")
"""Where git and its libraries are found, and the authorities that the machine trusts."""


def fetch(reference: Reference, network: Network, seconds: float, directory: str) -> Commit:
    """The commit of `reference`, fetched into the empty `directory` within `seconds`.

    Raises `UsageError` where the repository has no such commit, and `UnableError` where it cannot be asked.
    """
    end = time.monotonic() + seconds
    environment = _environment(reference, network, directory)
    git = _Git(directory, environment, end)
    kind = "sha256" if len(reference.commit) == 64 else "sha1"
    git.run("init", "--quiet", "--template=", f"--object-format={kind}", ".")
    if reference.scheme == "git+file":
        _borrow(reference.place.removeprefix("file://"), directory)
    else:
        git.run(
            *("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"),
            *("--", reference.place, reference.commit),
            options=_options(reference, network, end),
        )
    try:
        git.run("cat-file", "-e", reference.commit + "^{commit}")
    except UnableError:
        fix = "name the full digest of a commit that the repository has"
        raise UsageError(f"the repository has no commit {reference.commit[:12]}", fix) from None
    return Commit(directory, reference.commit)


def _borrow(repository: str, directory: str) -> None:
    """Has the repository in `directory` look for objects in `repository` too."""
    found = [os.path.join(repository, *inner, "objects") for inner in ((".git",), ())]
    objects = next(filter(os.path.isdir, found), None)
    if objects is None:
        raise UsageError(f"{printable(repository)} is no git repository", "name the directory that has its `.git`")
    with open(os.path.join(directory, ".git", "objects", "info", "alternates"), "w", encoding="utf-8") as file:
        file.write(objects + "\n")


def _options(reference: Reference, network: Network, end: float) -> Mapping[str, str]:
    """The configuration for one fetch: the one protocol, and without a say of the machine's where nobody gave it."""
    protocol = reference.scheme.removeprefix("git+")
    options = {f"protocol.{protocol}.allow": "always"}
    if reference.host in network.own:
        return options
    if protocol == "ssh":
        fix = f"list `{reference.host}` under `credentials:` of the policy that is named, or use git+https"
        raise UsageError("ssh would use the keys of whoever runs the gate", fix)
    port = reference.port or HTTPS_PORT
    addresses = resolve(reference.host, port, end - time.monotonic(), network.resolver)
    refuse_private(reference.host, addresses, network.trusted)
    pinned = ",".join(f"[{address}]" if ":" in address else address for address in addresses)
    return {**options, **_ANONYMOUS, "http.curloptResolve": f"{reference.host}:{port}:{pinned}"}


def _environment(reference: Reference, network: Network, directory: str) -> dict[str, str]:
    """What git gets to know of the machine: where programs are, and for a listed host what is set up for git."""
    known = {name: os.environ[name] for name in _PASSED if name in os.environ}
    if authority := os.environ.get("SSL_CERT_FILE"):  # what Python's own connections go by
        known.setdefault("GIT_SSL_CAINFO", authority)
    if reference.host and reference.host in network.own:
        known |= {n: v for n, v in os.environ.items() if not n.startswith("GIT_") or n.startswith("GIT_CONFIG_")}
    else:
        known |= {"HOME": directory, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    return {
        **{name: value for name, value in known.items() if name != "SSH_ASKPASS"},
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": reference.scheme.removeprefix("git+"),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_SSH_COMMAND": _SSH,
        "GIT_SSH_VARIANT": "ssh",
    }


class _Git:
    """git in one directory until one point in time, in a session of its own so that its helpers end with it."""

    def __init__(self, directory: str, environment: Mapping[str, str], end: float) -> None:
        self._directory, self._environment, self._end = directory, dict(environment), end

    def run(self, *arguments: str, options: Mapping[str, str] | None = None) -> None:
        """Runs `git ARGUMENTS`; raises `UnableError` where it fails or takes too long."""
        settings = {**_HARD, **(options or {})}
        command = ["git", *(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))]
        limits = (str(MAX_PACK // 512), str(MAX_MEMORY // 1024))
        said = os.path.join(self._directory, ".said")  # in a file, so that it has a limit too
        try:
            with open(said, "wb") as out:
                process = subprocess.Popen(
                    ["/bin/sh", "-c", _LIMITED, "sh", *limits, *command, *arguments],
                    cwd=self._directory,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
                code = self._wait(process)
        except OSError as error:
            raise UnableError(f"git did not run: {error}", "install git") from None
        if code != 0:
            raise _failure(arguments[0], said, code)

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        try:
            return process.wait(max(self._end - time.monotonic(), 0.0))
        except BaseException as error:  # also an interrupt: its helpers would go on
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            raise UnableError("git took too long", "try again, or keep policies in a small repository") from None


def _failure(what: str, said: str, code: int) -> UnableError | UsageError:
    """Why git failed, from the first line of what it said that says so."""
    with open(said, "rb") as file:
        lines = file.read(MAX_SAID).decode(errors="replace").split("\n")
    wanted = [line for line in lines if line.startswith(("fatal:", "error:", "ssh:"))] or lines
    message = f"git {what} failed" + (f": {printable(wanted[0])[:200]}" if wanted[0] else "")
    if any("not our ref" in line for line in lines):
        return UsageError(message, "name the full digest of a commit that the repository has")
    if code == _NOT_FOUND:
        return UnableError("git is not installed", "install git")
    if _is_full(os.path.dirname(said)):
        return UsageError(f"it is larger than {size(MAX_PACK)}", "keep policies in a repository of their own")
    return UnableError(message, "see that the repository can be fetched from here")


def _is_full(directory: str) -> bool:
    """Whether a pack was cut off at its limit; git itself does not say so."""
    packs = os.path.join(directory, ".git", "objects", "pack")
    names = os.listdir(packs) if os.path.isdir(packs) else []
    return any(os.path.getsize(os.path.join(packs, name)) >= MAX_PACK for name in names)
