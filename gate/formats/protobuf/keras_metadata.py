"""The JSON that Keras keeps about its layers inside a SavedModel."""

from __future__ import annotations

from gate.formats.config.reader import parse
from gate.formats.interface import Flaw, Source
from gate.formats.protobuf.wire import Span

LIMIT = 64 * 1024 * 1024
"""Bytes of JSON about one object that are parsed."""


def judge(source: Source, where: Span) -> list[Flaw]:
    """What is wrong with the configuration that lies at `where`."""
    if where.length > LIMIT:
        return [Flaw("weights/unscannable", f"more than {LIMIT:,} bytes of JSON")]
    try:
        document = parse(source.read(where.start, where.length))
    except (ValueError, RecursionError) as error:
        return [Flaw("weights/malformed", f"no readable JSON: {error}")]
    from gate.formats.config.keras import check

    return check(document)
