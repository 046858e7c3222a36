"""What a policy may not say because of one that it extends by file or from elsewhere: those are only ever tightened.

Such a word would have no effect, for the strictest counts wherever they differ. It is refused so that nobody takes
it for one that has, and with both places, so that whoever wrote it can ask whoever wrote the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from gate.core.errors import DocumentError, Problem
from gate.core.model import ENFORCEMENTS, Location
from gate.core.text import did_you_mean, printable, shorten
from gate.policy.custom.model import custom_of
from gate.policy.custom.schema import RESERVED
from gate.policy.custom.tighten import weakened as weakened_custom
from gate.policy.groups import documents, roots
from gate.policy.limits_refuse import refused_limits
from gate.policy.model import ALLOWANCES, Entry, Policy, looser, merged, strictest
from gate.policy.overlap import covers, glob_within, overlap
from gate.policy.suites import LEAST, SuiteDemand
from gate.policy.trust import RETIRED, Requirement

FIX = "a policy extended by file can only be tightened"
Demand: TypeAlias = "SuiteDemand | Requirement"
Orders: TypeAlias = "dict[str, Callable[..., bool]]"


def refuse_weakening(policy: Policy) -> None:
    """Raises `DocumentError` with everything in the document that would loosen what it extends."""
    found = dict.fromkeys(problem for check in _CHECKS for problem in check(policy))
    if found:
        raise DocumentError(sorted(found, key=lambda problem: problem.location[:3]))


def bases(policy: Policy) -> tuple[Policy, ...]:
    """What it extends and may not loosen: all but packs."""
    return tuple(base for base in policy.extends if not base.is_pack)


def place_of(policy: Policy, key: str) -> Location:
    """Where the document has `key`; its beginning where it has none."""
    return policy.said[key].location if key in policy.said else policy.location


def _rules(policy: Policy) -> Iterator[Problem]:
    """Entries that are looser than what a base decides wherever they apply."""
    for said in (policy.entries, merged(policy.profiles)):
        for rule, entries in said.items():
            for entry in entries:
                for base in bases(policy) if entry.enforce != ENFORCEMENTS[-1] else ():
                    floor = _floor(base, rule, entry)
                    if floor is not None and looser(entry.enforce, floor.enforce):
                        message = f"`{entry.enforce}` for {rule} is looser than `{floor.enforce}` at {floor.location}"
                        yield Problem(entry.location, message, FIX)


def _floor(policy: Policy, rule: str, about: Entry) -> Entry | None:
    """The least that `policy` decides about anything that `about` speaks of; None where it may decide nothing."""
    own = policy.entries.get(rule, ())
    covering = strictest(entry for entry in own if covers(entry, about))
    packs = strictest(_floor(base, rule, about) for base in policy.extends if base.is_pack)
    meeting = [entry for entry in own if overlap(entry.selector, about.selector)]
    if covering is None and packs is not None:
        covering = min((packs, *meeting), key=lambda entry: ENFORCEMENTS.index(entry.enforce))
    return strictest((covering, *(_floor(base, rule, about) for base in bases(policy))))


def _allowances(policy: Policy) -> Iterator[Problem]:
    """Names that are allowed and that a base does not allow."""
    for what in ALLOWANCES:
        own = policy.allows.get(what, frozenset())
        for base in bases(policy):
            if added := own - base.allowed(what):
                without = next((d for d in documents((base,)) if d.allows.get(what, own) != own), base)
                message = f"`{what}:` allows {shorten(min(added))}, which {place_of(without, what)} does not allow"
                yield Problem(place_of(policy, what), message, FIX)


def _trust_roots(policy: Policy) -> Iterator[Problem]:
    for base in bases(policy):
        given = roots(base)
        known = {root.sha256 for root in given or ()}
        for root in policy.trust.roots or () if given is not None else ():
            if root.sha256 not in known:
                at = place_of(_speaker(base, "trust_roots"), "trust_roots")
                message = f"the trust root {shorten(root.name)} is none of those at {at}"
                yield Problem(root.location, message, FIX)


def _code(policy: Policy) -> Iterator[Problem]:
    """Files with expectations that a base allows for nothing."""
    for base in bases(policy):
        known = {one[:2] for d in documents((base,)) for demand in d.suites for one in demand.custom}
        for one in (custom for demand in policy.suites for custom in demand.custom):
            if one[:2] not in known:
                at = place_of(_speaker(base, "suites"), "suites")
                message = f"`custom:` allows {printable(one.path)}, which {at} does not allow"
                yield Problem(one.location, message, FIX)


def _speaker(base: Policy, key: str) -> Policy:
    """The first document behind `base` that has `key`; `base` itself where none has."""
    return next((document for document in documents((base,)) if key in document.said), base)


def _suites(policy: Policy) -> Iterator[Problem]:
    theirs = [demand for base in bases(policy) for document in documents((base,)) for demand in document.suites]
    orders: Orders = {"min_expectations": _lower, "min_rows": _lower, "max_drift": _higher}
    for own in policy.suites:
        yield from _thresholds(own, theirs, orders)


def _signatures(policy: Policy) -> Iterator[Problem]:
    theirs = [asked for base in bases(policy) for d in documents((base,)) for asked in d.trust.requirements]
    orders: Orders = {"signers": _lower, "max_age": _higher, "not_before": _lower, "retired_keys": _accepted}
    for own in policy.trust.requirements:
        yield from _thresholds(own, theirs, orders)


def _sources(policy: Policy) -> Iterator[Problem]:
    """Hosts that a base does not name, and a score below that of a base."""
    own = policy.sources
    if own is None:
        return
    found = (document.sources for base in bases(policy) for document in documents((base,)))
    for other in (one for one in found if one is not None):
        if own.min_trust is not None and other.min_trust is not None and own.min_trust < other.min_trust:
            message = f"`min_trust: {own.min_trust}` is looser than `{other.min_trust}` at {other.location}"
            yield Problem(own.location, message, FIX)
        known = None if other.hosts is None else (*other.hosts, other.mirror or "")
        for host in own.hosts or () if known is not None else ():
            if not any(glob_within(host, glob) for glob in known or ()):
                yield Problem(own.location, f"`hosts:` has {shorten(host)}, which {other.location} does not let", FIX)


def _thresholds(own: Demand, theirs: Iterable[Demand], orders: Orders) -> Iterator[Problem]:
    """Values of `own` that ask for less than what a base asks of all that it is about."""
    for other in theirs:
        for key, is_looser in orders.items() if covers(other, own) else ():
            value, asked = getattr(own, key), getattr(other, key)
            unsaid = value is None or (value == LEAST and is_looser is _lower)
            if not unsaid and asked is not None and is_looser(value, asked):
                message = f"`{key}: {_number(value)}` is looser than `{_number(asked)}` at {other.location}"
                yield Problem(own.location, message, FIX)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lower(value: int, asked: int) -> bool:
    return value < asked


def _higher(value: int, asked: int) -> bool:
    return value > asked


def _accepted(value: str, asked: str) -> bool:
    return value == RETIRED[0] != asked


def _locked(policy: Policy) -> Iterator[Problem]:
    """Words about what a base locks, and locks of what is not there."""
    known = {rule.id for rule in custom_of(policy)}
    for name, at in policy.locked.items():
        if "/" in name and name.partition("/")[0] not in RESERVED and name not in known:
            yield Problem(at, f'unknown rule "{shorten(name)}"', did_you_mean(name, known))
    said = words(policy)
    for base in bases(policy):
        for document in documents((base,)):
            for name, at in document.locked.items():
                if name in said:
                    fix = "remove it: what is locked has one value, wherever it is extended"
                    yield Problem(said[name], f"`{name}` is locked at {at}", fix)


def words(policy: Policy) -> dict[str, Location]:
    """Each key of the document, and each rule that it has an entry on, with the place of the first word."""
    found = {key: word.location for key, word in policy.said.items()}
    for said in (policy.entries, merged(policy.profiles)):
        for rule, entries in said.items():
            if entries:
                found.setdefault(rule, entries[0].location)
    return found


_CHECKS: tuple[Callable[[Policy], Iterator[Problem]], ...] = (
    _rules,
    _allowances,
    _trust_roots,
    _code,
    _suites,
    _signatures,
    _sources,
    refused_limits,
    _locked,
    weakened_custom,
)
