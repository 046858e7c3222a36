"""The places in one Python file where data or weights are pulled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gate.sources import commands, flaws
from gate.sources.interface import HOLE, Flaw, Found, Gap, Site, Source
from gate.sources.python.calls import ANYWHERE, CLASSES, EXACT, METHODS, Call
from gate.sources.python.flaws import flaws_of
from gate.sources.python.given import Given
from gate.sources.python.module import Module, Placed
from gate.sources.python.own import is_own
from gate.sources.python.parse import decode, parse
from gate.sources.python.prefilter import candidates, lines_of
from gate.sources.python.readers import READERS
from gate.sources.python.resolve import Resolver
from gate.sources.python.values import Local
from gate.sources.python.written import WRITERS, written_paths

LONGEST = 300
"""Characters of a call as it is kept."""
_CLASS_CALLS = {f"{package}.{name}": call for package, (call, names) in CLASSES.items() for name in names.split()}
_PLAIN = re.compile(r"^tensorflow\.(?:compat\.v1\.|python\.|_api\.v2\.)?keras\.|^tf_keras\.|^keras\.(?:src|api)\.")


def read(data: bytes) -> Found:
    """The places in a file, and what of it could not be read."""
    offsets = candidates(data)
    if not offsets:
        return
    text = decode(data)
    plain = text.encode("utf-8", "replace")
    if plain != data:
        data, offsets = plain, candidates(plain)
    wanted = lines_of(data, offsets)
    module = Module(wanted)
    for part in parse(text, wanted):
        if isinstance(part, Gap):
            yield part
        else:
            module.add(part)
    yield from _File(data, module).sites()


class _File:
    """One parsed file."""

    def __init__(self, data: bytes, module: Module) -> None:
        self._data, self._module = data, module
        self._lines: list[bytes] = data.split(b"\n")
        self._resolver = Resolver(module, data)
        self._written: frozenset[str] | None = None

    def sites(self) -> Iterator[Site | Gap]:
        for placed in self._module.calls:
            given = self._known(placed)
            if given is None:
                continue
            if given.spec.service == "shell":
                yield from self._shell(given)
                continue
            reader = READERS.get(given.spec.service)
            sources = list(dict.fromkeys(reader(given))) if reader else []
            sources = [source for source in sources if not self._is_written(source)]
            found = tuple(flaws_of(given))
            yield from self._placed(given, sources, found)

    def _placed(self, given: Given, sources: list[Source], found: tuple[Flaw, ...]) -> Iterator[Site]:
        for source in sources:
            unencrypted = flaws.unencrypted(source)
            yield self._site(given, source, (*found, unencrypted) if unencrypted else found)
            found = ()  # once for the place, however many sources it has
        if not sources and found:
            yield self._site(given, None, found)

    def _known(self, placed: Placed) -> Given | None:
        """The call with its entry of the catalogue, None where it has none."""
        func = placed.node.func
        name = self._resolver.dotted(func)
        spec = None
        if name is not None:
            imported = self._is_imported(func)
            spec = self._named(name) if imported else self._starred(func)
            if spec is None and imported and isinstance(func, ast.Name):
                return None
        if spec is None and isinstance(func, ast.Attribute) and func.attr in METHODS:
            found, packages = METHODS[func.attr]
            if packages and not any(package.encode() in self._data for package in packages):
                return None
            if func.attr == "from_pretrained" and is_own(func, self._module):
                return None
            spec = found
            name = name or f"….{func.attr}"
        if spec is None or name is None:
            return None
        return Given(placed.node, placed.scope, name, spec, self._module, self._resolver)

    def _is_imported(self, node: ast.expr) -> bool:
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in self._module.imports

    @staticmethod
    def _named(name: str) -> Call | None:
        plain = _PLAIN.sub("keras.", name)
        if plain.startswith("torchvision.models.") and plain.count(".") > 2:
            plain = "torchvision.models." + plain.rpartition(".")[2]
        found = EXACT.get(plain) or _CLASS_CALLS.get(plain)
        if found is None and plain.startswith("keras.applications."):
            found = _CLASS_CALLS.get("keras.applications." + plain.rpartition(".")[2])
        if found is None and plain.startswith("keras.datasets."):
            found = _CLASS_CALLS.get("keras.datasets." + ".".join(plain.split(".")[-2:]))
        if found is None and plain.startswith(
            ("torchvision.datasets.", "torch_geometric.datasets.", "torchaudio.datasets.")
        ):
            found = _CLASS_CALLS.get(".".join((*plain.split(".")[:2], plain.rpartition(".")[2])))
        return found or ANYWHERE.get((plain.partition(".")[0], plain.rpartition(".")[2]))

    def _starred(self, func: ast.expr) -> Call | None:
        """The entry of a name that only `from package import *` can have brought in."""
        if not isinstance(func, ast.Name) or func.id in self._module.functions or func.id in self._module.classes:
            return None
        found = (self._named(f"{package}.{func.id}") for package in self._module.stars)
        return next(filter(None, found), None)

    def _is_written(self, source: Source) -> bool:
        """Whether what is loaded is what the same file saves."""
        if not source.url.startswith("https://huggingface.co/") or not source.is_known:
            return False
        if self._written is None:
            writes = any(word in self._data for word in WRITERS)
            self._written = written_paths(self._module, self._resolver) if writes else frozenset()
        name = source.url.removeprefix("https://huggingface.co/").removeprefix("datasets/")
        return name in self._written or name.partition("/")[0] in self._written

    def _shell(self, given: Given) -> Iterator[Site]:
        node = given.argument()
        if node is None:
            return
        for value in self._resolver.values(node, given.scope, given.node.lineno):
            if isinstance(value, str) and not isinstance(value, Local):
                found = commands.in_text(value)
            elif isinstance(value, list):
                found = commands.of_words([v if isinstance(v, str) else HOLE for v in value])
            else:
                continue
            for one in found:
                yield self._site(given, one.source, one.flaws, call=one.call)

    def _site(self, given: Given, source: Source | None, found: tuple[Flaw, ...], call: str = "") -> Site:
        node = given.node
        line = self._lines[node.lineno - 1] if node.lineno <= len(self._lines) else b""
        column = len(line[: node.col_offset].decode(errors="replace"))
        end = node.end_col_offset if node.end_lineno == node.lineno and node.end_col_offset else len(line.rstrip())
        length = max(1, len(line[node.col_offset : end].decode(errors="replace")))
        try:
            text = ast.unparse(node)
        except RecursionError:
            text = given.name
        return Site(node.lineno, column + 1, length, call or given.name, text[:LONGEST], source, found)
