"""The schema of `sources:` in `gate-policy.yaml`."""

from __future__ import annotations

from gate.documents.kinds import Field, Fields, ListOf, Record, Text
from gate.policy.sources import SourceDemand

_HOST = r"(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"

_DIRECTORY = r"file://(?:/(?!\.\.?(?:/|$))[^/\x00-\x1f\x7f]+)+"


def _demand(fields: Fields) -> SourceDemand:
    hosts, score = fields.get("hosts"), fields.get("min_trust")
    return SourceDemand(
        fields.location,
        None if hosts is None else tuple(hosts),
        fields.get("mirror"),
        None if score is None else int(score),
    )


SOURCE = Record(
    {
        "hosts": Field(
            ListOf(Text(pattern=_HOST, expected="a host in lower case, such as `huggingface.co` or `*.example.org`")),
            "The hosts that data and weights may come from; a host must be on the list of every policy that has one.",
        ),
        "mirror": Field(
            Text(pattern=f"{_HOST}|{_DIRECTORY}", expected="a host or bucket in lower case, or file:///DIR"),
            "The internal mirror, a host, a bucket or a directory (file:///DIR): every other host is refused.",
        ),
        "min_trust": Field(
            Text(pattern=r"[1-9][0-9]?|100", expected="a score from 1 to 100"),
            "The least trust score that a source must have, from 1 to 100.",
        ),
    },
    _demand,
    narrowing=True,
)

SOURCES = {"sources": Field(SOURCE, "Where data and weights may come from; the strictest of all policies counts.")}
"""The key of a policy that demands of sources are made from."""
