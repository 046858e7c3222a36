"""The identity of a finding from one run to the next, by which code scanning follows an alert."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.core.model import Decision, Finding, Verdict


def fingerprints(verdict: Verdict, decisions: Iterable[Decision]) -> list[str]:
    """One fingerprint per decision, all distinct.

    It covers the rule, the artifact, the judged file and the digest of its bytes, and no line number: an
    alert survives edits elsewhere in the DBOM and ends with the bytes that it was about.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    result = []
    for decision in decisions:
        identity = _identity(decision.finding, verdict)
        result.append(_digest((*identity, str(seen[identity]))))
        seen[identity] += 1
    return result


def _identity(finding: Finding, verdict: Verdict) -> tuple[str, ...]:
    judged = finding.related[0].path if finding.related else finding.subject.path
    member = (finding.related[0].member or "") if finding.related else ""
    stated = finding.evidence.get("sha256")
    digest = stated if isinstance(stated, str) else verdict.sha256.get(judged, "")
    return finding.rule, finding.subject.path, judged, member, digest


def _digest(parts: tuple[str, ...]) -> str:
    # Each part with its length in front, so that no two tuples give the same bytes.
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()
