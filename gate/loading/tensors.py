"""`load_weights`: tensors from the very bytes that were verified."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, TypeAlias, cast, overload

from gate.checks.examine import Batch, examine
from gate.checks.interface import Examined
from gate.core.errors import UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.text import did_you_mean, printable
from gate.engine import spread
from gate.files import beneath
from gate.formats.interface import BytesSource
from gate.formats.registry import inspect
from gate.inventory.declared import plan_artifact
from gate.loading.verify import find, require

if TYPE_CHECKING:
    import torch  # type: ignore[import-not-found, unused-ignore] # not in any extra: who asks for it has it
    from numpy.typing import NDArray

Parse: TypeAlias = Callable[[bytes], Mapping[str, object]]
"""Makes the tensors of a safetensors file from its bytes."""

INSTALL = {
    "numpy": "pip install safetensors numpy",
    "torch": "pip install safetensors numpy torch",
}


class _Loaded(NamedTuple):
    """A file as one reading left it: what is known of it, and its bytes if they are safetensors."""

    examined: Examined
    data: bytes = b""


@overload
def load_weights(
    name: str, *, root: str | os.PathLike[str] | None = None, framework: Literal["numpy"] = "numpy"
) -> dict[str, NDArray[Any]]: ...
@overload
def load_weights(
    name: str, *, root: str | os.PathLike[str] | None = None, framework: Literal["torch"]
) -> dict[str, torch.Tensor]: ...
def load_weights(
    name: str, *, root: str | os.PathLike[str] | None = None, framework: Literal["numpy", "torch"] = "numpy"
) -> dict[str, NDArray[Any]] | dict[str, torch.Tensor]:
    """The tensors of the model `name`, by name, made from the very bytes that were verified.

    Each safetensors file is read once, into memory that nothing else can change. Those bytes are compared with
    `dbom.yaml`, their header is validated, and safetensors makes the tensors from them: the file is not opened
    again. Of a directory the tensors of all its safetensors files come back together, after the whole directory
    was verified. That takes about twice the size of the files in memory.

    `framework` says what the tensors are: arrays of numpy, or tensors of torch on the CPU. `root` is as for
    `verified_path`.

    Raises `VerificationError` when the model is not what was declared, could run code, or does not fit into
    memory; `UnknownArtifactError` when none has that name; `UsageError` when it is no model in safetensors or has
    tensors that numpy has no type for; `UnableError`, with the command that installs it, when a library is
    missing; and other `GateError`s when the DBOM or the policy cannot be used.
    """
    parse = _parser(framework)
    declared = find(name, root)
    artifact = declared.artifact
    if artifact.kind != "model":
        raise UsageError(f"{printable(name)} is a dataset: gate.verified_path has its path, load_weights loads models")
    plan = plan_artifact(artifact, declared.places)
    batches = [part for batch in plan.batches if isinstance(batch, Batch) for part in batch.split(1)]
    read = partial(_read, size=None if plan.is_directory else artifact.size)
    loaded = spread(read, batches, failed=_failed, done=lambda _: None, jobs=default_jobs(), processes=False)
    require(declared, plan, [file.examined for file in loaded])
    files = [(file.examined.path, file.data) for file in loaded if file.data]
    if not files:
        raise UsageError(
            f"{printable(artifact.path)} is verified, and nothing in it is safetensors, which load_weights reads: "
            "gate.verified_path has its path"
        )
    del loaded
    tensors: dict[str, object] = {}
    origin: dict[str, str] = {}
    while files:  # the bytes of each are let go as soon as its tensors are made
        path, data = files.pop(0)
        for key, tensor in _parsed(parse, data, path, framework).items():
            if key in tensors:
                _refuse_double(key, origin[key], path)
            tensors[key], origin[key] = tensor, path
    return cast("dict[str, NDArray[Any]]", tensors)


def _read(batch: Batch, size: int | None) -> _Loaded:
    """The only file of `batch`: its bytes if they begin as safetensors does, and otherwise as everywhere else.

    A file of another size than the declared one is not held in memory: it is the wrong file, however large.
    """
    (name,) = batch.names
    own = f"{batch.directory}/{name}" if batch.directory else name
    try:
        with beneath.file(batch.root, own) as descriptor:
            wrong = size is not None and os.fstat(descriptor).st_size != size
            if wrong or os.pread(descriptor, 9, 0)[8:] != b"{":
                return _Loaded(examine(batch)[0])
            with open(descriptor, "rb", buffering=0, closefd=False) as file:
                data = file.readall()
    except OSError:
        return _Loaded(examine(batch)[0])
    except MemoryError:
        return _Loaded(Examined(batch.paths()[0], "unreadable", detail="it does not fit into memory"))
    from hashlib import sha256

    inspection = inspect(BytesSource(data))
    examined = Examined(batch.paths()[0], "read", len(data), sha256(data).hexdigest(), inspection)
    return _Loaded(examined, data if inspection.format == "safetensors" else b"")


def _failed(batch: Batch, error: Exception) -> _Loaded:
    return _Loaded(batch.failed(error)[0])


def _parser(framework: str) -> Parse:
    """`load` of the module of safetensors for `framework`."""
    if framework not in INSTALL:
        hint = did_you_mean(framework, INSTALL) or f"the frameworks are {', '.join(INSTALL)}"
        raise UsageError(f'unknown framework "{printable(framework)}": {hint}')
    try:
        parse: Parse = import_module(f"safetensors.{framework}").load
    except ImportError as error:
        install = INSTALL[framework]
        raise UnableError(f"loading weights for {framework} needs a library ({error}): run `{install}`") from error
    return parse


def _parsed(parse: Parse, data: bytes, path: str, framework: str) -> Mapping[str, object]:
    try:
        return parse(data)
    except KeyError as error:  # the table of dtypes in safetensors
        message = f"{printable(path)} has a tensor of dtype {error}, which safetensors does not load for {framework}"
        raise UsageError(message + ('; pass framework="torch"' if framework == "numpy" else "")) from None
    except MemoryError:
        raise UnableError(f"the tensors of {printable(path)} do not fit into memory") from None


def _refuse_double(tensor: str, first: str, second: str) -> NoReturn:
    raise UsageError(
        f'the tensor "{printable(tensor)}" is in {printable(first)} and in {printable(second)}: '
        "declare the file that you load as a model of its own"
    )
