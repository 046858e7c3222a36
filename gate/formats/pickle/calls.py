"""What a call gives, as far as it can be told without the call; and what it is given, for the report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gate.formats.pickle import literals
from gate.formats.pickle.joblib import WRAPPERS
from gate.formats.pickle.values import ANY, CONTAINER, PERSISTENT, Imported, Made, Record, Value, plain
from gate.formats.pickle.verdicts import NESTED

if TYPE_CHECKING:
    from gate.formats.pickle.machine import Machine

ATTRGETTER = (("operator", "attrgetter"),)
"""With plain names it is harmless until somebody calls it, and what a call gave may not be called."""
HOLDS = (("functools", "partial"), ("operator", "attrgetter"), ("operator", "methodcaller"))
"""What these make is there to be called: no other call may have it."""
TYPE = (("builtins", "type"), ("__builtin__", "type"))
"""With one argument it gives the class of that; `type(None)` is how NoneType is pickled."""
INSTANTIATES = (
    ("copyreg", "_reconstructor"),
    ("copy_reg", "_reconstructor"),
    ("copyreg", "__newobj__"),
    ("copy_reg", "__newobj__"),
    ("copyreg", "__newobj_ex__"),
)
"""Functions that create an instance of their first argument; `_reconstructor` calls a base other than `object`."""
CALLS = (
    ("pandas.core.index", "_new_Index"),
    ("pandas.indexes.base", "_new_Index"),
    ("pandas.core.indexes.base", "_new_Index"),
    ("torch._tensor", "_rebuild_from_type"),
    ("torch._tensor", "_rebuild_from_type_v2"),
)
"""Functions on the list of what is harmless that call their first argument."""
KEEPS = ("numpy.core.multiarray", "numpy._core.multiarray", "numpy.core.numeric", "numpy._core.numeric")
"""Modules of functions that make arrays and scalars of a dtype, and do not give that back."""
ITERATES = tuple(
    (module, name)
    for module in ("builtins", "__builtin__")
    for name in ("list", "tuple", "set", "frozenset", "dict", "iter", "enumerate", "zip", "reversed")
)
"""Iterating over an object can run code of its class: a data loader calls what it was given."""
CONSTRUCTORS = "numpy.random._pickle"
"""A module of functions that call any of their arguments."""
GETATTR = (("builtins", "getattr"), ("__builtin__", "getattr"))
SHOWN = 80
"""Characters of one argument that a report shows."""
_SHOWN_ITEMS = 4


class Call(NamedTuple):
    """The first call of a global: `arguments` as far as they are known, `offset` of the instruction."""

    arguments: Value
    offset: int


def called(machine: Machine, callee: Value, given: Value, instance: bool) -> Value:
    """Note a call and answer what is known of its result; `instance` says that no `__init__` runs."""
    if not isinstance(callee, Imported):
        machine.oddity(f"calls {_origin(callee)}")
        return ANY
    created = instance and _is_literal(given)
    callee.called = callee.called or not created
    machine.calls.setdefault(callee, Call(given, machine.offset))
    made = Made(callee, given, created)
    _hand_on(machine, callee, given)
    for item in _deep(given):
        _share(machine, callee, item)
    if (callee.module, callee.name) in GETATTR:
        attribute = _attribute(machine, given)
        if attribute is not None:
            callee.resolved += 1
            return attribute
    if _is_resolved(machine, made):
        callee.resolved += 1
    made.holds = made.is_of(HOLDS)
    if is_nested_loader(callee.module, callee.name):
        machine.nest(given)
    return made


def _is_literal(given: Value) -> bool:
    """Whether all arguments are literals: the others may have methods that a class calls."""
    return type(given) is tuple and all(type(item) is int for item in given)


def _deep(given: Value, depth: int = 3) -> Iterator[Value]:
    """The arguments, and what they hold."""
    if isinstance(given, (tuple, list)) and depth:
        for item in given:
            yield item
            yield from _deep(item, depth - 1)


def _share(machine: Machine, callee: Imported, item: Value) -> None:
    """Note that a call is given `item`: it may call it, or give it back under another name."""
    value = plain(item)
    if isinstance(value, Made):
        value.shared = value.shared or callee.module not in KEEPS
        if value.holds:
            machine.oddity(f"gives a call what {value.callee.shown} made, to be called")


def _hand_on(machine: Machine, callee: Imported, given: Value) -> None:
    """Mark what a harmless function calls of what it is given."""
    key = callee.module, callee.name
    if type(given) is not tuple:
        if key in CALLS or key in INSTANTIATES or key in HOLDS:
            machine.oddity(f"calls {callee.shown} with what only shows when it is loaded")
        return
    if key in ITERATES and given and not isinstance(given[0], (int, tuple, list, Record)) and given[0] is not CONTAINER:
        machine.oddity(f"has {callee.shown} iterate over what a call gave")
    if key in INSTANTIATES and given:
        owner, *others = given
        if isinstance(owner, Imported) and (owner.module, owner.name) in HOLDS:
            machine.oddity(f"creates {owner.shown} in a roundabout way")
        if isinstance(owner, Imported):
            base = others[0] if key[1] == "_reconstructor" and others else None
            if isinstance(base, Imported):
                base.called = base.called or base.name != "object"
            elif not _is_literal(tuple(others)):
                owner.called = True
        return
    handed = given if callee.module == CONSTRUCTORS else given[:1] if key in CALLS else ()
    for item in handed:
        if isinstance(item, Imported):
            item.called = True
        elif key in CALLS:
            machine.oddity(f"has {callee.shown} call what only shows when it is loaded")


def _is_resolved(machine: Machine, made: Made) -> bool:
    """Whether this call is harmless, though other uses of the same global are not."""
    given = made.arguments
    if made.is_of(TYPE):
        return type(given) is tuple and len(given) == 1
    if made.is_of(ATTRGETTER):
        return _plain_names(machine, given)
    if made.is_of(WRAPPERS):
        return made.created and given == ()
    return is_nested_loader(made.callee.module, made.callee.name) and not made.created


def _plain_names(machine: Machine, given: Value) -> bool:
    """Whether the arguments are literal names, none of which is private."""
    names = [_text(machine, item) for item in given] if type(given) is tuple else []
    return bool(names) and all(name and not any(part.startswith("_") for part in name.split(".")) for name in names)


def _text(machine: Machine, value: Value) -> str | None:
    return literals.text(machine.source, value) if type(value) is int else None


def persistent(machine: Machine, identity: Value) -> Value:
    """What a loader gives for a persistent id: torch before 1.6 names classes so, with their source."""
    if type(identity) is tuple and len(identity) == 4 and isinstance(identity[1], Imported):
        kind = identity[0]
        if type(kind) is int and literals.text(machine.source, kind) == "module":
            identity[1].pushed += 1
            return identity[1]
    return PERSISTENT


def is_nested_loader(module: str | None, name: str | None) -> bool:
    """Whether calling it reads its argument as a pickle, or as a file that may hold one."""
    return f"{module}.{name}" in NESTED


def _origin(value: Value) -> str:
    value = plain(value)
    if isinstance(value, Made):
        return f"what {value.callee.shown} gave"
    return "what an earlier call gave"


def _attribute(machine: Machine, given: Value) -> Imported | None:
    """`getattr` of a global and a literal name is the global by its dotted name, as protocol 4 would write it."""
    if type(given) is not tuple or len(given) != 2 or not isinstance(given[0], Imported):
        return None
    owner, name = given[0], given[1]
    if owner.module is None or owner.name is None or type(name) is not int or not machine.is_text(name):
        return None
    text = literals.text(machine.source, name)
    return None if text is None else machine.imported(owner.module, f"{owner.name}.{text}")


def shown(machine: Machine, value: Value) -> str:
    """The arguments of a call as a report shows them: `('id')`, `(7, ...)`."""
    if type(value) is tuple:
        parts = [_shown(machine, item) for item in value[:_SHOWN_ITEMS]]
        return f"({', '.join(parts)}{', ...' if len(value) > _SHOWN_ITEMS else ''})"
    return "(...)"


def _shown(machine: Machine, value: Value) -> str:
    if type(value) is int:
        try:
            text = repr(literals.value(machine.source, value))
        except ValueError:
            return "..."
        return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    if isinstance(value, Imported):
        return value.shown
    if type(value) is list and len(value) <= _SHOWN_ITEMS and all(type(item) is int for item in value):
        return f"[{', '.join(_shown(machine, item) for item in value)}]"
    return "..."
