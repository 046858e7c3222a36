"""The effective value of everything that policies say, each with the place that sets it and what it overrides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from gate.core.catalogue import rule_ids
from gate.core.model import STAGES, Stage
from gate.core.text import shorten
from gate.policy.describe import Row, described, scope
from gate.policy.groups import documents
from gate.policy.limits import EXCUSES
from gate.policy.model import ALLOWANCES, Entry, Policies, Policy, Selector, Step, looser
from gate.policy.overlap import contains, covers, settled
from gate.policy.sources import SourceDemand
from gate.policy.suites import LEAST, SuiteDemand
from gate.policy.tighten import bases, place_of
from gate.policy.trust import RETIRED, Requirement

Demand: TypeAlias = "SuiteDemand | Requirement | SourceDemand"


class _Key(NamedTuple):
    """A value of demands: the strictest of several is the largest by `strictness`; `unsaid` asks for nothing."""

    name: str
    strictness: Callable[[Any], Any]
    unsaid: object = None


_SUITES = (
    _Key("min_expectations", int, LEAST),
    _Key("min_rows", int, LEAST),
    _Key("max_drift", lambda value: -value),
)
_SIGNATURES = (
    _Key("signers", int, 1),
    _Key("max_age", lambda value: -value),
    _Key("not_before", str),
    _Key("retired_keys", RETIRED.index),
)
_MIN_TRUST = _Key("min_trust", int)


def effective(policies: Policies) -> tuple[Row, ...]:
    """One row for each value, rules first; what is extended on two ways comes once."""
    return tuple(dict.fromkeys(_rows(policies)))


def _rows(policies: Policies) -> Iterator[Row]:
    plain = policies.without_profiles()
    for rule in (*rule_ids(), *sorted({rule.id for rule in policies.custom_rules()})):
        yield from _rule(rule, plain)
        yield from _on_branches(rule, policies)
    yield from _allowances(policies)
    found = list(documents(policies.members))
    yield from _thresholds("suites", [one for document in found for one in document.suites], _SUITES)
    yield from _thresholds("signatures", [one for d in found for one in d.trust.requirements], _SIGNATURES)
    yield from _sources([document.sources for document in found if document.sources is not None])
    yield from _limits(found)
    for document in found:
        yield from described(document)
        yield from _document(document, is_named=document in policies.members)


def _rule(rule: str, policies: Policies) -> Iterator[Row]:
    """Every scoped entry, and the one that decides about everything else."""
    said = [entry for document in documents(policies.members) for entry in document.entries.get(rule, ())]
    scoped = dict.fromkeys(entry for entry in said if scope(entry.selector, entry.from_stage))
    for entry in scoped:
        plan = policies.plan(rule, entry.from_stage)
        yield _row(rule, entry, plan, scope(entry.selector, entry.from_stage))
    plan = policies.plan(rule, STAGES[0])
    rest = settled(plan, Selector())
    if rest is not None and rest not in scoped:
        yield _row(rule, rest, plan, "")


def _on_branches(rule: str, policies: Policies) -> Iterator[Row]:
    """The entries of profiles, which count beside all others."""
    for document in documents(policies.members):
        for profile in document.profiles:
            for entry in profile.entries.get(rule, ()):
                plan = (Step((entry,)), *policies.without_profiles().plan(rule, entry.from_stage))
                yield _row(rule, entry, plan, scope(entry.selector, entry.from_stage, profile.branches))


def _row(rule: str, entry: Entry, plan: tuple[Step, ...], about: str) -> Row:
    """An entry with all others on what it is about; where one of them is stricter, that one decides."""
    decides = settled(plan, entry.selector)
    if decides is not None and looser(entry.enforce, decides.enforce):
        return Row(rule, entry.enforce, about, entry.location, (f"under {_told(decides)}",))
    others = dict.fromkeys(one for step in plan for said in step for one in said if one != entry)
    over = [f"over {_told(one)}" for one in others if contains(one.selector, entry.selector)]
    return Row(rule, entry.enforce, about, entry.location, tuple(over))


def _told(entry: Entry) -> str:
    return f"{entry.location} ({entry.enforce})"


def _allowances(policies: Policies) -> Iterator[Row]:
    """What is let through or refused by name, at the first place that says so."""
    found = list(documents(policies.members))
    words = {"cache_roots": "cache root", "pickles": "pickles may have", "dvc": "remote of DVC"}
    for what in ALLOWANCES:
        for name in sorted(policies.allowed(what)):
            said = [document for document in found if name in document.allows.get(what, ())]
            yield _named(words[what], name, what, said)
    for name in sorted(policies.denied()):
        yield _named("pickles may not have", name, "pickles", [one for one in found if name in one.denied])


def _named(what: str, name: str, key: str, said: list[Policy]) -> Row:
    places = [place_of(document, key) for document in reversed(said)]
    return Row(what, name, "", places[0], tuple(f"as {place}" for place in places[1:]))


def _thresholds(what: str, demands: Sequence[SuiteDemand | Requirement], keys: tuple[_Key, ...]) -> Iterator[Row]:
    """The strictest value of each key, for everything that some demand is about."""
    scopes: dict[tuple[Selector, Stage], SuiteDemand | Requirement] = {}
    for demand in demands:
        scopes.setdefault((demand.selector, demand.from_stage), demand)
    for about in scopes.values():
        covering = [demand for demand in demands if covers(demand, about)]
        for key in keys:
            said = [one for one in covering if getattr(one, key.name) not in (None, key.unsaid)]
            if any((one.selector, one.from_stage) == (about.selector, about.from_stage) for one in said):
                yield _strictest(f"{what} {key.name}", said, key, scope(about.selector, about.from_stage))


def _strictest(what: str, said: Sequence[Demand], key: _Key, about: str) -> Row:
    best = max(said, key=lambda one: key.strictness(getattr(one, key.name)))
    others = dict.fromkeys(f"over {one.location} ({_value(one, key)})" for one in said if one is not best)
    return Row(what, _value(best, key), about, best.location, tuple(others))


def _value(demand: Demand, key: _Key) -> str:
    value = getattr(demand, key.name)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sources(demands: list[SourceDemand]) -> Iterator[Row]:
    """Every list of hosts and every mirror, for all of them hold; and the greatest score."""
    for one in demands:
        for host in one.hosts or ():
            yield Row("sources host", host, "", one.location)
        if one.mirror is not None:
            yield Row("sources mirror", one.mirror, "", one.location)
    if said := [one for one in demands if one.min_trust is not None]:
        yield _strictest("sources min_trust", said, _MIN_TRUST, "")


def _limits(found: list[Policy]) -> Iterator[Row]:
    """The fewest days and findings of waivers and of adopted findings."""
    for excuse in EXCUSES:
        for key in ("max_days", "max_findings"):
            limits = [one.limits[excuse] for one in found if excuse in one.limits]
            said = sorted((getattr(one, key), one.at[key]) for one in limits if getattr(one, key) is not None)
            if said:
                over = (f"over {place} ({value})" for value, place in said[1:])
                yield Row(f"{excuse} {key}", str(said[0][0]), "", said[0][1], tuple(over))


def _document(document: Policy, *, is_named: bool) -> Iterator[Row]:
    """What a document says about itself and those that extend it; `credentials` counts of those that are named."""
    for base in bases(document):
        read = f"{shorten(base.location.path, 300)} (SHA-256 {base.sha256[:12]})"
        yield Row("extends", read, "", place_of(document, "extends"))
    for name, place in document.locked.items():
        yield Row("locked", name, "", place)
    if "expires" in document.said:
        yield Row("expires", document.said["expires"].value, "", place_of(document, "expires"))
    hosts = document.said["credentials"].value if is_named and "credentials" in document.said else None
    for host in hosts or ():
        yield Row("credentials", host, "", place_of(document, "credentials"))
