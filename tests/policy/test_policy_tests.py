"""`gate policy test`: what passes, what fails and how it says so, and what is wrong with a file of cases."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import jsonschema
import pytest
import yaml

from tests.support import PICKLE, PROJECT, WEIGHTS, Repo, Result, sha256

POLICY = """\
policy: 1
extends: [gate:strict]
rules:
  signatures/missing:
    - {enforce: warn, for: {kind: dataset}}
    - {enforce: block, for: {kind: model}, from_stage: release}
  dbom/no-license: {enforce: 'off'}
"""


def _cases(*cases: str, policy: str = "../gate-policy.yaml") -> str:
    return f"policy-tests: 1\npolicy: {policy}\ncases:\n" + "".join(f"  - {case}\n" for case in cases)


def _test(repo: Repo, *cases: str, policy: str = POLICY, options: tuple[str, ...] = ()) -> Result:
    repo.write("gate-policy.yaml", policy)
    repo.write("policy-tests/cases.yaml", _cases(*cases))
    return repo.gate("policy", "test", *options)


@pytest.mark.parametrize(
    ("given", "ruling"),
    [
        ("artifact: {kind: dataset}", "warn"),
        ("artifact: {kind: model}, stage: train", "block"),
        ("artifact: {kind: model}, stage: release", "block"),
        ("findings: [signatures/missing]", "block"),
        ("findings: [{rule: signatures/missing, path: some/where, message: nobody signed}]", "block"),
    ],
)
def test_a_case_passes_with_the_decision_of_the_policy_and_fails_with_any_other(
    repo: Repo, given: str, ruling: str
) -> None:
    for word in ("block", "warn", "off", "waived", "adopted", "none"):
        if word == "none" and "findings" not in given:
            continue
        result = _test(repo, f"{{name: n, {given}, expect: {{decisions: {{signatures/missing: {word}}}}}}}")
        assert (result.code == 0) == (word == ruling), result.out
        assert ("✓ n" if word == ruling else "✗ n") in result.out


def test_a_failure_names_the_line_of_the_expectation_and_that_of_the_policy(repo: Repo) -> None:
    case = "{name: n, artifact: {kind: dataset}, expect: {decisions: {signatures/missing: block}}}"
    result = _test(repo, case, "{name: good, findings: [], expect: {verdict: pass}}")
    assert result.code == 1
    column = len("  - ") + case.index("block") + 1
    told = (
        f"policy-tests/cases.yaml:4:{column}: expected block for signatures/missing, found warn, as gate-policy.yaml:5"
    )
    assert told in result.out
    assert result.out.endswith("gate: failed: 1 of 2 cases in 1 file\n")


def test_what_blocks_and_is_not_expected_fails(repo: Repo) -> None:
    findings = "findings: [dbom/no-license, {rule: weights/polyglot, message: two in one}]"
    result = _test(repo, f"{{name: n, {findings}, expect: {{decisions: {{dbom/no-license: off}}}}}}")
    assert result.code == 1
    assert "weights/polyglot blocks, as gate:strict:" in result.out
    assert "the case does not expect it: two in one" in result.out


def test_the_verdict_is_compared_and_what_could_not_be_established_is_undecided(repo: Repo) -> None:
    decisions = "decisions: {gate/undecided: block}"
    assert _test(repo, f"{{name: n, expect: {{verdict: undecided, {decisions}}}}}").code == 0
    result = _test(repo, f"{{name: n, expect: {{verdict: blocked, {decisions}}}}}")
    assert "expected the verdict blocked, found undecided" in result.out


def test_a_decision_may_be_expected_for_one_path_alone(repo: Repo) -> None:
    policy = "policy: 1\nrules:\n  weights/pickle-format: {enforce: warn, for: {path: 'old/**'}}\n"
    findings = "[{rule: weights/pickle-format, path: old/a.pt}, {rule: weights/pickle-format, path: b.pt}]"
    at = "{name: n, findings: %s, expect: {decisions: {weights/pickle-format: {old/a.pt: warn, b.pt: %s}}}}"
    assert _test(repo, at % (findings, "block"), policy=policy).code == 0
    assert "for weights/pickle-format at b.pt" in _test(repo, at % (findings, "warn"), policy=policy).out


def test_host_and_tags_of_the_artifact_select_the_entry(repo: Repo) -> None:
    policy = (
        "policy: 1\nrules:\n  signatures/missing:\n    - {enforce: block, for: {host: '*.example'}}\n"
        "    - {enforce: block, for: {tag: secret}}\n"
    )
    cases = [
        f"{{name: {word}, artifact: {{kind: dataset, {more}}}, expect: {{decisions: {{signatures/missing: {word}}}}}}}"
        for word, more in (("block", "source: {url: 'https://A.example/x'}"), ("warn", "tags: [public]"))
    ]
    assert _test(repo, *cases, policy=policy).code == 0
    tagged = "{name: n, artifact: {kind: model, tags: [secret]}, expect: {decisions: {signatures/missing: block}}}"
    assert _test(repo, tagged, policy=policy).code == 0


def test_profiles_count_on_their_branch_and_everywhere_where_none_is_named(repo: Repo) -> None:
    policy = "policy: 1\nprofiles:\n  - {branches: [main], rules: {signatures/missing: {enforce: block}}}\n"
    case = "{name: n%s, expect: {decisions: {signatures/missing: %s}}}"
    assert _test(repo, case % (", branch: main", "block"), policy=policy).code == 0
    assert _test(repo, case % (", branch: try/it", "warn"), policy=policy).code == 0
    assert _test(repo, case % ("", "block"), policy=policy).code == 0


# Custom rules


CUSTOM = """\
policy: 1
custom:
  - {id: acme/mirror, assert: 'artifact.source.host == "a.example"', message: no mirror, for: {kind: dataset}}
  - {id: acme/large, assert: facts.weights.parameters < 1000, message: too large, enforce: warn, for: {kind: model}}
"""


def test_custom_rules_fire_on_what_a_case_says_of_the_artifact(repo: Repo) -> None:
    pytest.importorskip("cel_expr_python")
    source = "artifact: {kind: dataset, name: d, source: {url: 'https://%s/x'}}"
    cases = [
        f"{{name: there, {source % 'a.example'}, expect: {{verdict: pass, decisions: {{acme/mirror: none}}}}}}",
        f"{{name: elsewhere, {source % 'b.example'}, expect: {{verdict: blocked, decisions: {{acme/mirror: block}}}}}}",
        "{name: large, artifact: {kind: model, name: m}, facts: {weights: {parameters: 1000}}, "
        "expect: {verdict: pass, decisions: {acme/large: warn}}}",
        "{name: unknown, artifact: {kind: model, name: m}, expect: {verdict: undecided, "
        "decisions: {gate/undecided: block}, }}",
    ]
    result = _test(repo, *cases, policy=CUSTOM)
    assert result.code == 0, result.out


def test_a_custom_rule_that_blocks_and_is_not_expected_fails(repo: Repo) -> None:
    pytest.importorskip("cel_expr_python")
    result = _test(repo, "{name: n, artifact: {kind: dataset, name: d}, expect: {verdict: pass}}", policy=CUSTOM)
    assert result.code == 1
    assert "acme/mirror blocks, as gate-policy.yaml:3:" in result.out


# Miniature repositories


def _miniature(repo: Repo, content: bytes = WEIGHTS) -> None:
    entry = (
        f"{{name: m, path: m.safetensors, version: 1, sha256: {sha256(WEIGHTS)}, source: {{url: 'https://a.example'}}}}"
    )
    repo.write("policy-tests/mini/dbom.yaml", f"dbom: 1\nmodels:\n  - {entry}\n")
    repo.write("policy-tests/mini/m.safetensors", content)


MINI = "{name: n, repository: mini, expect: {verdict: %s, decisions: {%s}}}"


def test_a_miniature_repository_is_judged_by_the_policy_and_left_as_it_is(repo: Repo) -> None:
    _miniature(repo)
    policy = "policy: 1\nrules:\n  signatures/missing: {enforce: block, for: {kind: model}}\n"
    repo.write("policy-tests/mini/gate-policy.yaml", "policy: 1\n")
    before = repo.tree()
    result = _test(
        repo, MINI % ("blocked", "signatures/missing: block, integrity/digest-mismatch: none"), policy=policy
    )
    assert result.code == 0, result.out
    assert set(repo.tree()) - set(before) == {b"gate-policy.yaml", b"policy-tests/cases.yaml"}
    _miniature(repo, WEIGHTS[:-1] + b"\1")
    result = _test(repo, MINI % ("blocked", "signatures/missing: block"), policy=policy)
    assert result.code == 1
    assert "integrity/digest-mismatch blocks" in result.out


def test_what_is_wrong_in_a_miniature_repository_is_told_with_its_place(repo: Repo) -> None:
    repo.write("policy-tests/mini/dbom.yaml", "dbom: 2\n")
    result = _test(repo, MINI % ("pass", ""))
    assert result.code == 2
    assert "policy-tests/mini/dbom.yaml:1:7: error" in result.err


# What is wrong with the file


@pytest.mark.parametrize(
    ("case", "place", "told"),
    [
        ("{name: n, expect: {decisions: {signatures/mising: block}}}", "4:36", 'mean "signatures/missing"'),
        ("{name: n, findings: [signatures/mising], expect: {verdict: pass}}", "4:26", 'mean "signatures/missing"'),
        ("{name: n, expect: {decisions: {signatures/missing: deny}}}", "4:56", "not known here"),
        ("{name: n, expect: {verdict: fine}}", "4:33", "not known here"),
        ("{name: n, expect: {}}", "4:5", "expects nothing"),
        ("{name: n}", "4:6", "missing `expect:`"),
        ("{name: n, stage: deploy, expect: {verdict: pass}}", "4:22", "not known here"),
        ("{name: n, date: 2026-02-30, expect: {verdict: pass}}", "4:21", "no day of the calendar"),
        ("{name: n, artifact: {name: m}, expect: {verdict: pass}}", "4:25", "`kind:`"),
        ("{name: n, artifact: {kind: model, licence: x}, expect: {verdict: pass}}", "4:39", "unknown key"),
        ("{name: n, facts: {integrity: {verifed: true}}, expect: {verdict: pass}}", "4:35", 'mean "verified"'),
        ("{name: n, facts: {integrity: {files: many}}, expect: {verdict: pass}}", "4:42", "a whole number"),
        ("{name: n, facts: {weights: {format: [a]}}, expect: {verdict: pass}}", "4:41", "expected text"),
        ("{name: n, repository: mini, facts: {}, expect: {verdict: pass}}", "4:33", "beside `repository:`"),
        ("{name: n, repository: absent, expect: {verdict: pass}}", "4:27", "no directory of this repository"),
        ("{name: n, repository: ../.., expect: {verdict: pass}}", "4:27", "no directory of this repository"),
        ("{name: n, repository: /, expect: {verdict: pass}}", "4:27", "no directory of this repository"),
        ("{name: n, skip: true, expect: {verdict: pass}}", "4:15", "unknown key"),
    ],
)
def test_an_error_in_a_case_is_told_with_its_place(repo: Repo, case: str, place: str, told: str) -> None:
    result = _test(repo, case)
    assert result.code == 2
    assert f"policy-tests/cases.yaml:{place}: error" in result.err
    assert told in result.err
    assert result.out == ""


@pytest.mark.parametrize(
    "policy", ["absent.yaml", "gate:lax", "../../else.yaml", "/etc/passwd", "https://a.example/p", "[]"]
)
def test_a_policy_that_cannot_be_had_is_an_error_where_it_is_named(repo: Repo, policy: str) -> None:
    repo.write("policy-tests/cases.yaml", _cases("{name: n, findings: [], expect: {verdict: pass}}", policy=policy))
    repo.write("gate-policy.yaml", POLICY)
    result = repo.gate("policy", "test")
    assert result.code == 2
    assert "policy-tests/cases.yaml:2:9: error" in result.err
    assert "root:" not in result.err


def test_two_cases_of_one_name_are_an_error(repo: Repo) -> None:
    result = _test(repo, *["{name: n, findings: [], expect: {verdict: pass}}"] * 2)
    assert result.code == 2
    assert "policy-tests/cases.yaml:5:12: error" in result.err


def test_an_error_of_the_policy_is_one_of_the_test(repo: Repo) -> None:
    result = _test(
        repo, "{name: n, findings: [], expect: {verdict: pass}}", policy="policy: 1\nrules: {a/b: {enforce: maybe}}\n"
    )
    assert result.code == 2
    assert "gate-policy.yaml:2:" in result.err


# Which files, and what is written


def test_files_and_directories_may_be_named_and_what_lies_deeper_is_no_test(repo: Repo) -> None:
    repo.write("gate-policy.yaml", POLICY)
    for name in ("a/1.yaml", "a/2.yml", "b/3.json"):
        repo.write(name, json.dumps(yaml.safe_load(_cases("{name: n, findings: [], expect: {verdict: pass}}"))))
    repo.write("a/mini/dbom.yaml", "dbom: 1\n")
    repo.write("a/README.md", "cases\n")
    result = repo.gate("policy", "test", "a", "b/3.json")
    assert result.code == 0, result.err
    assert result.out.endswith("gate: pass: 3 cases in 3 files\n")
    assert repo.gate("policy", "test", "../b", cwd="a").code == 0


def test_nothing_to_test_is_no_pass(repo: Repo) -> None:
    repo.write("gate-policy.yaml", POLICY)
    assert repo.gate("policy", "test").code == 3
    repo.write("policy-tests/README.md", "none yet\n")
    assert repo.gate("policy", "test").code == 3
    repo.write("policy-tests/a.yaml", "policy-tests: 1\npolicy: gate:strict\ncases: []\n")
    assert repo.gate("policy", "test").code == 3
    assert repo.gate("policy", "test", "absent").code == 2


def test_a_link_in_the_directory_is_refused(repo: Repo) -> None:
    repo.write("gate-policy.yaml", POLICY)
    repo.link("policy-tests/a.yaml", "/etc/passwd")
    result = repo.gate("policy", "test")
    assert result.code == 2
    assert "symbolic link" in result.err
    assert "root:" not in result.err


def test_the_report_for_ci_is_junit(repo: Repo) -> None:
    bad = '{name: "a < b", findings: [], expect: {verdict: blocked}}'
    good = "{name: good, findings: [], expect: {verdict: pass}}"
    result = _test(repo, bad, good, options=("--report", "junit=junit.xml"))
    assert (result.code, "✗ a < b" in result.out) == (1, True)
    root = ET.fromstring(repo.bytes("junit.xml"))
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    failed, passed = root.iter("testcase")
    assert (failed.get("name"), failed.get("file"), failed.get("line")) == ("a < b", "policy-tests/cases.yaml", "4")
    failure = failed.find("failure")
    assert failure is not None
    assert "found pass" in str(failure.get("message"))
    assert passed.find("failure") is None


def test_a_report_does_not_replace_the_cases(repo: Repo) -> None:
    result = _test(
        repo, "{name: n, findings: [], expect: {verdict: pass}}", options=("--report", "junit=policy-tests/cases.yaml")
    )
    assert result.code == 2
    assert "would replace" in result.err


def test_coverage_lists_the_entries_that_decided_nothing(repo: Repo) -> None:
    dataset = "{name: d, artifact: {kind: dataset}, expect: {decisions: {signatures/missing: warn}}}"
    result = _test(repo, dataset, options=("--coverage",))
    assert result.code == 0
    assert "gate-policy.yaml:5:" not in result.out
    assert "gate-policy.yaml:6:17: note: no case is decided by this `block` for signatures/missing" in result.out
    assert "gate-policy.yaml:7:30: note" in result.out
    assert "gate:strict" not in result.out


def test_the_schema_and_the_gate_agree(repo: Repo) -> None:
    schema = jsonschema.Draft202012Validator(json.loads(repo.gate("schema", "policy-tests").out))
    good = "{name: n, artifact: {kind: model, name: m}, facts: {weights: {tensors: 2}}, expect: {verdict: pass}}"
    assert schema.is_valid(yaml.safe_load(_cases(good)))
    for bad in (good.replace("pass", "fine"), good.replace("tensors", "tensor"), good.replace("expect", "want")):
        assert not schema.is_valid(yaml.safe_load(_cases(bad)))


def test_the_page_shows_what_comes_of_its_example(repo: Repo) -> None:
    pytest.importorskip("cel_expr_python")
    page = (PROJECT / "docs/policy-tests.md").read_text("utf-8")
    for name, text in re.findall(r"```yaml\n# (\S+)\n(.*?)```", page, re.DOTALL):
        repo.write(name, f"# {name}\n{text}")
    (told,) = re.findall(r"```console\n\$ gate policy test\n(.*?)```", page, re.DOTALL)
    assert repo.gate("policy", "test").out == told
    repo.edit("policies/central.yaml", "assert: art", 'assert: \'"public-benchmark" in artifact.tags || art')
    repo.edit("policies/central.yaml", '.example"]\n', ".example\"]'\n")
    assert repo.gate("policy", "test").code == 0


def test_adopted_findings_of_a_miniature_repository_expire_by_the_date_of_the_case(repo: Repo) -> None:
    digest = sha256(PICKLE)
    entry = f"{{name: m, path: m.pt, version: 1, sha256: {digest}}}"
    repo.write("policy-tests/mini/dbom.yaml", f"dbom: 1\nmodels:\n  - {entry}\n")
    repo.write("policy-tests/mini/m.pt", PICKLE)
    repo.write(
        "policy-tests/mini/gate-adopted.yaml",
        "adopted: 1\ncreated: 2026-01-01\nexpires: 2026-03-01\nentries:\n"
        f"  - {{rule: weights/pickle-format, path: m.pt, sha256: {digest}}}\n",
    )
    case = "{name: %s, repository: mini, date: %s, expect: {verdict: %s, decisions: {%s}}}"
    cases = (
        case % ("in time", "2026-03-01", "pass", "weights/pickle-format: adopted"),
        case % ("late", "2026-03-02", "blocked", "weights/pickle-format: block, policy/adopted-expired: block"),
    )
    result = _test(repo, *cases, policy="policy: 1\n")
    assert result.code == 0, result.out


def test_a_policy_that_has_expired_on_the_date_of_the_case_is_an_error_where_locked(repo: Repo) -> None:
    case = "{name: n, date: %s, findings: [], expect: {verdict: pass}}"
    policy = "policy: 1\nexpires: 2026-03-01\n"
    assert _test(repo, case % "2026-03-01", policy=policy, options=("--locked",)).code == 0
    late = _test(repo, case % "2026-03-02", policy=policy, options=("--locked",))
    assert late.code == 2
    assert "gate-policy.yaml:2:10: error" in late.err


def test_a_case_that_gives_nothing_cannot_pass(repo: Repo) -> None:
    repo.write("a.yaml", "policy-tests: 1\npolicy: gate:baseline\ncases:\n  - {name: a, expect: {verdict: pass}}\n")
    result = repo.gate("policy", "test", "a.yaml")
    assert result.code == 2
    assert "a.yaml:4:5: error: the case gives the policy nothing to judge" in result.err
