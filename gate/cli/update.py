"""`gate update`: declares the new bytes of artifacts that changed on purpose."""

from __future__ import annotations

import argparse
import os
from typing import NamedTuple

from gate.cli import place
from gate.cli.measure import Measured, describe, measure
from gate.core.errors import UsageError
from gate.core.text import did_you_mean, printable
from gate.dbom.load import read_dbom
from gate.dbom.model import Artifact, Dbom
from gate.dbom.write import Change, with_changes
from gate.documents.nodes import decode, read_bytes
from gate.files.atomic import write_atomic
from gate.files.listing import ListingError, parse_listing
from gate.files.root import DBOM_NAME
from gate.inventory.declared import read_listing


class Renewal(NamedTuple):
    """An entry, what lies at its path now, and what to write; `change` is None where everything holds."""

    artifact: Artifact
    measured: Measured
    change: Change | None


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate update`."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="artifacts to hash again (default: all)")
    parser.add_argument("--version", help="the new version; needed where the digest of an artifact changed")
    place.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Hashes the artifacts again and rewrites the entries of those that changed."""
    where = place.find(arguments.root, arguments.dbom)
    name = where.dbom or DBOM_NAME
    file = os.path.join(where.root, name)
    document = decode(read_bytes(file, name, follow=bool(arguments.dbom)), name)
    dbom = read_dbom(document)
    chosen = _chosen(dbom, arguments.names)
    if arguments.version and len(chosen) != 1:
        raise UsageError("--version is for one artifact", "name it: gate update NAME --version VERSION")
    renewals = [_renewal(artifact, where.root, arguments.version) for artifact in chosen]
    _refuse_same_version(renewals)
    changes = [renewal.change for renewal in renewals if renewal.change]
    if changes:
        _write(where.root, file, with_changes(document, changes), renewals)
    for renewal in renewals:
        state = describe(renewal.measured) if renewal.change else "unchanged"
        print(f"{renewal.artifact.name}: {state}")
        if renewal.artifact.signature and renewal.change and renewal.change.sha256 != renewal.artifact.sha256:
            print(f"note: it was signed as it was before: `gate sign {renewal.artifact.name}`, or have its maker do so")
    return 0


def _chosen(dbom: Dbom, names: list[str]) -> list[Artifact]:
    if not names:
        return list(dbom.artifacts)
    chosen = []
    for name in dict.fromkeys(names):
        artifact = dbom.find(name)
        if artifact is None:
            known = [a.name for a in dbom.artifacts]
            raise UsageError(
                f'no artifact is called "{printable(name)}"', did_you_mean(name, known) or ", ".join(known)
            )
        chosen.append(artifact)
    return chosen


def _renewal(artifact: Artifact, root: str, version: str | None) -> Renewal:
    measured = measure(artifact, root)
    listing = artifact.listing or (f"dbom/{artifact.name}.sha256" if measured.listing is not None else None)
    same = (measured.sha256, measured.size) == (artifact.sha256, artifact.size) and version in (None, artifact.version)
    if same and listing == artifact.listing and (listing is None or _content(root, listing) == measured.listing):
        return Renewal(artifact, measured, None)
    return Renewal(artifact, measured, Change(artifact.name, measured.sha256, measured.size, version, listing))


def _content(root: str, listing: str) -> bytes | None:
    """What the listing holds now, None where it is not there; raises `UsageError` for a file that is none."""
    try:
        data = read_listing(root, listing)
        parse_listing(data)
    except FileNotFoundError:
        return None
    except (OSError, ListingError) as error:
        message = f"{printable(listing)} is no listing that could be replaced: {error}"
        raise UsageError(message, "name another file under `listing:`, or remove this one") from None
    return data


def _refuse_same_version(renewals: list[Renewal]) -> None:
    """Other bytes under the version that people know already are what an attacker would ship."""
    stale = [
        r.artifact
        for r in renewals
        if r.change
        and r.artifact.sha256 not in (None, r.change.sha256)
        and r.change.version in (None, r.artifact.version)
    ]
    if stale:
        commands = "; ".join(f"gate update {artifact.name} --version NEW" for artifact in stale)
        names = ", ".join(f"{artifact.name} ({artifact.version or 'no version'})" for artifact in stale)
        raise UsageError(f"changed bytes need a new version: {names}", commands)


def _write(root: str, file: str, edited: bytes, renewals: list[Renewal]) -> None:
    """Listings first; when the DBOM cannot be written they get their old content back."""
    before: dict[str, bytes | None] = {}
    try:
        for renewal in renewals:
            if renewal.change and renewal.change.listing and renewal.measured.listing is not None:
                target = os.path.join(root, renewal.change.listing)
                before[target] = _content(root, renewal.change.listing)
                write_atomic(target, renewal.measured.listing, within=root)
        write_atomic(file, edited)
    except BaseException:
        for target, content in before.items():
            if content is not None:
                write_atomic(target, content)
            elif os.path.exists(target):
                os.unlink(target)
        raise
