"""Writes waivers, leaving comments, order and style of everything else as they are, and adopted findings."""

from __future__ import annotations

import datetime as dt

from gate.core.errors import DocumentError, UnableError
from gate.documents import edit
from gate.documents.nodes import Document, Mapping, Sequence, parse
from gate.waivers.load import read_adoption, read_waivers
from gate.waivers.model import Adoption, Key, Waiver

HEADER = "# Who accepts which finding, until when and why: docs/waivers.md. CODEOWNERS names who may.\nwaivers: 1\n"
ADOPTED_HEADER = (
    "# Written by `gate adopt`: findings that were there already. They block from the day after `expires` on.\n"
)


def with_waiver(document: Document, waiver: Waiver, today: dt.date) -> bytes:
    """The bytes of the file with one more entry, or with another word for one with the same key.

    An empty `document` becomes a new file. Raises `DocumentError` where the file is not valid before, and
    `UnableError` where it would not be after.
    """
    if not document.text.strip():
        document = document._replace(text=HEADER)
    root = parse(document)
    assert isinstance(root, Mapping)
    known = read_waivers(document.encode(document.text), document.name, today) if "entries" in root.items else ()
    keys = [one.key for one in known]
    values = _values(waiver)
    if waiver.key in keys:
        entries = root.items["entries"][1]
        assert isinstance(entries, Sequence)
        entry = entries.items[keys.index(waiver.key)]
        assert isinstance(entry, Mapping)
        edits = [edit.set_value(document, entry, key, value, key) for key, value in values.items() if key in _WORDS]
    else:
        edits = edit.append(document, root, "entries", values)
    data = document.encode(edit.apply(document.text, edits))
    try:
        written = read_waivers(data, document.name, today)
    except DocumentError as error:
        raise UnableError(
            f"{document.name} cannot be edited as it is written: {error.message}", "edit it by hand"
        ) from None
    if not any(one._replace(at={}) == waiver._replace(at={}) for one in written) or len(written) < len(known):
        raise UnableError(f"{document.name} cannot be edited as it is written", "edit it by hand")
    return data


_WORDS = ("reason", "why", "approver", "created", "expires")


def _values(waiver: Waiver) -> dict[str, edit.Value]:
    return {
        **_bound(waiver.key),
        "reason": waiver.reason,
        "why": waiver.why,
        "approver": waiver.approver,
        "created": waiver.created.isoformat(),
        "expires": waiver.expires.isoformat(),
    }


def _bound(key: Key) -> dict[str, edit.Value]:
    return dict(key._asdict())


def rendered(waiver: Waiver) -> str:
    """The entry as it stands in the file."""
    return "\n".join(edit.render(_values(waiver)))


def adoption_file(adoption: Adoption, name: str) -> bytes:
    """The whole file; raises `UnableError` for a path that no document can name."""
    head: dict[str, edit.Value] = {"created": adoption.created.isoformat(), "expires": adoption.expires.isoformat()}
    lines = ["adopted: 1", *edit.render(head), "entries:" if adoption.entries else "entries: []"]
    for key in sorted(adoption.entries):
        first, *rest = edit.render(_bound(key), 4)
        lines += [f"  - {first.lstrip()}", *rest]
    data = (ADOPTED_HEADER + "\n".join(lines) + "\n").encode("utf-8", "surrogatepass")
    try:
        read_adoption(data, name, adoption.created)
    except DocumentError as error:
        raise UnableError(f"{name} would not be valid: {error.message}", "mend or rename what it names first") from None
    return data
