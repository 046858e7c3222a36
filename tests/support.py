"""A repository to judge, and two ways to run the gate in it: in this process, and as users run it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gate.cli.main import main
from tests.facts import refuse_unknown_facts

PROJECT = Path(__file__).resolve().parent.parent
HANG = 60
"""Seconds after which a subprocess counts as hanging; nothing here takes a tenth of it."""


class Result(NamedTuple):
    """What one run of the gate left behind."""

    code: int
    out: str
    err: str


class Found(NamedTuple):
    """One finding of the json report; `at` is FILE[:LINE], `related` the judged files."""

    rule: str
    at: str
    ruling: str
    message: str
    related: tuple[str, ...]


class Repo:
    """A directory in which files are written and the gate is run."""

    def __init__(self, root: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.home = home
        self._monkeypatch = monkeypatch

    def path(self, name: str | bytes) -> bytes:
        return os.path.join(os.fsencode(self.root), os.fsencode(name))

    def write(self, name: str | bytes, content: str | bytes) -> None:
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def bytes(self, name: str | bytes) -> bytes:
        with open(self.path(name), "rb") as file:
            return file.read()

    def text(self, name: str) -> str:
        return self.bytes(name).decode()

    def edit(self, name: str, old: str, new: str) -> None:
        """Replaces the one place of `old`, which must be there."""
        text = self.text(name)
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}:\n{text}"
        self.write(name, text.replace(old, new))

    def link(self, name: str, target: str | os.PathLike[str]) -> None:
        os.symlink(os.fsencode(target), self._vacant(name))

    def fifo(self, name: str) -> None:
        os.mkfifo(self._vacant(name))

    def _vacant(self, name: str) -> bytes:
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.lexists(path):
            self.delete(name)
        return path

    def delete(self, name: str) -> None:
        path = self.path(name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True)

    def track(self) -> None:
        """Puts everything that git does not ignore into its index."""
        self.git("add", "--all")

    def tree(self, without: str = ".git") -> dict[bytes, bytes]:
        """Every file with its content, and links with their target; nothing in `.git` or in directories `without`."""
        found: dict[bytes, bytes] = {}
        top = os.fsencode(self.root)
        for directory, inner, names in os.walk(top):
            inner[:] = [name for name in inner if name not in (b".git", os.fsencode(without))]
            for name in [*names, *inner]:
                path = os.path.join(directory, name)
                relative = os.path.relpath(path, top)
                if os.path.islink(path):
                    found[relative] = b"-> " + os.readlink(path)
                elif os.path.isfile(path):
                    found[relative] = Path(os.fsdecode(path)).read_bytes()
                elif not os.path.isdir(path):
                    found[relative] = b"special"
        return found

    def gate(self, *arguments: str, cwd: str = "") -> Result:
        """Runs the gate in this process, in the directory `cwd` of the repository."""
        out, err = _stream(), _stream()
        with self._monkeypatch.context() as patch:
            patch.chdir(self.root / cwd)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    code = main(list(arguments))
                except SystemExit as stop:  # argparse
                    code = int(stop.code or 0)
        result = Result(code, _content(out), _content(err))
        assert "Traceback" not in result.err, result.err
        assert "internal error" not in result.err, result.err
        return result

    def report(self, *arguments: str, cwd: str = "") -> dict[str, Any]:
        """The json report of `gate check` (or of another command that `arguments` begin with)."""
        command = arguments if arguments[:1] == ("scan",) else ("check", *arguments)
        result = self.gate(*command, "--report", "json", cwd=cwd)
        assert result.out, result.err
        report: dict[str, Any] = json.loads(result.out)
        assert report["exit_code"] == result.code
        refuse_unknown_facts(report)
        return report

    def findings(self, *arguments: str, cwd: str = "") -> list[Found]:
        """The findings of `gate check`, or of `gate scan` when `arguments` begin with it."""
        return list(found_in(self.report(*arguments, cwd=cwd)))

    def rules(self, *arguments: str, cwd: str = "") -> set[str]:
        """The rules that are broken, without what this version only reminds of (signatures, suites, poisoning)."""
        return {found.rule for found in self.findings(*arguments, cwd=cwd)} - REMINDERS


REMINDERS = frozenset(("signatures/missing", "suites/missing", "poisoning/not-scanned"))


def found_in(report: Mapping[str, Any]) -> Iterator[Found]:
    for finding in report["findings"]:
        location = finding["location"]
        at = f"{location['path']}:{location['line']}" if location["line"] else location["path"]
        related = tuple(place["path"] for place in finding["related"])
        yield Found(finding["rule"], at, finding["decision"]["ruling"], finding["message"], related)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="")


def _content(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")


def start_gate(cwd: str | os.PathLike[str], *arguments: str, before: str = "") -> subprocess.Popen[str]:
    """`python -m gate` as a process of its own; `before` is Python that runs first, to limit a resource say."""
    code = f"{before}\nimport runpy, sys\nsys.argv[0] = 'gate'\nrunpy.run_module('gate', run_name='__main__')"
    head = [sys.executable, "-c", code] if before else [sys.executable, "-m", "gate"]
    return subprocess.Popen(
        [*head, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
        preexec_fn=_listen,  # noqa: PLW1509 - a shell may have started this test with SIGINT ignored
    )


def _listen() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def finish(process: subprocess.Popen[str], patience: float = HANG) -> Result:
    """The result of `process`; one that hangs is killed and fails the test."""
    try:
        out, err = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        pytest.fail(f"still running after {patience} seconds")
    assert "Traceback" not in err, err
    return Result(process.returncode, out, err)


def run_gate(cwd: str | os.PathLike[str], *arguments: str, before: str = "") -> Result:
    """Runs `python -m gate` to its end."""
    return finish(start_gate(cwd, *arguments, before=before))


def sha256(data: str | bytes) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def safetensors(tensors: Mapping[str, tuple[str, list[int]]], fill: int = 0) -> bytes:
    """A valid safetensors file: names with dtype and shape, and nothing but the byte `fill` in the tensors."""
    header: dict[str, Any] = {}
    offset = 0
    for name, (dtype, shape) in tensors.items():
        length = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "U8": 1, "I8": 1, "BOOL": 1}[dtype]
        for size in shape:
            length *= size
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [offset, offset + length]}
        offset += length
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + bytes([fill]) * offset


WEIGHTS = safetensors({"w": ("F32", [2, 2])})
PICKLE = b"\x80\x04ccollections\nOrderedDict\n)R\x8c\x01wK\x01s."
"""An ordered dictionary: loading it calls its class, which harms nobody."""


def pointer(content: bytes) -> str:
    """The Git LFS pointer of `content`."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256(content)}\nsize {len(content)}\n"
