"""Reads `*.dvc` files, `dvc.lock` and `dvc.yaml` with the place of what they say.

The first two are written by DVC; what stands in them is what DVC recorded, so nothing has to be resolved. `dvc.yaml`
is written by people and may hold templates (`${...}`), which DVC fills in as it runs: they are not followed, however
odd or circular. It only says in which directory a stage works, what DVC does not keep, and which stages never ran.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.errors import DocumentError, GateError, Problem
from gate.core.globs import matches
from gate.core.model import Location
from gate.core.text import printable, shorten
from gate.dbom.model import Origin
from gate.dbom.schema import path_problem
from gate.documents.nodes import Document, Mapping, Node, Scalar, Sequence, decode, parse, read_bytes
from gate.dvc.interface import Flaw, Out, Read, Recorded
from gate.dvc.nodes import entries, get, is_absent, items, text

MAX_TEMPLATES, MAX_LENGTH = 100, 1_000
"""Outputs of a stage whose names are templates, and characters of one: beyond them every output counts as kept."""
LOCK, PIPELINE, SUFFIX = "dvc.lock", "dvc.yaml", ".dvc"
_MD5 = re.compile(r"([0-9a-f]{32})(\.dir)?")
_USUAL = re.compile(
    rb"outs:\n- md5: ([0-9a-f]{32})(\.dir)?\n  size: [0-9]{1,19}\n(?:  nfiles: [0-9]{1,10}\n)?(  hash: md5\n)?"
    rb"  path: (?!(?:null|Null|NULL)\n)([A-Za-z0-9_.][A-Za-z0-9_./-]*)\n"
)
"""All of a `.dvc` file as most are: there may be thousands, and a YAML reader takes ten times as long."""
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_TEMPLATE = re.compile(r"\$\{[^}]{0,200}\}")
_WHAT = ("outs", "metrics", "plots")
"""What a stage of a pipeline writes."""
MALFORMED, OUTSIDE, UNDECLARED = "dvc/malformed", "dvc/outside-root", "dvc/undeclared"
_REWRITE = "restore it from git, or have DVC write it again"


def is_document(path: str) -> bool:
    """Whether DVC would read outputs from the file at `path`."""
    name = posixpath.basename(path)
    return name in (LOCK, PIPELINE) or (name.endswith(SUFFIX) and name != SUFFIX)


def read(root: str, path: str) -> Read:
    """What the document at `path` beneath `root` says; what is wrong with it is among the flaws.

    Of the two files of a pipeline, which belong together, the lock has everything that ever ran.
    """
    reader = _Reader(path)
    try:
        if posixpath.basename(path) == LOCK:
            reader.lock(_parse(root, path), _pipeline(root, path))
        elif posixpath.basename(path) == PIPELINE:
            reader.pipeline(_parse(root, path, strict=False), _stages_of_lock(root, path))
        elif usual := _USUAL.fullmatch(data := read_bytes(os.path.join(root, path), path)):
            reader.usual(usual)
        else:
            reader.single(_parsed(data, path))
    except DocumentError as error:
        reader.flaws += (_malformed(path, problem) for problem in error.problems)
    except GateError as error:
        reader.flaws.append(Flaw(MALFORMED, path, Location(path), error.message, error.fix or _REWRITE))
    return Read(tuple(reader.outs), tuple(reader.flaws), tuple(reader.open))


class _Parsed(NamedTuple):
    document: Document
    tree: Node


class _Stage(NamedTuple):
    """A stage as people wrote it: `wdir` is None where it is known only to DVC.

    `kept` and `uncached` are the outputs whose names are written out; `templates` are globs for the others, each with
    whether DVC keeps what it stands for.
    """

    at: Location
    wdir: str | None
    kept: frozenset[str]
    uncached: frozenset[str]
    templates: tuple[tuple[str, bool], ...]

    def is_in_git(self, path: str) -> bool:
        """Whether the output at `path` is certainly one that DVC does not keep."""
        if path in self.kept or len(self.templates) > MAX_TEMPLATES or len(path) > MAX_LENGTH:
            return False
        found = {is_kept for glob, is_kept in self.templates if matches(glob, path)}
        return path in self.uncached if not found else found == {False}


def _parse(root: str, path: str, *, strict: bool = True) -> _Parsed:
    """The tree; anchors are for people to use, so only what DVC writes may be refused for one."""
    return _parsed(read_bytes(os.path.join(root, path), path), path, strict=strict)


def _parsed(data: bytes, path: str, *, strict: bool = True) -> _Parsed:
    document = decode(data, path)
    tree = parse(document, None if strict else [])
    if not isinstance(tree, Mapping):
        raise document.error(tree.span, "no file of DVC: it holds no mapping", _REWRITE)
    return _Parsed(document, tree)


def _malformed(path: str, problem: Problem) -> Flaw:
    return Flaw(MALFORMED, path, problem.location, problem.message, problem.fix or _REWRITE)


def _pipeline(root: str, lock: str) -> dict[str, _Stage]:
    """The stages of the `dvc.yaml` beside a lock; its own flaws are told when it is read itself."""
    path = posixpath.join(posixpath.dirname(lock), PIPELINE)
    if not os.path.lexists(os.path.join(root, path)):
        return {}
    try:
        parsed = _parse(root, path, strict=False)
    except GateError:
        return {}
    return {name.text: _stage(parsed.document, name, body) for name, body in entries(get(parsed.tree, "stages"))}


def _stages_of_lock(root: str, pipeline: str) -> frozenset[str]:
    """The names of the stages that ran, without what tells those of one template apart (`train@0`)."""
    path = posixpath.join(posixpath.dirname(pipeline), LOCK)
    if not os.path.lexists(os.path.join(root, path)):
        return frozenset()
    try:
        tree = _parse(root, path).tree
    except GateError:
        return frozenset()
    return frozenset(name.text.partition("@")[0] for name, _ in entries(get(tree, "stages") or tree))


def _stage(document: Document, name: Scalar, body: Node) -> _Stage:
    body = get(body, "do") or body
    at = document.locate(name.span)
    written = get(body, "wdir")
    wdir: str | None = text(written)
    if get(body, "<<") is not None or (written is not None and not wdir) or "${" in (wdir or ""):
        wdir, at = None, document.locate(written.span if written else name.span)
    outs = [(path.text, is_kept) for what in _WHAT for path, is_kept in _outs(get(body, what))]
    kept, uncached = (frozenset(path for path, is_kept in outs if is_kept is which) for which in (True, False))
    templates = ((path, is_kept) for path, is_kept in outs if "${" in path and len(path) <= MAX_LENGTH)
    return _Stage(at, wdir, kept, uncached, tuple((_TEMPLATE.sub("*", path), is_kept) for path, is_kept in templates))


def _outs(node: Node | None) -> Iterator[tuple[Scalar, bool]]:
    """The outputs of a stage as people wrote them, and whether DVC keeps them: `cache: false` leaves them to git."""
    for item in items(node):
        if isinstance(item, Scalar):
            yield item, True
        for path, options in entries(item):
            yield path, not _is_in_git(options)


def _is_in_git(out: Node) -> bool:
    """Whether an output has `cache: false`, as YAML 1.2 lets it be written."""
    return text(get(out, "cache")) in ("false", "False", "FALSE")


def _listed(files: Node | None, how: str) -> Recorded | None:
    """What `files:` records, which DVC writes of directories on remotes with versions, instead of a manifest."""
    from gate.dvc.manifest import digest_of  # few files have this

    found = {text(get(file, "relpath")): text(get(file, "md5")) for file in items(files)}
    if not found or how not in ("", "md5") or not all(path and _MD5.fullmatch(md5) for path, md5 in found.items()):
        return None
    return Recorded(digest_of(found), is_directory=True, text=not how)


class _Reader:
    """Collects what one document says."""

    def __init__(self, path: str) -> None:
        self._path, self._directory = path, posixpath.dirname(path)
        self.outs: list[Out] = []
        self.flaws: list[Flaw] = []
        self.open: list[str] = []

    def usual(self, match: re.Match[bytes]) -> None:
        """What `dvc add` writes of one file or directory."""
        md5, is_directory, how, path = (group.decode() if group else "" for group in match.groups())
        digest = md5 + is_directory
        at = Location(self._path, 2, len("- md5: ") + 1, len(digest), f"- md5: {digest}")
        self._place(path, "", at, Out("", self._path, at, recorded=Recorded(md5, bool(is_directory), not how)))

    def single(self, parsed: _Parsed) -> None:
        """A `.dvc` file: what `dvc add` and `dvc import` write."""
        tree = parsed.tree
        source = self._source(parsed, get(tree, "deps"))
        wdir = text(get(tree, "wdir"))
        for out in self._list(parsed, get(tree, "outs")):
            if not _is_in_git(out):
                self._out(parsed, out, wdir, source)

    def lock(self, parsed: _Parsed, stages: dict[str, _Stage]) -> None:
        """A `dvc.lock`; before its schema 2.0 the stages had no key around them."""
        tree = get(parsed.tree, "stages") or parsed.tree
        if not isinstance(tree, Mapping):
            self._note(parsed.document.problem(tree.span, "`stages:` is no mapping", _REWRITE))
        for name, body in entries(tree):
            stage = stages.get(name.text.partition("@")[0])
            for out in self._list(parsed, get(body, "outs")):
                path = text(get(out, "path"))
                if stage is not None and stage.is_in_git(path):
                    continue
                if stage is not None and stage.wdir is None:
                    self._unlocated(name.text, path, stage.at)
                else:
                    self._out(parsed, out, (stage.wdir or "") if stage else "", Origin())

    def pipeline(self, parsed: _Parsed, ran: frozenset[str]) -> None:
        """A `dvc.yaml`: the outputs of stages that the lock does not have."""
        stages = get(parsed.tree, "stages")
        if not is_absent(stages) and not isinstance(stages, Mapping):
            assert stages is not None
            self._note(parsed.document.problem(stages.span, "`stages:` is no mapping", "write `NAME: {cmd: ...}`"))
        for name, body in entries(stages):
            if name.text in ran:
                continue
            stage = _stage(parsed.document, name, body)
            is_template = get(body, "do") is not None or get(body, "matrix") is not None
            written = [get(body, what) for what in _WHAT]
            if is_template or stage.wdir is None or any(not (is_absent(n) or isinstance(n, Sequence)) for n in written):
                self.open.append(f"{self._path}:{name.span.line + 1} ({shorten(name.text, 60)})")
                continue
            for path, is_kept in (out for node in written for out in _outs(node)):
                at = parsed.document.locate(path.span)
                if "${" in path.text:
                    self.open.append(f"{at.path}:{at.line} ({shorten(path.text, 60)})")
                elif is_kept:
                    self._place(path.text, stage.wdir, at, Out("", self._path, at))

    def _list(self, parsed: _Parsed, node: Node | None) -> list[Node]:
        if not (is_absent(node) or isinstance(node, Sequence)):
            assert node is not None
            self._note(parsed.document.problem(node.span, "`outs:` is no list", _REWRITE))
        return items(node)

    def _out(self, parsed: _Parsed, out: Node, wdir: str, source: Origin) -> None:
        """One entry of `outs:` that DVC wrote."""
        path, digest, how = get(out, "path"), get(out, "md5"), text(get(out, "hash"))
        if not text(path):
            self._note(parsed.document.problem(out.span, "an output without `path:`", _REWRITE))
            return
        assert path is not None
        at = parsed.document.locate((digest or path).span)
        recorded = _listed(get(out, "files"), how)
        if not is_absent(digest):
            match = _MD5.fullmatch(text(digest))
            if match is None or how not in ("", "md5"):
                self._note(Problem(at, "the digest of an output is no MD5 in hexadecimal", _REWRITE))
                return
            recorded = Recorded(match[1], bool(match[2]), not how)
        found = Out("", self._path, at, recorded=recorded, remote=text(get(out, "remote")).lower(), source=source)
        self._place(text(path), wdir, at, found)

    def _place(self, path: str, wdir: str, at: Location, out: Out) -> None:
        """Keeps `out` at the path that it has from the root, if it stays beneath."""
        joined = posixpath.normpath(posixpath.join(self._directory, wdir, path))
        shown = shorten(path if not wdir else posixpath.join(wdir, path), 100)
        if "://" in path or "://" in wdir or posixpath.isabs(joined) or joined.split("/")[0] == "..":
            message = f"the output {shown} lies outside of the repository"
            self.flaws.append(Flaw(OUTSIDE, self._path, at, message, "keep what DVC tracks inside of the repository"))
        elif problem := path_problem(joined):
            self._note(Problem(at, f"the output {shown} cannot be one: {problem}", _REWRITE))
        else:
            self.outs.append(out._replace(path=joined))

    def _unlocated(self, stage: str, path: str, at: Location) -> None:
        message = (
            f"where the output {shorten(path, 80)} of the stage {shorten(stage, 60)} lies is not known: its working "
            "directory is a template"
        )
        self.flaws.append(Flaw(UNDECLARED, self._path, at, message, "write the directory out under `wdir:`"))

    def _source(self, parsed: _Parsed, dependencies: Node | None) -> Origin:
        """Where `dvc import` and `dvc import-url` say that the only output came from."""
        found = items(dependencies)
        if len(found) != 1:
            return Origin()
        path = text(get(found[0], "path"))
        repository = get(found[0], "repo")
        if repository is None:
            return Origin(url=path) if "://" in path else Origin()
        url, commit = text(get(repository, "url")), text(get(repository, "rev_lock"))
        if not _COMMIT.fullmatch(commit):
            said = f'its `rev_lock:` is "{shorten(commit, 60)}"' if commit else "it has no `rev_lock:`"
            message = f"the import from {shorten(url, 100) or 'nowhere'} is not pinned to a commit: {said}"
            fix = f"run `dvc update {printable(self._path)}`, look at what changed, and commit the file"
            at = parsed.document.locate((get(repository, "rev_lock") or repository).span)
            self.flaws.append(Flaw("dvc/unpinned-import", self._path, at, message, fix))
        return Origin(url=url or None, revision=commit or None)

    def _note(self, problem: Problem) -> None:
        self.flaws.append(_malformed(self._path, problem))
