"""`gate init`: proposes the first documents from what the repository holds, and never overwrites any."""

from __future__ import annotations

import argparse
import itertools
import os
import shlex
from collections.abc import Iterable
from typing import NamedTuple

from gate.cli import place
from gate.cli.measure import Measured, measure
from gate.cli.terminal import Progress
from gate.core.errors import GateError, UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.model import Kind, Location
from gate.core.text import count, printable, size
from gate.dbom.load import load_dbom
from gate.dbom.model import Artifact, Dbom
from gate.dbom.write import free_name
from gate.files import git
from gate.files.root import DBOM_NAME, POLICY_NAME
from gate.scaffold import render
from gate.scaffold.discover import discover
from gate.scaffold.model import Discovery, Left, Proposal
from gate.scaffold.sources import Pulled, pulled_in
from gate.scaffold.suites import match
from gate.scaffold.write import write_new

WORKFLOW = ".github/workflows/gate.yml"
HOOKS = ".pre-commit-config.yaml"


class Proposed(NamedTuple):
    """What was hashed: the entries, the listings of directories by their path, and what could not be declared."""

    entries: tuple[render.Entry, ...] = ()
    listings: tuple[tuple[str, bytes], ...] = ()
    left: tuple[Left, ...] = ()


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate init`."""
    parser.add_argument(
        "--root", metavar="DIR", help="the repository (default: the nearest directory upwards with a dbom.yaml or .git)"
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would be written, and write nothing")


def run(arguments: argparse.Namespace) -> int:
    """Looks, hashes, writes what is not there yet, and says what is left for people to do."""
    root = _root(arguments.root)
    dbom = _existing(root)
    documents = frozenset((DBOM_NAME, POLICY_NAME))
    with Progress("looking at") as progress:
        found = discover(root, dbom.artifacts if dbom else (), documents, default_jobs(), progress)
        proposals = (proposal.path for proposal in found.proposals)
        pulled = pulled_in(root, dbom.artifacts if dbom else (), proposals, default_jobs())
    proposed = _measured(found.proposals, root) if dbom is None else Proposed()
    left = tuple(sorted((*found.left, *proposed.left)))
    new = _new_files(root, found, proposed, left, pulled if dbom is None else None)
    if not arguments.dry_run:
        write_new(root, new)
    if dbom is None:
        _say_found(found, proposed.entries)
    else:
        _say_undeclared(found.proposals, root, named=arguments.root is not None)
    _say_pulled(pulled)
    _say_left(found, left)
    _say_written(root, new, dry=arguments.dry_run)
    _say_next(root, new, proposed.entries)
    return UnableError.exit_code if any(entry.unreadable for entry in left) else 0


# The place


def _root(named: str | None) -> str:
    """The root; a directory without git must be named, so that nobody hashes a home directory by accident."""
    root = place.find(named, None).root
    known = git.work_tree(root) is not None or os.path.lexists(os.path.join(root, DBOM_NAME))
    if named is None and not known:
        raise UsageError(
            f"{printable(root)} is not in a git repository",
            "go to one, run `git init` first, or name the directory with --root",
        )
    return root


def _existing(root: str) -> Dbom | None:
    """The DBOM that is there already; raises `UsageError` for one that no command would read."""
    file = os.path.join(root, DBOM_NAME)
    if os.path.lexists(file):
        return load_dbom(file, DBOM_NAME)
    for other in ("dbom.yml", "dbom.json"):
        if os.path.lexists(os.path.join(root, other)):
            raise UsageError(f"{other} is not read: the gate looks for {DBOM_NAME}", "rename it")
    return None


# What is proposed


def _measured(proposals: Iterable[Proposal], root: str) -> Proposed:
    """Hashes every proposal; what cannot be hashed is left out, with the reason."""
    entries: list[render.Entry] = []
    listings: list[tuple[str, bytes]] = []
    left: list[Left] = []
    names: set[str] = set()
    for proposal in proposals:
        try:
            measured = measure(Artifact("dataset", "new", proposal.path, Location(DBOM_NAME), {}), root)
        except GateError as error:
            left.append(Left(proposal.path, error.message, error.fix, isinstance(error, UnableError)))
            continue
        name, listing = _name(proposal, names, root)
        names.add(name)
        entries.append(_entry(proposal, measured, name, listing))
        if measured.listing is not None:
            listings.append((listing, measured.listing))
    return Proposed(tuple(entries), tuple(listings), tuple(left))


def _name(proposal: Proposal, taken: set[str], root: str) -> tuple[str, str]:
    """A free name, and the path of the listing that goes with it: `x`, else `data-x`, else `data-x-2`."""
    *directories, last = proposal.path.split("/")
    qualified = "-".join([*directories, last.partition(".")[0] or last]).replace(".", "-")
    numbered = (f"{free_name(qualified, None)[:115]}-{number}" for number in itertools.count(2))
    for name in itertools.chain((free_name(proposal.path, None), free_name(qualified, None)), numbered):
        listing = f"dbom/{name}.sha256"
        occupied = proposal.is_directory and os.path.lexists(os.path.join(root, listing))
        if name not in taken and not occupied:
            return name, listing
    raise AssertionError("numbers do not end")


def _entry(proposal: Proposal, measured: Measured, name: str, listing: str) -> render.Entry:
    inspections = [file.inspection for file in measured.files if file.inspection]
    weights = any(inspection.role == "weights" for inspection in inspections)
    kind: Kind = proposal.kind or ("model" if weights else "dataset")
    return render.Entry(
        name=name,
        kind=kind,
        proposal=proposal,
        sha256=measured.sha256,
        size=measured.size,
        files=len(measured.files),
        listing=listing if measured.listing is not None else None,
        rules=tuple(sorted({flaw.rule for inspection in inspections for flaw in inspection.flaws})),
    )


def _new_files(
    root: str, found: Discovery, proposed: Proposed, left: tuple[Left, ...], pulled: tuple[Pulled, ...] | None
) -> dict[str, bytes]:
    """What is to be written, the listings first: the DBOM must not name what is not there.

    `pulled` is None where there is a DBOM already.
    """
    new: dict[str, bytes] = {}
    if pulled is not None:
        new.update(proposed.listings)
        matched = match(found.suites, (entry.proposal._replace(kind=entry.kind) for entry in proposed.entries))
        suites = {suite: matched.get(suite) for suite in found.suites}
        new[DBOM_NAME] = render.dbom(proposed.entries, left, found.absent, suites, pulled)
    new.update(
        (path, text.encode()) for path, text in _documents(root) if not os.path.lexists(os.path.join(root, path))
    )
    return new


def _documents(root: str) -> list[tuple[str, str]]:
    """The documents beside the DBOM; a workflow and hooks belong into the root of the git repository alone."""
    policy = [(POLICY_NAME, render.POLICY)]
    if git.work_tree(root) not in (None, root):
        return policy
    return [*policy, (WORKFLOW, render.WORKFLOW), (HOOKS, render.HOOK_FILE)]


# What is said


def _say(*lines: str) -> None:
    for line in lines:
        print(printable(line))


def _say_found(found: Discovery, entries: tuple[render.Entry, ...]) -> None:
    datasets = sum(entry.kind == "dataset" for entry in entries)
    what = f"{count(datasets, 'dataset')}, {count(len(entries) - datasets, 'model')}"
    suites = f", {count(len(found.suites), 'suite')}" if found.suites else ""
    _say(f"looked at {count(found.files, 'file')}: {what}{suites}")
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries[: render.MAX_NAMED]:
        files = f"{count(entry.files, 'file')}, " if entry.listing else ""
        rules = f"  ({', '.join(entry.rules)})" if entry.rules else ""
        _say(f"  {entry.kind:<7}  {entry.name:<{width}}  {entry.proposal.path}: {files}{size(entry.size)}{rules}")
    _say(*_more(len(entries), "artifact"))
    if not entries:
        _say("  what git ignores was not looked at: `gate add PATH` declares it")


def _say_undeclared(proposals: tuple[Proposal, ...], root: str, *, named: bool) -> None:
    if not proposals:
        _say("looked for weights and data: what was found is declared")
        return
    _say(f"{count(len(proposals), 'path')} not declared; {DBOM_NAME} is kept as it is, so declare them with")
    for proposal in proposals[: render.MAX_NAMED]:
        option = f" --root {shlex.quote(root)}" if named else ""
        _say(f"  gate add {shlex.quote(_from_here(proposal.path, root))}{option} --source URL")
    _say(*_more(len(proposals), "path"))


def _say_pulled(pulled: tuple[Pulled, ...]) -> None:
    if not pulled:
        return
    _say(f"the code pulls in {count(len(pulled), 'source')} that no entry declares:")
    _say(*(f"  {one.source.url}  ({one.where()})" for one in pulled[: render.MAX_NAMED]))
    _say(*_more(len(pulled), "source"), "  `gate sources` says what is wrong with each")


def _from_here(path: str, root: str) -> str:
    """`path` as this shell would name it."""
    relative = os.path.relpath(os.path.join(root, path))
    return f"./{relative}" if relative.startswith("-") else relative


def _say_left(found: Discovery, left: tuple[Left, ...]) -> None:
    if left:
        _say("could not be declared:")
        for entry in left[: render.MAX_NAMED]:
            _say(f"  {entry.path}: {entry.why}")
            if entry.fix:
                _say(f"    = fix: {entry.fix}")
        _say(*_more(len(left), "path"))
    if found.absent:
        _say("kept by DVC and not here:")
        _say(*(f"  {out.path}: run `dvc pull {out.document}`" for out in found.absent[: render.MAX_NAMED]))
        _say(*_more(len(found.absent), "path"))


def _more(number: int, noun: str) -> list[str]:
    rest = number - render.MAX_NAMED
    return [f"  and {count(rest, 'more ' + noun)}"] if rest > 0 else []


def _say_written(root: str, new: dict[str, bytes], *, dry: bool) -> None:
    names = (DBOM_NAME, *(path for path, _ in _documents(root)))
    kept = [name for name in names if name not in new]
    for name, data in new.items():
        _say(f"{'would write' if dry else 'wrote'}  {name}")
        if dry and not name.startswith("dbom/"):
            _say(*(f"  | {line}" for line in data.decode().splitlines()))
    _say(*(f"kept  {name}" for name in kept))
    if HOOKS in kept and "dbom-gate/gate" not in _text(os.path.join(root, HOOKS)):
        _say(f"add to `repos:` in {HOOKS}:", *render.HOOKS.splitlines())
    if HOOKS not in names:
        _say(f"not written: {WORKFLOW} and {HOOKS}, as they belong into {git.work_tree(root)}")


def _text(path: str) -> str:
    """The text of a file that somebody else wrote; empty for what is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1 << 20)
    except OSError:
        return ""


def _say_next(root: str, new: dict[str, bytes], entries: tuple[render.Entry, ...]) -> None:
    if unknown := sum(bool(entry.unknown) for entry in entries):
        _say(f"unknown: version, origin or licence of {count(unknown, 'artifact')}: see `# unknown` in dbom.yaml")
    if holes := [path for path, _ in _documents(root) if render.HOLE in _present(root, path, new)]:
        _say(f"unknown: the release of the gate to run: fill it in where {' and '.join(holes)} say {render.HOLE}…")
    if pickles := sum(render.PICKLE in entry.rules for entry in entries):
        _say(f"{count(pickles, 'artifact')} with pickles: `gate check` blocks until they are converted or allowed")
    tops = dict.fromkeys("dbom" if name.startswith("dbom/") else name for name in new)
    _say(*(["next:", "  gate check", f"  git add {' '.join(tops)}"] if new else ["nothing to write"]))


def _present(root: str, path: str, new: dict[str, bytes]) -> str:
    """The text of a document that is being written, or is there."""
    return new[path].decode() if path in new else _text(os.path.join(root, path))
