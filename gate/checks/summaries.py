"""Verification summaries that a policy demands: that an earlier stage passed the very bytes that are here."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gate.checks.interface import Checked, Context, Material
from gate.core.errors import GateError
from gate.core.model import Finding, Json, Related
from gate.core.text import printable, shorten
from gate.files.listing import format_listing

if TYPE_CHECKING:
    from gate.policy.trust import Group, SummaryDemand
    from gate.signing.summaries.demand import Assessed, Mark, Refused

RULE = "signatures/verification-summary"
_FIX = (
    "run `gate attest` on these bytes in the stage before, and pass what it writes here: "
    "`gate check --verification-summary FILE`"
)


def demanded(material: Material, context: Context) -> Checked:
    """One finding for each demand of the policies that none of `context.summaries` meets, and what the others say.

    The facts are empty where nothing is demanded of the artifact; otherwise `verification_summaries` has an entry for
    each demand. A package that is missing, or a trust root, is `gate/undecided`. Nothing in a summary raises.
    """
    if material.artifact is None or context.trust is None:
        return Checked()
    demands = context.trust.summary_demands(material.subject, context.stage)
    if not demands:
        return Checked()
    name = material.artifact.name
    try:
        mark = _mark(material)
    except ModuleNotFoundError as error:
        return _missing(material, error)
    if mark is None:
        if context.stage == "pre-commit" and any(file.pointer for file in material.files):
            return Checked()  # the content is not here; a later stage judges it
        message = f"no verification summary of {name} was looked for: not all of its bytes could be read"
        return Checked((material.undecided(message, "make its content available, then check again"),))
    findings: list[Finding] = []
    facts: list[Json] = []
    for wanted in demands:
        try:
            found, stated = _judge(material, context, mark, wanted)
        except ModuleNotFoundError as error:
            return _missing(material, error)
        except GateError as error:
            message = f"the verification summaries of {name} were not verified: {error.message}"
            return Checked((material.undecided(message, error.fix),))
        findings += [found] if found else []
        facts.append(stated)
    return Checked(tuple(findings), {"verification_summaries": facts})


def _missing(material: Material, error: ModuleNotFoundError) -> Checked:
    if (error.name or "").partition(".")[0] == "gate":
        raise error
    name = material.artifact.name if material.artifact else ""
    message = f"the verification summaries of {name} were not verified: {error.name} is not installed"
    return Checked((material.undecided(message, 'pip install "dbom-gate[sign]"'),))


def _mark(material: Material) -> Mark | None:
    """The digest of the file, or of the listing of the directory; None where some of it could not be read whole."""
    from gate.signing.artifact import LISTING
    from gate.signing.summaries.demand import Mark

    files = material.files
    if not files or material.odd or any(file.status != "read" or file.pointer or not file.sha256 for file in files):
        return None
    if not material.is_directory:
        return Mark("sha256", files[0].sha256 or "")
    lead = len(material.subject.path) + 1
    listing = format_listing({file.path[lead:]: file.sha256 or "" for file in files})
    return Mark(LISTING, hashlib.new(LISTING, listing).hexdigest())


def _judge(
    material: Material, context: Context, mark: Mark, wanted: tuple[SummaryDemand, Group]
) -> tuple[Finding | None, dict[str, Json]]:
    """The finding, if no summary is what is wanted; and the facts about the one that is, or that comes nearest."""
    evidence: dict[str, Json] = {"sha256": mark.digest, "demanded_at": str(wanted[0].location)}
    if not context.summaries:
        return _finding(material, wanted[0], None, evidence), {"accepted": False}
    from gate.signing.summaries.demand import Vouched, assess

    assert context.trust is not None
    assert context.now is not None
    revoked = context.trust.revoked()
    nearest: tuple[str, Refused] | None = None
    reasons: list[Json] = []
    for path, data in context.summaries:
        outcome = assess(data, mark, wanted, revoked, context.now)
        if isinstance(outcome, Vouched):
            return None, _facts(path, outcome)
        reasons.append({"file": printable(path), "reason": outcome.reason})
        if nearest is None or outcome.step > nearest[1].step:
            nearest = path, outcome
    assert nearest is not None
    return _finding(material, wanted[0], nearest, {**evidence, "summaries": reasons}), _facts(*nearest)


def _finding(
    material: Material, demand: SummaryDemand, nearest: tuple[str, Refused] | None, evidence: dict[str, Json]
) -> Finding:
    name = material.artifact.name if material.artifact else ""
    if nearest is None:
        verifier = printable(shorten(demand.verifier))
        message = f"{name} has no verification summary, and {demand.location} demands one by {verifier}"
        return material.finding(RULE, message, _FIX, evidence=evidence)
    path, refused = nearest
    message = f"no verification summary vouches for {name}, as {demand.location} demands: {printable(path)}: "
    return material.finding(RULE, message + refused.reason, _FIX, related=(Related(path),), evidence=evidence)


def _facts(path: str, outcome: Assessed) -> dict[str, Json]:
    """What the summary says; only of one that is `accepted` is any of it proven."""
    from gate.signing.summaries.demand import Vouched

    facts: dict[str, Json] = {"bundle": printable(path), "accepted": isinstance(outcome, Vouched)}
    if isinstance(outcome, Vouched):
        facts["signed_by"] = printable(outcome.by.name)
        facts["signer"] = [printable(shorten(name, 250)) for name in outcome.by.signer.names]
        facts["key"] = outcome.by.signer.fingerprint
    else:
        facts["reason"] = outcome.reason
    if outcome.read is not None:
        said = outcome.read.summary
        facts["verifier"] = printable(shorten(said.verifier, 250))
        facts["version"] = {printable(shorten(k)): printable(shorten(v)) for k, v in said.version.items()}
        facts["time"] = said.time.isoformat().replace("+00:00", "Z")
        facts["resource"] = printable(shorten(said.resource, 250))
        facts["policies"] = [*said.policies]
        facts["result"] = "PASSED" if said.passed else "FAILED"
        facts["levels"] = [printable(shorten(level)) for level in said.levels[:20]]
        facts["stage"] = printable(shorten(said.stage)) if said.stage is not None else None
    return facts
