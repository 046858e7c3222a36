"""Which mirror an address names."""

from __future__ import annotations

import os

from gate.core.errors import UsageError
from gate.core.text import printable
from gate.dbom.address import refuse_secrets
from gate.vendor.interface import Mirror
from gate.vendor.mirror.directory import Directory

FILE = "file://"


def open_mirror(address: str) -> Mirror:
    """The mirror at `address`: `s3://BUCKET/PREFIX`, `file:///DIR`, or a directory that a person names.

    Raises `UsageError` for what is no mirror, and `UnableError` where a library is missing.
    """
    refuse_secrets(address)
    if address.startswith(FILE) or "://" not in address:
        path = address.removeprefix(FILE)
        if address.startswith(FILE) and not path.startswith("/"):
            raise UsageError(f"{printable(address)} names a machine", "write file:/// and an absolute path")
        if not path or (os.path.lexists(path) and not os.path.isdir(path)):
            raise UsageError(f"{printable(address)} is no directory", "name a directory, or s3://BUCKET/PREFIX")
        return Directory(os.path.realpath(path))
    from gate.objects.store import open_store
    from gate.objects.url import place, problem
    from gate.vendor.mirror.objects import Objects

    if wrong := problem(address):
        raise UsageError(wrong, "name a mirror: a directory, or s3://BUCKET/PREFIX")
    found = place(address)
    if found.scheme != "s3":
        raise UsageError(f"{printable(address)}: {found.scheme}:// is read, and not written to", "name s3:// instead")
    return Objects(open_store(found.scheme), found)
