"""Entries that name a mirror, compared with it: naming it is no proof that the mirror has them."""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.errors import AbsentError, GateError
from gate.core.jobs import default_jobs
from gate.core.model import UNDECIDED, Finding
from gate.core.text import printable
from gate.dbom.model import Artifact
from gate.engine import spread
from gate.policy.model import Policies
from gate.policy.sources import SourceRules
from gate.vendor.mirror.open import open_mirror


def rules_of(policies: Policies) -> SourceRules:
    """What says which mirror may be asked: where a change is judged it has no say in that."""
    if policies.trusted is not None:
        policies = policies._replace(members=policies.trusted)
    return policies.source_rules()


def unkept(here: Sequence[Artifact], policies: Policies) -> list[Finding]:
    """Those of `here`, which did not come from a mirror just now, that name one of the policy without being in it."""
    named = [artifact for artifact in here if artifact.source.mirror and artifact.sha256]
    rules = rules_of(policies) if named else SourceRules()
    asked = [artifact for artifact in named if rules.is_mirror(artifact.source.mirror or "")]
    done = spread(_unkept, asked, failed=_raise, done=lambda _: None, jobs=default_jobs(), processes=False)
    return [found for found in done if found is not None]


def _unkept(artifact: Artifact) -> Finding | None:
    """A directory is in the mirror when its listing is, for that is published last."""
    mirror, where = artifact.source.mirror or "", artifact.at.get("source") or artifact.alert
    try:
        with open_mirror(mirror).read(artifact.sha256 or ""):
            return None
    except AbsentError:
        message = f"{artifact.name} names the mirror {printable(mirror)}, which does not have it"
        return Finding("sources/not-vendored", artifact.subject, message, "vendor it: `gate vendor`", where)
    except GateError as error:
        message = f"whether the mirror has {artifact.name} is not known: {error.message}"
        return Finding(UNDECIDED, artifact.subject, message, error.fix, where)


def _raise(artifact: Artifact, error: Exception) -> None:
    raise error
