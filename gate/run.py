"""The main job, one way from the documents to the verdict.

policies -> DBOM -> inventory -> examine every file once, in parallel -> checks -> decide -> verdict
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timezone
from functools import partial
from typing import Literal, NamedTuple

from gate.change.judge import Change, Head, judge_change
from gate.change.remote import base_hosts
from gate.checks.established import established
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
from gate.policy.custom import values
from gate.policy.custom.judge import Case, judge_custom
from gate.policy.default import NOTE, default_policy
from gate.policy.files import Fetching
from gate.policy.groups import Trusted, documents
from gate.policy.load import load_policies
from gate.policy.lock import beside
from gate.policy.model import Policies
from gate.policy.packs import DEFAULT, PREFIX
from gate.pulled import NOTHING, Pulled, Where, judge_code
from gate.waivers import book as waivers
from gate.waivers.about import Bytes
from gate.waivers.model import Book
from gate.waivers.settle import Run, settle

Progress = Callable[[int], object]


class Request(NamedTuple):
    """What to judge, and how.

    `root` is absolute, `dbom` and `paths` are relative to it; `home` stands for `~`. With `base`, a revision of
    git, the work tree is judged as a change to it. `summaries` are verification summaries, each with its path.
    `engine_suites` is what evaluates suites: `reference` is Great Expectations alone. `branch` is what profiles of
    policies are chosen by; where it is None, all of them count.
    `now` is the time (UTC) by which waivers expire; that of the clock where it is None.
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
    branch: str | None = None
    fetching: Fetching = Fetching()
    now: datetime | None = None


class Basis(NamedTuple):
    """The documents of one run, read once: what is declared, what the work tree says is enforced, and what judges."""

    dbom: Dbom
    named: Policies
    change: Change
    references: tuple[str, ...]
    notes: tuple[str, ...]
    book: Book = Book()

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
    fetching = request.fetching
    if request.base is not None:  # a change has no say about where whoever runs the gate may be known
        fetching = fetching._replace(credentials=base_hosts(request.root, references, request.base))
    named = load_policies(references, request.root, request.home, fetching=fetching)
    dbom, dbom_notes = _dbom(request)
    change = _on_branch(_change(request, named, dbom), request)
    notes = (*notes, *named.notes, *change.notes, *dbom_notes)
    return Basis(dbom, named, change, references, notes, _book(request, change))


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
    code_alone = set(request.families) == {"sources"}
    with git.listing(request.root) as listing:  # git works while the artifacts are walked
        plans = [] if code_alone else [plan_artifact(artifact, places) for artifact in chosen]
        others = [plan_artifact(artifact, places) for artifact in _compared(request, policies, dbom, chosen)]
        tracked = listing.paths() if listing else None
    if tracked is None and git.work_tree(request.root):
        notes = (
            *notes,
            "git could not list this work tree, so every file in it was judged, also those that it ignores",
        )
    undeclared = Plan(())
    if not code_alone:
        undeclared = plan_undeclared(tracked, places, dbom.artifacts, _documents(basis), named)
    examined = _examine([*plans, *others, undeclared], request.jobs, progress)
    declared = [plan.material(files) for plan, files in zip([*plans, *others], examined, strict=False)]
    found = [Material(a.subject, a.alert, (), a) for a in chosen] if code_alone else declared[: len(plans)]
    found += materials(undeclared, examined[-1], dbom.location if dbom.path else None)
    now = time_of(request)
    datasets = {one.subject.name: one for one in declared if one.subject.name and one.subject.kind == "dataset"}
    stated, artifacts, cases = _run_checks(found, request, policies, now, datasets)
    code = _code(request, tracked, dbom, policies)
    signed = list(_signed_documents(request, basis, now))
    findings = [*basis.change.findings, *stated, *(one for one in signed if isinstance(one, Finding))]
    findings += code.judged.findings
    findings += judge_custom(policies, cases, request.stage) if cases else ()
    files = [file for group in examined for file in group if file.status == "read"]
    read = code.files if code_alone else len(files)
    about = Bytes(found, artifacts).about
    run = Run(request.root, now, policies, request.stage, about, partial(_is_whole, request))
    decisions, said = settle(decide(policies, findings, request.stage), basis.book, run)
    return Verdict(
        outcome=outcome(decisions, read),
        decisions=decisions,
        artifacts=(*artifacts, *code.judged.examinations),
        policies=policies.names(),
        stage=request.stage,
        files=read,
        bytes=code.bytes if code_alone else sum(file.size for file in files),
        sha256=_digests(findings, files),
        notes=(*notes, *code.judged.notes, *(one for one in signed if isinstance(one, str)), *said, *_family_note(request)),
        custom={rule.id: rule.described() for rule in policies.custom_rules()},
    )


def _code(request: Request, tracked: list[str] | None, dbom: Dbom, policies: Policies) -> Pulled:
    """Where the code takes data and weights from."""
    if "sources" not in request.families:
        return NOTHING
    return judge_code(Where(request.root, tracked, request.paths, request.base, request.jobs), dbom.artifacts, policies)


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
    name, fetching = request.dbom or DBOM_NAME, request.fetching
    head = Head(request.root, request.home, named, policies, dbom, name, request.stage, fetching)
    return judge_change(head, request.base)


def _on_branch(change: Change, request: Request) -> Change:
    """The change with the profiles for its branch alone, and what to say about them."""
    policies = change.policies
    if not any(document.profiles for document in documents(policies.members)):
        return change
    chosen = f"those for the branch {printable(request.branch)} count" if request.branch else "all count"
    note = f"profiles of the policy: {chosen}" + ("" if request.branch else ", for nobody says which branch this is")
    return change._replace(policies=policies.on(request.branch), notes=(*change.notes, note))


def time_of(request: Request) -> datetime:
    """When the request is judged."""
    return request.now or datetime.now(timezone.utc)


def _book(request: Request, change: Change) -> Book:
    """Waivers and adopted findings beside the DBOM; of a change those that its base has too."""
    place = waivers.Place(request.root, os.path.dirname(request.dbom or ""))
    today = time_of(request).date()
    found = waivers.load_book(place, today)
    return found if request.base is None else waivers.of_base(found, place, change.tip, today)


def _is_whole(request: Request, rule: str) -> bool:
    """Whether no finding of `rule` can be missing because something was left out."""
    is_all = set(request.families) == set(CHECKS)
    return not request.paths and (is_all or rule.partition("/")[0] in request.families)


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


def _documents(basis: Basis) -> frozenset[str]:
    """The gate's own files, which are read as documents and not judged as content."""
    policies = [os.path.normpath(reference) for reference in basis.references if not reference.startswith(PREFIX)]
    return frozenset((basis.dbom.path, *policies, *map(beside, policies), *basis.book.paths))


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
) -> tuple[list[Finding], tuple[Examination, ...], list[Case]]:
    """What the checks find and establish, and what custom rules, where there are any, are to judge."""
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
        policies.source_rules(),
    )
    checks = {family: load_check(family) for family in request.families}
    findings: list[Finding] = []
    examinations: list[Examination] = []
    cases: list[Case] = []
    has_custom = bool(policies.custom_rules())
    for material in found:
        results: dict[str, Checked] = {family: run(material, context) for family, run in checks.items()}
        findings += (finding for result in results.values() for finding in result.findings)
        if "integrity" not in results:
            findings += entries(material)
        facts = {family: result.facts for family, result in results.items() if result.facts}
        verified = facts.get("integrity", {}).get("verified") is True
        examinations.append(Examination(material.subject, verified, facts))
        if has_custom and material.artifact is not None:
            said = values.declared(material.artifact, is_directory=material.is_directory)
            cases.append(Case(material.subject, material.location, said, established(material, results)))
    return findings, tuple(examinations), cases


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
    local = [policy for policy in documents(basis.named.members) if policy.remote is None]
    files = {policy.sha256: policy.location for policy in local}
    signed += (SignedDocument("policy", place.path, sha256, place) for sha256, place in files.items())
    fetched = {policy.sha256: policy.remote for policy in documents(basis.policies.members) if policy.remote}
    signed += (SignedDocument("policy", r.reference, sha256, r.named, r) for sha256, r in fetched.items())
    yield from check_documents(signed, demands, basis.policies.revoked(), request.root, now)


def _digests(findings: Iterable[Finding], files: Iterable[Examined]) -> dict[str, str]:
    named = {related.path for finding in findings for related in finding.related}
    if not named:
        return {}
    return {file.path: file.sha256 for file in files if file.sha256 and file.path in named}


def _family_note(request: Request) -> Iterator[str]:
    if set(request.families) == {"sources"}:  # `gate sources` looks at nothing else
        return
    if left := [family for family in CHECKS if family not in request.families]:
        yield f"not checked, for --only left it out: {', '.join(left)}"
