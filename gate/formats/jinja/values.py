"""What an expression can evaluate to, as far as it matters: which texts the template itself can have made.

A loader's data (messages, tools) is not the template's doing and counts as nothing. Lists, mappings and namespaces that
the template creates are remembered by the place where they are created, so that what is put in comes out again.
"""

from __future__ import annotations

from typing import NamedTuple

from gate.formats.jinja.lexer import LimitProblem

TEXTS = 40
"""Texts that one value is remembered to have; more are any text."""
SITES = 40

_ORDERED = ("list", "tuple", "pair", "cycler")
"""What is created at sites that begin like this has numbered items, and none with a name."""
SAFE, ANY, _TOP = 1, 2, 3
"""A made text whose first character is known and no underscore, one that can be any, and that or any container."""


class Value(NamedTuple):
    """`texts` it may be, whether it may be a `made` text, and the `sites` where it may have been created."""

    texts: frozenset[str] = frozenset()
    made: int = 0
    sites: frozenset[str] = frozenset()

    @property
    def textual(self) -> bool:
        """Whether the template had a hand in the text."""
        return bool(self.texts) or self.made > 0


DATA = Value()
MADE = Value(made=ANY)


def union(*values: Value) -> Value:
    """What may be any of `values`."""
    first, *others = [value for value in values if value is not DATA] or [DATA]
    for other in others:
        if other != first:
            first = _bounded(first.texts | other.texts, max(first.made, other.made), first.sites | other.sites)
    return first


def _bounded(texts: frozenset[str], made: int, sites: frozenset[str]) -> Value:
    """Bounded, and such that adding to a value never makes it less: what may be any text need not list some."""
    if made == _TOP or len(sites) > SITES:
        return Value(made=_TOP)
    if made == ANY or len(texts) > TEXTS:
        return Value(made=ANY, sites=sites)
    return Value(texts, made, sites)


def joined(parts: list[Value]) -> Value:
    """The text of `parts` one after the other: harmless as a name if its beginning is."""
    first = parts[0]
    fixed = bool(first.texts) and all(text and text[0] != "_" for text in first.texts) and first.made <= SAFE
    return Value(made=SAFE if fixed or first == Value(made=SAFE) else ANY)


class Heap:
    """The variables and the contents of what the template creates, over every path through it at once."""

    def __init__(self) -> None:
        self._fields: dict[tuple[str, str], Value] = {}
        self._all: dict[str, Value] = {}
        self.changed = False

    def _join(self, where: tuple[str, str], value: Value) -> None:
        before = self._fields.get(where, DATA)
        after = union(before, value)
        if after != before:
            self._fields[where] = after
            self._all[where[0]] = union(self._all.get(where[0], DATA), value)
            self.changed = True

    def store(self, into: Value, field: str, value: Value) -> None:
        """Put `value` into what `into` may be, under `field`; `*` is any. Raises `LimitProblem`."""
        if into.made == _TOP and value != DATA:
            raise LimitProblem("a variable may be too many things", 0)
        for site in into.sites:
            self._join((site, field), value)

    def content(self, of: Value) -> Value:
        """Any item of what `of` may be; a text's items are its characters."""
        found = [self._all.get(site, DATA) for site in of.sites]
        return union(MADE if of.textual else DATA, *found)

    def field(self, of: Value, name: str) -> Value:
        """The item or attribute `name`."""
        if of.made == _TOP:
            return MADE
        mappings = [site for site in of.sites if not site.startswith(_ORDERED)]
        found = [self._fields.get((site, key), DATA) for site in mappings for key in (name, "*")]
        return union(DATA, *found)

    def assign(self, name: str, value: Value) -> None:
        """A variable may have `value`."""
        self._join(("", name), value)

    def variable(self, name: str) -> Value:
        """What a variable may have; special tokens come from the same hands as the template."""
        if name.endswith(("_token", "_tokens")):
            return union(self._fields.get(("", name), DATA), MADE)
        return self._fields.get(("", name), DATA)
