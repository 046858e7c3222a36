"""What a call gives, as far as it can be told without the call; and what it is given, for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.formats.pickle import literals
from gate.formats.pickle.values import ANY, PERSISTENT, Imported, Made, Value
from gate.formats.pickle.verdicts import NESTED

if TYPE_CHECKING:
    from gate.formats.pickle.machine import Machine

ATTRGETTER = ("operator", "attrgetter")
"""With plain names it is harmless until somebody calls it, and what a call gave may not be called."""
TYPE = {("builtins", "type"), ("__builtin__", "type")}
"""With one argument it gives the class of that; `type(None)` is how NoneType is pickled."""
RECONSTRUCTS = {("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor")}
CALLS_FIRST = {
    ("functools", "partial"),
    ("collections", "defaultdict"),
    ("pandas.core.indexes.base", "_new_Index"),
    ("torch._tensor", "_rebuild_from_type"),
    ("torch._tensor", "_rebuild_from_type_v2"),
}
"""Functions on the list of what is harmless that call their first argument, at once or later."""
GETATTR = {("builtins", "getattr"), ("__builtin__", "getattr")}
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
    callee.called = callee.called or not instance
    machine.calls.setdefault(callee, Call(given, machine.offset))
    for value in _handed_on(callee, given):
        value.called = True
    if (callee.module, callee.name) in GETATTR:
        attribute = _attribute(machine, given)
        if attribute is not None:
            callee.resolved += 1
            return attribute
    if _is_harmless(machine, callee, given):
        callee.resolved += 1
    if is_nested_loader(callee.module, callee.name):
        machine.nest(given)
    return Made(callee, given)


def _handed_on(callee: Imported, given: Value) -> list[Imported]:
    """The arguments that a harmless function calls, or has called by what it makes."""
    if type(given) is not tuple:
        return []
    key = callee.module, callee.name
    if key in RECONSTRUCTS:  # the base of the class is called with the state
        handed = [item for item in given[1:2] if isinstance(item, Imported) and item.name != "object"]
    elif key in CALLS_FIRST:
        handed = [item for item in given[:1] if isinstance(item, Imported)]
    elif callee.module == "numpy.random._pickle":
        handed = [item for item in given if isinstance(item, Imported)]
    else:
        handed = []
    return handed


def _is_harmless(machine: Machine, callee: Imported, given: Value) -> bool:
    """Whether this call is, though others of the same global are not."""
    key = callee.module, callee.name
    if key in TYPE:
        return type(given) is tuple and len(given) == 1
    return key == ATTRGETTER and _plain_names(machine, given)


def _plain_names(machine: Machine, given: Value) -> bool:
    """Whether the arguments are literal names, none of which is private."""
    names = (
        [literals.text(machine.source, item) if type(item) is int else None for item in given]
        if type(given) is tuple
        else []
    )
    return bool(names) and all(name and not any(part.startswith("_") for part in name.split(".")) for name in names)


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
    if isinstance(value, Made) and value.callee is not None:
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
