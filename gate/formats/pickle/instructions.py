"""What each instruction does to the machine.

Source: `Lib/pickle.py` and `Modules/_pickle.c` of CPython; where the two differ, both are allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gate.formats.pickle import arguments, calls, joblib, literals, states
from gate.formats.pickle.cursor import KEPT
from gate.formats.pickle.opcodes import HIGHEST_PROTOCOL, OPCODES, Opcode
from gate.formats.pickle.values import (
    ANY,
    CONTAINER,
    PERSISTENT,
    WIDTH,
    Imported,
    Made,
    Recalled,
    Record,
    Value,
    is_object,
    packed,
    twice,
)

if TYPE_CHECKING:
    from gate.formats.pickle.machine import End, Machine

Bare = Callable[["Machine"], None]
Special = Callable[["Machine", Opcode, bytes], "End | None"]


class BrokenError(Exception):
    """An instruction that no unpickler can carry out."""


def _mark(machine: Machine) -> None:
    machine.mark()


def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.unmark()  # both unpicklers let POP remove a mark


def _pop_mark(machine: Machine) -> None:
    machine.unmark()


def _dup(machine: Machine) -> None:
    machine.stack.append(twice(machine.top()))


def _memoize(machine: Machine) -> None:
    machine.memo.append(machine.top())


def _empty_list(machine: Machine) -> None:
    machine.stack.append([])


def _empty_dict(machine: Machine) -> None:
    machine.stack.append(Record() if machine.imports else CONTAINER)  # only what may become a state is looked at


def _empty_tuple(machine: Machine) -> None:
    machine.stack.append(())


def _empty_set(machine: Machine) -> None:
    machine.stack.append(CONTAINER)


def _tuple1(machine: Machine) -> None:
    machine.stack.append(packed(machine.take(1)))


def _tuple2(machine: Machine) -> None:
    machine.stack.append(packed(machine.take(2)))


def _tuple3(machine: Machine) -> None:
    machine.stack.append(packed(machine.take(3)))


def _tuple(machine: Machine) -> None:
    items = machine.unmark()
    machine.stack.append(packed(items))


def _list(machine: Machine) -> None:
    items = machine.unmark()
    machine.stack.append(items[:WIDTH])


def _dict(machine: Machine) -> None:
    record = Record()
    record.update(machine.unmark())
    machine.stack.append(record)


def _frozenset(machine: Machine) -> None:
    machine.unmark()
    machine.stack.append(CONTAINER)


def _append(machine: Machine) -> None:
    (item,) = machine.take(1)
    _changed(machine, [item])


def _appends(machine: Machine) -> None:
    _changed(machine, machine.unmark())


def _setitem(machine: Machine) -> None:
    _changed(machine, machine.take(2))


def _changed(machine: Machine, items: list[Value]) -> None:
    """APPEND(S), SETITEM(S), ADDITEMS: methods of whatever was imported (`os.environ`, say) run."""
    target = machine.top()
    if target is CONTAINER:
        return
    if type(target) is list:
        target.extend(items[: WIDTH - len(target)])
    elif type(target) is Record:
        target.update(items)
    elif is_object(target):
        if PERSISTENT not in items:
            machine.runs()
        if isinstance(target, Imported):
            machine.oddity(f"changes what it imports, {target.shown}")
        elif isinstance(target, Recalled) or (isinstance(target, Made) and target.state is not None):
            machine.oddity("changes an object that was complete")
        elif isinstance(target, Made) and target.callee.module != "collections":
            states.check_items(machine, items)
    elif type(target) is int and items and literals.kind(machine.source, target) != "iterable":
        raise BrokenError  # where there are no items, nothing is called, whatever methods the target lacks


def _build(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    target, state = machine.take(2)
    machine.stack.append(target)
    if not is_object(target):
        if type(state) is int and machine.is_text(state) and literals.text(machine.source, state) != "":
            raise BrokenError
        return None  # a state that is empty, zero or None is set on anything
    if not machine.is_text(state) and state is not PERSISTENT:  # a text is no state: labels, not an attack
        machine.runs()
    if isinstance(target, Imported):
        machine.oddity(f"changes what it imports, {target.shown}")
    elif isinstance(target, Recalled) or (isinstance(target, Made) and target.state is not None):
        machine.oddity("changes an object that was complete")
    elif isinstance(target, Made):
        target.state = state
        states.check(machine, target)
        if target.is_of(joblib.WRAPPERS):
            return "unresolved" if machine.depth else joblib.step_over(machine, target)
    return None


def _reduce(machine: Machine) -> None:
    callee, given = machine.take(2)
    _called(machine, callee, given, instance=False)


def _newobj(machine: Machine) -> None:
    callee, given = machine.take(2)
    _called(machine, callee, given, instance=True)


def _newobj_ex(machine: Machine) -> None:
    callee, given, named = machine.take(3)
    if machine.is_scalar(named):
        raise BrokenError
    _called(machine, callee, given, instance=True)


def _obj(machine: Machine) -> None:
    entries = machine.unmark()
    if not entries:
        raise BrokenError
    _called(machine, entries[0], packed(entries[1:]), instance=len(entries) == 1)


def _called(machine: Machine, callee: Value, given: Value, instance: bool) -> None:
    """Something callable below something that can be its arguments."""
    if not is_object(callee) or machine.is_scalar(given):
        raise BrokenError
    machine.runs()
    machine.stack.append(calls.called(machine, callee, given, instance))


def _stack_global(machine: Machine) -> None:
    module, name = machine.take(2)
    names = _name(machine, module), _name(machine, name)
    value = machine.imported(*((None, None) if None in names else names))
    machine.runs()
    machine.stack.append(value)


def _name(machine: Machine, part: Value) -> str | None:
    """A module or name that STACK_GLOBAL takes; None if a call or a loader gives it."""
    if is_object(part):
        return None
    if type(part) is not int or not machine.is_text(part):
        raise BrokenError
    found = literals.text(machine.source, part)
    if found is None:
        raise BrokenError
    return found


def _readonly(machine: Machine) -> None:
    machine.top()


def _next_buffer(machine: Machine) -> None:
    machine.stack.append(CONTAINER)


def _persistent(machine: Machine) -> None:
    (identity,) = machine.take(1)
    machine.stack.append(calls.persistent(machine, identity))


def _stop(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    machine.take(1)
    if machine.frame > machine.cursor.position:  # loaders that buffer frames go on behind it, not here
        machine.oddity(f"stops inside of a frame that reaches to byte {machine.frame:,}")
    if machine.declared is not None or machine.evidence is not None or machine.cursor.ended():
        return "stop"
    machine.stack, machine.below, machine.held = [], [], 0  # a value first, a second pickle behind; the memo lives on
    machine.stops.append(machine.cursor.position)
    return None


def _proto(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    machine.version = argument[0]
    if machine.offset == machine.start and argument[0] >= 2:
        machine.declared = argument[0]
    if argument[0] > HIGHEST_PROTOCOL:
        raise BrokenError
    return None


def _frame(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    machine.frame = machine.cursor.position + int.from_bytes(argument, "little")
    return None


def _get(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    key = _index(op, argument)
    value = ANY if key is None else machine.memo.get(key)
    if value is None:
        raise BrokenError
    machine.stack.append(value)
    return None


def _put(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    key, value = _index(op, argument), machine.top()
    if key is not None:
        machine.memo.put(key, value)
    return None


def _index(op: Opcode, argument: bytes) -> int | None:
    if op.form == "fixed":
        return int.from_bytes(argument, "little")
    try:
        return arguments.index(argument)
    except ValueError:
        raise BrokenError from None


def _number(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    valid = arguments.is_float if op.name == "FLOAT" else arguments.is_integer
    if len(argument) < KEPT and not valid(argument):  # of a longer one the middle is missing
        raise BrokenError
    machine.stack.append(machine.offset)
    return None


def _string(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    if arguments.unquoted(argument) is None:
        raise BrokenError
    machine.stack.append(machine.offset)
    return None


def _persid(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    machine.stack.append(PERSISTENT)
    return None


def _global(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    try:
        module, _, name = argument.decode().partition("\n")
    except UnicodeDecodeError:
        raise BrokenError from None
    if op.name == "GLOBAL":
        machine.stack.append(machine.imported(module, name))
        return None
    items = machine.unmark()
    _called(machine, machine.imported(module, name), packed(items), instance=not items)
    return None


def _extension(machine: Machine, op: Opcode, argument: bytes) -> End | None:
    machine.stack.append(machine.imported(None, f"extension {int.from_bytes(argument, 'little')}"))
    return None


_BARE: dict[str, Bare] = {
    "MARK": _mark,
    "POP": _pop,
    "POP_MARK": _pop_mark,
    "DUP": _dup,
    "MEMOIZE": _memoize,
    "EMPTY_LIST": _empty_list,
    "EMPTY_DICT": _empty_dict,
    "EMPTY_TUPLE": _empty_tuple,
    "EMPTY_SET": _empty_set,
    "TUPLE1": _tuple1,
    "TUPLE2": _tuple2,
    "TUPLE3": _tuple3,
    "TUPLE": _tuple,
    "LIST": _list,
    "DICT": _dict,
    "FROZENSET": _frozenset,
    "APPEND": _append,
    "APPENDS": _appends,
    "SETITEM": _setitem,
    "SETITEMS": _appends,
    "ADDITEMS": _appends,
    "REDUCE": _reduce,
    "NEWOBJ": _newobj,
    "NEWOBJ_EX": _newobj_ex,
    "OBJ": _obj,
    "STACK_GLOBAL": _stack_global,
    "BINPERSID": _persistent,
    "NEXT_BUFFER": _next_buffer,
    "READONLY_BUFFER": _readonly,
}
BARE: list[Bare | None] = [
    _BARE[OPCODES[code].name] if code in OPCODES and OPCODES[code].name in _BARE else None for code in range(256)
]
"""Instructions without an argument, by code. They change nothing but the machine's stack and notes."""
SPECIAL: dict[str, Special] = {
    "STOP": _stop,
    "BUILD": _build,
    "PROTO": _proto,
    "FRAME": _frame,
    "GET": _get,
    "BINGET": _get,
    "LONG_BINGET": _get,
    "PUT": _put,
    "BINPUT": _put,
    "LONG_BINPUT": _put,
    "INT": _number,
    "LONG": _number,
    "FLOAT": _number,
    "STRING": _string,
    "PERSID": _persid,
    "GLOBAL": _global,
    "INST": _global,
    "EXT1": _extension,
    "EXT2": _extension,
    "EXT4": _extension,
}
"""Instructions with an argument that do more than push a literal, STOP, and BUILD, behind which raw data may follow."""
