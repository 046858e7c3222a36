"""One small valid file or more of every format that has a reader, from the builders of the tests of each."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct
import zipfile
import zlib

from . import (
    test_archive_kinds,
    test_boosters,
    test_flatbuffers,
    test_gguf,
    test_hdf5,
    test_huggingface,
    test_keras,
    test_msgpack,
    test_onnx,
    test_other_weights,
    test_r,
    test_safetensors,
    test_saved_model,
    test_sevenzip,
    test_tar_paths,
    test_xml,
)
from .builders import HOSTILE, HOSTILE_TEXT, npy, tarred, zipped
from .messages import message
from .programs import program
from .test_graphs import CUSTOM, FEATURE, network
from .test_graphs import program as mil

ARRAY = npy("'<f4'", "(2,)", bytes(8))
MEMBERS = {
    "README.md": b"# hello\n",
    "data.pkl": HOSTILE,
    "a.npy": ARRAY,
    "d/config.json": b'{"auto_map": {"a": "b.c"}}',
}
CHAT = test_huggingface.CHAT.encode()
DOCUMENTS = (
    test_keras.model(test_keras.layer("Lambda", {"function": test_keras.LAMBDA})),
    test_archive_kinds.GRAPH,
    {"chat_template": test_huggingface.CHAT, "auto_map": {"AutoModel": "o/r--m.C"}},
    test_other_weights.HOSTILE_ZARR[0],
    {"__loader__": "MethodNode", "content": {"func": "x", "obj": {"__loader__": "TypeNode"}}},
)

SEEDS: dict[str, tuple[bytes, ...]] = {
    "safetensors": (test_safetensors.GOOD,),
    "pickle": (HOSTILE, HOSTILE_TEXT, *(bytes(program(seed).code) for seed in range(4))),
    "zip": tuple(zipped(MEMBERS, method) for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA)),
    "tar": (tarred(MEMBERS)[:-8192], test_tar_paths.SAMPLE),
    "npy": (ARRAY, npy("'|O'", "(1,)", HOSTILE, 2)),
    "json": tuple(json.dumps(document).encode() for document in DOCUMENTS),
    "sentence-transformers": (json.dumps([test_huggingface.module("evil.Module")]).encode(),),
    "jinja": (CHAT, CHAT + b"{% set a = [1, 2]|map('upper')|list %}{{ a[-1]['x'] ~ \"\\x41\" }}"),
    "gzip": (gzip.compress(HOSTILE), gzip.compress(tarred({"a": HOSTILE})[:2048])),
    "bz2": (bz2.compress(HOSTILE),),
    "xz": (lzma.compress(HOSTILE),),
    "lzma": (lzma.compress(HOSTILE, lzma.FORMAT_ALONE),),
    "zlib": (zlib.compress(HOSTILE),),
    "lz4": (b"\x04\x22\x4d\x18\x40\x40\xc0\x13\0\0\x80" + HOSTILE[:19] + bytes(4),),
    "zfile": (b"ZF0x%-17x" % len(HOSTILE) + zlib.compress(HOSTILE),),
    "zstd": (b"\x28\xb5\x2f\xfd\x20\x13\x99\0\0" + HOSTILE[:19],),
    "hdf5": (test_hdf5.OLD, test_hdf5.NEW, test_hdf5.OUTSIDE, test_hdf5.OUTSIDE_NEW, test_hdf5.DENSE),
    "gguf": (
        test_gguf.GOOD,
        test_gguf.Writer(1, ">").file([], [test_gguf.Writer(1, ">").tensor("a", (1,), 0)], bytes(4)),
    ),
    "protobuf": (
        test_onnx.GOOD,
        test_saved_model.GOOD,
        message((1, 5), (2, message((1, FEATURE), (10, FEATURE))), (500, network(CUSTOM))),
        message((1, 5), (2, message((1, FEATURE), (10, FEATURE))), (502, mil("../x"))),
        message((1, "net"), (100, message((1, "a"), (2, "Python"), (130, message((1, "m"), (2, "L")))))),
    ),
    "tflite": (test_flatbuffers.GOOD,),
    "executorch": (test_flatbuffers.PROGRAM,),
    "xml": (
        test_xml.PMML.encode(),
        test_xml.IR.format("Evil", "x").encode("utf-16"),
        test_xml.with_type("l [<!ENTITY a 'b'>]"),
    ),
    "r": tuple(test_r.encoded(test_r.fitted(), kind, 3) for kind in test_r.HEADERS),
    "xgboost": (test_boosters.ub(test_boosters.MODEL), b"binf" + bytes(200)),
    "lightgbm": ((test_boosters.LGB + test_boosters.TREES).encode(),),
    "catboost": (b"CBM1" + struct.pack("<I", 100) + bytes(140),),
    "msgpack": (test_msgpack.pack(test_msgpack.GOOD), test_msgpack.numpy(b"")),
    "ocdbt": (struct.pack(">I", 0x0CDB3A2A) + struct.pack("<Q", 60) + bytes(48),),
    "mxnet": (test_other_weights.params(test_other_weights.dense(), test_other_weights.row_sparse()),),
    "java": (b"\xac\xed\0\x05sr\0\x03a.B" + bytes(8),),
    "7z": (test_sevenzip.SAMPLE, test_sevenzip.archive({"w": HOSTILE}, "deflate")),
}
"""Keys are those of `gate.formats.registry.FORMATS`."""
