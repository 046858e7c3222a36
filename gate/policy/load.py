"""Reads policies and what they extend."""

from __future__ import annotations

import contextlib
import os

from gate.core.errors import DocumentError, Problem
from gate.core.text import printable
from gate.documents.kinds import Fields, Reading
from gate.documents.nodes import Mapping, Node, decode, parse, plain
from gate.policy.custom.schema import Written, with_custom
from gate.policy.files import Fetching, Files, WorkTree
from gate.policy.limits_schema import read_limits
from gate.policy.model import Allowance, Entry, Policies, Policy, Word, merged
from gate.policy.packs import DEFAULT, load_pack
from gate.policy.resolve import Resolver, Source
from gate.policy.schema import POLICY
from gate.policy.suites import SuiteDemand
from gate.policy.trust_load import read_trust

MAX_ENTRIES = 200
"""Entries on one rule in one policy: comparing two policies takes their product."""
MAX_ALL = 2_000
"""Entries of one policy in all."""


def load_policies(
    references: tuple[str, ...],
    root: str,
    home: str,
    files: Files | None = None,
    fetching: Fetching = Fetching(),  # noqa: B008 - immutable
) -> Policies:
    """The policies behind `references`, each a pack or a file relative to `root`, read from `files`.

    `home` stands for `~` in cache roots. What they extend elsewhere is fetched as far as `fetching` lets it.
    Raises `UsageError` for a pack or file that does not exist, `DocumentError` for what is wrong in one, and
    `UnableError` where a remote one cannot be had.
    """
    builder = _Builder(home)
    with contextlib.closing(Resolver(files or WorkTree(root), fetching, home, builder.build)) as resolver:
        members = tuple(resolver.named(reference) for reference in references)
    return Policies(members, notes=(*resolver.notes(), *builder.compiled()))


def named_hosts(reference: str, files: Files) -> frozenset[str]:
    """The hosts under `credentials:` of the policy at the path `reference`, without what it extends."""
    document = decode(files.read(reference, follow=True), reference)
    reading = Reading(document)
    fields: Fields | None = POLICY.read(parse(document, reading.problems), reading)
    reading.finish()
    return frozenset((fields.get("credentials") if fields else None) or ())


class _Builder:
    """Makes policies of what was read; `home` stands for `~` in cache roots."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._written: list[Written] = []

    def compiled(self) -> tuple[str, ...]:
        """Compiles the custom rules of all documents at once; raises `DocumentError` with what is wrong in them.

        A note where that could not be done.
        """
        if not self._written:
            return ()
        from gate.policy.custom.written import refuse_wrong

        return refuse_wrong(self._written)

    def build(self, fields: Fields, root: Node, source: Source, extends: tuple[Policy, ...]) -> Policy:
        """The policy of one document over those that it extends."""
        rules: dict[str, list[Entry]] = fields.get("rules") or {}
        all_entries = sum(len(entries or ()) for entries in rules.values())
        for entries in rules.values():
            if entries and (len(entries) > MAX_ENTRIES or all_entries > MAX_ALL):
                few = len(entries) <= MAX_ENTRIES
                message = f"more than {MAX_ALL:,} entries" if few else f"a rule has more than {MAX_ENTRIES} entries"
                raise DocumentError([Problem(entries[0].location, message, "join them with globs")])
        name = source.shown
        written: list[Written] = fields.get("custom") or []
        self._written += written
        return Policy(
            name=f"{fields.get('name')} ({name})" if fields.get("name") else name,
            location=fields.location._replace(path=name),
            entries=with_custom(rules, written),
            extends=extends or (load_pack(DEFAULT),),
            allows=self._allows(fields),
            denied=_pickles(fields, "deny"),
            own_trust=read_trust(fields, os.path.dirname(source.path), source.origin.pinned),
            suites=_suites(fields),
            sources=fields.get("sources"),
            said=_said(fields, root),
            profiles=tuple(fields.get("profiles") or ()),
            tightened=merged(fields.get("profiles") or ()),
            locked={placed.name: placed.location for placed in fields.get("locked") or ()},
            limits=read_limits(fields),
            custom=tuple(one.rule for one in written),
        )

    def _allows(self, fields: Fields) -> dict[Allowance, frozenset[str]]:
        """What the document allows, as far as it says so."""
        found: dict[Allowance, frozenset[str]] = {}
        if "cache_roots" in fields.values:
            found["cache_roots"] = self._cache_roots(fields)
        if "pickles" in fields.values:
            found["pickles"] = _pickles(fields, "allow")
        if "dvc" in fields.values:
            found["dvc"] = frozenset(fields.values["dvc"] or ())
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


def _said(fields: Fields, root: Node) -> dict[str, Word]:
    """What stands under each key of the document."""
    assert isinstance(root, Mapping)
    return {key: Word(fields.at[key], plain(value)) for key, (_, value) in root.items.items() if key in fields.at}


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
