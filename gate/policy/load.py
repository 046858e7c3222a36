"""Reads policies and what they extend."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping

from gate.core.errors import DocumentError, Problem, UsageError
from gate.core.model import STAGES, Location
from gate.core.text import did_you_mean, printable
from gate.documents.kinds import Fields, Reading
from gate.documents.nodes import decode, parse
from gate.policy.files import Files, Homes, WorkTree
from gate.policy.groups import roots
from gate.policy.model import ALLOWANCES, Allowance, Entry, Policies, Policy, Selector, looser, strictest
from gate.policy.packs import DEFAULT, PACKS, PREFIX, load_pack
from gate.policy.schema import POLICY, Extension
from gate.policy.suites import SuiteDemand
from gate.policy.trust_load import PinnedFiles, read_trust

MAX_DEPTH = 16
MAX_FILES = 200
MAX_ENTRIES = 200
"""Entries on one rule in one policy: comparing two policies takes their product."""


def load_policies(references: tuple[str, ...], root: str, home: str, files: Files | None = None) -> Policies:
    """The policies behind `references`, each a pack or a file relative to `root`, read from `files`.

    `home` stands for `~` in cache roots. Raises `UsageError` for a pack or file that does not exist and
    `DocumentError` for what is wrong in one.
    """
    loader = _Loader(files or WorkTree(root), home)
    return Policies(tuple(loader.named(reference) for reference in references))


class _Loader:
    """One resolution: counts files and remembers the way, so that a cycle or a flood ends in an error."""

    def __init__(self, files: Files, home: str) -> None:
        self._files, self._home = files, home
        self._homes = Homes(files)
        self._pinned = PinnedFiles(files, self._homes)
        self._read = 0

    def named(self, reference: str) -> Policy:
        """A policy that the command line names."""
        if reference.startswith(PREFIX):
            name = reference.removeprefix(PREFIX)
            if name not in PACKS:
                raise UsageError(f'there is no pack "{printable(reference)}"', _pack_hint(name))
            return load_pack(name)
        self._homes.add(reference)
        return self._file(os.path.normpath(reference), (), None)

    def _file(self, name: str, way: tuple[str, ...], pinned: Extension | None) -> Policy:
        data = self._files.read(name, follow=pinned is None)
        found = hashlib.sha256(data).hexdigest()
        if pinned and pinned.sha256 and found != pinned.sha256.lower():
            message = f"{printable(pinned.reference)} is not the pinned policy: its SHA-256 is {found}"
            raise DocumentError([Problem(pinned.location, message, "review the change, then pin the new digest")])
        self._read += 1
        document = decode(data, name)
        reading = Reading(document)
        fields: Fields | None = POLICY.read(parse(document, reading.problems), reading)
        reading.finish()
        assert fields is not None  # a record that is not read has noted why
        policy = self._build(fields, name, (*way, self._files.real(name)))._replace(file_sha256=found)
        _refuse_weakening(policy, {what: fields.at.get(what, policy.location) for what in ALLOWANCES})
        return policy

    def _build(self, fields: Fields, name: str, way: tuple[str, ...]) -> Policy:
        extensions: list[Extension] | None = fields.get("extends")
        extends = tuple(self._extended(e, os.path.dirname(name), way) for e in extensions or ())
        rules: dict[str, list[Entry]] = fields.get("rules") or {}
        for entries in rules.values():
            if entries and len(entries) > MAX_ENTRIES:
                message = f"a rule has more than {MAX_ENTRIES} entries"
                raise DocumentError([Problem(entries[0].location, message, "join them with globs")])
        return Policy(
            name=f"{fields.get('name')} ({name})" if fields.get("name") else name,
            location=fields.location._replace(path=name),
            entries={rule: tuple(entries) for rule, entries in rules.items()},
            extends=extends or (load_pack(DEFAULT),),
            allows=self._allows(fields),
            denied=_pickles(fields, "deny"),
            own_trust=read_trust(fields, os.path.dirname(name), self._pinned),
            suites=_suites(fields),
        )

    def _extended(self, extension: Extension, beside: str, way: tuple[str, ...]) -> Policy:
        reference = extension.reference
        if reference.startswith(PREFIX):
            name = reference.removeprefix(PREFIX)
            if name not in PACKS:
                message = f'there is no pack "{printable(reference)}"'
                raise DocumentError([Problem(extension.location, message, _pack_hint(name))])
            if extension.sha256:
                message = f"{reference} ships with the gate and has no digest of its own"
                raise DocumentError([Problem(extension.location, message, "remove `sha256:`; pin the gate's version")])
            return load_pack(name)
        if "://" in reference:
            message = f'"{printable(reference)}" is remote; this version extends packs and local files only'
            raise DocumentError(
                [Problem(extension.location, message, "keep a copy in the repository and pin its sha256")]
            )
        path = os.path.normpath(os.path.join(beside, reference))
        real = self._files.real(path)
        if not self._homes.has(path):
            message = f"{printable(reference)} lies outside of the repository"
            raise DocumentError([Problem(extension.location, message, "keep the policies that are extended in it")])
        if real in way or len(way) >= MAX_DEPTH or self._read >= MAX_FILES:
            what = "extends itself" if real in way else "extends too many policies"
            raise DocumentError([Problem(extension.location, f"through {printable(reference)} this policy {what}")])
        try:
            return self._file(path, way, extension)
        except UsageError as error:
            raise DocumentError([Problem(extension.location, error.message, error.fix)]) from None

    def _allows(self, fields: Fields) -> dict[Allowance, frozenset[str]]:
        """What the document allows, as far as it says so."""
        found: dict[Allowance, frozenset[str]] = {}
        if "cache_roots" in fields.values:
            found["cache_roots"] = self._cache_roots(fields)
        if "pickles" in fields.values:
            found["pickles"] = _pickles(fields, "allow")
        return found

    def _cache_roots(self, fields: Fields) -> frozenset[str]:
        """The directories with links resolved."""
        roots = []
        for text in fields.values["cache_roots"] or ():
            expanded = os.path.join(self._home, text[2:]) if text.startswith("~/") else text
            if not os.path.isabs(expanded):
                message = f'"{printable(text)}" is neither absolute nor begins with `~/`'
                raise DocumentError([Problem(fields.at["cache_roots"], message)])
            roots.append(os.path.realpath(expanded))
        return frozenset(roots)


def _suites(fields: Fields) -> tuple[SuiteDemand, ...]:
    """What stands under `suites:`."""
    said: list[SuiteDemand] = fields.get("suites") or []
    if len(said) > MAX_ENTRIES:
        message = f"`suites:` has more than {MAX_ENTRIES} entries"
        raise DocumentError([Problem(fields.at["suites"], message, "join them with globs")])
    return tuple(said)


def _pickles(fields: Fields, key: str) -> frozenset[str]:
    """The names or patterns under `pickles:`."""
    said: dict[str, list[str]] = fields.get("pickles") or {}
    return frozenset(said.get(key) or ())


def _pack_hint(name: str) -> str:
    known = [PREFIX + pack for pack in PACKS]
    return did_you_mean(PREFIX + name, known) or f"the packs are {', '.join(known)}"


def _refuse_weakening(policy: Policy, places: Mapping[Allowance, Location]) -> None:
    """A policy that is extended by file cannot be loosened: say so at once, with both places."""
    problems = []
    for rule, entries in policy.entries.items():
        for base in policy.extends:
            for entry in entries if not base.is_pack else ():
                stricter = _floor(base, rule, entry.selector)
                if stricter is not None and looser(entry.enforce, stricter.enforce):
                    message = f"`{entry.enforce}` for {rule} is looser than `{stricter.enforce}` at {stricter.location}"
                    problems.append(Problem(entry.location, message, "a policy extended by file can only be tightened"))
    for what, allowed in policy.allows.items():
        if added := allowed - policy.allowed(what):
            names = ", ".join(base.name for base in policy.extends if not base.is_pack)
            message = f"`{what}:` allows {printable(min(added))}, which {printable(names)} does not allow"
            problems.append(Problem(places[what], message, "a policy extended by file can only be tightened"))
    problems += _added_roots(policy)
    problems += _added_custom(policy)
    if problems:
        raise DocumentError(problems)


def _added_roots(policy: Policy) -> Iterator[Problem]:
    for base in policy.extends:
        given = None if base.is_pack else roots(base)
        known = {root.sha256 for root in given or ()}
        for root in policy.trust.roots or () if given is not None else ():
            if root.sha256 not in known:
                message = f"the trust root {printable(root.name)} is none of those that {printable(base.name)} gives"
                yield Problem(root.location, message, "a policy extended by file can only be tightened")


def _added_custom(policy: Policy) -> Iterator[Problem]:
    """Files with code that a policy extended by file allows for nothing."""
    known = [_all_custom(base) for base in policy.extends if not base.is_pack]
    for one in (custom for demand in policy.suites for custom in demand.custom):
        if not all(one[:2] in files for files in known):
            message = f"`custom:` allows {printable(one.path)}, which a policy that is extended by file does not allow"
            yield Problem(one.location, message, "a policy extended by file can only be tightened")


def _all_custom(policy: Policy) -> set[tuple[str, ...]]:
    """The path and digest of each file that a document names, or those that it extends."""
    own = {one[:2] for demand in policy.suites for one in demand.custom}
    return own.union(*(_all_custom(base) for base in policy.extends if not base.is_pack))


def _floor(policy: Policy, rule: str, selector: Selector) -> Entry | None:
    """The strictest entry of `policy` on `rule` that speaks of all that `selector` selects, from the first stage on."""

    def covers(entry: Entry) -> bool:
        return entry.selector in (Selector(), selector) and entry.from_stage == STAGES[0]

    own = strictest(entry for entry in policy.entries.get(rule, ()) if covers(entry))
    packs = strictest(_floor(p, rule, selector) for p in policy.extends if p.is_pack)
    files = strictest(_floor(p, rule, selector) for p in policy.extends if not p.is_pack)
    return strictest((own if policy.entries.get(rule) else packs, files))
