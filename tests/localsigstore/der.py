"""DER (X.690), as much as a timestamp reply needs, and a reader for timestamp queries."""

from __future__ import annotations

from datetime import datetime, timezone

SEQUENCE = 0x30
SET = 0x31


def tagged(tag: int, *parts: bytes) -> bytes:
    """One value: its tag byte, its length, its content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*items: bytes) -> bytes:
    """SEQUENCE."""
    return tagged(SEQUENCE, *items)


def set_of(*items: bytes) -> bytes:
    """SET OF: DER wants its members in the order of their bytes."""
    return tagged(SET, *sorted(items))


def explicit(number: int, *items: bytes) -> bytes:
    """A constructed context tag, such as [0], around what is given."""
    return tagged(0xA0 | number, *items)


def integer(value: int) -> bytes:
    """INTEGER; not negative."""
    return tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tagged(0x04, value)


def null() -> bytes:
    """NULL."""
    return tagged(0x05)


def utf8(value: str) -> bytes:
    """UTF8String, the type of Fulcio's extensions from .8 on."""
    return tagged(0x0C, value.encode())


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    return tagged(0x06, *(_base128(number) for number in (first * 40 + second, *rest)))


def generalized_time(moment: datetime) -> bytes:
    """GeneralizedTime in UTC and whole seconds (RFC 3161, genTime)."""
    return tagged(0x18, moment.astimezone(timezone.utc).strftime("%Y%m%d%H%M%SZ").encode())


def utc_time(moment: datetime) -> bytes:
    """UTCTime, the type of CMS's signingTime up to 2049 (RFC 5652, 11.3)."""
    return tagged(0x17, moment.astimezone(timezone.utc).strftime("%y%m%d%H%M%SZ").encode())


def read(data: bytes) -> list[tuple[int, bytes]]:
    """The values that stand one after the other in `data`, each as tag and content; for well-formed input of tests."""
    values = []
    at = 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            width = size & 0x7F
            size = int.from_bytes(data[at : at + width], "big")
            at += width
        values.append((tag, data[at : at + size]))
        at += size
    return values


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))
