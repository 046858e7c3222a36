"""The schemas of `gate-waivers.yaml` and `gate-adopted.yaml`."""

from __future__ import annotations

from gate.core.catalogue import FAMILIES, UnknownRuleError, get_rule, rule_ids
from gate.core.model import Json
from gate.core.text import did_you_mean, shorten
from gate.dbom.schema import artifact_path_problem
from gate.documents.dates import Day
from gate.documents.kinds import SHA256, Constant, Field, Fields, ListOf, Reading, Record, Text
from gate.documents.nodes import Node
from gate.objects.url import normal
from gate.policy.limits import MOST_FINDINGS
from gate.waivers.model import REASONS, WHY, Key, Waiver

MAX_WAIVERS = 1_000
"""More exceptions than that are another policy."""
MAX_WHY = 2_000


def rule_problem(text: str) -> str | None:
    """Why `text` is no rule: one of a family of the gate that is not in the catalogue; a policy may have others."""
    if "*" in text or "?" in text:
        return None  # a finding tells that it is too broad
    if text.partition("/")[0] not in FAMILIES:
        return None
    try:
        get_rule(text)
    except UnknownRuleError:
        hint = did_you_mean(text, rule_ids()) or "`gate rules` lists them"
        return f'unknown rule "{shorten(text)}": {hint}'
    return None


def bound_path_problem(text: str) -> str | None:
    """Why `text` is not how reports write a path, which is the only way in which it is compared."""
    if problem := artifact_path_problem(text):
        return problem
    written = normal(text)
    return None if written == text else f'"{shorten(text)}" is not how reports write it: "{shorten(written)}"'


def approver_problem(text: str) -> str | None:
    """Why `text` is not how CODEOWNERS names somebody."""
    name = text[1:] if text.startswith("@") else text
    at = text.find("@")
    fine = not any(char.isspace() or char in "@," for char in name) if at == 0 else 0 < at < len(text) - 1
    if not text.isprintable() or not fine or not name or " " in text:
        return f'"{shorten(text)}" is nobody who can be looked up: write @user, @org/team or an e-mail address'
    return None


class _Why:
    """The reason in words, on one line for reports."""

    def read(self, node: Node, reading: Reading) -> str | None:
        text = Text().read(node, reading)
        words = " ".join((text or "").split())
        if text is not None and not WHY <= len(words) <= MAX_WHY:
            reading.note(node.span, f"the reason needs {WHY} to {MAX_WHY:,} characters", "say why this may pass")
            return None
        return words or None

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "minLength": WHY, "maxLength": MAX_WHY}


_RULE = Field(
    Text(check=rule_problem, pattern=r"[a-z0-9_*?.-]{1,64}/[a-z0-9_*?.-]{1,64}", expected="the id of a rule"),
    "The rule that the finding is of.",
    required=True,
)
_PATH = Field(
    Text(check=bound_path_problem, pattern=r"[^/\x00][^\x00]*", expected="a path inside the repository"),
    "The file or directory whose bytes it is about, relative to the root.",
    required=True,
)
_SHA256 = Field(SHA256, "The digest of the file, or of the listing of the directory.", required=True)
_CREATED = Field(Day(), "The day on which it was written, as 2026-01-31.", required=True)
_EXPIRES = Field(Day(), "The last day (UTC) on which it counts.", required=True)


def _key(fields: Fields) -> Key:
    return Key(fields.values["rule"], fields.values["path"], fields.values["sha256"].lower())


def _waiver(fields: Fields) -> Waiver:
    rest = {name: fields.values[name] for name in ("reason", "why", "approver", "created", "expires")}
    return Waiver(_key(fields), **rest, at=fields.at)


WAIVER = Record(
    {
        "rule": _RULE,
        "path": _PATH,
        "sha256": _SHA256,
        "reason": Field(Text(choices=REASONS), "Why it may pass.", required=True),
        "why": Field(_Why(), "The same in words.", required=True),
        "approver": Field(
            Text(check=approver_problem, pattern=r"\S*@\S+", expected="a user, a team or an e-mail address"),
            "Who approved it, as CODEOWNERS writes it: @user, @org/team or an e-mail address.",
            required=True,
        ),
        "created": _CREATED,
        "expires": _EXPIRES,
    },
    _waiver,
)
WAIVERS = Record(
    {
        "waivers": Field(Constant("1", "this gate reads `waivers: 1`"), "The version of this format.", required=True),
        "entries": Field(ListOf(WAIVER, most=MAX_WAIVERS), "The waivers.", required=True),
    }
)
"""Of `gate-waivers.yaml`."""

ADOPTED = Record(
    {
        "adopted": Field(Constant("1", "this gate reads `adopted: 1`"), "The version of this format.", required=True),
        "created": _CREATED,
        "expires": _EXPIRES,
        "entries": Field(
            ListOf(
                Record({"rule": _RULE, "path": _PATH, "sha256": _SHA256}, lambda fields: (_key(fields), fields.at)),
                most=MOST_FINDINGS,
            ),
            "The findings that were there.",
            required=True,
        ),
    }
)
"""Of `gate-adopted.yaml`."""
