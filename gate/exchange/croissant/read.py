"""Datasets from Croissant, of the gate and of others: each file that is described with its digest is one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.core.text import count
from gate.dbom.model import SIGNATURE_KINDS
from gate.documents.nodes import Document, Mapping, Node, Scalar
from gate.exchange.draft import Draft, Record, take
from gate.exchange.interface import Taken
from gate.exchange.own import set_own
from gate.exchange.tree import each, get, text
from gate.exchange.words import PREFIX, as_path, is_uri, tag_of

_BYTES = re.compile(r"([0-9]{1,18})(?: ?(?:B|bytes))?", re.IGNORECASE)
"""A size in bytes; others (`1.5 MB`) are rounded, and no size of a file."""


def read(document: Document, root: Mapping) -> Taken:
    """The files of the dataset; raises `DocumentError`."""
    files = [one for one in each(root, "distribution") if isinstance(one, Mapping)]
    ours = [one for one in files if text(one, "@type").endswith("FileObject") and get(one, "containedIn") is None]
    told = []
    if other := len(files) - len(ours):
        told.append(f"left out, for without digests of their own: {count(other, 'set of files', 'sets of files')}")
    return take(document, text(root, "name"), [_draft(one, root, document) for one in ours], told)


def _draft(file: Mapping, dataset: Mapping, document: Document) -> Draft:
    name = get(file, "name") or get(file, "@id")
    if not isinstance(name, Scalar) or not name.text:
        raise document.error(file.span, "a file without a name", "give it a `name`")
    own = {key: value for key, (_, value) in file.items.items() if key.startswith(PREFIX)}
    draft = Draft("dataset", name, file.span)
    source = set_own(draft, own)
    draft.set("sha256", get(file, "sha256"))
    draft.set("description", get(file, "description"))
    draft.set("version", get(file, "version") or get(dataset, "version"))
    _set_place(draft, source, file, dataset)
    source.set("license", _licence(file) or _licence(dataset))
    makers = [
        get(one, "name") for node in (file, dataset) for key in ("publisher", "creator") for one in each(node, key)
    ]
    source.set("supplier", next(filter(None, makers), None))
    draft.set("source", source)
    draft.set("tags", [Scalar(tag, False, one.span) for one in each(file, "keywords") if (tag := tag_of(one))])
    draft.set("derived_from", list(_ancestors(file)))
    draft.set("signature", list(_signatures(file)))
    for key in ("suite", "sensitivity"):
        draft.set(key, own.get(PREFIX + key))
    return draft


def _set_place(draft: Draft, source: Record, file: Mapping, dataset: Mapping) -> None:
    """Where the file lies and where it came from: `contentUrl` is one of the two."""
    content = text(file, "contentUrl")
    if "path" not in draft and (path := as_path(content)):
        draft.set("path", path)
    size = _BYTES.fullmatch(text(file, "contentSize"))
    if "size" not in draft and size is not None:
        draft.set("size", size[1])
    if "url" not in source:
        source.set("url", get(file, "url") or (content if is_uri(content) else get(dataset, "url")))


def _licence(node: Mapping) -> Node | None:
    """The one licence; of several none, for which of them is meant is not said."""
    found = list(each(node, "license"))
    if len(found) != 1:
        return None
    return found[0] if isinstance(found[0], Scalar) else get(found[0], "name") or get(found[0], "url")


def _ancestors(file: Mapping) -> Iterator[Node]:
    for one in each(file, "isBasedOn"):
        if isinstance(one, Scalar):
            yield one
        elif get(one, "sha256") is None:
            said = get(one, "url") or get(one, "name") or get(one, "@id")
            if isinstance(said, Scalar):
                yield said
        else:
            record = Record(one.span)
            record.set("path", get(one, f"{PREFIX}path"))
            record.set("url", get(one, f"{PREFIX}url") or get(one, "url"))
            record.set("sha256", get(one, "sha256"))
            yield record.node()


def _signatures(file: Mapping) -> Iterator[Mapping]:
    for one in each(file, f"{PREFIX}signature"):
        record = Record(one.span)
        record.set("bundle", get(one, f"{PREFIX}bundle"))
        if text(one, f"{PREFIX}kind") in SIGNATURE_KINDS:
            record.set("kind", get(one, f"{PREFIX}kind"))
        yield record.node()
