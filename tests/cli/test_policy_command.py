"""Policies through the command line: how they are found, extended, merged, shown and linted."""

from __future__ import annotations

import re

import pytest

from tests.support import PICKLE, WEIGHTS, Repo, sha256

MISMATCH = f"dbom: 1\ndatasets:\n  - {{name: x, path: x.csv, version: 1, sha256: {'0' * 64}}}\n"


@pytest.fixture
def wrong(repo: Repo) -> Repo:
    """A repository with one digest mismatch."""
    repo.write("x.csv", "a\n")
    repo.write("dbom.yaml", MISMATCH)
    return repo


def _ruling(repo: Repo, *arguments: str, rule: str = "integrity/digest-mismatch") -> str:
    (ruling,) = {finding.ruling for finding in repo.findings(*arguments) if finding.rule == rule}
    return ruling


def _policy(*rules: str, extends: str = "") -> str:
    lead = f"extends: [{extends}]\n" if extends else ""
    return "policy: 1\n" + lead + ("rules:\n" + "".join(f"  {rule}\n" for rule in rules) if rules else "")


def test_the_policy_beside_the_dbom_judges(wrong: Repo) -> None:
    wrong.write("gate-policy.yaml", _policy("integrity/digest-mismatch: {enforce: warn}"))
    result = wrong.gate("check")
    assert result.code == 0
    assert "judged by gate:baseline" not in result.out
    assert _ruling(wrong) == "warn"


def test_a_decision_says_where_the_policy_says_so(wrong: Repo) -> None:
    wrong.write("gate-policy.yaml", _policy("integrity/digest-mismatch: {enforce: warn}"))
    origins = {f["rule"]: f["decision"]["origin"] for f in wrong.report()["findings"]}
    origin = origins["integrity/digest-mismatch"]
    assert (origin["path"], origin["line"], origin["column"]) == ("gate-policy.yaml", 3, 40)
    assert origins["suites/missing"]["path"] == "gate:baseline"


def test_named_policies_judge_instead_of_the_one_that_lies_there(wrong: Repo) -> None:
    wrong.write("gate-policy.yaml", _policy("integrity/digest-mismatch: {enforce: 'off'}"))
    assert _ruling(wrong, "--policy", "gate:baseline") == "block"


def test_of_several_policies_the_strictest_wins_in_any_order(wrong: Repo) -> None:
    wrong.write("lax.yaml", _policy("integrity/digest-mismatch: {enforce: 'off'}"))
    wrong.write("mid.yaml", _policy("integrity/digest-mismatch: {enforce: warn}"))
    assert _ruling(wrong, "--policy", "lax.yaml", "--policy", "mid.yaml") == "warn"
    assert _ruling(wrong, "--policy", "mid.yaml", "--policy", "lax.yaml") == "warn"
    assert _ruling(wrong, "--policy", "mid.yaml", "--policy", "gate:research", "--policy", "lax.yaml") == "block"


def test_policies_are_found_from_a_subdirectory_by_the_path_of_the_shell(wrong: Repo) -> None:
    wrong.write("ci/lax.yaml", _policy("integrity/digest-mismatch: {enforce: 'off'}"))
    assert wrong.gate("check", "--policy", "lax.yaml", cwd="ci").code == 0
    assert wrong.gate("check", "--policy", "../ci/lax.yaml", cwd="ci").code == 0
    assert wrong.gate("check", "--policy", "ci/lax.yaml", cwd="ci").code == 2


# Scopes


@pytest.mark.parametrize(
    ("scope", "blocked"),
    [
        ("host: data.acme.example", {"a"}),
        ("host: '*.acme.example'", {"a"}),
        ("host: '*'", {"a", "b"}),
        ("host: acme.example", set()),
        ("tag: pii", {"a", "c"}),
        ("tag: p*", {"a", "b", "c"}),
        ("tag: '*', host: '*'", {"a", "b"}),
        ("tag: pi", set()),
    ],
)
def test_an_entry_counts_for_the_host_of_the_source_and_for_any_of_the_tags(
    repo: Repo, scope: str, blocked: set[str]
) -> None:
    entries = {
        "a": "source: {url: 'https://me@Data.ACME.example.:8443/x'}, tags: [big, pii]",
        "b": "source: {url: 's3://bucket/x'}, tags: [public]",
        "c": "source: {url: 'elsewhere'}, tags: [pii]",
        "d": "version: 1",
    }
    lines = (f"  - {{name: {name}, path: {name}.csv, {more}}}\n" for name, more in entries.items())
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n" + "".join(lines))
    for name in entries:
        repo.write(f"{name}.csv", "x\n")
    repo.write("gate-policy.yaml", _policy(f"suites/missing: {{enforce: block, for: {{{scope}}}}}"))
    found = repo.report()["findings"]
    assert {one["subject"]["name"] for one in found if one["decision"]["ruling"] == "block"} - {None} == blocked


def test_an_entry_counts_only_for_what_it_is_for(repo: Repo) -> None:
    repo.write("models/a.pt", PICKLE)
    repo.write("models/old/b.pt", PICKLE)
    repo.write("data/c.pt", PICKLE)
    for path, kind in (("models/a.pt", "model"), ("models/old/b.pt", "model"), ("data/c.pt", "dataset")):
        assert repo.gate("add", path, "--kind", kind, "--version", "1").code == 0

    def blocked(*scopes: str) -> set[str]:
        entries = "".join(f"    - {{enforce: block, for: {{{scope}}}}}\n" for scope in scopes)
        repo.write(
            "gate-policy.yaml", f"policy: 1\nextends: [gate:research]\nrules:\n  weights/pickle-format:\n{entries}"
        )
        found = [finding for finding in repo.findings() if finding.rule == "weights/pickle-format"]
        assert len(found) == 3
        return {finding.related[0][-4] for finding in found if finding.ruling == "block"}

    assert blocked("kind: model") == {"a", "b"}
    assert blocked("name: b") == {"b"}
    assert blocked("name: '?'") == {"a", "b", "c"}
    assert blocked("path: models/*") == {"a"}
    assert blocked("path: models/**") == {"a", "b"}
    assert blocked("path: '**/*.pt'") == {"a", "b", "c"}
    assert blocked("path: models") == set()
    assert blocked("path: '*.pt'") == set()
    assert blocked("kind: dataset, name: a") == set()
    assert blocked("kind: dataset, name: c", "name: a") == {"a", "c"}


def test_a_scope_by_name_does_not_speak_of_what_nobody_declared(repo: Repo) -> None:
    repo.write("w.bin", WEIGHTS)
    repo.write("gate-policy.yaml", "policy: 1\nrules:\n  dbom/undeclared-weights: {enforce: block, for: {name: '*'}}\n")
    assert _ruling(repo, rule="dbom/undeclared-weights") == "warn"


@pytest.mark.parametrize(
    ("stage", "ruling"),
    [("pre-commit", "warn"), ("pull-request", "warn"), ("train", "block"), ("release", "block")],
)
def test_an_entry_counts_from_its_stage_on(wrong: Repo, stage: str, ruling: str) -> None:
    wrong.write(
        "gate-policy.yaml",
        "policy: 1\nrules:\n  integrity/digest-mismatch:\n"
        "    - {enforce: warn}\n    - {enforce: block, from_stage: train}\n",
    )
    assert _ruling(wrong, "--stage", stage) == ruling


def test_before_its_stage_an_entry_leaves_the_word_to_the_pack(wrong: Repo) -> None:
    wrong.write("gate-policy.yaml", "policy: 1\nrules:\n  suites/missing: {enforce: block, from_stage: release}\n")
    assert _ruling(wrong, "--stage", "train", rule="suites/missing") == "warn"
    assert _ruling(wrong, "--stage", "release", rule="suites/missing") == "block"


# Extends


def test_a_pack_may_be_loosened(wrong: Repo) -> None:
    wrong.write("gate-policy.yaml", _policy("integrity/digest-mismatch: {enforce: warn}", extends="gate:strict"))
    assert _ruling(wrong) == "warn"
    assert _ruling(wrong, rule="suites/missing") == "block"


def test_a_policy_that_extends_nothing_builds_on_the_baseline(wrong: Repo) -> None:
    wrong.write("gate-policy.yaml", "policy: 1\n")
    assert _ruling(wrong) == "block"
    assert _ruling(wrong, rule="suites/missing") == "warn"


def test_a_policy_extended_by_file_may_be_tightened(wrong: Repo) -> None:
    wrong.write("org/base.yaml", _policy("suites/missing: {enforce: warn}"))
    wrong.write("gate-policy.yaml", _policy("suites/missing: {enforce: block}", extends="org/base.yaml"))
    assert _ruling(wrong, rule="suites/missing") == "block"


def test_a_policy_extended_by_file_may_not_be_loosened_and_both_places_are_told(wrong: Repo) -> None:
    wrong.write("org/base.yaml", _policy("suites/missing: {enforce: block}"))
    wrong.write("gate-policy.yaml", _policy("suites/missing: {enforce: warn}", extends="org/base.yaml"))
    result = wrong.gate("check")
    assert result.code == 2
    assert "gate-policy.yaml:4:29: error" in result.err
    assert "org/base.yaml:3:29" in result.err


def test_the_packs_of_a_policy_extended_by_file_may_not_be_loosened(wrong: Repo) -> None:
    wrong.write("org/base.yaml", "policy: 1\nextends: [gate:strict]\n")
    wrong.write("gate-policy.yaml", _policy("suites/missing: {enforce: warn}", extends="org/base.yaml"))
    result = wrong.gate("check")
    assert result.code == 2
    assert "gate-policy.yaml:4:29: error" in result.err
    assert "gate:strict" in result.err


def test_what_is_not_told_at_load_is_still_not_loosened(wrong: Repo) -> None:
    """A narrower or later entry cannot undercut either, even where the loader lets it stand."""
    wrong.write("org/base.yaml", _policy("suites/missing: {enforce: block, from_stage: train}"))
    for word in ("{enforce: 'off'}", "{enforce: 'off', for: {name: x}}", "{enforce: 'off', from_stage: release}"):
        wrong.write("gate-policy.yaml", _policy(f"suites/missing: {word}", extends="org/base.yaml"))
        result = wrong.gate("check", "--stage", "release")
        assert result.code in (1, 2)
        if result.code == 1:
            assert _ruling(wrong, "--stage", "release", rule="suites/missing") == "block"


def test_extends_is_relative_to_the_file_that_says_so(wrong: Repo) -> None:
    wrong.write("org/a/base.yaml", _policy("suites/missing: {enforce: block}", extends="../b/more.yaml"))
    wrong.write("org/b/more.yaml", _policy("poisoning/not-scanned: {enforce: block}"))
    wrong.write("gate-policy.yaml", _policy(extends="org/a/base.yaml"))
    assert _ruling(wrong, rule="suites/missing") == "block"
    assert _ruling(wrong, rule="poisoning/not-scanned") == "block"


def test_a_pin_that_holds_is_accepted_and_one_that_does_not_is_an_error_with_the_found_digest(wrong: Repo) -> None:
    base = _policy("suites/missing: {enforce: block}")
    wrong.write("base.yaml", base)
    wrong.write("gate-policy.yaml", _policy(extends=f"{{url: base.yaml, sha256: {sha256(base)}}}"))
    assert _ruling(wrong, rule="suites/missing") == "block"
    wrong.write("gate-policy.yaml", _policy(extends=f"{{url: base.yaml, sha256: {sha256(base).upper()}}}"))
    assert _ruling(wrong, rule="suites/missing") == "block"
    wrong.write("base.yaml", base + "# changed\n")
    result = wrong.gate("check")
    assert result.code == 2
    assert "gate-policy.yaml:2:" in result.err
    assert sha256(base + "# changed\n") in result.err


@pytest.mark.parametrize(
    "files",
    [
        {"gate-policy.yaml": "gate-policy.yaml"},
        {"gate-policy.yaml": "a.yaml", "a.yaml": "b.yaml", "b.yaml": "gate-policy.yaml"},
        {"gate-policy.yaml": "x/a.yaml", "x/a.yaml": "../gate-policy.yaml"},
        {
            f"{name}.yaml": f"{following}.yaml"
            for name, following in [("gate-policy", 0), *((i, i + 1) for i in range(40))]
        },
    ],
    ids=["itself", "three", "directories", "deep"],
)
def test_a_circle_or_a_tower_of_policies_is_an_error_with_its_place(wrong: Repo, files: dict[str, str]) -> None:
    for name, extends in files.items():
        wrong.write(name, _policy(extends=extends))
    wrong.write("40.yaml", "policy: 1\n")
    result = wrong.gate("check")
    assert result.code == 2
    assert ".yaml:2:11: error" in result.err


def test_a_policy_may_be_reached_on_two_ways(wrong: Repo) -> None:
    wrong.write("base.yaml", _policy("suites/missing: {enforce: block}"))
    for name in ("a.yaml", "b.yaml"):
        wrong.write(name, _policy(extends="base.yaml"))
    wrong.write("gate-policy.yaml", _policy(extends="a.yaml, b.yaml"))
    assert _ruling(wrong, rule="suites/missing") == "block"


@pytest.mark.parametrize("reference", ["absent.yaml", "gate:lax", "http://a.example/policy.yaml", "org"])
def test_an_extension_that_cannot_be_had_is_an_error_where_it_is_named(wrong: Repo, reference: str) -> None:
    wrong.write("org/base.yaml", "policy: 1\n")
    wrong.write("gate-policy.yaml", _policy(extends=f"'{reference}'"))
    result = wrong.gate("check")
    assert result.code == 2
    assert "gate-policy.yaml:2:11: error" in result.err


def _roots(repo: Repo, *files: str) -> list[str] | str:
    """The cache roots of the policy `0.yaml`, or the error."""
    for number, text in enumerate(files):
        repo.write(f"{number}.yaml", text)
    shown = repo.gate("policy", "show", "0.yaml")
    if shown.code == 2:
        return shown.err
    return [line.split()[2].rpartition("/")[2] for line in shown.out.splitlines() if line.startswith("cache root")]


def _with_roots(extends: str, *names: str) -> str:
    return _policy(extends=extends) + f"cache_roots: [{', '.join(f'/cache/{name}' for name in names)}]\n"


def test_cache_roots_are_the_ones_that_every_extended_file_agrees_to(repo: Repo) -> None:
    silent = _policy(extends="1.yaml, 2.yaml")
    assert _roots(repo, _with_roots("", "a", "b")) == ["a", "b"]
    assert _roots(repo, _with_roots("1.yaml", "b"), _with_roots("", "b", "c")) == ["b"]
    assert _roots(repo, _with_roots("1.yaml"), _with_roots("", "b")) == []
    assert _roots(repo, _policy(extends="1.yaml"), _with_roots("", "b")) == ["b"]
    assert _roots(repo, silent, _with_roots("", "a", "b"), _with_roots("", "b", "c")) == ["b"]
    assert _roots(repo, silent, _with_roots("", "a"), _with_roots("", "b")) == []
    assert _roots(repo, silent, _with_roots(""), _with_roots("", "b")) == []


def test_a_cache_root_that_an_extended_file_does_not_have_is_an_error_with_its_place(repo: Repo) -> None:
    for names in ((), ("b",)):
        error = _roots(repo, _with_roots("1.yaml", "a"), _with_roots("", *names))
        assert "0.yaml:3:" in error


# gate policy show, gate policy lint


def test_show_names_the_place_of_every_value(repo: Repo) -> None:
    repo.write(
        "gate-policy.yaml",
        "policy: 1\nextends: [gate:strict]\nrules:\n  weights/pickle-format:\n    - {enforce: warn}\n"
        "    - {enforce: block, for: {kind: model}, from_stage: release}\n",
    )
    rows = [line.split() for line in repo.gate("policy", "show").out.splitlines()]
    assert ["weights/pickle-format", "warn", "gate-policy.yaml:5:17"] in rows
    assert ["weights/pickle-format", "block", "[kind=model,", "from", "release]", "gate-policy.yaml:6:17"] in rows
    assert [row[1] for row in rows if row[0] == "suites/missing"] == ["block"]
    assert {row[0] for row in rows} == {rule.split()[0] for rule in repo.gate("rules").out.splitlines()[1:]}


EVERY_VALUE = {
    "org.yaml": """\
policy: 1
extends: [gate:strict]
rules:
  suites/missing: {enforce: warn}
  dbom/no-license: {enforce: warn, for: {path: "x/**"}}
profiles: [{branches: [main, "release/*"], rules: {suites/missing: {enforce: block}}}]
pickles: {allow: [acme.State], deny: [os.*]}
cache_roots: [/srv/cache]
suites: {min_rows: 10, kinds: [expect_a]}
signatures: {max_age: 30}
revoked: {identities: ["*@old.example"]}
waivers: {max_days: 90}
locked: [pickles]
custom: [{id: acme/x, assert: 'artifact.kind == "model"', message: m}]
""",
    "gate-policy.yaml": """\
policy: 1
extends: [org.yaml]
expires: 2099-01-31
credentials: [git.acme.example]
rules:
  dbom/no-license: {enforce: block, for: {path: "x/**"}}
  weights/pickle-format: {enforce: block}
suites: [{min_rows: 20}, {min_rows: 30, for: {tag: big}}]
signatures: {max_age: 7}
identities: [{name: ann, identity: ann@acme.example, issuer: 'https://a.example'}]
signed_documents: {dbom: ann}
waivers: {max_days: 30}
adopted: {max_findings: 5}
""",
}


def test_show_has_every_value_with_its_place_and_what_it_overrides(repo: Repo) -> None:
    pytest.importorskip("cel_expr_python")
    for name, text in EVERY_VALUE.items():
        repo.write(name, text)
    out = re.sub(r"(gate:\w+):\d+", r"\1:N", repo.gate("policy", "show", "--origin").out)
    shown = [" ".join(line.split()) for line in out.splitlines()]
    for line in (
        "dbom/no-license warn [path=x/**] org.yaml:5:30, under gate-policy.yaml:6:30 (block)",
        "dbom/no-license block [path=x/**] gate-policy.yaml:6:30, over org.yaml:5:30 (warn), over gate:strict:N "
        "(block)",
        "suites/missing warn org.yaml:4:29, over gate:strict:N (block)",
        "suites/missing block [on main or release/*] org.yaml:6:78, over org.yaml:4:29 (warn), over gate:strict:N "
        "(block)",
        "cache root: /srv/cache org.yaml:8:14",
        "pickles may have: acme.State org.yaml:7:10",
        "pickles may not have: os.* org.yaml:7:10",
        "suites min_rows: 20 gate-policy.yaml:8:11, over org.yaml:9:10 (10)",
        "suites min_rows: 30 [tag=big] gate-policy.yaml:8:27, over org.yaml:9:10 (10), over gate-policy.yaml:8:11 (20)",
        "suites kind: expect_a org.yaml:9:10",
        "signatures max_age: 7 gate-policy.yaml:9:14, over org.yaml:10:14 (30)",
        "revoked identity: *@old.example org.yaml:11:11",
        "signer ann: ann@acme.example of https://a.example gate-policy.yaml:10:21",
        "dbom is signed: by ann gate-policy.yaml:11:26",
        "waivers max_days: 30 gate-policy.yaml:12:21, over org.yaml:12:21 (90)",
        "adopted max_findings: 5 gate-policy.yaml:13:25",
        "locked: pickles org.yaml:13:10",
        'custom rule acme/x: artifact.kind == "model" org.yaml:14:31',
        "acme/x block org.yaml:14:15",
        "expires: 2099-01-31 gate-policy.yaml:3:10",
        "credentials: git.acme.example gate-policy.yaml:4:14",
        f"extends: org.yaml (SHA-256 {sha256(EVERY_VALUE['org.yaml'])[:12]}) gate-policy.yaml:2:10",
    ):
        assert line in shown, (line, [one for one in shown if one.split()[0] == line.split()[0]])


def test_show_without_origin_has_the_same_values_and_places(repo: Repo) -> None:
    pytest.importorskip("cel_expr_python")
    for name, text in EVERY_VALUE.items():
        repo.write(name, text)
    plain, chains = (repo.gate("policy", "show", *more).out.splitlines() for more in ((), ("--origin",)))
    assert [line.partition(", over ")[0].partition(", under ")[0] for line in chains] == plain


def test_show_without_a_policy_shows_the_baseline(repo: Repo) -> None:
    shown = repo.gate("policy", "show")
    assert shown.code == 0
    assert shown.out == repo.gate("policy", "show", "gate:baseline").out


def test_lint_accepts_what_is_right_and_notes_what_does_nothing(repo: Repo) -> None:
    repo.write("gate-policy.yaml", _policy("suites/missing: {enforce: block}"))
    clean = repo.gate("policy", "lint")
    assert (clean.code, clean.out) == (0, "")
    repo.write(
        "gate-policy.yaml",
        "policy: 1\nrules:\n  suites/missing:\n    - {enforce: block}\n    - {enforce: warn, for: {name: x}}\n"
        "  integrity/digest-mismatch: {enforce: 'off'}\n",
    )
    noted = repo.gate("policy", "lint")
    assert noted.code == 0
    assert "gate-policy.yaml:5:17: note" in noted.out
    assert "gate-policy.yaml:6:40: note" in noted.out


@pytest.mark.parametrize("path", ["models/", "./models/**", "models//a.pt", "models/./a.pt", ""])
def test_a_path_that_nothing_can_have_is_an_error_and_no_entry_that_is_skipped(repo: Repo, path: str) -> None:
    repo.write("gate-policy.yaml", _policy(f'suites/missing: {{enforce: block, for: {{path: "{path}"}}}}'))
    result = repo.gate("check")
    assert result.code == 2
    assert f'gate-policy.yaml:3:48: error: no path matches "{path}"' in result.err


def test_an_error_in_a_long_line_shows_what_is_around_it(repo: Repo) -> None:
    repo.write("gate-policy.yaml", f"policy: 1\nname: '{'x' * 5_000}' y\n")
    result = repo.gate("check")
    assert result.code == 2
    assert "gate-policy.yaml:2:5010: error" in result.err
    assert "   | name: 'xxx" in result.err
    assert max(map(len, result.err.splitlines())) < 250


@pytest.mark.parametrize("entry", ["", "''", "' '", "{url: ''}"])
def test_an_empty_entry_of_extends_is_an_error(repo: Repo, entry: str) -> None:
    repo.write("gate-policy.yaml", f"policy: 1\nextends:\n  - {entry}\n")
    result = repo.gate("check")
    assert result.code == 2
    assert "gate-policy.yaml:3:" in result.err
    assert "is not a pack, a file or a remote policy" in result.err


def test_lint_tells_every_error_with_its_place(repo: Repo) -> None:
    repo.write(
        "p.yaml",
        "policy: 1\nrules:\n  weights/pickel-format: {enforce: block}\n  suites/missing: {enforce: maybe}\n"
        "  poisoning/not-scanned: {enforce: block, for: {kind: table}, from_stage: deploy}\nwavers: []\n",
    )
    result = repo.gate("policy", "lint", "p.yaml")
    assert result.code == 2
    for place in ("3:3", "4:29", "5:55", "5:75", "6:1"):
        assert f"p.yaml:{place}: error" in result.err
    assert 'did you mean "weights/pickle-format"?' in result.err


def test_the_shipped_packs_are_valid_policies_without_notes(repo: Repo) -> None:
    from tests.support import PROJECT

    for pack in sorted((PROJECT / "policies").glob("*.yaml")):
        repo.write("p.yaml", pack.read_bytes())
        assert repo.gate("policy", "lint", "p.yaml").code == 0


def test_show_says_what_is_asked_of_sources_and_where(repo: Repo) -> None:
    repo.write("base.yaml", "policy: 1\nsources: {hosts: [hub.example], min_trust: 60}\n")
    repo.write("p.yaml", "policy: 1\nextends: [base.yaml]\nsources: {mirror: acme, min_trust: 70}\n")
    shown = repo.gate("policy", "show", "--origin", "p.yaml").out
    assert "sources host: hub.example  base.yaml:2:11" in shown
    assert "sources mirror: acme  p.yaml:3:11" in shown
    assert "sources min_trust: 70  p.yaml:3:11, over base.yaml:2:11 (60)" in shown
