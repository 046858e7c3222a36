"""A folder of images as a table: what their headers say, and the digests of their bytes."""

# ruff: noqa: S608 # names, paths and values go through `quoted` and `string`
from __future__ import annotations

import posixpath
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
from PIL import Image

from gate.data.database import ROWS, hold, sealed, show
from gate.data.interface import DataError, Layout, Piece, Table
from gate.data.packed import plain, sha256

if TYPE_CHECKING:
    import duckdb

MAX_PIXELS = 1 << 28
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
"""The decoders that may look at a header."""
SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("label", pa.string()),
        ("width", pa.int64()),
        ("height", pa.int64()),
        ("mode", pa.string()),
        ("format", pa.string()),
        ("bytes", pa.int64()),
        ("sha256", pa.string()),
    ]
)


def open_files(connection: duckdb.DuckDBPyConnection, pieces: Sequence[Piece], layout: Layout, memory: int) -> Table:
    """One row per image; its label is the name of the folder it is in."""
    rows = [_row(piece) for piece in pieces]
    connection.register("gate_images", pa.Table.from_pylist(rows, SCHEMA))
    if not hold(connection, "SELECT * FROM gate_images"):
        raise MemoryError("the table of the images needs more memory than it may have")
    connection.unregister("gate_images")
    show(connection, f"SELECT * FROM {ROWS}")
    return sealed(connection, pieces, layout, opens=False)


def _row(piece: Piece) -> dict[str, object]:
    width, height, mode, form = _header(piece)
    try:
        piece.path.encode()
    except UnicodeEncodeError:
        raise DataError(piece.path, "its name is not UTF-8; rename it") from None
    return {
        "path": piece.path,
        "label": posixpath.basename(posixpath.dirname(piece.path)) or None,
        "width": width,
        "height": height,
        "mode": mode,
        "format": form,
        "bytes": piece.size,
        "sha256": sha256(piece),
    }


def _header(piece: Piece) -> tuple[int, int, str, str]:
    """Without decoding a pixel. What the decoder warns of is as broken as what it refuses."""
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, MAX_PIXELS
    try:
        with warnings.catch_warnings(), plain(piece) as file:
            warnings.simplefilter("error")
            with Image.open(file, formats=FORMATS) as image:
                found = (image.width, image.height, image.mode, image.format or "")
                image.verify()
                return found
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(piece.path, f"the image has more than {MAX_PIXELS:,} pixels") from None
    except Exception:  # decoders raise all sorts of errors for what they cannot read
        raise DataError(piece.path, "the image is broken: its header cannot be read") from None
    finally:
        Image.MAX_IMAGE_PIXELS = before
