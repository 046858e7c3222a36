"""What the machine knows of an entry on the stack: enough to say what is imported and called with what.

A literal is the offset of the instruction that pushes it, an `int`: its value is read when somebody asks, so
that a file full of numbers and texts takes no memory. A `tuple` or `list` is one, of such values, while
it is small; everything else is one of the classes and constants here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, Union

ANY: Final = "any"
"""Anything, callable or not: what an unknown call or a loader's `persistent_load` gives."""
CONTAINER: Final = "container"
"""A list, tuple, dictionary or set of which no more is known; it cannot be called."""
PERSISTENT: Final = "persistent"
"""What a loader's `persistent_load` gives: its own business, and no evidence of anything."""
KEYS = 50_000
"""Entries that are kept of one dictionary that may become the state of an object."""
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
    """What a call gave: `callee` was called with `arguments`, and BUILD gave it `state`.

    `created` says that it is an instance whose `__init__` did not run, `holds` that it is something callable which
    was put together here, `shared` that another call was given it.
    """

    __slots__ = ("arguments", "callee", "created", "holds", "shared", "state")

    def __init__(self, callee: Imported, arguments: Value, created: bool) -> None:
        self.callee = callee
        self.arguments = arguments
        self.created = created
        self.holds = False
        self.shared = False
        self.state: Value | None = None

    def is_of(self, names: Collection[tuple[str, str]]) -> bool:
        """Whether one of `names` was called for it."""
        return (self.callee.module, self.callee.name) in names


class Recalled:
    """What a call gave, on the stack once more: out of the memo, or by DUP. Picklers do not change it there."""

    __slots__ = ("made",)

    def __init__(self, made: Made) -> None:
        self.made = made


class Record:
    """A dictionary while it is filled: `items` by literal keys; `odd` if a key is none or comes twice."""

    __slots__ = ("items", "odd")

    def __init__(self) -> None:
        self.items: dict[int, Value] = {}
        self.odd = False

    def update(self, items: list[Value]) -> None:
        """Take over keys and values in turn."""
        for key, value in zip(items[::2], items[1::2], strict=False):
            if type(key) is int and len(self.items) < KEYS:
                self.items[key] = value
            else:
                self.odd = True


Marker = Literal["any", "container", "persistent"]
Value = Union[int, "tuple[Value, ...]", "list[Value]", Record, Imported, Made, Recalled, Marker]


def is_object(value: Value) -> bool:
    """Whether `value` can be called, or have methods of its own."""
    return isinstance(value, (Imported, Made, Recalled)) or value is ANY or value is PERSISTENT


def twice(value: Value) -> Value:
    """`value` when it comes onto the stack again."""
    if isinstance(value, Imported):
        value.pushed += 1
    elif isinstance(value, Made):
        return Recalled(value)
    return CONTAINER if isinstance(value, (Record, list)) else value


def plain(value: Value) -> Value:
    """`value` without regard to how it came onto the stack."""
    return value.made if isinstance(value, Recalled) else value


def packed(items: list[Value]) -> Value:
    """A tuple of `items` as far as it is kept: not a wide one, and three tuples deep."""
    if len(items) > WIDTH:
        return CONTAINER
    return tuple(CONTAINER if type(item) is tuple and _nests(item) else item for item in items)


def _nests(value: tuple[Value, ...]) -> bool:
    return any(type(item) is tuple and any(type(deep) is tuple for deep in item) for item in value)
