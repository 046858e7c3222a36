"""What the readers of all kinds of messages share: walk, recognise by what was met, answer."""

from __future__ import annotations

from typing import Protocol

from gate.core.model import Json
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.protobuf.wire import LimitError, Message, Schema, WireError, walk


class Collector(Protocol):
    """What a reader gathers about one file."""

    def take(self, message: Message, /) -> None:
        """Note what a message says."""

    @property
    def recognised(self) -> bool:
        """Whether what was met can only be this kind of model."""

    def flaws(self) -> tuple[Flaw, ...]:
        """What is wrong with it, asked once, at the end."""

    def facts(self) -> dict[str, Json]:
        """What helps a person."""


def collect(source: Source, schema: Schema, root: str, form: str, collector: Collector) -> Inspection | None:
    """Walk `source` and answer what `collector` gathered; None if it does not recognise it.

    Raises `LimitError` where the end was not reached and nothing was recognised on the way.
    """
    cut: WireError | None = None
    try:
        for message in walk(source, schema, root):
            collector.take(message)
    except WireError as error:
        cut = error
    if not collector.recognised:
        if isinstance(cut, LimitError):
            raise cut
        return None
    flaws = collector.flaws()
    if cut is not None:
        rule = "weights/unscannable" if isinstance(cut, LimitError) else "weights/malformed"
        flaws = (*flaws, Flaw(rule, f"{form}: {cut}", cut.offset))
    return Inspection(form, "weights", flaws, collector.facts())
