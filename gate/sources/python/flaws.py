"""What is wrong with a call by itself: it runs code of others, unpickles, or trusts whoever answers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gate.sources import flaws
from gate.sources.interface import Flaw, shown
from gate.sources.python.given import Given

_UNPICKLES = "runs whatever code the file holds"
_SAFETENSORS = "load safetensors instead (`gate convert` makes them), or JSON or Arrow for data"


def flaws_of(given: Given) -> Iterator[Flaw]:
    """The flaws of a call, whatever it fetches."""
    for word in ("trust_remote_code", "trust_repo"):
        if given.value(word) is True:
            yield flaws.remote_code(f"{word}=True", "dataset" if given.spec.service == "dataset" else "model")
    community = given.value("custom_pipeline")
    if isinstance(community, str) and not community.startswith((".", "/")):
        yield flaws.remote_code(f'custom_pipeline="{shown(community)}"')
    for name in ("model_kwargs", "config_kwargs"):
        inner = given.value(name)
        if isinstance(inner, dict) and inner.get("trust_remote_code") is True:
            yield flaws.remote_code("trust_remote_code=True")
    if given.spec.service in ("request", "url", "file-system") and given.value("verify") is False:
        yield flaws.unverified("verify=False")
    check = _UNSAFE.get(given.spec.service)
    if check is not None and (found := check(given)):
        yield found


def _torch(given: Given) -> Flaw | None:
    value = given.value("weights_only")
    if value is None:
        message = "is called without `weights_only=True`: torch before 2.6 then " + _UNPICKLES
        return flaws.unsafe_load(message, "add `weights_only=True`, or load safetensors (`gate convert` makes them)")
    if value is False:
        return flaws.unsafe_load(_UNPICKLES + " (`weights_only=False`)", _SAFETENSORS)
    return None


def _pickle(given: Given) -> Flaw | None:
    first = given.node.args[0] if given.node.args else None
    if given.last == "loads" and isinstance(first, ast.Call):
        inner = given.resolver.dotted(first.func) or ""
        if inner.endswith("dumps"):  # a copy, made in memory
            return None
    return flaws.unsafe_load(_UNPICKLES, _SAFETENSORS)


def _numpy(given: Given) -> Flaw | None:
    if given.value("allow_pickle") is True:
        return flaws.unsafe_load(
            _UNPICKLES + " (`allow_pickle=True`)", "save arrays of numbers, and drop `allow_pickle`"
        )
    return None


def _keras(given: Given) -> Flaw | None:
    if given.value("safe_mode") is False:
        return flaws.unsafe_load(_UNPICKLES + " (`safe_mode=False`)", "drop `safe_mode=False`")
    return None


def _faiss(given: Given) -> Flaw | None:
    if given.value("allow_dangerous_deserialization") is True:
        return flaws.unsafe_load(_UNPICKLES + " (`allow_dangerous_deserialization=True`)", "build the index again")
    return None


def _unverified(given: Given) -> Flaw:
    return flaws.unverified("ssl._create_unverified_context")


_UNSAFE = {
    "torch-load": _torch,
    "pickle": _pickle,
    "numpy-load": _numpy,
    "keras-load": _keras,
    "unverified": _unverified,
    "faiss": _faiss,
}
