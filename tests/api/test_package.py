"""`import gate`: what is public, what it costs, and its types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gate
from tests.support import PROJECT, Repo

TYPED = """
import gate
reveal_type(gate.verified_path("x"))
reveal_type(gate.load_weights("x"))
reveal_type(gate.load_weights("x", framework="torch"))
reveal_type(gate.check().outcome)
try:
    gate.verified_path("x", root="y")
except gate.VerificationError as error:
    reveal_type(error.findings[0].rule)
"""
WRONG = """
import gate
gate.no_such_name
gate.load_weights("x", framework="jax")
gate.verified_path(b"x")
gate.check(stage="training")
"""


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_package_imports_nothing_else_of_it() -> None:
    code = "import sys; before = set(sys.modules); import gate; print(*sorted(set(sys.modules) - before))"
    assert _python(code).split() == ["gate"]


def test_neither_numpy_nor_safetensors_is_imported_before_weights_are_loaded() -> None:
    code = "import sys, gate; gate.verified_path, gate.load_weights, gate.check; print(*sys.modules)"
    assert {"numpy", "safetensors", "torch"}.isdisjoint(_python(code).split())


def test_errors_can_be_named_without_what_raises_them() -> None:
    code = "import sys, gate; gate.VerificationError, gate.UnknownArtifactError, gate.GateError; print(*sys.modules)"
    assert {"yaml", "hashlib", "argparse", "gate.loading.verify"}.isdisjoint(_python(code).split())


def test_verifying_takes_neither_the_command_line_nor_other_processes(job: Repo) -> None:
    code = f"import sys, gate; gate.verified_path('table', root={str(job.root)!r}); print(*sys.modules)"
    assert {"argparse", "gate.cli", "multiprocessing", "subprocess"}.isdisjoint(_python(code).split())


def test_every_public_name_is_there_and_is_listed_before_it_is_imported() -> None:
    for name in gate.__all__:
        assert getattr(gate, name) is not None
    listed = _python("import gate; print(*dir(gate))").split()
    assert set(gate.__all__) <= set(listed)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'load_weight'"):
        getattr(gate, "load_weight")  # noqa: B009 - a type checker knows that it is not there


def test_every_public_function_and_error_is_documented() -> None:
    for name in gate.__all__:
        if not name.startswith("__"):
            assert getattr(gate, name).__doc__, name


def test_the_errors_are_one_tree() -> None:
    assert issubclass(gate.VerificationError, gate.GateError)
    assert issubclass(gate.UnknownArtifactError, gate.UsageError)
    assert issubclass(gate.UnknownArtifactError, LookupError)
    assert gate.VerificationError.exit_code == 1


def test_type_checkers_see_the_types_and_mistakes(tmp_path: Path) -> None:
    """Both scripts in one run, which is mostly spent on the packages behind the types."""
    said = _mypy(tmp_path, typed=TYPED, wrong=WRONG)
    revealed = [line.partition('Revealed type is "')[2].rstrip('"') for line in said if "Revealed" in line]
    path, arrays, _, outcome, rule = revealed  # what torch has is for whoever has torch
    assert (path, rule) == ("pathlib.Path", "str")
    assert arrays.startswith("dict[str, numpy.ndarray[")
    assert "'nothing-to-check'" in outcome
    errors = [line.split(":")[:2] for line in said if ": error: " in line]
    assert errors == [["wrong.py", line] for line in ("3", "4", "5", "6")], said


def _mypy(tmp_path: Path, **scripts: str) -> list[str]:
    """The lines of `mypy --strict` about scripts of somebody who installed the gate."""
    files = [f"{name}.py" for name in scripts]
    for file, text in zip(files, scripts.values(), strict=True):
        (tmp_path / file).write_text(text)
    options = ["--strict", "--config-file=", "--follow-imports=silent", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *files],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.replace("builtins.", "").replace("typing.", "").splitlines()
