"""Entries from CycloneDX, of the gate and of others; `fields` says what becomes of what."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Map

from gate.core.model import Kind
from gate.core.text import count
from gate.dbom.model import SIGNATURE_KINDS
from gate.documents.nodes import Document, Mapping, Node, Scalar
from gate.exchange.cyclonedx.fields import ALGORITHM, ORIGIN, SIGNATURE, SUITE, TYPES
from gate.exchange.draft import Draft, Record, name_of, take
from gate.exchange.hub import origin
from gate.exchange.interface import Taken
from gate.exchange.licences import as_expression
from gate.exchange.own import set_own
from gate.exchange.tree import each, get, text
from gate.exchange.words import PREFIX, as_path, tag_of

_KINDS: Map[str, Kind] = {theirs: ours for ours, theirs in TYPES.items()}


def read(document: Document, root: Mapping) -> Taken:
    """The datasets and models among the components, also those within others; raises `DocumentError`."""
    components = list(_components(root))
    ours = [(kind, one) for one in components if (kind := _kind(one)) is not None]
    names = {text(one, key): name_of(text(one, "name")) for key in ("name", "bom-ref") for _, one in ours}
    drafts = [_draft(kind, one, names, document) for kind, one in ours]
    told = []
    if other := len(components) - len(ours):
        told.append(f"left out, for neither data nor a model: {count(other, 'component')}")
    return take(document, text(root, "metadata", "component", "name"), drafts, told)


def _components(root: Mapping) -> Iterator[Mapping]:
    """In the order of the text; nesting is bounded by the depth of a document."""
    stack = list(each(root, "components"))[::-1]
    while stack:
        one = stack.pop()
        if isinstance(one, Mapping):
            yield one
            stack += list(each(one, "components"))[::-1]


def _kind(component: Mapping) -> Kind | None:
    kind = _KINDS.get(text(component, "type"))
    data = [text(one, "type") for one in each(component, "data")]
    return None if kind == "dataset" and data and "dataset" not in data else kind


def _draft(kind: Kind, component: Mapping, names: Map[str, str], document: Document) -> Draft:
    name = get(component, "name")
    if not isinstance(name, Scalar) or not name.text:
        raise document.error(component.span, "a component without a name", "give it a `name`")
    draft = Draft(kind, name, component.span)
    draft.set("sha256", _digest(component, document))
    for key in ("version", "description"):
        draft.set(key, get(component, key))
    draft.set("source", _complete_source(set_own(draft, _properties(component)), component))
    draft.set("signature", list(_signatures(component)))
    draft.set("tags", [Scalar(tag, False, node.span) for node in each(component, "tags") if (tag := tag_of(node))])
    draft.set("derived_from", [_ancestor(one, names, document) for one in each(component, "pedigree", "ancestors")])
    if kind == "model":
        draft.set("trained_on", list(_trained_on(component, names)))
        return draft
    draft.set("suite", next(_own_files(component, SUITE), None))
    draft.set("sensitivity", next((get(one, "classification") for one in each(component, "data")), None))
    return draft


def _properties(node: Node) -> dict[str, Node]:
    """Our own properties by their names; the first of several counts."""
    found: dict[str, Node] = {}
    for one in each(node, "properties"):
        value = get(one, "value")
        if text(one, "name").startswith(PREFIX) and value is not None:
            found.setdefault(text(one, "name"), value)
    return found


def _digest(node: Node, document: Document) -> Node | None:
    """The SHA-256; others are no digest of a DBOM. Two that differ cannot both be right."""
    found = [one for one in each(node, "hashes") if text(one, "alg") == ALGORITHM]
    contents = [content for one in found if (content := get(one, "content")) is not None]
    for other in contents[1:]:
        if not (isinstance(other, Scalar) and isinstance(contents[0], Scalar) and other.text == contents[0].text):
            raise document.error(other.span, "a second SHA-256 of one component", "keep the true one")
    return contents[0] if contents else None


def _complete_source(record: Record, component: Mapping) -> Record:
    """What CycloneDX has fields for joins what it has none for."""
    package = origin(text(component, "purl"))
    if package and "url" not in record:
        record.set("url", package[0])
    if package and "revision" not in record:
        record.set("revision", package[1])
    record.set("url", _reference(component, ORIGIN))
    named = (get(component, "supplier", "name"), get(component, "publisher"), get(component, "manufacturer", "name"))
    record.set("supplier", next(filter(None, named), None))
    record.set("license", _licence(component))
    return record


def _reference(node: Node, kind: str) -> Node | None:
    return next((get(one, "url") for one in each(node, "externalReferences") if text(one, "type") == kind), None)


def _licence(component: Mapping) -> Node | str | None:
    """The one licence, or all of several as an expression: who uses it has to meet each."""
    found = [
        node
        for one in each(component, "licenses")
        for node in (get(one, "expression"), get(one, "license", "id"), get(one, "license", "name"))
        if isinstance(node, Scalar)
    ]
    if len(found) < 2:
        return found[0] if found else None
    words = (as_expression(node.text) for node in found)
    return " AND ".join(f"({one})" if " OR " in one else one for one in words)


def _own_files(component: Mapping, kind: str) -> Iterator[Scalar]:
    """Files of the repository that references of this type name."""
    for one in each(component, "externalReferences"):
        url = get(one, "url")
        path = as_path(url.text) if text(one, "type") == kind and isinstance(url, Scalar) else None
        if path and isinstance(url, Scalar):
            yield url._replace(text=path)


def _signatures(component: Mapping) -> Iterator[Mapping]:
    for one in each(component, "externalReferences"):
        if text(one, "type") != SIGNATURE:
            continue
        path = as_path(text(one, "url"))
        if path and isinstance(one, Mapping):
            record = Record(one.span)
            record.set("bundle", path)
            if text(one, "comment") in SIGNATURE_KINDS:
                record.set("kind", text(one, "comment"))
            yield record.node()


def _ancestor(component: Node, names: Map[str, str], document: Document) -> Node:
    """The name of an entry or an address; with a digest, a file."""
    digest = _digest(component, document)
    if digest is None:
        package = origin(text(component, "purl"))
        said = package[0] if package else text(component, "name")
        return Scalar(names.get(said, said), False, component.span)
    own = _properties(component)
    record = Record(component.span)
    record.set("path", own.get(f"{PREFIX}path"))
    record.set("url", _reference(component, ORIGIN) or own.get(f"{PREFIX}url"))
    record.set("sha256", digest)
    return record.node()


def _trained_on(component: Mapping, names: Map[str, str]) -> Iterator[Scalar]:
    for one in each(component, "modelCard", "modelParameters", "datasets"):
        said = text(one, "ref") or text(one, "name") or text(one, "contents", "url")
        if said:
            yield Scalar(names.get(said, said), False, one.span)
