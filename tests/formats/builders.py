"""Small files of every kind, built from the specifications rather than by the libraries that load them."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import zipfile

from gate.formats.interface import BytesSource, Inspection
from gate.formats.registry import inspect
from tests.facts import refuse_unknown

HOSTILE = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04echo\x85R."
"""A protocol 4 pickle that would call os.system("echo"); never loaded."""
HOSTILE_TEXT = b"cos\nsystem\n(S'echo'\ntR."
"""The same in protocol 0."""


def look(data: bytes) -> Inspection:
    found = inspect(BytesSource(data))
    refuse_unknown("weights", found.facts)
    return found


def rules(data: bytes) -> set[str]:
    return {flaw.rule for flaw in look(data).flaws}


def safetensors(header: object, data: bytes = b"") -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def tensor(dtype: str = "F32", shape: object = (1,), offsets: object = (0, 4)) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def npy(descr: str, shape: str, data: bytes, version: int = 1) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY" + bytes((version, 0)) + struct.pack("<H" if version == 1 else "<I", len(header)) + header + data
