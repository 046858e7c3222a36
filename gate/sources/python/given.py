"""One call with its arguments resolved."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from gate.core.model import Kind
from gate.sources.interface import HOLE, Source
from gate.sources.python.call import Call
from gate.sources.python.module import Module, Scope
from gate.sources.python.resolve import Resolver
from gate.sources.python.values import UNKNOWN

Sources = Iterator[Source]


def unknown(kind: Kind | None) -> Source:
    """A source that only the run knows."""
    return Source(HOLE, "", kind, None, "dynamic")


class Given(NamedTuple):
    """A call of the catalogue: `name` is its full name, `spec` how it is read."""

    node: ast.Call
    scope: Scope
    name: str
    spec: Call
    module: Module
    resolver: Resolver

    @property
    def last(self) -> str:
        """The name without what stands before the last dot."""
        return self.name.rpartition(".")[2]

    def keyword(self, name: str) -> ast.expr | None:
        """The value of a keyword, as it stands in the call."""
        return next((k.value for k in self.node.keywords if k.arg == name), None)

    def value(self, *names: str) -> Any:
        """The value of the first keyword of `names` that is given, also in `**mapping`; None where none is.

        `UNKNOWN` where it is known at run time only, or where there are several.
        """
        for name in names:
            node = self.keyword(name)
            if node is not None:
                return self._single(node)
        for keyword in self.node.keywords:
            if keyword.arg is None:
                for spread in self.resolver.values(keyword.value, self.scope, self.node.lineno):
                    if isinstance(spread, dict):
                        for name in names:
                            if name in spread:
                                return spread[name]
        return None

    def spreads_unknown(self) -> bool:
        """Whether `**mapping` may hold any keyword."""
        spread = (k.value for k in self.node.keywords if k.arg is None)
        return any(UNKNOWN in self.resolver.values(node, self.scope, self.node.lineno) for node in spread)

    def _single(self, node: ast.expr) -> Any:
        found = self.resolver.values(node, self.scope, self.node.lineno)
        return found[0] if len(found) == 1 else UNKNOWN

    def argument(self) -> ast.expr | None:
        """The argument that says what is asked for."""
        arguments = self.node.args
        if self.spec.position < len(arguments) and not any(isinstance(a, ast.Starred) for a in arguments):
            return arguments[self.spec.position]
        for name in self.spec.names:
            if (node := self.keyword(name)) is not None:
                return node
        return None

    def names(self) -> list[str]:
        """What is asked for: the alternatives, `HOLE` for one that is known at run time only."""
        node = self.argument()
        if node is not None:
            return self.texts(node)
        for name in self.spec.names:
            value = self.value(name)
            if isinstance(value, str):
                return [value]
        return [HOLE] if self.spreads_unknown() else []

    def texts(self, node: ast.expr) -> list[str]:
        """The alternatives of an expression that are texts, also those in lists."""
        found: list[str] = []
        for value in self.resolver.values(node, self.scope, self.node.lineno):
            found += _flat(value)
        return list(dict.fromkeys(found))

    def revision(self) -> str | None:
        """The version that is asked for; `HOLE` for one that is known at run time only."""
        if not self.spec.revision:
            return None
        value = self.value(*self.spec.revision)
        if value is None:
            for name in ("model_kwargs", "config_kwargs"):
                inner = self.value(name)
                value = inner.get("revision") if isinstance(inner, dict) else value
        if value is None or value == "":
            return None
        return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else HOLE

    def is_on(self) -> bool | None:
        """Whether one of the keywords without which nothing is fetched is given and true; None where the run says."""
        if not self.spec.when:
            return True
        value = self.value(*self.spec.when)
        if value is UNKNOWN:
            return None
        return bool(value)


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif value is UNKNOWN:
        yield HOLE
    elif isinstance(value, list):
        for item in value[:64]:
            yield from _flat(item)
    elif isinstance(value, dict):
        for item in list(value.values())[:64]:
            yield from _flat(item)
