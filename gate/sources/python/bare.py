"""Sources that code writes down where it is not seen what is done with them: addresses of data, names of a hub."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from gate.sources import keys, services
from gate.sources.interface import HOLE, Source
from gate.sources.names import is_bucket, is_download
from gate.sources.python.labels import Label
from gate.sources.python.links import class_named, function_named
from gate.sources.python.module import Address, Module
from gate.sources.python.named import called_with, source_of
from gate.sources.python.packages import METHODS
from gate.sources.python.resolve import Resolver
from gate.sources.services import REMOTE, STORED

_NO_FETCH = re.compile(
    r"(?i)print|log|info$|debug|warn|error|critical|exception|post|put|upload|push|save|write|to_|send|publish|export"
    r"|copy_to|startswith|endswith|replace|split|url(?:parse|split|unsplit)|unquote|match|search|sub$|compile|assert"
    r"|equal|patch|mock|parametrize|mark|deprecat|link|html|href|img|image$|cite|isinstance|raises|skip|expect|is_|has_"
    r"|test_|redirect|route|set_|setup$|output|head$|exists|options"
)
"""Names of functions that show, compare or send what they are given."""
_PRETENDS = frozenset(("responses", "requests_mock", "httpretty", "respx", "rsps", "mocker", "mock", "monkeypatch"))
"""What answers in the place of a server."""
_PLACEHOLDER = re.compile(r"\{[^{}\s]{0,80}\}|%(?:\(\w+\))?[sd]")
"""A part of a text that is filled in."""
_BASE = re.compile(r"(?:^|_)(?:url|uri|base|root|prefix|bucket|link|src|source|origin|path|mirror|remote)s?(?:_|$)")
"""Names of what addresses begin with."""
_UPLOAD = re.compile(r"(?i)(?:^|_)(?:upload|push|publish)(?:_|$)")
_PARTS = 32
_MODES = frozenset(("w", "wb", "wt", "a", "ab", "x", "xb"))


class Bare(NamedTuple):
    """A source that is written down at `node`, and what it is given to or stands under."""

    node: ast.expr
    source: Source
    name: str


def bare(module: Module, resolver: Resolver, known: set[str], read: set[ast.expr]) -> Iterator[Bare]:
    """What the module writes down, beside what is `known` from calls; `read` are those that the catalogue has."""
    beneath = _above(known)
    for address in module.addresses:
        call = address.call
        name = (resolver.dotted(call.func) or str(getattr(call.func, "attr", ""))) if call else ""
        if call is not None and is_writing(call):
            continue
        is_name = isinstance(address.node, ast.Constant) and "://" not in str(address.node.value)
        if is_name and (call in read or address.label.holder in read):
            continue
        last = name.rpartition(".")[2]
        if (_NO_FETCH.match(last) and not (is_name and last == "parametrize")) or name.partition(".")[0] in _PRETENDS:
            continue
        for source in _sources(address, name, resolver):
            if not {source.url, _as_dataset(source)} & known and source.url not in beneath:
                yield Bare(address.node, source, name or address.label.name or address.label.under or "address")


def _as_dataset(source: Source) -> str:
    """The address of the dataset of that name: whoever loads it says what `repo_id` left open."""
    return source.url.replace(f"https://{services.HUB}/", f"https://{services.HUB}/datasets/", 1)


def _above(known: set[str]) -> set[str]:
    """What the addresses begin with, up to a slash: whoever writes that down puts them together."""
    parts = (url.split("/")[:_PARTS] for url in known if "://" in url)
    return {"/".join(some[:number]) for some in parts for number in range(4, len(some))}


def _sources(address: Address, call: str, resolver: Resolver) -> Iterator[Source]:
    node, scope, _, label, begins = address
    if not isinstance(node, ast.Constant):
        for text in resolver.texts(node, scope, node.lineno):
            if source := _address(text, label.name):
                yield source
        return
    text = str(node.value)
    if "://" in text and (begins or text.endswith("=")):
        text += HOLE
    if "://" in text[:20]:
        if "/" in text and (named := keys.named(label.name, text, None)) and named.host == services.HUB:
            yield named
        elif source := _address(text, label.name):
            yield source
        return
    if not (label.name or label.under) and address.call is not None:
        label = Label(_parameter(node, address.call, resolver))
    if source := source_of(text, label, call):
        yield source


def _parameter(node: ast.expr, call: ast.Call, resolver: Resolver) -> str:
    """The parameter that a positional argument is, by the function or class of the repository, or by its name alone."""
    place = next((n for n, one in enumerate(call.args[:8]) if one is node), None)
    if place is None:
        return ""
    name = resolver.dotted(call.func) or str(getattr(call.func, "attr", ""))
    if name.rpartition(".")[2] in METHODS:  # a method that the catalogue has, and a class of the repository wrote
        return ""
    owned = class_named(resolver, call.func.id) if isinstance(call.func, ast.Name) else None
    if owned is not None:
        return (called_with(name) if place == 0 else "") or _field(owned.owner.node, place)
    function = resolver.module.functions.get(name)
    found = function_named(resolver, name) if function is None and resolver.is_imported(call.func) else None
    function = found.function if found is not None else function
    if function is not None:
        plain = [*function.args.posonlyargs, *function.args.args]
        return plain[place].arg if place < len(plain) else ""
    return called_with(name.rpartition(".")[2]) if place == 0 else ""


def _field(owner: ast.ClassDef, place: int) -> str:
    """The field or parameter of a class at that place."""
    for node in owner.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            arguments = node.args.args[1:]
            return arguments[place].arg if place < len(arguments) else ""
    fields = [n.target.id for n in owner.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
    return fields[place] if place < len(fields) else ""


def _address(text: str, name: str) -> Source | None:
    """The source of an address; a part that is filled in is known at run time only."""
    text = _PLACEHOLDER.sub(HOLE, text)
    if not REMOTE.match(text) or any(c.isspace() for c in text) or _is_written(text, name):
        return None
    host = text.partition("://")[2].partition("/")[0]
    if HOLE in host or "*" in host or text.count("://") > 1 or text.startswith("git+"):
        return None
    source = services.hub(text, None) if text.startswith("hf://") else services.address(text)
    if source is None:
        return None
    plain = text.replace(HOLE, "")
    counts = is_download(text) or is_download(plain) or (is_bucket(text) and _BASE.search(keys.normal(name)))
    return source if counts else None


def _is_written(text: str, name: str) -> bool:
    """Whether what stands under `name` is where something is written to: `upload_url` says so of whatever address."""
    return keys.is_written(name) and bool(STORED.match(text) or _UPLOAD.search(name))


def is_writing(call: ast.Call) -> bool:
    """Whether the call is one of a writer: `open(x, "w")`, `frame.write.csv(x)`, `option("checkpointLocation", x)`."""
    first = call.args[0] if call.args else None
    mode = next((k.value for k in call.keywords if k.arg == "mode"), call.args[1] if len(call.args) > 1 else None)
    if isinstance(mode, ast.Constant) and mode.value in _MODES:
        return True
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and keys.is_written(first.value):
        return "://" not in first.value  # of an option, such as `checkpointLocation`
    node: ast.expr = call.func
    for _ in range(40):
        if isinstance(node, ast.Attribute):
            if node.attr in ("write", "writeStream", "writeTo"):
                return True
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            break
    return False
