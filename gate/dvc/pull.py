"""Fetches what DVC keeps, through DVC itself, and with nothing of the repository but digests in its hands.

DVC runs in a private directory beneath the root, a project of its own: the gate writes its configuration, from the
address of a remote that the policy lists and a few options that cannot divert it, with `verify` on; and a `.dvc` file
for each output, from its MD5 alone. So no path, template, cache or setting of the repository or of the user reaches
it. It fills a cache; the gate makes files of that, and moves them to their place, where nothing lies yet.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import NamedTuple

from gate.absent import Brought, Where
from gate.core.errors import UsageError
from gate.core.model import UNDECIDED, Finding
from gate.core.text import printable, shorten
from gate.dbom.model import Artifact
from gate.dvc.arrived import assemble, lacking
from gate.dvc.fetch import Told, fetch
from gate.dvc.interface import Config, Kept, Out, Remote
from gate.dvc.lent import lend
from gate.dvc.private import private
from gate.dvc.remotes import DIVERTING, FIX, Remotes, address, refusal
from gate.files import beneath
from gate.kept import read_kept

_OPTIONS = (
    "region", "profile", "projectname", "user", "port", "timeout", "connect_timeout", "read_timeout",
    "connection_timeout", "allow_anonymous_login",
)  # fmt: skip
"""What the repository may say of a remote beside its address: nothing of it says whom DVC talks to, or which file of
this machine it reads."""
INSTALL = 'pip install "dbom-gate[dvc]"'
_PACKAGES = {
    "s3": "dvc-s3", "gs": "dvc-gs", "azure": "dvc-azure", "ssh": "dvc-ssh", "oss": "dvc-oss", "gdrive": "dvc-gdrive",
    "webdav": "dvc-webdav", "webdavs": "dvc-webdav", "hdfs": "dvc-hdfs", "webhdfs": "dvc-webhdfs",
}  # fmt: skip
"""What DVC needs beside itself for an address of each scheme."""


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


class _Failed(NamedTuple):
    """An output that did not come: why, what to do, and the rule that this breaks."""

    out: Out
    problem: str
    fix: str
    rule: str = UNDECIDED


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
            for out, problem, fix, rule in self._from(self._kept.configs.get(project), name, outs):
                message = f"{printable(out.path)} could not be fetched: {problem}"
                yield Finding(rule, wanted[out].subject, message, fix, out.location)

    def _from(self, config: Config | None, name: str, outs: list[Out]) -> Iterator[_Failed]:
        """Fetches the outputs of one remote; those that did not come."""
        remote = config.remotes.get(name) if config else None
        problem = fix = ""
        if config is None or remote is None:
            problem, fix = "no `.dvc/config` says which remote it is on", "run `dvc remote add --default NAME URL`"
        elif refused := self._remotes.refused(remote, config):
            problem, fix = refusal(remote, refused), FIX
        elif find_spec("dvc") is None:
            problem, fix = "DVC is not installed", INSTALL
        elif package := _lacking_package(remote.url):
            problem, fix = f"DVC needs {package} for {shorten(remote.url, 100)}", f"pip install {package}"
        if problem or config is None or remote is None:
            yield from (_Failed(out, problem, fix) for out in outs)
            return
        recorded = [out for out in outs if out.recorded]
        unknown = (out for out in outs if not out.recorded)
        yield from (_Failed(out, "DVC has not recorded what it is", "run `dvc repro`") for out in unknown)
        try:
            yield from self._fetched(remote, address(remote.url, self._root, config), recorded)
        except OSError as error:
            why = f"nothing can be written beneath the root ({error.strerror})"
            yield from (_Failed(out, why, "make room there, and see who may write") for out in recorded)

    def _fetched(self, remote: Remote, url: str, outs: list[Out]) -> list[_Failed]:
        """Brings the outputs to their places; those that did not come. Raises OSError."""
        failed = []
        with private(self._root) as project:
            _write_project(project, remote, lend(project, url, outs) if os.path.isabs(url) else url, outs)
            told = fetch(project)
            for i, out in enumerate(outs):
                place = os.path.join(project, str(i))
                if md5 := lacking(project, out):
                    failed.append(_not_brought(out, md5, told))
                elif reason := assemble(project, out, place) or self._move(place, out):
                    failed.append(_Failed(out, reason, "see what DVC tracks there, and who may write"))
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


def _lacking_package(url: str) -> str:
    """The package without which DVC cannot ask `url`; empty where it can, or says so itself."""
    package = _PACKAGES.get(url.partition("://")[0].lower() if "://" in url else "", "")
    return package if package and find_spec(package.replace("-", "_")) is None else ""


def _not_brought(out: Out, md5: str, told: Told) -> _Failed:
    """What is to be said of an output of which DVC did not bring the object `md5`."""
    what = f"the object {md5}"
    if md5 in told.changed:
        fix = "find out who changed the remote; then `dvc push` from where the content is known to be good"
        problem = f"the remote hands out other bytes as {what}: it was replaced or damaged there"
        return _Failed(out, problem, fix, "dvc/digest-mismatch")
    if told.absent and md5.endswith(".dir"):  # DVC keeps the manifest only of a directory that came whole
        problem = f"the remote does not have all that was asked for, such as the object {min(told.absent)}"
        return _Failed(out, problem, "`dvc push` it from where it is")
    if md5 in told.absent:
        return _Failed(out, f"the remote does not have {what}", "`dvc push` it from where it is")
    problem = f"DVC did not bring {what} as it was recorded" + (f": {told.said}" if told.said else "")
    return _Failed(
        out, problem, "see that the remote has it unchanged (`dvc push`), and that its credentials are there"
    )


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
