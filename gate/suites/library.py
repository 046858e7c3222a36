"""Great Expectations as a library: imported in silence, and with the expectations that somebody has allowed."""

from __future__ import annotations

import contextlib
import os
import sys
import types
import warnings
from collections.abc import Iterator, Sequence

from gate.core.text import shorten
from gate.suites.interface import Code, Expectation
from gate.suites.memory import out_of_memory


def has_unknown(expectations: Sequence[Expectation]) -> bool:
    """Whether one of `expectations` is of a type that the library does not bring along."""
    with silence():
        if _import() is not None:
            return False  # which `evaluate` says of each
        from great_expectations.expectations import registry

        known = registry.list_registered_expectation_implementations()
    return any(expectation.type not in known for expectation in expectations)


def prepare(custom: Sequence[Code]) -> str | None:
    """Imports the library and runs the files of custom expectations; says what went wrong."""
    problem = _import()
    for number, code in enumerate(custom if problem is None else (), 1):
        problem = problem or _run(code, f"gate_custom_{number}")
    return problem


def _run(code: Code, name: str) -> str | None:
    """Runs one file as the module `name`; says what went wrong."""
    from great_expectations.expectations import registry

    own = dict(registry._registered_expectations)
    module = types.ModuleType(name)
    sys.modules[name] = module  # the library looks annotations up there
    shown = shorten(code.path)
    try:
        exec(compile(code.text, f"<{name}>", "exec"), module.__dict__)  # noqa: S102 - a policy allows its digest
    except BaseException as error:
        return f"custom expectations in {shown}: {first_line(error)}"
    now = registry._registered_expectations
    if changed := next((name for name, made in own.items() if now.get(name) is not made), None):
        return f'custom expectations in {shown} cannot redefine "{changed}"'
    return None


def _import() -> str | None:
    """Imports the library; says what went wrong."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    try:
        import great_expectations  # noqa: F401
    except ModuleNotFoundError:
        raise
    except BaseException as error:
        return f"Great Expectations cannot be imported: {first_line(error)}"
    return None


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """The library prints, logs and warns; an answer goes another way."""
    with open(os.devnull, "w") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            yield


def first_line(error: BaseException) -> str:
    """What an error says; one for lack of memory goes on, for it is of the whole process and no expectation's."""
    if out_of_memory(error):
        raise error
    errors = getattr(error, "errors", None)
    if callable(errors) and (found := errors()):  # pydantic's: its own text begins with a count
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:3])[:300]
    if isinstance(error, SystemExit):
        return f"it ended the process with {error.code!r}"
    return f"{type(error).__name__}: {line(str(error))}".rstrip(": ")


def line(text: str) -> str:
    """The first line of `text` that says something, shortened."""
    return shorten(next((part.strip() for part in text.splitlines() if part.strip()), ""), 300)
