"""The reader of pickles: that a file is one is a flaw, and so is whatever it imports and nobody vouches for."""

from __future__ import annotations

from collections.abc import Iterator

from gate.core.text import printable, shorten
from gate.formats.findings import bounded
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.pickle import calls, joblib, nested
from gate.formats.pickle.machine import Machine
from gate.formats.pickle.stream import Followed, follow
from gate.formats.pickle.values import Imported, Value
from gate.formats.pickle.verdicts import judge, reason
from gate.formats.streams import DEPTH, CorruptError, ExhaustedError, budget_of

TORCH_MAGIC = (0x1950A86A20F9469CFC6C).to_bytes(10, "little")
"""First value of files by `torch.save` before 1.6 (`torch/serialization.py`, MAGIC_NUMBER)."""
NAME = 200
"""Characters of a name that are reported."""
FLAWS = 200
"""Flaws of one rule that are reported for one file: a policy may vouch for each import, so all have to be seen."""
_NAMES = {
    "pickle": "a Python pickle",
    "joblib": "a joblib file, which is a Python pickle with arrays in between",
    "torch-legacy": "a torch file of the kind before 1.6, which is a series of Python pickles",
}
_UNSAFE, _UNKNOWN = "weights/unsafe-pickle", "weights/unknown-global"
_MALFORMED, _UNSCANNABLE = "weights/malformed", "weights/unscannable"


def read(source: Source) -> Inspection:
    """Tell whether `source` is a pickle, role `other` if it only began like one, and judge what it imports.

    Facts: `protocol`, `opcodes` (instructions followed) and `complete` (followed to the end).
    """
    budget = budget_of(source)
    found = follow(source, budget)
    first = found[0]
    if not first.whole and not any(followed.machine.certain for followed in found):
        if all(followed.end != "limit" for followed in found):
            return Inspection("unknown", "other")
        message = f"begins like a Python pickle, and no end was found within {first.machine.count:,} instructions"
        return Inspection("pickle", "weights", (Flaw(_UNSCANNABLE, message, first.machine.offset),))
    machines = [machine for followed in found for machine in _with_inner(followed.machine)]
    form = _format(source, machines)
    facts = {
        "protocol": first.machine.declared or 0,
        "opcodes": sum(machine.count for machine in machines),
        "complete": all(followed.end == "stop" for followed in found),
    }
    flaws = [_format_flaw(form, first.machine), *_judged(machines), *_ends(found), *_nested(machines)]
    names = {value.shown for machine in machines for value in machine.imports.values()}
    return Inspection(form, "weights", bounded(flaws, FLAWS), facts, frozenset(names))


def _with_inner(machine: Machine) -> Iterator[Machine]:
    yield machine
    for inner in machine.inner:
        yield from _with_inner(inner)


def _format(source: Source, machines: list[Machine]) -> str:
    if source.read(2, 12) == b"\x8a\x0a" + TORCH_MAGIC:
        return "torch-legacy"
    wrappers = {*joblib.WRAPPERS, ("joblib.numpy_pickle_compat", "NDArrayWrapper")}
    keys = {(value.module, value.name) for machine in machines for value in machine.imports.values()}
    return "joblib" if keys & wrappers else "pickle"


def _format_flaw(form: str, machine: Machine) -> Flaw:
    what = f"{_NAMES[form]} (protocol {machine.declared or 0})"
    if machine.evidence is None:
        return Flaw("weights/pickle-format", f"{what}: a format in which loading can run any code", 0)
    message = f"{what}: loading it runs code from byte {machine.evidence:,} on"
    return Flaw("weights/pickle-format", message, machine.evidence)


def _judged(machines: list[Machine]) -> Iterator[Flaw]:
    """What the imports and calls of all pickles of a file amount to; each name once."""
    seen: set[tuple[str, str]] = set()
    for machine in machines:
        for value in machine.imports.values():
            flaw = _import_flaw(machine, value)
            if flaw is not None and (flaw.rule, value.shown) not in seen:
                seen.add((flaw.rule, value.shown))
                yield flaw
        for odd in machine.odd:
            what = printable(shorten(odd.message, NAME))
            yield Flaw(_UNSAFE, f"{what}, which no program that stores weights does", odd.offset)


def _import_flaw(machine: Machine, value: Imported) -> Flaw | None:
    call = machine.calls.get(value)
    offset = call.offset if call else value.offset
    if value.module is None or value.name is None:
        return Flaw(_UNSAFE, f"imports {value.shown}", offset)
    shown = printable(shorten(value.shown, NAME))
    verb = "calls" if value.called else "creates" if call else "imports"
    what = f"{verb} {shown}{printable(calls.shown(machine, call.arguments)) if call else ''}"
    module, name = value.module.strip(), value.name.strip()  # a blank does not make another module of it
    verdict = judge(module, name)
    loader = calls.is_nested_loader(module, name)  # what it loads is judged by itself
    if value.resolved == value.pushed and not (loader and verdict == "deny"):
        return None
    if verdict == "deny":
        why = reason(module, name)
        return Flaw(_UNSAFE, f"{what}{f': that {why}' if why else ''}", offset, None, value.shown)
    if (module, name) in joblib.WRAPPERS:
        return Flaw(_UNSAFE, f"{what} in a way in which joblib does not", offset, None, value.shown)
    if verdict == "unknown" or (verdict == "instance" and value.called):
        return Flaw(_UNKNOWN, f"{what}, which is on no list of what is harmless", offset, None, value.shown)
    return None


def _ends(found: list[Followed]) -> Iterator[Flaw]:
    """What kept the machine from following a pickle to its STOP."""
    for machine, end in found:
        offset = machine.offset
        if end == "broken":
            message = f"the pickle cannot be followed past byte {offset:,}: the instruction there is not possible"
            yield Flaw(_MALFORMED, message, offset)
        elif end == "truncated":
            message = f"the pickle ends inside the instruction at byte {offset:,}, without STOP"
            yield Flaw(_MALFORMED, message, offset)
        elif end == "unresolved":
            message = f"raw data follows byte {offset:,}, and how much cannot be told: what is behind was not examined"
            yield Flaw(_UNSCANNABLE, message, offset)
        elif end == "limit":
            message = f"the pickle was followed to byte {offset:,} only: it is larger than the limits allow"
            yield Flaw(_UNSCANNABLE, message, offset)
        elif machine.frame > machine.cursor.position and not machine.source.read(machine.frame - 1, 1):
            yield Flaw(_MALFORMED, f"a frame reaches to byte {machine.frame:,}, past the end", machine.start)


def _nested(machines: list[Machine]) -> Iterator[Flaw]:
    """What is wrong with bytes that are handed to another loader. That they are a pickle goes without saying."""
    seen: set[tuple[str, str | None, str]] = set()
    for machine in machines:
        for given, offset in machine.nested:
            for flaw in _inside(machine, given, offset):
                key = flaw.rule, flaw.imported, flaw.imported or flaw.message
                if flaw.rule != "weights/pickle-format" and key not in seen:
                    seen.add(key)
                    yield flaw


def _inside(machine: Machine, given: Value, offset: int) -> Iterator[Flaw]:
    from gate.formats.registry import inspect

    if machine.budget.depth >= DEPTH:
        yield Flaw(_UNSCANNABLE, f"pickles nested more than {DEPTH} deep: not examined", offset)
        return
    try:
        source = nested.content(machine, given)
        if source is None:
            yield Flaw(_UNSAFE, "loads another pickle, from bytes that only show when this one is loaded", offset)
            return
        found = inspect(source)
    except (CorruptError, ExhaustedError) as error:
        yield Flaw(_UNSCANNABLE, f"a pickle inside was not examined: {error}", offset)
        return
    for flaw in found.flaws:
        yield flaw._replace(message=f"in the bytes that it loads: {flaw.message}", offset=offset)
