"""The schema of a skops file: the types that loading it creates, functions that it calls, methods that it takes.

Source: skops 0.12, `skops/io/_general.py`, `_sklearn.py` and `_numpy.py`; each node has a `__loader__`, and names what
it creates as `__module__` and `__class__`. Some loaders create another thing than these two say.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.model import Json
from gate.core.text import count, shorten
from gate.formats.findings import bounded
from gate.formats.interface import Flaw

FLAWS = 200
"""Flaws of one rule that are reported for one schema: a policy may vouch for each type, so all have to be seen."""
CODE, UNKNOWN = "weights/embedded-code", "weights/unknown-global"
_GETTERS = frozenset(("attrgetter", "itemgetter"))
_CLASSES = frozenset(("ObjectNode", "TreeNode", "LossNode", "SGDNode", "ReduceNode"))
"""Loaders that create an object by `__new__` or from what its class reduces to."""
_TRUSTED = ("sklearn.", "lightgbm.", "xgboost.", "catboost.", "quantile_forest.")
"""Packages whose classes skops trusts, or has loaders of its own for."""


def check(document: Json) -> list[Flaw]:
    """A flaw for each type, function or method that is not known to be harmless."""
    found: dict[Flaw, int] = {}
    for node in _nodes(document):
        flaw = _judged(node)
        if flaw:
            found[flaw] = found.get(flaw, 0) + 1
    flaws = (
        flaw if times == 1 else flaw._replace(message=f"{flaw.message} ({count(times, 'time')})")
        for flaw, times in found.items()
    )
    return list(bounded(flaws, FLAWS))


def _nodes(document: Json) -> Iterator[dict[str, Json]]:
    """Every object with a loader, wherever it lies."""
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if "__loader__" in value:
                yield value
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def _judged(node: dict[str, Json]) -> Flaw | None:
    loader, module, name = (str(node.get(key, "")) for key in ("__loader__", "__module__", "__class__"))
    if loader == "OperatorFuncNode":  # creates `operator.<class>` whatever the module says: CVE-2025-54412
        if name in _GETTERS and module in ("operator", "_operator"):
            return None
        return Flaw(CODE, f'the schema takes "operator.{shorten(name)}", which calls or reaches whatever it is given')
    if loader == "MethodNode":
        return _method(node)
    if not name and not module:
        return None  # creates nothing
    return _type(loader, module, name)


def _method(node: dict[str, Json]) -> Flaw | None:
    """A bound method, which may be of another object than the node says: CVE-2025-54413."""
    content = node.get("content")
    inner = content if isinstance(content, dict) else {}
    method, owner = str(inner.get("func", "")), inner.get("obj")
    if not method.isidentifier() or method.startswith("_"):
        return Flaw(CODE, f'the schema takes the method "{shorten(method)}", which reaches inside the interpreter')
    claimed = node.get("__module__"), node.get("__class__")
    if not isinstance(owner, dict) or (owner.get("__module__"), owner.get("__class__")) != claimed:
        return Flaw(CODE, f'the schema takes the method "{shorten(method)}" of another object than it says')
    return _type("ObjectNode", str(claimed[0] or ""), str(claimed[1] or ""))


def _type(loader: str, module: str, name: str) -> Flaw | None:
    from gate.formats.pickle.verdicts import judge

    verdict = judge(module, name)
    whole = f"{module}.{name}"
    if verdict == "deny":
        return Flaw(CODE, f'the schema names "{shorten(whole)}", which runs code or reaches outside', imported=whole)
    if verdict in ("allow", "instance") or (loader in _CLASSES and (module + ".").startswith(_TRUSTED)):
        return None
    return Flaw(UNKNOWN, f'the schema names "{shorten(whole)}", which nobody has vouched for', imported=whole)
