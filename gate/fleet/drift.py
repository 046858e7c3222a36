"""How a repository's own policy stands to the central one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gate.core.catalogue import rule_ids
from gate.core.model import STAGES, Subject
from gate.core.text import printable
from gate.fleet.interface import Drift
from gate.policy.model import ALLOWANCES, Policies, Policy, looser
from gate.policy.weaken import weakenings

MAX_TOLD = 100
"""Sentences of a kind."""


def drift(central: Policies, named: Policies, own: str, subjects: Iterable[Subject]) -> Drift:
    """The drift of `own`, which is the last of the `named` policies where the repository has one.

    Looser is what would be decided if the central policies did not judge too; they do, so it only tells what somebody
    thinks is enforced.
    """
    if not own:
        return Drift()
    alone = Policies(named.members[-1:])
    built_on = set(digests(alone))
    extends = all(one.sha256 in built_on for one in central.members)
    loose, strict = (dict.fromkeys(found) for found in (_looser(central, alone, subjects), _stricter(central, alone)))
    return Drift(printable(own), extends, tuple(loose)[:MAX_TOLD], tuple(strict)[:MAX_TOLD])


def digests(policies: Policies) -> tuple[str, ...]:
    """Those of all members and of all that they build on, packs too."""
    return tuple(one.sha256 for one in _tree(policies.members))


def _tree(policies: Iterable[Policy]) -> Iterator[Policy]:
    for policy in policies:
        yield policy
        yield from _tree(policy.extends)


def _looser(central: Policies, alone: Policies, subjects: Iterable[Subject]) -> Iterator[str]:
    """What its own lets through and the central ones do not."""
    for weak in weakenings(central, alone, subjects):
        yield f"{weak.rule}: `{weak.now.enforce}` where `{weak.before.enforce}` is asked"
    for what in ALLOWANCES:
        for name in sorted(alone.allowed(what) - central.allowed(what)):
            yield f"{what}: allows {printable(name)}"


def _stricter(central: Policies, alone: Policies) -> Iterator[str]:
    """What the repository's own asks beyond the central ones of everything, at the last stage."""
    everything = Subject(None, None, "")
    for rule in rule_ids():
        asked, own = (policies.decide(rule, everything, STAGES[-1]).enforce for policies in (central, alone))
        if looser(asked, own):
            yield f"{rule}: `{own}` where `{asked}` would do"
