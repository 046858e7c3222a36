"""A parsed module: its imports, what its names are bound to, and the calls on the lines of interest."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Literal, NamedTuple

from gate.sources.names import is_download
from gate.sources.python.labels import NONE, OPTIONS, Label, defaults, labelled
from gate.sources.python.named import may_count

How = Literal["value", "each", "unknown"]
Function = ast.FunctionDef | ast.AsyncFunctionDef


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

    def __init__(self, parent: Scope | None, function: Function | None, owner: Class | None) -> None:
        self.parent, self.function, self.owner = parent, function, owner
        self.names: dict[str, list[Binding]] = {}


class Placed(NamedTuple):
    """A call, and the names that it sees."""

    node: ast.Call
    scope: Scope


class Address(NamedTuple):
    """A text that may be an address or the name of a model, the call that it is an argument of, and what names it.

    What is put together from several, an f-string or a sum, stands for all of them. `begins` says that something that
    is not written there follows it.
    """

    node: ast.expr
    scope: Scope
    call: ast.Call | None
    label: Label
    begins: bool = False


_Open = tuple[ast.AST, Scope, bool]
"""A statement that is still to be looked at, the names that it sees, and whether it is certain to run."""


class Module:
    """What one walk over the statements collects; expressions are walked on the lines `wanted` only.

    What functions hold that have none of these lines is collected when it is asked for: see `expand`.
    """

    def __init__(self, wanted: list[int], text: str) -> None:
        self._wanted, self._text = wanted, text
        self.top = Scope(None, None, None)
        self.imports: dict[str, str] = {}
        self.stars: list[str] = []
        self.classes: dict[str, Class] = {}
        self.functions: dict[str, Function] = {}
        self.options: dict[str, list[ast.expr]] = {}
        self.calls: list[Placed] = []
        self.addresses: list[Address] = []
        self.statements: list[tuple[ast.stmt, Scope]] = []
        self.returns: dict[Function, list[tuple[ast.Return, Scope]]] = {}
        self._deferred: dict[Function, Scope] = {}
        self._by_line: list[tuple[int, int]] = []
        self._words: set[str] = set()
        self._starts: list[int] = []

    def add(self, body: Iterable[ast.stmt]) -> None:
        """Collects what `body` has at the top of the module."""
        self._collect((node, self.top, True) for node in body)

    def expand(self, *words: str) -> None:
        """Collects also what those functions hold in whose text one of `words` stands."""
        new = [word for word in words if word not in self._words]
        if new:
            self._words.update(new)
            self._expand({f: scope for f, scope in self._deferred.items() if self._has(f, new)})

    def returned(self, function: Function) -> list[tuple[ast.Return, Scope]]:
        """What a function of the module returns, and the names that are seen there."""
        if function in self._deferred:
            self._expand({function: self._deferred[function]})
        return self.returns.get(function, [])

    def statements_on(self, lines: list[int]) -> list[tuple[ast.stmt, Scope]]:
        """The simple statements that go over one of `lines`, also those in functions that nobody asked for before."""
        while inside := {f: scope for f, scope in self._deferred.items() if self._covers(f, lines)}:
            self._expand(inside)  # which may hold functions in turn
        if len(self._by_line) != len(self.statements):
            self._by_line = sorted((s.lineno, place) for place, (s, _) in enumerate(self.statements))
        found: set[int] = set()
        for line in lines:
            at = bisect_left(self._by_line, (line + 1, 0)) - 1
            first = self._by_line[at][0] if at >= 0 else 0
            while at >= 0 and self._by_line[at][0] == first:
                found.add(self._by_line[at][1])
                at -= 1
        statements = (self.statements[place] for place in sorted(found))
        return [(s, scope) for s, scope in statements if self._covers(s, lines)]

    @staticmethod
    def _covers(statement: ast.stmt, lines: list[int]) -> bool:
        at = bisect_left(lines, statement.lineno)
        return at < len(lines) and lines[at] <= (statement.end_lineno or 0)

    def _expand(self, functions: dict[Function, Scope]) -> None:
        for function in functions:
            del self._deferred[function]
        self._collect((child, scope, True) for function, scope in functions.items() for child in function.body)

    def _has(self, function: Function, words: Iterable[str]) -> bool:
        """Whether one of `words` stands in the text of a function."""
        if not self._starts:
            self._starts = [0, *accumulate(map(len, self._text.split("\n")))]
        before, end = function.lineno - 1, function.end_lineno or function.lineno
        first, last = self._starts[before] + before, self._starts[end] + end  # with the line breaks
        return any(self._text.find(word, first, last) >= 0 for word in words)

    def _collect(self, opened: Iterable[_Open]) -> None:
        pending = [*opened][::-1]
        while pending:
            node, scope, certain = pending.pop()
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
                self._assign(node, scope, certain)
                self._simple(node, scope)
            elif isinstance(node, ast.Expr):
                self._option(node.value)
                self._simple(node, scope)
            elif isinstance(node, (ast.Return, ast.Raise, ast.Assert)):
                self._simple(node, scope)
            else:
                pending += reversed(list(self._statement(node, scope, certain)))

    def has_wanted(self, node: ast.AST) -> bool:
        """Whether a line of interest is within `node`."""
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0) or 0
        at = bisect_left(self._wanted, first)
        return at < len(self._wanted) and self._wanted[at] <= last

    def _statement(self, node: ast.AST, scope: Scope, certain: bool) -> Iterator[_Open]:
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
            yield from ((child, inner, True) for child in node.body)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try)):
            yield from self._compound(node, scope, certain)
        elif isinstance(node, ast.stmt):  # match, and the try of exception groups
            if hasattr(node, "body") or hasattr(node, "cases"):
                yield from self._compound(node, scope, certain)
            else:
                self._simple(node, scope)
        else:  # a handler or a case
            yield from ((child, scope, False) for child in getattr(node, "body", ()))

    def _import_from(self, node: ast.ImportFrom) -> None:
        """Relative names keep their dots: `from ..hub import fetch` is `..hub.fetch`."""
        package = "." * node.level + (f"{node.module}." if node.module else "")
        for name in node.names:
            if name.name == "*":
                self.stars.append(package.rstrip(".") if node.module else package)
            else:
                self.imports[name.asname or name.name] = package + name.name

    def _function(self, node: Function, scope: Scope) -> Iterator[_Open]:
        self.functions[node.name] = node
        owner = scope.owner if scope.function is None else None
        inner = Scope(scope.parent if owner else scope, node, owner or scope.owner)
        arguments = node.args
        self._expressions(node.decorator_list, scope)
        for argument, default in defaults(arguments):
            if self.has_wanted(default):
                self._walk(default, scope, argument)
        if self.has_wanted(node) or (self._words and self._has(node, self._words)):
            yield from ((child, inner, True) for child in node.body)
        else:
            self._deferred[node] = inner

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
                yield child, scope, certain_inside
            elif not isinstance(child, ast.withitem):
                yield child, scope, False

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
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in OPTIONS:
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
        if isinstance(node, ast.Return) and scope.function is not None:
            self.returns.setdefault(scope.function, []).append((node, scope))
        if self.has_wanted(node):
            self._walk(node, scope)

    def _expressions(self, nodes: Iterable[ast.expr], scope: Scope) -> None:
        for node in nodes:
            if self.has_wanted(node):
                self._walk(node, scope)

    def _walk(self, root: ast.AST, scope: Scope, name: str = "") -> None:
        """Collects what stands in `root`, the default of the parameter `name` where there is one."""
        passed: dict[ast.AST, ast.Call] = {}
        labels: dict[ast.AST, Label] = {root: Label(name)}
        left: set[ast.AST] = set()
        begun: set[ast.AST] = set()
        for node in ast.walk(root):
            label = labels.get(node, NONE)
            labels |= labelled(node, label)
            if isinstance(node, ast.Call):
                self.calls.append(Placed(node, scope))
                passed |= dict.fromkeys((*node.args, *(k.value for k in node.keywords)), node)
            elif isinstance(node, (ast.List, ast.Tuple, ast.BoolOp, ast.IfExp)):
                if node in passed:
                    passed |= dict.fromkeys(ast.iter_child_nodes(node), passed[node])
            elif isinstance(node, ast.comprehension):
                line = getattr(node.iter, "lineno", 0)
                self._bind(node.target, Binding("each", node.iter, line, False), scope)
            elif isinstance(node, ast.NamedExpr):
                self._bind(node.target, Binding("value", node.value, node.lineno, False), scope)
            elif isinstance(node, (ast.JoinedStr, ast.BinOp)):
                begun |= _begun(node)
            if node in left or isinstance(node, ast.Compare):  # what something is compared with
                left.update(ast.iter_child_nodes(node))
            if isinstance(node, ast.expr) and node not in left and _may_be_source(node, label, is_given=node in passed):
                self.addresses.append(Address(node, scope, passed.get(node), label, node in begun))


def _may_be_source(node: ast.expr, label: Label, *, is_given: bool) -> bool:
    """Whether an expression may be an address, or the name of a model; `is_given` says that a call gets it."""
    if isinstance(node, ast.Constant):
        if not isinstance(node.value, str):
            return False
        return "://" in node.value[:20] or may_count(node.value, label, is_given=is_given)
    if isinstance(node, (ast.JoinedStr, ast.BinOp, ast.Call)) and label is not NONE:
        tail = _tail(node)
        return "." in tail and is_download(f"https://_/{tail}")
    return False


def _begun(node: ast.JoinedStr | ast.BinOp) -> set[ast.AST]:
    """The text that something follows which is not written there: `f"https://host/{x}"`, `"https://host/" + x`."""
    if isinstance(node, ast.JoinedStr):
        return {node.values[0]} if len(node.values) > 1 else set()
    return {node.left} if isinstance(node.op, ast.Add) and not isinstance(node.right, ast.Constant) else set()


def _tail(node: ast.expr) -> str:
    """The last part of a text that is put together, where that is written."""
    for _ in range(8):
        if isinstance(node, ast.JoinedStr) and node.values:
            node = node.values[-1]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            node = node.right
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "join" and node.args:
            node = node.args[-1]
        elif isinstance(node, (ast.List, ast.Tuple)) and node.elts:
            node = node.elts[-1]
        else:
            break
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


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
