"""Entries that name a mirror, compared with it: naming it is no proof that the mirror has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.core.errors import AbsentError, GateError
from gate.core.model import UNDECIDED, Finding
from gate.core.text import printable
from gate.dbom.model import Artifact
from gate.policy.model import Policies
from gate.policy.sources import SourceRules
from gate.vendor.mirror.open import open_mirror


def rules_of(policies: Policies) -> SourceRules:
    """What says which mirror may be asked: where a change is judged it has no say in that."""
    if policies.trusted is not None:
        policies = policies._replace(members=policies.trusted)
    return policies.source_rules()


def unkept(here: Sequence[Artifact], policies: Policies) -> Iterator[Finding]:
    """Those of `here`, which did not come from a mirror just now, that name one of the policy without being in it."""
    named = [artifact for artifact in here if artifact.source.mirror and artifact.sha256]
    rules = rules_of(policies) if named else SourceRules()
    for artifact in named:
        if rules.is_mirror(artifact.source.mirror or ""):
            yield from _unkept(artifact, artifact.source.mirror or "")


def _unkept(artifact: Artifact, mirror: str) -> Iterator[Finding]:
    """A directory is in the mirror when its listing is, for that is published last."""
    where = artifact.at.get("source") or artifact.alert
    try:
        with open_mirror(mirror).read(artifact.sha256 or ""):
            return
    except AbsentError:
        message = f"{artifact.name} names the mirror {printable(mirror)}, which does not have it"
        fix = "vendor it: `gate vendor`"
        yield Finding("sources/not-vendored", artifact.subject, message, fix, where)
    except GateError as error:
        message = f"whether the mirror has {artifact.name} is not known: {error.message}"
        yield Finding(UNDECIDED, artifact.subject, message, error.fix, where)
