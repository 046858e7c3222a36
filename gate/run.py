"""The main job, one way from the documents to the verdict.

policies -> DBOM -> inventory -> examine every file once, in parallel -> checks -> decide -> verdict
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

from gate.absent import Brought, bring
from gate.basis import Basis, Request, read, time_of
from gate.checks.every import run_checks
from gate.checks.examine import examine_all
from gate.checks.interface import Context, Examined, Material
from gate.checks.lineage import judge_lineage
from gate.checks.registry import CHECKS
from gate.cluster import DaskCluster, connected, jobs
from gate.core.model import SEVERITIES, Finding, Subject, Verdict
from gate.dbom.model import Artifact, Dbom
from gate.dvc.interface import Kept
from gate.files import git
from gate.hub.asking import Asking
from gate.inventory.chosen import chosen, compared, refuse_unknown
from gate.inventory.declared import plan_artifact
from gate.inventory.plan import Places
from gate.inventory.undeclared import materials, plan_undeclared
from gate.judge import decide, outcome
from gate.kept import judge_kept, read_kept, with_digests
from gate.policy.custom.judge import judge_custom
from gate.policy.groups import Trusted
from gate.policy.lock import beside
from gate.policy.model import Policies
from gate.policy.packs import PREFIX
from gate.pulled import NOTHING, Pulled, Where, judge_code
from gate.signed import refuse_unusable_keys, signed_documents
from gate.waivers.about import Bytes
from gate.waivers.settle import Run, settle

Progress = Callable[[int], object]


def check(request: Request, progress: Progress | None = None) -> Verdict:
    """The verdict on a repository; `progress` is called with bytes as they are read, from several threads.

    Raises `GateError` for what is wrong with the request, the DBOM or a policy; what is wrong with the
    repository is in the verdict.
    """
    return judge(request, read(request), progress)


def judge(request: Request, basis: Basis, progress: Progress | None = None) -> Verdict:
    """The verdict by these documents; see `check`."""
    dbom, policies = basis.dbom, basis.policies
    refuse_unknown(dbom, request.root, request.paths)
    taken = chosen(dbom, request.paths)
    if "signatures" in request.families and any(artifact.signature for artifact in taken):
        refuse_unusable_keys(basis)
    brought = bring(request.root, taken, policies) if request.pull else Brought()
    now = time_of(request)
    rules = sorted(policies.custom_rules(), key=lambda rule: SEVERITIES.index(rule.severity))  # the gravest of one id
    with connected(request.engine, [request.root]) as cluster, _asking(request, policies) as hub:
        with git.listing(request.root) as listing:
            found = _look(request, basis, taken, listing, cluster, progress)
        context = _context(request, policies, now, found, hub)
        judged = run_checks(found.materials, request.families, context, custom=bool(rules), cluster=cluster)
        stated = list(judged)
    artifacts = tuple(one.examination for one in stated)
    cases = [one.case for one in stated if one.case]
    code = _code(request, found.tracked, dbom, policies)
    dvc, told_of_dvc = judge_kept(found.kept, dbom.artifacts, request.root, policies.allowed("dvc"), request.paths)
    signed = list(signed_documents(request, basis, now))
    findings = [*basis.change.findings, *brought.findings, *(finding for one in stated for finding in one.findings)]
    findings += [*(one for one in signed if isinstance(one, Finding)), *code.judged.findings, *dvc]
    findings += judge_lineage(dbom, artifacts, request.families)
    findings += judge_custom(policies, cases, request.stage) if cases else ()
    about = Bytes(found.materials, artifacts).about
    run = Run(request.root, now, policies, request.stage, about, partial(_is_whole, request))
    decisions, said = settle(decide(policies, findings, request.stage), basis.book, run)
    files = [file for file in found.files if file.status == "read"]
    number, size = (code.files, code.bytes) if _is_code_alone(request) else (len(files), sum(f.size for f in files))
    told = (one for one in signed if isinstance(one, str))
    before = (*basis.notes, *brought.notes, *found.notes)
    return Verdict(
        outcome=outcome(decisions, number),
        decisions=decisions,
        artifacts=(*artifacts, *code.judged.examinations),
        policies=policies.names(),
        stage=request.stage,
        files=number,
        bytes=size,
        sha256=_digests(findings, files),
        notes=(*before, *code.judged.notes, *told_of_dvc, *told, *said, *_family_note(request)),
        custom={rule.id: rule.described() for rule in rules},
    )


class _Found(NamedTuple):
    """What lies in the repository: `datasets` are declared ones by name, `tracked` what git names of all files.

    `kept` is what DVC keeps of them.
    """

    materials: list[Material]
    files: list[Examined]
    datasets: Mapping[str, Material]
    tracked: list[str] | None
    notes: tuple[str, ...]
    kept: Kept = Kept()


def _look(
    request: Request,
    basis: Basis,
    taken: list[Artifact],
    listing: git.Listing | None,
    cluster: DaskCluster | None,
    progress: Progress | None,
) -> _Found:
    """Examines every file once: of the artifacts that are taken, of what these are compared with, and the others."""
    dbom, policies = basis.dbom, basis.policies
    places = Places(request.root, policies.allowed("cache_roots"), request.fetching.offline)
    if _is_code_alone(request):
        tracked = listing.paths() if listing else None
        return _Found([Material(a.subject, a.alert, (), a) for a in taken], [], {}, tracked, _untold(request, tracked))
    previous = compared(dbom, policies, request.stage, taken) if "suites" in request.families else []
    plans = [plan_artifact(artifact, places) for artifact in (*taken, *previous)]  # git works meanwhile
    tracked = listing.paths() if listing else None
    kept = read_kept(request.root, tracked) if "dvc" in request.families else Kept()
    plans = with_digests(plans, kept)
    undeclared = plan_undeclared(tracked, places, dbom.artifacts, _documents(basis), frozenset(request.paths))
    batches = [batch for plan in (*plans, undeclared) for batch in plan.batches]
    results = iter(examine_all(batches, jobs(cluster, request.jobs), progress, cluster))
    examined = [[file for _ in plan.batches for file in next(results)] for plan in (*plans, undeclared)]
    declared = [plan.material(files) for plan, files in zip(plans, examined, strict=False)]
    others = materials(undeclared, examined[-1], dbom.location if dbom.path else None)
    return _Found(
        [*declared[: len(taken)], *others],
        [file for group in examined for file in group],
        {one.subject.name: one for one in declared if one.subject.name and one.subject.kind == "dataset"},
        tracked,
        _untold(request, tracked),
        kept,
    )


def _untold(request: Request, tracked: list[str] | None) -> tuple[str, ...]:
    if tracked is None and git.work_tree(request.root):
        return ("git could not list this work tree, so every file in it was judged, also those that it ignores",)
    return ()


def _is_code_alone(request: Request) -> bool:
    """Whether no content is looked at, as `gate sources` asks."""
    return set(request.families) == {"sources"}


def _context(request: Request, policies: Policies, now: datetime, found: _Found, hub: Asking) -> Context:
    """What every check may know."""
    return Context(
        request.stage,
        policies.allowed("pickles"),
        policies.denied(),
        Trusted(policies),
        now,
        request.summaries,
        request.root,
        request.engine_suites,
        policies.suite_demand,
        found.datasets,
        policies.source_rules(),
        hub,
        dvc=found.kept,
    )


def _asking(request: Request, policies: Policies) -> Asking:
    """Whoever asks the hub, about what policies say."""

    def demanded(subject: Subject) -> bool:
        return policies.decide("hub/not-compared", subject, request.stage).enforce != "off"

    return Asking(request.hub, demanded)


def _code(request: Request, tracked: list[str] | None, dbom: Dbom, policies: Policies) -> Pulled:
    """Where the code takes data and weights from."""
    if "sources" not in request.families:
        return NOTHING
    return judge_code(Where(request.root, tracked, request.paths, request.base, request.jobs), dbom.artifacts, policies)


def _is_whole(request: Request, rule: str) -> bool:
    """Whether no finding of `rule` can be missing because something was left out."""
    is_all = set(request.families) == set(CHECKS)
    return not request.paths and (is_all or rule.partition("/")[0] in request.families)


def _documents(basis: Basis) -> frozenset[str]:
    """The gate's own files, which are read as documents and not judged as content."""
    policies = [os.path.normpath(reference) for reference in basis.references if not reference.startswith(PREFIX)]
    return frozenset((basis.dbom.path, *policies, *map(beside, policies), *basis.book.paths))


def _digests(findings: Iterable[Finding], files: Iterable[Examined]) -> dict[str, str]:
    named = {related.path for finding in findings for related in finding.related}
    if not named:
        return {}
    return {file.path: file.sha256 for file in files if file.sha256 and file.path in named}


def _family_note(request: Request) -> Iterator[str]:
    if _is_code_alone(request):
        return
    if left := [family for family in CHECKS if family not in request.families]:
        yield f"not checked, for --only left it out: {', '.join(left)}"
