"""What a repository holds that could be declared. The inventory is that of `gate check`."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gate.checks.examine import Batch, Progress, examine_all
from gate.checks.interface import Examined, Material
from gate.core.errors import UnableError
from gate.core.text import printable
from gate.dbom.model import Artifact
from gate.files import git
from gate.files.paths import path_problem
from gate.inventory.plan import Places, Plan
from gate.inventory.undeclared import materials, plan_undeclared
from gate.scaffold.dvc import is_dvc, read_outs
from gate.scaffold.group import Tree, propose
from gate.scaffold.model import Discovery, Left, Out, Proposal, ancestors
from gate.scaffold.suites import read_suites

_WHY = {
    "link": ("a symbolic link", "declare what it leads to"),
    "outside": (
        "a symbolic link out of the repository",
        "declare what it leads to, or allow it by `cache_roots`",
    ),
    "special": ("a FIFO, device or socket", "only regular files can be declared"),
    "changed": ("it was written to while it was read", "stop what writes to it, then run `gate init` again"),
}


def discover(
    root: str,
    declared: tuple[Artifact, ...],
    documents: frozenset[str],
    jobs: int,
    progress: Progress | None = None,
) -> Discovery:
    """Everything beneath `root` that is not `declared` and could be.

    Raises `UnableError` where git should say which files there are, and cannot.
    """
    plan = _plan(root, declared, documents)
    # what gets declared is hashed later
    batches = [batch._replace(digest="none") for batch in plan.batches if isinstance(batch, Batch)]
    files = [file for group in examine_all(batches, jobs, progress) for file in group]
    found = list(materials(plan, files, None))
    covered = frozenset(artifact.path for artifact in declared)
    tree = Tree(root, files, covered)
    unfit = [*_pointers(files), *filter(None, map(_unfit, found))]
    out_of_reach = {entry.path for entry in unfit}
    proposals, left = propose((m for m in found if m.subject.path not in out_of_reach), tree)
    paths = [path for path in tree.paths if path_problem(path) is None]
    outs, wrong = read_outs(root, filter(is_dvc, paths))
    kept, absent = _kept_by_dvc(root, outs, tree, covered)
    return Discovery(
        proposals=tuple(sorted((*proposals, *kept))),
        left=tuple(sorted((*unfit, *left, *wrong))),
        absent=tuple(absent),
        suites=tuple(read_suites(root, paths)),
        files=sum(file.status == "read" for file in files),
    )


def _plan(root: str, declared: tuple[Artifact, ...], documents: frozenset[str]) -> Plan:
    with git.listing(root) as listing:
        tracked = listing.paths() if listing else None
    if tracked is None and git.work_tree(root):
        raise UnableError(f"git could not list the work tree of {printable(root)}", "see what `git status` says there")
    try:
        return plan_undeclared(tracked, Places(root), declared, documents, ())
    except OSError as error:
        raise UnableError(f"cannot list {printable(root)}: {error.strerror}", "give yourself permission") from None


def _pointers(files: Iterable[Examined]) -> list[Left]:
    fix = "run `git lfs pull`, then `gate init` again or `gate add`"
    return [Left(file.path, "a Git LFS pointer: its content is not here", fix) for file in files if file.pointer]


def _unfit(material: Material) -> Left | None:
    """Why `material` cannot be declared."""
    path = material.subject.path
    if problem := path_problem(path) if path != "." else None:
        return Left(path, problem)
    if not material.files:
        kind = material.odd[0].kind if material.odd else "outside"
        return Left(path, *_WHY[kind]) if kind in _WHY else Left(path, "it cannot be read", unreadable=True)
    file = material.files[0]
    if material.is_directory or file.status == "read":
        return None
    if file.status in _WHY:
        return Left(path, *_WHY[file.status], unreadable=file.status == "changed")
    return Left(path, f"it cannot be read: {file.detail}", "give yourself permission to read it", unreadable=True)


def _kept_by_dvc(
    root: str, outs: Iterable[Out], tree: Tree, declared: frozenset[str]
) -> tuple[list[Proposal], list[Out]]:
    """The outs that git ignores: those that are here, to be declared, and those that are not."""
    here: list[Proposal] = []
    absent: list[Out] = []
    taken = set(declared)
    for out in sorted(outs):
        if taken & frozenset(ancestors(out.path)) or tree.beneath(out.path):
            continue
        taken.add(out.path)
        full = os.path.join(root, out.path)
        if os.path.lexists(full):
            here.append(Proposal(out.path, None, os.path.isdir(full), out.document, out.source))
        else:
            absent.append(out)
    return here, absent
