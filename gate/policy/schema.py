"""The schema of `gate-policy.yaml`."""

from __future__ import annotations

import re

from gate.core.catalogue import UnknownRuleError, get_rule, rule_ids
from gate.core.model import ENFORCEMENTS, STAGES, Json
from gate.core.text import did_you_mean, shorten
from gate.documents.kinds import Constant, Field, Fields, ListOf, MapOf, Reading, Record, Text
from gate.documents.nodes import Node, Scalar
from gate.policy.custom.schema import CUSTOM, ID, RESERVED
from gate.policy.dvc_schema import DVC
from gate.policy.extend_schema import EXTENDS
from gate.policy.limits_schema import LIMITS
from gate.policy.model import Entry, Profile, Selector
from gate.policy.scope_schema import FOR, FROM_STAGE, GLOB
from gate.policy.source_schema import SOURCES
from gate.policy.suite_schema import SUITES
from gate.policy.trust_schema import TRUST, Placed, Some


class _RuleId:
    """The id of a rule of the catalogue, or what may be that of a custom rule; which there are is known later."""

    def read(self, node: Node, reading: Reading) -> str | None:
        if not isinstance(node, Scalar):
            reading.note(node.span, "expected the id of a rule")
            return None
        try:
            return get_rule(node.text).id
        except UnknownRuleError:
            if re.fullmatch(ID, node.text) and node.text.partition("/")[0] not in RESERVED:
                return node.text
            hint = did_you_mean(node.text, rule_ids()) or "`gate rules` lists them"
            reading.note(node.span, f'unknown rule "{shorten(node.text)}"', hint)
            return None

    def schema(self) -> dict[str, Json]:
        return {"anyOf": [{"enum": list(rule_ids())}, {"pattern": f"^(?!({'|'.join(RESERVED)})/){ID}$"}]}


class _Lockable:
    """The id of a rule, or a key of a policy, with its place."""

    def read(self, node: Node, reading: Reading) -> Placed | None:
        is_key = isinstance(node, Scalar) and node.text in _LOCKABLE
        if not isinstance(node, Scalar) or not (is_key or _RULE.read(node, reading)):
            return None
        return Placed(node.text, reading.document.locate(node.span))

    def schema(self) -> dict[str, Json]:
        return {"anyOf": [{"enum": list(_LOCKABLE)}, _RULE.schema()]}


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

_RULE = _RuleId()
_RULES = Field(MapOf(_RULE, ListOf(ENTRY, or_one=True)), "How each rule is enforced; the strictest entry wins.")


def _profile(fields: Fields) -> Profile:
    entries = {rule: tuple(entries or ()) for rule, entries in fields.values["rules"].items()}
    return Profile(fields.values["branches"], entries, fields.at["branches"])


MAX_PROFILES = 50
MAX_LOCKED = 200
PROFILE = Record(
    {
        "branches": Field(Some(GLOB), "Globs of the branches on which the entries count, such as `release/*`.", True),
        "rules": _RULES._replace(required=True),
    },
    _profile,
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

_KEYS = {
    "policy": Field(Constant("1", "this gate reads `policy: 1`"), "The version of this format.", required=True),
    "name": Field(Text(), "How reports call the policy."),
    **EXTENDS,
    "rules": _RULES,
    "profiles": Field(
        ListOf(PROFILE, most=MAX_PROFILES), "Entries for some branches alone, which make the policy stricter there."
    ),
    "pickles": Field(PICKLES, "What pickles may import, beyond and short of what the gate knows."),
    "cache_roots": Field(
        ListOf(Text()), "Directories, absolute or beginning with `~/`, into which links in the tree may lead."
    ),
    **DVC,
    **CUSTOM,
    **SUITES,
    **SOURCES,
    **LIMITS,
    **TRUST,
}
_LOCKABLE = tuple(key for key in _KEYS if key not in ("policy", "name", "extends", "expires"))

POLICY = Record(
    {
        **_KEYS,
        "locked": Field(
            ListOf(_Lockable(), most=MAX_LOCKED),
            "Rules and keys of a policy about which whoever extends this one may say nothing.",
        ),
    }
)
