"""Row conditions: the part of their three notations that means the same in SQL."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from gate.core.model import Json
from gate.suites.sql.arguments import Arguments
from gate.suites.sql.terms import Frame, NotCompiled, both, count, fitting, literal, one_of

_OPERATORS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_COMPARED = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_LONGEST = 2000
_DEEPEST = 20
_NULL = re.compile(r"""\s*col\((["'])([^"'\\]+)\1\)\s*\.\s*notNull\(\)\s*""")
_COMPARISON = re.compile(
    r"""\s*col\((["'])([^"'\\]+)\1\)\s*(==|<=|>=|<|>)\s*(?:"([A-Za-z0-9_ -]*)"|(-?[0-9]{1,15}(?:\.[0-9]{1,15})?))\s*"""
)


class Condition(NamedTuple):
    """The condition on a row, and counts that have to be zero for it to be certain."""

    sql: str | None = None
    guards: tuple[str, ...] = ()


def row_condition(frame: Frame, arguments: Arguments) -> Condition:
    """The rows that the expectation is about."""
    condition, parser = arguments.get("row_condition"), arguments.get("condition_parser")
    if parser not in (None, "pandas", "great_expectations", "great_expectations__experimental__"):
        raise NotCompiled
    if condition is None:
        return Condition()
    if isinstance(condition, dict):
        return _tree(frame, condition, 0)
    if not isinstance(condition, str) or len(condition) > _LONGEST:
        raise NotCompiled
    if parser is None or parser == "pandas":
        return _query(frame, condition)
    return _great_expectations(frame, condition)


def _compare(frame: Frame, name: str, operator: str, value: Json) -> Condition:
    if not frame.knows(name):
        raise NotCompiled
    column = frame.column(name)
    if operator in ("IN", "NOT_IN"):
        if not isinstance(value, list):
            raise NotCompiled
        test = one_of(column, value)
        sql = test if operator == "IN" else f"NOT ({test})"
    elif operator in _OPERATORS:
        sql = f"{column.sql} {_OPERATORS[operator]} {literal(fitting(column, value))}"
    else:
        raise NotCompiled
    # Whether a missing value differs from a value depends on the type that pandas keeps the column in.
    guards = (count(f"{column.sql} IS NULL"),) if operator in ("!=", "NOT_IN") else ()
    return Condition(f"coalesce({sql}, FALSE)", guards)


def _null(frame: Frame, name: str, is_null: bool) -> Condition:
    if not frame.knows(name):
        raise NotCompiled
    return Condition(f"{frame.column(name).sql} IS {'' if is_null else 'NOT '}NULL")


def _joined(parts: list[Condition], every: bool) -> Condition:
    if not parts:
        raise NotCompiled
    sql = both(*(part.sql for part in parts)) if every else " OR ".join(f"({part.sql})" for part in parts)
    return Condition(sql, tuple(guard for part in parts for guard in part.guards))


def _tree(frame: Frame, node: Json, depth: int) -> Condition:
    """The notation of 1.x: a mapping with `type`."""
    if not isinstance(node, dict) or depth > _DEEPEST:
        raise NotCompiled
    kind, column, parts = node.get("type"), node.get("column"), node.get("conditions")
    if kind in ("and", "or") and node.keys() == {"type", "conditions"} and isinstance(parts, list):
        return _joined([_tree(frame, part, depth + 1) for part in parts], kind == "and")
    if not isinstance(column, dict) or column.keys() != {"name"} or not isinstance(column["name"], str):
        raise NotCompiled
    if kind == "nullity" and node.keys() == {"type", "column", "is_null"} and isinstance(node["is_null"], bool):
        return _null(frame, column["name"], node["is_null"])
    if kind == "comparison" and node.keys() == {"type", "column", "operator", "parameter"}:
        operator = node["operator"]
        if isinstance(operator, str):
            return _compare(frame, column["name"], operator, node["parameter"])
    raise NotCompiled


def _great_expectations(frame: Frame, text: str) -> Condition:
    """`col("x") > 3` and `col("x").notNull()`: one condition, as the reference has it."""
    if found := _NULL.fullmatch(text):
        return _null(frame, found[2], False)
    if found := _COMPARISON.fullmatch(text):
        value: Json = found[4] if found[4] is not None else ast.literal_eval(_decimal(found[5]))
        return _compare(frame, found[2], found[3], value)
    raise NotCompiled


def _decimal(text: str) -> str:
    """A number as Python writes it: without zeros in front."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    return sign + (re.sub(r"^0+(?=[0-9])", "", digits))


def _query(frame: Frame, text: str) -> Condition:
    """The notation of `DataFrame.query`: comparisons of a column with a constant, with and, or, & and |."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotCompiled from error
    return _node(frame, tree.body, 0)


def _node(frame: Frame, node: ast.expr, depth: int) -> Condition:
    if depth > _DEEPEST:
        raise NotCompiled
    if isinstance(node, ast.BoolOp):
        return _joined([_node(frame, part, depth + 1) for part in node.values], isinstance(node.op, ast.And))
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
        parts = [_node(frame, part, depth + 1) for part in (node.left, node.right)]
        return _joined(parts, isinstance(node.op, ast.BitAnd))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.left, ast.Name):
        return _comparison(frame, node.left.id, node.ops[0], node.comparators[0])
    if isinstance(node, ast.Call) and not node.args and not node.keywords and isinstance(node.func, ast.Attribute):
        test = {"notnull": False, "notna": False, "isnull": True, "isna": True}.get(node.func.attr)
        if test is not None and isinstance(node.func.value, ast.Name):
            return _null(frame, node.func.value.id, test)
    raise NotCompiled


def _comparison(frame: Frame, name: str, operation: ast.cmpop, right: ast.expr) -> Condition:
    if isinstance(operation, (ast.In, ast.NotIn)):
        if not isinstance(right, (ast.List, ast.Tuple)):
            raise NotCompiled
        operator = "IN" if isinstance(operation, ast.In) else "NOT_IN"
        return _compare(frame, name, operator, [_constant(item) for item in right.elts])
    return _compare(frame, name, _COMPARED.get(type(operation), ""), _constant(right))


def _constant(node: ast.expr) -> Json:
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inner = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    if not isinstance(inner, ast.Constant):
        raise NotCompiled
    value = inner.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return -value if negative else value
    if isinstance(value, str) and not negative:
        return value
    raise NotCompiled
