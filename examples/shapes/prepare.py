"""Draws data/shapes: 20 small grey pictures each of circles, squares and triangles. Python alone is enough.

The pictures are the same bytes on every machine: the generator is seeded, and the pixels are stored
uncompressed, as compressors differ between builds of zlib.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

SIDE = 16
EACH = 20
SEED = 20261121

SHAPES: dict[str, Callable[[float, float, float], bool]] = {
    "circle": lambda x, y, r: x * x + y * y <= r * r,
    "square": lambda x, y, r: max(abs(x), abs(y)) <= 0.85 * r,
    "triangle": lambda x, y, r: -r <= y <= 0.8 * r and abs(x) <= (y + r) / 1.8,
}


def draw(inside: Callable[[float, float, float], bool], chance: Callable[[], float]) -> list[bytes]:
    """Rows of grey pixels: one bright shape of some size, somewhere near the middle, under noise."""
    left, top = (SIDE / 2 - 0.5 + 3 * (chance() - 0.5) for _ in range(2))
    radius, light = 4 + 2.5 * chance(), 150 + int(60 * chance())
    return [
        bytes(int(45 * chance()) + (light if inside(x - left, y - top, radius) else 0) for x in range(SIDE))
        for y in range(SIDE)
    ]


def png(rows: list[bytes]) -> bytes:
    """`rows` as a PNG file (ISO/IEC 15948): 8-bit grey, no filter, one stored block."""
    pixels = b"".join(b"\0" + row for row in rows)
    block = b"\x01" + struct.pack("<HH", len(pixels), len(pixels) ^ 0xFFFF) + pixels
    stream = b"\x78\x01" + block + struct.pack(">I", zlib.adler32(pixels))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", stream) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> None:
    chance = random.Random(SEED).random  # noqa: S311 - noise in pictures, no secret
    for name, inside in SHAPES.items():
        folder = Path("data/shapes", name)
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(EACH):
            (folder / f"{number:02}.png").write_bytes(png(draw(inside, chance)))


if __name__ == "__main__":
    main()
