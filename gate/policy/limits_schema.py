"""The schema of `waivers:` and `adopted:` in `gate-policy.yaml`, and the names in them."""

from __future__ import annotations

from typing import Any

from gate.core.catalogue import FAMILIES, rule_ids
from gate.core.errors import DocumentError, Problem
from gate.core.globs import matches
from gate.core.text import did_you_mean, shorten
from gate.documents.kinds import Either, Field, Fields, ListOf, Record, Text, YesNo
from gate.policy.limits import CODEOWNERS, EXCUSES, MOST_DAYS, MOST_FINDINGS, Excuse, Limits
from gate.policy.trust_schema import NAMES, Declared, Placed, Within

MAX_GLOBS = 200
"""Globs in one list: each finding is compared with all of them."""


def _glob_problem(text: str) -> str | None:
    """Why no rule can match `text`, so that a misspelt one is never ignored; None where one can."""
    family, slash, name = text.partition("/")
    if not slash or not name or "/" in name:
        return f'"{shorten(text)}" is no glob of rules, such as `weights/*`'
    known = rule_ids()
    if any(matches(text, rule) for rule in known):
        return None
    if family in FAMILIES or any(char in family for char in "*?"):
        return f'no rule matches "{shorten(text)}"' + _near(text, known)
    return f'no rule matches "{shorten(text)}"' + _near(family, FAMILIES) if _near(family, FAMILIES) else None


def _near(word: str, known: tuple[str, ...]) -> str:
    hint = did_you_mean(word, known)
    return f": {hint}" if hint else ""


RULES = ListOf(
    Text(check=_glob_problem, pattern=r"[a-z0-9_*?.-]{1,64}/[a-z0-9_*?.-]{1,64}", expected="a glob of rules"),
    most=MAX_GLOBS,
)
_DAYS = Within(MOST_DAYS)
_RULES = {
    "rules": Field(RULES, "Globs of the rules of which findings may be let pass; all if left out."),
    "never": Field(RULES, "Globs of rules of which none may."),
}


def _limits(fields: Fields) -> Limits:
    said = {key: value for key, value in fields.values.items() if value is not None}
    for key in ("rules", "never"):
        if key in said:
            said[key] = tuple(said[key])
    return Limits(fields.location, fields.at, **said)


WAIVERS = Record(
    {
        "max_days": Field(_DAYS, "The longest time from `created` to `expires`; 180 if left out."),
        **_RULES,
        "approved_by": Field(
            Either(Text(choices=("codeowners",)), Record({"signers": Field(NAMES, "Signers of this document.", True)})),
            "Who approves: `codeowners` of the waivers file (if left out), or `signers` of this document, who sign it.",
        ),
    },
    _limits,
    narrowing=True,
)
ADOPTED = Record(
    {
        "max_days": Field(_DAYS, "The longest time from `created` to `expires`; 180 if left out."),
        "max_findings": Field(Within(MOST_FINDINGS), "How many findings may be adopted; 10,000 if left out."),
        "allow": Field(YesNo(), "`false` where nothing may be adopted."),
        **_RULES,
    },
    _limits,
    narrowing=True,
)
LIMITS = {
    "waivers": Field(WAIVERS, "How far the waivers in `gate-waivers.yaml` may go."),
    "adopted": Field(ADOPTED, "How far `gate-adopted.yaml` may go."),
}
"""The keys of a policy that `gate.policy.limits.Limits` are made from."""


def read_limits(fields: Fields) -> dict[Excuse, Limits]:
    """What the document with these fields says.

    Raises `DocumentError` for an approver who is no signer of the document.
    """
    people: list[Declared] = [d for key in ("identities", "keys", "certificates") for d in fields.get(key) or ()]
    signers = frozenset(declared.entry.name for declared in people)
    found: dict[Excuse, Limits] = {}
    for what in EXCUSES:
        said: Any = fields.get(what)
        if said is not None:
            found[what] = said._replace(approved_by=_approvers(said, signers))
    return found


def _approvers(said: Any, signers: frozenset[str]) -> tuple[str, ...] | None:
    if said.approved_by is None or said.approved_by == "codeowners":
        return said.approved_by and (CODEOWNERS,)
    names: tuple[Placed, ...] = said.approved_by.values["signers"]
    unknown = [placed for placed in names if placed.name not in signers]
    if unknown:
        hints = {p: did_you_mean(p.name, signers) or "name a signer of this document" for p in unknown}
        raise DocumentError(
            [Problem(p.location, f'there is no signer "{shorten(p.name)}" here', hints[p]) for p in unknown]
        )
    return tuple(dict.fromkeys(placed.name for placed in names))
