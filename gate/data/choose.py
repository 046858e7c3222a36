"""Which files of a dataset hold its rows, in which format, and in what order."""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Sequence

from gate.data import packed
from gate.data.interface import DataError, Format, Layout, Piece

_NAMES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp"), "images"),
}
_PACKED = (".gz", ".zst", ".zstd", ".bz2", ".xz", ".zip")
_ASIDE = {
    "config.json",
    "dataset_info.json",
    "dataset_infos.json",
    "dataset_dict.json",
    "state.json",
    "metadata.json",
    "package.json",
}
_TEXTS = {"readme", "license", "licence", "copying", "notice", "changelog", "citation", "dataset_card", "attribution"}
"""Names, without extension and in lower case, of what people write about a dataset."""
_HIDDEN = {".gitattributes", ".gitignore", ".gitkeep", ".keep", ".huggingface.yaml"}
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM")
_WHOLE = "declare the format under `data:` of the entry"
MAX_STATE = 16 * 1024 * 1024


def suffix(path: str) -> str:
    """The extension that names the format, in lower case, without that of a packing."""
    stem, extension = posixpath.splitext(path.lower())
    return posixpath.splitext(stem)[1] if extension in _PACKED else extension


def choose(pieces: Sequence[Piece], layout: Layout) -> tuple[Format, list[Piece]]:
    """The format and the files that hold rows, in order."""
    if not pieces:
        raise DataError("", "the dataset has no file")
    if len(pieces) == 1:
        only = pieces[0]
        return layout.format or _content(only) or _named(only) or _text(only), [only]
    found = [(piece, _kind(piece)) for piece in sorted(pieces, key=lambda piece: os.fsencode(piece.path))]
    kinds = sorted({kind for _, kind in found if kind})
    wanted = layout.format or (kinds[0] if kinds else None)
    chosen = [piece for piece, kind in found if kind == wanted]
    if wanted is None or not chosen:
        raise DataError(pieces[0].path, f"no file of the dataset holds rows of a format that is known; {_WHOLE}")
    if len(kinds) > 1:
        odd = next(piece for piece, kind in found if kind and kind != wanted)
        raise DataError(odd.path, f"the dataset mixes files of the formats {' and '.join(kinds)}: keep one in each")
    for piece, kind in found:
        if kind is None and not is_aside(piece):
            raise DataError(
                piece.path, f"it lies in a dataset of {wanted} files, and no row of it would be judged: {_REST}"
            )
    return wanted, _by_state(chosen, pieces) if wanted == "arrow" else chosen


_REST = "take it out of the directory, or name it as its format is named"


def _kind(piece: Piece) -> Format | None:
    """What one file of a directory holds; None for a file without rows."""
    return None if is_aside(piece) else _content(piece) or _named(piece)


def is_aside(piece: Piece) -> bool:
    """Whether it is about the dataset. A loader that takes every file has to be fooled by its name to read it."""
    name = posixpath.basename(piece.path).lower()
    if _content(piece):  # a name hides no rows
        return False
    if name in _HIDDEN or (name in _ASIDE and packed.head(piece, 64).lstrip()[:1] == b"{"):
        return True
    stem, extension = posixpath.splitext(name)
    return stem in _TEXTS and extension in ("", ".md", ".txt", ".rst", ".html", ".cff")


def _named(piece: Piece) -> Format | None:
    return _NAMES.get(suffix(piece.path))


def _content(piece: Piece) -> Format | None:
    """The format by the first bytes; names do not count."""
    first = piece.pread(16)
    if first.startswith(b"PAR1"):
        return "parquet"
    if first.startswith((b"ARROW1\0\0", b"FEA1")):
        return "arrow"
    return "images" if is_image(piece) else None


def is_image(piece: Piece) -> bool:
    """Whether it begins as an image does."""
    first = piece.pread(16)
    return first.startswith(_IMAGES) or (first[:4] == b"RIFF" and first[8:12] == b"WEBP")


def _text(piece: Piece) -> Format:
    """For a single file whose name says nothing."""
    first = packed.head(piece, 4096)
    if first.startswith(b"\xff\xff\xff\xff"):
        return "arrow"
    return "jsonl" if first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"


def _by_state(chosen: list[Piece], pieces: Sequence[Piece]) -> list[Piece]:
    """A Hugging Face dataset on disk says in `state.json` which Arrow files are its rows, and in what order."""
    states = {
        posixpath.dirname(piece.path): piece for piece in pieces if posixpath.basename(piece.path) == "state.json"
    }
    found: list[Piece] = []
    done: set[str] = set()
    for piece in chosen:
        folder = posixpath.dirname(piece.path)
        if folder not in states:
            found.append(piece)
        elif folder not in done:
            done.add(folder)
            found += _stated(states[folder], {one.path: one for one in chosen})
    for folder in states.keys() - done:
        _stated(states[folder], {})
    return found


def _stated(state: Piece, known: dict[str, Piece]) -> list[Piece]:
    try:
        said = json.loads(state.pread(MAX_STATE))
        names = [one["filename"] for one in said["_data_files"]]
        indices = said.get("_indices_data_files") or said.get("_indices_files")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(state.path, "it does not say which files hold the rows; save the dataset again") from None
    if indices:
        raise DataError(state.path, "the dataset is a selection of its rows; flatten its indices and save it again")
    if any(not isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise DataError(state.path, "it names a file twice, or not by a text; save the dataset again")
    paths = [posixpath.join(posixpath.dirname(state.path), name) for name in names]
    if missing := [path for path in paths if path not in known]:
        raise DataError(state.path, f"it names a file that is not there: {posixpath.basename(missing[0])!r}")
    return [known[path] for path in paths]
