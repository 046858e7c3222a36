"""What a policy says, as immutable types, and how it decides.

A policy is a tree: its own entries over the policies that it extends. It may loosen a pack that it extends
directly, for packs are starting points; it cannot loosen a policy extended by file, nor the packs that came
with that one. So the decision of a node is the strictest of what its files say and of its own word, which
stands in for the word of its packs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from gate.core.model import ENFORCEMENTS, STAGES, Enforcement, Kind, Location, Stage, Subject


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


class Policy(NamedTuple):
    """One document and all that it extends.

    `cache_roots` are directories into which links may lead, None where the document does not say.
    """

    name: str
    location: Location
    entries: Mapping[str, tuple[Entry, ...]]
    extends: tuple[Policy, ...] = ()
    cache_roots: frozenset[str] | None = None
    is_pack: bool = False

    def decide(self, rule: str, subject: Subject, stage: Stage) -> Entry | None:
        """The entry that decides, or None where neither this policy nor what it extends speaks of it."""
        matching = (entry for entry in self.entries.get(rule, ()) if entry.applies(subject, stage))
        own = strictest(matching)
        packs = strictest(p.decide(rule, subject, stage) for p in self.extends if p.is_pack)
        files = strictest(p.decide(rule, subject, stage) for p in self.extends if not p.is_pack)
        return strictest((own if own is not None else packs, files))

    def allowed_roots(self) -> frozenset[str]:
        """The cache roots that every file in the tree allows: none may be added to those of a file it extends."""
        inherited = [policy.allowed_roots() for policy in self.extends if not policy.is_pack]
        own = [self.cache_roots] if self.cache_roots is not None or not inherited else []
        return frozenset.intersection(*(roots or frozenset() for roots in (*own, *inherited)))

    def lineage(self) -> str:
        """Its name, and the names of what it extends."""
        bases = [base.lineage() for base in self.extends]
        return f"{self.name}, extends {' and '.join(bases)}" if bases else self.name


class Policies(NamedTuple):
    """The policies that judge together; where they differ, the strictest wins.

    What only lets through more, such as cache roots, counts from the `trusted` ones alone: where a change is
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

    def allowed_roots(self) -> frozenset[str]:
        """The cache roots that every trusted policy allows; packs have no say."""
        trusted = self.members if self.trusted is None else self.trusted
        roots = [policy.allowed_roots() for policy in trusted if not policy.is_pack]
        return frozenset.intersection(*roots) if roots else frozenset()

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


def matches(glob: str, text: str) -> bool:
    """Whether `glob` matches all of `text`, in time that grows with the product of their lengths.

    `*` and `?` stay within a component of a path; a component `**` stands for any number of components, none
    included, so `DIR/**` is also `DIR`. The rest is literal. A regular expression would backtrack, and both
    sides may come from the change that is judged.
    """
    return _wild(glob.split("/"), text.split("/"), "**", _component)


def _component(glob: str, text: str) -> bool:
    return _wild(glob, text, "*", lambda a, b: a in ("?", b))


def _wild(pattern: Sequence[str], text: Sequence[str], star: str, same: Callable[[str, str], bool]) -> bool:
    """Greedy matching that goes back to the last `star` only (R. Krauss, Matching Wildcards, 2008)."""
    p = t = back = 0
    mark = -1
    while t < len(text):
        if p < len(pattern) and pattern[p] == star:
            mark, back = p, t
            p += 1
        elif p < len(pattern) and same(pattern[p], text[t]):
            p, t = p + 1, t + 1
        elif mark >= 0:
            back += 1
            p, t = mark + 1, back
        else:
            return False
    return all(part == star for part in pattern[p:])
