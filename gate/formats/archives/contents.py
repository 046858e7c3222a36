"""What the members of an archive say together: its kind, and the code that it carries.

The names of members decide, as they do for loaders; not what the archive itself is called.
"""

from __future__ import annotations

from collections.abc import Callable

from gate.core.text import printable, shorten
from gate.formats.findings import Findings
from gate.formats.interface import Flaw, Source

TEXT = 4 * 1024 * 1024
"""Bytes of one member that are searched for code."""
TEXTS = 32 * 1024 * 1024
"""Bytes of all members that are."""
NAME = 300
"""Characters of a member's name that are reported."""
CODE, REFERENCE = "weights/embedded-code", "weights/external-reference"
_MARKS = frozenset((
    "data.pkl", "constants.pkl", "archive_format", "extern_modules", "manifest.json", "bytecode.pkl",
))  # fmt: skip
"""Members, without their folders and in lower case, that kinds are known by."""
_ROOT = {"config.json": "keras", "schema.json": "skops"}
"""Members without a folder, and what they are where their content says so."""
_NATIVE = frozenset(("elf", "pe", "ape", "macho"))
_TORCH = frozenset(("torch-zip", "torchscript", "torch-package", "pt2"))
_PACKAGED = (".py", ".pyc", ".so")
_COMPILED = "data/aotinductor/"
"""Where torch.export archives have what was compiled (`pt2_archive_constants.h`)."""
_INFERENCE = "/code/inference.py"
"""What SageMaker's framework containers run (`sagemaker-inference-toolkit`, model archives)."""
_DATA = (".json", ".pt", ".bin", ".pkl", ".npy", ".txt")


class Contents:
    """Notes about the members of one archive, in whatever order they come."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}
        self._forms: set[str] = set()
        self._left = TEXTS
        self._found: dict[str, Findings] = {}

    def note(self, name: str, form: str, member: Source) -> None:
        """Take note of one member. Raises `CorruptError` and `ExhaustedError` where its text has to be read."""
        path = "/" + name.replace("\\", "/").lower()
        base = path.rpartition("/")[2]
        self._forms.add(form)
        if _ROOT.get(name) == form:
            self._marks[form] = form
        if base in _MARKS:
            self._marks[base] = form
            if base == "extern_modules" and path.endswith("/.data/extern_modules"):
                self._marks["package"] = form
            if base == "manifest.json" and path.endswith("/mar-inf/manifest.json"):
                self._marks["mar"] = form
                self._search("mar", name, member, _manifest)
        if form in _NATIVE:
            self._add("any", CODE, f"native code ({form}) beside the weights", name)
        elif f"/{_COMPILED}" in path and not base.endswith(_DATA):
            self._add("pt2", CODE, "code that torch.export compiled, or its source", name)
        elif path == _INFERENCE:
            self._add("any", CODE, "a script that SageMaker runs when it serves the model", name)
        elif "/code/" in path and base.endswith(".py"):
            self._search("torchscript", name, member, _script)
        elif base == "bytecode.pkl":
            self._search("torchscript", name, member, _bytecode)
        if base.endswith(_PACKAGED):
            self._add("torch-package", CODE, "code of the package, which loading imports", name)
        elif base.endswith((".yaml", ".yml")):
            self._search("any", name, member, _targets)

    @property
    def kind(self) -> str | None:
        """The kind of archive that loaders would take it for; None if it is none that holds a model."""
        marks = self._marks
        if "archive_format" in marks:
            return "pt2"
        if "package" in marks:
            return "torch-package"
        if "mar" in marks:
            return "mar"
        if "data.pkl" in marks and "constants.pkl" in marks:
            return "torchscript"
        if "data.pkl" in marks and marks["data.pkl"] != "unknown":
            return "torch-zip"
        return next((kind for kind in _ROOT.values() if kind in marks), None)

    @property
    def is_torch(self) -> bool:
        """Whether torch wrote it."""
        return self.kind in _TORCH

    @property
    def is_arrays(self) -> bool:
        """Whether all members are numpy arrays."""
        return self._forms == {"npy"}

    def flaws(self, is_model: bool) -> list[Flaw]:
        """What is wrong with the members, given the kind: code is harmless where nothing runs it."""
        kinds = ("any", self.kind) if is_model else (self.kind,)
        return [flaw for kind in kinds if kind in self._found for flaw in self._found[kind].flaws()]

    def _search(self, kind: str, name: str, member: Source, search: Callable[[bytes], list[tuple[str, str]]]) -> None:
        """Note what `search` finds in a member's bytes; that they are too many, where they are."""
        data = member.read(0, TEXT + 1) if self._left > 0 else b""
        self._left -= len(data)
        if len(data) > TEXT or self._left <= 0:
            message = f"more text than is searched for code: {TEXT:,} bytes of one member, {TEXTS:,} of all"
            self._add(kind, "weights/unscannable", message, name)
            return
        for rule, message in search(data):
            self._add(kind, rule, message, name)

    def _add(self, kind: str, rule: str, message: str, name: str) -> None:
        self._found.setdefault(kind, Findings()).add(rule, message, member=shorten(name, NAME))


def _script(data: bytes) -> list[tuple[str, str]]:
    from gate.formats.archives.torchscript import reaching

    return [(REFERENCE, printable(message)) for message in reaching(data.decode("utf-8", "replace"))]


def _bytecode(data: bytes) -> list[tuple[str, str]]:
    from gate.formats.archives.torchscript import reaching_mobile

    return [(REFERENCE, printable(message)) for message in reaching_mobile(data)]


def _manifest(data: bytes) -> list[tuple[str, str]]:
    from gate.formats.config.torchserve import code

    return [(CODE, message) for message in code(data)]


def _targets(data: bytes) -> list[tuple[str, str]]:
    from gate.formats.config.hydra import targets

    return targets(data)
