"""XGBoost, LightGBM and CatBoost: data only, as long as the lengths fit."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from .builders import HOSTILE, look, rules
from .fuzz import mutations, prefixes
from .test_corpus import CORPUS

MALFORMED = {"weights/malformed"}


def ub(value: object) -> bytes:
    """UBJSON as XGBoost writes it (`json.cc`, `UBJWriter`); tuples are counted, bytes typed arrays."""
    if isinstance(value, dict):
        return b"{" + b"".join(key(name) + ub(inner) for name, inner in value.items()) + b"}"
    if isinstance(value, tuple):
        return b"[#L" + struct.pack(">q", len(value)) + b"".join(map(ub, value))
    if isinstance(value, list):
        return b"[" + b"".join(map(ub, value)) + b"]"
    if isinstance(value, bytes):
        return b"[$U#L" + struct.pack(">q", len(value)) + value
    if isinstance(value, bool) or value is None:
        return {True: b"T", False: b"F", None: b"Z"}[value]
    if isinstance(value, int):
        return b"L" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"d" + struct.pack(">f", value)
    return b"S" + key(str(value))


def key(name: str) -> bytes:
    return b"L" + struct.pack(">q", len(name)) + name.encode()


MODEL = {
    "learner": {
        "attributes": {},
        "gradient_booster": {
            "model": {"trees": [{"id": 0, "base_weights": b"\0" * 40, "x": 0.5}], "a": [1, True, None]}
        },
        "objective": {"name": "reg:squarederror"},
    },
    "version": (3, 0, 0),
    "empty": ((), [], {}, b"", ((), (1, ()))),
}


def test_ubjson() -> None:
    found = look(ub(MODEL))
    assert found == ("xgboost", "weights", (), {"encoding": "ubjson"}, found.imported)


@pytest.mark.parametrize(
    "data",
    [
        ub(MODEL) + b"x",
        ub(MODEL)[:-1],
        b"{" + key("learner") + b"[$U#L" + struct.pack(">q", 10**9) + b"}",
        b"{" + key("learner") + b"[$U#L" + struct.pack(">q", -1) + b"}",
        b"{" + key("learner") + b"S" + b"L" + struct.pack(">q", 1 << 40),
        b"{" + key("learner") + b"[" * 2000,
        b"{" + key("learner") + b"[#L" + struct.pack(">q", 10**9) + b"Z}",
        b"{" + key("learner") + b"{#L" + struct.pack(">q", 1) + b"Z}",
        b"{" + key("learner") + b"?}",
    ],
)
def test_broken_ubjson(data: bytes) -> None:
    assert rules(data) == MALFORMED


def test_damaged_ubjson() -> None:
    data = ub(MODEL)
    for end, found in prefixes(data):
        assert found.flaws or end < 17
    for _ in mutations(data):
        pass


def test_a_pickle_is_one_whatever_its_name() -> None:
    assert "weights/pickle-format" in rules(HOSTILE)


def test_binary() -> None:
    assert look(b"binf" + bytes(200))[:3] == ("xgboost", "weights", ())
    assert rules(b"binf" + bytes(50)) == MALFORMED


LGB = "tree\nversion=v4\nnum_class=1\nobjective=binary\nfeature_names=a b\ntree_sizes=12 12\n\n"
TREES = "Tree=0\nx=12\n" * 2 + "end of trees\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lightgbm(ending: str) -> None:
    found = look((LGB + TREES).replace("\n", ending).encode())
    assert found[:3] == ("lightgbm", "weights", ())
    assert found.facts == {"version": "v4", "num_class": "1", "objective": "binary", "trees": 2}


def test_broken_lightgbm() -> None:
    assert rules((LGB + TREES).encode()[: len(LGB) + 20]) == MALFORMED
    assert rules(LGB.replace("12 12", "12 x").encode() + TREES.encode()) == MALFORMED
    assert rules(LGB.replace("12 12", "9" * 15).encode() + TREES.encode()) == MALFORMED
    for _ in mutations((LGB + TREES).encode()):
        pass


def test_catboost() -> None:
    assert look(b"CBM1" + struct.pack("<I", 100) + bytes(100))[:3] == ("catboost", "weights", ())
    assert look(b"CBM1" + struct.pack("<I", 100) + bytes(140))[:3] == ("catboost", "weights", ())
    assert rules(b"CBM1" + struct.pack("<I", 100) + bytes(99)) == MALFORMED
    assert rules(b"CBM1" + struct.pack("<I", 0) + bytes(99)) == MALFORMED


@pytest.mark.parametrize("text", ["tree\nversion 4\n", "tree\n", "{L", "binfmt\n", "CBM2 x\n", "{i\n"])
def test_text_is_nothing(text: str) -> None:
    assert look(text.encode())[:3] == ("unknown", "other", ())


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize(("path", "form"), [("lgb.txt", "lightgbm"), ("xgb.json", "unknown")])
def test_real_models(path: str, form: str) -> None:
    found = look(Path(CORPUS / "benign" / "other-ml" / path).read_bytes())
    assert (found.format, found.flaws) == (form, ())
