"""Walks the statements of a template until nothing new can be learnt, then asks what is wrong.

Neither order nor branches matter: a variable may have whatever is assigned to it anywhere. That errs on the careful
side, and no order of statements can hide anything.
"""

from __future__ import annotations

from gate.core.text import shorten
from gate.formats.jinja.evaluate import LOOP, Evaluator
from gate.formats.jinja.nodes import Node, Statement
from gate.formats.jinja.values import MADE, Value

PASSES = 12
"""Walks until what variables may be is settled; real templates take three."""


class Walk(Evaluator):
    """One template's statements, walked."""

    def __init__(self, statements: list[Statement]) -> None:
        super().__init__()
        self._statements = statements
        for statement in statements:
            if statement.kind == "macro":
                self.macros.setdefault(statement.names[0], []).append(statement.names[1:])
                self.assigned.update(statement.names[1:])
            elif statement.kind == "call":
                self.callers.update(statement.names)
                self.assigned.update(statement.names)
            if statement.kind in ("set", "setblock", "for", "with"):
                self._note_targets(statement)

    def problems(self) -> list[tuple[str, str, int, bool]]:
        """Rule, message, offset and certainty of each problem, in the order of the text."""
        for _ in range(PASSES):
            self.heap.changed = False
            self.found.clear()
            for statement in self._statements:
                self._walk(statement)
            if not self.heap.changed:
                break
        else:
            at = self._statements[-1].at
            self.problem("weights/unscannable", "its variables depend on one another too much to be followed", at)
        return sorted(self.found, key=lambda problem: problem[2])

    def _note_targets(self, statement: Statement) -> None:
        """Names that the template assigns to: they are no longer what loaders offer under that name."""
        step = 2 if statement.kind == "with" else len(statement.nodes)
        for target in statement.nodes[::step]:
            value = statement.nodes[1] if statement.kind == "set" else None
            if value is not None and value.kind == "call" and value.parts[0].name == "joiner":
                continue
            self.assigned.update(_names(target))

    def _walk(self, statement: Statement) -> None:
        if statement.kind == "load":
            message = f"`{statement.names[0]}` makes it load another template"
            self.problem("weights/external-reference", message, statement.at, sure=False)
        handler = getattr(self, "_walk_" + statement.kind, None)
        if handler is not None:
            handler(statement)
        else:
            for node in statement.nodes:
                self.value(node)

    def _walk_set(self, statement: Statement) -> None:
        self._assign(statement.nodes[0], self.value(statement.nodes[1]))

    def _walk_setblock(self, statement: Statement) -> None:
        for node in statement.nodes[1:]:
            self.value(node)
        self._assign(statement.nodes[0], MADE)

    def _walk_for(self, statement: Statement) -> None:
        items = self.heap.content(self.value(statement.nodes[1]))
        for field in ("previtem", "nextitem"):
            self.heap.store(LOOP, field, items)
        self._assign(statement.nodes[0], items)
        for node in statement.nodes[2:]:
            self.value(node)

    def _walk_with(self, statement: Statement) -> None:
        for target, node in zip(statement.nodes[::2], statement.nodes[1::2], strict=True):
            self._assign(target, self.value(node))

    def _walk_macro(self, statement: Statement) -> None:
        self._defaults(statement.names[1:], statement.nodes)

    def _walk_call(self, statement: Statement) -> None:
        self.value(statement.nodes[0])
        self._defaults(statement.names, statement.nodes[1:])

    def _defaults(self, names: tuple[str, ...], nodes: tuple[Node, ...]) -> None:
        for name, node in zip(names[len(names) - len(nodes) :], nodes, strict=True):
            self.heap.assign(name, self.value(node))

    def _assign(self, target: Node, value: Value) -> None:
        if target.kind == "name":
            self.heap.assign(target.name, value)
        elif target.kind == "attribute":
            self.check_name(target.name, target.at)
            self.heap.store(self.heap.variable(target.parts[0].name), target.name, value)
        elif target.kind == "tuple":
            items = self.heap.content(value)
            for part in target.parts:
                self._assign(part, items)
        else:
            shown = shorten(target.kind, 20)
            self.problem("weights/unscannable", f"assigns to something unusual ({shown})", target.at)


def _names(target: Node) -> set[str]:
    if target.kind == "name":
        return {target.name}
    return set().union(*(_names(part) for part in target.parts)) if target.kind == "tuple" else set()
