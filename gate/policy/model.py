"""What a policy says, as immutable types, and how it decides.

A policy is a tree: its own entries over the policies that it extends. It may loosen a pack that it extends
directly, for packs are starting points; it cannot loosen a policy extended by file, nor the packs that came
with that one. So the decision of a node is the strictest of what its files say and of its own word, which
stands in for the word of its packs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from gate.core.globs import matches
from gate.core.model import ENFORCEMENTS, STAGES, Enforcement, Kind, Location, Stage, Subject

if TYPE_CHECKING:
    from gate.policy.suites import SuiteDemand
    from gate.policy.trust import DocumentDemand, Group, Requirement, Revoked, SummaryDemand, Trust


class Selector(NamedTuple):
    """The `for:` of an entry: every given part must match. `name` and `path` are globs, anchored at both ends."""

    kind: Kind | None = None
    name: str | None = None
    path: str | None = None

    def matches(self, subject: Subject) -> bool:
        """Whether the entry is about `subject`."""
        if self.kind is not None and subject.kind != self.kind:
            return False
        if self.name is not None and (subject.name is None or not matches(self.name, subject.name)):
            return False
        return self.path is None or matches(self.path, subject.path)


class Entry(NamedTuple):
    """One word on one rule: how it is enforced, on what, and from which stage on; `location` is where it says so."""

    enforce: Enforcement
    location: Location
    selector: Selector = Selector()
    from_stage: Stage = STAGES[0]

    def applies(self, subject: Subject, stage: Stage) -> bool:
        """Whether the entry speaks of `subject` at `stage`."""
        return STAGES.index(stage) >= STAGES.index(self.from_stage) and self.selector.matches(subject)


Allowance = Literal["cache_roots", "pickles"]
"""What a policy may let through by name: directories into which links may lead, and globals of pickles."""
ALLOWANCES: tuple[Allowance, ...] = get_args(Allowance)


class Policy(NamedTuple):
    """One document and all that it extends.

    `allows` has the names of each allowance that the document speaks of; `denied` are patterns of globals that no
    pickle may have. `own_trust` and `file_sha256` are what `trust` and `sha256` hand on: a pack has neither, and
    the hook, which judges by a pack, pays for neither. `suites` are its demands of suites.
    """

    name: str
    location: Location
    entries: Mapping[str, tuple[Entry, ...]]
    extends: tuple[Policy, ...] = ()
    allows: Mapping[Allowance, frozenset[str]] = {}
    denied: frozenset[str] = frozenset()
    is_pack: bool = False
    own_trust: Trust | None = None
    file_sha256: str = ""
    suites: tuple[SuiteDemand, ...] = ()

    @property
    def trust(self) -> Trust:
        """What the document itself says about signers and signatures."""
        from gate.policy.trust import NO_TRUST  # packs and the hook do without

        return NO_TRUST if self.own_trust is None else self.own_trust

    @property
    def sha256(self) -> str:
        """The digest of the document's bytes; a pack's is that of the JSON file that ships with the gate."""
        if not self.is_pack:
            return self.file_sha256
        from gate.policy.packs import digest  # it imports this module

        return digest(self.name)

    def decide(self, rule: str, subject: Subject, stage: Stage) -> Entry | None:
        """The entry that decides, or None where neither this policy nor what it extends speaks of it."""
        matching = (entry for entry in self.entries.get(rule, ()) if entry.applies(subject, stage))
        own = strictest(matching)
        packs = strictest(p.decide(rule, subject, stage) for p in self.extends if p.is_pack)
        files = strictest(p.decide(rule, subject, stage) for p in self.extends if not p.is_pack)
        return strictest((own if own is not None else packs, files))

    def allowed(self, what: Allowance) -> frozenset[str]:
        """What every file in the tree allows: nothing may be added to what a file allows that is extended."""
        inherited = [policy.allowed(what) for policy in self.extends if not policy.is_pack]
        own = [self.allows.get(what, frozenset())] if what in self.allows or not inherited else []
        return frozenset.intersection(*own, *inherited)

    def all_denied(self) -> frozenset[str]:
        """What any file in the tree denies."""
        return self.denied.union(*(policy.all_denied() for policy in self.extends))

    def lineage(self) -> str:
        """Its name, and the names of what it extends."""
        bases = [base.lineage() for base in self.extends]
        return f"{self.name}, extends {' and '.join(bases)}" if bases else self.name


class Policies(NamedTuple):
    """The policies that judge together; where they differ, the strictest wins.

    What only lets through more counts from the `trusted` ones alone: where a change is
    judged those of its base, otherwise all.
    """

    members: tuple[Policy, ...]
    trusted: tuple[Policy, ...] | None = None

    def decide(self, rule: str, subject: Subject, stage: Stage) -> Entry:
        """The strictest entry of all members; every policy builds on a pack, and a pack speaks of every rule."""
        entry = strictest(policy.decide(rule, subject, stage) for policy in self.members)
        if entry is None:
            raise LookupError(f"no policy speaks of {rule}")
        return entry

    def allowed(self, what: Allowance) -> frozenset[str]:
        """What every trusted policy allows; packs have no say."""
        trusted = self.members if self.trusted is None else self.trusted
        allowed = [policy.allowed(what) for policy in trusted if not policy.is_pack]
        return frozenset.intersection(*allowed) if allowed else frozenset()

    def denied(self) -> frozenset[str]:
        """What any policy denies."""
        return frozenset[str]().union(*(policy.all_denied() for policy in self.members))

    def trust_groups(self, subject: Subject) -> tuple[Group, ...]:
        """The signers that may sign `subject`: one group for each trusted document that names some for it.

        Documents that are extended count each on its own. All groups must accept a signature; where there is none,
        nobody is trusted.
        """
        from gate.policy.groups import trust_groups

        return trust_groups(self, subject)

    def requirement(self, subject: Subject, stage: Stage) -> Requirement:
        """The strictest value of everything that any member asks of the signatures of `subject` at `stage`."""
        from gate.policy.groups import requirement

        return requirement(self, subject, stage)

    def revoked(self) -> Revoked:
        """What any member revokes."""
        from gate.policy.groups import revoked

        return revoked(self)

    def document_demands(self) -> tuple[DocumentDemand, ...]:
        """Which documents must be signed, and by whom, as any member says."""
        from gate.policy.groups import document_demands

        return document_demands(self)

    def summary_demands(self, subject: Subject, stage: Stage) -> tuple[tuple[SummaryDemand, Group], ...]:
        """The verification summaries that any member demands for `subject` at `stage`, each with who may sign it."""
        from gate.policy.groups import summary_demands

        return summary_demands(self, subject, stage)

    def suite_demand(self, subject: Subject, stage: Stage) -> SuiteDemand:
        """The strictest value of everything that any member asks of the suite of `subject` at `stage`."""
        from gate.policy.suites import suite_demand

        return suite_demand(self, subject, stage)

    def names(self) -> tuple[str, ...]:
        """Each member with what it extends, for reports."""
        return tuple(dict.fromkeys(policy.lineage() for policy in self.members))


def strictest(entries: Iterable[Entry | None]) -> Entry | None:
    """The first of the strictest of `entries`, None where there are none; missing ones do not count."""
    best: Entry | None = None
    for entry in entries:
        if entry is not None and (best is None or looser(best.enforce, entry.enforce)):
            best = entry
    return best


def looser(a: Enforcement, b: Enforcement) -> bool:
    """Whether `a` lets through what `b` does not."""
    return ENFORCEMENTS.index(a) < ENFORCEMENTS.index(b)
