"""Checkpoints of torch. They need torch, which no extra of the gate installs: without it they skip."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gate.core.errors import UsageError
from tests.convert.files import converted

torch = pytest.importorskip("torch", reason="converting checkpoints of torch is for those who have torch")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint.pt"


def _bits(tensor: Any) -> bytes:
    flat = tensor.detach().resolve_conj().contiguous().reshape(-1)
    return bytes(flat.view(torch.uint8).tolist()) if flat.numel() else b""


def _same(found: Any, expected: Any) -> bool:
    return bool(found.dtype == expected.dtype and found.shape == expected.shape and _bits(found) == _bits(expected))


def _every_kind() -> dict[str, Any]:
    names = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
    names += ["complex64", "uint16", "uint32", "uint64"]
    kinds = {name: torch.arange(6).to(getattr(torch, name)) for name in names}
    for name in ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"):
        kinds[name] = torch.arange(256, dtype=torch.uint8).view(getattr(torch, name))
    table = torch.randn(3, 4)
    return {
        **kinds,
        "nan payloads": torch.tensor([0x7F800001, -1, -(2**31)], dtype=torch.int32).view(torch.float32),
        "bf16 payloads": torch.arange(-300, -200, dtype=torch.int16).view(torch.bfloat16),
        "no dimension": torch.tensor(1.5),
        "empty": torch.zeros(0, 3),
        "transposed": table.t(),
        "steps": torch.arange(20)[::3],
        "expanded": torch.tensor(2.0).expand(4, 5),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "conjugated": torch.tensor([1 + 2j], dtype=torch.complex64).conj(),
    }


def _saved(file: Path, value: object, how: str) -> Path:
    if how == "pickle":
        file.write_bytes(pickle.dumps(value))
    else:
        torch.save(value, file, _use_new_zipfile_serialization=how == "zip")
    return file


@pytest.mark.parametrize("how", ["zip", "legacy", "pickle"])
def test_every_kind_of_tensor(file: Path, how: str) -> None:
    expected = _every_kind()
    if how != "zip":  # torch itself loads the newer dtypes, and the bit that says conjugated, from no other kind
        newer = [name for name in expected if name.startswith(("float8", "uint16", "uint32", "uint64"))]
        for name in (*newer, "conjugated"):
            del expected[name]
    made = converted(_saved(file, expected, how), "pt")
    assert made.tensors.keys() == expected.keys()
    for name, tensor in expected.items():
        assert _same(made.tensors[name], tensor), name
    assert made.metadata == {"format": "pt"}


def test_the_bytes_are_those_that_the_library_writes(file: Path) -> None:
    from safetensors.torch import save

    value = {name: tensor.detach().resolve_conj().contiguous() for name, tensor in _every_kind().items()}
    assert converted(_saved(file, value, "zip"), "pt").data == save(value, {"format": "pt"})


def test_a_training_checkpoint(file: Path) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(2, 4)).sum().backward()
    optimizer.step()
    value = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": 3,
        "best": np.float64(0.25),
        "mean": np.arange(3.0),
        "loss": float("inf"),
    }
    made = converted(_saved(file, value, "zip"), "pt")
    assert _same(made.tensors["model.0.weight"], model[0].weight)
    assert _same(made.tensors["optimizer.state.0.exp_avg"], optimizer.state_dict()["state"][0]["exp_avg"])
    assert made.tensors["best"].item() == 0.25
    assert made.tensors["mean"].tolist() == [0, 1, 2]
    assert '"epoch": 3' in made.metadata["gate.values"]
    assert made.said.dropped.names == ("loss: inf, for which JSON has no number",)


def test_tied_weights_are_stored_once(file: Path) -> None:
    weight = torch.randn(50, 8)
    value = OrderedDict({"lm_head.weight": weight, "embed.weight": weight, "other": torch.ones(1)})
    made = converted(_saved(file, value, "zip"), "pt")
    assert set(made.tensors) == {"embed.weight", "other"}
    assert made.metadata["lm_head.weight"] == "embed.weight"


def test_overlapping_views_become_copies_and_disjoint_ones_are_no_matter(file: Path) -> None:
    base = torch.arange(12.0)
    apart = torch.ones(4)
    value = {"all": base, "half": base[:6], "shaped": base.view(3, 4), "apart": {"a": apart[:2], "b": apart[2:]}}
    made = converted(_saved(file, value, "zip"), "pt")
    assert set(made.tensors) == {"all", "half", "shaped", "apart.a", "apart.b"}
    assert _same(made.tensors["shaped"], base.view(3, 4))
    assert set(made.said.copies.names) < {"all", "half", "shaped"}
    assert made.said.copies.number == 2


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (lambda: {"a": {"b": torch.eye(3).to_sparse()}}, r'"a\.b" is sparse or nested'),
        (lambda: {"q": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, '"q" is quantized'),
        (lambda: {"m": torch.empty(2, device="meta")}, '"m" is on the device meta'),
        (lambda: {"c": torch.ones(2, dtype=torch.complex128)}, '"c" has the dtype torch.complex128'),
        (lambda: {"a": torch.ones(1), "d": torch.float32}, '"d" is of type torch.dtype'),
        (lambda: torch.nn.Linear(2, 2), r"an object of torch\.nn\.modules\.linear\.Linear"),
        (lambda: {"a": torch.ones(1), "s": torch.ones(2).untyped_storage()}, '"s" is of type torch'),
        (lambda: {"x": torch.ones(1), "o": np.array([{}])}, "an array of Python objects"),
    ],
)
def test_what_safetensors_cannot_hold_is_named(file: Path, value: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        converted(_saved(file, value(), "zip"))


def test_a_tiny_file_that_would_become_a_huge_one(file: Path) -> None:
    with pytest.raises(UsageError, match="too many for a file of its size"):
        converted(_saved(file, {"a": torch.zeros(1).expand(1 << 40)}, "zip"))


@pytest.mark.parametrize("how", ["zip", "legacy", "pickle"])
def test_a_view_past_the_end_of_its_storage(file: Path, how: str) -> None:
    class Grown:
        def __init__(self, tensor: Any) -> None:
            self.tensor = tensor

        def __reduce__(self) -> tuple[Any, ...]:
            storage = self.tensor._typed_storage()
            return torch._utils._rebuild_tensor_v2, (storage, 0, (5,), (1,), False, OrderedDict())

    _saved(file, {"a": Grown(torch.zeros(4))}, how)
    with pytest.raises(UsageError, match="past the end of its storage"):
        converted(file)


def test_no_unrestricted_unpickler_runs(file: Path, tmp_path: Path) -> None:
    """A checkpoint that would leave a mark, with a whole state dict around it, in each way to store one."""
    mark = tmp_path / "mark"

    class Hostile:
        def __reduce__(self) -> tuple[Any, ...]:
            return open, (str(mark), "w")

    for how in ("zip", "legacy", "pickle"):
        with pytest.raises(UsageError, match=r"an object of \w*io\.open|builtins\.open"):
            converted(_saved(file, {"a": torch.ones(1), "x": Hostile()}, how))
    inner = io.BytesIO()
    torch.save(Hostile(), inner, _use_new_zipfile_serialization=False)
    nested = b"\x80\x04\x8c\rtorch.storage\x8c\x10_load_from_bytes\x93B" + len(inner.getvalue()).to_bytes(4, "little")
    file.write_bytes(nested + inner.getvalue() + b"\x85R.")
    with pytest.raises(UsageError, match=r"open"):
        converted(file)
    assert not mark.exists()


def test_a_checkpoint_with_a_broken_storage(file: Path) -> None:
    _saved(file, {"a": torch.ones(8)}, "zip")
    parts = zipfile.ZipFile(file)
    content = {name: parts.read(name) for name in parts.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data[:-4] if name.endswith("data/0") else data)
    with pytest.raises(UsageError, match=r"torch does not load it|past the end"):
        converted(file)
