"""Origins on the hub: `hf://acme/signs`, `hf://datasets/acme/signs@COMMIT/train.csv`, or an address of the website."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from gate.core.model import Kind
from gate.core.text import printable

_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}"
"""One part of an id: `huggingface_hub.utils.validate_repo_id`. It cannot be `.` or `..`."""
_ID = re.compile(rf"{_NAME}(?:/{_NAME})?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PAGE = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/(.+)", re.I)
_REFERENCE = re.compile(
    r"(?P<id>[^/]+(?:/[^/]+)?)/(?:tree|resolve|blob|raw)/(?P<revision>refs/[^/]+/[^/]+|[^/]+)(?:/(?P<path>.*))?"
)
_LEADS: dict[str, Kind] = {"datasets/": "dataset", "models/": "model"}


class HubOrigin(NamedTuple):
    """A repository of the hub, or what lies at `path` in it; `revision` is what the origin itself says, if anything."""

    kind: Kind
    repository: str
    revision: str | None = None
    path: str = ""

    @property
    def url(self) -> str:
        """The one way in which the gate writes it, without the revision."""
        lead = "datasets/" if self.kind == "dataset" else ""
        return f"hf://{lead}{self.repository}" + (f"/{self.path}" if self.path else "")

    def __str__(self) -> str:
        return printable(self.url)

    @property
    def namespace(self) -> str | None:
        """The account that the repository belongs to; None for the few that have none."""
        owner, slash, _ = self.repository.partition("/")
        return owner if slash else None


def is_commit(revision: str | None) -> bool:
    """Whether `revision` always names the same content."""
    return revision is not None and _COMMIT.fullmatch(revision) is not None


def names_hub(url: str | None) -> bool:
    """Whether `url` says that it is of the hub, also where nobody could compare anything with it."""
    return url is not None and (url.lower().startswith("hf:") or _PAGE.match(url) is not None)


def parse(url: str | None) -> HubOrigin | None:
    """The repository that `url` names; None for what is no model or dataset of the hub."""
    if url is None:
        return None
    if url.startswith("hf://"):
        return _short(url.removeprefix("hf://").rstrip("/"))
    page = _PAGE.fullmatch(url)
    return _address(unquote(page[1].partition("?")[0].partition("#")[0]).rstrip("/")) if page else None


def _short(text: str) -> HubOrigin | None:
    """`[datasets/|models/]NAMESPACE/NAME[@REVISION][/PATH]`."""
    kind, text = _kind(text)
    before, at, after = text.partition("@")
    if at and before.count("/") <= 1:
        revision, path = _revision(after)
        return _origin(kind, before, revision, path)
    parts = text.split("/")
    return _origin(kind, "/".join(parts[:2]), None, "/".join(parts[2:]))


def _revision(text: str) -> tuple[str, str]:
    """The revision and the path behind an `@`; of its slashes only those of `refs/pr/1` belong to the revision."""
    match = re.fullmatch(r"(refs/[^/]+/[^/]+|[^/]*)(?:/(.*))?", text, re.S)
    assert match is not None
    return match[1], match[2] or ""


def _address(text: str) -> HubOrigin | None:
    kind, text = _kind(text)
    if found := _REFERENCE.fullmatch(text):
        return _origin(kind, found["id"], found["revision"], found["path"] or "")
    return _origin(kind, text.removesuffix(".git"), None, "")


def _kind(text: str) -> tuple[Kind, str]:
    for lead, kind in _LEADS.items():
        if text.startswith(lead) and (kind == "dataset" or text.count("/") > 1):  # a user may be called `models`
            return kind, text.removeprefix(lead)
    return "model", text


def _origin(kind: Kind, repository: str, revision: str | None, path: str) -> HubOrigin | None:
    if not _ID.fullmatch(repository) or repository.startswith(("spaces/", "datasets/")) or revision == "":
        return None
    if path and not is_inner(path):
        return None
    return HubOrigin(kind, repository, revision, path)


def is_inner(path: str) -> bool:
    """Whether `path` is that of a file in a repository: relative, without `..`, control characters and surrogates."""
    if len(path) > 4096 or any(char < " " or char == "\x7f" or "\ud800" <= char <= "\udfff" for char in path):
        return False
    return all(part not in ("", ".", "..") for part in path.split("/"))
