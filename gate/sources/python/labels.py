"""What names a text in code: the key, keyword, option, parameter or constant that it stands under."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

OPTIONS = frozenset(("add_argument", "DEFINE_string", "DEFINE_enum", "add_option", "set_defaults"))
"""Functions that declare options of a command line."""
_HANDS_ON = frozenset(("field", "Field", "Option", "Argument", "get", "getenv", "getattr", "str", "Optional"))
"""Calls of which the value stands for what they are given, such as `field(default=x)` and `os.environ.get("X", x)`."""


class Label(NamedTuple):
    """What names a text: the key, keyword, option, parameter or constant, empty where nothing does.

    `holder` is the mapping or call that it is a key of, `under` what names that.
    """

    name: str = ""
    holder: ast.expr | None = None
    under: str = ""


NONE = Label()
"""Of what nothing names."""


def labelled(node: ast.AST, label: Label) -> dict[ast.AST, Label]:
    """What `node`, which has a label itself, gives names to."""
    if isinstance(node, ast.Call):
        return _arguments(node, label)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        above = label.name or label.under
        return {v: Label(str(k.value) if isinstance(k, ast.Constant) else "", node, above) for k, v in pairs}
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, (ast.Tuple, ast.List)) and isinstance(node.value, (ast.Tuple, ast.List)):
            return {v: Label(_name(t)) for t, v in zip(target.elts, node.value.elts, strict=False)}
        return {node.value: Label(_name(target))}
    if isinstance(node, ast.Tuple) and _has_revision(node):
        return {node.elts[0]: Label(label.name or "revision", node, label.under)}
    if label.name or label.under:
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            if "," in label.name:  # `parametrize("model,size", [("a", 1), ...])`
                names = label.name.split(",")
                return {v: label._replace(name=n.strip()) for v, n in zip(node.elts, names, strict=False)}
            return dict.fromkeys(node.elts, label) | _after_options(node.elts)
        if isinstance(node, ast.BoolOp):
            return dict.fromkeys(node.values, label)
        if isinstance(node, ast.IfExp):
            return {node.body: label, node.orelse: label}
    if isinstance(node, (ast.List, ast.Tuple)):
        return _after_options(node.elts)
    return {}


def _after_options(words: list[ast.expr]) -> dict[ast.AST, Label]:
    """The words of a command that stand behind an option: `["run", "--model", "org/name"]`."""
    found: dict[ast.AST, Label] = {}
    for before, word in pairwise(words):
        if isinstance(before, ast.Constant) and isinstance(before.value, str) and before.value.startswith("--"):
            found[word] = Label(before.value)
    return found


def _has_revision(node: ast.Tuple) -> bool:
    """Whether a pair is something with its revision."""
    last = node.elts[1] if len(node.elts) == 2 else None
    return isinstance(last, ast.Constant) and bool(re.fullmatch("main|[0-9a-f]{7,40}", str(last.value)))


def _name(target: ast.expr) -> str:
    """What an assignment gives a name, or a key, to."""
    if isinstance(target, ast.Subscript):
        return str(target.slice.value) if isinstance(target.slice, ast.Constant) else ""
    return target.id if isinstance(target, ast.Name) else str(getattr(target, "attr", ""))


def _arguments(node: ast.Call, label: Label) -> dict[ast.AST, Label]:
    above = label.name or label.under
    found: dict[ast.AST, Label] = {k.value: Label(k.arg, node, above) for k in node.keywords if k.arg}
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in _HANDS_ON and label.name:
        found |= dict.fromkeys(node.args, label)
        found |= {k.value: label for k in node.keywords if k.arg == "default"}
    elif called in OPTIONS:
        words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        option = next((word for word in words if word.startswith("--")), words[0] if words else "")
        found |= {k.value: Label(option) for k in node.keywords if k.arg == "default"}
        found |= dict.fromkeys(node.args[1:2], Label(option)) if called.startswith("DEFINE_") else {}
    elif called == "param" and label.name:  # of `parametrize`
        found |= {v: label._replace(name=n.strip()) for v, n in zip(node.args, label.name.split(","), strict=False)}
    elif called == "parametrize" and len(node.args) > 1 and isinstance(node.args[0], ast.Constant):
        names = str(node.args[0].value)
        rows = getattr(node.args[1], "elts", [])
        if "," in names:
            found |= {row: Label(names, node) for row in rows}
        else:
            found |= {node.args[1]: Label(names, node)}
    elif called == "option":  # of click
        words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        found |= {k.value: Label(words[-1]) for k in node.keywords if k.arg == "default" and words}
    return found


def defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    """The parameters that have defaults, with them."""
    plain = [*arguments.posonlyargs, *arguments.args]
    for argument, default in zip(plain[len(plain) - len(arguments.defaults) :], arguments.defaults, strict=True):
        yield argument.arg, default
    for argument, given in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if given is not None:
            yield argument.arg, given
