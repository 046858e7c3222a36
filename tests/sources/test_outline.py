"""A module of which only some functions are parsed is the module."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from gate.sources.python.outline import outline
from gate.sources.python.parse import parse

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((*ROOT.glob("gate/sources/**/*.py"), *ROOT.glob("tests/sources/*.py")))
TRICKY = (
    'def f():\n    return """\ndef hidden():\n    import os\n    torch.load(x)\n"""\n\nX = """\ndef g():\n    y = 1\n"""\n',  # noqa: E501
    "def f(a=(1,\n2), b='x: # y'):  # why\n    value = call(\na, b,\n)\n    return [value, value, value]\nY = 1\n",
    "class A:\n    def f(self): return 1\n    def g(self) -> 'x':\n        a = 1\n# comment\n        b = 2\n        return a\n"  # noqa: E501
    "    C = 2\n",
    "async def f[T](x: T) -> T:\n    await g(x)\n    await g(x)\n    await g(x)\nif X:\n    def h():\n        a = 1; b = a + a\n",  # noqa: E501
    "def f():\n    a = 1 + \\\n2 + 3 + 4 + 5 + 6 + 7 + 8\n    return a\n\ndef g():\n\tx = 'tab'; y = x + x + x\n\treturn y\n",  # noqa: E501
    "def f():\n    x = r'\\'; y = '\\''; z = \"'''\"; print(x, y, z)\n    return 1\n\ndef g():\n    '''doc'''\n    return 2 + 2 + 2\n",  # noqa: E501
)


def _dump(body: list[ast.stmt]) -> str:
    """The tree with its places; where functions, and what they stand in, end is told by lines alone."""
    module = ast.Module(body=body, type_ignores=[])
    for node in ast.walk(module):
        if isinstance(node, ast.stmt) and hasattr(node, "body"):
            node.end_col_offset = 0
    for node in ast.walk(module):
        if isinstance(node, ast.stmt) and hasattr(node, "body"):
            node.end_lineno = 0
    return ast.dump(module, include_attributes=True)


def _texts() -> list[str]:
    return [*TRICKY, *(file.read_text("utf-8") for file in FILES)]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_out_comes_back_as_it_was(seed: int) -> None:
    draw = random.Random(seed)
    for text in _texts():
        try:
            whole = ast.parse(text).body
        except SyntaxError:  # of a later Python
            continue
        lines = range(1, text.count("\n") + 1)
        wanted = sorted(draw.sample(lines, min(len(lines), seed)))
        (found,) = parse(text, wanted)
        assert isinstance(found, list)
        assert _dump(found) == _dump(whole)


@pytest.mark.parametrize("seed", range(1, 4))
def test_lines_of_interest_stay_where_they_are(seed: int) -> None:
    draw = random.Random(seed)
    for text in _texts():
        lines = text.split("\n")
        wanted = sorted(draw.sample(range(1, len(lines) + 1), min(len(lines), seed)))
        left = outline(text, wanted).text.split("\n")
        assert len(left) == len(lines)
        assert [left[n - 1] for n in wanted] == [lines[n - 1] for n in wanted]
