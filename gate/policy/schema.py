"""The schema of `gate-policy.yaml`."""

from __future__ import annotations

from typing import Any, NamedTuple

from gate.core.catalogue import UnknownRuleError, get_rule, rule_ids
from gate.core.model import ENFORCEMENTS, STAGES, Json, Location
from gate.core.text import did_you_mean, shorten
from gate.documents.kinds import SHA256, Constant, Either, Field, Fields, ListOf, MapOf, Reading, Record, Text
from gate.documents.nodes import Node, Scalar
from gate.policy.model import Entry, Selector
from gate.policy.scope_schema import FOR, FROM_STAGE
from gate.policy.suite_schema import SUITES
from gate.policy.trust_schema import TRUST


class Extension(NamedTuple):
    """One entry of `extends:`: a pack such as `gate:strict`, or a file, perhaps pinned by its SHA-256."""

    reference: str
    sha256: str | None
    location: Location


class _RuleId:
    """The id of a rule of the catalogue."""

    def read(self, node: Node, reading: Reading) -> str | None:
        if not isinstance(node, Scalar):
            reading.note(node.span, "expected the id of a rule")
            return None
        try:
            return get_rule(node.text).id
        except UnknownRuleError:
            hint = did_you_mean(node.text, rule_ids()) or "`gate rules` lists them"
            reading.note(node.span, f'unknown rule "{shorten(node.text)}"', hint)
            return None

    def schema(self) -> dict[str, Json]:
        return {"enum": list(rule_ids())}


class _Reference:
    """The short form of an extension."""

    def read(self, node: Node, reading: Reading) -> Extension | None:
        text: Any = Text().read(node, reading)
        return Extension(text, None, reading.document.locate(node.span)) if text else None

    def schema(self) -> dict[str, Json]:
        return {"type": "string"}


def _extension(fields: Fields) -> Extension:
    return Extension(fields.values["url"], fields.get("sha256"), fields.at["url"])


def _entry(fields: Fields) -> Entry:
    values = fields.values
    return Entry(
        values["enforce"], fields.at["enforce"], values.get("for") or Selector(), values.get("from_stage") or STAGES[0]
    )


ENTRY = Record(
    {
        "enforce": Field(Text(choices=ENFORCEMENTS), "What a finding of the rule does.", required=True),
        "for": FOR,
        "from_stage": FROM_STAGE,
    },
    _entry,
)

EXTENSION = Record(
    {
        "url": Field(Text(), "A pack such as `gate:strict`, or a file relative to this one.", required=True),
        "sha256": Field(SHA256, "The SHA-256 that the file must have."),
    },
    _extension,
)

PICKLES = Record(
    {
        "allow": Field(
            ListOf(Text()),
            "Globals that are harmless, such as `my_project.State`, or patterns; what runs code needs its full name.",
        ),
        "deny": Field(ListOf(Text()), "Globals, or patterns such as `pandas.*`, that no pickle may have."),
    },
    lambda fields: fields.values,
)

POLICY = Record(
    {
        "policy": Field(Constant("1", "this gate reads `policy: 1`"), "The version of this format.", required=True),
        "name": Field(Text(), "How reports call the policy."),
        "extends": Field(
            ListOf(Either(_Reference(), EXTENSION)),
            "The policies that this one builds on; `gate:baseline` if left out.",
        ),
        "rules": Field(
            MapOf(_RuleId(), ListOf(ENTRY, or_one=True)), "How each rule is enforced; the strictest entry wins."
        ),
        "pickles": Field(PICKLES, "What pickles may import, beyond and short of what the gate knows."),
        "cache_roots": Field(
            ListOf(Text()), "Directories, absolute or beginning with `~/`, into which links in the tree may lead."
        ),
        **SUITES,
        **TRUST,
    }
)
