"""What becomes of one declared `previous:`: both versions are compared, and each column that drifted is a finding."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from gate.checks import integrity
from gate.checks.interface import Checked, Context, Material
from gate.checks.pieces import pieces_of
from gate.checks.readable import changed, unreadable
from gate.core.errors import UnableError
from gate.core.model import Finding, Json, Related
from gate.core.text import count, printable, shorten
from gate.data.interface import DataError, Layout
from gate.dbom.model import Artifact
from gate.suites.ask import Source
from gate.suites.drift.interface import Column, Comparison
from gate.suites.drift.run import compare
from gate.suites.drift.wording import change, effect

MAX_FINDINGS = 100
"""Columns that get a finding each; the rest are counted in one more."""


def judge(material: Material, artifact: Artifact, context: Context, most: float) -> Checked:
    """Whether the dataset is as its previous version was: no column gone or of another type, no PSI above `most`."""
    previous = context.datasets.get(artifact.previous or "")
    facts: dict[str, Json] = {"previous": artifact.previous, "compared": False}
    if previous is None:
        return Checked((_undecided(material, "it is not there", "restore its entry"),), facts)
    if context.stage == "pre-commit" and any(file.pointer for file in (*material.files, *previous.files)):
        return Checked((), facts)  # the stage that accepts pointers, as for suites
    unread = _unread(material, material) or _unread(material, previous) or _unverified(material, previous, context)
    if unread:
        return Checked((unread,), facts)
    try:
        found = _compare(previous, material)
    except DataError as error:
        message = f"{artifact.name} was not compared with its previous version: {printable(error.path)}: "
        fix = "correct the file, or say how it is to be read under `data:` of the entry"
        finding = _finding(
            material, "suites/not-evaluated", message + printable(error.message), fix, Related(error.path)
        )
        return Checked((finding,), facts)
    except UnableError as error:
        return Checked((_undecided(material, error.message, error.fix),), facts)
    for one, digests in zip((previous, material), found.sha256, strict=True):
        if touched := changed(one, digests, f"{artifact.name} was compared with its previous version"):
            return Checked((touched,), facts)
    findings = list(_drifted(material, previous, found, most))
    return Checked(tuple(_capped(material, findings)), {**facts, **_facts(found, len(findings))})


def _unread(material: Material, one: Material) -> Finding | None:
    """Why the files of `one` are not to be compared."""
    found = unreadable(one)
    return _undecided(material, found.why, found.fix) if found else None


def _unverified(material: Material, previous: Material, context: Context) -> Finding | None:
    """A previous version in other bytes than declared says nothing about what was."""
    if integrity.check(previous, context).facts["verified"] is True:
        return None
    path = printable(previous.subject.path)
    message = f"{path} does not have the bytes that {previous.subject.name} declares"
    return _undecided(material, message, f"restore {path} as it was, or declare its `sha256:`")


def _compare(previous: Material, material: Material) -> Comparison:
    with contextlib.ExitStack() as stack:
        return compare(_source(previous, stack), _source(material, stack))


def _source(one: Material, stack: contextlib.ExitStack) -> Source:
    data = one.artifact.data if one.artifact else None
    return Source(pieces_of(one, stack), Layout(*data) if data else Layout())


def _drifted(material: Material, previous: Material, found: Comparison, most: float) -> Iterator[Finding]:
    """What may not pass, the greatest change first."""
    name, before = material.subject.name, previous.subject.name
    rule, places = "suites/drift", (Related(material.subject.path), Related(previous.subject.path))
    rows: list[Json] = [*found.rows]
    if not all(found.rows):
        message = (
            f"{name} has {count(found.rows[1], 'row')} and {before} {found.rows[0]:,}: there is nothing to compare"
        )
        yield _finding(material, rule, message, "see that both exports are complete", *places, evidence={"rows": rows})
    for gone in found.removed:
        message = f'{name} has no column "{shorten(gone)}", which {before} has'
        fix = "restore the column; one that is rightly gone is for the owners of the policy to accept"
        yield _finding(material, rule, message, fix, *places, evidence={"column": shorten(gone)})
    over = [column for column in found.columns if column.retyped or (column.psi or 0) > most]
    for column in sorted(over, key=lambda one: (not one.retyped, -(one.psi or 0))):
        evidence = {"max_drift": most, "rows": rows, **_evidence(column)}
        fix = "find out why; where the data rightly changed, the owners of the policy raise `max_drift:` for it"
        yield _finding(
            material, rule, _sentence(material, previous, column, found, most), fix, *places, evidence=evidence
        )


def _sentence(material: Material, previous: Material, column: Column, found: Comparison, most: float) -> str:
    start = f'{material.subject.name}: "{shorten(column.name)}" changed since {previous.subject.name}'
    psi = f"PSI {column.psi:.3f} (at most {most:g})" if (column.psi or 0) > most else ""
    measures = ", ".join(part for part in (psi, effect(column)) if part)
    return f"{start}: {measures + '; ' if measures else ''}{change(column, found.rows)}"


def _evidence(column: Column) -> dict[str, Json]:
    """What was measured, as plain data."""
    sides: list[dict[str, Json]] = [{**side._asdict(), "type": shorten(side.type)} for side in (column.was, column.now)]
    return {
        "column": shorten(column.name),
        "compared": column.kind,
        "psi": column.psi,
        "cramers_v" if column.kind == "categories" else "ks": column.effect,
        "p": column.p,
        "before": sides[0],
        "now": sides[1],
        "new": column.new,
        "lost": column.lost,
        "values": [[shorten(one.value), one.was, one.now] for one in column.moved],
    }


def _facts(found: Comparison, drifted: int) -> dict[str, Json]:
    greatest = max((column.psi or 0.0 for column in found.columns), default=None)
    return {
        "compared": True,
        "rows_before": found.rows[0],
        "columns_compared": len(found.columns),
        "drifted": drifted,
        "greatest_psi": greatest,
    }


def _undecided(material: Material, message: str, fix: str) -> Finding:
    name = material.subject.name
    return material.undecided(f"{name} was not compared with its previous version: {message}", fix)


def _finding(
    material: Material, rule: str, message: str, fix: str, *places: Related, evidence: Mapping[str, Json] | None = None
) -> Finding:
    return material.finding(rule, message, fix, related=places, evidence=evidence, at="previous")


def _capped(material: Material, findings: list[Finding]) -> Iterator[Finding]:
    """The first ones, and one that counts the rest."""
    yield from findings[:MAX_FINDINGS]
    if (more := len(findings) - MAX_FINDINGS) > 0:
        message = f"{count(more, 'more change')} of {material.subject.name} like the {MAX_FINDINGS} above"
        yield _finding(material, "suites/drift", message, "see to those first", evidence={"more": more})
