"""Expressions and statements of a template, as few kinds of node as telling harm from harmless takes."""

from __future__ import annotations

from typing import NamedTuple


class Node(NamedTuple):
    """One expression.

    By `kind`, `parts` are: const none (its `value`), name none (its `name`), list and tuple the items, dict keys and
    values in turn, attribute and item the base (and the key), slice three, call the callee and the arguments,
    filter and test the input and the arguments (`name` says which), not/neg/pos one, and/or/math/compare/concat the
    operands (`name`: the operators), condition test, then and else. `keywords` are keyword arguments; `*` and `**`
    those that are unpacked.
    """

    kind: str
    at: int
    parts: tuple[Node, ...] = ()
    name: str = ""
    value: object = None
    keywords: tuple[tuple[str, Node], ...] = ()
    depth: int = 1


class Statement(NamedTuple):
    """One statement; those inside its body follow it, until the one with kind `end`.

    By `kind`, `nodes` are: output the expressions, set target and value, setblock the target (and its filters),
    for target, iterable (and condition), if the condition, macro the defaults, call the call and the defaults, filter
    the filters, with targets and values in turn, load (include, import, from, extends) the template.
    `names` are the parameters, or the name of a macro and its parameters; defaults are those of the last ones.
    """

    kind: str
    at: int
    nodes: tuple[Node, ...] = ()
    names: tuple[str, ...] = ()
