"""A change and its base: who may judge it, and what it may not do.

The merge base gives what is compared: what the change itself did. The tip of the base gives who may judge: a
policy that was tightened meanwhile counts, and one that the change brings along cannot loosen it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gate.change import custom, remote
from gate.change.compare import changes, compare, pairs
from gate.change.drift import uncompared
from gate.change.expectations import compare_suites
from gate.change.limits import loosened_limits
from gate.change.locks import unlocked
from gate.change.remote import files_at
from gate.change.selection import deselected
from gate.change.sources import loosened_sources
from gate.change.suites import loosened
from gate.change.trust import loosenings
from gate.core.errors import AbsentError, GateError
from gate.core.model import UNDECIDED, Finding, Location, Stage, Subject
from gate.core.text import printable
from gate.dbom.load import read_dbom
from gate.dbom.model import Dbom
from gate.documents.nodes import decode
from gate.files.commit import Commit, merge_bases, resolve
from gate.policy.files import Fetching, is_remote
from gate.policy.load import load_policies
from gate.policy.model import ALLOWANCES, Policies, Policy
from gate.policy.packs import DEFAULT, PREFIX, load_pack
from gate.policy.weaken import Weakening, weakenings


class Change(NamedTuple):
    """What a change comes to: the policies that judge it, its findings, and what else a reviewer should know.

    `tip` is the tip of the base; None where there is none.
    """

    policies: Policies
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    tip: Commit | None = None


class Head(NamedTuple):
    """The change as it stands in the work tree: `policies` judge it, `references` are theirs at the base."""

    root: str
    home: str
    references: tuple[str, ...]
    policies: Policies
    dbom: Dbom
    dbom_name: str
    stage: Stage = "train"
    fetching: Fetching = Fetching()


def judge_change(head: Head, revision: str) -> Change:
    """Judges the work tree against `revision`; a base that cannot be had is a finding of `gate/undecided`."""
    try:
        tip = resolve(head.root, revision)
        forks = merge_bases(head.root, tip)
        befores = [_dbom(fork, head.dbom_name) for fork in forks]
        trusted = _policies(tip, head)
        suites = [
            compare_suites(fork, old, new, head.root)
            for fork, before in zip(forks, befores, strict=True)
            for old, new in pairs(before, head.dbom)
        ]
    except GateError as error:
        return _undecided(head, revision, error)
    policies = Policies((*head.policies.members, *trusted.members), trusted.members)
    subjects = [a.subject for dbom in (*befores, head.dbom) for a in dbom.artifacts]
    findings = [
        *_weakened(weakenings(trusted, head.policies, subjects), head),
        *_allowances(trusted, head),
        *(_loosened(*one, head) for one in loosenings(trusted, head.policies, subjects)),
        *(_loosened(*one, head) for one in loosened(trusted, head.policies, subjects)),
        *(_loosened(*one, head) for one in custom.loosenings(trusted, head.policies, subjects)),
        *(_loosened(*one, head) for one in loosened_limits(trusted, head.policies)),
        *(_loosened(*one, head) for one in remote.loosenings(trusted, head.policies)),
        *(_loosened(*one, head) for one in unlocked(trusted, head.policies)),
        *(_loosened(*one, head) for one in loosened_sources(trusted, head.policies)),
    ]
    notes = [f"judged against {printable(revision)} ({tip.sha[:12]}), from {forks[0].sha[:12]} on"]
    for before in befores:
        found = [*compare(before, head.dbom, head.root), *uncompared(before, head.dbom, policies, head.stage)]
        found += deselected(pairs(before, head.dbom), policies)
        findings += (finding for finding in found if finding not in findings)
        notes += (note for note in changes(before, head.dbom) if note not in notes)
    for suite in suites:
        findings += (finding for finding in suite.findings if finding not in findings)
        notes += (note for note in suite.notes if note not in notes)
    return Change(policies, tuple(findings), tuple(notes), tip)


def _dbom(commit: Commit, name: str) -> Dbom:
    """The DBOM of a commit; an empty one where it has none."""
    try:
        return read_dbom(decode(commit.read(name), f"{name} at {commit.sha[:12]}"))
    except AbsentError:
        return Dbom("", Location(""))


def _policies(commit: Commit, head: Head) -> Policies:
    """What the base says; packs, and policies outside of the repository, are none of the change's business."""
    members: list[Policy] = []
    for reference in head.references:
        files = files_at(commit, head.root, reference)
        try:
            members += load_policies((reference,), head.root, head.home, files, head.fetching).members
        except AbsentError:
            members.append(load_pack(DEFAULT))
    return Policies(tuple(members))


def _undecided(head: Head, revision: str, error: GateError) -> Change:
    """Without a base the change cannot loosen anything: baseline judges beside what it brings along."""
    baseline = load_pack(DEFAULT)
    message = f"the base {printable(revision)} cannot be had: {error.message.partition(chr(10))[0]}"
    location = head.dbom.location if head.dbom.path else Location(head.dbom_name)
    finding = Finding(UNDECIDED, Subject(None, None, ""), message, error.fix or "mend the base branch", location)
    return Change(Policies((*head.policies.members, baseline), (baseline,)), (finding,), ())


def _weakened(found: Iterator[Weakening], head: Head) -> Iterator[Finding]:
    for weakening in found:
        rule, before, now, _ = weakening
        message = f"`{now.enforce}` for {rule} is looser than `{before.enforce}` at {before.location} of the base"
        fix = "restore it; a policy is loosened on the base branch, by those who own it"
        inside = not now.location.path.startswith(PREFIX) and not is_remote(now.location.path)
        location = now.location if inside else _place(head)
        yield Finding("policy/weakened", Subject(None, None, location.path), message, fix, location)


def _allowances(trusted: Policies, head: Head) -> Iterator[Finding]:
    for what in ALLOWANCES:
        if added := head.policies.allowed(what) - trusted.allowed(what):
            names = ", ".join(sorted(map(printable, added)))
            yield _loosened(f"`{what}:` allows {names}, which the base does not allow", "remove it", None, head)
    if dropped := trusted.denied() - head.policies.denied():
        names = ", ".join(sorted(map(printable, dropped)))
        yield _loosened(f"`pickles:` no longer denies {names}, which the base denies", "restore it", None, head)


def _loosened(message: str, remedy: str, at: Location | None, head: Head) -> Finding:
    fix = f"{remedy}; a policy is loosened on the base branch, by those who own it"
    location = at if at and not is_remote(at.path) else _place(head)
    return Finding("policy/weakened", Subject(None, None, location.path), message, fix, location)


def _place(head: Head) -> Location:
    """Where to point for what no line of the head says: its own policy file, else the DBOM."""
    own = [policy.location for policy in head.policies.members if not policy.is_pack]
    if own:
        return own[0]
    return head.dbom.location if head.dbom.path else Location(head.dbom_name)
