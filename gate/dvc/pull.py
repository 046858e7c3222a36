"""Fetches what DVC keeps, through DVC itself, and with nothing of the repository but digests in its hands.

DVC runs in a private directory beneath the root, a project of its own: the gate writes its configuration, from the
address of a remote that the policy lists and a few options that cannot divert it, with `verify` on; and a `.dvc` file
for each output, from its MD5 alone. So no path, template, cache or setting of the repository or of the user reaches
it. It fills a cache; the gate makes files of that, and moves them to their place, where nothing lies yet.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec

from gate.absent import Brought, Where
from gate.core.errors import UsageError
from gate.core.model import UNDECIDED, Finding
from gate.core.text import printable, shorten
from gate.dbom.model import Artifact
from gate.dvc.arrived import assemble
from gate.dvc.interface import Config, Kept, Out, Remote
from gate.dvc.private import private
from gate.dvc.remotes import DIVERTING, FIX, Remotes, address, refusal
from gate.files import beneath
from gate.kept import read_kept

SECONDS = 3600.0
"""That DVC may take for all outputs of one remote."""
TOLD = 2000
"""Bytes at the end of what DVC says that are looked at."""
_OPTIONS = (
    "region", "profile", "projectname", "user", "port", "timeout", "connect_timeout", "read_timeout",
    "connection_timeout", "allow_anonymous_login",
)  # fmt: skip
"""What the repository may say of a remote beside its address: nothing of it says whom DVC talks to, or which file of
this machine it reads."""
_PASSED = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "SSH_AUTH_SOCK",
           "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")  # fmt: skip
_PASSED_FAMILIES = ("AWS_", "AZURE_", "GOOGLE_", "OSS_")
"""Credentials for remotes, as their clients read them."""
INSTALL = 'pip install "dbom-gate[dvc]"'


def pull(absent: Sequence[Artifact], where: Where) -> Brought:
    """Fetches the outputs of DVC at, above or beneath the paths of `absent`; see `gate.absent.Puller`."""
    kept = read_kept(where.root, where.tracked)
    wanted = {out: artifact for artifact in absent for out in _missing(kept.related(artifact.path), where.root)}
    if not wanted:
        return Brought()
    listed = where.policies.allowed("dvc")
    if not listed:
        message = "--pull: no policy says from which remotes DVC may fetch"
        raise UsageError(message, "list them: `dvc: {remotes: [s3://bucket/path]}` in the policy of the base branch")
    puller = _Puller(where.root, kept, Remotes(listed, where.root))
    return Brought(tuple(puller.findings(wanted)))


def _missing(outs: Iterable[Out], root: str) -> Iterator[Out]:
    return (out for out in outs if not os.path.lexists(os.path.join(root, out.path)))


class _Puller:
    def __init__(self, root: str, kept: Kept, remotes: Remotes) -> None:
        self._root, self._kept, self._remotes = root, kept, remotes

    def findings(self, wanted: dict[Out, Artifact]) -> Iterator[Finding]:
        """Fetches what is wanted, remote by remote, and says what could not be had and why."""
        groups: dict[tuple[str, str], list[Out]] = {}
        for out in wanted:
            config = self._kept.configs.get(out.project, Config(out.project))
            groups.setdefault((out.project, out.remote or config.default), []).append(out)
        for (project, name), outs in groups.items():
            for out, problem, fix in self._from(self._kept.configs.get(project), name, outs):
                message = f"{printable(out.path)} could not be fetched: {problem}"
                yield Finding(UNDECIDED, wanted[out].subject, message, fix, out.location)

    def _from(self, config: Config | None, name: str, outs: list[Out]) -> Iterator[tuple[Out, str, str]]:
        """Fetches the outputs of one remote; those that did not come, each with the reason and what to do."""
        remote = config.remotes.get(name) if config else None
        problem = fix = ""
        if config is None or remote is None:
            problem, fix = "no `.dvc/config` says which remote it is on", "run `dvc remote add --default NAME URL`"
        elif refused := self._remotes.refused(remote, config):
            problem, fix = refusal(remote, refused), FIX
        elif find_spec("dvc") is None:
            problem, fix = "DVC is not installed", INSTALL
        if problem or config is None or remote is None:
            yield from ((out, problem, fix) for out in outs)
            return
        recorded = [out for out in outs if out.recorded]
        yield from ((out, "DVC has not recorded what it is", "run `dvc repro`") for out in outs if not out.recorded)
        try:
            failed = self._fetched(remote, address(remote.url, self._root, config), recorded)
        except OSError as error:
            why = f"nothing can be written beneath the root ({error.strerror})"
            failed = [(out, why) for out in recorded]
        fix = "see that the remote has it unchanged (`dvc push`), and that its credentials are there"
        yield from ((out, reason, fix) for out, reason in failed)

    def _fetched(self, remote: Remote, url: str, outs: list[Out]) -> list[tuple[Out, str]]:
        """Brings the outputs to their places; those that did not come, each with the reason. Raises OSError."""
        failed = []
        with private(self._root) as project:
            _write_project(project, remote, url, outs)
            said = _run(project)
            for i, out in enumerate(outs):
                place = os.path.join(project, str(i))
                if reason := assemble(project, out, place) or self._move(place, out):
                    failed.append((out, f"{reason}: {said}" if said else reason))
        return failed

    def _move(self, source: str, out: Out) -> str:
        """Moves what arrived to its place; why not, where that cannot be."""
        parent, _, name = out.path.rpartition("/")
        try:
            with _made(self._root, parent) as descriptor:
                os.rename(source, name, dst_dir_fd=descriptor)
        except OSError as error:
            return f"it cannot be put into {printable(parent) or 'the repository'} ({error.strerror})"
        return ""


@contextlib.contextmanager
def _made(root: str, path: str) -> Iterator[int]:
    """A descriptor of the directory `path` beneath `root`, made where it is missing; no link is followed."""
    made = ""
    for part in path.split("/") if path else ():
        with beneath.directory(root, made) as descriptor, contextlib.suppress(FileExistsError):
            os.mkdir(part, dir_fd=descriptor)
        made = f"{made}/{part}" if made else part
    with beneath.directory(root, path) as descriptor:
        yield descriptor


def _write_project(project: str, remote: Remote, url: str, outs: Sequence[Out]) -> None:
    options = {key: remote.options[key] for key in (*_OPTIONS, *DIVERTING) if key in remote.options}
    options |= {"url": url, "verify": "true"}
    lines = ["[core]", "no_scm = true", "check_update = false", "analytics = false", "remote = it", "['remote \"it\"']"]
    lines += (f"{key} = {_quoted(value)}" for key, value in options.items())
    os.mkdir(os.path.join(project, ".dvc"))
    _write(os.path.join(project, ".dvc", "config"), lines)
    for i, out in enumerate(outs):
        assert out.recorded is not None
        how = [] if out.recorded.text else ["  hash: md5"]
        md5 = out.recorded.md5 + (".dir" if out.recorded.is_directory else "")
        _write(os.path.join(project, f"{i}.dvc"), ["outs:", f"- md5: {md5}", *how, f"  path: '{i}'"])


def _quoted(value: str) -> str:
    """A value that ends where it seems to: what was read has no line break, and not both quotes."""
    return f"'{value}'" if '"' in value else f'"{value}"'


def _write(path: str, lines: Iterable[str]) -> None:
    with open(path, "x", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _run(project: str) -> str:
    """Runs `dvc fetch` in its project; the end of what it warns of, which is all that tells of what it did not get."""
    settings = os.path.join(project, "settings")
    environment = {
        **{name: value for name, value in os.environ.items() if name in _PASSED or name.startswith(_PASSED_FAMILIES)},
        "DVC_NO_ANALYTICS": "1",
        "DVC_GLOBAL_CONFIG_DIR": settings,
        "DVC_SYSTEM_CONFIG_DIR": settings,
        "DVC_SITE_CACHE_DIR": os.path.join(project, "site"),
    }
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "dvc", "fetch"],
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=told,
            start_new_session=True,
        )
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return f"DVC was ended after {SECONDS:g} seconds"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        told.seek(max(0, told.seek(0, os.SEEK_END) - TOLD))
        said = told.read().decode(errors="replace")
    return shorten(" ".join(said.split()), 400)
