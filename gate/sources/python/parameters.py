"""What the parameters of functions can be: their defaults, and what the repository passes for them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gate.sources.python.around import Around
from gate.sources.python.invoked import argument, calls_by_name, calls_of
from gate.sources.python.module import Placed, Scope
from gate.sources.python.values import MOST, UNKNOWN, Values, rest_of

if TYPE_CHECKING:
    from gate.sources.python.resolve import Resolver

_ONE_BY_ONE = 64
"""Functions of which the calls are looked for one by one."""


class Parameters:
    """The parameters of the functions of one module, whose expressions `resolver` resolves."""

    def __init__(self, resolver: Resolver, data: bytes, around: Around | None) -> None:
        self._resolver, self._data, self._around = resolver, data, around
        self._callers: dict[str, list[Placed]] = {}
        self._index: dict[str, list[Placed]] | None = None
        self._known: dict[tuple[ast.AST, str], Values] = {}

    def of(self, scope: Scope, name: str, line: int, depth: int) -> Values | None:
        """What the parameter `name` of the function of `scope` can be: its default, and what the module passes."""
        assert scope.function is not None
        arguments = scope.function.args
        plain = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
        pairs = [*zip(plain, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
        for place, (parameter, default) in enumerate(pairs):
            if parameter.arg != name:
                continue
            key = (scope.function, name)
            if key in self._known or (name in ("self", "cls") and place == 0):
                return self._known.get(key, (UNKNOWN,))
            self._known[key] = (UNKNOWN,)  # what it is while it is asked for: a function may call itself
            found: list[Any] = []
            if default is not None:
                found += (
                    v for v in self._resolver.values(default, scope.parent or scope, line, depth) if v is not None
                )
            found += self._click(scope.function, name, scope, depth)
            found += self._passed(scope, name, place if place < len(plain) else None, depth)
            self._known[key] = tuple(found[:MOST]) or (UNKNOWN,)
            return self._known[key]
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
                            yield from self._resolver.values(keyword.value, scope.parent or scope, 1 << 30, depth)
                    if getattr(decorator.func, "attr", "") == "parametrize" and len(decorator.args) > 1:
                        for value in self._resolver.values(decorator.args[1], scope.parent or scope, 1 << 30, depth):
                            yield from value if isinstance(value, list) else ()

    def _passed(self, scope: Scope, name: str, place: int | None, depth: int) -> Iterator[Any]:
        """What the calls within the module pass for a parameter."""
        function = scope.function
        assert function is not None
        constructor = function.name == "__init__" and scope.owner is not None
        called = scope.owner.node.name if constructor and scope.owner else function.name
        method = bool(function.args.args) and function.args.args[0].arg in ("self", "cls")
        at = None if place is None else place - method
        for call, where in self._calls_of(called)[:MOST]:
            if (
                scope.owner is None
                and isinstance(call.func, ast.Attribute)
                and not self._resolver.is_imported(call.func)
            ):
                continue  # a method of the same name
            if (node := argument(call, name, at)) is not None:
                yield from self._resolver.values(node, where, call.lineno, depth + 2)
        if (
            self._around is None
            or self._resolver.path != self._around.path
            or (scope.owner is not None and not constructor)
        ):
            return
        self._around.asked.add(called)
        for other in self._around.callers(called, self._resolver):
            yield from other.parameters.passed(self._resolver.path, called, name, at, depth)

    def passed(self, path: str, called: str, name: str, place: int | None, depth: int) -> Iterator[Any]:
        """What this module passes for a parameter of what is called `called` in the module at `path`."""
        for call, where in self._calls_of(called, is_defined=False)[: MOST * 4]:
            reached = self._resolver.reach(self._resolver.dotted(call.func) or "")
            if reached is None or reached.resolver.path != path:
                continue
            if (node := argument(call, name, place)) is not None:
                yield from self._resolver.values(node, where, call.lineno, depth + 2)

    def _calls_of(self, name: str, *, is_defined: bool = True) -> list[Placed]:
        if name not in self._callers:
            if len(self._callers) >= _ONE_BY_ONE:  # a look at each call is cheaper than more looks at the text
                if self._index is None:
                    self._index = calls_by_name(self._resolver.module)
                return self._index.get(name, [])
            is_function = is_defined and not name[:1].isupper()
            self._callers[name] = calls_of(name, self._resolver.module, self._data, is_defined=is_function)
        return self._callers[name]
