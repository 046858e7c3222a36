"""Expressions in CEL: compiled and evaluated. Only for the limited process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cel_expr_python import cel

from gate.core.facts import VARIABLES
from gate.core.model import Json
from gate.core.text import shorten
from gate.policy.custom.descriptors import PACKAGE, messages, pool
from gate.policy.custom.references import needed

MAX_ERRORS = 10
"""Errors of one expression that are told."""
_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_CODE = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")
_EXPECTING = re.compile(r"(, | )expecting \{.*")


class Language:
    """What expressions may speak of, and how data becomes that."""

    def __init__(self) -> None:
        known = pool()
        variables = {name: cel.Type(f"{PACKAGE}.{record}") for name, record in VARIABLES.items()}
        self._environment = cel.NewEnv(known, variables=variables)
        self._messages = messages(known)

    def compile(self, text: str) -> Any:
        """The expression; raises RuntimeError with what is wrong."""
        return self._environment.compile(text)

    def checked(self, text: str) -> dict[str, Json]:
        """The families that an expression `needs`, or the `errors` in it: line, column and words of each."""
        try:
            expression = self.compile(text)
            found = expression.return_type()
        except RuntimeError as error:
            return {"errors": list(_errors(str(error)))}
        if found != cel.Type.BOOL:
            what = found.name().removeprefix(f"{PACKAGE}.")
            return {"errors": [[1, 1, f"it comes to a value of the type {what.lower()}, and must come to a bool"]]}
        return {"needs": list(needed(expression.serialize()))}

    def activation(self, data: Mapping[str, Mapping[str, Any]]) -> Any:
        """What expressions are evaluated on; raises where the data is not as the schema has it."""
        return self._environment.Activation({name: make(**data[name]) for name, make in self._messages.items()})


def holds(expression: Any, activation: Any) -> bool | str:
    """Whether it is true, or why that is not known."""
    value = _value(expression, activation)
    if value is None:
        return "it takes more than 10,000 iterations"
    if value.type() != cel.Type.BOOL:
        return shorten(_CODE.sub("", str(value.plain_value())), 200)
    return value.plain_value() is True


def all_hold(expression: Any, activation: Any, number: int) -> list[bool] | None:
    """The same of each element of a list of so many; None where it is not known of one of them."""
    value = _value(expression, activation)
    found = value.plain_value() if value is not None and value.type() == cel.Type.LIST else None
    is_whole = isinstance(found, list) and len(found) == number and all(isinstance(one, bool) for one in found)
    return found if is_whole else None


def _value(expression: Any, activation: Any) -> Any:
    """What it comes to; None where loops take more iterations than the library allows, which it says by raising."""
    try:
        return expression.eval(activation)
    except RuntimeError as error:
        if "Iteration budget exceeded" not in str(error):
            raise
        return None


def _errors(text: str) -> Iterator[Json]:
    """What the compiler says, each with its place, without what follows from another error; -1 where it knows none."""
    found = [one for one in _ERROR.findall(text) if "'*error*'" not in one[2]] or [("1", "1", text)]
    for line, column, words in found[:MAX_ERRORS]:
        said = _EXPECTING.sub("", _CODE.sub("", words))
        yield [max(1, int(line)), max(1, int(column)), shorten(said, 300)]
