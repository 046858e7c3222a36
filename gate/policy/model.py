"""What a policy says, as immutable types, and how it decides.

A policy is a tree: its own entries over the policies that it extends. It may loosen a pack that it extends
directly, for packs are starting points; it cannot loosen a policy extended by file, nor the packs that came
with that one. So the decision of a node is the strictest of what its files say and of its own word, which
stands in for the word of its packs. What it says for some branches alone can only make that stricter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from gate.core.globs import matches
from gate.core.model import ENFORCEMENTS, STAGES, Enforcement, Kind, Location, Stage, Subject

if TYPE_CHECKING:
    from gate.policy.custom.model import CustomRule
    from gate.policy.limits import Excuse, Limits
    from gate.policy.sources import SourceDemand, SourceRules
    from gate.policy.suites import SuiteDemand
    from gate.policy.trust import DocumentDemand, Group, Requirement, Revoked, SummaryDemand, Trust


class Selector(NamedTuple):
    """The `for:` of an entry: every given part must match; all but `kind` are globs, anchored at both ends.

    `host` is that of the source; of `tag`, any tag of the artifact may match.
    """

    kind: Kind | None = None
    name: str | None = None
    path: str | None = None
    host: str | None = None
    tag: str | None = None

    def matches(self, subject: Subject) -> bool:
        """Whether the entry is about `subject`."""
        kind, name, path, host, tag = self
        if kind is not None and subject.kind != kind:
            return False
        if name is not None and (subject.name is None or not matches(name, subject.name)):
            return False
        if host is not None and (subject.host is None or not matches(host, subject.host)):
            return False
        if tag is not None and not any(matches(tag, one) for one in subject.tags):
            return False
        return path is None or matches(path, subject.path)


class Entry(NamedTuple):
    """One word on one rule: how it is enforced, on what, and from which stage on; `location` is where it says so."""

    enforce: Enforcement
    location: Location
    selector: Selector = Selector()
    from_stage: Stage = STAGES[0]


class Step(NamedTuple):
    """What one document says on a rule at a stage, the strictest first; its own word stands in for its packs."""

    own: tuple[Entry, ...]
    packs: tuple[Entry, ...] = ()

    def entry_for(self, subject: Subject) -> Entry | None:
        """The entry that decides about `subject` here."""
        for entries in self:
            for entry in entries:
                if entry.selector.matches(subject):
                    return entry
        return None


class Profile(NamedTuple):
    """Entries for the branches that match one of the globs `branches`; `location` is where those stand."""

    branches: tuple[str, ...]
    entries: Mapping[str, tuple[Entry, ...]]
    location: Location

    def is_for(self, branch: str) -> bool:
        """Whether the entries count on `branch`."""
        return any(matches(glob, branch) for glob in self.branches)


class Word(NamedTuple):
    """What a document has under one of its keys, as plain data, and where the value begins."""

    location: Location
    value: Any


Allowance = Literal["cache_roots", "pickles", "dvc"]
"""What a policy may let through by name: directories into which links may lead, globals of pickles, remotes of DVC."""
ALLOWANCES: tuple[Allowance, ...] = get_args(Allowance)


class Remote(NamedTuple):
    """How a document was fetched: by the entry at `entry`, which the one at `named` led to in the work tree.

    `reference` is what was fetched. `pinned` says that a pin, a lock, or a commit and a signer vouch for its bytes.
    `signed_by` are signers of the document with the entry: one must have signed this one, which has the bytes `data`
    and beside it `bundle`, None where there is none. `transitive` says that it may extend what is remote.
    """

    reference: str
    entry: Location
    named: Location
    pinned: bool = False
    signed_by: tuple[str, ...] = ()
    transitive: bool = False
    data: bytes = b""
    bundle: bytes | None = None


class Policy(NamedTuple):
    """One document and all that it extends.

    `allows` has the names of each allowance that the document speaks of; `denied` are patterns of globals that no
    pickle may have. `own_trust` and `file_sha256` are what `trust` and `sha256` hand on: a pack has neither, and
    the hook, which judges by a pack, pays for neither. `suites` are its demands of suites. `remote` is
    how it was fetched, where it was.

    `profiles` are all that the document has, `tightened` the entries of those that count: of each one, unless
    `choosing` chose among them. `locked` has the rules and keys about which no document that extends this one may say
    a word, with the place of each. `said` has every key of the document. `custom` are its own rules; what they say on
    how they are enforced is also in `entries`. `limits` are how far waivers and adopted findings may go.
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
    sources: SourceDemand | None = None
    profiles: tuple[Profile, ...] = ()
    tightened: Mapping[str, tuple[Entry, ...]] = {}
    locked: Mapping[str, Location] = {}
    said: Mapping[str, Word] = {}
    custom: tuple[CustomRule, ...] = ()
    limits: Mapping[Excuse, Limits] = {}
    remote: Remote | None = None

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
        return decided(self.plan(rule, stage), subject)

    def plan(self, rule: str, stage: Stage) -> tuple[Step, ...]:
        """What decides on `rule` at `stage`, whatever it is about: the strictest of all steps."""
        packs = [entry for base in self.extends if base.is_pack for entry in base.entries.get(rule, ())]
        steps = [Step(_counting(self.entries.get(rule, ()), stage), _counting(packs, stage))]
        if rule in self.tightened:
            steps.append(Step(_counting(self.tightened[rule], stage)))
        files = (step for base in self.extends if not base.is_pack for step in base.plan(rule, stage))
        return tuple(step for step in (*steps, *files) if step.own or step.packs)

    def choosing(self, counts: Callable[[Profile], bool]) -> Policy:
        """The policy with those profiles alone that count."""
        if self.is_pack:
            return self
        bases = tuple(base.choosing(counts) for base in self.extends)
        return self._replace(extends=bases, tightened=merged(filter(counts, self.profiles)))

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
    judged those of its base, otherwise all. `notes` are what a person should know of how they were read.
    """

    members: tuple[Policy, ...]
    trusted: tuple[Policy, ...] | None = None
    notes: tuple[str, ...] = ()

    def on(self, branch: str | None) -> Policies:
        """The policies as they judge on `branch`; where that is None, every profile counts."""
        return self._choosing(lambda profile: branch is None or profile.is_for(branch))

    def without_profiles(self) -> Policies:
        """The policies as they judge on a branch that no profile is for."""
        return self._choosing(lambda _: False)

    def _choosing(self, counts: Callable[[Profile], bool]) -> Policies:
        trusted = None if self.trusted is None else tuple(policy.choosing(counts) for policy in self.trusted)
        return self._replace(members=tuple(policy.choosing(counts) for policy in self.members), trusted=trusted)

    def decide(self, rule: str, subject: Subject, stage: Stage) -> Entry:
        """The strictest entry of all members; every policy builds on a pack, and a pack speaks of every rule."""
        entry = decided(self.plan(rule, stage), subject)
        if entry is None:
            raise LookupError(f"no policy speaks of {rule}")
        return entry

    def plan(self, rule: str, stage: Stage) -> tuple[Step, ...]:
        """What decides on `rule` at `stage`, whatever it is about."""
        return tuple(step for policy in self.members for step in policy.plan(rule, stage))

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

    def source_rules(self) -> SourceRules:
        """What all documents of all members ask of where data and weights come from."""
        from gate.policy.sources import source_rules

        return source_rules(self)

    def custom_rules(self) -> tuple[CustomRule, ...]:
        """The rules that any member defines, each once."""
        from gate.policy.custom.model import all_custom

        return all_custom(self)

    def names(self) -> tuple[str, ...]:
        """Each member with what it extends, for reports."""
        return tuple(dict.fromkeys(policy.lineage() for policy in self.members))


def merged(profiles: Iterable[Profile]) -> Mapping[str, tuple[Entry, ...]]:
    """The entries of all `profiles`, by rule."""
    found: dict[str, tuple[Entry, ...]] = {}
    for profile in profiles:
        for rule, entries in profile.entries.items():
            found[rule] = (*found.get(rule, ()), *entries)
    return found


def decided(plan: Iterable[Step], subject: Subject) -> Entry | None:
    """The entry that decides about `subject`, None where no step speaks of it."""
    best: Entry | None = None
    for step in plan:
        entry = step.entry_for(subject)
        if entry is not None and (best is None or looser(best.enforce, entry.enforce)):
            best = entry
    return best


def _counting(entries: Iterable[Entry], stage: Stage) -> tuple[Entry, ...]:
    """The entries that count at `stage`, the strictest first."""
    counting = [entry for entry in entries if STAGES.index(stage) >= STAGES.index(entry.from_stage)]
    return tuple(sorted(counting, key=lambda entry: -ENFORCEMENTS.index(entry.enforce)))


def strictest(entries: Iterable[Entry | None]) -> Entry | None:
    """The first of the strictest of `entries`, None where there are none; missing ones do not count."""
    best: Entry | None = None
    for entry in entries:
        if entry is not None and (best is None or looser(best.enforce, entry.enforce)):
            best = entry
    return best


def looser(a: Enforcement, b: Enforcement) -> bool:
    """Whether `a` lets through what `b` does not."""
    return a != b and ENFORCEMENTS.index(a) < ENFORCEMENTS.index(b)
