"""A repository of the Hugging Face Hub, or what lies at a path in it, at one commit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from gate.core.errors import AbsentError, UsageError
from gate.core.text import printable, shorten
from gate.hub.client import Hub
from gate.hub.endpoint import endpoint_of
from gate.hub.license import spdx
from gate.hub.origin import parse
from gate.vendor.interface import Entry, Reader, Upstream

NAMED = 10
"""Files that the hub calls unsafe, each of which gets a note."""


def find(url: str, revision: str | None, environment: Mapping[str, str], stack: contextlib.ExitStack) -> Upstream:
    """The files at the commit that `revision` is now, `main` where nobody says; `stack` ends its connections.

    The hub is asked once which commit that is: a tag that moves meanwhile changes nothing. Raises `GateError`.
    """
    origin = parse(url)
    if origin is None:
        fix = "write hf://datasets/NAMESPACE/NAME or hf://NAMESPACE/NAME, then @REVISION and /PATH if they are wanted"
        raise UsageError(f"{printable(url)} is no repository of the hub", fix)
    if revision and origin.revision and revision != origin.revision:
        raise UsageError(f"{printable(url)} and --revision name two revisions", "name one")
    endpoint = endpoint_of(environment)
    if endpoint is None:
        raise UsageError("the environment says that no hub is to be asked", "unset HF_HUB_OFFLINE")
    hub = stack.enter_context(Hub(endpoint))
    card = hub.resolve(origin, revision or origin.revision or "main")
    tree = hub.tree(origin, card.commit)
    lead = f"{origin.path}/" if origin.path else ""
    single = [entry for entry in tree if entry.path == origin.path]
    found = single or [entry for entry in tree if entry.path.startswith(lead)]
    if not found:
        message = f"{printable(origin.url)} has no file at {card.commit[:12]}"
        raise AbsentError(message, "see that path and revision are right")
    start = origin.path.rfind("/") + 1 if single else len(lead)
    issues = sorted((card.issues or {}).items())
    known = {entry.path[start:]: entry for entry in found}

    @contextlib.contextmanager
    def opening(entry: Entry, offset: int) -> Iterator[Reader]:
        with hub.open(origin, card.commit, known[entry.path], offset) as stream:
            yield stream

    return Upstream(
        url=origin.url,
        name=(origin.path or origin.repository).rpartition("/")[2],
        revision=card.commit,
        entries=tuple(Entry(path, one.size, one.sha256, one.git) for path, one in sorted(known.items())),
        is_directory=not single,
        open=opening,
        license=spdx(card.license) if card.license else None,
        supplier=origin.namespace,
        kind=origin.kind,
        notes=tuple(f"the hub's own scan calls {shorten(path)} {shorten(word)}" for path, word in issues[:NAMED]),
    )
