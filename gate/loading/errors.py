"""The errors of loading, part of the tree of `gate.core.errors`.

    GateError
    +-- VerificationError           what lies there is not what was declared, or could run code when loaded
    +-- UsageError
        +-- UnknownArtifactError    also a LookupError: the DBOM has no artifact of that name

The others pass through: a `DocumentError` for a DBOM with mistakes, an `UnableError` for a missing library.
"""

from __future__ import annotations

from collections.abc import Sequence

from gate.core.errors import GateError, UsageError
from gate.core.model import Finding
from gate.core.text import count, printable

SHOWN = 10
"""Findings that the message of an error spells out; `findings` has all."""


class VerificationError(GateError):
    """An artifact is not what the DBOM declares, or loading it could run code.

    `name` is the artifact, and `findings` say what is wrong, where, and how to fix it. Without findings `name` is
    the whole message: torch raises the errors of its workers again from nothing else.
    """

    exit_code = 1

    def __init__(self, name: str, findings: Sequence[Finding] = ()) -> None:
        lines = [f"{printable(name)} is not verified: {count(len(findings), 'finding')}"] if findings else [name]
        for finding in findings[:SHOWN]:
            lines += [f"{finding.rule} ({finding.location}): {finding.message}", f"  = fix: {finding.fix}"]
        if len(findings) > SHOWN:
            lines.append(f"... and {count(len(findings) - SHOWN, 'more finding')}")
        super().__init__("\n".join(lines))
        self.name = name
        self.findings = tuple(findings)

    def __reduce__(self) -> tuple[type[VerificationError], tuple[str, tuple[Finding, ...]]]:
        """Errors cross from the workers of a data loader to the process that started them."""
        return type(self), (self.name, self.findings)


class UnknownArtifactError(UsageError, LookupError):
    """The DBOM declares no artifact of that name; the message names the nearest one."""
