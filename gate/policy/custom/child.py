"""What runs in the limited process: compiles expressions, or evaluates them on artifacts, and answers with one object.

`outcome` is `done`, or with a `message` `missing` (a library), `memory` or `failed`. An expression that takes all
memory or time ends the process, and with it the answer.
"""

from __future__ import annotations

import gc
import json
import resource
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gate.core.model import Json
from gate.core.text import shorten
from gate.limited import limit, limit_memory, serve

if TYPE_CHECKING:
    from gate.policy.custom.expressions import Language

ROOM = 512 << 20
"""Bytes of addresses that evaluation may have beyond what its libraries take; most expressions need none."""
BATCH = 50
"""Expressions that are evaluated at once, as one list: that takes a fifth of the time."""
BATCH_LENGTH = 50_000
"""Characters of them; CEL compiles at most 100,000."""
WORTH = 100
"""Artifacts from which compiling such a list takes less time than it saves."""


def main(descriptor: str) -> None:
    """Carries out the task on standard input; the answer goes to `descriptor`."""
    serve(descriptor, answer)


def answer(given: bytes) -> dict[str, Json]:
    """What came of it."""
    try:
        return _answer(json.loads(given))
    except ModuleNotFoundError as error:
        return {"outcome": "missing", "message": error.name or ""}
    except MemoryError:
        return {"outcome": "memory", "message": ""}
    except BaseException as error:  # a panic of a library is no `Exception`
        return {"outcome": "failed", "message": f"{type(error).__name__}: {shorten(str(error), 300)}"}


def _answer(task: Any) -> dict[str, Json]:
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CPU, int(task["seconds"]) + 5)
    from gate.policy.custom.expressions import Language

    gc.disable()  # nothing here goes round in circles, and the process ends soon
    language = Language()
    limit_memory(ROOM)
    if "artifacts" not in task:
        return {"outcome": "done", "checked": [language.checked(text) for text in task["expressions"]]}
    return {"outcome": "done", "rules": _Evaluation(language, task).results()}


class _Evaluation:
    """All expressions on all artifacts.

    `groups` are lists of expressions by number. Each of `artifacts` is the number of the group that is asked of it,
    and its data as the variables of an expression have it.
    """

    def __init__(self, language: Language, task: Any) -> None:
        from gate.policy.custom.references import needed

        self._language = language
        self._texts: list[str] = task["expressions"]
        self._compiled = [language.compile(text) for text in self._texts]
        self._needs = [frozenset(needed(expression.serialize())) for expression in self._compiled]
        self._groups: list[list[int]] = task["groups"]
        self._artifacts: list[list[Any]] = task["artifacts"]
        self._found: list[dict[str, Any]] = [{"broken": [], "failed": [], "absent": []} for _ in self._texts]

    def results(self) -> list[Json]:
        """For each expression the artifacts that are `broken`, `failed` (and why), or `absent` (what is not known)."""
        kinds: dict[tuple[int, frozenset[str]], list[int]] = {}
        for position, (group, data) in enumerate(self._artifacts):
            kinds.setdefault((group, frozenset(data["facts"])), []).append(position)
        for (group, known), positions in kinds.items():
            rules = []
            for rule in self._groups[group]:
                if lacking := sorted(self._needs[rule] - known):
                    self._found[rule]["absent"] += [[position, lacking] for position in positions]
                else:
                    rules.append(rule)
            self._judge(rules, positions)
        return [{**found} for found in self._found]

    def _judge(self, rules: list[int], positions: list[int]) -> None:
        batches = list(self._batched(rules)) if len(positions) >= WORTH else [(rules, None)]
        for position in positions:
            try:
                activation = self._language.activation(self._artifacts[position][1])
            except (TypeError, ValueError) as error:
                for rule in rules:
                    self._found[rule]["failed"].append([position, shorten(str(error), 200)])
                continue
            for batch, together in batches:
                self._ask(batch, together, position, activation)

    def _ask(self, rules: list[int], together: Any, position: int, activation: Any) -> None:
        """The expressions as one list; where that comes to nothing, one after the other."""
        from gate.policy.custom.expressions import all_hold, holds

        if together is not None and (found := all_hold(together, activation, len(rules))) is not None:
            for rule, held in zip(rules, found, strict=True):
                if not held:
                    self._found[rule]["broken"].append(position)
            return
        for rule in rules:
            one = holds(self._compiled[rule], activation)
            if isinstance(one, str):
                self._found[rule]["failed"].append([position, one])
            elif not one:
                self._found[rule]["broken"].append(position)

    def _batched(self, rules: list[int]) -> Iterator[tuple[list[int], Any]]:
        """The rules in lists, each with the expression that stands for all of it, where that can be compiled."""
        batch: list[int] = []
        length = 0
        for rule in rules:
            if batch and (len(batch) == BATCH or length + len(self._texts[rule]) > BATCH_LENGTH):
                yield batch, self._together(batch)
                batch, length = [], 0
            batch.append(rule)
            length += len(self._texts[rule])
        if batch:
            yield batch, self._together(batch)

    def _together(self, rules: list[int]) -> Any:
        """One list of them; None where they are nested too deep for that. A comment ends with its line."""
        try:
            return self._language.compile("[" + ", ".join(f"({self._texts[rule]}\n)" for rule in rules) + "]")
        except RuntimeError:
            return None
