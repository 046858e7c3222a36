"""The schema of a file of policy tests."""

from __future__ import annotations

from typing import Any

from gate.core.catalogue import UnknownRuleError, get_rule, rule_ids
from gate.core.model import KINDS, STAGES, Json
from gate.core.text import did_you_mean, shorten
from gate.dbom.model import Artifact
from gate.dbom.schema import DATASET, MODEL
from gate.documents.dates import Day
from gate.documents.kinds import Constant, Either, Field, Fields, ListOf, Reading, Record, Text
from gate.documents.nodes import Mapping, Node, Scalar
from gate.policy.testing.facts import Facts
from gate.policy.testing.model import (
    OUTCOMES,
    WORDS,
    Case,
    Expectation,
    Expected,
    Given,
    PolicyReference,
    Repository,
    Stated,
)

UNNAMED = "artifact"
"""The path, and inside the gate the name, of an artifact of which a case says neither."""
_TEXT = Text(pattern=r"[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*", expected="text on one line")
_KIND = Text(choices=KINDS)
_WORD = Text(choices=WORDS)


class _Rule:
    """The id of a rule of the catalogue, with its place."""

    def read(self, node: Node, reading: Reading) -> Stated | None:
        text = Text().read(node, reading)
        if text is None:
            return None
        try:
            get_rule(text)
        except UnknownRuleError:
            hint = did_you_mean(text, rule_ids()) or "`gate rules` lists them; a custom rule makes its own findings"
            reading.note(node.span, f'"{shorten(text)}" is no rule of the catalogue', hint)
            return None
        return Stated(text, reading.document.locate(node.span))

    def schema(self) -> dict[str, Json]:
        return {"enum": list(rule_ids())}


class _Reference:
    """A policy, with its place."""

    def read(self, node: Node, reading: Reading) -> PolicyReference | None:
        text = _TEXT.read(node, reading)
        return None if text is None else PolicyReference(text, reading.document.locate(node.span))

    def schema(self) -> dict[str, Json]:
        return _TEXT.schema()


class _Artifact:
    """An entry of `dbom.yaml` and its kind, of which everything else may be left out, and whether it has a name."""

    def read(self, node: Node, reading: Reading) -> tuple[Artifact, bool] | None:
        if not isinstance(node, Mapping) or "kind" not in node.items:
            reading.note(node.span, "expected a mapping with `kind:`", "the other keys are those of dbom.yaml")
            return None
        items = dict(node.items)
        kind = _KIND.read(items.pop("kind")[1], reading)
        name = items.get("name", (node, Scalar(UNNAMED, True, node.span)))[1]
        for key, value in (("name", name), ("path", name)):
            items.setdefault(key, (Scalar(key, True, node.span), value))
        artifact = (MODEL if kind == "model" else DATASET).read(node._replace(items=items), reading) if kind else None
        return artifact and (artifact, "name" in node.items)

    def schema(self) -> dict[str, Json]:
        schema = Record({"kind": Field(_KIND, "Whether it is a dataset or a model.", required=True)}).schema()
        return {**schema, "additionalProperties": True}


class _Decisions:
    """A mapping from rules to a word, or to one word for each path."""

    def read(self, node: Node, reading: Reading) -> tuple[Expectation, ...] | None:
        if not isinstance(node, Mapping):
            reading.note(node.span, "expected a mapping", "write `rule: block`")
            return None
        found: list[Expectation | None] = []
        for rule, value in node.items.values():
            if isinstance(value, Mapping):
                found += (self._one(rule, path, word, reading) for path, (_, word) in value.items.items())
            else:
                found.append(self._one(rule, None, value, reading))
        return tuple(one for one in found if one is not None)

    def _one(self, rule: Scalar, path: str | None, node: Node, reading: Reading) -> Expectation | None:
        word: Any = _WORD.read(node, reading)
        locate = reading.document.locate
        return None if word is None else Expectation(rule.text, locate(rule.span), word, locate(node.span), path)

    def schema(self) -> dict[str, Json]:
        word = _WORD.schema()
        values: list[Json] = [word, {"type": "object", "additionalProperties": word}]
        return {"type": "object", "additionalProperties": {"anyOf": values}}


_GIVEN = ("artifact", "facts", "findings", "repository")


class _Case:
    """A case: either a miniature repository, or what is known of one artifact."""

    def read(self, node: Node, reading: Reading) -> Case | None:
        if isinstance(node, Mapping) and "repository" in node.items:
            for key in ("artifact", "facts", "findings"):
                if key in node.items:
                    message = f"`{key}:` beside `repository:`: a repository has its own artifacts, facts and findings"
                    reading.note(node.items[key][0].span, message, "remove one of the two")
        case: Case | None = _CASE.read(node, reading)
        if case and not case.expected.decisions and case.expected.verdict is None:
            reading.note(node.span, "the case expects nothing", "give `verdict:` or `decisions:` under `expect:`")
        elif case and not case.expected.decisions and isinstance(node, Mapping) and not node.items.keys() & set(_GIVEN):
            message = "the case gives the policy nothing to judge, so its verdict is always the same"
            reading.note(node.span, message, f"give one of {', '.join(_GIVEN)}")
        return case

    def schema(self) -> dict[str, Json]:
        return _CASE.schema()


def _stated(fields: Fields) -> Stated:
    stated: Stated = fields.values["rule"]
    return stated._replace(path=fields.get("path"), message=fields.get("message"))


def _expected(fields: Fields) -> Expected:
    return Expected(fields.get("decisions") or (), fields.get("verdict"), fields.at.get("verdict"))


def _case(fields: Fields) -> Case:
    given: Given | Repository
    if fields.get("repository") is not None:
        given = Repository(fields.get("repository"), fields.at["repository"])
    else:
        artifact, declared = fields.get("artifact") or (None, False)
        findings = tuple(fields.get("findings") or ()) if "findings" in fields.at else None
        given = Given(artifact, declared, fields.get("facts") or {}, findings)
    return Case(
        fields.values["name"],
        fields.at["name"],
        given,
        fields.values["expect"],
        fields.get("stage") or "train",
        fields.get("branch"),
        fields.get("date"),
    )


STATED = Record(
    {
        "rule": Field(_Rule(), "The rule that is broken.", required=True),
        "path": Field(_TEXT, "Where, if not at the artifact's path."),
        "message": Field(_TEXT, "What is wrong."),
    },
    _stated,
)
EXPECT = Record(
    {
        "verdict": Field(Text(choices=OUTCOMES), "The verdict."),
        "decisions": Field(
            _Decisions(),
            f"For each rule one of {', '.join(WORDS)}, or one for each path. What blocks and is not named fails.",
        ),
    },
    _expected,
)
_CASE = Record(
    {
        "name": Field(_TEXT, "What the case shows.", required=True),
        "stage": Field(Text(choices=STAGES), "The stage at which it is judged; `train` if left out."),
        "branch": Field(_TEXT, "The branch that is judged."),
        "date": Field(Day(), "The day on which it is judged; today if left out."),
        "artifact": Field(_Artifact(), "The artifact: `kind:`, and the keys of an entry of dbom.yaml."),
        "facts": Field(Facts(), "What is established about it, by check family."),
        "findings": Field(
            ListOf(Either(_Rule(), STATED)),
            "What is wrong with it: rules, or `{rule, path, message}`; left out, one finding of each rule of the "
            "catalogue under `decisions:`.",
        ),
        "repository": Field(_TEXT, "A directory beside this file that is judged as by `gate check`."),
        "expect": Field(EXPECT, "What must come of it.", required=True),
    },
    _case,
)
CASE_FILE = Record(
    {
        "policy-tests": Field(
            Constant("1", "this gate reads `policy-tests: 1`"), "The version of this format.", required=True
        ),
        "policy": Field(
            ListOf(_Reference(), or_one=True),
            "The policy that is tested: a pack, a file relative to this one, or a list.",
            required=True,
        ),
        "cases": Field(ListOf(_Case()), "The cases.", required=True),
    }
)
