"""Ways around what a policy asks for: each of them must be told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.change.test_base import commit
from tests.support import PICKLE, Repo, sha256
from tests.waivers.support import adopted, entry, owned, ruling, waivers

STRICT_BENEATH = """\
policy: 1
rules:
  weights/pickle-format:
    - {enforce: warn}
    - {enforce: block, for: {path: "models/prod/**"}}
"""


@pytest.mark.parametrize("name", ["policy.lock", "gate:strict", "policies/policy.lock"])
def test_no_name_hides_weights_where_a_pack_judges(repo: Repo, name: str) -> None:
    repo.write(name, PICKLE)
    report = repo.report("--policy", "gate:strict")
    assert {"weights/pickle-format", "dbom/undeclared-weights"} <= {one["rule"] for one in report["findings"]}
    assert report["verdict"] == "blocked"


@pytest.mark.parametrize(("path", "code"), [("models/prod", 1), ("models", 1), ("other", 0)])
def test_declaring_the_directory_above_leaves_no_file_out(repo: Repo, path: str, code: int) -> None:
    file = "other/a.pt" if path == "other" else "models/prod/a.pt"
    repo.write("gate-policy.yaml", STRICT_BENEATH)
    repo.write(file, PICKLE)
    repo.write("dbom.yaml", f"dbom: 1\nmodels:\n  - {{name: all, path: {path}}}\n")
    assert repo.gate("check").code == code


def test_an_exception_for_a_directory_is_one_for_its_files(repo: Repo) -> None:
    repo.write("gate-policy.yaml", "policy: 1\nrules:\n  weights/pickle-format: {enforce: warn, for: {path: old}}\n")
    repo.write("old/a.pt", PICKLE)
    repo.write("dbom.yaml", "dbom: 1\nmodels:\n  - {name: old, path: old}\n")
    assert repo.gate("check").code == 0


def test_a_policy_that_moves_still_expires(repo: Repo) -> None:
    repo.write("policies/central.yaml", "policy: 1\nexpires: 2999-01-01\n")
    repo.write("gate-policy.yaml", "policy: 1\nextends: [policies/central.yaml]\n")
    repo.write("a.txt", "a")
    commit(repo)
    repo.git("switch", "--quiet", "-c", "change")
    repo.git("mv", "policies/central.yaml", "policies/acme.yaml")
    repo.edit("gate-policy.yaml", "central", "acme")
    assert repo.gate("check", "--base", "main").code == 0
    repo.edit("policies/acme.yaml", "expires: 2999-01-01\n", "")
    result = repo.gate("check", "--base", "main")
    assert result.code == 1
    assert "policies/central.yaml, which expires on 2999-01-01 at the base, is gone" in result.out


def test_a_policy_that_is_named_and_a_link_out_of_the_repository_is_not_quoted(repo: Repo, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("token: hunter2\n")
    repo.link("policies/central.yaml", secret)
    result = repo.gate("check", "--policy", "policies/central.yaml")
    assert result.code == 2
    assert "hunter2" not in result.err
    assert "is a link out of the repository" in result.err
    repo.write("policies/real.yaml", "policy: 1\n")
    repo.link("policies/central.yaml", "real.yaml")
    assert repo.gate("check", "--policy", "policies/central.yaml").code == 0


@pytest.mark.parametrize("file", ["gate-adopted.yaml", "gate-waivers.yaml"])
def test_what_passes_in_code_ends_with_the_source(repo: Repo, file: str) -> None:
    code = 'from transformers import AutoModel\nNAME = "{}/model"\nAutoModel.from_pretrained(NAME)\n'
    rule = "sources/unregistered"
    repo.write("gate-policy.yaml", "policy: 1\nextends: [gate:strict]\nrules:\n  sources/unpinned: {enforce: warn}\n")
    repo.write("train.py", code.format("good"))
    owned(repo)
    found = [one for one in repo.report()["findings"] if one["rule"] == rule]
    about = found[0]["about"]
    text = waivers(entry(rule=rule, **about)) if "waivers" in file else adopted((rule, *about.values()))
    repo.write(file, text)
    assert repo.gate("check").code == 0
    repo.write("train.py", "import os\n" + code.format("good"))
    assert repo.gate("check").code == 0
    repo.write("train.py", code.format("evil"))
    assert repo.gate("check").code == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example\\\\@mirror.example/a",
        "https://evil.example \\t@mirror.example/a",
        "https://mirror.example\\n.evil.example/a",
        "https://mirror.example@evil.example/a",
        "https://mirror.example.evil.example/a",
        "https:mirror.example/a",
    ],
)
def test_no_spelling_of_a_source_has_the_host_of_another(repo: Repo, url: str) -> None:
    pytest.importorskip("cel_expr_python")
    assertion = 'artifact.source.host == "mirror.example"'
    repo.write("gate-policy.yaml", f"policy: 1\ncustom:\n  - {{id: acme/mirror, assert: '{assertion}', message: no}}\n")
    repo.write("a.csv", "a\n1\n")
    entry_of = 'dbom: 1\ndatasets:\n  - name: a\n    path: a.csv\n    sha256: {}\n    source: {{url: "{}"}}\n'
    repo.write("dbom.yaml", entry_of.format(sha256(b"a\n1\n"), "https://user@MIRROR.example:443/a"))
    assert repo.gate("check").code == 0
    repo.write("dbom.yaml", entry_of.format(sha256(b"a\n1\n"), url))
    assert ruling(repo, rule="acme/mirror") == "block"


def test_a_repository_of_a_fleet_has_no_say_where_we_are_known(repo: Repo) -> None:
    pin = "0" * 64
    entry_of = f'{{url: "https://localhost:1/central.yaml", sha256: "{pin}"}}'
    repo.write("one/gate-policy.yaml", f"policy: 1\ncredentials: [localhost]\nextends: [{entry_of}]\n")
    repo.write("one/a.txt", "a")
    repo.write("central.yaml", "policy: 1\n")
    result = repo.gate("fleet", "one", "--policy", "central.yaml", "--report", "json")
    assert result.code == 4
    assert "which is private or reserved" in json.dumps(json.loads(result.out))


@pytest.mark.parametrize("reference", ["../../outside.yaml", "link/outside.yaml", "link.yaml"])
def test_a_policy_test_quotes_no_file_from_outside(repo: Repo, tmp_path: Path, reference: str) -> None:
    outside = repo.root.parent / "outside.yaml"
    outside.write_text("token: hunter2\n")
    repo.write("gate-policy.yaml", "policy: 1\n")
    repo.link("policy-tests/link", outside.parent)
    repo.link("policy-tests/link.yaml", outside)
    case = "{name: n, artifact: {kind: model}, expect: {verdict: pass}}"
    repo.write("policy-tests/a.json", f"policy-tests: 1\npolicy: {reference}\ncases: [{case}]\n")
    repo.delete("policy-tests/link.yaml") if reference != "link.yaml" else None
    result = repo.gate("policy", "test", "policy-tests/a.json")
    assert result.code == 2
    assert "hunter2" not in result.err
    assert "lies outside of the repository" in result.err


def test_a_directory_of_policy_tests_that_leads_away_is_not_read(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "config.json").write_text('{"token": "hunter2"}')
    repo.write("gate-policy.yaml", "policy: 1\n")
    repo.link("policy-tests", tmp_path / "elsewhere")
    result = repo.gate("policy", "test")
    assert result.code == 2
    assert "hunter2" not in result.err


def test_policies_have_a_size_at_which_they_end(repo: Repo) -> None:
    listed = ", ".join(f"a{number}.*" for number in range(400_000))
    repo.write("gate-policy.yaml", f"policy: 1\npickles: {{deny: [{listed}]}}\n")
    result = repo.gate("check")
    assert result.code == 2
    assert "more than 4.0 MiB are read" in result.err


def test_a_policy_does_not_describe_the_rule_of_another(repo: Repo) -> None:
    pytest.importorskip("cel_expr_python")
    rule = "{{id: acme/no, assert: '{}', message: no, severity: {}, title: {}}}"
    repo.write("central.yaml", f"policy: 1\ncustom: [{rule.format('false', 'high', 'it is forbidden')}]\n")
    repo.write("gate-policy.yaml", f"policy: 1\ncustom: [{rule.format('true', 'low', 'it is harmless')}]\n")
    repo.write("a.csv", "a\n1\n")
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - {name: a, path: a.csv}\n")
    said = repo.gate("check", "--policy", "central.yaml", "--policy", "gate-policy.yaml", "--report", "sarif").out
    assert "It is forbidden" in said
    assert "harmless" not in said
