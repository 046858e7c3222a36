"""Reads `*.dvc` files, `dvc.lock` and `dvc.yaml` with the place of what they say.

The first two are written by DVC; what stands in them is what DVC recorded, so nothing has to be resolved. `dvc.yaml`
is written by people and may hold templates (`${...}`), which DVC fills in as it runs: they are not followed, however
odd or circular. It only says in which directory a stage works, what DVC does not keep, and which stages never ran.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from gate.core.errors import DocumentError, GateError, Problem
from gate.core.model import Location
from gate.core.text import printable, shorten
from gate.documents.nodes import Document, Mapping, Node, Scalar, Sequence, Span, decode, parse, read_bytes
from gate.dvc.interface import MALFORMED, OUTSIDE, UNDECLARED, Flaw, Out, Read, Recorded, Step
from gate.dvc.nodes import entries, get, is_absent, is_in_git, items, text
from gate.files.paths import path_problem

if TYPE_CHECKING:
    from gate.dbom.model import Origin
    from gate.dvc.stages import Stage

LOCK, PIPELINE, SUFFIX = "dvc.lock", "dvc.yaml", ".dvc"
_MD5 = re.compile(r"([0-9a-f]{32})(\.dir)?")
_USUAL = re.compile(
    rb"outs:\n- md5: ([0-9a-f]{32})(\.dir)?\n  size: [0-9]{1,19}\n(?:  nfiles: [0-9]{1,10}\n)?(  hash: md5\n)?"
    rb"  path: (?!(?:null|Null|NULL)\n)([A-Za-z0-9_.][A-Za-z0-9_./-]*)\n"
)
"""All of a `.dvc` file as most are: there may be thousands, and a YAML reader takes ten times as long."""
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
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
            reader.pipeline(_parse(root, path, strict=False), _ran(root, path))
        elif usual := _USUAL.fullmatch(data := read_bytes(os.path.join(root, path), path)):
            reader.usual(usual)
        else:
            reader.single(_parsed(data, path))
    except DocumentError as error:
        reader.flaws += (_malformed(path, problem) for problem in error.problems)
    except GateError as error:
        reader.flaws.append(Flaw(MALFORMED, path, Location(path), error.message, error.fix or _REWRITE))
    return Read(tuple(reader.outs), tuple(reader.flaws), tuple(reader.open), tuple(reader.steps))


class _Parsed(NamedTuple):
    document: Document
    tree: Node


def _parse(root: str, path: str, *, strict: bool = True) -> _Parsed:
    """The tree; anchors are for people to use, so only what DVC writes may be refused for one."""
    return _parsed(read_bytes(os.path.join(root, path), path), path, strict=strict)


def _parsed(data: bytes, path: str, *, strict: bool = True) -> _Parsed:
    document = decode(data, path)
    if all(line.lstrip()[:1] in ("", "#") for line in document.text.splitlines()):
        raise document.error(Span(0, 1, 0, 0), "the file is empty", _REWRITE)
    tree = parse(document, None if strict else [])
    if not isinstance(tree, Mapping):
        raise document.error(tree.span, "no file of DVC: it holds no mapping", _REWRITE)
    return _Parsed(document, tree)


def _malformed(path: str, problem: Problem) -> Flaw:
    return Flaw(MALFORMED, path, problem.location, problem.message, problem.fix or _REWRITE)


def _pipeline(root: str, lock: str) -> dict[str, Stage] | None:
    """The stages of the `dvc.yaml` beside a lock, None where it has none; its own flaws are told when it is read."""
    from gate.dvc.stages import stage

    path = posixpath.join(posixpath.dirname(lock), PIPELINE)
    if not os.path.lexists(os.path.join(root, path)):
        return None
    try:
        parsed = _parse(root, path, strict=False)
    except GateError:
        return None
    stages = get(parsed.tree, "stages")
    if not isinstance(stages, Mapping):
        return None
    return {name.text: stage(parsed.document, name, body) for name, body in entries(stages)}


def _ran(root: str, pipeline: str) -> dict[str, list[frozenset[str]]]:
    """The outputs of the stages that ran, as the lock has them, by name; those of one template (`train@0`) together."""
    path = posixpath.join(posixpath.dirname(pipeline), LOCK)
    found: dict[str, list[frozenset[str]]] = {}
    if os.path.lexists(os.path.join(root, path)):
        with contextlib.suppress(GateError):
            tree = _parse(root, path).tree
            for name, body in entries(get(tree, "stages") or tree):
                paths = frozenset(text(get(out, "path")) for out in items(get(body, "outs")))
                found.setdefault(name.text.partition("@")[0], []).append(paths)
    return found


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
        self.steps: list[Step] = []

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
        outs = self._list(parsed, get(tree, "outs"))
        for out in outs:
            if not is_in_git(out):
                self._out(parsed, out, wdir, source)
        if needed := items(get(tree, "deps")):
            from gate.dvc.stages import step_of_file

            self.steps.append(step_of_file(parsed.document, wdir, needed, outs))

    def lock(self, parsed: _Parsed, stages: dict[str, Stage] | None) -> None:
        """A `dvc.lock`; before its schema 2.0 the stages had no key around them.

        What `stages` has no longer, DVC does not look at any more.
        """
        tree = get(parsed.tree, "stages") or parsed.tree
        if not isinstance(tree, Mapping):
            self._note(parsed.document.problem(tree.span, "`stages:` is no mapping", _REWRITE))
        for name, body in entries(tree):
            stage = (stages or {}).get(name.text.partition("@")[0])
            if stages is not None and stage is None:
                continue
            for out in self._list(parsed, get(body, "outs")):
                path = text(get(out, "path"))
                if stage is not None and stage.is_in_git(path):
                    continue
                if stage is not None and stage.wdir is None:
                    self._unlocated(name.text, path, stage.at)
                else:
                    self._out(parsed, out, (stage.wdir or "") if stage else "")

    def pipeline(self, parsed: _Parsed, ran: dict[str, list[frozenset[str]]]) -> None:
        """A `dvc.yaml`: the outputs that the lock does not have, and what its stages need."""
        from gate.dvc.stages import step

        document, stages = parsed.document, get(parsed.tree, "stages")
        if not is_absent(stages) and not isinstance(stages, Mapping):
            assert stages is not None
            self._note(document.problem(stages.span, "`stages:` is no mapping", "write `NAME: {cmd: ...}`"))
        self._values(document, get(parsed.tree, "vars"))
        for name, body in entries(stages):
            self._values(document, get(body, "vars"))
            self.steps.append(step(document, name, body))
            self._not_run(document, name, body, ran.get(name.text, []))

    def _not_run(self, document: Document, name: Scalar, body: Node, ran: list[frozenset[str]]) -> None:
        """The outputs of one stage that no lock has."""
        from gate.dvc.stages import WRITTEN, instances, outs, stage

        found = stage(document, name, body)
        many = get(body, "do") is not None or get(body, "matrix") is not None
        written = [get(body, what) for what in WRITTEN]
        if ran and (many or found.wdir is None):
            if instances(body) > len(ran):
                self.open.append(f"{self._path}:{name.span.line + 1} ({shorten(name.text, 60)})")
            return
        if many or found.wdir is None or any(not (is_absent(n) or isinstance(n, Sequence)) for n in written):
            self.open.append(f"{self._path}:{name.span.line + 1} ({shorten(name.text, 60)})")
            return
        for path, is_kept in (out for node in written for out in outs(node)):
            at = document.locate(path.span)
            if "${" in path.text:
                self.open += [] if ran else [f"{at.path}:{at.line} ({shorten(path.text, 60)})"]
            elif is_kept and not any(path.text in paths for paths in ran):
                self._place(path.text, found.wdir, at, Out("", self._path, at))

    def _values(self, document: Document, node: Node | None) -> None:
        """`vars:` that refer to each other, also in a circle."""
        from gate.dvc.stages import template

        if found := template(node):
            message = f"`vars:` has the template {shorten(found.text, 60)}: values cannot refer to each other"
            self._note(document.problem(found.span, message, "write the value out; DVC refuses such a pipeline"))

    def _list(self, parsed: _Parsed, node: Node | None) -> list[Node]:
        if not (is_absent(node) or isinstance(node, Sequence)):
            assert node is not None
            self._note(parsed.document.problem(node.span, "`outs:` is no list", _REWRITE))
        return items(node)

    def _out(self, parsed: _Parsed, out: Node, wdir: str, source: Origin | None = None) -> None:
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

    def _source(self, parsed: _Parsed, dependencies: Node | None) -> Origin | None:
        """Where `dvc import` and `dvc import-url` say that the only output came from."""
        from gate.dbom.model import Origin  # few files are imports

        found = items(dependencies)
        if len(found) != 1:
            return None
        path = text(get(found[0], "path"))
        repository = get(found[0], "repo")
        if repository is None:
            return Origin(url=path) if "://" in path else None
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
