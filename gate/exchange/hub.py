"""Repositories of Hugging Face as package URLs, by which tools for bills of materials know them.

https://github.com/package-url/purl-spec/blob/main/types-doc/huggingface-definition.md
"""

from __future__ import annotations

import re

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_ADDRESS = re.compile(rf"(?:hf://|https://(?:huggingface\.co|hf\.co)/)(?:models/)?({_NAME})/({_NAME})/?")
_PACKAGE = re.compile(rf"pkg:huggingface/({_NAME})/({_NAME})(?:@([0-9a-fA-F]{{40}}))?", re.IGNORECASE)


def package_url(url: str | None, revision: str | None) -> str | None:
    """The package URL of a model at a commit; None for any other origin: of datasets the type knows nothing."""
    found = _ADDRESS.fullmatch(url or "")
    if found is None or found[1] in ("datasets", "spaces") or not re.fullmatch("[0-9a-f]{40}", revision or ""):
        return None
    return f"pkg:huggingface/{found[1]}/{found[2]}@{revision}"


def origin(package: str) -> tuple[str, str] | None:
    """The address and the commit of such a package URL; the commit is empty where it has none."""
    found = _PACKAGE.fullmatch(package)
    return (f"https://huggingface.co/{found[1]}/{found[2]}", (found[3] or "").lower()) if found else None
