"""What is established about a signature, as plain data for reports and policies."""

from __future__ import annotations

from gate.core.model import Json
from gate.core.text import shorten
from gate.signing.authenticate import Authenticated
from gate.signing.binding import Bound
from gate.signing.bundles.bundle import Bundle


def describe(bundle: Bundle, signer: Authenticated | None, bound: Bound | None) -> dict[str, Json]:
    """The facts of one signature; of a signer who is not proven only what needs no proof."""
    facts: dict[str, Json] = {"kind": "sigstore" if bundle.chain else "key"}
    if bound is not None and bound.statement is not None:
        facts["predicate_type"] = shorten(bound.statement.predicate_type, 250)
        if bound.statement.builder:
            facts["builder"] = shorten(bound.statement.builder, 250)
    if signer is None:
        return {**facts, "hint": shorten(bundle.hint)} if bundle.hint else facts
    facts["kind"] = signer.kind
    facts["key"] = signer.fingerprint
    if signer.names:
        facts["identity"] = shorten(signer.names[0], 250)
    if signer.claims is not None:
        given = signer.claims._asdict()
        facts |= {name: shorten(value, 250) for name, value in given.items() if value is not None}
    if signer.times:
        facts["signed_at"] = f"{min(signer.times):%Y-%m-%dT%H:%M:%SZ}"
    if signer.logged:
        facts["log"] = [{"index": one.number, "url": shorten(one.log.url), **_time(one.time)} for one in signer.logged]
    if signer.retired:
        facts["retired_key"] = True
    return facts


def _time(time: object) -> dict[str, Json]:
    return {"time": f"{time:%Y-%m-%dT%H:%M:%SZ}"} if time is not None else {}
