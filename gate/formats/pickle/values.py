"""What the machine knows of an entry on the stack: enough to say what is imported and called with what.

A literal is the offset of the instruction that pushes it, an `int`: its value is read when somebody asks, so
that a file full of numbers and texts takes no memory. A `tuple`, `list` or `dict` is one, of such values, while
it is small; everything else is one of the classes and constants here.
"""

from __future__ import annotations

from typing import Final, Literal, Union

ANY: Final = "any"
"""Anything, callable or not: what an unknown call or a loader's `persistent_load` gives."""
CONTAINER: Final = "container"
"""A list, tuple, dictionary or set of which no more is known; it cannot be called."""
PERSISTENT: Final = "persistent"
"""What a loader's `persistent_load` gives: its own business, and no evidence of anything."""
WIDTH = 64
"""Elements that are kept of one tuple, list or dictionary: no loader takes so many arguments."""


class Imported:
    """A global: `module` and `name` as the stream has them, None where they cannot be told."""

    __slots__ = ("called", "mapped", "module", "name", "offset", "pushed", "resolved")

    def __init__(self, module: str | None, name: str | None, offset: int, mapped: bool) -> None:
        self.module = module
        self.name = name
        self.offset = offset
        self.mapped = mapped
        """Whether the unpickler translates names of Python 2, as it does up to protocol 2."""
        self.called = False
        """Whether it is called, rather than an instance of it created without its `__init__`."""
        self.pushed = 0
        """How often it came onto the stack."""
        self.resolved = 0
        """How often it was called with an outcome that is known without the call."""

    @property
    def shown(self) -> str:
        """How messages name it."""
        if self.module is None or self.name is None:
            return self.name or "something whose name only shows when it is loaded"
        return f"{self.module}.{self.name}"


class Made:
    """What a call gave: `callee` was called with `arguments`, and BUILD gave it `state`."""

    __slots__ = ("arguments", "callee", "state")

    def __init__(self, callee: Imported | None, arguments: Value) -> None:
        self.callee = callee
        self.arguments = arguments
        self.state: Value | None = None


Marker = Literal["any", "container", "persistent"]
Value = Union[int, "tuple[Value, ...]", "list[Value]", "dict[Value, Value]", Imported, Made, Marker]


def is_object(value: Value) -> bool:
    """Whether `value` can be called, or have methods of its own."""
    return isinstance(value, (Imported, Made)) or value is ANY or value is PERSISTENT


def packed(items: list[Value]) -> Value:
    """A tuple of `items` as far as it is kept: not a wide one, and three tuples deep."""
    if len(items) > WIDTH:
        return CONTAINER
    return tuple(CONTAINER if type(item) is tuple and _nests(item) else item for item in items)


def _nests(value: tuple[Value, ...]) -> bool:
    return any(type(item) is tuple and any(type(deep) is tuple for deep in item) for item in value)
