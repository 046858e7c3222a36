"""PaddlePaddle programs (`.pdmodel`): operators that run Python, open files or speak to others.

Source: `framework.proto` and the operators of Paddle 2.
"""

from __future__ import annotations

import re

from gate.core.model import Json
from gate.formats.findings import Findings
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.protobuf.collect import collect
from gate.formats.protobuf.wire import NUMBER, TEXT, Message, Schema

SCHEMA: Schema = {
    "program": {1: "block", 4: "version"},
    "version": {1: NUMBER},
    "block": {1: NUMBER, 2: NUMBER, 3: "variable", 4: "operator"},
    "variable": {1: TEXT},
    "operator": {3: TEXT},
}
_DOES = {
    **dict.fromkeys(("py_func", "py_layer", "pylayer"), ("weights/embedded-code", "runs Python code")),
    **dict.fromkeys(
        ("load", "load_combine", "save", "save_combine", "sparse_tensor_load", "read_file", "create_custom_reader"),
        ("weights/external-reference", "reads or writes files"),
    ),
    **dict.fromkeys(
        ("listen_and_serv", "heter_listen_and_serv", "send", "recv", "send_barrier", "fetch_barrier", "gen_nccl_id"),
        ("weights/external-reference", "sends to or receives from elsewhere"),
    ),
}
_OPERATOR = re.compile(r"[a-z][a-z0-9_]*\Z")


def read(source: Source) -> Inspection | None:
    """Judge every operator; None if `source` is no program. Facts: `version`, `blocks` and `operators`."""
    return collect(source, SCHEMA, "program", "paddle", _Program())


class _Program:
    """What was seen so far."""

    def __init__(self) -> None:
        self._findings = Findings()
        self._counts = dict.fromkeys(SCHEMA, 0)
        self._version = 0
        self._block = self._operator = False

    @property
    def recognised(self) -> bool:
        """Whether this is surely a program: a numbered block, and operators that can be ones."""
        return self._block and self._operator

    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong."""
        return self._findings.flaws()

    def facts(self) -> dict[str, Json]:
        """See `read`."""
        return {"version": str(self._version), "blocks": self._counts["block"], "operators": self._counts["operator"]}

    def take(self, message: Message) -> None:
        """Note what a message says."""
        self._counts[message.kind] += 1
        if message.kind == "operator":
            name = message.text(3)
            self._operator = self._operator or bool(_OPERATOR.match(name))
            if name in _DOES:
                rule, what = _DOES[name]
                self._findings.add(rule, f'operator "{name}" {what}', message.start)
        elif message.kind == "block":
            self._block = self._block or {1, 2} <= message.values.keys()
        elif message.kind == "version":
            self._version = message.number(1)
