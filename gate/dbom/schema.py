"""The schema of `dbom.yaml`."""

from __future__ import annotations

from gate.core.model import Kind as ArtifactKind
from gate.dbom.model import DATA_FORMATS, MODALITIES, SIGNATURE_KINDS, Ancestor, Artifact, Data, Origin, Scan, Signature
from gate.documents.kinds import (
    SHA256,
    Constant,
    Either,
    Field,
    Fields,
    Integer,
    Kind,
    ListOf,
    MapOf,
    Record,
    Text,
    YesNo,
)
from gate.files.paths import path_problem
from gate.objects import url

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
TAG_PATTERN = r"[a-z0-9][a-z0-9._-]{0,63}"
"""In lower case: a policy that selects `restricted` is not to be evaded by writing `Restricted`."""
MIRROR_PATTERN = rf"{url.PATTERN}|file://(?:/(?!\.\.?(?:/|$))[^/\x00-\x1f\x7f]+)+"
MAX_TAGS = 32
"""Of one artifact: every entry of a policy that selects by tag is compared with each."""


def artifact_path_problem(path: str) -> str | None:
    """Why `path` is neither a path inside the repository nor the address of an object, or None."""
    return url.problem(path) if url.is_object(path) else path_problem(path)


_FILE = r"(?!/|~|[A-Za-z]:[\\/])(?!(.*/)?\.\.(/|$))(?!(\./*)*\.?$)[^\x00]*[^\x00\s][^\x00]*"
PATH = Text(check=path_problem, pattern=_FILE, expected="a path inside the repository")
_ARTIFACT_PATH = Text(
    check=artifact_path_problem,
    pattern=rf"(?!.*://){_FILE}|{url.PATTERN}",
    expected="a path inside the repository, or an object: s3://BUCKET/KEY",
)
_words = Text(pattern=r"[\s\S]*\S[\s\S]*", expected="text: it is blank")


_CHARACTER = Text(pattern=r"[^\r\n\x00]", expected="one character")
_COLUMN_TYPE = Text(
    pattern=r"[A-Za-z][A-Za-z0-9_ ]{0,60}(\([0-9]{1,4}(, ?[0-9]{1,4})?\))?(\[[0-9]{0,6}\])*",
    expected="a type of DuckDB, such as INTEGER, DOUBLE, VARCHAR or TIMESTAMP",
)


def _data(fields: Fields) -> Data:
    return Data(**{key: value for key, value in fields.values.items() if value is not None})


def _source(fields: Fields) -> Origin:
    return Origin(**fields.values)


def _signature(fields: Fields) -> Signature:
    return Signature(**fields.values)


def _scan(fields: Fields) -> Scan:
    return Scan(**fields.values)


SOURCE = Record(
    {
        "url": Field(_words, "Where it was taken from: https://, hf://, s3://, a repository."),
        "revision": Field(
            _words, "The immutable revision: a 40-digit commit or a released version; no branch, no `latest`."
        ),
        "retrieved": Field(
            Text(pattern=r"\d{4}-\d\d-\d\d", expected="a date such as 2026-01-31"), "When it was fetched."
        ),
        "supplier": Field(_words, "Who publishes it."),
        "license": Field(_words, "Its licence as an SPDX identifier, such as CC-BY-4.0."),
        "mirror": Field(
            Text(pattern=MIRROR_PATTERN, expected="a mirror: s3://BUCKET/PREFIX or file:///DIR"),
            "The mirror that keeps a copy, under its SHA-256 (`gate vendor`): s3://BUCKET/PREFIX or file:///DIR.",
        ),
    },
    _source,
)
SIGNATURE = Record(
    {
        "bundle": Field(PATH, "The file that holds it: a Sigstore bundle, or a bare signature.", required=True),
        "kind": Field(Text(choices=SIGNATURE_KINDS), "What kind of signature it must be; any where it is left out."),
    },
    _signature,
)
SCAN = Record(
    {
        "modality": Field(
            Text(choices=MODALITIES),
            "What the samples are.",
            required=True,
        ),
        "labels": Field(_words, "Where the labels are: `folder`, or the name of a column."),
    },
    _scan,
)
DATA = Record(
    {
        "format": Field(Text(choices=DATA_FORMATS), "What its files are; found out where it is left out."),
        "columns": Field(
            MapOf(_words, _COLUMN_TYPE), "The type of each column that is named, as DuckDB calls it; others are found."
        ),
        "delimiter": Field(_CHARACTER, 'CSV: what stands between two values; a tab is "\\t".'),
        "quote": Field(_CHARACTER, "CSV: what stands around a value that holds delimiters."),
        "header": Field(YesNo(), "CSV: whether the first line names the columns."),
        "encoding": Field(
            Text(pattern=r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}", expected="the name of an encoding, such as utf-8"),
            "CSV: the encoding, such as utf-8 or latin-1.",
        ),
    },
    _data,
)
ANCESTOR = Record(
    {
        "path": Field(PATH, "Where the file lay in the repository."),
        "url": Field(_words, "Where it was taken from."),
        "sha256": Field(SHA256, "Its SHA-256.", required=True),
    },
    lambda fields: Ancestor(**fields.values),
)


def _ancestor(value: str | Ancestor) -> Ancestor:
    return Ancestor(name=value) if isinstance(value, str) else value


def _artifact(kind: ArtifactKind) -> Kind:
    def build(fields: Fields) -> Artifact:
        values = dict(fields.values)
        values["path"] = url.normal(values["path"])
        values["trained_on"] = tuple(values.get("trained_on") or ())
        values["tags"] = tuple(dict.fromkeys(values.get("tags") or ()))
        values["derived_from"] = tuple(map(_ancestor, values.get("derived_from") or ()))
        if values.get("sha256"):
            values["sha256"] = values["sha256"].lower()
        values["source"] = values.get("source") or Origin()
        values["signature"] = tuple(values.get("signature") or ()) or None
        return Artifact(kind=kind, location=fields.location, at=fields.at, **values)

    common = {
        "name": Field(
            Text(pattern=NAME_PATTERN, expected="a name of letters, digits, dot, dash and underscore"),
            "The name by which policies, people and training code call it; unique in the document.",
            required=True,
        ),
        "path": Field(
            _ARTIFACT_PATH,
            "The file or directory, relative to the root, with forward slashes; or on object storage: s3://BUCKET/KEY.",
            required=True,
        ),
        "sha256": Field(SHA256, "SHA-256 of the file, or of the listing of a directory."),
        "version": Field(_words, "Its version; a changed digest needs a new one."),
        "listing": Field(
            PATH, "Directories only: the file with the digest of each member, as `sha256sum -c` reads it."
        ),
        "size": Field(Integer(), "Bytes; for a directory, of all its files together."),
        "description": Field(_words, "What it is, in a sentence or two."),
        "source": Field(SOURCE, "Where it came from."),
        "signature": Field(ListOf(SIGNATURE, or_one=True), "Who vouches for it: one signature or several."),
        "tags": Field(
            ListOf(
                Text(pattern=TAG_PATTERN, expected="a word of lower-case letters, digits, dot, dash and underscore"),
                most=MAX_TAGS,
            ),
            "Words by which policies select it (`for: {tag: restricted}`).",
        ),
        "derived_from": Field(
            ListOf(Either(_words, ANCESTOR)), "Names of artifacts, URLs, or files, that it was made from."
        ),
    }
    special = {
        "dataset": {
            "suite": Field(PATH, "The Great Expectations suite that its rows must pass."),
            "data": Field(DATA, "How its rows are to be read; found out as far as it is left out."),
            "scan": Field(SCAN, "How the poisoning scan is to read it."),
            "previous": Field(_words, "The name of the dataset that is the version before this one."),
            "sensitivity": Field(_words, "How sensitive its content is, such as public, internal or personal data."),
        },
        "model": {"trained_on": Field(ListOf(_words), "Names of the datasets that it was trained on.")},
    }
    return Record({**common, **special[kind]}, build)


DATASET = _artifact("dataset")
MODEL = _artifact("model")

DBOM = Record(
    {
        "dbom": Field(Constant("1", "this gate reads `dbom: 1`"), "The version of this format.", required=True),
        "project": Field(_words, "What this repository makes."),
        "datasets": Field(ListOf(DATASET), "The datasets that training reads."),
        "models": Field(ListOf(MODEL), "The weights that the project loads or makes."),
    }
)
