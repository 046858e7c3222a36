"""A DBOM as SPDX 3.0.1 (JSON-LD), by its profiles for AI and datasets.

https://spdx.github.io/spdx-spec/v3.0.1/: a graph of elements that name each other by IRIs. Ours are in a name space
that follows from the content, so that two documents never speak of different things by one name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import cast
from urllib.parse import quote

from gate.core.model import Json, Kind
from gate.dbom.model import Artifact, Dbom, Modality
from gate.dbom.write import entry_of, said
from gate.exchange.interface import Made
from gate.exchange.licences import as_expression
from gate.exchange.own import own_values
from gate.exchange.words import PREFIX, is_uri

Object = dict[str, Json]

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_INFO = "_:creation"
_CLASSES: dict[Kind, str] = {"dataset": "dataset_DatasetPackage", "model": "ai_AIPackage"}
_PURPOSES: dict[Kind, str] = {"dataset": "data", "model": "model"}
_DATASET_TYPES: dict[Modality, str] = {
    "image-classification": "image",
    "text-classification": "text",
    "instructions": "text",
    "tabular": "structured",
}
_EPOCH = "1970-01-01T00:00:00Z"
"""SPDX asks for a time; this one says that none is known, and keeps the document the same."""


def write(dbom: Dbom, made: Made) -> Object:
    """The whole document."""
    content = json.dumps([dbom.project, [str(said(artifact)) for artifact in dbom.artifacts]])
    space = f"https://github.com/dbom-gate/gate/spdx/{hashlib.sha256(content.encode()).hexdigest()}#"
    elements = list(_elements(dbom, space))
    packages = [_iri(space, artifact.name) for artifact in dbom.artifacts]
    tool: Object = {
        "type": "Tool",
        "spdxId": f"{space}tool:gate",
        "name": f"gate {made.version}",
        "creationInfo": _INFO,
    }
    author: Object = {"type": "SoftwareAgent", "spdxId": f"{space}agent:gate", "name": "gate", "creationInfo": _INFO}
    info: Object = {
        "type": "CreationInfo",
        "@id": _INFO,
        "specVersion": "3.0.1",
        "created": made.time.strftime("%Y-%m-%dT%H:%M:%SZ") if made.time else _EPOCH,
        "createdBy": [f"{space}agent:gate"],
        "createdUsing": [f"{space}tool:gate"],
    }
    document: Object = {
        "type": "SpdxDocument",
        "spdxId": f"{space}document",
        "creationInfo": _INFO,
        "name": dbom.project or "dbom",
        "profileConformance": ["core", "software", "dataset", "ai", "simpleLicensing"],
        "rootElement": _texts(packages),
        "element": [one["spdxId"] for one in (author, tool, *elements)],
    }
    return {"@context": CONTEXT, "@graph": [info, author, tool, _given(document), *elements]}


def _named(kind: str, iri: str, name: str) -> Object:
    return {"type": kind, "spdxId": iri, "creationInfo": _INFO, "name": name}


def _elements(dbom: Dbom, space: str) -> Iterator[Object]:
    names = {artifact.name for artifact in dbom.artifacts}
    for artifact in dbom.artifacts:
        yield _package(artifact, space)
        if artifact.source.supplier:
            yield _named("Organization", f"{_iri(space, artifact.name)}/supplier", artifact.source.supplier)
        if artifact.source.license:
            yield from _licence(artifact, artifact.source.license, space)
        named = [one.name for one in artifact.derived_from if one.name in names]
        before = [artifact.previous] if artifact.previous else []
        links = {"trainedOn": artifact.trained_on, "descendantOf": [*named, *before]}
        for kind, targets in links.items():
            found = [_iri(space, name) for name in dict.fromkeys(targets) if name in names]
            if found:
                yield _relation(artifact, kind, found, space)


def _package(artifact: Artifact, space: str) -> Object:
    source, url = artifact.source, artifact.source.url
    package: Object = {
        "type": _CLASSES[artifact.kind],
        "spdxId": _iri(space, artifact.name),
        "creationInfo": _INFO,
        "name": artifact.name,
        "description": artifact.description,
        "comment": "\n".join(_comment(artifact)),
        "software_packageVersion": artifact.version,
        "software_primaryPurpose": _PURPOSES[artifact.kind],
        "software_downloadLocation": url if url and is_uri(url) else None,
        "software_sourceInfo": f"revision {source.revision}" if source.revision else None,
        "suppliedBy": f"{_iri(space, artifact.name)}/supplier" if source.supplier else None,
        "verifiedUsing": _hashes(artifact.sha256),
    }
    if artifact.kind == "dataset":
        kind = _DATASET_TYPES.get(artifact.scan.modality, "noAssertion") if artifact.scan else "noAssertion"
        package["dataset_datasetType"] = [kind]
        package["dataset_datasetSize"] = artifact.size
    return _given(package)


def _comment(artifact: Artifact) -> Iterator[str]:
    """What SPDX has no field for, a line each."""
    yield from (f"{name}={value}" for name, value in own_values(artifact).items())
    entry = entry_of(artifact)
    for key in ("suite", "signature", "tags", "sensitivity", "derived_from", "trained_on"):
        if key in entry:
            value = entry[key]
            yield f"{PREFIX}{key}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"


def _hashes(sha256: str | None) -> list[Json]:
    return [{"type": "Hash", "algorithm": "sha256", "hashValue": sha256}] if sha256 else []


def _licence(artifact: Artifact, licence: str, space: str) -> Iterator[Object]:
    iri = f"{_iri(space, artifact.name)}/licence"
    yield {
        "type": "simplelicensing_LicenseExpression",
        "spdxId": iri,
        "creationInfo": _INFO,
        "name": licence,
        "simplelicensing_licenseExpression": as_expression(licence),
    }
    yield _relation(artifact, "hasDeclaredLicense", [iri], space)


def _relation(artifact: Artifact, kind: str, targets: list[str], space: str) -> Object:
    return {
        "type": "Relationship",
        "spdxId": f"{_iri(space, artifact.name)}/{kind}",
        "creationInfo": _INFO,
        "from": _iri(space, artifact.name),
        "relationshipType": kind,
        "to": _texts(targets),
    }


def _iri(space: str, name: str) -> str:
    return f"{space}artifact:{quote(name)}"


def _texts(values: list[str]) -> Json:
    return cast(Json, values)


def _given(values: Object) -> Object:
    return {key: value for key, value in values.items() if value not in (None, "", [])}
