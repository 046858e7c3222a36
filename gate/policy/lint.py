"""What is valid in a policy and still probably not meant."""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.errors import Problem
from gate.core.model import STAGES
from gate.policy.model import Entry, Policy, Selector, looser, strictest
from gate.policy.overlap import settled
from gate.policy.trust_lint import lint_trust


def lint(policy: Policy) -> Iterator[Problem]:
    """A note for every entry that does nothing or lets more through than its author may think."""
    for rule, entries in policy.entries.items():
        yield from _shadowed(rule, entries)
        yield from _claimed(rule, entries, policy)
        for base in policy.extends:
            yield from _loosened(rule, entries, base)
    yield from _idle_profiles(policy)
    yield from lint_trust(policy.trust, extends_files=not all(base.is_pack for base in policy.extends))


def _shadowed(rule: str, entries: tuple[Entry, ...]) -> Iterator[Problem]:
    """The strictest entry wins, so a looser one beside one for everything never decides."""
    everything = strictest(e for e in entries if e.selector == Selector() and e.from_stage == STAGES[0])
    for entry in entries:
        if everything and entry is not everything and not looser(everything.enforce, entry.enforce):
            message = (
                f"this entry for {rule} never decides: `{everything.enforce}` on line {everything.location.line} does"
            )
            yield Problem(entry.location, message, "scope both entries, or remove one")


def _claimed(rule: str, entries: tuple[Entry, ...], policy: Policy) -> Iterator[Problem]:
    """Tags and sources are what the DBOM says: whoever writes it can have an exception for one count."""
    packs = [entry for base in policy.extends if base.is_pack for entry in base.entries.get(rule, ())]
    for entry in entries:
        said = " and ".join(key for key in ("host", "tag") if getattr(entry.selector, key) is not None)
        if said and any(looser(entry.enforce, other.enforce) for other in packs):
            message = f"whoever writes the DBOM says the {said}, and so whether this looser entry for {rule} counts"
            yield Problem(entry.location, message, "select by `path:`, which CODEOWNERS can guard, or keep it")


def _idle_profiles(policy: Policy) -> Iterator[Problem]:
    """A profile is only ever stricter, so an entry that is not does nothing."""
    plain = policy.choosing(lambda _: False)
    for profile in policy.profiles:
        for rule, entries in profile.entries.items():
            for entry in entries:
                decides = settled(plain.plan(rule, entry.from_stage), entry.selector)
                if decides is not None and not looser(decides.enforce, entry.enforce):
                    message = f"this entry for {rule} never decides: `{decides.enforce}` at {decides.location} does"
                    yield Problem(entry.location, message, "a profile can only be stricter than what counts anyway")


def _loosened(rule: str, entries: tuple[Entry, ...], base: Policy) -> Iterator[Problem]:
    """Loosening a pack is allowed; loosening it for everything at once deserves a second look."""
    for entry in entries:
        for other in base.entries.get(rule, ()) if base.is_pack else ():
            if entry.selector == Selector() and looser(entry.enforce, other.enforce):
                message = f"`{entry.enforce}` loosens {rule} from `{other.enforce}` in {base.name} for everything"
                yield Problem(entry.location, message, "narrow it with `for:`, or keep it if it is meant")
