"""The grammar of statements. Source: `jinja2/parser.py` and `jinja2/ext.py` of Jinja 3.1, and transformers'
`generation` tag (`chat_template_utils.py`)."""

from __future__ import annotations

from gate.core.text import shorten
from gate.formats.jinja.expressions import Expressions
from gate.formats.jinja.lexer import SyntaxProblem, Token, tokens
from gate.formats.jinja.nodes import Node, Statement

_LOADING = ("include", "import", "from", "extends")
_BODY = {"for", "if", "set", "macro", "call", "filter", "with", "block", "autoescape", "generation"}
"""Statements with a body, which `end` and their name closes."""


def parse(text: str) -> list[Statement]:
    """Every statement and output of a template in the order of its text. Raises `SyntaxProblem`."""
    return _Statements(tokens(text)).all()


class _Statements(Expressions):
    """The parser; the bodies that are open are on a stack, so that no depth is too much."""

    def __init__(self, found: list[Token]) -> None:
        super().__init__(found)
        self._open: list[str] = []
        self._found: list[Statement] = []

    def all(self) -> list[Statement]:
        """Parse to the end."""
        while self.now.kind != "eof":
            start = self.take()
            if start.text == "{{":
                self._add("output", start, self.tuple_())
            else:
                self._statement(start)
            if self.now.kind != "end":
                raise self.unexpected("the end of the tag")
            self.take()
        if self._open:
            raise SyntaxProblem(f"`{self._open[-1].removesuffix(' else')}` is not closed", self.now.at)
        return self._found

    def _add(self, kind: str, start: Token, *nodes: Node, names: tuple[str, ...] = ()) -> None:
        self._found.append(Statement(kind, start.at, nodes, names))

    def _statement(self, start: Token) -> None:
        tag = self.name()
        if tag.startswith("end") and tag[3:] in _BODY:
            self._close(tag[3:], start)
        elif tag in ("else", "elif"):
            self._otherwise(tag, start)
        elif tag in _LOADING:
            self._add("load", start, self.expression(), names=(tag,))
            while self.now.kind not in ("end", "eof"):  # names and contexts: the template itself is the finding
                self.take()
        elif tag == "do":
            self._add("output", start, self.tuple_())
        elif tag == "print":
            while self.now.kind != "end":
                self._add("output", start, self.expression())
                if not self.skip(","):
                    break
        elif tag in ("break", "continue"):
            self._add(tag, start)
        elif tag in _BODY:
            self._opening(tag, start)
        else:
            raise SyntaxProblem(f"the tag `{shorten(tag, 40)}` is unknown", start.at)

    def _close(self, tag: str, start: Token) -> None:
        if not self._open or self._open.pop().removesuffix(" else") != tag:
            raise SyntaxProblem(f"`end{tag}` closes nothing", start.at)
        if tag == "block" and self.now.kind == "name":
            self.take()
        self._add("end", start)

    def _otherwise(self, tag: str, start: Token) -> None:
        above = self._open[-1] if self._open else ""
        if above != "if" and (tag == "elif" or above != "for"):
            raise SyntaxProblem(f"`{tag}` belongs to nothing", start.at)
        if tag == "elif":
            self._add("elif", start, self.tuple_(conditional=False))
        else:
            self._open[-1] += " else"
            self._add("else", start)
        self.skip(":")

    def _opening(self, tag: str, start: Token) -> None:
        if tag == "set":
            if not self._set(start):
                return
        elif tag == "for":
            self._for(start)
        elif tag == "if":
            self._add("if", start, self.tuple_(conditional=False))
        elif tag == "macro":
            name = self.name()
            names, defaults = self._signature()
            self._add("macro", start, *defaults, names=(name, *names))
        elif tag == "call":
            self._call_block(start)
        elif tag == "filter":
            self._add("filter", start, self._filter_chain())
        elif tag == "with":
            self._with(start)
        elif tag == "autoescape":
            self._add("autoescape", start, self.expression())
        else:
            self._block(tag, start)
        self.skip(":")
        self._open.append(tag)

    def _set(self, start: Token) -> bool:
        """Whether a body follows."""
        target = self.target(fields=True)
        if self.skip("="):
            self._add("set", start, target, self.tuple_())
            return False
        if self.skip("|"):
            self._add("setblock", start, target, self._filter_chain())
        else:
            self._add("setblock", start, target)
        return True

    def _filter_chain(self) -> Node:
        found = self.filter()
        while self.skip("|"):
            found = self.filter(found)
        return found

    def _for(self, start: Token) -> None:
        target = self.target(stop="in")
        if not self.skip("in"):
            raise self.unexpected("`in`")
        nodes = [target, self.tuple_(conditional=False, stop="recursive")]
        if self.skip("if"):
            nodes.append(self.expression())
        self.skip("recursive")
        self._add("for", start, *nodes)

    def _call_block(self, start: Token) -> None:
        names, defaults = self._signature() if self.is_operator("(") else ((), [])
        call = self.expression()
        if call.kind != "call":
            raise SyntaxProblem("`call` without a call", start.at)
        self._add("call", start, call, *defaults, names=names)

    def _signature(self) -> tuple[tuple[str, ...], list[Node]]:
        names: list[str] = []
        defaults: list[Node] = []
        self.expect("(")
        while not self.is_operator(")"):
            if names:
                self.expect(",")
            names.append(self.name())
            if self.skip("="):
                defaults.append(self.expression())
            elif defaults:
                raise SyntaxProblem("a parameter without default follows one with a default", self.now.at)
        self.expect(")")
        return tuple(names), defaults

    def _with(self, start: Token) -> None:
        nodes: list[Node] = []
        while self.now.kind == "name" or nodes:
            if nodes and not self.skip(","):
                break
            nodes.append(self.target())
            self.expect("=")
            nodes.append(self.expression())
        self._add("with", start, *nodes)

    def _block(self, tag: str, start: Token) -> None:
        if tag == "block":
            self.name()
            self.skip("scoped")
            self.skip("required")
        self._add(tag, start)
