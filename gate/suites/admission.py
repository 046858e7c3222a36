"""What of an expectation may reach Great Expectations: nothing that it would run, fetch, or pass over.

A `row_condition` goes to `DataFrame.query`, which evaluates attributes and calls of whatever it is given, and a JSON
schema may name others by address. Both come from the repository that is judged.
"""

from __future__ import annotations

import ast
import json
import math
import re
import warnings
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


def pattern_problem(kwargs: Mapping[str, Json]) -> str | None:
    """Why a regular expression is not evaluated: Python does not read it, or warns that it may mean something else.

    `[[:alpha:]]` is a class of letters to others, to Python a set of `[:alph` followed by `]`.
    """
    several = kwargs.get("regex_list")
    for pattern in (kwargs.get("regex"), *(several if isinstance(several, list) else ())):
        if not isinstance(pattern, str):
            continue  # what is no text, the library itself refuses
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                re.compile(pattern)
        except (re.error, Warning, RecursionError, OverflowError) as error:
            said = shorten(str(error) or type(error).__name__)
            return f'Python cannot read the regular expression "{shorten(pattern)}" for certain: {said}'
    return None


def set_problem(type_: str, kwargs: Mapping[str, Json], columns: Mapping[str, str]) -> str | None:
    """Why a set of values that must not be there is not evaluated: the column cannot hold them, so nothing would fail.

    A text is never equal to a number: `[1, 2]` excludes nothing from a column of texts, though it may hold "1".
    """
    name, members = str(kwargs.get("column")), kwargs.get("value_set")
    if type_ != "expect_column_values_to_not_be_in_set" or not isinstance(members, list):
        return None
    family = next((family for starts, family in _FAMILIES if columns.get(name, "").upper().startswith(starts)), None)
    present = [member for member in members if member is not None]
    odd = [member for member in present if family and not _can_be(family, member)]
    lost = [member for member in odd if _reads_as(family or "", member)] or (odd if len(odd) == len(present) else [])
    if not lost:
        return None
    return f'the column "{shorten(name)}" holds {family}, which {shorten(json.dumps(lost[0]), 60)} is never equal to'


_FAMILIES = (
    (("VARCHAR",), "texts"),
    (("BOOLEAN",), "true and false"),
    (("DATE",), "dates"),
    (("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"), "numbers"),
    (("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "numbers"),
)
"""What a column holds by the beginning of its type in DuckDB; a type that is not here is left to the library."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _can_be(family: str, member: Json) -> bool:
    """Whether a value of the column can be equal to `member`; to Python, true is 1."""
    if family in ("texts", "dates"):
        return isinstance(member, str) and (family == "texts" or bool(_DAY.fullmatch(member)))
    return isinstance(member, (bool, int, float)) and (family == "numbers" or member in (0, 1))


def _reads_as(family: str, member: Json) -> bool:
    """Whether `member` looks like a value of the column that was written as another type."""
    if family == "texts":
        return isinstance(member, (int, float))
    if family == "numbers" and isinstance(member, str):
        try:
            return not math.isnan(float(member))
        except ValueError:
            return False
    return family == "true and false" and str(member).lower() in ("true", "false")


def missing_column(name: str, columns: Iterable[str]) -> str:
    """That `name` is no column, with the one that was probably meant."""
    hint = did_you_mean(name, columns)
    return f'the column "{shorten(name)}" is not in the data' + (f"; {hint}" if hint else "")
