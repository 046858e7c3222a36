"""What an expression is, as far as the text of the module says: constants, through names, functions and options.

Nothing is executed. An answer is a few alternatives: each branch of a condition, each item of a loop, each value that a
function of the module is called with. Strings hold `HOLE` where a part is known at run time only.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from gate.sources.interface import HOLE
from gate.sources.python import links, texts
from gate.sources.python.around import Around, Reached
from gate.sources.python.labels import OPTIONS
from gate.sources.python.links import DEPTH, Owned
from gate.sources.python.module import Binding, Class, Module, Scope
from gate.sources.python.parameters import Parameters
from gate.sources.python.texts import Look
from gate.sources.python.values import MOST, UNKNOWN, Local, Values, is_settings, parts

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


class _Budget:
    """What is left of `STEPS`, for a file and the modules that its names lead to."""

    def __init__(self) -> None:
        self.left = STEPS


class Resolver:
    """Resolves expressions of one module; `around` is the repository that it is in."""

    def __init__(self, module: Module, data: bytes, around: Around | None = None) -> None:
        self.module, self._around = module, around
        self.path = around.path if around else ""
        self._budget = _Budget()
        self.parameters = Parameters(self, data, around)
        self._readers: dict[type[ast.expr], Callable[[Any, Look], Iterator[Any]]] = {
            ast.JoinedStr: texts.joined,
            ast.BinOp: texts.operation,
            ast.BoolOp: _either,
            ast.IfExp: _either,
            ast.Subscript: self._item,
            ast.Dict: lambda node, look: iter((texts.mapping(node, look),)),
        }

    def beside(self, module: Module, data: bytes, path: str) -> Resolver:
        """The resolver of another module of the repository, which counts against the same limits."""
        other = Resolver(module, data, self._around)
        other.path, other._budget = path, self._budget
        return other

    def forget(self) -> None:
        """Lets go of the module: it refers to itself, and its tree would be kept until somebody looks for such."""
        self.__dict__.clear()

    @property
    def options(self) -> dict[str, list[ast.expr]]:
        """The options of the command line that the module declares, with their defaults."""
        self.module.expand(*OPTIONS, "import ")  # imports lead to modules with others
        return self.module.options

    def dotted(self, node: ast.expr) -> str | None:
        """The full name that `node` has by the imports of the module; None for what is no plain name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        parts.append(self.module.imports.get(node.id, node.id))
        return ".".join(reversed(parts))

    def reach(self, dotted: str) -> Reached | None:
        """The module of the repository that `dotted` leads to, and what is to be looked up there."""
        return self._around.reach(dotted, self.path, self) if self._around else None

    def exported(self, names: tuple[str, ...], depth: int) -> Values:
        """What `names[0].names[1]...` is at the end of this module."""
        node: ast.expr = ast.Name(id=names[0], ctx=ast.Load(), lineno=1 << 30)
        for name in names[1:]:
            node = ast.Attribute(value=node, attr=name, ctx=ast.Load(), lineno=1 << 30)
        return self.values(node, self.module.top, 1 << 30, depth)

    def is_imported(self, node: ast.expr) -> bool:
        """Whether `node` is a name that is imported, or something of one."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in self.module.imports

    def values(self, node: ast.expr | None, scope: Scope, line: int, depth: int = 0) -> Values:
        """The alternatives of `node` as `scope` sees it on `line`."""
        self._budget.left -= 1
        if node is None or depth > DEPTH or self._budget.left < 0:
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
        elif isinstance(node, ast.NamedExpr):
            yield from self.values(node.value, scope, line, depth)
        elif isinstance(node, ast.Attribute):
            yield from self._attribute(node, scope, line, depth)
        elif isinstance(node, ast.Call):
            yield from self._call(node, scope, line, depth)
        else:

            def look(inner: ast.expr | None) -> Values:
                return self.values(inner, scope, line, depth)

            if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
                yield from texts.listed(node.elts, look)
            elif (read := self._readers.get(type(node))) is not None:
                yield from read(node, look)

    def _item(self, node: ast.Subscript, look: Look) -> Iterator[Any]:
        if self.dotted(node.value) != "os.environ":
            yield from texts.item(node, look)

    # Names

    def _elsewhere(self, dotted: str, depth: int) -> Values:
        """What a name means that is imported from another module of the repository; nothing where that is unknown."""
        if depth > DEPTH or not (reached := self.reach(dotted)) or not reached.rest:
            return ()
        return tuple(v for v in reached.resolver.exported(reached.rest, depth + 1) if v is not UNKNOWN)

    def _name(self, name: str, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        at: Scope | None = scope
        while at is not None:
            if bindings := at.names.get(name):
                yield from self._bound(bindings, at, line if at is scope else 1 << 30, depth)
                return
            if at.function is not None and (found := self.parameters.of(at, name, line, depth)) is not None:
                yield from found
                return
            at = at.parent
        if name in ("__file__", "__path__"):
            yield Local(HOLE)
            return
        for dotted in links.origins(self.module, name):
            if found := self._elsewhere(dotted, depth):
                yield from found
                return

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

    # Attributes

    def _attribute(self, node: ast.Attribute, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        receiver = node.value
        if self.is_imported(receiver) and (found := self._elsewhere(self.dotted(node) or "", depth)):
            yield from found
            return
        owned = self._class_of(receiver, scope, depth)
        if owned is not None:
            yield from self._member(owned, node.attr, receiver, scope, depth)
        elif isinstance(receiver, ast.Name):
            if given := self._given_to(receiver, node.attr, scope):
                yield from self.values(given, scope, line, depth)
            elif receiver.id in _SETTINGS or node.attr in self.options:
                yield from self._option(node.attr, depth)
        elif isinstance(receiver, ast.Attribute) and receiver.attr in _SETTINGS:
            yield from self._option(node.attr, depth)
        elif node.attr == "parent":
            yield Local(HOLE)
        if node.attr == "value":  # of an enumeration
            yield from self.values(receiver, scope, line, depth)

    def _class_of(self, node: ast.expr, scope: Scope, depth: int) -> Owned | None:
        """The class of the repository that `node` is, or of which it is an instance."""
        if depth > DEPTH:
            return None
        if isinstance(node, ast.Call):
            return self._made_by(node, depth)
        if not isinstance(node, ast.Name):
            return None
        if node.id in ("self", "cls"):
            return Owned(self, scope.owner) if scope.owner else None
        at: Scope | None = scope
        while at is not None:
            for binding in reversed(at.names.get(node.id, [])):
                if isinstance(binding.node, ast.Call) and (found := self._made_by(binding.node, depth)):
                    return found
            if at.function is not None:
                for argument in (*at.function.args.args, *at.function.args.kwonlyargs):
                    if argument.arg == node.id and isinstance(argument.annotation, ast.Name):
                        return links.class_named(self, argument.annotation.id)
            at = at.parent
        return links.class_named(self, node.id)

    def _made_by(self, call: ast.Call, depth: int) -> Owned | None:
        """The class of which `call` makes an instance, also in a function that returns one."""
        if not isinstance(call.func, ast.Name):
            return None
        function = self.module.functions.get(call.func.id)
        if function is None:
            return links.class_named(self, call.func.id)
        returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)][:1]
        if returned and isinstance(returned[0], ast.Call) and depth < DEPTH:
            return self._made_by(returned[0], depth + 4)
        return None

    def _member(self, owned: Owned, name: str, receiver: ast.expr, scope: Scope, depth: int) -> Iterator[Any]:
        """An attribute of a class: as its constructor was called, as methods set it, or as it begins."""
        if given := self._given_to(receiver, name, scope):
            yield from self.values(given, scope, 1 << 30, depth)
        else:
            yield from owned.resolver.attribute_of(owned.owner, name, depth)

    def _given_to(self, receiver: ast.expr, name: str, scope: Scope) -> ast.expr | None:
        """The keyword `name` with which the instance `receiver` was made."""
        made: ast.expr | None = receiver
        if isinstance(receiver, ast.Name):
            bound = scope.names.get(receiver.id) or self.module.top.names.get(receiver.id, [])
            made = next((b.node for b in reversed(bound) if isinstance(b.node, ast.Call)), None)
        keywords = made.keywords if isinstance(made, ast.Call) else ()
        return next((keyword.value for keyword in keywords if keyword.arg == name), None)

    def attribute_of(self, owner: Class, name: str, depth: int) -> Iterator[Any]:
        """An attribute of a class of this module, its own or that of a base."""
        inner = Scope(self.module.top, None, owner)
        inner.names = owner.attributes
        if name not in owner.attributes:
            self.module.expand(name)
        bindings = owner.attributes.get(name, [])
        for binding in bindings[-MOST:]:
            where = self._method_scope(owner, binding, inner)
            if binding.how == "value":
                yield from (v for v in self.values(binding.node, where, 1 << 30, depth) if v is not None)
            else:
                yield UNKNOWN
        if bindings or depth > DEPTH:
            return
        for base in owner.node.bases:
            found = (
                links.class_named(self, base.id) if isinstance(base, ast.Name) and base.id != owner.node.name else None
            )
            if found is not None:
                yield from found.resolver.attribute_of(found.owner, name, depth + 1)
                return

    def _method_scope(self, owner: Class, binding: Binding, inner: Scope) -> Scope:
        """The scope of the method in which an attribute is set."""
        for node in owner.node.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.lineno <= binding.line <= (
                node.end_lineno or 0
            ):
                return Scope(self.module.top, node, owner)
        return inner

    def _option(self, name: str, depth: int, *, follow: bool = True) -> Iterator[Any]:
        """The default of an option of the command line, or of a field of settings, here or where this imports from."""
        for value in self.options.get(name, ())[:MOST]:
            yield from (v for v in self.values(value, self.module.top, 1 << 30, depth) if v is not None)
        if name in self.module.options:
            return
        if follow and depth <= DEPTH:
            for other in links.imported_modules(self):
                yield from other._option(name, depth + 2, follow=False)
        holders = [one for one in self.module.classes.values() if name in one.attributes and is_settings(one)]
        for holder in holders[:MOST]:
            for binding in holder.attributes[name][:1]:
                found = self.values(binding.node, self.module.top, 1 << 30, depth)
                yield from (v for v in found if v is not None)

    # Calls

    def _call(self, node: ast.Call, scope: Scope, line: int, depth: int) -> Iterator[Any]:
        def look(inner: ast.expr | None) -> Values:
            return self.values(inner, scope, line, depth)

        name = self.dotted(node.func) or ""
        if name in _JOINS or name in _URL_JOINS or name.endswith("path.join"):
            yield from texts.path(node.args, look)
        elif name in _PATHS or name.rpartition(".")[2] in ("Path", "PurePath"):
            joined = list(texts.path(node.args, look)) or [HOLE]
            yield from (Local(text) for text in joined)
        elif (handed := _handed_on(node, name)) is not None:
            yield from look(handed)
        elif name == "dict" and not node.args:
            yield {k.arg: texts.one(k.value, look) for k in node.keywords[:512] if k.arg}
        elif isinstance(node.func, ast.Name) and node.func.id in self.module.functions:
            yield from self._returned(self.module.functions[node.func.id], depth)
        elif found := links.function_named(self, name) if self.is_imported(node.func) else None:
            yield from found.resolver._returned(found.function, depth)
        elif isinstance(node.func, ast.Attribute):
            yield from texts.method(node, node.func, look)

    def _returned(self, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int) -> Iterator[Any]:
        """What a function of the module returns, where it is no more than a few constants."""
        for statement, scope in self.module.returned(function)[:MOST]:
            yield from self.values(statement.value, scope, statement.lineno, depth + 2)


def _either(node: ast.BoolOp | ast.IfExp, look: Look) -> Iterator[Any]:
    """Each side of a condition, and of `a or b` what may be something."""
    if isinstance(node, ast.IfExp):
        yield from look(node.body)
        yield from look(node.orelse)
        return
    for value in node.values:
        yield from (v for v in look(value) if v is not None and v is not UNKNOWN)


def _handed_on(node: ast.Call, name: str) -> ast.expr | None:
    """The argument that a call such as `str(x)`, `field(default=x)` or `os.environ.get("X", x)` comes to."""
    if name in _ENVIRONMENT:
        return node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords), None)
    if name in _DEFAULTED:
        given = next((k.value for k in node.keywords if k.arg == "default"), node.args[0] if node.args else None)
        return None if isinstance(given, ast.Constant) and given.value is ... else given
    if name in _CAST and node.args:
        return node.args[-1]
    return node.args[2] if name == "getattr" and len(node.args) > 2 else None
