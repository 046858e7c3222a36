"""The limited process: what it may not do, and what its parent makes of one that misbehaves."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gate.convert import child, model, sandbox
from gate.convert.child import Task
from gate.convert.leaf import MissingError
from gate.core.errors import UnableError
from tests.convert.files import converted, pickled

How = Callable[[Task], list[str]]


def _child(code: str) -> How:
    """A process that runs `code` with the names of the task, in place of the real one."""
    return lambda task: [sys.executable, "-I", "-S", "-c", f"import os\n{_names(task)}\n{code}"]


def _names(task: Task) -> str:
    return "\n".join(f"{name} = {value!r}" for name, value in task._asdict().items())


@pytest.fixture
def task(tmp_path: Path) -> Iterator[Task]:
    source = pickled(tmp_path / "source", {"a": np.zeros(1)})
    reading = os.open(source, os.O_RDONLY)
    output = os.open(tmp_path / "output", os.O_RDWR | os.O_CREAT)
    yield sandbox.task(reading, output, "pickle", "")
    os.close(reading)
    os.close(output)


def _ignore(number: int) -> None:
    pass


@pytest.mark.parametrize(
    "code",
    [
        "os.kill(os.getpid(), 9)",
        "os._exit(0)",
        "os.close(answer); import time; time.sleep(60)",
        "os.write(answer, b'not JSON')",
        """os.write(answer, b'{"outcome": "converted", ')""",
        "os.write(answer, b'[]')",
        "os.write(answer, b'[' * 60000)",
    ],
)
def test_a_process_without_a_whole_answer_is_an_error(task: Task, code: str) -> None:
    with pytest.raises(UnableError, match="gave no answer"):
        sandbox.run(task, _ignore, _child(code))


def test_a_process_that_hangs_is_ended(task: Task) -> None:
    with pytest.raises(UnableError, match="took too long"):
        sandbox.run(task._replace(seconds=0), _ignore, _child("import time; time.sleep(60)"), grace=1)


def test_a_process_that_answers_without_end_is_ended(task: Task) -> None:
    with pytest.raises(UnableError, match="without end"):
        sandbox.run(task, _ignore, _child("while True: os.write(answer, b' ' * 65536)"))


def test_no_environment_input_or_directory_is_handed_on(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "s")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    code = "import json, sys\nfound = {'names': list(os.environ), 'cwd': os.getcwd(), 'typed': sys.stdin.read()}\n"
    found = sandbox.run(task, _ignore, _child(code + "os.write(answer, json.dumps(found).encode())"))
    assert {"SECRET", "PYTHONPATH", "PATH", "HOME"}.isdisjoint(found["names"])  # type: ignore[arg-type]
    assert (found["cwd"], found["typed"]) == ("/", "")


def test_the_source_cannot_be_written(task: Task) -> None:
    code = "import json\ntry: os.write(source, b'x')\nexcept OSError as e: found = {'said': e.strerror}\n"
    code += "os.write(answer, json.dumps(found).encode())"
    assert sandbox.run(task, _ignore, _child(code)) == {"said": "Bad file descriptor"}


LOCKED = """
import json, sys
sys.path[:0] = {path!r}
from gate.convert import child
child._lock({memory})
try:
    {attempt}
    said = "possible"
except MemoryError:
    said = "MemoryError"
except OSError as error:
    said = error.strerror
os.write(answer, json.dumps({{"said": said}}).encode())
"""


@pytest.mark.parametrize(
    ("attempt", "said"),
    [
        ("open('/etc/hostname')", "Too many open files"),
        ("os.pipe()", "Too many open files"),
        ("socket.socket()", "Too many open files"),
        ("bytearray(256 << 20)", "MemoryError"),
        ("os.fork()", "Resource temporarily unavailable"),
    ],
)
def test_the_lock(task: Task, attempt: str, said: str) -> None:
    if "fork" in attempt and os.geteuid() == 0:
        pytest.skip("the limit on processes does not bind root")
    if "bytearray" in attempt and not os.path.exists("/proc/self/statm"):
        pytest.skip("memory is limited by what /proc says of it")
    code = "import socket" + LOCKED.format(path=sys.path, memory=64 << 20, attempt=attempt)
    assert sandbox.run(task, _ignore, _child(code)) == {"said": said}


def _instead(monkeypatch: pytest.MonkeyPatch, how: How) -> None:
    run = sandbox.run
    monkeypatch.setattr(sandbox, "run", lambda task, progress: run(task, progress, how))


TRUE = '{"outcome": "converted", "sha256": "SHA", "tensors": 1}'
FILE = b"\x48\0\0\0\0\0\0\0" + b'{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}'.ljust(72) + b"ab"


@pytest.mark.parametrize(
    ("data", "claim", "message"),
    [
        (FILE[:-1], TRUE, "did not write valid safetensors"),
        (b"", TRUE, "did not write valid safetensors"),
        (b"\x80\x04N.", TRUE, "did not write valid safetensors"),
        (FILE + b"\x80\x04N.", TRUE, "did not write valid safetensors"),
        (FILE, TRUE.replace("SHA", "0" * 64), "is not what it verified"),
        (FILE, TRUE.replace("1}", "2}"), "is not what it verified"),
        (FILE, TRUE.replace('"SHA"', "null"), "is not what it verified"),
        (FILE, '{"outcome": "failed", "message": "boo"}', "the conversion failed: boo"),
        (FILE, '{"outcome": ["converted"]}', "the conversion failed"),
    ],
)
def test_what_a_process_claims_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, claim: str, message: str
) -> None:
    code = f"import hashlib\ndata = {data!r}\nos.write(output, data)\n"
    code += f"os.write(answer, {claim!r}.replace('SHA', hashlib.sha256(data).hexdigest()).encode())"
    _instead(monkeypatch, _child(code))
    with pytest.raises(UnableError, match=message):
        converted(pickled(tmp_path / "source", {"a": np.zeros(1)}))


def test_a_true_claim_with_odd_names_is_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = TRUE.replace("1}", '1, "values": {"count": 5, "names": ["\\\\u001b[2J", 3]}, "dropped": 7}')
    code = f"import hashlib\ndata = {FILE!r}\nos.write(output, data)\n"
    code += f"os.write(answer, {claim!r}.replace('SHA', hashlib.sha256(data).hexdigest()).encode())"
    _instead(monkeypatch, _child(code))
    said = converted(pickled(tmp_path / "source", {"a": np.zeros(1)})).said
    assert said.values == (5, ("\\u001b[2J",))
    assert said.dropped == (0, ())


def test_what_is_scanned_is_what_is_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = pickled(tmp_path / "source", {"a": np.zeros(1)})
    run = sandbox.run

    def swapped(task: Task, progress: Callable[[int], object]) -> object:
        os.replace(pickled(tmp_path / "other", {"b": np.ones(1)}), source)
        return run(task, progress)

    monkeypatch.setattr(sandbox, "run", swapped)
    assert set(converted(source).tensors) == {"a"}


def test_a_copy_that_changes_under_the_process_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "digest", lambda descriptor: ("0" * 64, 1))
    with pytest.raises(UnableError, match="changed meanwhile"):
        converted(pickled(tmp_path / "source", {"a": np.zeros(1)}))


def test_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = pickled(tmp_path / "source", {"a": np.zeros(1)})
    _instead(monkeypatch, _child("os.kill(os.getpid(), 9)"))
    with pytest.raises(UnableError):
        converted(source)
    assert os.listdir(tmp_path) == ["source"]


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, "gate.convert.checkpoints", raising=False)
    with pytest.raises(MissingError, match=f"{library} safetensors"):
        child._loader("torch-zip" if library == "torch" else "npy", io.BytesIO())
