"""What is fetched to be run or built, rather than as data: another gate's business."""

from __future__ import annotations

import re

from gate.sources import services
from gate.sources.interface import Source
from gate.sources.names import is_data_host

_ARCHIVE = r"\.(?:tar(?:\.\w+)?|t[gbx]z2?|zip|gz|xz|bz2)"
_PROGRAM = re.compile(
    r"\.(?:sh|py|deb|rpm|gpg|asc|key|pub|list|repo|whl|run|exe|msi|pkg|dmg|js|css|html?|ps1|jar|appimage|patch|diff)(?:$"
    r"|\?)|/(?:install|get-pip|setup|uv|rustup|login)$"
    r"|[-_](?:linux|darwin|windows|x86_64|amd64|arm64|aarch64|musl|gnu)\b|miniconda|anaconda|mambaforge"
    r"|[-_./](?:linux|darwin|macos|osx|win(?:32|64)|x86_64|i[3-6]86|amd64|arm64|aarch64|manylinux\w*|ubuntu\d[\d.]*)[-_.]"
    r"|miniforge|cmake|cuda|nvidia|nodejs|ninja|golang|protoc|bazel"
    r"|/archive/(?:refs/)?(?:tags/)?v?\d"
    rf"|/(?:[^/?]*[-_])?(?:scripts?|tools?|toolkit|toolbox|installer|sdk)(?:[-_][^/?]*)?{_ARCHIVE}$",
    re.I,
)
_PROGRAM_HOSTS = re.compile(
    r"(?:^|\.)(?:bootstrap\.pypa\.io|sh\.rustup\.rs|get\.docker\.com|deb\.nodesource\.com"
    r"|install\.python-poetry\.org|astral\.sh|pypi\.org|files\.pythonhosted\.org|repo\.anaconda\.com|developer\.download\.nvidia\.com|apt\.llvm\.org|packages\.[\w.-]+|archive\.ubuntu\.com|deb\.debian\.org|ftp\.gnu\.org)$"
)
_RELEASE = re.compile(rf"/[A-Za-z][\w+]*(?:-[A-Za-z]+)*-v?\d+\.\d+\.\d+{_ARCHIVE}$")
"""The archive of a release of a program, `name-1.2.3.tar.gz`."""
_ARCHIVED = re.compile(rf"{_ARCHIVE}(?:$|\?)")
_OF_DATA_WORDS = """
    data dataset datasets corpus corpora database weights checkpoint checkpoints label labels annotation annotations
    transcript transcripts transcriptions embeddings
"""
_OF_DATA = frozenset(_OF_DATA_WORDS.split())
_OF_MODELS = frozenset(("model", "models", "pretrained", "resources", "vocab"))
_OF_CODE_WORDS = """
    tool tools toolkit toolbox loader loaders util utils utilities processing preprocessing pipeline pipelines api sdk
    lib library downloader script scripts generator viewer parser explorer builder augmentation science engine
    engineering driven lake structures frame frames efficient manager converter cleaning validation version control
    centric client server
"""
_OF_CODE = frozenset(_OF_CODE_WORDS.split())
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_program(source: Source) -> bool:
    """Whether it is a tool that is installed rather than data."""
    if source.host in (services.HUB, "hf.co"):
        return False
    if _PROGRAM.search(source.url) or _PROGRAM_HOSTS.search(source.host):
        return True
    return bool(_RELEASE.search(source.url)) and not _says_data(source)


def may_be_built(source: Source) -> bool:
    """Whether it is a program if what follows builds one: an archive that nothing says to be of data."""
    return bool(_ARCHIVED.search(source.url)) and not _says_data(source)


def _says_data(source: Source) -> bool:
    return is_data_host(source.host) or bool(_words(source.url) & (_OF_DATA | _OF_MODELS))


def holds_data(url: str) -> bool:
    """Whether a repository is one of data or weights, by its name: others are code."""
    owner, _, name = url.removesuffix(".git").rpartition("/")
    words = _words(name)
    if name.lower() in ("datasets", "models") or words & _OF_CODE:
        return owner.endswith("/onnx")
    return bool(words & _OF_DATA) or bool({"model", "models"} & words and {"pretrained", "trained", "spacy"} & words)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text[-1000:]))
