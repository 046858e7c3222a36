"""The raw arrays that joblib writes between the instructions of a pickle.

Source: `NumpyArrayWrapper.read_array` in `joblib/numpy_pickle.py`. Behind the BUILD of a wrapper come, where the
wrapper says so, a byte of padding length and the padding; then the elements, or for a dtype with Python objects
a pickle of its own. Only wrappers as joblib writes them are followed: whoever sets one up in another way makes
joblib read other bytes as instructions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.formats.pickle import literals, states
from gate.formats.pickle.values import ANY, Imported, Made, Record, Value, plain

if TYPE_CHECKING:
    from gate.formats.pickle.machine import End, Machine

WRAPPERS = (
    ("joblib.numpy_pickle", "NumpyArrayWrapper"),
    ("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper"),
)
MEMMAP = ("numpy", "memmap")
"""As the class of a wrapped array it is only compared with; called, it opens files."""
KEYS = {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}


class _UnknownError(Exception):
    """Size or content of the array cannot be told."""


def step_over(machine: Machine, wrapper: Made) -> End | None:
    """Move behind the array of `wrapper`. A pickle in its place is followed as part of this one."""
    try:
        state = _state(machine, wrapper)
        dtype = plain(state["dtype"])
        if not isinstance(dtype, Made) or not dtype.is_of(states.DTYPE):
            raise _UnknownError
        layout = states.layout(machine, dtype)
        elements = _elements(machine, state["shape"])
        padded = _is_padded(machine, state.get("numpy_array_alignment_bytes"))
    except (_UnknownError, KeyError):
        return "unresolved"
    machine.stack[-1] = ANY  # the array, no longer its wrapper
    if layout is None:
        return "unresolved"
    if layout.objects:
        return machine.embedded()
    machine.fork()  # every other loader takes what follows for instructions
    cursor = machine.cursor
    if padded:
        padding = cursor.code()
        cursor.position += padding
    cursor.skip(elements * layout.size)
    return None


def _state(machine: Machine, wrapper: Made) -> dict[str, Value]:
    """The attributes of a wrapper that was made without arguments and stands at the end of its frame."""
    state = wrapper.state
    if not wrapper.created or wrapper.arguments != () or machine.frame > machine.cursor.position:
        raise _UnknownError
    if not isinstance(state, Record) or state.odd:
        raise _UnknownError
    named = {literals.text(machine.source, key) or "": value for key, value in state.items.items()}
    if len(named) != len(state.items) or not named.keys() <= KEYS:
        raise _UnknownError
    subclass = named.get("subclass")
    if isinstance(subclass, Imported) and (subclass.module, subclass.name) == MEMMAP:
        subclass.resolved += 1
    return named


def _is_padded(machine: Machine, alignment: Value | None) -> bool:
    """Whether padding comes before the elements: where an alignment is given, as a number."""
    if alignment is None or machine.is_none(alignment):
        return False
    _number(machine, alignment)
    return True


def _number(machine: Machine, value: Value) -> int:
    try:
        found = literals.value(machine.source, value) if type(value) is int else None
    except ValueError:
        found = None
    if type(found) is not int or found < 0:
        raise _UnknownError
    return found


def _elements(machine: Machine, shape: Value) -> int:
    if type(shape) is not tuple:
        raise _UnknownError
    count = 1
    for item in shape:
        count *= _number(machine, item)
    return count
