"""What an expression is, as far as the text of the module says: constants, through names, functions and options.

Nothing is executed. An answer is a few alternatives: each branch of a condition, each item of a loop, each value that a
function of the module is called with. Strings hold `HOLE` where a part is known at run time only.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gate.sources.interface import HOLE
from gate.sources.python.module import Binding, Class, Module, Scope
from gate.sources.python.prefilter import lines_of
from gate.sources.python.values import (
    MOST,
    UNKNOWN,
    Local,
    Values,
    combined,
    is_settings,
    limited,
    parts,
    percent,
    rest_of,
    text_of,
)

DEPTH = 16
STEPS = 200_000
"""Expressions that are looked at for one file; past them everything else is known at run time only."""


_SETTINGS_WORDS = """
    args arg opt opts options flags FLAGS hparams hparam cfg config conf params parsed cli_args model_args
    data_args training_args script_args self parsed_args known_args namespace settings CFG Config
"""
_SETTINGS = frozenset(_SETTINGS_WORDS.split())
_JOINS = frozenset(("os.path.join", "posixpath.join", "osp.join"))
_PATHS_WORDS = """
    pathlib.Path pathlib.PurePath pathlib.PosixPath os.path.abspath os.path.expanduser os.path.realpath
    os.path.normpath os.path.dirname tempfile.mkdtemp tempfile.gettempdir os.getcwd pathlib.Path.home
    pathlib.Path.cwd
"""
_PATHS = frozenset(_PATHS_WORDS.split())
_URL_JOINS = frozenset(("urllib.parse.urljoin", "urlparse.urljoin"))
_ENVIRONMENT = frozenset(("os.environ.get", "os.getenv", "environ.get", "getenv"))
_DEFAULTED_WORDS = """
    field dataclasses.field Field pydantic.Field typer.Option typer.Argument click.Option Option Argument Query
    attr.ib attrs.field
"""
_DEFAULTED = frozenset(_DEFAULTED_WORDS.split())
_CAST = frozenset(("str", "os.fspath", "str.strip", "os.path.expandvars", "typing.cast"))


class Resolver:
    """Resolves expressions of one module."""

    def __init__(self, module: Module, data: bytes) -> None:
        self._partial, self._data = module, data
        self._steps = 0
        self._callers: dict[str, list[tuple[ast.Call, Scope]]] = {}
        self._parameters: dict[tuple[ast.AST, str], Values] = {}
        self._readers: dict[type[ast.expr], Callable[..., Iterator[Any]]] = {
            ast.JoinedStr: self._joined,
            ast.BinOp: self._operation,
            ast.BoolOp: self._either,
            ast.IfExp: self._either,
            ast.Attribute: self._attribute,
            ast.Subscript: self._item,
            ast.Call: self._call,
            ast.Dict: lambda *given: iter((self._mapping(*given),)),
        }
        self._returns: dict[ast.AST, list[tuple[ast.Return, Scope]]] | None = None

    @property
    def _module(self) -> Module:
        """The module as far as it was needed until now."""
        return self._partial

    @property
    def _all(self) -> Module:
        """The module with all its functions."""
        self._partial.expand()
        return self._partial

    def dotted(self, node: ast.expr) -> str | None:
        """The full name that `node` has by the imports of the module; None for what is no plain name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        parts.append(self._module.imports.get(node.id, node.id))
        return ".".join(reversed(parts))

    def values(self, node: ast.expr | None, scope: Scope, line: int, depth: int = 0) -> Values:
        """The alternatives of `node` as `scope` sees it on `line`."""
        self._steps += 1
        if node is None or depth > DEPTH or self._steps > STEPS:
            return (UNKNOWN,)
        found: list[Any] = []
        for value in self._alternatives(node, scope, line, depth + 1):
            if not any(value is other or (type(value) is type(other) and value == other) for other in found):
                found.append(value)
            if len(found) >= MOST:
                break
        return tuple(found) or (UNKNOWN,)

    def texts(self, node: ast.expr | None, scope: Scope, line: int) -> list[str]:
        """The alternatives of `node` as texts; `HOLE` alone for what is unknown, nothing for what is no text."""
        found = []
        for value in self.values(node, scope, line):
            if isinstance(value, str):
                found.append(value)
            elif value is UNKNOWN:
                found.append(HOLE)
        return found

    def _alternatives(self, node: ast.expr, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        if isinstance(node, ast.Constant):
            yield node.value
        elif isinstance(node, ast.Name):
            yield from self._name(node.id, scope, line, depth)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            yield [self._one(item, scope, line, depth) for item in node.elts[:256]]
        elif isinstance(node, ast.NamedExpr):
            yield from self.values(node.value, scope, line, depth)
        elif (read := self._readers.get(type(node))) is not None:
            yield from read(node, scope, line, depth)

    def _either(self, node: ast.BoolOp | ast.IfExp, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        if isinstance(node, ast.IfExp):
            yield from self.values(node.body, scope, line, depth)
            yield from self.values(node.orelse, scope, line, depth)
            return
        for value in node.values:
            yield from (v for v in self.values(value, scope, line, depth) if v is not None and v is not UNKNOWN)

    def _one(self, node: ast.expr, scope: Scope, line: int, depth: int) -> Any:
        found = self.values(node, scope, line, depth)
        return found[0] if len(found) == 1 else UNKNOWN

    # Names

    def _name(self, name: str, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        at: Scope | None = scope
        while at is not None:
            if bindings := at.names.get(name):
                yield from self._bound(bindings, at, line if at is scope else 1 << 30, depth)
                return
            if at.function is not None and (found := self._parameter(at, name, line, depth)) is not None:
                yield from found
                return
            at = at.parent
        if name in ("__file__", "__path__"):
            yield Local(HOLE)

    def _bound(self, bindings: list[Binding], scope: Scope, line: int, depth: int) -> Iterator[Any]:
        """The values of the last binding before `line` that is certain, and of those after it that may be."""
        before = [binding for binding in bindings if binding.line <= line] or bindings
        chosen: list[Binding] = []
        for binding in reversed(before):
            chosen.append(binding)
            if binding.certain:
                break
        for binding in reversed(chosen):
            if binding.how == "unknown":
                yield UNKNOWN
                continue
            found = self.values(binding.node, scope, binding.line - (binding.how == "value"), depth)
            if binding.part is not None:
                yield from parts(found, binding.part, each=binding.how == "each")
                continue
            if binding.how == "value":
                yield from found
                continue
            for value in found:
                if isinstance(value, (list, dict)):
                    yield from value
                else:
                    yield UNKNOWN

    def _parameter(self, scope: Scope, name: str, line: int, depth: int) -> Values | None:
        """What the parameter `name` of the function of `scope` can be: its default, and what the module passes."""
        assert scope.function is not None
        arguments = scope.function.args
        plain = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
        pairs = [*zip(plain, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
        for place, (argument, default) in enumerate(pairs):
            if argument.arg != name:
                continue
            key = (scope.function, name)
            if key in self._parameters or (name in ("self", "cls") and place == 0):
                return self._parameters.get(key, (UNKNOWN,))
            self._parameters[key] = (UNKNOWN,)  # what it is while it is asked for: a function may call itself
            found: list[Any] = []
            if default is not None:
                found += (v for v in self.values(default, scope.parent or scope, line, depth) if v is not None)
            found += self._click(scope.function, name, scope, depth)
            found += self._passed(scope, name, place if place < len(plain) else None, depth)
            self._parameters[key] = tuple(found[:MOST]) or (UNKNOWN,)
            return self._parameters[key]
        return (UNKNOWN,) if name in rest_of(arguments) else None

    def _click(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, scope: Scope, depth: int
    ) -> Iterator[Any]:
        """The default that a decorator such as `@click.option("--model", default="x")` gives to a parameter."""
        for decorator in function.decorator_list:
            if isinstance(decorator, ast.Call) and decorator.args:
                words = [a.value for a in decorator.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if name in [word.lstrip("-").replace("-", "_") for word in words]:
                    for keyword in decorator.keywords:
                        if keyword.arg == "default":
                            yield from self.values(keyword.value, scope.parent or scope, 1 << 30, depth)

    def _passed(self, scope: Scope, name: str, place: int | None, depth: int) -> Iterator[Any]:
        """What the calls within the module pass for a parameter."""
        function = scope.function
        assert function is not None
        constructor = function.name == "__init__" and scope.owner is not None
        called = scope.owner.node.name if constructor and scope.owner else function.name
        method = bool(function.args.args) and function.args.args[0].arg in ("self", "cls")
        for call, where in self._calls_of(called)[:MOST]:
            by_name = next((k.value for k in call.keywords if k.arg == name), None)
            at = None if place is None else place - method
            if by_name is None and at is not None and 0 <= at < len(call.args):
                by_name = call.args[at]
                if isinstance(by_name, ast.Starred):
                    by_name = None
            if by_name is not None:
                yield from self.values(by_name, where, call.lineno, depth + 2)

    def _calls_of(self, name: str) -> list[tuple[ast.Call, Scope]]:
        """The calls of what is called `name`, with what they see."""
        if name not in self._callers:
            pattern = re.compile(rb"\b" + re.escape(name.encode()) + rb"\s*\(")
            lines = lines_of(self._data, (match.start() for match in pattern.finditer(self._data)))
            found = self._callers[name] = []
            for statement, scope in self._all.statements if len(lines) > 1 or name[:1].isupper() else ():
                at = bisect_left(lines, statement.lineno)
                if at == len(lines) or lines[at] > (statement.end_lineno or 0):
                    continue
                for node in ast.walk(statement):
                    if isinstance(node, ast.Call):
                        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                        if called == name:
                            found.append((node, scope))
        return self._callers[name]

    # Attributes and items

    def _attribute(self, node: ast.Attribute, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        receiver = node.value
        if isinstance(receiver, ast.Name):
            owner = self._class_of(receiver, scope, depth)
            if owner is not None:
                yield from self._member(owner, node.attr, receiver, scope, depth)
                return
            if receiver.id in _SETTINGS or node.attr in self._all.options:
                yield from self._option(node.attr, depth)
                return
        if isinstance(receiver, ast.Attribute) and receiver.attr in _SETTINGS:
            yield from self._option(node.attr, depth)
        elif node.attr == "parent":
            yield Local(HOLE)
        elif node.attr == "value":  # of an enumeration
            yield from self.values(receiver, scope, line, depth)

    def _class_of(self, node: ast.expr, scope: Scope, depth: int) -> Class | None:
        """The class of the module that `node` is, or of which it is an instance."""
        if not isinstance(node, ast.Name) or depth > DEPTH:
            return None
        if node.id in ("self", "cls"):
            return scope.owner
        if node.id in self._module.classes:
            return self._module.classes[node.id]
        at: Scope | None = scope
        while at is not None:
            for binding in reversed(at.names.get(node.id, [])):
                made = binding.node
                if (
                    isinstance(made, ast.Call)
                    and isinstance(made.func, ast.Name)
                    and made.func.id in self._module.classes
                ):
                    return self._module.classes[made.func.id]
            if at.function is not None:
                for argument in (*at.function.args.args, *at.function.args.kwonlyargs):
                    if argument.arg == node.id and isinstance(argument.annotation, ast.Name):
                        return self._module.classes.get(argument.annotation.id)
            at = at.parent
        return None

    def _member(self, owner: Class, name: str, receiver: ast.Name, scope: Scope, depth: int) -> Iterator[Any]:
        """An attribute of a class of the module: as its constructor was called, as methods set it, or as it begins."""
        inner = Scope(self._module.top, None, owner)
        inner.names = owner.attributes
        made = next((b.node for b in reversed(scope.names.get(receiver.id, [])) if isinstance(b.node, ast.Call)), None)
        given = made.keywords if isinstance(made, ast.Call) else ()
        for keyword in given:
            if keyword.arg == name:
                yield from self.values(keyword.value, scope, 1 << 30, depth)
                return
        if name not in owner.attributes:
            self._module.expand()
        bindings = owner.attributes.get(name, [])
        for binding in bindings[-MOST:]:
            where = self._method_scope(owner, binding, inner)
            if binding.how == "value":
                yield from (v for v in self.values(binding.node, where, 1 << 30, depth) if v is not None)
            else:
                yield UNKNOWN
        if not bindings:
            for base in owner.node.bases:
                if isinstance(base, ast.Name) and base.id in self._module.classes and base.id != owner.node.name:
                    yield from self._member(self._module.classes[base.id], name, receiver, scope, depth + 1)
                    return

    def _method_scope(self, owner: Class, binding: Binding, inner: Scope) -> Scope:
        """The scope of the method in which an attribute is set."""
        for node in owner.node.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.lineno <= binding.line <= (
                node.end_lineno or 0
            ):
                return Scope(self._module.top, node, owner)
        return inner

    def _option(self, name: str, depth: int) -> Iterator[Any]:
        """The default of an option of the command line, or of a field of the settings of the module."""
        for value in self._all.options.get(name, ())[:MOST]:
            yield from (v for v in self.values(value, self._module.top, 1 << 30, depth) if v is not None)
        if name in self._module.options:
            return
        holders = [one for one in self._module.classes.values() if name in one.attributes and is_settings(one)]
        for holder in holders[:MOST]:
            for binding in holder.attributes[name][:1]:
                found = self.values(binding.node, self._module.top, 1 << 30, depth)
                yield from (v for v in found if v is not None)

    def _item(self, node: ast.Subscript, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        keys = self.values(node.slice, scope, line, depth)
        if self.dotted(node.value) == "os.environ":
            return
        for holder in self.values(node.value, scope, line, depth):
            for key in keys:
                if isinstance(holder, dict):
                    if isinstance(key, str) and key in holder:
                        yield holder[key]
                    elif key is UNKNOWN:
                        yield from list(holder.values())[:MOST]
                elif isinstance(holder, list) and isinstance(key, int) and -len(holder) <= key < len(holder):
                    yield holder[key]
                elif isinstance(holder, list) and key is UNKNOWN:
                    yield from holder[:MOST]

    def _mapping(self, node: ast.Dict, scope: Scope, line: int, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in zip(node.keys[:512], node.values[:512], strict=True):
            name = self._one(key, scope, line, depth) if key is not None else None
            if isinstance(name, str):
                found[name] = self._one(value, scope, line, depth)
        return found

    # What puts texts together

    def _joined(self, node: ast.JoinedStr, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        alternatives = [""]
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                options = [text_of(value) for value in self.values(part.value, scope, line, depth)]
            else:
                options = [text_of(part.value) if isinstance(part, ast.Constant) else HOLE]
            alternatives = combined(alternatives, options)
        yield from alternatives

    def _operation(self, node: ast.BinOp, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        left, right = self.values(node.left, scope, line, depth), self.values(node.right, scope, line, depth)
        if isinstance(node.op, ast.Mod):
            yield from (percent(text, right[0]) for text in left if isinstance(text, str))
            return
        for a in left:
            for b in right:
                if isinstance(node.op, ast.Add) and isinstance(a, list) and isinstance(b, list):
                    yield [*a, *b]
                elif isinstance(node.op, ast.Add) and (isinstance(a, str) or isinstance(b, str)):
                    yield limited(text_of(a) + text_of(b))
                elif isinstance(node.op, ast.Div) and (isinstance(a, Local) or isinstance(b, str)):
                    yield Local(limited(f"{text_of(a)}/{text_of(b)}"))

    def _call(self, node: ast.Call, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        name = self.dotted(node.func) or ""
        if name in _JOINS or name in _URL_JOINS or name.endswith("path.join"):
            yield from self._path(node.args, scope, line, depth)
        elif name in _PATHS or name.rpartition(".")[2] in ("Path", "PurePath"):
            joined = list(self._path(node.args, scope, line, depth)) or [HOLE]
            yield from (Local(text) for text in joined)
        elif name in _ENVIRONMENT:
            default = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords), None)
            if default is not None:
                yield from self.values(default, scope, line, depth)
        elif name in _DEFAULTED:
            given = next((k.value for k in node.keywords if k.arg == "default"), node.args[0] if node.args else None)
            if given is not None and not (isinstance(given, ast.Constant) and given.value is ...):
                yield from self.values(given, scope, line, depth)
        elif name in _CAST and node.args:
            yield from self.values(node.args[-1], scope, line, depth)
        elif name == "getattr" and len(node.args) > 2:
            yield from self.values(node.args[2], scope, line, depth)
        elif name == "dict" and not node.args:
            yield {k.arg: self._one(k.value, scope, line, depth) for k in node.keywords[:512] if k.arg}
        elif isinstance(node.func, ast.Attribute):
            yield from self._method(node, node.func, scope, line, depth)
        elif isinstance(node.func, ast.Name) and node.func.id in self._module.functions:
            yield from self._returned(self._module.functions[node.func.id], depth)

    def _path(self, parts: Sequence[ast.expr], scope: Scope, line: int, depth: int) -> Iterator[str]:
        alternatives = [""]
        for place, part in enumerate(parts):
            found = self.values(part, scope, line, depth)
            options = [text_of(value) if place == 0 else "/" + text_of(value) for value in found]
            alternatives = combined(alternatives, options)
        for text in alternatives:
            yield text if "://" in text or not text else Local(text.replace("//", "/"))

    def _method(self, node: ast.Call, func: ast.Attribute, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        if func.attr not in ("format", "get", "strip", "lower", "joinpath", "split", "pop"):
            return
        for holder in self.values(func.value, scope, line, depth):
            if func.attr in ("get", "pop"):
                yield from self._got(holder, node, scope, line, depth)
            elif isinstance(holder, Local) and func.attr == "joinpath":
                yield Local(holder + "/" + HOLE)
            elif isinstance(holder, str) and func.attr == "format":
                yield self._formatted(holder, node, scope, line, depth)
            elif isinstance(holder, str) and func.attr in ("strip", "lower"):
                yield holder
            elif isinstance(holder, str) and func.attr == "split":
                yield holder.split()

    def _got(self, holder: Any, node: ast.Call, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        """`mapping.get(key, default)`."""
        key = self._one(node.args[0], scope, line, depth) if node.args else UNKNOWN
        if isinstance(holder, dict) and isinstance(key, str) and key in holder:
            yield holder[key]
        elif isinstance(holder, dict) and key is UNKNOWN:
            yield from list(holder.values())[:MOST]
        elif len(node.args) > 1 and (isinstance(holder, dict) or holder is UNKNOWN):
            yield from (v for v in self.values(node.args[1], scope, line, depth) if v is not None)

    def _formatted(self, text: str, node: ast.Call, scope: Scope, line: int, depth: int) -> str:
        given = [text_of(self._one(a, scope, line, depth)) for a in node.args]
        named = {k.arg: text_of(self._one(k.value, scope, line, depth)) for k in node.keywords if k.arg}
        place = iter(given)

        def put(match: re.Match[str]) -> str:
            key = re.split(r"[.\[:!]", match[1], maxsplit=1)[0]
            if key == "":
                return next(place, HOLE)
            if key.isdigit():
                return given[int(key)] if len(key) < 4 and int(key) < len(given) else HOLE
            return named.get(key, HOLE)

        return limited(re.sub(r"\{([^{}]*)\}", put, text))

    def _returned(self, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int) -> Iterator[Any]:
        """What a function of the module returns, where it is no more than a few constants."""
        if self._returns is None:
            self._returns = {}
            for statement, scope in self._all.statements:
                if isinstance(statement, ast.Return) and scope.function is not None:
                    self._returns.setdefault(scope.function, []).append((statement, scope))
        for statement, scope in self._returns.get(function, [])[:MOST]:
            yield from self.values(statement.value, scope, statement.lineno, depth + 2)
