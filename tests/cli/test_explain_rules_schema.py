"""The catalogue and the schemas through the command line."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml

from gate.core.catalogue import all_rules
from gate.core.errors import DocumentError
from gate.dbom.load import read_dbom
from gate.documents.kinds import Reading
from gate.documents.nodes import decode, parse
from gate.policy.packs import PACKS
from gate.policy.schema import POLICY
from tests.support import Repo

RULES = [rule.id for rule in all_rules()]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_explained(repo: Repo, rule: str) -> None:
    result = repo.gate("explain", rule)
    assert result.code == 0
    assert result.out.startswith(f"{rule}: ")
    for word in ("Why it matters", "How to fix it", "Severity", "gate:baseline", "gate:strict", "gate:research"):
        assert word in result.out


def test_the_rules_are_listed_with_the_word_of_every_pack(repo: Repo) -> None:
    lines = repo.gate("rules").out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == RULES
    assert all(word in lines[0] for word in PACKS)
    data = json.loads(repo.gate("rules", "--json").out)
    assert [entry["id"] for entry in data] == RULES
    assert all(set(entry["packs"]) == set(PACKS) for entry in data)


HEX = "0123456789abcdef" * 4
GOOD_DBOMS = [
    "dbom: 1",
    "dbom: 1\nproject: p\ndatasets: []\nmodels: []",
    "dbom: 1\ndatasets: [{name: x, path: data/x}]",
    f"dbom: 1\ndatasets: [{{name: x, path: data/x, sha256: {HEX}, size: 0, version: v1, listing: a/b.sha256}}]",
    "dbom: 1\ndatasets: [{name: x, path: data/x, source: {url: 'https://a', revision: v1, retrieved: '2026-01-31'}}]",
    "dbom: 1\ndatasets: [{name: x, path: x, suite: s, scan: {modality: tabular, labels: y}, derived_from: [a]}]",
    "dbom: 1\nmodels: [{name: m, path: m, trained_on: [x], signature: {bundle: b, kind: oms}}]",
    "dbom: 1\ndatasets: [{name: x, path: x, tags: [restricted, v1.0_a-b, '2024']}]",
    "dbom: 1\ndatasets:\nmodels:",
    "dbom: 1\ndatasets: [{name: x, path: x, source: null, sha256: null}]",
]
BAD_DBOMS = [
    "{}",
    "[]",
    "dbom: 2",
    "dbom: 1\nother: 1",
    "dbom: 1\ndatasets: {}",
    "dbom: 1\ndatasets: [x]",
    "dbom: 1\ndatasets: [{name: x}]",
    "dbom: 1\ndatasets: [{path: x}]",
    "dbom: 1\ndatasets: [{name: a b, path: x}]",
    "dbom: 1\ndatasets: [{name: null, path: x}]",
    f"dbom: 1\ndatasets: [{{name: {'x' * 129}, path: x}}]",
    "dbom: 1\ndatasets: [{name: x, path: ''}]",
    "dbom: 1\ndatasets: [{name: x, path: /etc}]",
    "dbom: 1\ndatasets: [{name: x, path: ../x}]",
    "dbom: 1\ndatasets: [{name: x, path: a/../../x}]",
    f"dbom: 1\ndatasets: [{{name: x, path: x, sha256: {HEX[1:]}}}]",
    f"dbom: 1\ndatasets: [{{name: x, path: x, sha256: 'sha256:{HEX}'}}]",
    "dbom: 1\ndatasets: [{name: x, path: x, size: -1}]",
    "dbom: 1\ndatasets: [{name: x, path: x, size: big}]",
    "dbom: 1\ndatasets: [{name: x, path: x, trained_on: [y]}]",
    "dbom: 1\nmodels: [{name: x, path: x, suite: s}]",
    "dbom: 1\ndatasets: [{name: x, path: x, source: {retrieved: soon}}]",
    "dbom: 1\ndatasets: [{name: x, path: x, source: {uri: a}}]",
    "dbom: 1\ndatasets: [{name: x, path: x, signature: {kind: oms}}]",
    "dbom: 1\ndatasets: [{name: x, path: x, signature: {bundle: b, kind: pgp}}]",
    "dbom: 1\ndatasets: [{name: x, path: x, scan: {modality: audio}}]",
    "dbom: 1\ndatasets: [{name: x, path: x, derived_from: y}]",
    "dbom: 1\ndatasets: [{name: x, path: x, tags: restricted}]",
    "dbom: 1\ndatasets: [{name: x, path: x, tags: [Restricted]}]",
    "dbom: 1\ndatasets: [{name: x, path: x, tags: ['a b']}]",
    f"dbom: 1\ndatasets: [{{name: x, path: x, tags: {[f't{n}' for n in range(33)]}}}]",
]
GOOD_POLICIES = [
    "policy: 1",
    "policy: 1\nname: n\nextends: [gate:strict, base.yaml]\ncache_roots: [/a, ~/b]",
    f"policy: 1\nextends: [{{url: a.yaml, sha256: {HEX}}}, {{url: b.yaml}}]",
    "policy: 1\nrules: {suites/missing: {enforce: block}}",
    "policy: 1\nrules: {suites/missing: {enforce: 'off', for: {kind: model, name: a*, path: b/**}, from_stage: train}}",
    "policy: 1\nrules: {suites/missing: {enforce: block, for: {host: '*.acme.example', tag: pii-*}}}",
    "policy: 1\nrules: {suites/missing: [{enforce: warn}, {enforce: block, from_stage: release}]}",
    "policy: 1\nrules:\nextends:",
]
BAD_POLICIES = [
    "{}",
    "policy: 2",
    "policy: 1\nother: 1",
    "policy: 1\nrules: []",
    "policy: 1\nrules: {suites/none: {enforce: block}}",
    "policy: 1\nrules: {suites/missing: block}",
    "policy: 1\nrules: {suites/missing: {}}",
    "policy: 1\nrules: {suites/missing: {enforce: deny}}",
    "policy: 1\nrules: {suites/missing: {enforce: block, from_stage: prod}}",
    "policy: 1\nrules: {suites/missing: {enforce: block, for: {kind: table}}}",
    "policy: 1\nrules: {suites/missing: {enforce: block, for: {owner: x}}}",
    "policy: 1\nrules: {suites/missing: {enforce: block, for: {tag: Secret}}}",
    "policy: 1\nrules: {suites/missing: {enforce: block, for: {host: https://acme.example}}}",
    "policy: 1\nextends: gate:strict",
    "policy: 1\nextends: [{sha256: a}]",
    f"policy: 1\nextends: [{{url: a, sha256: {HEX[1:]}}}]",
    "policy: 1\ncache_roots: /a",
]


def _schema(repo: Repo, document: str) -> Any:
    result = repo.gate("schema", document)
    assert result.code == 0
    schema = json.loads(result.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def _gate_accepts(kind: str, text: str) -> bool:
    document = decode(text.encode(), "x.yaml")
    try:
        if kind == "dbom":
            read_dbom(document)
        else:
            reading = Reading(document)
            POLICY.read(parse(document), reading)
            reading.finish()
    except DocumentError:
        return False
    return True


@pytest.mark.parametrize("text", [*GOOD_DBOMS, *BAD_DBOMS])
def test_the_schema_of_the_dbom_and_the_gate_agree(repo: Repo, text: str) -> None:
    assert _gate_accepts("dbom", text) == (text in GOOD_DBOMS)
    assert _schema(repo, "dbom").is_valid(yaml.safe_load(text)) == (text in GOOD_DBOMS)


@pytest.mark.parametrize("text", [*GOOD_POLICIES, *BAD_POLICIES])
def test_the_schema_of_policies_and_the_gate_agree(repo: Repo, text: str) -> None:
    assert _gate_accepts("policy", text) == (text in GOOD_POLICIES)
    assert _schema(repo, "policy").is_valid(yaml.safe_load(text)) == (text in GOOD_POLICIES)


def test_every_property_of_a_schema_says_what_it_is_for(repo: Repo) -> None:
    def bare(schema: Any, way: str) -> list[str]:
        found = []
        for key, value in schema.get("properties", {}).items():
            found += [f"{way}.{key}"] * ("description" not in value) + bare(value, f"{way}.{key}")
        for inner in (schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", [])):
            if isinstance(inner, dict):
                found += bare(inner, way)
        return found

    for document in ("dbom", "policy"):
        assert bare(json.loads(repo.gate("schema", document).out), document) == []


def test_a_report_matches_its_schema(repo: Repo) -> None:
    repo.write("x.csv", "a\n")
    repo.write("dbom.yaml", "dbom: 1\ndatasets: [{name: x, path: x.csv}]\n")
    _schema(repo, "report").validate(repo.report())
