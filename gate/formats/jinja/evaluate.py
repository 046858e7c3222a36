"""What expressions may be, and what is wrong with them."""

from __future__ import annotations

import re

from gate.core.text import shorten
from gate.formats.jinja import names
from gate.formats.jinja.lexer import LimitProblem
from gate.formats.jinja.nodes import Node
from gate.formats.jinja.values import DATA, MADE, Heap, Value, joined, union

STEPS = 1_000_000
"""Expressions that are evaluated; a template of 30,000 characters has about 10,000, three times over."""
_CODE = "weights/embedded-code"
_REPLACEMENT = re.compile(r"\{([^{}:!]*)")
"""The beginning of a replacement field of `str.format`, which may name attributes and items."""
LOOP = Value(sites=frozenset(("loop",)))
_CALLER = "caller"
_MACRO = "macro "


class Evaluator:
    """Values of expressions; every problem met on the way lands in `found`."""

    def __init__(self) -> None:
        self.heap = Heap()
        self.found: set[tuple[str, str, int, bool]] = set()
        self.macros: dict[str, list[tuple[str, ...]]] = {}
        self.callers: set[str] = set()
        self.assigned: set[str] = set()
        self._left = STEPS

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise LimitProblem("following its variables takes too long", 0)

    def problem(self, rule: str, message: str, at: int, sure: bool = True) -> None:
        """Note a problem, `sure` as in `Problem`."""
        self.found.add((rule, message, at, sure))

    def _unknown(self, what: str, name: str, at: int) -> None:
        message = f"uses the {what} `{shorten(name, 60)}`, which is none of Jinja's"
        self.problem("weights/unscannable", message, at, sure=False)

    def check_name(self, name: str, at: int) -> None:
        """An attribute or item that the template names."""
        if name.startswith("_") or name in names.INTERNALS:
            self.problem(_CODE, f"reaches for `{shorten(name, 60)}`, an internal of Python's objects", at)

    def value(self, node: Node) -> Value:
        """What `node` may be."""
        self._spend(1)
        kind = node.kind
        if kind == "const":
            return Value(frozenset((node.value,))) if isinstance(node.value, str) else DATA
        if kind == "name":
            return self._variable(node)
        if kind in ("list", "tuple", "dict"):
            return self._created(node)
        if kind == "attribute":
            return self._attribute(self.value(node.parts[0]), node.name, node.at)
        if kind == "item":
            return self._item(node)
        if kind == "call":
            return self._call(node)
        if kind == "filter":
            return self._filter(node)
        if kind == "test":
            return self._test(node)
        if kind == "text":
            return MADE
        return self._operation(node, [self.value(part) for part in node.parts])

    def _variable(self, node: Node) -> Value:
        name = node.name
        if name == "loop" and name not in self.assigned:
            return LOOP
        if name not in self.assigned and name in names.HELD_BACK:
            self.problem(_CODE, f"uses the function `{shorten(name, 60)}` itself, without calling it", node.at)
        held = self.heap.variable(name)
        return union(held, Value(sites=frozenset((_MACRO + name,)))) if name in self.macros else held

    def _attribute(self, held: Value, name: str, at: int) -> Value:
        self.check_name(name, at)
        if name == "format" and held.textual:
            self.problem(_CODE, "takes the method `format` of a text without calling it", at)
        return self.heap.field(held, name)

    def _operation(self, node: Node, parts: list[Value]) -> Value:
        if node.kind in ("and", "or"):
            return union(*parts)
        if node.kind == "condition":
            return union(*parts[1:])
        if node.kind == "concat":
            return joined(parts)
        if node.kind == "math":
            return self._arithmetic(node.name, parts)
        return DATA  # not, comparisons, signs; slices, whose parts are numbers

    def _arithmetic(self, operators: str, parts: list[Value]) -> Value:
        if not any(part.textual for part in parts):
            return union(DATA, *parts)
        if set(operators.split()) == {"+"}:
            return joined(parts)._replace(sites=union(*parts).sites)
        return MADE

    def _created(self, node: Node) -> Value:
        made = Value(sites=frozenset((f"{node.kind}{node.at}",)))
        if node.kind != "dict":
            for part in node.parts:
                self.heap.store(made, "*", self.value(part))
            return made
        for key, item in zip(node.parts[::2], node.parts[1::2], strict=True):
            name = key.value if isinstance(key.value, str) else "*"
            self.heap.store(made, name, self.value(item))
            self.heap.store(made, "the keys", self.value(key))
        return made

    def _item(self, node: Node) -> Value:
        base, key = node.parts
        held = self.value(base)
        wanted = self.value(key)
        if key.kind == "slice":
            return held if not held.textual else MADE._replace(sites=held.sites)
        for text in wanted.texts:
            self.check_name(text, key.at)
        if wanted.made > 1:
            self.problem(_CODE, "computes the name of an attribute or item that it reads", key.at)
        if key.kind == "const" and isinstance(key.value, str):
            return self._attribute(held, key.value, key.at)
        return self.heap.content(held)

    def _test(self, node: Node) -> Value:
        if node.name not in names.TESTS:
            self._unknown("test", node.name, node.at)
        asked = node.parts[0]
        if asked.kind != "name" or node.name not in ("defined", "undefined", "callable", "none"):
            self.value(asked)
        self._arguments(node)
        return DATA

    def _arguments(self, node: Node) -> list[Value]:
        """The values of all arguments; those that are unpacked count by what they hold."""
        found = [self.value(part) for part in node.parts[1:]]
        for word, part in node.keywords:
            value = self.value(part)
            found.append(self.heap.content(value) if word in ("*", "**") else value)
        return found

    def _filter(self, node: Node) -> Value:
        held = self.value(node.parts[0])
        arguments = self._arguments(node)
        self._check_filter(node.name, node, 1)
        name = node.name
        if name in names.NUMBERS:
            return DATA
        if name in names.KEEPING:
            return MADE if held.textual else DATA
        if name in names.ITEMS:
            return union(self.heap.content(held), *arguments)
        if name == "attr":
            return self.heap.content(held)
        if name == "map" and any(key == "attribute" for key, _ in node.keywords):
            return union(held, *arguments)._replace(texts=frozenset(), made=0) if not held.textual else MADE
        if name in ("items", "dictsort"):
            return self._pairs(held, node)
        if name in names.SEQUENCES:
            return self._sequence(name, held, node, arguments)
        return MADE

    def _sequence(self, name: str, held: Value, node: Node, arguments: list[Value]) -> Value:
        if name in ("default", "d"):
            return union(held, *arguments)
        if name == "map":
            mapped = node.parts[1].value if len(node.parts) > 1 else ""
            known = mapped in names.NUMBERS or mapped in names.KEEPING or mapped in names.SEQUENCES | names.ITEMS
            return held if known and not self.heap.content(held).textual else MADE._replace(sites=held.sites)
        if name in ("batch", "slice", "sum"):
            held = union(held, *arguments)
        return MADE._replace(sites=held.sites) if held.textual else held

    def _pairs(self, held: Value, node: Node) -> Value:
        """A list of pairs of keys and values."""
        pairs, pair = (Value(sites=frozenset((f"{kind}{node.at}",))) for kind in ("pairs", "pair"))
        self.heap.store(pair, "*", self.heap.content(held))
        self.heap.store(pairs, "*", pair)
        return pairs

    def _check_filter(self, name: str, node: Node, first: int) -> None:
        """A filter with the arguments of `node`, counted from `first`."""
        if name not in names.FILTERS:
            self._unknown("filter", name, node.at)
        arguments = node.parts[first:]
        keywords = dict(node.keywords)
        if "*" in keywords or "**" in keywords:
            self.problem(_CODE, f"hands the filter `{shorten(name, 60)}` arguments that it computes", node.at)
        if name in names.BY_ATTRIBUTE:
            place = names.BY_ATTRIBUTE[name]
            for word in ("attribute", "name"):
                if word in keywords:
                    self._check_attribute(name, keywords[word])
            if place is not None and len(arguments) > place:
                self._check_attribute(name, arguments[place])
        if name == "map" and arguments:
            self._check_named("filter", node, first)
        elif name in ("select", "reject") and arguments:
            self._check_named("test", node, first)
        elif name in ("selectattr", "rejectattr") and len(arguments) > 1:
            self._check_named("test", node, first + 1)

    def _check_attribute(self, name: str, node: Node) -> None:
        if node.kind == "const" and isinstance(node.value, str):
            for part in node.value.split("."):
                self.check_name(part, node.at)
        elif node.kind != "const":
            self.problem(_CODE, f"hands the filter `{name}` the name of an attribute that it computes", node.at)

    def _check_named(self, what: str, node: Node, place: int) -> None:
        """A filter or test whose name is an argument of `map`, `select` and the like."""
        named = node.parts[place]
        if named.kind != "const" or not isinstance(named.value, str):
            self.problem(_CODE, f"computes which {what} is applied", named.at)
        elif what == "filter":
            self._check_filter(named.value, node, place + 1)
        elif named.value not in names.TESTS:
            self._unknown("test", named.value, named.at)

    def _call(self, node: Node) -> Value:
        callee = node.parts[0]
        if callee.kind == "name":
            return self._function(callee.name, node)
        key = callee.parts[1] if callee.kind == "item" else callee
        method = key.value if callee.kind == "item" else callee.name
        if callee.kind in ("attribute", "item") and isinstance(method, str):
            return self._method(self.value(callee.parts[0]), method, node)
        called = self.value(callee)
        arguments = self._arguments(node)
        if called.textual or not called.sites or not all(site.startswith(_MACRO) for site in called.sites):
            self.problem(_CODE, "calls something that it computes", node.at)
        for site in called.sites:
            if site.startswith(_MACRO):
                self._bind(site.removeprefix(_MACRO), node, arguments)
        return MADE

    def _function(self, name: str, node: Node) -> Value:
        arguments = self._arguments(node)
        if name in self.macros:
            self._bind(name, node, arguments)
            return MADE
        if name == _CALLER:
            self._spend(len(self.callers))
            for parameter in self.callers:
                self.heap.assign(parameter, union(DATA, *arguments))
            return MADE
        if name not in self.assigned and name == "loop":
            return MADE
        if name in self.assigned or name not in names.FUNCTIONS:
            if not self._is_joiner(name):
                message = f"calls `{shorten(name, 60)}`, which is no function that chat templates have"
                self.problem(_CODE, message, node.at, sure=False)
            return MADE
        if name in ("namespace", "dict", "cycler", "joiner"):
            return self._container(name, node, arguments)
        return DATA if name in ("range", "raise_exception") else MADE

    def _is_joiner(self, name: str) -> bool:
        sites = self.heap.variable(name).sites
        return name not in self.assigned and bool(sites) and all(site.startswith("joiner") for site in sites)

    def _container(self, name: str, node: Node, arguments: list[Value]) -> Value:
        made = Value(sites=frozenset((f"{name}{node.at}",)))
        positional = len(node.parts) - 1
        for held in arguments[:positional]:
            self.heap.store(made, "*", held if name == "cycler" else self.heap.content(held))
        for (word, _), held in zip(node.keywords, arguments[positional:], strict=True):
            self.heap.store(made, word, held)
            self.heap.store(made, "the keys", Value(frozenset((word,))))
        return made

    def _bind(self, name: str, node: Node, arguments: list[Value]) -> None:
        """Hand the arguments of a call to the parameters of a macro."""
        everything = union(DATA, *arguments)
        words = [word for word, _ in node.keywords]
        positional = len(node.parts) - 1
        given = dict(zip(words, arguments[positional:], strict=True))
        unpacked = "*" in given or "**" in given
        for parameters in self.macros[name]:
            self._spend(len(parameters))
            for place, parameter in enumerate(parameters):
                if unpacked:
                    self.heap.assign(parameter, everything)
                elif parameter in given:
                    self.heap.assign(parameter, given[parameter])
                elif place < positional:
                    self.heap.assign(parameter, arguments[place])
        for rest in ("varargs", "kwargs"):
            self.heap.assign(rest, Value(sites=frozenset((rest,))))
        self.heap.store(Value(sites=frozenset(("varargs", "kwargs"))), "*", everything)

    def _method(self, held: Value, name: str, node: Node) -> Value:
        self.check_name(name, node.at)
        arguments = self._arguments(node)
        if name not in names.METHODS:
            message = f"calls the method `{shorten(name, 60)}`, which is not known to be harmless"
            self.problem(_CODE, message, node.at, sure=False)
        if name == "format":
            self._check_format(held, node)
        if name in names.STORING:
            stored = union(DATA, *arguments, *(self.heap.content(value) for value in arguments if value.sites))
            self.heap.store(held, "*", stored)
        return self._result(held, name, node, arguments)

    def _result(self, held: Value, name: str, node: Node, arguments: list[Value]) -> Value:
        if name in names.ANSWERING or name.startswith("is"):
            return DATA
        if name == "items":
            return self._pairs(held, node)
        if name in ("copy", "keys", "values"):
            return held
        if name == "get" and arguments and node.parts[1].kind == "const":
            return union(self.heap.field(held, str(node.parts[1].value)), *arguments[1:])
        if name in names.READING:
            return union(self.heap.content(held), *arguments)
        if name in names.STRIPPING and not held.textual:
            return DATA
        return MADE

    def _check_format(self, held: Value, node: Node) -> None:
        """`"{0.__class__}".format(x)` reads attributes, so the text has to be known."""
        if not held.texts or held.made:
            self.problem(_CODE, "calls `format` on a text that it computes", node.at)
        for text in held.texts:
            for match in _REPLACEMENT.finditer(text.replace("{{", "")):
                if "." in match[1] or "[" in match[1]:
                    self.problem(_CODE, f"reads `{shorten(match[1], 60)}` by means of `format`", node.at)
