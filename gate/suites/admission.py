"""What of an expectation may reach Great Expectations: nothing that it would run, fetch, or pass over.

A `row_condition` goes to `DataFrame.query`, which evaluates attributes and calls of whatever it is given, and a JSON
schema may name others by address. Both come from the repository that is judged.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from gate.core.model import Json
from gate.core.text import did_you_mean, shorten

MAX_CONDITION = 4000
"""Characters of a row condition; Python's own parser recurses."""
_NODES = (
    *(ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Invert, ast.USub, ast.UAdd),
    *(ast.BinOp, ast.BitAnd, ast.BitOr, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn),
    *(ast.Call, ast.keyword, ast.Attribute, ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple),
)
_METHODS = frozenset(
    (
        *("isna", "isnull", "notna", "notnull", "isin", "between", "abs"),
        *("str", "contains", "startswith", "endswith", "match", "fullmatch", "lower", "upper", "strip", "len"),
    )
)
"""What a row condition may call on a column: questions about its values."""
_QUOTED = re.compile(r"""`([^`]*)`|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'""", re.DOTALL)
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


def condition_problem(condition: str, columns: Iterable[str]) -> str | None:
    """Why `condition`, in the syntax of `DataFrame.query`, is not evaluated, or None."""
    names = set(columns)
    if len(condition) > MAX_CONDITION:
        return f"the row condition has more than {MAX_CONDITION:,} characters"
    if any(sign in _QUOTED.sub("", condition) for sign in "@#;`"):
        return "a row condition cannot use @, #, ; or a single `"
    quoted: dict[str, str] = {}

    def replace(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        return quoted.setdefault(match[1], f"quoted_{len(quoted)}_")

    try:
        tree = ast.parse(_QUOTED.sub(replace, condition.strip()), mode="eval")
        nodes = list(ast.walk(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return f'the row condition "{shorten(condition)}" cannot be read'
    known = {alias: name for name, alias in quoted.items()}
    for node in nodes:
        if problem := _node_problem(node, known, names):
            return problem
    return None


def _node_problem(node: ast.AST, quoted: Mapping[str, str], columns: set[str]) -> str | None:
    if not isinstance(node, _NODES):
        return f"a row condition cannot hold {type(node).__name__.lower()}"
    if isinstance(node, ast.Attribute) and node.attr not in _METHODS:
        return f'a row condition cannot use "{shorten(node.attr)}"'
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute):
        return "a row condition can call methods of columns only"
    if isinstance(node, ast.Name):
        name = quoted.get(node.id, node.id)
        if name.startswith("__") or "@" in name:
            return f'a row condition cannot use "{shorten(name)}"'
        if name not in columns:
            return missing_column(name, columns)
    return None


def schema_problem(schema: Json) -> str | None:
    """Why a JSON schema is not evaluated: it refers to another one, which would be fetched."""
    waiting = [schema]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            for key in _REFERENCES:
                if key in value and not str(value[key]).startswith("#"):
                    return f'the JSON schema refers to "{shorten(str(value[key]))}": write that schema in its place'
            waiting.extend(value.values())
    return None


def missing_column(name: str, columns: Iterable[str]) -> str:
    """That `name` is no column, with the one that was probably meant."""
    hint = did_you_mean(name, columns)
    return f'the column "{shorten(name)}" is not in the data' + (f"; {hint}" if hint else "")
