"""The schema of `dvc:` in `gate-policy.yaml`."""

from __future__ import annotations

from gate.documents.kinds import Field, ListOf, Record, Text
from gate.dvc.remotes import ADDRESS, address_problem

MAX_REMOTES = 100
_REMOTES = ListOf(
    Text(check=address_problem, pattern=ADDRESS, expected="an address such as s3://bucket/path, or a directory"),
    most=MAX_REMOTES,
)

DVC = {
    "dvc": Field(
        Record(
            {
                "remotes": Field(
                    _REMOTES,
                    "Addresses, each with all beneath it, that DVC may fetch from: `gate check --pull` needs them.",
                    required=True,
                )
            },
            lambda fields: fields.get("remotes"),
        ),
        "From where DVC may fetch; an address must be on the list of every policy that is extended by file.",
    )
}
"""The key of a policy that the list of remotes is made from."""
