"""Which families of facts an expression needs, by its syntax tree. Only for the limited process.

Source: https://github.com/google/cel-spec, `proto/cel/expr/syntax.proto` and `checked.proto`, of which this has the
parts that hold other parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from gate.core.facts import FACTS_OF

_FIELD = descriptor_pb2.FieldDescriptorProto
_TREE: dict[str, dict[str, tuple[int, str]]] = {
    "Checked": {"expr": (4, "Expr")},
    "Expr": {
        "ident": (4, "Ident"),
        "select": (5, "Select"),
        "call": (6, "Call"),
        "list": (7, "List"),
        "struct": (8, "Struct"),
        "comprehension": (9, "Comprehension"),
    },
    "Ident": {"name": (1, "string")},
    "Select": {"operand": (1, "Expr"), "field": (2, "string"), "test_only": (3, "bool")},
    "Call": {"target": (1, "Expr"), "args": (3, "Expr*")},
    "List": {"elements": (1, "Expr*")},
    "Struct": {"entries": (2, "Entry*")},
    "Entry": {"map_key": (3, "Expr"), "value": (4, "Expr")},
    "Comprehension": {
        "iter_range": (2, "Expr"),
        "accu_init": (4, "Expr"),
        "loop_condition": (5, "Expr"),
        "loop_step": (6, "Expr"),
        "result": (7, "Expr"),
    },
}
"""Of each message the fields with their numbers and types; a star is a list."""
_SCALARS: dict[str, Any] = {"string": _FIELD.TYPE_STRING, "bool": _FIELD.TYPE_BOOL}


def needed(serialized: bytes) -> list[str]:
    """The families that an expression reads without asking `has(facts.FAMILY)` anywhere; all where it is not known."""
    wrapper = any_pb2.Any()
    tree = _checked()()
    try:
        wrapper.ParseFromString(serialized)
        tree.ParseFromString(wrapper.value)
    except DecodeError:  # nested deeper than protobuf reads
        return list(FACTS_OF)
    read: set[str] = set()
    asked: set[str] = set()
    pending: list[Any] = [tree.expr]
    while pending:
        expression = pending.pop()
        select = expression.select
        if expression.HasField("select") and select.operand.ident.name == "facts":
            (asked if select.test_only else read).add(select.field)
        elif expression.ident.name == "facts":
            read.update(FACTS_OF)
        else:
            pending += _parts(expression)
    return sorted(read - asked)


def _parts(message: Any) -> Iterator[Any]:
    """The expressions right beneath one."""
    for field, value in message.ListFields():
        for part in value if field.is_repeated else [value]:
            if field.message_type is not None:
                if field.message_type.name == "Expr":
                    yield part
                else:
                    yield from _parts(part)


def _checked() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="gate/tree.proto", package="gate.tree", syntax="proto3")
    for name, fields in _TREE.items():
        message = file.message_type.add(name=name)
        for key, (number, kind) in fields.items():
            field = message.field.add(name=key, number=number)
            field.label = _FIELD.LABEL_REPEATED if kind.endswith("*") else _FIELD.LABEL_OPTIONAL
            field.type = _SCALARS.get(kind, _FIELD.TYPE_MESSAGE)
            if kind not in _SCALARS:
                field.type_name = f".gate.tree.{kind.rstrip('*')}"
    known = descriptor_pool.DescriptorPool()
    known.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(known.FindMessageTypeByName("gate.tree.Checked"))
