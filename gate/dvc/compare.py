"""Compares files with the MD5 that DVC recorded.

MD5 is no proof against whoever chooses both contents: that is what the SHA-256 of the DBOM is for. It ties the bytes
to what DVC says it keeps, so that the two records cannot drift apart unseen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple

from gate.dvc.interface import Out
from gate.dvc.manifest import digest_of
from gate.files.digest import digest, line_ending_digests

ALGORITHM = "md5"
Open = Callable[[str], AbstractContextManager[int]]
"""Opens a file by its path: a descriptor, or OSError."""
_BLOCK = 512
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"
"""What DVC before 3.0 took for text: no NUL, and at most 30 % other bytes, in the first block (dvc_data.istextfile)."""


class Difference(NamedTuple):
    """How files differ from what DVC recorded.

    `paths` are those that do, from the root: none where that is not known, for the manifest is not here.
    """

    paths: tuple[str, ...]
    line_endings_only: bool


def difference(
    out: Out, found: Mapping[str, str], manifest: Mapping[str, str] | None, opened: Open
) -> Difference | None:
    """What is not as `out` was recorded; None where all is.

    `found` has the MD5 of every file of the output by its path in there, of an output that is a file under an empty
    path. `manifest` has what was recorded, in the same way, where it is known.
    """
    recorded = out.recorded
    assert recorded is not None
    listed = manifest if recorded.is_directory else {"": recorded.md5}
    forms = _Forms(out, found, opened)
    if listed is not None:
        return _listed(listed, found, forms, is_text=recorded.text)
    if digest_of(found) == recorded.md5:
        return None
    if recorded.text and digest_of({path: forms.as_text(path) for path in found}) == recorded.md5:
        return None
    endings = any(digest_of({path: forms.of(path)[i] for path in found}) == recorded.md5 for i in (0, 1))
    return Difference((), endings)


def _listed(listed: Mapping[str, str], found: Mapping[str, str], forms: _Forms, *, is_text: bool) -> Difference | None:
    other = [path for path in {**listed, **found} if listed.get(path) != found.get(path)]
    if is_text:
        other = [path for path in other if path not in found or forms.as_text(path) != listed.get(path)]
    if not other:
        return None
    endings = all(path in found and listed.get(path) in forms.of(path) for path in other)
    return Difference(tuple(sorted(map(forms.shown, other))), endings)


class _Forms:
    """The MD5 that files would have with other line endings: read again, and only where they differ as they are."""

    def __init__(self, out: Out, found: Mapping[str, str], opened: Open) -> None:
        self._out, self._found, self._opened = out, found, opened
        self._read: dict[str, tuple[str, str, bool]] = {}

    def shown(self, path: str) -> str:
        """The path of a file from the root."""
        return f"{self._out.path}/{path}" if path else self._out.path

    def of(self, path: str) -> tuple[str, str]:
        """With LF, and with CRLF, at the end of every line; of what is no text, as it is."""
        return self._forms(path)[:2]

    def as_text(self, path: str) -> str:
        """As DVC before 3.0 took it: with LF where it looked like text."""
        unix, _, is_text = self._forms(path)
        return unix if is_text else self._found[path]

    def _forms(self, path: str) -> tuple[str, str, bool]:
        if path not in self._read:
            self._read[path] = self._look(path)
        return self._read[path]

    def _look(self, path: str) -> tuple[str, str, bool]:
        """Only of the bytes that were judged: a file that is another one by now is as it was found."""
        plain = self._found[path]
        try:
            with self._opened(self.shown(path)) as descriptor:
                block = os.pread(descriptor, _BLOCK, 0)
                if b"\0" in block or digest(descriptor, None, (ALGORITHM,)).others[ALGORITHM] != plain:
                    return plain, plain, False
                unix, dos = line_ending_digests(descriptor, ALGORITHM)
        except OSError:
            return plain, plain, False
        return unix, dos, 10 * len(block.translate(None, _TEXT)) <= 3 * len(block)
