"""`gate add` of what comes from the Hugging Face Hub: the commit, the licence, and whether the files are from there."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence

from gate.cli.measure import Measured
from gate.core.errors import GateError, UsageError
from gate.core.text import count, printable, shorten
from gate.hub.client import Hub
from gate.hub.compare import Difference, Local, compare, published_at
from gate.hub.endpoint import endpoint_of
from gate.hub.license import spdx
from gate.hub.origin import HubOrigin, is_commit

SHOWN = 10
"""Differences that an error spells out."""
BRANCH = "main"
"""What a repository of the hub has where nobody says a revision."""


class NotFromThereError(GateError):
    """The files are not those that the hub publishes."""

    exit_code = 1


def measured(arguments: argparse.Namespace, path: str, origin: HubOrigin, measure: Callable[[], Measured]) -> Measured:
    """What `measure` finds at `path`, which the hub must publish as well.

    The commit, and what the hub says of licence and supplier, go into `arguments`. Raises `NotFromThereError` for
    other files, `UsageError` where the hub has no such thing, and `UnableError` where it cannot be asked.
    """
    if arguments.revision and origin.revision not in (None, arguments.revision):
        raise UsageError("--revision and the revision in --source are not the same", "give one of them")
    arguments.source, arguments.revision = origin.url, arguments.revision or origin.revision
    endpoint = None if arguments.offline else endpoint_of(os.environ)
    if endpoint is None:
        _refuse_moving(arguments.revision)
        print("note: the hub was not asked whether these are the files that it publishes")
        return measure()
    with Hub(endpoint) as hub:
        _pin(arguments, origin, hub)
        found = measure()
        _verify(found, path, origin, arguments.revision, hub)
        return found


def _refuse_moving(revision: str | None) -> None:
    if revision is not None and not is_commit(revision):
        fix = "give the 40-digit commit, or leave out --offline and HF_HUB_OFFLINE"
        raise UsageError(f'"{shorten(printable(revision), 60)}" can move, and only the hub knows its commit', fix)


def _pin(arguments: argparse.Namespace, origin: HubOrigin, hub: Hub) -> None:
    card = hub.resolve(origin, arguments.revision or BRANCH)
    if is_commit(arguments.revision) and card.commit != arguments.revision:
        raise UsageError(f"{hub.host} answers about {card.commit} instead of that commit", "ask another hub")
    arguments.revision = card.commit
    arguments.supplier = arguments.supplier or origin.namespace
    if not arguments.license and card.license:
        arguments.license = spdx(card.license)
        if not arguments.license:
            said = shorten(printable(card.license), 60)
            print(f'note: the licence on its card, "{said}", is no SPDX identifier: say which with --license')


def _verify(found: Measured, path: str, origin: HubOrigin, commit: str, hub: Hub) -> None:
    where = f"{origin._replace(path='')} at {commit[:12]}"
    published = published_at(origin, hub.tree(origin, commit))
    if not published:
        raise UsageError(f"{where} has nothing at {printable(origin.path)}", "see that --source is right")
    compared = compare(Local(path, found.listing is not None, found.files, found.open), published, where)
    if wrong := [one for one in compared.differences if one.kind != "missing"]:
        fix = "fetch them again, into an empty directory; what was changed on purpose does not come from there"
        raise NotFromThereError(_listed(wrong), fix)
    print(f"verified: {count(len(compared.same), 'file')} as the hub publishes {where}")
    if missing := compared.differences:
        verb = "is" if len(missing) == 1 else "are"
        print(f"note: {count(len(missing), 'file')} of {origin} {verb} not here, such as {printable(missing[0].path)}")


def _listed(wrong: Sequence[Difference]) -> str:
    more = len(wrong) - SHOWN
    lines = [one.message for one in wrong[:SHOWN]]
    return "; ".join(lines) + (f"; and {count(more, 'more file')}" if more > 0 else "")
