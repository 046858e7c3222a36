"""`gate.load_weights`: tensors from the bytes that were verified, or an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

import gate
from tests.api.conftest import BIAS, WEIGHT
from tests.support import HANG, PICKLE, PROJECT, Repo, pointer, safetensors

MIB = 1024 * 1024


def _declare(repo: Repo, path: str, content: bytes, name: str) -> None:
    repo.write(path, content)
    assert repo.gate("add", path, "--name", name, "--version", "1", "--kind", "model").code == 0


def _python(repo: Repo, code: str, *, blocked: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Runs `code` in the repository; the modules `blocked` are not installed there."""
    hide = "".join(f"import sys; sys.modules[{name!r}] = None\n" for name in blocked)
    return subprocess.run(
        [sys.executable, "-c", hide + code],
        cwd=repo.root,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )


@pytest.mark.parametrize("name", ["sign-classifier", "large"])
def test_the_tensors_are_those_that_were_saved(job: Repo, name: str) -> None:
    tensors = gate.load_weights(name)
    assert tensors.keys() == {"weight", "bias"}
    for key, saved in {"weight": WEIGHT, "bias": BIAS}.items():
        assert tensors[key].dtype == saved.dtype
        assert np.array_equal(tensors[key], saved)
        tensors[key][...] = 0  # training writes to them


def test_torch_tensors(job: Repo) -> None:
    torch = pytest.importorskip("torch")
    tensors = gate.load_weights("sign-classifier", framework="torch")
    assert torch.equal(tensors["weight"], torch.from_numpy(WEIGHT))
    assert tensors["bias"].dtype == torch.int64
    _declare(job, "models/bf16.safetensors", safetensors({"w": ("BF16", [2])}), "bf16")
    assert gate.load_weights("bf16", framework="torch")["w"].dtype == torch.bfloat16


def test_from_any_working_directory(job: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(job.root / "data/signs")
    assert gate.load_weights("sign-classifier").keys() == {"weight", "bias"}
    monkeypatch.chdir("/")
    assert gate.load_weights("sign-classifier", root=job.root).keys() == {"weight", "bias"}


@pytest.mark.parametrize("byte", [0, 9, 40, -1])
def test_one_changed_byte_raises(job: Repo, byte: int) -> None:
    content = bytearray(job.bytes("models/sign.safetensors"))
    content[byte] ^= 1
    job.write("models/sign.safetensors", bytes(content))
    with pytest.raises(gate.VerificationError) as error:
        gate.load_weights("sign-classifier")
    assert "integrity/digest-mismatch" in {finding.rule for finding in error.value.findings}


@pytest.mark.parametrize("content", [b"", b"{}", PICKLE, pointer(PICKLE).encode(), safetensors({"v": ("F32", [1])})])
def test_another_file_raises(job: Repo, content: bytes) -> None:
    job.write("models/sign.safetensors", content)
    with pytest.raises(gate.VerificationError):
        gate.load_weights("sign-classifier")


@pytest.mark.parametrize("path", ["part-1.safetensors", "config.json", "new.txt", "new.safetensors"])
def test_one_file_of_a_directory_is_enough(job: Repo, path: str) -> None:
    job.write(f"models/large/{path}", save({"other": WEIGHT}))
    with pytest.raises(gate.VerificationError) as error:
        gate.load_weights("large")
    assert all(related.path == f"models/large/{path}" for f in error.value.findings for related in f.related)


def test_links_and_pipes_are_not_read(job: Repo) -> None:
    os.rename(job.path("models/sign.safetensors"), job.path("models/there.safetensors"))
    job.link("models/sign.safetensors", "there.safetensors")
    with pytest.raises(gate.VerificationError, match="integrity/symlink"):
        gate.load_weights("sign-classifier")
    job.fifo("models/sign.safetensors")
    with pytest.raises(gate.VerificationError, match="integrity/special-file"):
        gate.load_weights("sign-classifier")


def test_links_into_a_cache_are_read_where_the_policy_allows(job: Repo) -> None:
    for blob in ("part-1.safetensors", "part-2.safetensors"):
        target = job.home / "hub" / blob
        target.parent.mkdir(exist_ok=True)
        os.rename(job.path(f"models/large/{blob}"), target)
        job.link(f"models/large/{blob}", target)
    job.write("gate-policy.yaml", "policy: 1\ncache_roots: [~/hub]\n")
    assert gate.load_weights("large").keys() == {"weight", "bias"}


@pytest.mark.parametrize(
    "flawed",
    [
        PICKLE,
        save({"w": WEIGHT}) + b"behind the tensors",
        save({"w": WEIGHT})[:-1],
        (2).to_bytes(8, "little") + b"{}" + PICKLE,
        (9).to_bytes(8, "little") + b'{"w": []}',
    ],
)
def test_a_declared_model_that_is_no_clean_safetensors_raises(job: Repo, flawed: bytes) -> None:
    _declare(job, "models/flawed.safetensors", flawed, "flawed")
    with pytest.raises(gate.VerificationError) as error:
        gate.load_weights("flawed")
    assert {finding.rule.partition("/")[0] for finding in error.value.findings} == {"weights"}


def test_the_same_tensor_in_two_files_is_refused(job: Repo) -> None:
    job.write("models/large/variant.fp16.safetensors", save({"weight": WEIGHT}))
    assert job.gate("update", "large", "--version", "2").code == 0
    with pytest.raises(gate.UsageError, match=r'"weight" is in models/large/part-1.* and in models/large/variant'):
        gate.load_weights("large")


@pytest.mark.parametrize("content", [b"no tensors at all", b"8 bytes {looks like a header", b""])
def test_a_model_without_safetensors_is_refused(job: Repo, content: bytes) -> None:
    _declare(job, "models/notes", content, "notes")
    with pytest.raises(gate.UsageError, match=r"models/notes is verified, and nothing in it is safetensors"):
        gate.load_weights("notes")


def test_a_dataset_is_no_model(job: Repo) -> None:
    with pytest.raises(gate.UsageError, match=r"table is a dataset: gate\.verified_path"):
        gate.load_weights("table")


def test_an_unknown_name_raises_with_the_nearest_one(job: Repo) -> None:
    with pytest.raises(gate.UnknownArtifactError, match='did you mean "sign-classifier"'):
        gate.load_weights("sign-clasifier")


def test_an_unknown_framework_raises_with_the_nearest_one(job: Repo) -> None:
    with pytest.raises(gate.UsageError, match='did you mean "torch"'):
        gate.load_weights("sign-classifier", framework="pytorch")  # type: ignore[call-overload]


def test_a_dtype_that_numpy_does_not_have(job: Repo) -> None:
    _declare(job, "models/bf16.safetensors", safetensors({"w": ("BF16", [2])}), "bf16")
    with pytest.raises(gate.UsageError, match=r'BF16.* pass framework="torch"'):
        gate.load_weights("bf16")


@pytest.mark.parametrize(
    ("framework", "missing", "install"),
    [
        ("numpy", "safetensors", "run `pip install safetensors numpy`"),
        ("numpy", "numpy", "run `pip install safetensors numpy`"),
        ("torch", "torch", "run `pip install safetensors numpy torch`"),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    job: Repo, framework: str, missing: str, install: str
) -> None:
    code = f"import gate; gate.load_weights('sign-classifier', framework={framework!r})"
    ran = _python(job, code, blocked=(missing,))
    assert "gate.core.errors.UnableError: " in ran.stderr
    assert ran.stderr.rstrip().endswith(install)


def test_the_file_is_opened_once(job: Repo) -> None:
    code = """
import gate, os, sys
opened = []
def hear(event, arguments):
    if event == "open" and str(arguments[0]).endswith("sign.safetensors") and not arguments[2] & os.O_DIRECTORY:
        opened.append(arguments)
sys.addaudithook(hear)
gate.load_weights("sign-classifier")
print(len(opened))
"""
    ran = _python(job, code)
    assert (ran.returncode, ran.stdout) == (0, "1\n"), ran.stderr


def test_a_file_of_another_size_is_not_taken_into_memory(job: Repo) -> None:
    with open(job.path("models/sign.safetensors"), "r+b") as file:
        file.truncate(64 * MIB)
    tracemalloc.start()
    try:
        with pytest.raises(gate.VerificationError, match="integrity/digest-mismatch"):
            gate.load_weights("sign-classifier")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 48 * MIB


def test_a_file_larger_than_memory_is_an_error_and_not_a_crash(job: Repo) -> None:
    header: dict[str, Any] = {"w": {"dtype": "U8", "shape": [4096 * MIB], "data_offsets": [0, 4096 * MIB]}}
    text = json.dumps(header).encode()
    with open(job.path("models/huge.safetensors"), "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + 4096 * MIB)
    entry = f"  - name: huge\n    path: models/huge.safetensors\n    sha256: {'0' * 64}\n    version: '1'\n"
    job.write("dbom.yaml", job.text("dbom.yaml") + entry)
    code = f"""
import gate, resource
import safetensors.numpy
resource.setrlimit(resource.RLIMIT_AS, ({2048 * MIB}, {2048 * MIB}))
gate.load_weights("huge")
"""
    ran = _python(job, code)
    assert ran.returncode == 1
    assert "VerificationError: huge is not verified" in ran.stderr
    assert "does not fit into memory" in ran.stderr


def test_the_example_runs(repo: Repo, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(PROJECT / "examples/digits", repo.root, dirs_exist_ok=True)
    script = str(repo.root / "load.py")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    run = [sys.executable, script]
    passed = subprocess.run(run, cwd=repo.root / "data", env=environment, capture_output=True, text=True, check=False)
    assert passed.returncode == 0, passed.stderr
    assert "held-out digits recognised" in passed.stdout
    repo.write("data/holdout/0.csv", repo.text("data/holdout/0.csv").replace("0.0", "1.0", 1) + "\n")
    failed = subprocess.run(run, cwd=repo.root, env=environment, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert "VerificationError: digits-holdout is not verified" in failed.stderr
