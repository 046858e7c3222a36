"""The schema of what many entries of a policy share: what they are about, and from which stage on."""

from __future__ import annotations

from gate.core.model import KINDS, STAGES
from gate.documents.kinds import Field, Fields, Record, Text
from gate.policy.model import Selector


def _selector(fields: Fields) -> Selector:
    return Selector(**fields.values)


SELECTOR = Record(
    {
        "kind": Field(Text(choices=KINDS), "Only datasets, or only models."),
        "name": Field(Text(), "Only artifacts whose name matches this glob."),
        "path": Field(Text(), "Only paths that match this glob; `**` crosses directories."),
    },
    _selector,
    narrowing=True,
)

FOR = Field(SELECTOR, "What the entry is about; everything where it is left out.")
FROM_STAGE = Field(Text(choices=STAGES), "The first stage at which the entry counts.")
