"""Where a function is called, or handed to what calls it."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

from gate.sources.python.module import Module, Placed
from gate.sources.python.prefilter import LETTERS, lines_of

_POOLED = frozenset(("map", "imap", "imap_unordered", "thread_map", "process_map"))
_PASSING = frozenset(("submit", "partial", "run_in_executor", "apply", "to_thread"))
_HANDED = frozenset(("target", "python_callable", "func", "fn", "function"))
"""Keywords under which a function is handed to what starts it: a thread, a task of a pipeline."""
_GIVEN = frozenset(("kwargs", "op_kwargs", "fn_kwargs"))
_GIVEN_IN_ORDER = frozenset(("args", "op_args"))
_GIVEN_AS_ONE = frozenset(("train_loop_config", "config"))
"""Keywords with which it is then called: a mapping of its parameters, a list of them, or its only one."""


def _call_of(node: ast.Call, name: str) -> ast.Call | None:
    """`node` where it calls `name`, or has it called: `pool.map(name, items)`, `pool.submit(name, item)`."""
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if called == name:
        return node
    if called not in _POOLED and called not in _PASSING:
        return _started(node, name)
    place = next((n for n, a in enumerate(node.args[:3]) if isinstance(a, ast.Name) and a.id == name), None)
    if place is None:
        return None
    given = node.args[place + 1 :]
    if called in _POOLED:
        unknown = ast.Name(id="", ctx=ast.Load())
        given = [ast.Subscript(value=items, slice=unknown, ctx=ast.Load()) for items in given]
    return ast.copy_location(ast.Call(func=node.args[place], args=given, keywords=node.keywords), node)


def _started(node: ast.Call, name: str) -> ast.Call | None:
    """The call that `Thread(target=name, kwargs={...})` and the like come to."""
    handed = [*node.args[:2], *(k.value for k in node.keywords if k.arg in _HANDED)]
    function = next((one for one in handed if isinstance(one, ast.Name) and one.id == name), None)
    if function is None:
        return None
    inner = ast.Call(func=function, args=[], keywords=[])
    for keyword in node.keywords:
        value = keyword.value
        if keyword.arg in _GIVEN and isinstance(value, ast.Dict):
            named = ((k.value, v) for k, v in zip(value.keys, value.values, strict=True) if isinstance(k, ast.Constant))
            inner.keywords += (ast.keyword(arg=k, value=v) for k, v in named if isinstance(k, str))
        elif keyword.arg in _GIVEN_IN_ORDER and isinstance(value, (ast.Tuple, ast.List)):
            inner.args += value.elts
        elif keyword.arg in _GIVEN_AS_ONE:
            inner.args.append(value)
    return ast.copy_location(inner, node) if inner.args or inner.keywords else None


def calls_of(name: str, module: Module, data: bytes, *, is_defined: bool) -> list[Placed]:
    """The calls in `module` of what is called `name`; where it is defined there too, that is no call."""
    starts = [match.start() for match in _named(name).finditer(data)]
    lines = lines_of(data, (start for start in starts if start == 0 or data[start - 1] not in LETTERS))
    if len(lines) < 1 + is_defined:
        return []
    found = []
    for statement, scope in module.statements_on(lines):
        calls = (_call_of(node, name) for node in ast.walk(statement) if isinstance(node, ast.Call))
        found += [Placed(call, scope) for call in calls if call is not None]
    return found


@lru_cache(maxsize=4096)
def _named(name: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(name.encode()) + rb"\s*[(,)]")


def calls_by_name(module: Module) -> dict[str, list[Placed]]:
    """Every call in `module`, by the names of what is called, or handed to what calls it."""
    found: dict[str, list[Placed]] = {}
    module.expand("")
    for statement, scope in module.statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                handed = [*node.args[:3], *(k.value for k in node.keywords if k.arg in _HANDED)]
                names = {a.id for a in handed if isinstance(a, ast.Name)}
                names.add(node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", ""))
                for name in names:
                    if (call := _call_of(node, name)) is not None:
                        found.setdefault(name, []).append(Placed(call, scope))
    return found


def argument(call: ast.Call, name: str, place: int | None) -> ast.expr | None:
    """What `call` gives for the parameter `name`, which stands at `place`."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if place is None or not 0 <= place < len(call.args) or isinstance(call.args[place], ast.Starred):
        return None
    return call.args[place]
