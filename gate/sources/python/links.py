"""What names of one module are in other modules of the repository: classes, functions, modules."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from gate.sources.python.module import Class, Module

if TYPE_CHECKING:
    from gate.sources.python.resolve import Resolver

DEPTH = 16
"""Steps from name to name that are followed."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Owned(NamedTuple):
    """A class of the repository, and the resolver of the module that it is in."""

    resolver: Resolver
    owner: Class


class Found(NamedTuple):
    """A function of the repository, and the resolver of the module that it is in."""

    resolver: Resolver
    function: Function


def class_named(resolver: Resolver, name: str, depth: int = 0) -> Owned | None:
    """The class of the repository that `name` is in the module of `resolver`."""
    if name in resolver.module.classes:
        return Owned(resolver, resolver.module.classes[name])
    for dotted in origins(resolver.module, name):
        reached = resolver.reach(dotted) if depth < DEPTH else None
        if reached and len(reached.rest) == 1 and (found := class_named(reached.resolver, reached.rest[0], depth + 1)):
            return found
    return None


def function_named(resolver: Resolver, dotted: str) -> Found | None:
    """The function of another module of the repository that `dotted` is."""
    reached = resolver.reach(dotted)
    for _ in range(4):  # modules that hand on what they import
        if reached is None or len(reached.rest) != 1:
            return None
        other, (name,) = reached
        if name in other.module.functions:
            return Found(other, other.module.functions[name])
        reached = next((found for origin in origins(other.module, name) if (found := other.reach(origin))), None)
    return None


def origins(module: Module, name: str) -> list[str]:
    """The full names that a name can have which `module` imports."""
    if name in module.imports:
        return [module.imports[name]]
    return [f"{package}{'' if package.endswith('.') else '.'}{name}" for package in module.stars]


def imported_modules(resolver: Resolver) -> list[Resolver]:
    """The modules of the repository that the module of `resolver` imports from."""
    names = [*resolver.module.imports.values(), *(f"{star}.*" for star in resolver.module.stars)]
    found = {reached.resolver.path: reached.resolver for name in names if (reached := resolver.reach(name))}
    return list(found.values())
