"""A DBOM as CycloneDX; `fields` says what becomes of what."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import cast

from gate.core.model import Json, Kind
from gate.dbom.model import Ancestor, Artifact, Dbom
from gate.exchange.cyclonedx.fields import ALGORITHM, FORMAT, ORIGIN, SIGNATURE, SUITE, TYPES, VERSION
from gate.exchange.hub import package_url
from gate.exchange.interface import Made
from gate.exchange.licences import form_of
from gate.exchange.own import own_values
from gate.exchange.words import PREFIX, as_reference, is_uri

Object = dict[str, Json]


def write(dbom: Dbom, made: Made) -> Object:
    """The whole document. Its serial number follows from its content, so the same DBOM has the same."""
    kinds = {artifact.name: artifact.kind for artifact in dbom.artifacts}
    document: Object = {
        "$schema": f"http://cyclonedx.org/schema/bom-{VERSION}.schema.json",
        "bomFormat": FORMAT,
        "specVersion": VERSION,
        "version": 1,
        "metadata": _metadata(dbom, made),
        "components": [_component(artifact, kinds) for artifact in dbom.artifacts],
        "dependencies": [_dependency(artifact, kinds) for artifact in dbom.artifacts],
    }
    digest = hashlib.sha256(json.dumps(document).encode()).hexdigest()
    return {**document, "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, f"{PREFIX}{digest}").urn}


def _metadata(dbom: Dbom, made: Made) -> Object:
    tool: Object = {"type": "application", "name": "gate", "version": made.version}
    return _said(
        {
            "timestamp": made.time.strftime("%Y-%m-%dT%H:%M:%SZ") if made.time else None,
            "tools": {"components": [tool]},
            "component": {"type": "application", "name": dbom.project} if dbom.project else None,
        }
    )


def _component(artifact: Artifact, kinds: Mapping[str, Kind]) -> Object:
    source = artifact.source
    data: Object = _said({"type": "dataset", "classification": artifact.sensitivity})
    return _said(
        {
            "type": TYPES[artifact.kind],
            "bom-ref": artifact.name,
            "supplier": {"name": source.supplier} if source.supplier else None,
            "name": artifact.name,
            "version": artifact.version,
            "description": artifact.description,
            "hashes": _hashes(artifact.sha256),
            "licenses": [_licence(source.license)] if source.license else None,
            "purl": package_url(source.url, source.revision),
            "pedigree": {"ancestors": [_ancestor(one, kinds) for one in artifact.derived_from]}
            if artifact.derived_from
            else None,
            "externalReferences": [*_origin(source.url), *_own_files(artifact)],
            "modelCard": _model_card(artifact, kinds),
            "data": [data] if artifact.kind == "dataset" else None,
            "properties": [_property(name, value) for name, value in own_values(artifact).items()],
            "tags": list(artifact.tags),
        }
    )


def _hashes(sha256: str | None) -> list[Json]:
    return [{"alg": ALGORITHM, "content": sha256}] if sha256 else []


def _licence(licence: str) -> Object:
    form = form_of(licence)
    return {"expression": licence} if form == "expression" else {"license": {form: licence}}


def _origin(url: str | None) -> list[Json]:
    return [{"type": ORIGIN, "url": url}] if url and is_uri(url) else []


def _own_files(artifact: Artifact) -> list[Json]:
    found: list[Json] = []
    if artifact.suite:
        found.append({"type": SUITE, "url": as_reference(artifact.suite)})
    signatures = artifact.signature or ()
    found += (_said({"type": SIGNATURE, "url": as_reference(s.bundle), "comment": s.kind}) for s in signatures)
    return found


def _ancestor(ancestor: Ancestor, kinds: Mapping[str, Kind]) -> Object:
    """A component; it has a digest if and only if the DBOM names a file by its digest, and not a mere name."""
    name = ancestor.name or ancestor.path or ancestor.url or ancestor.sha256 or ""
    more = {"path": ancestor.path, "url": None if is_uri(ancestor.url or "") else ancestor.url}
    return _said(
        {
            "type": TYPES[kinds.get(name, "dataset")],
            "name": name,
            "hashes": _hashes(ancestor.sha256),
            "externalReferences": _origin(ancestor.url),
            "properties": [_property(PREFIX + key, value) for key, value in more.items() if value],
        }
    )


def _model_card(artifact: Artifact, kinds: Mapping[str, Kind]) -> Json:
    datasets: list[Json] = [
        {"ref": name} if name in kinds else {"type": "dataset", "name": name} for name in artifact.trained_on
    ]
    return {"modelParameters": {"datasets": datasets}} if datasets else None


def _property(name: str, value: str) -> Object:
    return {"name": name, "value": value}


def _dependency(artifact: Artifact, kinds: Mapping[str, Kind]) -> Object:
    """The lineage once more, as tools for software know it."""
    named = [*artifact.trained_on, *(one.name for one in artifact.derived_from), artifact.previous]
    known = dict.fromkeys(name for name in named if name in kinds and name != artifact.name)
    return {"ref": artifact.name, "dependsOn": cast(list[Json], list(known))}


def _said(values: Mapping[str, Json]) -> Object:
    """Without what is not given."""
    return {key: value for key, value in values.items() if value not in (None, [], {})}
