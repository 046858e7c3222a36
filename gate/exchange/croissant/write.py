"""The datasets of a DBOM as Croissant; it has no place for models."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from gate.core.model import Json
from gate.dbom.model import Ancestor, Artifact, Dbom
from gate.exchange.interface import Made
from gate.exchange.own import own_values
from gate.exchange.words import PREFIX, as_reference, is_uri

Object = dict[str, Json]

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
_CONTEXT: Object = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dbom-gate": "https://github.com/dbom-gate/gate/terms#",
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification prescribes, and our own terms."""
_FORMATS = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".parquet": "application/x-parquet",
    ".txt": "text/plain",
    ".zip": "application/zip",
    ".tar": "application/x-tar",
    ".gz": "application/gzip",
}
_LISTING = "text/plain"
_OTHER = "application/octet-stream"


def has_place(artifact: Artifact) -> bool:
    """Whether Croissant can speak of it: a file has a digest there, and there are no models."""
    return artifact.kind == "dataset" and artifact.sha256 is not None


def write(dbom: Dbom, made: Made) -> Object:
    """The whole document."""
    datasets = [artifact for artifact in dbom.artifacts if has_place(artifact)]
    licences = {one.source.license for one in datasets}  # of the dataset only where it is that of every file
    name = dbom.project or "dbom"
    return _said(
        {
            "@context": _CONTEXT,
            "@type": "sc:Dataset",
            "name": name,
            "description": f"The datasets of {name}, from its Data Bill of Materials.",
            "conformsTo": CONFORMS_TO,
            "dateCreated": made.time.strftime("%Y-%m-%dT%H:%M:%SZ") if made.time else None,
            "license": licences.pop() if len(licences) == 1 else None,
            "distribution": [_file(artifact) for artifact in datasets],
        }
    )


def _file(artifact: Artifact) -> Object:
    """One file; of a directory its listing, which is the file that has this digest."""
    source, own = artifact.source, own_values(artifact)
    file = artifact.listing or artifact.path
    extension = posixpath.splitext(file)[1].lower()
    if artifact.suite:
        own[f"{PREFIX}suite"] = artifact.suite
    if artifact.sensitivity:
        own[f"{PREFIX}sensitivity"] = artifact.sensitivity
    return _said(
        {
            "@type": "cr:FileObject",
            "@id": artifact.name,
            "name": artifact.name,
            "description": artifact.description,
            "version": artifact.version,
            "contentUrl": as_reference(file),
            "contentSize": None if artifact.size is None or artifact.listing else f"{artifact.size} B",
            "encodingFormat": _LISTING if artifact.listing else _FORMATS.get(extension, _OTHER),
            "sha256": artifact.sha256,
            "url": source.url if source.url and is_uri(source.url) else None,
            "license": source.license,
            "publisher": {"@type": "sc:Organization", "name": source.supplier} if source.supplier else None,
            "keywords": [*artifact.tags],
            "isBasedOn": [_ancestor(one) for one in artifact.derived_from],
            f"{PREFIX}signature": [
                _said({f"{PREFIX}bundle": one.bundle, f"{PREFIX}kind": one.kind}) for one in artifact.signature or ()
            ],
            **own,
        }
    )


def _ancestor(ancestor: Ancestor) -> Json:
    if ancestor.name is not None:
        return ancestor.name
    return _said(
        {
            "@type": "sc:CreativeWork",
            f"{PREFIX}path": ancestor.path,
            f"{PREFIX}url": ancestor.url,
            "sha256": ancestor.sha256,
        }
    )


def _said(values: Mapping[str, Json]) -> Object:
    return {key: value for key, value in values.items() if value not in (None, [])}
