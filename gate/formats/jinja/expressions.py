"""The grammar of expressions. Source: `jinja2/parser.py` of Jinja 3.1, function by function."""

from __future__ import annotations

from collections.abc import Callable

from gate.core.text import shorten
from gate.formats.jinja.lexer import LimitProblem, SyntaxProblem, Token
from gate.formats.jinja.nodes import Node

NESTING = 32
"""Parentheses inside parentheses that are followed."""
DEPTH = 150
"""Nodes above one another that are followed: a chain of `.replace()` counts as well."""
_CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None}
_COMPARE = ("==", "!=", "<", "<=", ">", ">=")
_TEXT = Node("text", 0)
"""What a filter of a whole block is applied to: the rendered body."""


class Expressions:
    """A parser over `tokens`, which stand at `index`."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0
        self._nesting = 0

    @property
    def now(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.index]

    def take(self) -> Token:
        """The next token, which is used up."""
        token = self.tokens[self.index]
        if token.kind != "eof":
            self.index += 1
        return token

    def is_operator(self, *words: str) -> bool:
        """Whether one of `words` comes next."""
        token = self.tokens[self.index]
        return token.kind == "operator" and token.text in words

    def skip(self, word: str) -> bool:
        """Use up the name or operator `word`, if it comes next."""
        token = self.tokens[self.index]
        if token.text != word or token.kind not in ("name", "operator"):
            return False
        self.index += 1
        return True

    def expect(self, word: str) -> Token:
        """Use up the operator `word`."""
        if not self.is_operator(word):
            raise self.unexpected(f"`{word}`")
        return self.take()

    def name(self) -> str:
        """Use up a name."""
        if self.now.kind != "name":
            raise self.unexpected("a name")
        return self.take().text

    def unexpected(self, wanted: str) -> SyntaxProblem:
        """The error for what comes next where something else was `wanted`."""
        return SyntaxProblem(f"expected {wanted}, found `{shorten(self.now.text, 40)}`", self.now.at)

    def tuple_(self, *, conditional: bool = True, parentheses: bool = False, stop: str = "") -> Node:
        """One expression, or several with commas between them."""
        return self._items(lambda: self.expression(conditional), parentheses, stop)

    def target(self, *, stop: str = "", fields: bool = False) -> Node:
        """What may be assigned to: a name, a tuple of them, or with `fields` also `namespace.name`."""
        at = self.now.at
        found = self._items(lambda: self._target(fields), False, stop)
        for item in found.parts if found.kind == "tuple" else (found,):
            if item.kind not in ("name", "attribute", "tuple"):
                raise SyntaxProblem("something is assigned to what is not a name", at)
        return found

    def _target(self, fields: bool) -> Node:
        if fields and self.now.kind == "name" and self._follows("."):
            token = self.take()
            self.take()
            return self._node("attribute", token.at, (Node("name", token.at, name=token.text),), self.name())
        return self._primary()

    def _follows(self, word: str) -> bool:
        token = self.tokens[self.index + 1] if self.index + 1 < len(self.tokens) else self.now
        return token.kind in ("operator", "name") and token.text == word

    def _items(self, parse: Callable[[], Node], parentheses: bool, stop: str) -> Node:
        at = self.now.at
        items: list[Node] = []
        is_tuple = False
        while True:
            if items:
                self.expect(",")
            if self.now.kind == "end" or self.is_operator(")") or (stop and self.now[:2] == ("name", stop)):
                break
            items.append(parse())
            if not self.is_operator(","):
                break
            is_tuple = True
        if not is_tuple and items:
            return items[0]
        if not is_tuple and not parentheses:
            raise self.unexpected("an expression")
        return self._node("tuple", at, tuple(items))

    def expression(self, conditional: bool = True) -> Node:
        """One expression; without `conditional` no inline `if`."""
        found = self._or()
        while conditional and self.now[:2] == ("name", "if"):
            at = self.take().at
            test = self._or()
            other = self._nested(self.expression) if self.skip("else") else Node("const", at)
            found = self._node("condition", at, (test, found, other))
        return found

    def _nested(self, parse: Callable[[], Node]) -> Node:
        self._nesting += 1
        if self._nesting > NESTING:
            raise LimitProblem("an expression is nested too deeply", self.now.at)
        found = parse()
        self._nesting -= 1
        return found

    def _node(
        self,
        kind: str,
        at: int,
        parts: tuple[Node, ...],
        name: str = "",
        keywords: tuple[tuple[str, Node], ...] = (),
    ) -> Node:
        depth = 1 + max([part.depth for part in parts] + [value.depth for _, value in keywords], default=0)
        if depth > DEPTH:
            raise LimitProblem("an expression is nested too deeply", at)
        return Node(kind, at, parts, name, None, keywords, depth)

    def _chain(self, kind: str, words: tuple[str, ...], operand: Callable[[], Node]) -> Node:
        """Operands with any of `words` between them: one flat node, however many there are."""
        at = self.now.at
        found = [operand()]
        used = []
        while self.now.text in words and self.now.kind in ("operator", "name"):
            used.append(self.take().text)
            found.append(operand())
        return found[0] if not used else self._node(kind, at, tuple(found), " ".join(used))

    def _or(self) -> Node:
        return self._chain("or", ("or",), self._and)

    def _and(self) -> Node:
        return self._chain("and", ("and",), self._not)

    def _not(self) -> Node:
        if self.now[:2] == ("name", "not"):
            at = self.take().at
            return self._node("not", at, (self._nested(self._not),))
        return self._compare()

    def _compare(self) -> Node:
        at = self.now.at
        found = [self._sum()]
        used = []
        while True:
            if self.is_operator(*_COMPARE):
                used.append(self.take().text)
            elif self.skip("in"):
                used.append("in")
            elif self.now[:2] == ("name", "not") and self._follows("in"):
                self.index += 2
                used.append("notin")
            else:
                return found[0] if not used else self._node("compare", at, tuple(found), " ".join(used))
            found.append(self._sum())

    def _sum(self) -> Node:
        return self._chain("math", ("+", "-"), self._concatenation)

    def _concatenation(self) -> Node:
        return self._chain("concat", ("~",), self._product)

    def _product(self) -> Node:
        return self._chain("math", ("*", "/", "//", "%"), self._power)

    def _power(self) -> Node:
        return self._chain("math", ("**",), self._unary)

    def _unary(self, filters: bool = True) -> Node:
        at = self.now.at
        if self.is_operator("-", "+"):
            kind = "neg" if self.take().text == "-" else "pos"
            found = self._node(kind, at, (self._nested(lambda: self._unary(False)),))
        else:
            found = self._primary()
        found = self._postfix(found)
        return self._filters(found) if filters else found

    def _primary(self) -> Node:
        token = self.now
        if token.kind == "name":
            self.take()
            if token.text in _CONSTANTS:
                return Node("const", token.at, value=_CONSTANTS[token.text])
            return Node("name", token.at, name=token.text)
        if token.kind == "string":
            pieces = []
            while self.now.kind == "string":  # as in Python, strings that follow one another are one
                pieces.append(str(self.take().value))
            return Node("const", token.at, value="".join(pieces))
        if token.kind == "number":
            return Node("const", token.at, value=self.take().value)
        if self.skip("("):
            found = self._nested(lambda: self.tuple_(parentheses=True))
            self.expect(")")
            return found
        if self.is_operator("["):
            return self._nested(self._list)
        if self.is_operator("{"):
            return self._nested(self._dict)
        raise self.unexpected("an expression")

    def _list(self) -> Node:
        at = self.expect("[").at
        items: list[Node] = []
        while not self.is_operator("]"):
            if items:
                self.expect(",")
                if self.is_operator("]"):
                    break
            items.append(self.expression())
        self.expect("]")
        return self._node("list", at, tuple(items))

    def _dict(self) -> Node:
        at = self.expect("{").at
        items: list[Node] = []
        while not self.is_operator("}"):
            if items:
                self.expect(",")
                if self.is_operator("}"):
                    break
            items.append(self.expression())
            self.expect(":")
            items.append(self.expression())
        self.expect("}")
        return self._node("dict", at, tuple(items))

    def _postfix(self, found: Node) -> Node:
        while True:
            if self.is_operator("."):
                found = self._attribute(found)
            elif self.is_operator("["):
                found = self._item(found)
            elif self.is_operator("("):
                found = self._call(found)
            else:
                return found

    def _filters(self, found: Node) -> Node:
        while True:
            if self.is_operator("|"):
                self.take()
                found = self.filter(found)
            elif self.now[:2] == ("name", "is"):
                found = self._test(found)
            elif self.is_operator("("):
                found = self._call(found)
            else:
                return found

    def _attribute(self, base: Node) -> Node:
        self.take()
        token = self.take()
        if token.kind == "name":
            return self._node("attribute", token.at, (base,), token.text)
        if token.kind != "number" or not isinstance(token.value, int):
            raise SyntaxProblem("a dot is followed by neither name nor number", token.at)
        return self._node("item", token.at, (base, Node("const", token.at, value=token.value)))

    def _item(self, base: Node) -> Node:
        at = self.take().at
        keys: list[Node] = []
        while not self.is_operator("]"):
            if keys:
                self.expect(",")
            keys.append(self._nested(self._key))
        self.expect("]")
        key = keys[0] if len(keys) == 1 else self._node("tuple", at, tuple(keys))
        return self._node("item", at, (base, key))

    def _key(self) -> Node:
        at = self.now.at
        absent = Node("const", at)
        start = absent if self.is_operator(":") else self.expression()
        if not self.skip(":"):
            return start
        stop = absent if self.is_operator(":", "]", ",") else self.expression()
        step = absent
        if self.skip(":") and not self.is_operator("]", ","):
            step = self.expression()
        return self._node("slice", at, (start, stop, step))

    def _call(self, callee: Node) -> Node:
        at = self.now.at
        arguments, keywords = self._arguments()
        return self._node("call", at, (callee, *arguments), "", keywords)

    def _arguments(self) -> tuple[list[Node], tuple[tuple[str, Node], ...]]:
        at = self.expect("(").at
        found: list[Node] = []
        keywords: list[tuple[str, Node]] = []
        seen: set[str] = set()
        while not self.is_operator(")"):
            if found or keywords:
                self.expect(",")
                if self.is_operator(")"):
                    break
            word = ""
            if self.is_operator("*", "**"):
                word = self.take().text
            elif self.now.kind == "name" and self._follows("="):
                word = self.take().text
                self.take()
            if "**" in seen or (word == "*" and "*" in seen) or (not word and keywords):
                raise SyntaxProblem("the arguments of a call are in an order that Jinja does not take", at)
            value = self._nested(self.expression)
            if word:
                keywords.append((word, value))
                seen.add(word)
            else:
                found.append(value)
        self.expect(")")
        return found, tuple(keywords)

    def filter(self, base: Node | None = None) -> Node:
        """A filter's name and arguments, applied to `base`, or to the text of a block."""
        at = self.now.at
        name = self._dotted()
        arguments, keywords = self._arguments() if self.is_operator("(") else ([], ())
        return self._node("filter", at, (base or _TEXT, *arguments), name, keywords)

    def _dotted(self) -> str:
        name = self.name()
        while self.skip("."):
            name += "." + self.name()
        return name

    def _test(self, base: Node) -> Node:
        at = self.take().at
        negated = self.skip("not")
        name = self._dotted()
        keywords: tuple[tuple[str, Node], ...] = ()
        arguments: list[Node] = []
        if self.is_operator("("):
            arguments, keywords = self._arguments()
        elif self._begins_argument():
            arguments = [self._postfix(self._primary())]
        found = self._node("test", at, (base, *arguments), name, keywords)
        return self._node("not", at, (found,)) if negated else found

    def _begins_argument(self) -> bool:
        if self.now[:2] == ("name", "is"):
            raise SyntaxProblem("tests are chained with `is`", self.now.at)
        if self.now.kind == "name":
            return self.now.text not in ("else", "or", "and")
        return self.now.kind in ("string", "number") or self.is_operator("[", "{")
