"""The schema of `custom:` in `gate-policy.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gate.core.catalogue import FAMILIES
from gate.core.errors import DocumentError, Problem
from gate.core.model import ENFORCEMENTS, SEVERITIES, STAGES, Json
from gate.core.text import shorten
from gate.documents.kinds import Field, Fields, ListOf, Reading, Record, Text
from gate.documents.nodes import Document, Node, Scalar
from gate.policy.custom.model import CustomRule
from gate.policy.model import Entry, Selector
from gate.policy.scope_schema import FOR, FROM_STAGE

MAX_RULES = 200
"""Of one document."""
MAX_EXPRESSION = 10_000
"""Characters; the longest are lists of hosts."""
MAX_TEXT = 4_000
MAX_TAGS = 20
ID = r"[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,126}"
RESERVED = FAMILIES
"""What ids of custom rules may not begin with."""


class Assertion(NamedTuple):
    """An expression as it is written, so that errors in it can be told with their place."""

    document: Document
    scalar: Scalar


class Written(NamedTuple):
    """A rule with its expression as it is written."""

    rule: CustomRule
    assertion: Assertion


class _Expression:
    """An expression in CEL; it is compiled later, with all others."""

    def read(self, node: Node, reading: Reading) -> Assertion | None:
        if not isinstance(node, Scalar):
            fix = "write it between single quotes, or behind `|`"
            reading.note(node.span, "expected an expression in CEL", fix)
            return None
        if not node.text.strip() or len(node.text) > MAX_EXPRESSION or not _is_text(node.text):
            what = f"of 1 to {MAX_EXPRESSION:,} characters"
            reading.note(node.span, f"expected an expression in CEL {what}", "split what is longer into several rules")
            return None
        return Assertion(reading.document, node)

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "minLength": 1, "maxLength": MAX_EXPRESSION}


def _is_text(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _id_problem(text: str) -> str | None:
    if (family := text.partition("/")[0]) in RESERVED:
        return f'"{shorten(family)}/" is a family of the gate: begin the id with a word of your own, such as `acme/`'
    return None


def _prose(most: int) -> Text:
    pattern = rf"[\s\S]{{0,{most}}}\S[\s\S]{{0,{most}}}"
    return Text(
        check=lambda text: None if text.strip() and len(text) <= most else f"expected 1 to {most:,} characters",
        pattern=pattern,
        expected=f"a text of at most {most:,} characters",
    )


def _rule(fields: Fields) -> Written:
    values = fields.values
    assertion: Assertion = values["assert"]
    entry = Entry(
        values.get("enforce") or "block",
        fields.at["id"],
        values.get("for") or Selector(),
        values.get("from_stage") or STAGES[0],
    )
    rule = CustomRule(
        id=values["id"],
        expression=assertion.scalar.text,
        message=values["message"],
        location=fields.at["assert"],
        entry=entry,
        title=values.get("title") or "",
        severity=values.get("severity") or "medium",
        help=values.get("help") or "",
        tags=tuple(dict.fromkeys(values.get("tags") or ())),
    )
    return Written(rule, assertion)


RULE = Record(
    {
        "id": Field(
            Text(check=_id_problem, pattern=ID, expected="an id such as acme/internal-mirror-only"),
            "How findings, reports and `rules:` call it, such as `acme/internal-mirror-only`.",
            required=True,
        ),
        "assert": Field(_Expression(), "What must hold, in CEL, about `artifact` and `facts`.", required=True),
        "message": Field(_prose(MAX_TEXT), "What is wrong where it does not hold.", required=True),
        "enforce": Field(Text(choices=ENFORCEMENTS), "What a finding does; `block` if left out."),
        "for": FOR,
        "from_stage": FROM_STAGE,
        "title": Field(_prose(200), "What is wrong, in a few words, for lists of rules."),
        "severity": Field(Text(choices=SEVERITIES), "How bad it is; `medium` if left out."),
        "help": Field(_prose(MAX_TEXT), "What to do about it."),
        "tags": Field(
            ListOf(Text(pattern=r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}", expected="a word"), most=MAX_TAGS),
            "Words that code scanning shows beside it.",
        ),
    },
    _rule,
)

CUSTOM = {"custom": Field(ListOf(RULE, most=MAX_RULES), "Rules of your own, in CEL, about what the DBOM declares.")}
"""The key of a policy that custom rules are made from."""


def with_custom(rules: Mapping[str, Sequence[Entry]], written: Sequence[Written]) -> dict[str, tuple[Entry, ...]]:
    """The entries of a document on each rule, its own ones included; raises `DocumentError` for an id of two rules."""
    own: dict[str, Entry] = {}
    problems = []
    for rule in (one.rule for one in written):
        if own.setdefault(rule.id, rule.entry) is not rule.entry:
            message = f"{rule.id} is here twice, first on line {own[rule.id].location.line}"
            problems.append(Problem(rule.entry.location, message, "give each rule an id of its own"))
    if problems:
        raise DocumentError(problems)
    found = {rule: tuple(entries or ()) for rule, entries in rules.items()}
    return found | {rule: (entry, *found.get(rule, ())) for rule, entry in own.items()}
