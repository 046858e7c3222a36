"""Whether a `from_pretrained` is that of a library, or of a class that the repository wrote itself."""

from __future__ import annotations

import ast
import re

from gate.sources.python.links import Owned, class_named, function_named
from gate.sources.python.resolve import Resolver

_HUB_BASE = re.compile(
    r"PreTrained|Pretrained|HubMixin|ModelMixin|ConfigMixin|SchedulerMixin|Pipeline$|Tokenizer|Processor|FeatureExtractor"
    r"|For[A-Z]\w+$|PeftModel|LoraModel|^Auto[A-Z]"
)
"""Base classes that load from the hub, by how transformers, diffusers, peft and huggingface_hub name them."""


_FETCHES = re.compile(r"(?i)hub|download|pretrained|cached|snapshot|preset|url")
"""Names in a method that fetches, or hands on to what does."""


def fetches(func: ast.Attribute, resolver: Resolver) -> bool:
    """Whether the `from_pretrained` of a class of the repository has words of fetching."""
    name = func.value.id if isinstance(func.value, ast.Name) else ""
    found = class_named(resolver, name) if name not in ("", "cls", "super") else None
    method = _method(found, func.attr, 0) if found is not None else None
    if method is None:
        return False
    names = (n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in ast.walk(method))
    return any(_FETCHES.search(one) for one in names)


def _method(owned: Owned, name: str, depth: int) -> ast.AST | None:
    """The method of a class of the repository, its own or that of a base."""
    for node in owned.owner.node.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            return ast.Module(body=node.body, type_ignores=[])
    for base in owned.owner.node.bases if depth < 8 else ():
        inner = class_named(owned.resolver, base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", ""))
        if inner is not None and inner.owner is not owned.owner and (found := _method(inner, name, depth + 1)):
            return found
    return None


def is_own(func: ast.Attribute, resolver: Resolver) -> bool:
    """Whether the repository wrote the method: its class has nothing of a hub, or it is a function of a module."""
    receiver = func.value
    if (name := resolver.dotted(func)) is not None and function_named(resolver, name) is not None:
        return True
    if func.attr != "from_pretrained":
        return False
    if isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name) and receiver.func.id == "super":
        return True
    if not isinstance(receiver, ast.Name):
        return False
    if receiver.id == "cls":
        return True
    found = class_named(resolver, receiver.id)
    return found is not None and not _loads_from_hub(found, func.attr, 0)


def _loads_from_hub(owned: Owned, method: str, depth: int) -> bool:
    if method in owned.owner.methods or depth > 8:
        return False
    for base in owned.owner.node.bases:
        name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        inner = class_named(owned.resolver, name)
        if inner is not None and inner.owner is not owned.owner:
            if _loads_from_hub(inner, method, depth + 1):
                return True
        elif _HUB_BASE.search(name):
            return True
    return False
