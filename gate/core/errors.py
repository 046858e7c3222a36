"""Every error that the gate raises on purpose; each carries its exit code and says how to fix it.

    GateError
    +-- UsageError          2  the command line, or a named path that does not exist
    |   +-- AbsentError     2  the file is not there at all
    +-- DocumentError       2  a DBOM, policy or listing that cannot be read: one or many problems, each with its place
    +-- UnableError         4  the gate itself was unable: full disk, missing extra, unreadable file
    +-- VerificationError   1  bytes that are not to be loaded: see gate.loading.errors
    +-- TamperedError       1  a mirror that holds other bytes than its names say: see gate.vendor.interface

What is wrong with the judged bytes is otherwise never an error: it is a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gate.core.model import Location

MAX_PROBLEMS = 50


class Problem(NamedTuple):
    """One thing wrong at one place, and how to fix it."""

    location: Location
    message: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" + (f" ({self.fix})" if self.fix else "")


class GateError(Exception):
    """Base of the tree: `message` says what is wrong, `fix` what to do about it."""

    exit_code = 2

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        """What a traceback shows: with the fix, for in Python nothing else prints it."""
        return f"{self.message}\n  fix: {self.fix}" if self.fix else self.message

    @property
    def problems(self) -> Sequence[Problem]:
        """The places, where the error has some."""
        return ()


class UsageError(GateError):
    """The command line asks for something that cannot be."""


class AbsentError(UsageError):
    """A file that is named is not there."""


class DocumentError(GateError):
    """A DBOM or policy is not usable; all its problems at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems[:MAX_PROBLEMS])))
        self._problems = tuple(problems)

    @property
    def problems(self) -> Sequence[Problem]:
        """Every problem, in the order of the file."""
        return self._problems


class UnableError(GateError):
    """The gate was unable to do its work; nothing is known about the input."""

    exit_code = 4
