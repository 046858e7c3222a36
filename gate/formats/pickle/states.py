"""What BUILD gives an object, where that matters: attributes that others call, and dtypes that lie.

Sources: `load_build` in `Lib/pickle.py`, `partial.__setstate__` in `Modules/_functoolsmodule.c`, `arraydescr_setstate`
in numpy's `descriptor.c`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gate.formats.pickle import literals
from gate.formats.pickle.values import ANY, Imported, Made, Record, Value, is_object, plain

if TYPE_CHECKING:
    from gate.formats.pickle.machine import Machine

CALLED = frozenset(
    (
        "__setstate__",
        "__new__",
        "__init__",
        "__call__",
        "__reduce__",
        "__class__",
        "append",
        "extend",
        "add",
        "keys",
        "_simple_new",
    )
)
"""Attributes of an instance that unpicklers, containers and pandas call."""
VIEWS = frozenset(("__array__", "__array_interface__", "__array_struct__"))
"""Attributes by which numpy takes an object for memory at an address that the attribute names."""
DTYPE = (("numpy", "dtype"),)
PARTIAL = (("functools", "partial"),)
NAMESPACES = (("types", "SimpleNamespace"), ("argparse", "Namespace"))
LOGGERS = (("logging", "getLogger"),)
RECORDS = (("numpy", "record"), ("numpy.rec", "record"), ("numpy.core.records", "record"))
HAS_OBJECT = 1
"""The flag of a dtype whose elements hold Python objects (`NPY_ITEM_HASOBJECT` in `ndarraytypes.h`)."""


def check(machine: Machine, target: Made) -> None:
    """Note what is wrong with the state that `target` was just given."""
    state = target.state
    if target.is_of(DTYPE):
        if layout(machine, target) is None:
            machine.oddity("makes a numpy dtype whose size or content is not what it says")
    elif target.is_of(PARTIAL):
        first = target.arguments[0] if type(target.arguments) is tuple and target.arguments else None
        if type(state) is not tuple or not state or state[0] is not first:
            machine.oddity("gives functools.partial another function than it was made with")
    elif target.is_of(LOGGERS):
        machine.oddity(f"changes what {target.callee.shown} gave")
    for record in _records(state):
        _attributes(machine, record)
    if target.is_of(NAMESPACES):
        _namespace(machine, state)


def check_items(machine: Machine, items: list[Value]) -> None:
    """Note items of an object that can be attributes of it at the same time."""
    record = Record()
    record.update(items)
    _attributes(machine, record)


def _namespace(machine: Machine, state: Value | None) -> None:
    """Anything may be an attribute here, so nobody can tell who calls it."""
    if type(state) is not Record or state.odd:
        machine.oddity("makes a namespace of attributes that only show when it is loaded")
        return
    for value in map(plain, state.items.values()):
        if isinstance(value, Imported):
            value.called = True
        elif isinstance(value, Made) and value.holds:
            machine.oddity("makes a namespace with something to be called")


def _records(state: Value | None) -> Iterator[Record]:
    """The attributes in a state: a dictionary, or a pair of one and one for slots."""
    for part in state if type(state) is tuple else (state,):
        if isinstance(part, Record):
            yield part


def _attributes(machine: Machine, record: Record) -> None:
    for key, value in record.items.items():
        name = literals.text(machine.source, key) if is_object(value) or type(value) is not int else None
        if name in VIEWS or (name in CALLED and is_object(value)):
            machine.oddity(f"sets the attribute {name}, which others call")


class Layout(NamedTuple):
    """What the elements of a dtype are: `size` in bytes, and whether they are or hold Python objects."""

    size: int
    objects: bool


def layout(machine: Machine, dtype: Made, depth: int = 8) -> Layout | None:
    """The elements of a dtype as numpy would take them; None where code and state do not hold together."""
    kind, size = _code(machine, dtype)
    if dtype.shared or not depth or not kind or kind not in "OSUVbiufcmM":
        return None
    state = dtype.state
    if state is None:
        return Layout(size, kind == "O") if size >= 0 else None
    if type(state) is not tuple or len(state) < 8:
        return None
    inner = [_inner(machine, part, depth) for part in _parts(machine, state[2], state[4])]
    if not _fits(machine, state, inner, size):
        return None
    stated, flags = _number(machine, state[5]), _number(machine, state[7])
    objects = any(part and part.objects for part in inner)
    objects = objects or kind == "O"
    if None in inner or flags is None or bool(flags & HAS_OBJECT) is not objects or (objects and kind not in "OV"):
        return None
    if size < 0:
        return Layout(stated, objects) if stated is not None and stated >= 0 else None
    return Layout(size, objects) if stated == size or (stated == -1 and kind not in "SUV") else None


def _fits(machine: Machine, state: tuple[Value, ...], inner: list[Layout | None], size: int) -> bool:
    """Whether the parts of an element lie within it."""
    base, fields = state[2], state[4]
    size = size if size >= 0 else _number(machine, state[5]) or 0
    sizes = [part.size if part else 0 for part in inner]
    if type(base) is tuple and len(base) == 2:
        shape = base[1] if type(base[1]) is tuple else (base[1],)
        for length in shape:
            sizes[0] *= _number(machine, length) or 0
        return sizes[0] == size
    if isinstance(fields, Record):
        places = [field[1] if type(field) is tuple and len(field) > 1 else ANY for field in fields.items.values()]
        offsets = [_number(machine, place) for place in places]
        return all(at is not None and 0 <= at <= size - part for at, part in zip(offsets, sizes, strict=True))
    return True


def _code(machine: Machine, dtype: Made) -> tuple[str, int]:
    """Kind and size that a dtype is made with: `f8`; `numpy.record` leaves the size to the state, -1 here."""
    first = dtype.arguments[0] if type(dtype.arguments) is tuple and dtype.arguments else None
    if isinstance(first, Imported) and (first.module, first.name) in RECORDS:
        return "V", -1
    code = literals.text(machine.source, first) if type(first) is int else None
    if code is None or not code.isascii() or not code[1:].isdigit() or len(code) > 12:
        return "", 0
    return code[0], int(code[1:]) * (4 if code[0] == "U" else 1)


def _inner(machine: Machine, part: Value, depth: int) -> Layout | None:
    made = plain(part)
    return layout(machine, made, depth - 1) if isinstance(made, Made) and made.is_of(DTYPE) else None


def _parts(machine: Machine, base: Value, fields: Value) -> Iterator[Value]:
    """The dtypes that a structured dtype or a subarray is made of; something that is none where that is unknown."""
    if type(base) is tuple and base:
        yield base[0]
    elif not machine.is_none(base):
        yield base
    if isinstance(fields, Record) and not fields.odd:
        yield from (field[0] if type(field) is tuple and field else field for field in fields.items.values())
    elif not machine.is_none(fields):
        yield fields


def _number(machine: Machine, value: Value) -> int | None:
    try:
        found = literals.value(machine.source, value) if type(value) is int else None
    except ValueError:
        return None
    return found if type(found) is int else None
