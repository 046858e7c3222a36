"""Protocol Buffers messages built byte by byte: `message((field, value), ...)`."""

from __future__ import annotations

Value = int | str | bytes
Field = tuple[int, Value]


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def field(number: int, value: Value) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def message(*fields: Field) -> bytes:
    return b"".join(field(number, value) for number, value in fields)
