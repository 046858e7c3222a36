"""The places in one Python file where data or weights are pulled in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gate.sources import commands, flaws
from gate.sources.interface import HOLE, Flaw, Found, Gap, Site, Source
from gate.sources.python.around import Around
from gate.sources.python.bare import bare, is_writing
from gate.sources.python.call import Call
from gate.sources.python.calls import EXACT
from gate.sources.python.classes import CLASSES
from gate.sources.python.flaws import flaws_of
from gate.sources.python.given import Given
from gate.sources.python.helper_names import is_helper
from gate.sources.python.helpers import HELPER
from gate.sources.python.module import Module, Placed
from gate.sources.python.own import fetches, is_own
from gate.sources.python.packages import ANYWHERE, METHODS
from gate.sources.python.parse import decode, parse
from gate.sources.python.prefilter import lines_of, look
from gate.sources.python.readers import READERS, Reader
from gate.sources.python.resolve import Resolver
from gate.sources.python.values import Local
from gate.sources.python.written import written_paths

LONGEST = 300
"""Characters of a call as it is kept."""
_CLASS_CALLS = {f"{package}.{name}": call for package, (call, names) in CLASSES.items() for name in names.split()}
_AT_HAND = frozenset(("torch-load", "pickle", "numpy-load", "keras-load"))
"""Calls that mostly load files at hand: nobody is asked for their names."""
_PLAIN = re.compile(r"^tensorflow\.(?:compat\.v1\.|python\.|_api\.v2\.)?keras\.|^tf_keras\.|^keras\.(?:src|api)\.")


def read(data: bytes, around: Around | None = None) -> Found:
    """The places in a file, and what of it could not be read; `around` is the repository that it is in."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    offsets, uses = look(data)
    if around:
        around.uses = uses
    if not offsets:
        return
    text = decode(data)
    plain = text.encode("utf-8", "replace")
    if plain != data:
        data, offsets = plain, look(plain).offsets
    wanted = lines_of(data, offsets)
    module = Module(wanted, text)
    for part in parse(text, wanted):
        if isinstance(part, Gap):
            yield part
        else:
            module.add(part)
    resolver = Resolver(module, data, around)
    try:
        yield from _File(data, module, resolver, around).sites()
    finally:
        resolver.forget()
        if around:
            around.forget()


_OPENS = frozenset(("read", "file-system", "ultralytics"))
"""Calls that the same names have which write."""


def _is_mock(func: ast.Attribute) -> bool:
    """Whether a test made what has the method."""
    made = func.value.func if isinstance(func.value, ast.Call) else func.value
    return "Mock" in (made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", ""))


class _File:
    """One parsed file."""

    def __init__(self, data: bytes, module: Module, resolver: Resolver, around: Around | None) -> None:
        self._data, self._module, self._resolver, self._around = data, module, resolver, around
        self._lines: list[bytes] = data.split(b"\n")
        self._written: frozenset[str] | None = None
        self._read: set[ast.expr] = set()

    def sites(self) -> Iterator[Site]:
        """Every place, at last those of addresses that no call leads to."""
        called = list(self._called())
        known = {site.source.url for site in called if site.source is not None and not site.helper}
        for site in called:
            if site.helper not in self._module.functions or site.source is None or site.source.url not in known:
                yield site
        known.update(site.source.url for site in called if site.source is not None)
        for node, source, name in bare(self._module, self._resolver, known, self._read):
            unencrypted = flaws.unencrypted(source)
            yield self._at(node, source, (unencrypted,) if unencrypted else (), name)._replace(is_bare=True)

    def _called(self) -> Iterator[Site]:
        for placed in self._module.calls:
            given = self._known(placed)
            if given is None:
                continue
            if given.spec is not HELPER:
                self._read.add(placed.node)
            if given.spec.service == "shell":
                yield from self._shell(given)
                continue
            reader = READERS.get(given.spec.service)
            sources = self._asked_for(given, reader) if reader else []
            sources = [source for source in sources if not self._is_written(source)]
            found = tuple(flaws_of(given))
            yield from self._placed(given, sources, found)

    def _asked_for(self, given: Given, reader: Reader) -> list[Source]:
        """The sources of a call; the functions whose callers could say which are noted where one is not known."""
        before = set(self._around.asked) if self._around else set()
        sources = list(dict.fromkeys(reader(given)))
        if self._around and (given.spec.service in _AT_HAND or (sources and all(s.is_known for s in sources))):
            self._around.asked &= before
        return sources

    def _placed(self, given: Given, sources: list[Source], found: tuple[Flaw, ...]) -> Iterator[Site]:
        for source in sources:
            unencrypted = flaws.unencrypted(source)
            site = self._site(given, source, (*found, unencrypted) if unencrypted else found)
            yield site._replace(helper=given.name.rpartition(".")[2] if given.spec is HELPER else "")
            found = ()  # once for the place, however many sources it has
        if not sources and found:
            yield self._site(given, None, found)

    def _known(self, placed: Placed) -> Given | None:
        """The call with its entry of the catalogue, None where it has none."""
        func = placed.node.func
        name = self._resolver.dotted(func)
        spec = None
        if name is not None:
            imported = self._resolver.is_imported(func)
            spec = self._named(name) if imported else self._starred(func)
        if spec is None and isinstance(func, ast.Attribute) and func.attr in METHODS:
            found, packages = METHODS[func.attr]
            if packages and not any(package.encode() in self._data for package in packages):
                return None
            if _is_mock(func):
                return None
            spec = found
            if is_own(func, self._resolver):
                if func.attr != "from_pretrained" or not fetches(func, self._resolver):
                    return None
                spec = found._replace(service="own-pretrained")
            name = name or f"….{func.attr}"
        if spec is None and is_helper(func):
            spec, name = HELPER, name or f"….{func.attr if isinstance(func, ast.Attribute) else ''}"
        if spec is None or name is None or (spec.service in _OPENS and is_writing(placed.node)):
            return None
        return Given(placed.node, placed.scope, name, spec, self._module, self._resolver)

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
            self._written = written_paths(self._module, self._resolver, self._data)
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
        return self._at(given.node, source, found, call or given.name)

    def _at(self, node: ast.expr, source: Source | None, found: tuple[Flaw, ...], call: str) -> Site:
        line = self._lines[node.lineno - 1] if node.lineno <= len(self._lines) else b""
        column = len(line[: node.col_offset].decode(errors="replace"))
        end = node.end_col_offset if node.end_lineno == node.lineno and node.end_col_offset else len(line.rstrip())
        length = max(1, len(line[node.col_offset : end].decode(errors="replace")))
        try:
            text = ast.unparse(node)
        except RecursionError:
            text = call
        return Site(node.lineno, column + 1, length, call, text[:LONGEST], source, found)
