"""Reads policies and what they extend."""

from __future__ import annotations

import hashlib
import os

from gate.core.errors import DocumentError, Problem, UsageError
from gate.core.model import STAGES, Location
from gate.core.text import did_you_mean, printable
from gate.documents.kinds import Fields, Reading
from gate.documents.nodes import decode, parse, read_bytes
from gate.policy.model import Entry, Policies, Policy, Selector, looser, strictest
from gate.policy.packs import DEFAULT, PACKS, PREFIX, load_pack
from gate.policy.schema import POLICY, Extension

MAX_DEPTH = 16
MAX_FILES = 200


def load_policies(references: tuple[str, ...], root: str, home: str) -> Policies:
    """The policies behind `references`, each a pack or a file relative to `root`.

    `home` stands for `~` in cache roots. Raises `UsageError` for a pack or file that does not exist and
    `DocumentError` for what is wrong in one.
    """
    loader = _Loader(root, home)
    return Policies(tuple(loader.named(reference) for reference in references))


class _Loader:
    """One resolution: counts files and remembers the way, so that a cycle or a flood ends in an error.

    Files that are extended lie beneath `homes`: the root and the directory of the policy that was named. A
    policy could otherwise have the gate quote any file of the machine in an error.
    """

    def __init__(self, root: str, home: str) -> None:
        self._root, self._home = root, home
        self._homes = [os.path.realpath(root)]
        self._files = 0

    def named(self, reference: str) -> Policy:
        """A policy that the command line names."""
        if reference.startswith(PREFIX):
            name = reference.removeprefix(PREFIX)
            if name not in PACKS:
                raise UsageError(f'there is no pack "{printable(reference)}"', _pack_hint(name))
            return load_pack(name)
        path = os.path.join(self._root, reference)
        self._homes.append(os.path.dirname(os.path.realpath(path)))
        return self._file(path, (), None)

    def _file(self, path: str, way: tuple[str, ...], pinned: Extension | None) -> Policy:
        name = os.path.relpath(path, self._root)
        data = read_bytes(path, name, follow=pinned is None)
        if pinned and pinned.sha256 and hashlib.sha256(data).hexdigest() != pinned.sha256.lower():
            found = hashlib.sha256(data).hexdigest()
            message = f"{printable(pinned.reference)} is not the pinned policy: its SHA-256 is {found}"
            raise DocumentError([Problem(pinned.location, message, "review the change, then pin the new digest")])
        self._files += 1
        document = decode(data, name)
        reading = Reading(document)
        fields: Fields | None = POLICY.read(parse(document, reading.problems), reading)
        reading.finish()
        assert fields is not None  # a record that is not read has noted why
        policy = self._build(fields, path, name, (*way, os.path.realpath(path)))
        _refuse_weakening(policy, fields.at.get("cache_roots", policy.location))
        return policy

    def _build(self, fields: Fields, path: str, name: str, way: tuple[str, ...]) -> Policy:
        extensions: list[Extension] | None = fields.get("extends")
        extends = tuple(self._extended(e, os.path.dirname(path), way) for e in extensions or ())
        rules: dict[str, list[Entry]] = fields.get("rules") or {}
        return Policy(
            name=f"{fields.get('name')} ({name})" if fields.get("name") else name,
            location=fields.location._replace(path=name),
            entries={rule: tuple(entries) for rule, entries in rules.items()},
            extends=extends or (load_pack(DEFAULT),),
            cache_roots=self._cache_roots(fields),
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
        path = os.path.join(beside, reference)
        if not any(os.path.realpath(path).startswith(home + os.sep) for home in self._homes):
            message = f"{printable(reference)} lies outside of the repository"
            raise DocumentError([Problem(extension.location, message, "keep the policies that are extended in it")])
        if os.path.realpath(path) in way or len(way) >= MAX_DEPTH or self._files >= MAX_FILES:
            what = "extends itself" if os.path.realpath(path) in way else "extends too many policies"
            raise DocumentError([Problem(extension.location, f"through {printable(reference)} this policy {what}")])
        try:
            return self._file(path, way, extension)
        except UsageError as error:
            raise DocumentError([Problem(extension.location, error.message, error.fix)]) from None

    def _cache_roots(self, fields: Fields) -> frozenset[str] | None:
        """The directories with links resolved; None where the key is left out."""
        if "cache_roots" not in fields.values:
            return None
        roots = []
        for text in fields.values["cache_roots"] or ():
            expanded = os.path.join(self._home, text[2:]) if text.startswith("~/") else text
            if not os.path.isabs(expanded):
                message = f'"{printable(text)}" is neither absolute nor begins with `~/`'
                raise DocumentError([Problem(fields.at["cache_roots"], message)])
            roots.append(os.path.realpath(expanded))
        return frozenset(roots)


def _pack_hint(name: str) -> str:
    known = [PREFIX + pack for pack in PACKS]
    return did_you_mean(PREFIX + name, known) or f"the packs are {', '.join(known)}"


def _refuse_weakening(policy: Policy, cache_roots: Location) -> None:
    """A policy that is extended by file cannot be loosened: say so at once, with both places."""
    problems = []
    for rule, entries in policy.entries.items():
        for base in policy.extends:
            for entry in entries if not base.is_pack else ():
                stricter = _floor(base, rule, entry.selector)
                if stricter is not None and looser(entry.enforce, stricter.enforce):
                    message = f"`{entry.enforce}` for {rule} is looser than `{stricter.enforce}` at {stricter.location}"
                    problems.append(Problem(entry.location, message, "a policy extended by file can only be tightened"))
    if policy.cache_roots and not policy.cache_roots <= policy.allowed_roots():
        names = ", ".join(base.name for base in policy.extends if not base.is_pack)
        message = f"`cache_roots:` has a directory that {printable(names)} does not have"
        problems.append(Problem(cache_roots, message, "a policy extended by file can only be tightened"))
    if problems:
        raise DocumentError(problems)


def _floor(policy: Policy, rule: str, selector: Selector) -> Entry | None:
    """The strictest entry of `policy` on `rule` that speaks of all that `selector` selects, from the first stage on."""

    def covers(entry: Entry) -> bool:
        return entry.selector in (Selector(), selector) and entry.from_stage == STAGES[0]

    own = strictest(entry for entry in policy.entries.get(rule, ()) if covers(entry))
    packs = strictest(_floor(p, rule, selector) for p in policy.extends if p.is_pack)
    files = strictest(_floor(p, rule, selector) for p in policy.extends if not p.is_pack)
    return strictest((own if policy.entries.get(rule) else packs, files))
