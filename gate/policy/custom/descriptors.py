"""The schema of facts as protobuf messages: with them CEL knows the type of every field. Only for the limited process.

Source: https://github.com/protocolbuffers/protobuf, `descriptor.proto`; a field that may be told from one that was
left out is a `proto3_optional` in a oneof of its own.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from gate.core.facts import RECORDS, VARIABLES, Fact

PACKAGE = "gate"
_FIELD = descriptor_pb2.FieldDescriptorProto
_TYPES: dict[str, Any] = {
    "string": _FIELD.TYPE_STRING,
    "int": _FIELD.TYPE_INT64,
    "double": _FIELD.TYPE_DOUBLE,
    "bool": _FIELD.TYPE_BOOL,
}


def pool() -> Any:
    """A pool with a message for each record."""
    file = descriptor_pb2.FileDescriptorProto(name="gate/facts.proto", package=PACKAGE, syntax="proto3")
    for name, fields in RECORDS.items():
        message = file.message_type.add(name=name)
        for number, fact in enumerate(fields, 1):
            _field(message, name, number, fact)
    found = descriptor_pool.DescriptorPool()
    found.AddSerializedFile(file.SerializeToString())
    return found


def messages(known: Any) -> dict[str, Any]:
    """The class of the message of each variable."""
    return {
        variable: message_factory.GetMessageClass(known.FindMessageTypeByName(f"{PACKAGE}.{record}"))
        for variable, record in VARIABLES.items()
    }


def _field(message: Any, record: str, number: int, fact: Fact) -> None:
    field = message.field.add(name=fact.name, number=number)
    field.label = _FIELD.LABEL_REPEATED if fact.many else _FIELD.LABEL_OPTIONAL
    if fact.many == "map":
        entry = message.nested_type.add(name=f"{fact.name.title().replace('_', '')}Entry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, type=_FIELD.TYPE_STRING, label=_FIELD.LABEL_OPTIONAL)
        _typed(entry.field.add(name="value", number=2, label=_FIELD.LABEL_OPTIONAL), fact.base)
        field.type = _FIELD.TYPE_MESSAGE
        field.type_name = f".{PACKAGE}.{record}.{entry.name}"
        return
    _typed(field, fact.base)
    if not fact.many and fact.base in _TYPES:
        field.proto3_optional = True
        field.oneof_index = len(message.oneof_decl)
        message.oneof_decl.add(name=f"_{fact.name}")


def _typed(field: Any, base: str) -> None:
    if base in _TYPES:
        field.type = _TYPES[base]
    else:
        field.type = _FIELD.TYPE_MESSAGE
        field.type_name = f".{PACKAGE}.{base}"
