"""Reads the files with custom expectations that a policy allows, by path and digest."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from typing import NamedTuple

from gate.core.text import printable, size
from gate.files import beneath
from gate.policy.suites import CustomFile
from gate.suites.interface import Code

MAX_CODE = 1 << 20
"""Bytes of one file; people write them."""


class Custom(NamedTuple):
    """The files that may be run, and why each of the others may not."""

    code: tuple[Code, ...]
    problems: tuple[str, ...]


def read_custom(allowed: Sequence[CustomFile], root: str) -> Custom:
    """Each file whose bytes have one of the digests that are allowed for its path."""
    code, problems = [], []
    for path in dict.fromkeys(one.path for one in allowed):
        found = _read(path, [one for one in allowed if one.path == path], root)
        if isinstance(found, Code):
            code.append(found)
        else:
            problems.append(f"the custom expectations in {printable(path)} were not run: {printable(found)}")
    return Custom(tuple(code), tuple(problems))


def _read(path: str, allowed: Sequence[CustomFile], root: str) -> Code | str:
    """The file, or why it is not run; what is run are the very bytes whose digest was compared."""
    try:
        with beneath.file(root, path) as descriptor:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return "it is no file"
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_CODE + 1)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    if len(data) > MAX_CODE:
        return f"it is larger than {size(MAX_CODE)}"
    digest = hashlib.sha256(data).hexdigest()
    if digest not in [one.sha256 for one in allowed]:
        places = " or ".join(f"{one.sha256} ({one.location})" for one in allowed)
        return f"its SHA-256 is {digest}, and the policy allows {places}"
    try:
        return Code(path, data.decode())
    except UnicodeDecodeError:
        return "it is not UTF-8"
