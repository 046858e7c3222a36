"""ExecuTorch programs (`.pte`): where their segments lie, and native code among them.

Source: `program.fbs`, `extended_header.h` and the format's description (`pte-file-format.md`) of ExecuTorch. Field
numbers are positions in the schema. The kernels of operators and delegates are part of the runtime; what a
delegate is given, data to it, is not looked into.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.findings import Findings
from gate.formats.flatbuffers.tables import Flat, FlatError, FollowError, Table
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.recognise import PROGRAMS, recognise

HEADER = b"eh00"
"""The extended header, behind the identifier: its length, the program's length, and where the segments begin."""
LISTED = 20
"""Names of each kind that are listed in the facts."""
SAMPLE = 256
"""Bytes at the start of a piece of data by which a program is told."""


def read(source: Source) -> Inspection:
    """Check tables and segments; `unknown` if `source` only had the identifier by chance.

    Facts: `version`, `methods`, `operator_names` and `delegates` (the first names of each) and `segments`.
    """
    flat = Flat(source)
    findings = Findings()
    facts: dict[str, Json] = {}
    try:
        _program(flat, findings, facts)
    except FlatError as error:
        if not facts and source.read(8, 4) != HEADER:
            return Inspection("unknown", "other")
        rule = "weights/unscannable" if isinstance(error, FollowError) else "weights/malformed"
        flaw = Flaw(rule, f"ExecuTorch: {error}", error.offset)
        return Inspection("executorch", "weights", (*findings.flaws(), flaw), facts)
    return Inspection("executorch", "weights", findings.flaws(), facts)


def _program(flat: Flat, findings: Findings, facts: dict[str, Json]) -> None:
    root = flat.root()
    plans = list(root.tables(1))
    methods = [plan.text(0) for plan in plans]
    facts["version"] = str(root.number(0, 4))
    facts["methods"] = _names(methods)
    facts["operator_names"] = _names(name for plan in plans for name in _operators(plan))
    facts["delegates"] = _names(delegate.text(0) for plan in plans for delegate in plan.tables(7))
    for data in root.tables(3):
        _judge(flat, *data.vector(0, 1), findings)
    for data in root.tables(2):
        data.vector(0, 1)
    base = flat.number(16 + 8, 8) if flat.source.read(8, 4) == HEADER else 0
    segments = 0
    for segment in root.tables(4):
        segments += 1
        start, length = base + segment.number(0, 8), segment.number(1, 8)
        flat.check(start, length)
        _judge(flat, start, length, findings)
    facts["segments"] = segments


def _operators(plan: Table) -> Iterator[str]:
    for operator in plan.tables(6):
        name, overload = operator.text(0), operator.text(1)
        yield f"{name}.{overload}" if overload else name


def _names(names: Iterator[str] | list[str]) -> list[Json]:
    distinct = dict.fromkeys(names)
    return [shorten(name, 60) for name in list(distinct)[:LISTED]]


def _judge(flat: Flat, start: int, length: int, findings: Findings) -> None:
    """A delegate may be given a library that it loads; some are (AOTInductor)."""
    head = flat.source.read(start, min(length, SAMPLE))
    form = recognise(head, binary=True) if len(head) > 1 else None
    if form in PROGRAMS - {"script", "marshal", "pyc"}:
        findings.add("weights/embedded-code", f"holds native code: a piece of data begins as {form}", start)
