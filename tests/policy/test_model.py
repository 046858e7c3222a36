"""How policies decide: globs, and a merger that never loosens."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.core.catalogue import rule_ids
from gate.core.model import ENFORCEMENTS, KINDS, STAGES, Finding, Location, Stage, Subject
from gate.judge import decide, outcome
from gate.policy.model import ALLOWANCES, Allowance, Entry, Policies, Policy, Selector, looser
from gate.policy.packs import PACKS, load_pack

RULES = ("integrity/digest-mismatch", "suites/missing", "weights/pickle-format")
HERE = Location("p.yaml", 1)

names = st.sampled_from(["a", "ab", "b", "x.csv"])
paths = st.sampled_from(["a", "a/b", "a/b/c.csv", "b/a", "c.csv"])
globs = st.sampled_from(["*", "a", "a*", "?", "**", "a/**", "**/c.csv", "*.csv", "a/*"])
selectors = st.builds(Selector, st.none() | st.sampled_from(KINDS), st.none() | globs, st.none() | globs)
entries = st.builds(Entry, st.sampled_from(ENFORCEMENTS), st.just(HERE), selectors, st.sampled_from(STAGES))
rules = st.dictionaries(st.sampled_from(RULES), st.lists(entries, min_size=1, max_size=3).map(tuple), max_size=3)
packs = st.sampled_from([load_pack(name) for name in PACKS])
names_allowed = st.frozensets(st.sampled_from(["/a", "/b", "/c"]), max_size=2)
allowances = st.dictionaries(st.sampled_from(ALLOWANCES), names_allowed, max_size=2)


def _policies(extends: st.SearchStrategy[tuple[Policy, ...]]) -> st.SearchStrategy[Policy]:
    return st.builds(Policy, st.just("p"), st.just(HERE), rules, extends, allowances, names_allowed, st.just(False))


simple = _policies(st.lists(packs, min_size=1, max_size=2).map(tuple))
policies = _policies(st.lists(packs | simple, min_size=1, max_size=3).map(tuple))
subjects = st.builds(Subject, st.none() | st.sampled_from(KINDS), st.none() | names, paths)
stages = st.sampled_from(STAGES)
rule = st.sampled_from(RULES)


@settings(max_examples=200)
@given(st.lists(policies, min_size=1, max_size=3), policies, rule, subjects, stages)
def test_one_more_policy_never_loosens_a_decision(
    members: list[Policy], more: Policy, rule: str, subject: Subject, stage: Stage
) -> None:
    before = Policies(tuple(members)).decide(rule, subject, stage).enforce
    after = Policies((*members, more)).decide(rule, subject, stage).enforce
    assert not looser(after, before)
    assert not looser(after, Policies((more,)).decide(rule, subject, stage).enforce)


@settings(max_examples=150)
@given(st.lists(policies, min_size=1, max_size=4).flatmap(lambda p: st.tuples(st.just(p), st.permutations(p))), rule,
       subjects, stages)  # fmt: skip
def test_the_order_of_policies_does_not_matter(
    orders: tuple[list[Policy], list[Policy]], rule: str, subject: Subject, stage: Stage
) -> None:
    one, other = (Policies(tuple(order)) for order in orders)
    assert one.decide(rule, subject, stage).enforce == other.decide(rule, subject, stage).enforce
    assert all(one.allowed(what) == other.allowed(what) for what in ALLOWANCES)
    assert one.denied() == other.denied()


@settings(max_examples=250)
@given(rules, st.lists(simple, min_size=1, max_size=3).map(tuple), allowances, rule, subjects, stages)
def test_a_policy_is_never_looser_than_a_file_that_it_extends(
    own: dict[str, tuple[Entry, ...]],
    files: tuple[Policy, ...],
    allows: dict[Allowance, frozenset[str]],
    rule: str,
    subject: Subject,
    stage: Stage,
) -> None:
    policy = Policy("p", HERE, own, files, allows)
    entry = policy.decide(rule, subject, stage)
    assert entry is not None
    for file in files:
        theirs = file.decide(rule, subject, stage)
        assert theirs is not None
        assert not looser(entry.enforce, theirs.enforce)
        assert all(policy.allowed(what) <= file.allowed(what) for what in ALLOWANCES)
        assert policy.all_denied() >= file.all_denied()


@settings(max_examples=150)
@given(simple.flatmap(lambda a: simple.flatmap(lambda b: simple.map(lambda c: (a, b, c)))), allowances)
def test_the_order_of_extended_files_does_not_matter(
    files: tuple[Policy, ...], allows: dict[Allowance, frozenset[str]]
) -> None:
    one = Policy("p", HERE, {}, files, allows)
    other = Policy("p", HERE, {}, files[::-1], allows)
    assert all(one.allowed(what) == other.allowed(what) for what in ALLOWANCES)
    for name in RULES:
        decisions = [policy.decide(name, Subject("model", "a", "a"), "train") for policy in (one, other)]
        assert len({entry.enforce for entry in decisions if entry}) == 1


@settings(max_examples=150)
@given(policies, st.lists(st.tuples(rule, subjects), max_size=6), stages)
def test_a_verdict_is_blocked_exactly_when_a_finding_blocks(
    policy: Policy, found: list[tuple[str, Subject]], stage: Stage
) -> None:
    findings = [Finding(name, subject, "m", "f", HERE) for name, subject in found]
    decisions = decide(Policies((policy,)), findings, stage)
    assert len(decisions) == len(findings)
    assert (outcome(decisions, 1) == "blocked") == any(d.ruling == "block" for d in decisions)
    assert outcome(decisions, 0) == ("blocked" if any(d.ruling == "block" for d in decisions) else "nothing-to-check")


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_speaks_of_every_rule_for_everything(pack: str) -> None:
    for name in rule_ids():
        for kind in (*KINDS, None):
            assert load_pack(pack).decide(name, Subject(kind, None, "x"), STAGES[0]) is not None


def test_strict_is_nowhere_looser_than_baseline_and_research_nowhere_stricter() -> None:
    baseline, strict, research = (load_pack(name).entries for name in ("baseline", "strict", "research"))
    for name in rule_ids():
        assert not looser(strict[name][0].enforce, baseline[name][0].enforce)
        assert not looser(baseline[name][0].enforce, research[name][0].enforce)


GLOBS = {
    "a": (["a"], ["b", "aa", "a/b", "A"]),
    "*": (["a", "", ".hidden", "a b"], ["a/b", "/"]),
    "**": (["a", "a/b", "", "a\nb/c"], []),
    "a/*": (["a/b", "a/"], ["a", "a/b/c", "b/a/c"]),
    "a/**": (["a", "a/b", "a/b/c"], ["ab", "ab/c", "b/a"]),
    "**/a": (["a", "b/a", "b/c/a"], ["ba", "b/aa", "a/b"]),
    "a/**/b": (["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb", "x/a/b"]),
    "?": (["a", "😀", "."], ["", "ab", "/"]),
    "a.b": (["a.b"], ["axb"]),
    "[ab]": (["[ab]"], ["a", "b"]),
    "a+(b)|c": (["a+(b)|c"], ["aab", "c"]),
    "\\d": (["\\d"], ["1"]),
    "*.csv": (["x.csv", ".csv"], ["d/x.csv", "x.csv.gz", "x.csv\n"]),
}


@pytest.mark.parametrize("glob", GLOBS)
def test_a_glob_matches_these_paths_and_not_those(glob: str) -> None:
    matching, others = GLOBS[glob]
    for path in matching:
        assert Selector(path=glob).matches(Subject("model", "m", path)), path
    for path in others:
        assert not Selector(path=glob).matches(Subject("model", "m", path)), path


@settings(max_examples=500)
@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_a_glob_and_matches_itself_if_it_has_no_wildcards(glob: str, path: str) -> None:
    matches = Selector(path=glob).matches(Subject(None, None, path))
    if not set(glob) & set("*?"):
        assert matches == (glob == path)


@settings(max_examples=500)
@given(st.text(st.sampled_from("ab.*?"), max_size=8), st.text(st.sampled_from("ab."), max_size=8))
def test_within_one_component_a_glob_is_the_one_of_the_shell(glob: str, path: str) -> None:
    assert Selector(path=glob).matches(Subject(None, None, path)) == fnmatch.fnmatchcase(path, glob)
