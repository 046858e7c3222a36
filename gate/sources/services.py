"""Services that hand out data and weights: from what code names to a source as a DBOM entry has it."""

from __future__ import annotations

import re
import shlex
from urllib.parse import urlsplit

from gate.core.model import Kind
from gate.sources.interface import HOLE, Pin, Source
from gate.sources.names import is_hub_id

HUB = "huggingface.co"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MOVING = re.compile(
    r"/(?:resolve|raw|blob|tree|raw/refs/heads|refs/heads|archive/refs/heads|archive)/"
    r"(?:main|master|HEAD|latest|dev|develop|trunk)(?:[/.]|$)|/latest(?:[/.]|$)|[/_-](?:nightly|latest)(?:[/._-]|$)"
)
_REFERENCE = re.compile(
    r"/(?:resolve|raw|blob|tree|archive)/(?:refs/(?:heads|tags)/)?([^/?#]+?)(?:\.zip|\.tar\.gz)?(?:[/?#]|$)"
)
_RAW = re.compile(r"https?://raw\.githubusercontent\.com/[^/]+/[^/]+/(?:refs/(?:heads|tags)/)?([^/]+)/")
_HUB_URL = re.compile(
    r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/"
    r"((?:datasets/|spaces/)?(?:[\w.-]+(?=/(?:resolve|raw|blob)/)|[\w.-]+/[\w.-]+))(?:/|$)"
)
_REPOSITORY = re.compile(r"https://github\.com/[^/]+/[^/]+")
_LOCAL_HOSTS = frozenset(("localhost", "127.0.0.1", "::1", "0.0.0.0"))  # noqa: S104 - compared, not bound
_STORES = {
    "s3": "s3.amazonaws.com",
    "s3a": "s3.amazonaws.com",
    "s3n": "s3.amazonaws.com",
    "gs": "storage.googleapis.com",
    "gcs": "storage.googleapis.com",
}
_ZOOS = {
    "detectron2": "dl.fbaipublicfiles.com",
    "torchvision": "download.pytorch.org",
    "open-mmlab": "download.openmmlab.com",
    "openmmlab": "download.openmmlab.com",
    "mmcls": "download.openmmlab.com",
}
"""Schemes that frameworks have for the weights that they know the address of."""
_STORE_SCHEMES = (
    "s3[an]?|gc?s|hf|abfss?|wasbs?|az|azure|azureml|adl|oss|obs|cosn?|tos|hdfs|webhdfs|viewfs|alluxio|dbfs|lakefs|minio"
    "|swift|gdrive|wandb-artifact|kaggle|" + "|".join(_ZOOS)
)
REMOTE = re.compile(rf"(?:https?|ftps?|sftp|ssh|rsync|git|git\+https?|git\+ssh|{_STORE_SCHEMES})://|dbfs:/", re.I)
STORED = re.compile(rf"(?:{_STORE_SCHEMES})://[^/\s]+/[^\s]", re.I)
"""An address in a store: nobody writes one down who does not read or write data there."""
"""How an address begins that is not of this machine."""


def hub(identifier: str, kind: Kind | None, revision: str | None = None) -> Source | None:
    """A repository of the Hugging Face Hub; None for what cannot be the id of one."""
    name = identifier.removeprefix("hf://").removeprefix("hf-hub:").removeprefix("hf_hub:")
    if name.startswith(("datasets/", "spaces/")):
        kind = "dataset" if name.startswith("datasets/") else kind
        name = name.partition("/")[2]
    name, at, named = name.partition("@")
    revision = named if at else revision
    if REMOTE.match(identifier) and not identifier.startswith("hf://"):
        return address(identifier, kind)
    parts = name.split("/")
    name = "/".join(parts[:2]) if identifier.startswith("hf://") else name
    if HOLE not in name and not is_hub_id(name):
        return None
    lead = "datasets/" if kind == "dataset" else ""
    return Source(f"https://{HUB}/{lead}{name}", HUB, kind, revision, commit_pin(revision))


def commit_pin(revision: str | None) -> Pin:
    """How well a revision of a hub or of git pins: a branch and a tag can be moved."""
    if revision is None:
        return "moving"
    if HOLE in revision:
        return "dynamic"
    return "fixed" if _COMMIT.fullmatch(revision) else "moving"


def release_pin(revision: str | None) -> Pin:
    """How well a version pins where released versions stay as they are."""
    if revision is None:
        return "moving"
    if HOLE in revision:
        return "dynamic"
    if _COMMIT.fullmatch(revision):
        return "fixed"
    return "release" if any(char.isdigit() for char in revision) else "moving"


def github(text: str) -> Source:
    """`owner/name:ref`, as `torch.hub` has it."""
    name, _, reference = text.partition(":")
    revision = reference or None
    return Source(f"https://github.com/{name}", "github.com", "model", revision, commit_pin(revision))


def address(url: str, kind: Kind | None = None, *, digest: bool = False) -> Source | None:
    """A URL; `digest` means that what comes is compared with a digest. None for this machine itself."""
    if hosted := _HUB_URL.match(url):
        return _of_hub(url, hosted, kind, digest=digest)
    if url.startswith("kaggle://"):
        return kaggle_model(url.removeprefix("kaggle://"))
    host = host_of(url)
    if host in _LOCAL_HOSTS or host.endswith(".local"):
        return None
    reference = _RAW.match(url) or (_REFERENCE.search(url) if "git" in host else None)
    revision = reference[1] if reference else None
    pin: Pin = "content"
    if digest:
        pin = "fixed"
    elif HOLE in url.partition("?")[0] and revision is None:
        pin = "dynamic"
    elif revision is not None:
        pin = commit_pin(revision)
    elif _MOVING.search(url):
        pin = "moving"
    return Source(_tidy(url), host, kind, revision, pin)


def _of_hub(url: str, hosted: re.Match[str], kind: Kind | None, *, digest: bool) -> Source:
    name = hosted[1]
    found = _REFERENCE.search(url)
    revision = found[1] if found else None
    kind = "dataset" if name.startswith("datasets/") else kind or "model"
    pin: Pin = "fixed" if digest else commit_pin(revision)
    return Source(f"https://{HUB}/{name.removesuffix('.git')}", HUB, kind, revision, pin)


def _tidy(url: str) -> str:
    """Without what does not say which content it is; the key of an object may hold any character."""
    return (url if url.partition("://")[0] in _STORES else url.partition("#")[0]).rstrip("/")


def host_of(url: str) -> str:
    """The lower-case host of `url`; empty where it is known at run time only."""
    scheme, mark, rest = url.partition("://")
    if not mark or HOLE in scheme:
        return ""
    if scheme.lower() == "hf":
        return HUB
    if known := _STORES.get(scheme.lower()) or _ZOOS.get(scheme.lower()):
        return known
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if HOLE in authority:
        return ""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def repository(url: str, revision: str | None) -> Source | None:
    """A git repository."""
    scp = re.match(r"(?:[\w.-]+@)?([\w.-]+\.[a-z]{2,}):(?!//)(.+)", url)
    url = (
        f"https://{scp[1]}/{scp[2]}"
        if scp
        else re.sub(r"^(?:git\+)?(?:ssh|git|https?)://(?:[^@/]+@)?", "https://", url)
    )
    if "://" not in url:
        return None
    url = url.removesuffix("/").removesuffix(".git")
    host = host_of(url)
    if not url.partition("://")[2].rstrip("/").partition("/")[2]:
        return None
    kind: Kind | None = None
    if host in (HUB, "hf.co"):
        kind = "dataset" if "/datasets/" in url else "model"
    if host in _LOCAL_HOSTS:
        return None
    return Source(url.replace("https://hf.co/", f"https://{HUB}/"), host, kind, revision, commit_pin(revision))


def library(scheme: str, name: str, host: str, kind: Kind | None) -> Source:
    """Something that a library knows the address of: `torchvision:MNIST`."""
    return Source(f"{scheme}:{name}", host, kind, None, "dynamic" if HOLE in name else "library")


def versioned(url: str, host: str, kind: Kind | None, version: str | None) -> Source:
    """Something of which numbered versions stay as they are."""
    return Source(url, host, kind, version, release_pin(version))


def kaggle_model(handle: str) -> Source:
    """A model of Kaggle: `owner/model/framework/variation`, and a version where one is named."""
    plain, _, version = handle.rpartition("/") if handle.count("/") == 4 else (handle, "", "")
    return versioned(f"https://www.kaggle.com/models/{plain}", "www.kaggle.com", "model", version or None)


def declared_revision(source: Source) -> str:
    """The option of `gate add` that says which revision of `source` a copy is of, behind a blank; empty for none.

    One that the code does not pin is left for a person to choose, where the source has commits.
    """
    revision = source.revision if source.pin in ("fixed", "release") else None
    if revision is None and source.pin in ("moving", "dynamic"):
        of_git = source.host == "github.com" and (source.revision or _REPOSITORY.fullmatch(source.url))
        revision = "COMMIT" if of_git or source.host == HUB else None
    return f" --revision {shlex.quote(revision)}" if revision else ""


def is_insecure(url: str) -> bool:
    """Whether whoever is on the way can change what comes from there."""
    return url.lower().startswith(("http://", "ftp://", "git://", "rsync://")) and host_of(url) not in _LOCAL_HOSTS
