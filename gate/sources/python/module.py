"""A parsed module: its imports, what its names are bound to, and the calls on the lines of interest."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from gate.sources import keys

How = Literal["value", "each", "unknown"]


class Binding(NamedTuple):
    """What a name is bound to on `line`: the value of `node`, each of its items, or something unknown.

    It is `certain` where no condition and no loop stands around it. With `part` it is that item of the value alone.
    """

    how: How
    node: ast.expr | None
    line: int
    certain: bool = True
    part: int | None = None


class Class(NamedTuple):
    """A class of the module; `attributes` are those of the class and those that methods set on `self`."""

    node: ast.ClassDef
    attributes: dict[str, list[Binding]]

    @property
    def methods(self) -> frozenset[str]:
        """The names of its own methods."""
        return frozenset(n.name for n in self.node.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))


class Scope:
    """The names of a module or function; `owner` is the class whose body or method it is."""

    __slots__ = ("function", "names", "owner", "parent")

    def __init__(
        self, parent: Scope | None, function: ast.FunctionDef | ast.AsyncFunctionDef | None, owner: Class | None
    ) -> None:
        self.parent, self.function, self.owner = parent, function, owner
        self.names: dict[str, list[Binding]] = {}


class Placed(NamedTuple):
    """A call, and the names that it sees."""

    node: ast.Call
    scope: Scope


class Address(NamedTuple):
    """A text that is an address or named as a model, the call that it is an argument of, and what names it there.

    `name` is the keyword, the key of a mapping or what is assigned; empty where nothing says it.
    """

    node: ast.Constant
    call: ast.Call | None
    name: str = ""


class _Open(NamedTuple):
    """A statement that is still to be looked at."""

    node: ast.AST
    scope: Scope
    certain: bool


_OPTIONS = frozenset(("add_argument", "DEFINE_string", "DEFINE_enum", "add_option", "set_defaults"))


class Module:
    """What one walk over the statements collects; expressions are walked on the lines `wanted` only."""

    def __init__(self, wanted: list[int]) -> None:
        self._wanted = wanted
        self.top = Scope(None, None, None)
        self.imports: dict[str, str] = {}
        self.stars: list[str] = []
        self.classes: dict[str, Class] = {}
        self.functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        self.options: dict[str, list[ast.expr]] = {}
        self.calls: list[Placed] = []
        self.addresses: list[Address] = []
        self.statements: list[tuple[ast.stmt, Scope]] = []
        self._deferred: list[_Open] = []
        self._whole = False

    def add(self, body: Iterable[ast.stmt]) -> None:
        """Collects what `body` has at the top of the module."""
        self._collect([_Open(node, self.top, True) for node in body][::-1])

    def expand(self) -> None:
        """Collects also what functions hold that have no line of interest."""
        self._whole = True
        deferred, self._deferred = self._deferred, []
        self._collect(deferred[::-1])

    def _collect(self, pending: list[_Open]) -> None:
        while pending:
            pending += reversed(list(self._statement(pending.pop())))

    def has_wanted(self, node: ast.AST) -> bool:
        """Whether a line of interest is within `node`."""
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0) or 0
        at = bisect_left(self._wanted, first)
        return at < len(self._wanted) and self._wanted[at] <= last

    def _statement(self, opened: _Open) -> Iterator[_Open]:
        node, scope, certain = opened
        if isinstance(node, ast.Import):
            for name in node.names:
                self.imports[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            self._import_from(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from self._function(node, scope)
        elif isinstance(node, ast.ClassDef):
            found = self.classes[node.name] = Class(node, {})
            self._expressions((*node.decorator_list, *node.bases), scope)
            inner = Scope(scope, None, found)
            inner.names = found.attributes
            yield from (_Open(child, inner, True) for child in node.body)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            self._assign(node, scope, certain)
            self._simple(node, scope)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try)):
            yield from self._compound(node, scope, certain)
        elif isinstance(node, ast.stmt):
            if isinstance(node, ast.Expr):
                self._option(node.value)
            if hasattr(node, "body") or hasattr(node, "cases"):  # match, and the try of exception groups
                yield from self._compound(node, scope, certain)
            else:
                self._simple(node, scope)
        else:  # a handler or a case
            yield from (_Open(child, scope, False) for child in getattr(node, "body", ()))

    def _import_from(self, node: ast.ImportFrom) -> None:
        """Relative names keep their dots: `from ..hub import fetch` is `..hub.fetch`."""
        package = "." * node.level + (f"{node.module}." if node.module else "")
        for name in node.names:
            if name.name == "*":
                self.stars.append(package.rstrip(".") if node.module else package)
            else:
                self.imports[name.asname or name.name] = package + name.name

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> Iterator[_Open]:
        self.functions[node.name] = node
        owner = scope.owner if scope.function is None else None
        inner = Scope(scope.parent if owner else scope, node, owner or scope.owner)
        arguments = node.args
        self._expressions((*node.decorator_list, *arguments.defaults, *filter(None, arguments.kw_defaults)), scope)
        inside = [_Open(child, inner, True) for child in node.body]
        if self._whole or self.has_wanted(node):
            yield from inside
        else:
            self._deferred += inside

    def _compound(self, node: ast.AST, scope: Scope, certain: bool) -> Iterator[_Open]:
        if isinstance(node, (ast.For, ast.AsyncFor)):
            self._bind(node.target, Binding("each", node.iter, node.lineno, False), scope)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if item.optional_vars is not None:
                    self._bind(item.optional_vars, Binding("value", item.context_expr, node.lineno, certain), scope)
                self._expressions((item.context_expr,), scope)
            certain_inside = certain
        else:
            certain_inside = isinstance(node, ast.Try) and certain
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._expressions((child,), scope)
            elif isinstance(child, ast.stmt):
                yield _Open(child, scope, certain_inside)
            elif not isinstance(child, ast.withitem):
                yield _Open(child, scope, False)

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign, scope: Scope, certain: bool) -> None:
        if isinstance(node, ast.AugAssign):
            self._bind(node.target, _augmented(node, certain=certain), scope)
        elif node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                self._bind(target, Binding("value", node.value, node.lineno, certain), scope)

    def _bind(self, target: ast.expr, binding: Binding, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.names.setdefault(target.id, []).append(binding)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            if target.value.id in ("self", "cls") and scope.owner is not None:
                scope.owner.attributes.setdefault(target.attr, []).append(binding)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for place, part in enumerate(target.elts):
                if isinstance(part, ast.Name):
                    scope.names.setdefault(part.id, []).append(_part(binding, place, len(target.elts)))

    def _option(self, node: ast.expr) -> None:
        """An option of a command line, with its default."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _OPTIONS:
            return
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if node.func.attr == "set_defaults":
            for option, default in given.items():
                if option:
                    self.options.setdefault(option, []).append(default)
            return
        words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        value = given.get("default")
        if node.func.attr.startswith("DEFINE_"):
            value = node.args[1] if len(node.args) > 1 else value
            words = words[:1]
        long = [word for word in words if word.startswith("--")] or words
        name = given.get("dest")
        if long and value is not None:
            key = name.value if isinstance(name, ast.Constant) else long[0].lstrip("-").replace("-", "_")
            self.options.setdefault(str(key), []).append(value)

    def _simple(self, node: ast.stmt, scope: Scope) -> None:
        self.statements.append((node, scope))
        if self.has_wanted(node):
            self._walk(node, scope)

    def _expressions(self, nodes: Iterable[ast.expr], scope: Scope) -> None:
        for node in nodes:
            if self.has_wanted(node):
                self._walk(node, scope)

    def _walk(self, root: ast.AST, scope: Scope) -> None:
        passed: dict[ast.expr, ast.Call] = {}
        named: dict[ast.expr, str] = {}
        for node in ast.walk(root):
            named |= _named(node)
            if isinstance(node, ast.Call):
                self.calls.append(Placed(node, scope))
                passed |= dict.fromkeys((*node.args, *(k.value for k in node.keywords)), node)
            elif isinstance(node, (ast.List, ast.Tuple)):
                if node in passed:
                    passed |= dict.fromkeys(node.elts, passed[node])
                if node in named:
                    named |= dict.fromkeys(node.elts, named[node])
            elif isinstance(node, ast.Constant):
                label = named.get(node, "")
                if isinstance(node.value, str) and ("://" in node.value[:20] or keys.normal(label) in keys.STRONG):
                    self.addresses.append(Address(node, passed.get(node), label))
            elif isinstance(node, ast.comprehension):
                line = getattr(node.iter, "lineno", 0)
                self._bind(node.target, Binding("each", node.iter, line, False), scope)
            elif isinstance(node, ast.NamedExpr):
                self._bind(node.target, Binding("value", node.value, node.lineno, False), scope)


def _named(node: ast.AST) -> dict[ast.expr, str]:
    """What `node` gives names to, with the names."""
    if isinstance(node, ast.Call):
        return {keyword.value: keyword.arg for keyword in node.keywords if keyword.arg}
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {v: k.value for k, v in pairs if isinstance(k, ast.Constant) and isinstance(k.value, str)}
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
        return {node.value: name}
    return {}


def _augmented(node: ast.AugAssign, *, certain: bool) -> Binding:
    """`x += y` as `x = x + y`, where `x` is a plain name."""
    if not isinstance(node.target, ast.Name) or not isinstance(node.op, ast.Add):
        return Binding("unknown", None, node.lineno, certain)
    before = ast.copy_location(ast.Name(id=node.target.id, ctx=ast.Load()), node)
    return Binding("value", ast.copy_location(ast.BinOp(before, node.op, node.value), node), node.lineno, certain)


def _part(binding: Binding, place: int, number: int) -> Binding:
    """The binding of one name of several that are unpacked."""
    node = binding.node
    if binding.how == "value" and isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == number:
        return binding._replace(node=node.elts[place])
    if binding.how == "each" and isinstance(node, (ast.Tuple, ast.List)) and node.elts:
        parts = [e.elts[place] for e in node.elts if isinstance(e, (ast.Tuple, ast.List)) and len(e.elts) == number]
        if len(parts) == len(node.elts):
            return binding._replace(node=ast.List(elts=list(parts), ctx=ast.Load()))
    return binding._replace(part=place)
