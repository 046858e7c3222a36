"""No expression crashes, hangs or exhausts the gate, and none has another one suffer for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.core.errors import DocumentError, Problem
from gate.core.model import Json, Location, Subject
from gate.documents.kinds import Reading
from gate.documents.nodes import decode, parse
from gate.policy.custom import ask
from gate.policy.custom.judge import Case, judge_custom
from gate.policy.custom.schema import MAX_RULES
from gate.policy.custom.written import refuse_wrong
from gate.policy.load import load_policies
from gate.policy.schema import POLICY
from tests.policy.custom.support import declare, judged, policy
from tests.support import Repo

HUGE = '["aaaaaaaa"]' + ".map(x, x + x + x + x + x + x + x + x)" * 14 + ".size() == 1"
ENDLESS = "range.all(a, range.all(b, range.all(c, range.all(d, a + b + c + d >= 0))))".replace(
    "range", f"[{', '.join(map(str, range(100)))}]"
)
ASKED = ask.Asked((0,), {"name": "a"}, {"dbom": {}, "integrity": {"size": 3}, "weights": {"formats": {"csv": 1}}})


@pytest.mark.parametrize("expression", [HUGE, ENDLESS], ids=["memory", "iterations"])
def test_an_expression_without_end_is_undecided_and_no_other_is(repo: Repo, expression: str) -> None:
    declare(repo)
    found = judged(repo, {"assert": expression}, {"assert": 'artifact.name == "b"'}, {"assert": "true"})
    assert sorted((one.rule, "acme/r0" in one.message) for one in found) == [
        ("acme/r1", False),
        ("gate/undecided", True),
    ]


def test_too_many_iterations_are_told_and_what_needs_fewer_is_judged() -> None:
    known: dict[str, dict[str, Json]] = {}
    few, many = (ask.Asked((0,), {"tags": ["a"] * number}, known) for number in (1, 30))
    loops = "artifact.tags.all(a, artifact.tags.all(b, artifact.tags.all(c, a + b + c != 'x')))"
    (found,) = ask.evaluate([loops], [few, many])
    assert found.unable is None
    assert list(found.broken) == []
    ((which, why),) = found.failed
    assert (which, why) == (1, "it takes more than 10,000 iterations")


def test_an_expression_that_takes_too_long_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "SECONDS", 2.0)
    numbers = f"[{', '.join(map(str, range(90)))}]"
    long = f'{numbers}.all(a, {numbers}.all(b, !artifact.license.matches("x*y")))'
    artifact = ask.Asked((0, 1), {"name": "a", "license": "a" * 4_000_000}, {})
    slow, quick = ask.evaluate([long, "artifact.name == 'b'"], [artifact])
    assert slow.unable is not None
    assert (quick.unable, list(quick.broken)) == (None, [0])


@pytest.mark.parametrize(
    ("template", "number"),
    [
        (f"{left}{{}}{right}", number)
        for left, right in [("(", ")"), ("[", "]"), ("!", ""), ("-", ""), ("[1].all(x, ", ")"), ("{1: ", "}")]
        for number in (10, 1000)
    ],
)
def test_deep_nesting_is_read_or_refused(template: str, number: int) -> None:
    left, right = template.split("{}") if template.count("{") == 1 else ("{1: ", "}")
    found = ask.errors_in([left * number + "true" + right * number])
    assert len(found) == 1


def test_a_list_of_rules_has_an_end(repo: Repo) -> None:
    repo.write("gate-policy.yaml", policy(*[{"assert": "true"}] * (MAX_RULES + 1)))
    result = repo.gate("policy", "lint")
    assert result.code == 2
    assert f"{MAX_RULES} are the most" in result.err


def test_many_rules_on_many_artifacts_come_to_the_same_as_one_by_one(repo: Repo) -> None:
    rules = [
        *({"id": f"acme/size-{n}", "assert": f"facts.integrity.size != {n}"} for n in range(40)),
        {"id": "acme/comment", "assert": "artifact.name != 'n7' // )"},
        {"id": "acme/error", "assert": "1 / facts.integrity.size == 1", "for": {"name": "n*"}},
        {"id": "acme/scoped", "assert": "false", "for": {"name": "n1?"}},
        {"id": "acme/lacking", "assert": "facts.suites.rows == 0", "for": {"name": "n5"}},
    ]
    repo.write("gate-policy.yaml", policy(*rules))
    policies = load_policies(("gate-policy.yaml",), str(repo.root), str(repo.home))
    place = Location("dbom.yaml", 1)
    cases = [
        Case(Subject("dataset", f"n{n}", f"n{n}"), place, {"name": f"n{n}"}, {"integrity": {"size": n % 50}})
        for n in range(150)
    ]
    together = judge_custom(policies, cases, "train")
    parts = [cases[start : start + 30] for start in range(0, len(cases), 30)]  # of so few each rule is asked alone
    alone = [finding for part in parts for finding in judge_custom(policies, part, "train")]
    assert sorted(together, key=str) == sorted(alone, key=str)
    found = [(one.rule, one.subject.name) for one in together]
    assert found.count(("acme/size-7", "n107")) == 1
    assert ("acme/comment", "n7") in found
    assert len([one for one in found if one[0] == "acme/scoped"]) == 10
    undecided = sorted(one.subject.name or "" for one in together if one.rule == "gate/undecided")
    assert undecided == ["n0", "n100", "n5", "n50"]


ATOMS = [
    "artifact",
    "facts",
    "artifact.name",
    "facts.weights",
    '"a"',
    "1",
    "1u",
    "1.5",
    "null",
    "[]",
    "{}",
    "x",
    "b'\\xff'",
]
WORDS = st.sampled_from(
    [
        *ATOMS,
        *"+-*/%!?:.,()[]{}<>='\"\\\n/&|",
        "&&",
        "||",
        "==",
        " in ",
        ".all(x, ",
        ".map(x, ",
        "has(",
        "dyn(",
        "size(",
        "//",
    ]
)


@settings(max_examples=25)
@given(st.lists(st.lists(WORDS, max_size=12).map("".join) | st.text(max_size=40), min_size=20, max_size=60))
def test_whatever_text_an_expression_is_it_is_compiled_or_refused(texts: list[str]) -> None:
    written = [text for text in texts if not any("\ud800" <= char <= "\udfff" for char in text)]
    found = ask.errors_in(written)
    assert len(found) == len(written)
    sound = [text for text, errors in zip(written, found, strict=True) if not errors]
    results = ask.evaluate(sound, [ASKED._replace(expressions=tuple(range(len(sound))))]) if sound else []
    assert all(result.unable is None for result in results)


@settings(max_examples=40)
@given(st.lists(WORDS, max_size=10).map("".join), st.sampled_from(["{}", "'{}'", '"{}"', "|\n      {}", ">\n      {}"]))
def test_whatever_a_policy_says_it_is_read_or_refused_with_a_place(text: str, style: str) -> None:
    source = f"policy: 1\ncustom:\n  - id: acme/x\n    message: m\n    assert: {style.replace('{}', text)}\n"
    problems: Sequence[Problem] = ()
    try:
        document = decode(source.encode(), "p.yaml")
        reading = Reading(document)
        fields = POLICY.read(parse(document, reading.problems), reading)
        reading.finish()
        refuse_wrong(fields.values["custom"])
    except DocumentError as error:
        problems = error.problems
    assert all(problem.location.line >= 1 for problem in problems)
