"""What a DBOM declares, as immutable types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from gate.core.model import Kind, Location, Subject


class Origin(NamedTuple):
    """Where an artifact came from: the `source:` of an entry; `mirror` is where a copy is kept by its digest."""

    url: str | None = None
    revision: str | None = None
    retrieved: str | None = None
    supplier: str | None = None
    license: str | None = None
    mirror: str | None = None

    @property
    def host(self) -> str:
        """The lower-case host of the URL, without a dot at its end; empty for anything without one."""
        url = self.url or ""
        if url.startswith("hf://"):
            return "huggingface.co"
        if "//" not in url or "\\" in url or " " in url or not url.isprintable():
            return ""  # clients do not agree on where the host of such a URL ends
        from urllib.parse import urlsplit  # costs the hook, which imports this module and often reads no URL

        try:
            return (urlsplit(url).hostname or "").rstrip(".")
        except ValueError:
            return ""


SignatureKind = Literal["sigstore", "oms", "attestation", "key"]
SIGNATURE_KINDS: tuple[SignatureKind, ...] = get_args(SignatureKind)


class Signature(NamedTuple):
    """Where a signature over an artifact lies, and of which kind it must be."""

    bundle: str
    kind: SignatureKind | None = None


Modality = Literal["image-classification", "text-classification", "instructions", "tabular"]
MODALITIES: tuple[Modality, ...] = get_args(Modality)


class Scan(NamedTuple):
    """How the poisoning scan is to read a dataset."""

    modality: Modality
    labels: str | None = None


DataFormat = Literal["csv", "jsonl", "parquet", "arrow", "images"]
DATA_FORMATS: tuple[DataFormat, ...] = get_args(DataFormat)


class Data(NamedTuple):
    """How the rows of a dataset are to be read; what is left out is found out.

    `columns` maps names to DuckDB types. `delimiter`, `quote`, `header` and `encoding` are those of CSV.
    """

    format: DataFormat | None = None
    columns: Mapping[str, str] = {}
    delimiter: str | None = None
    quote: str | None = None
    header: bool | None = None
    encoding: str | None = None


class Ancestor(NamedTuple):
    """What an artifact was made from: the name of another one, or a URL; or a file, with the digest that it had."""

    name: str | None = None
    path: str | None = None
    url: str | None = None
    sha256: str | None = None


class Artifact(NamedTuple):
    """One declared dataset or model: a file or a directory.

    `path` is relative to the root with forward slashes; `sha256` is the digest of the file, or of the
    listing of a directory; `previous` names the dataset that is the version before this one, `sensitivity` says
    how sensitive its content is. `at` has the place of every value that is given, `location` of the whole entry.
    """

    kind: Kind
    name: str
    path: str
    location: Location
    at: Mapping[str, Location]
    sha256: str | None = None
    version: str | None = None
    listing: str | None = None
    size: int | None = None
    source: Origin = Origin()
    signature: tuple[Signature, ...] | None = None
    suite: str | None = None
    scan: Scan | None = None
    derived_from: tuple[Ancestor, ...] = ()
    trained_on: tuple[str, ...] = ()
    data: Data | None = None
    previous: str | None = None
    tags: tuple[str, ...] = ()
    description: str | None = None
    sensitivity: str | None = None

    @property
    def subject(self) -> Subject:
        """How policies select it."""
        return Subject(self.kind, self.name, self.path, self.source.host or None, self.tags)

    @property
    def alert(self) -> Location:
        """Where its findings stand: the `path:` line, with the digest on the line below it."""
        return self.at.get("path", self.location)


class Dbom(NamedTuple):
    """The whole document; `location` is its first line, `path` its own place relative to the root.

    `sha256` is the digest of the file that was read, empty where it was not read from one.
    """

    path: str
    location: Location
    project: str | None = None
    artifacts: tuple[Artifact, ...] = ()
    sha256: str = ""

    def find(self, name: str) -> Artifact | None:
        """The artifact of that name."""
        return next((a for a in self.artifacts if a.name == name), None)
