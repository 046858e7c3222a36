"""What two policies are compared by never misses that one lets through what the other does not."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gate.core.globs import matches
from gate.core.model import ENFORCEMENTS, KINDS, STAGES, Location, Stage, Subject
from gate.policy.model import Entry, Policies, Policy, Profile, Selector, looser, merged
from gate.policy.overlap import contains, glob_within, overlap
from gate.policy.packs import load_pack
from gate.policy.weaken import weakenings

HERE = Location("p.yaml", 1)
RULE = "suites/missing"
globs = st.text(st.sampled_from("ab*?/"), min_size=1, max_size=7)
texts = st.text(st.sampled_from("ab/"), max_size=7)
names = st.none() | st.sampled_from(["a", "ab", "b"])
paths = st.sampled_from(["a", "a/b", "a/b/a", "b/a"])
part = st.none() | st.sampled_from(["a", "*", "a*", "?", "**", "a/**", "**/a"])
selectors = st.builds(Selector, st.none() | st.sampled_from(KINDS), part, part, part, part)
entries = st.builds(Entry, st.sampled_from(ENFORCEMENTS), st.just(HERE), selectors, st.sampled_from(STAGES))
branches = st.sampled_from(["main", "release/1", "a"])
profiles = st.builds(
    Profile,
    st.sampled_from([("main",), ("*",), ("release/*",), ("m*", "a"), ("**",)]),
    st.lists(entries, min_size=1, max_size=2).map(lambda said: {RULE: tuple(said)}),
    st.just(HERE),
)
packs = st.sampled_from([(load_pack("baseline"),), (load_pack("strict"),)])


def _policies(extends: st.SearchStrategy[tuple[Policy, ...]]) -> st.SearchStrategy[Policy]:
    def build(own: list[Entry], said: list[Profile], bases: tuple[Policy, ...]) -> Policy:
        entries = {RULE: tuple(own)} if own else {}
        return Policy("p", HERE, entries, bases, profiles=tuple(said), tightened=merged(said))

    return st.builds(build, st.lists(entries, max_size=3), st.lists(profiles, max_size=2), extends)


simple = _policies(packs)
policies = _policies(packs | simple.map(lambda base: (base,)))
subjects = st.builds(
    Subject,
    st.none() | st.sampled_from(KINDS),
    names,
    paths,
    names,
    st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple),
)


@settings(max_examples=300, deadline=None)
@given(policies, policies, st.lists(st.tuples(subjects, st.sampled_from(STAGES), branches), min_size=3, max_size=12))
def test_where_nothing_is_found_nothing_is_looser(
    before: Policy, now: Policy, probes: list[tuple[Subject, Stage, str]]
) -> None:
    old, new = Policies((before,)), Policies((now,))
    assume(not list(weakenings(old, new, ())))
    for subject, stage, branch in probes:
        was, is_now = (one.on(branch).decide(RULE, subject, stage).enforce for one in (old, new))
        assert not looser(is_now, was), (subject, stage, branch)


@settings(max_examples=200, deadline=None)
@given(policies, st.lists(entries, max_size=2), st.lists(profiles, max_size=1))
def test_a_policy_that_extends_another_is_no_weakening_of_it(
    before: Policy, own: list[Entry], said: list[Profile]
) -> None:
    strict = [entry._replace(enforce="block") for entry in own]
    now = Policy("q", HERE, {RULE: tuple(strict)}, (before,), profiles=tuple(said), tightened=merged(said))
    assert list(weakenings(Policies((before,)), Policies((now,)), ())) == []
    assert list(weakenings(Policies((before,)), Policies((before,)), ())) == []


@settings(max_examples=1000, deadline=None)
@given(globs, globs, texts)
def test_a_glob_within_another_matches_nothing_that_the_other_does_not(glob: str, other: str, text: str) -> None:
    if glob_within(glob, other) and matches(glob, text):
        assert matches(other, text)


@settings(max_examples=1000, deadline=None)
@given(selectors, selectors, subjects)
def test_selectors_that_contain_each_other_or_never_meet(one: Selector, other: Selector, subject: Subject) -> None:
    if contains(one, other) and other.matches(subject):
        assert one.matches(subject)
    if one.matches(subject) and other.matches(subject):
        assert overlap(one, other)
