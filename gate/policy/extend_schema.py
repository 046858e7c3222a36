"""The schema of what a policy builds on, and of how long it holds."""

from __future__ import annotations

from typing import Any, NamedTuple

from gate.core.model import Json, Location
from gate.documents.dates import DATE
from gate.documents.kinds import SHA256, Either, Field, Fields, ListOf, Reading, Record, Text, YesNo
from gate.documents.nodes import Node
from gate.policy.trust_schema import NAMES, Placed


class Extension(NamedTuple):
    """One entry of `extends:`: a pack such as `gate:strict`, a file, or the reference of a remote policy.

    `sha256` is its pin in lower case. `signed_by` are signers of this document; `transitive` says that what is remote
    may extend what is remote in turn.
    """

    reference: str
    location: Location
    sha256: str = ""
    signed_by: tuple[Placed, ...] = ()
    transitive: bool = False


_NAMED = Text(pattern=r"\S.*", expected="a pack, a file or a remote policy")


class _Reference:
    """The short form of an extension."""

    def read(self, node: Node, reading: Reading) -> Extension | None:
        text: Any = _NAMED.read(node, reading)
        return Extension(text, reading.document.locate(node.span)) if text else None

    def schema(self) -> dict[str, Json]:
        return _NAMED.schema()


def _extension(fields: Fields) -> Extension:
    return Extension(
        fields.values["url"],
        fields.at["url"],
        (fields.get("sha256") or "").lower(),
        fields.get("signed_by") or (),
        fields.get("transitive") or False,
    )


EXTENSION = Record(
    {
        "url": Field(
            _NAMED, "A pack such as `gate:strict`, a file relative to this one, or a remote policy.", required=True
        ),
        "sha256": Field(SHA256, "The SHA-256 that the file must have."),
        "signed_by": Field(NAMES, "Signers of this document, one of whom must have signed the remote policy."),
        "transitive": Field(YesNo(), "`true` where the remote policy may extend further remote policies."),
    },
    _extension,
)

_HOST = Text(pattern=r"[a-z0-9.-]{1,253}", expected="the name of a host, in lower case and without a port")

EXTENDS = {
    "extends": Field(
        ListOf(Either(_Reference(), EXTENSION)),
        "The policies that this one builds on; `gate:baseline` if left out.",
    ),
    "expires": Field(DATE, "The last day (UTC) on which the policy holds, such as 2026-12-31."),
    "credentials": Field(
        ListOf(_HOST),
        "Hosts of your own, at which fetching a policy may use what is set up on the machine, and which may have a "
        "private address.",
    ),
}
"""The keys of a policy that say where it comes from and until when."""
