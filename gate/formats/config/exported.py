"""Graphs that torch.export wrote as JSON: what of them loading or calling the model evaluates as Python.

Source: torch 2.13, `torch/_export/serde/serialize.py` (targets are looked up by name, symbolic sizes are given to
`sympy.sympify`, which evaluates them) and `torch/export/_unlift.py` (guards are compiled and run).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.archives.torchscript import operator
from gate.formats.findings import Findings
from gate.formats.interface import Flaw

LENGTH = 8_000
"""Characters of one expression that are parsed; symbolic sizes take some hundred."""
LENGTHS = 2_000_000
"""Characters of all different expressions that are: two seconds."""
CODE, REFERENCE = "weights/embedded-code", "weights/external-reference"
_FUNCTIONS = frozenset((
    "Symbol", "Dummy", "Integer", "Float", "Rational", "Add", "Mul", "Pow", "Max", "Min", "Abs", "Mod", "floor",
    "ceiling", "floordiv", "Piecewise", "ExprCondPair", "ITE", "And", "Or", "Not", "Eq", "Ne", "Lt", "Le", "Gt", "Ge",
    "Equality", "Unequality", "StrictLessThan", "LessThan", "StrictGreaterThan", "GreaterThan", "FloorDiv",
    "ModularIndexing", "Where", "PythonMod", "CleanDiv", "CeilToInt", "FloorToInt", "CeilDiv", "LShift", "RShift",
    "PowByNatural", "FloatPow", "FloatTrueDiv", "IntTrueDiv", "IsNonOverlappingAndDenseIndicator", "TruncToFloat",
    "TruncToInt", "RoundToInt", "RoundDecimal", "ToFloat", "Identity", "BitwiseFn_bitwise_and",
    "BitwiseFn_bitwise_or", "BitwiseFn_bitwise_xor", "log", "exp", "sqrt", "cos", "sin", "tan", "log2",
    "OpaqueUnaryFn_log2", "OpaqueUnaryFn_sqrt", "OpaqueUnaryFn_exp", "OpaqueUnaryFn_log", "abs", "max", "min", "round",
    "int", "float", "len", "bool",
))  # fmt: skip
"""What symbolic sizes and guards call: sympy's arithmetic (`srepr`) and that of `torch.utils._sympy.functions`."""
_METHODS = frozenset(("size", "stride", "storage_offset", "dim", "numel", "item", "is_integer"))
"""Attributes that guards take: of tensors, and functions of `math`."""
_NAMES = frozenset(("Symbol", "Dummy"))
"""Functions whose texts stay texts; others have sympy evaluate them."""
_NODES = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Tuple, ast.List, ast.Name, ast.Load,
    ast.keyword, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip
_SYM = ("torch.sym_", "torch._sym_")


def check(document: Json) -> list[Flaw]:
    """A flaw for each target, symbolic size and guard that does more than arithmetic."""
    findings = Findings()
    for rule, message in _judged(document):
        findings.add(rule, message)
    return list(findings.flaws())


def _judged(document: Json) -> Iterator[tuple[str, str]]:
    pending = [document]
    room = LENGTHS
    known: set[str] = set()  # a graph of ten thousand nodes has ten expressions
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        elif isinstance(value, dict):
            pending += value.values()
            target, guards = value.get("target"), value.get("guards_code")
            if isinstance(target, str) and "inputs" in value and target not in known:
                known.add(target)
                yield from _target(target)
            texts = [value.get("expr_str"), *(guards if isinstance(guards, list) else [guards])]
            for text in texts:
                if isinstance(text, str) and text not in known:
                    known.add(text)
                    room -= len(text)
                    if room < 0:
                        yield "weights/unscannable", f"more than {LENGTHS:,} characters of different expressions"
                        return
                    if not _is_arithmetic(text):
                        yield CODE, f'an expression that is more than arithmetic: "{shorten(text)}"'


def _target(target: str) -> Iterator[tuple[str, str]]:
    shown = f'"{shorten(target)}"'
    module, *path = target.split(".")
    if any(part.startswith("__") for part in path):
        yield CODE, f"the graph calls {shown}, which reaches inside the interpreter"
    elif target.startswith("torch.ops."):
        message = operator(path[1], ".".join(path[2:]))
        if message:
            yield REFERENCE, message
    elif target.startswith("torch") and not target.startswith(_SYM):
        yield CODE, f"the graph calls {shown}, which is no operator"
    elif target.startswith("#"):
        yield REFERENCE, f"the graph calls {shown}, which is defined elsewhere"
    elif module == "_operator" and path in (["attrgetter"], ["itemgetter"], ["methodcaller"], ["call"]):
        yield CODE, f"the graph calls {shown}, which calls or reaches whatever it is given"
    elif module.startswith(("_operator", "math")) and (len(path) != 1 or module not in ("_operator", "math")):
        yield CODE, f"the graph calls {shown}, which is no operator"


def _is_arithmetic(text: str) -> bool:
    """Whether an expression only computes with numbers, symbols and sizes of tensors."""
    if len(text) > LENGTH:
        return False
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return all(_is_harmless(node) for node in ast.walk(tree)) and not _loose_texts(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _is_harmless(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        function = node.func
        return isinstance(function, ast.Attribute) or (isinstance(function, ast.Name) and function.id in _FUNCTIONS)
    if isinstance(node, ast.Attribute):
        of_math = isinstance(node.value, ast.Name) and node.value.id == "math"
        return node.attr in _METHODS or (of_math and node.attr.isalnum())
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (int, float, str, bool, type(None)))
    return isinstance(node, (*_NODES, ast.Subscript, ast.Slice))


def _loose_texts(tree: ast.AST) -> bool:
    """Whether a text stands where it is neither the name of a symbol nor a key: sympy evaluates such texts."""
    names = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMES:
            names += sum(_is_text(argument) for argument in node.args)
        elif isinstance(node, ast.Subscript):
            names += _is_text(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Integer", "Float"):
            names += sum(_is_text(argument) and _is_number(argument) for argument in node.args)
    return names != sum(_is_text(node) for node in ast.walk(tree))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).replace(".", "").replace("-", "").isdigit()
