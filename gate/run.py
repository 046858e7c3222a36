"""The main job, one way from the documents to the verdict.

policies -> DBOM -> inventory -> examine every file once, in parallel -> checks -> decide -> verdict
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Literal, NamedTuple

from gate.change.judge import Change, Head, judge_change
from gate.checks.examine import examine_all
from gate.checks.integrity import entries
from gate.checks.interface import Checked, Context, Examined, Material
from gate.checks.registry import CHECKS, load_check
from gate.core.errors import UsageError
from gate.core.model import Examination, Finding, Location, Stage, Verdict
from gate.core.text import printable
from gate.dbom.load import load_dbom
from gate.dbom.model import Artifact, Dbom
from gate.files import git
from gate.files.root import DBOM_NAME, POLICY_NAME
from gate.inventory.declared import plan_artifact
from gate.inventory.plan import Places, Plan, parents, within
from gate.inventory.undeclared import materials, plan_undeclared
from gate.judge import decide, outcome
from gate.policy.default import NOTE, default_policy
from gate.policy.groups import Trusted, documents
from gate.policy.load import load_policies
from gate.policy.model import Policies
from gate.policy.packs import DEFAULT, PREFIX

Progress = Callable[[int], object]


class Request(NamedTuple):
    """What to judge, and how.

    `root` is absolute, `dbom` and `paths` are relative to it; `home` stands for `~`. With `base`, a revision of
    git, the work tree is judged as a change to it. `summaries` are verification summaries, each with its path.
    `engine_suites` is what evaluates suites: `reference` is Great Expectations alone.
    """

    root: str
    home: str
    dbom: str | None = None
    policies: tuple[str, ...] = ()
    stage: Stage = "train"
    paths: tuple[str, ...] = ()
    families: tuple[str, ...] = tuple(CHECKS)
    jobs: int = 1
    base: str | None = None
    summaries: tuple[tuple[str, bytes], ...] = ()
    engine_suites: Literal["auto", "reference"] = "auto"


class Basis(NamedTuple):
    """The documents of one run, read once: what is declared, what the work tree says is enforced, and what judges."""

    dbom: Dbom
    named: Policies
    change: Change
    references: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def policies(self) -> Policies:
        """The policies that judge."""
        return self.change.policies


def check(request: Request, progress: Progress | None = None) -> Verdict:
    """The verdict on a repository; `progress` is called with bytes as they are read, from several threads.

    Raises `GateError` for what is wrong with the request, the DBOM or a policy; what is wrong with the
    repository is in the verdict.
    """
    return judge(request, read(request), progress)


def read(request: Request) -> Basis:
    """The documents that the request names; raises `GateError` for what is wrong with them."""
    references, notes = _policies(request)
    named = load_policies(references, request.root, request.home)
    dbom, dbom_notes = _dbom(request)
    change = _change(request, named, dbom)
    return Basis(dbom, named, change, references, (*notes, *change.notes, *dbom_notes))


def judge(request: Request, basis: Basis, progress: Progress | None = None) -> Verdict:
    """The verdict by these documents; see `check`."""
    dbom, policies, notes = basis.dbom, basis.policies, basis.notes
    places = Places(request.root, policies.allowed("cache_roots"))
    _refuse_unknown_paths(request, dbom)
    named = frozenset(request.paths)
    above = frozenset(parent for path in named for parent in parents(path))
    chosen = [a for a in dbom.artifacts if _selected(a, named, above)]
    if "signatures" in request.families and any(artifact.signature for artifact in chosen):
        _refuse_unusable(basis)
    with git.listing(request.root) as listing:  # git works while the artifacts are walked
        plans = [plan_artifact(artifact, places) for artifact in chosen]
        others = [plan_artifact(artifact, places) for artifact in _compared(request, policies, dbom, chosen)]
        tracked = listing.paths() if listing else None
    if tracked is None and git.work_tree(request.root):
        notes = (
            *notes,
            "git could not list this work tree, so every file in it was judged, also those that it ignores",
        )
    undeclared = plan_undeclared(tracked, places, dbom.artifacts, _documents(dbom, basis.references), named)
    examined = _examine([*plans, *others, undeclared], request.jobs, progress)
    declared = [plan.material(files) for plan, files in zip([*plans, *others], examined, strict=False)]
    found = declared[: len(plans)]
    found += materials(undeclared, examined[-1], dbom.location if dbom.path else None)
    now = datetime.now(timezone.utc)
    datasets = {one.subject.name: one for one in declared if one.subject.name and one.subject.kind == "dataset"}
    stated, artifacts = _run_checks(found, request, policies, now, datasets)
    signed = list(_signed_documents(request, basis, now))
    findings = [*basis.change.findings, *stated, *(one for one in signed if isinstance(one, Finding))]
    files = [file for group in examined for file in group if file.status == "read"]
    decisions = decide(policies, findings, request.stage)
    return Verdict(
        outcome=outcome(decisions, len(files)),
        decisions=decisions,
        artifacts=artifacts,
        policies=policies.names(),
        stage=request.stage,
        files=len(files),
        bytes=sum(file.size for file in files),
        sha256=_digests(findings, files),
        notes=(*notes, *(one for one in signed if isinstance(one, str)), *_family_note(request)),
    )


def _policies(request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The policies that judge, and what to say about the choice."""
    if request.policies:
        return request.policies, ()
    found = default_policy(request.root, os.path.dirname(request.dbom or ""))
    return ((found,), ()) if found else ((PREFIX + DEFAULT,), (NOTE,))


def _change(request: Request, policies: Policies, dbom: Dbom) -> Change:
    if request.base is None:
        return Change(policies, (), ())
    named = request.policies or (os.path.join(os.path.dirname(request.dbom or ""), POLICY_NAME),)
    head = Head(request.root, request.home, named, policies, dbom, request.dbom or DBOM_NAME, request.stage)
    return judge_change(head, request.base)


def _dbom(request: Request) -> tuple[Dbom, tuple[str, ...]]:
    name = request.dbom or DBOM_NAME
    file = os.path.join(request.root, name)
    if request.dbom is not None or os.path.lexists(file):
        dbom = load_dbom(file, name, follow=request.dbom is not None)
        return dbom, () if dbom.artifacts else (f"{name} declares no artifacts: `gate add PATH` declares one",)
    for other in ("dbom.yml", "dbom.json"):
        if os.path.lexists(os.path.join(request.root, other)):
            raise UsageError(
                f"{other} is not read: the gate looks for {DBOM_NAME}", f"rename it, or pass --dbom {other}"
            )
    return Dbom("", Location("")), (f"no {DBOM_NAME} here, so nothing is declared: `gate add PATH` begins one",)


def _selected(artifact: Artifact, named: frozenset[str], above: frozenset[str]) -> bool:
    """Whether the artifact, its listing, or something above or beneath it was named."""
    listed = artifact.listing is not None and within(artifact.listing, named)
    return listed or within(artifact.path, named) or artifact.path in above


def _compared(request: Request, policies: Policies, dbom: Dbom, chosen: list[Artifact]) -> list[Artifact]:
    """What was not chosen and is the previous version of what was, where a policy limits the drift."""
    if "suites" not in request.families:
        return []
    names = {
        artifact.previous
        for artifact in chosen
        if artifact.previous and policies.suite_demand(artifact.subject, request.stage).max_drift is not None
    }
    return [one._replace(signature=None) for one in dbom.artifacts if one.name in names and one not in chosen]


def _refuse_unknown_paths(request: Request, dbom: Dbom) -> None:
    for path in request.paths:
        if os.path.lexists(os.path.join(request.root, path)):
            continue
        if not any(_selected(artifact, frozenset((path,)), frozenset(parents(path))) for artifact in dbom.artifacts):
            raise UsageError(f"{printable(path)} is neither a file nor declared in the DBOM", "check the spelling")


def _documents(dbom: Dbom, references: tuple[str, ...]) -> frozenset[str]:
    """The gate's own files, which are read as documents and not judged as content."""
    return frozenset((dbom.path, *(os.path.normpath(reference) for reference in references)))


def _examine(plans: list[Plan], jobs: int, progress: Progress | None) -> list[list[Examined]]:
    """The files of every plan; all their batches share one pool."""
    results = iter(examine_all([batch for plan in plans for batch in plan.batches], jobs, progress))
    return [[file for _ in plan.batches for file in next(results)] for plan in plans]


def _run_checks(
    found: Iterable[Material],
    request: Request,
    policies: Policies,
    now: datetime,
    datasets: Mapping[str, Material],
) -> tuple[list[Finding], tuple[Examination, ...]]:
    context = Context(
        request.stage,
        policies.allowed("pickles"),
        policies.denied(),
        Trusted(policies),
        now,
        request.summaries,
        request.root,
        request.engine_suites,
        policies.suite_demand,
        datasets,
    )
    checks = {family: load_check(family) for family in request.families}
    findings: list[Finding] = []
    examinations: list[Examination] = []
    for material in found:
        results: dict[str, Checked] = {family: run(material, context) for family, run in checks.items()}
        findings += (finding for result in results.values() for finding in result.findings)
        if "integrity" not in results:
            findings += entries(material)
        facts = {family: result.facts for family, result in results.items() if result.facts}
        verified = facts.get("integrity", {}).get("verified") is True
        examinations.append(Examination(material.subject, verified, facts))
    return findings, tuple(examinations)


def _refuse_unusable(basis: Basis) -> None:
    """Raises `DocumentError` for a key of a policy that cannot be read, before anything is judged by it."""
    said = [document.trust for document in documents(basis.policies.members)]
    signers = [signer for trust in said for signer in trust.signers]
    roots = [root for trust in said for root in trust.roots or ()]
    if not signers and not roots:
        return
    try:
        from gate.signing.usable import refuse_unusable
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "gate":
            raise
        return  # what needs the library that is missing says so, artifact by artifact
    refuse_unusable(signers, roots)


def _signed_documents(request: Request, basis: Basis, now: datetime) -> Iterator[Finding | str]:
    """The DBOM and the policies of the work tree, as far as a policy wants them signed."""
    demands = basis.policies.document_demands() if "signatures" in request.families else ()
    if not demands:
        return
    from gate.checks.documents import SignedDocument, check_documents

    dbom = basis.dbom
    signed = [SignedDocument("dbom", dbom.path, dbom.sha256, dbom.location)] if dbom.path else []
    files = {policy.sha256: policy.location for policy in documents(basis.named.members)}
    signed += (SignedDocument("policy", place.path, sha256, place) for sha256, place in files.items())
    yield from check_documents(signed, demands, basis.policies.revoked(), request.root, now)


def _digests(findings: Iterable[Finding], files: Iterable[Examined]) -> dict[str, str]:
    named = {related.path for finding in findings for related in finding.related}
    if not named:
        return {}
    return {file.path: file.sha256 for file in files if file.sha256 and file.path in named}


def _family_note(request: Request) -> Iterator[str]:
    if left := [family for family in CHECKS if family not in request.families]:
        yield f"not checked, for --only left it out: {', '.join(left)}"
