"""Which upstream an address names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gate.core.errors import UsageError
from gate.core.text import printable
from gate.dbom.address import refuse_secrets
from gate.vendor.interface import Upstream
from gate.vendor.upstream.https import Listed


class Wanted(NamedTuple):
    """What to find: `revision` is for a hub, `sha256` for one file.

    `listed` says to which other hosts a server may redirect; `environment` has what is known of the hub.
    """

    source: str
    revision: str | None
    sha256: str | None
    listed: Listed
    environment: Mapping[str, str]


@contextlib.contextmanager
def find(wanted: Wanted) -> Iterator[Upstream]:
    """The files, at a revision that cannot move where the origin has such; raises `GateError`."""
    source, sha256 = wanted.source, wanted.sha256
    refuse_secrets(source)
    scheme = source.partition("://")[0] if "://" in source else ""
    if wanted.revision is not None and scheme != "hf":
        raise UsageError("--revision is for hf:// alone", "leave it out, or name the revision in the address")
    with contextlib.ExitStack() as stack:
        found = _find(scheme, wanted, stack)
        if sha256 is not None:
            if found.is_directory:
                raise UsageError("--sha256 is for one file, and this is a directory", "leave it out, or name one file")
            found = found._replace(entries=(found.entries[0]._replace(sha256=sha256),), notes=())
        yield found


def _find(scheme: str, wanted: Wanted, stack: contextlib.ExitStack) -> Upstream:
    if scheme == "hf":
        from gate.vendor.upstream import hub

        return hub.find(wanted.source, wanted.revision, wanted.environment, stack)
    if scheme == "https":
        from gate.vendor.upstream import https

        return https.find(wanted.source, wanted.listed)
    if scheme in ("s3", "gs"):
        from gate.vendor.upstream import objects

        return objects.find(wanted.source)
    if scheme:
        fix = "vendor from hf://, https://, s3://, or from a path"
        raise UsageError(f"{printable(wanted.source)}: {printable(scheme)}:// cannot be vendored", fix)
    from gate.vendor.upstream import local

    return local.find(wanted.source)
