"""TensorFlow Lite models: operators that the file brings no code for, and buffers that lie elsewhere.

Source: `schema.fbs` of TensorFlow 2.21 and `register.cc` of its kernels. Field numbers are positions in the schema.
"""

from __future__ import annotations

import re

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.findings import Findings, leads_out
from gate.formats.flatbuffers.tables import Flat, FlatError, FollowError, Table
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.protobuf.tensorflow_ops import EFFECTS, known

CUSTOM = 32
"""BuiltinOperator."""
BUILT_IN = frozenset(
    ("AudioSpectrogram", "Mfcc", "NumericVerify", "TFLite_Detection_PostProcess", "aeq.hadamard_rotation")
)
"""Custom operators that the interpreter itself has (`tensorflow/lite/core/kernels/register.cc`)."""
FLEX = "Flex"
"""Prefix of operators that TensorFlow runs; which one, the options say."""
LISTED = 20
"""Names of metadata that are listed in the facts."""
OPTIONS = 64 * 1024
"""Bytes of the options of one operator that are searched."""
_EFFECTS = re.compile("|".join(sorted(map(re.escape, EFFECTS), key=len, reverse=True)).encode() + rb"(?![A-Za-z0-9_])")
_REFERENCE = "weights/external-reference"


def read(source: Source) -> Inspection:
    """Check operators and buffers. Facts: `version`, `operators` (kinds), `nodes`, `buffers` and `metadata` (names)."""
    flat = Flat(source)
    findings = Findings()
    facts: dict[str, Json] = {}
    try:
        _model(flat, findings, facts)
    except FlatError as error:
        rule = "weights/unscannable" if isinstance(error, FollowError) else "weights/malformed"
        flaw = Flaw(rule, f"TFLite: {error}", error.offset)
        return Inspection("tflite", "weights", (*findings.flaws(), flaw), facts)
    return Inspection("tflite", "weights", findings.flaws(), facts)


def _model(flat: Flat, findings: Findings, facts: dict[str, Json]) -> None:
    root = flat.root()
    codes = list(root.tables(1))
    facts["version"] = str(root.number(0, 4))
    facts["operators"] = len(codes)
    flex = {index for index, code in enumerate(codes) if _operator(code, findings)}
    facts["nodes"] = sum(_subgraph(flat, graph, flex, findings) for graph in root.tables(2))
    facts["buffers"] = sum(_buffer(flat, buffer) for buffer in root.tables(4))
    names: list[Json] = [shorten(entry.text(0), 60) for entry in root.tables(6)]
    facts["metadata"] = names[:LISTED]
    for group in root.tables(8):
        why = leads_out(group.text(0))
        if why is not None:
            findings.add(_REFERENCE, f'buffers lie in "{shorten(group.text(0))}", which {why}', group.start)


def _operator(code: Table, findings: Findings) -> bool:
    """Judge a kind of operator; whether TensorFlow runs it, by what the options of its nodes say."""
    kind = max(code.number(0, 1, signed=True), code.number(3, 4, signed=True))
    name = code.text(1)
    if kind != CUSTOM or name in BUILT_IN:
        return False
    if not name.startswith(FLEX):
        message = f'operator "{shorten(name, 60)}" is not built into TFLite: it needs code from elsewhere'
        findings.add(_REFERENCE, message, code.start)
        return False
    operator = name[len(FLEX) :]
    if operator in EFFECTS:
        rule, what = EFFECTS[operator]
        findings.add(rule, f'operator "{operator}" of TensorFlow {what}', code.start)
    elif not known(operator):
        message = f'operator "{shorten(operator, 60)}" is not one of TensorFlow: it needs code from elsewhere'
        findings.add(_REFERENCE, message, code.start)
    return True


def _subgraph(flat: Flat, graph: Table, flex: set[int], findings: Findings) -> int:
    """Judge the nodes of a graph; how many there are."""
    nodes = 0
    for node in graph.tables(3):
        nodes += 1
        start, length = node.vector(5, 1)
        large = node.number(9, 8)
        if large > 1:
            start, length = large, node.number(10, 8)
            flat.check(start, length)
        if node.number(0, 4) not in flex:
            continue
        if length > OPTIONS:
            message = f"an operator of TensorFlow has options of {length:,} bytes, more than are searched"
            findings.add("weights/unscannable", message, start)
        options = flat.source.read(start, min(length, OPTIONS))
        for operator in sorted({found[0].decode() for found in _EFFECTS.finditer(options)}):
            rule, what = EFFECTS[operator]
            findings.add(rule, f'the options of a node name the operator "{operator}", which {what}', start)
    return nodes


def _buffer(flat: Flat, buffer: Table) -> int:
    """Check that the data of a buffer lies in the file: in the flatbuffer, or behind it where that is large."""
    buffer.vector(0, 1)
    offset = buffer.number(1, 8)
    if offset > 1:
        flat.check(offset, buffer.number(2, 8))
    return 1
