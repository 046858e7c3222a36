"""What is wrong with a custom rule is told when the policy is read, at its place, with exit code 2."""

from __future__ import annotations

import pytest

from tests.policy.custom.support import policy
from tests.support import Repo

RULE = "policy: 1\ncustom:\n  - {{id: acme/r0, message: m, {}}}\n"
BLOCK = "policy: 1\ncustom:\n  - id: acme/r0\n    message: m\n    assert: {}\n"


def errors(repo: Repo, text: str) -> str:
    """What `gate policy lint` complains of."""
    repo.write("gate-policy.yaml", text)
    result = repo.gate("policy", "lint")
    assert result.code == 2, result.out
    return result.err


@pytest.mark.parametrize(
    ("written", "marked"),
    [
        ("artifact.nme == 'x'", "nme"),
        ("'artifact.nme == \"x\"'", "nme"),
        ("'artifact.name == ''x'' && artifact.nme == \"\"'", "nme"),
        (r'"artifact.name == \"x\" && artifact.nme == 1"', "nme"),
        (r'"artifact.name == \"\u00e4\x41\U0001F600\" && artifact.nme == 1"', "nme"),
        ("\"'äöü😀' == artifact.nme\"", "nme"),
        ("|\n      artifact.name == 'x' &&\n\n        artifact.nme == 'y'", "nme"),
        ("|2-\n        true &&\n        artifact.nme == 'y'", "nme"),
        ("|\n\n      artifact.nme == 'y'\n", "nme"),
        ("facts.weigths.format == ''", "weigths"),
        ("artifact.source.hst == ''", "hst"),
        ("artifact.signature.all(s, s.bundel == '')", "bundel"),
        ("artifact.size == 'x'", "=="),
        ("artifct.name == 'x'", "artifct"),
        ("artifact.name.strip() == 'x'", "strip"),
        ("size(artifact.tags)", "size"),
        ("artifact", "artifact"),
        ("artifact.name = 'x'", "="),
        ("dyn(true)", "dyn"),
    ],
)
def test_an_error_is_marked_where_it_is(repo: Repo, written: str, marked: str) -> None:
    text = BLOCK.format(written)
    told = errors(repo, text).splitlines()
    place, line, caret = told[:3]
    number, column = (int(part) for part in place.split(":")[1:3])
    assert text.splitlines()[number - 1][column - 1 :].startswith(marked)
    assert caret.index("^") == line.index(marked, line.index("|") + column)
    assert "Traceback" not in "".join(told)


@pytest.mark.parametrize(
    "written", [">\n      artifact.name == 'x' &&\n      artifact.nme == 'y'", "artifact.name ==\n      artifact.nme"]
)
def test_of_a_folded_expression_the_beginning_is_marked(repo: Repo, written: str) -> None:
    assert errors(repo, BLOCK.format(written)).startswith("gate-policy.yaml:5:13: error: Artifact has no field")


@pytest.mark.parametrize(
    ("expression", "message", "fix"),
    [
        ("artifact.nme == 'x'", 'Artifact has no field "nme"', 'did you mean "name"?'),
        ("facts.weight.format == 'x'", 'Facts has no field "weight"', 'did you mean "weights"?'),
        ("artfact.name == 'x'", '"artfact" is not known in CEL', 'did you mean "artifact"?'),
        ("artifact.name == 1", "`==` does not take (string, int)", "compare what is of one type"),
        ("artifact.size + 1", "it comes to a value of the type int, and must come to a bool", ""),
        ("artifact.name ==", "not valid CEL: Syntax error", ""),
        ("{facts: artifact}", "Unsupported map key type", ""),
        ("[" * 100 + "]" * 100 + " == []", "Expression recursion limit exceeded", ""),
    ],
)
def test_an_error_says_what_is_wrong(repo: Repo, expression: str, message: str, fix: str) -> None:
    told = errors(repo, policy({"assert": expression}))
    assert message in told
    assert fix in told


def test_all_errors_of_all_documents_are_told_at_once(repo: Repo) -> None:
    repo.write("central.yaml", policy({"id": "acme/c", "assert": "artifact.a"}))
    told = errors(
        repo, policy({"assert": "artifact.b"}, {"assert": "artifact.c && artifact.d"}, extends=["central.yaml"])
    )
    assert [f'no field "{name}"' in told for name in "abcd"] == [True] * 4


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("assert: ''", "expected an expression in CEL"),
        ("assert: []", "expected an expression in CEL"),
        ("enforce: block", "missing `assert:`"),
        ("assert: 'true', tags: [a b]", '"a b" is not a word'),
        ("assert: 'true', severity: severe", '"severe" is not known here'),
        ("assert: 'true', for: {}", "selects nothing in particular"),
        ("assert: 'true', title: ''", "expected 1 to 200 characters"),
        (f"assert: '{'x' * 10_001}'", "expected an expression in CEL"),
    ],
)
def test_a_rule_that_is_not_as_the_schema_has_it_is_refused(repo: Repo, fields: str, message: str) -> None:
    assert message in errors(repo, RULE.format(fields))


@pytest.mark.parametrize(
    "name", ["acme", "Acme/x", "acme/", "acme/x/y", "weights/x", "policy/x", "gate/x", "sources/x", "a b/c"]
)
def test_an_id_is_a_word_of_ones_own_and_another(repo: Repo, name: str) -> None:
    assert "gate-policy.yaml:3:" in errors(repo, policy({"id": name, "assert": "true"}))


def test_two_rules_of_one_id_are_refused(repo: Repo) -> None:
    told = errors(repo, policy({"id": "acme/x", "assert": "true"}, {"id": "acme/x", "assert": "false"}))
    assert "acme/x is here twice, first on line 3" in told


def test_a_rule_of_an_extended_policy_cannot_be_redefined(repo: Repo) -> None:
    repo.write("central.yaml", policy({"id": "acme/x", "assert": "false"}))
    told = errors(repo, policy({"id": "acme/x", "assert": "true"}, extends=["central.yaml"]))
    assert "gate-policy.yaml:5:7: error: acme/x is defined at central.yaml:5:11 already" in told


def test_two_extended_policies_cannot_mean_two_things_by_one_id(repo: Repo) -> None:
    repo.write("one.yaml", policy({"id": "acme/x", "assert": "false"}))
    repo.write("two.yaml", policy({"id": "acme/x", "assert": "true"}))
    told = errors(repo, "policy: 1\nextends: [one.yaml, two.yaml]\n")
    assert "acme/x is one rule at one.yaml:5:11 and another one at two.yaml:5:11" in told
    repo.write("two.yaml", policy({"id": "acme/x", "assert": "false"}))
    assert repo.gate("policy", "lint").code == 0


@pytest.mark.parametrize("scope", ["", ", for: {kind: model}", ", from_stage: release"])
def test_a_rule_of_an_extended_policy_cannot_be_loosened(repo: Repo, scope: str) -> None:
    repo.write("central.yaml", policy({"id": "acme/x", "assert": "false", "for": {"kind": "dataset"}}))
    text = f"policy: 1\nextends: [central.yaml]\nrules:\n  acme/x: {{enforce: warn{scope}}}\n"
    told = errors(repo, text)
    assert "gate-policy.yaml:4:21: error: `warn` for acme/x is looser than `block` at central.yaml:3:7" in told


@pytest.mark.parametrize("name", ["acme/y", "weigths/pickle-format"])
def test_a_word_on_a_rule_that_nobody_defines_is_refused(repo: Repo, name: str) -> None:
    told = errors(
        repo, f"policy: 1\nrules:\n  {name}: {{enforce: block}}\n" + policy({"assert": "true"}).partition("\n")[2]
    )
    assert f'gate-policy.yaml:3:3: error: unknown rule "{name}"' in told
