"""One page of Data Docs, as Great Expectations renders results, of what a suite said of a dataset.

The library writes names and values into its page as they stand, and has the page fetch scripts and styles. Here every
character that means something in HTML travels as a private one and becomes its entity at the end; what would be
fetched is taken out, and the page forbids a browser to fetch or run anything.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from datetime import datetime, timezone
from typing import Any

from gate import limited
from gate.core.errors import UnableError
from gate.core.model import Json
from gate.core.text import shorten
from gate.suites import run as runner
from gate.suites.interface import Expectation, Outcome, Suite

SECONDS = 600
"""For a page of `MAX_EXPECTATIONS`, from a cold disk."""
_ROOM = 2 * 1024 * 1024 * 1024
_PRIVATE = {char: chr(0xE000 + i) for i, char in enumerate("<>&\"'$`\\")}
"""`$` begins a parameter of the library's templates."""
_MASK = str.maketrans(_PRIVATE)
_ENTITIES = str.maketrans({private: f"&#{ord(char)};" for char, private in _PRIVATE.items()})
_STANDIN = "expect_as_written"
_FETCHED = re.compile(r"<script\b.*?</script\s*>|<link\b[^>]*>|<img\b[^>]*>", re.DOTALL | re.IGNORECASE)
_HEAD = """<head>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <style>
      body { font-family: sans-serif; margin: 1em }
      nav, .ge-breadcrumbs, .cta-footer { display: none }
      table { border-collapse: collapse; margin: 1em 0 }
      td, th { border: 1px solid #ccc; padding: .3em; text-align: left; vertical-align: top }
      .badge { background: #eee; padding: 0 .2em }
      .fa-check-circle::before { content: "\\2714"; color: green }
      .fa-times::before { content: "\\2718"; color: #b00 }
      .fa-exclamation-triangle::before { content: "\\26a0"; color: #b60 }
    </style>"""


def data_docs(suite: Suite, outcomes: tuple[Outcome, ...]) -> str:
    """The page as HTML; raises `UnableError` where there is none."""
    task: dict[str, Json] = {
        "name": suite.name,
        "expectations": [[e.position, e.type, dict(e.kwargs), e.weight] for e in suite.expectations],
        "outcomes": [list(outcome._asdict().values()) for outcome in outcomes],
    }
    try:
        found = limited.run(
            lambda answer: limited.command("gate.suites.docs", str(answer)),
            (),
            limited.Limits(SECONDS, runner.ANSWER),
            task=task,
            environment=runner.ENVIRONMENT,
        )
    except (limited.LimitedError, OSError) as error:
        raise UnableError(f"the Data Docs were not rendered: {error}", "leave out --data-docs") from None
    page = found.get("page")
    if not isinstance(page, str):
        missing = found.get("missing")
        fix = runner.EXTRA if missing else "this is a defect: please report it; the verdict does not need the page"
        raise UnableError(f"the Data Docs were not rendered: {shorten(str(found.get('message')), 500)}", fix)
    return page


def main(descriptor: str) -> None:
    """Renders what is on standard input in the limited process; the answer goes to `descriptor`."""
    limited.end_with_parent()
    limited.limit(resource.RLIMIT_FSIZE, 0)
    limited.limit(resource.RLIMIT_CPU, SECONDS)
    limited.limit_memory(_ROOM)
    try:
        found = {"page": _page(json.loads(sys.stdin.buffer.read()))}
    except BaseException as error:
        missing = isinstance(error, ModuleNotFoundError)
        found = {"message": f"{type(error).__name__}: {error}", **({"missing": "yes"} if missing else {})}
    with open(int(descriptor), "wb", closefd=False) as file:
        file.write(json.dumps(found).encode())
    os._exit(0)


def _page(task: dict[str, Any]) -> str:
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

    _register_standin()
    given = [Expectation(*one) for one in _masked(task["expectations"])]
    outcomes = [Outcome(*one) for one in _masked(task["outcomes"])]
    good = sum(outcome.success for outcome in outcomes)
    whole = ExpectationSuiteValidationResult(
        success=good == len(outcomes),
        results=[_result(expectation, outcome) for expectation, outcome in zip(given, outcomes, strict=True)],
        suite_name=_masked(task["name"]),
        statistics={
            "evaluated_expectations": len(outcomes),
            "successful_expectations": good,
            "unsuccessful_expectations": len(outcomes) - good,
            "success_percent": 100.0 * good / len(outcomes) if outcomes else None,
        },
        meta={"run_id": {"run_name": None, "run_time": datetime.now(timezone.utc).isoformat()}},
    )
    view: Any = DefaultJinjaPageView()
    page: str = view.render(ValidationResultsPageRenderer().render(whole), show_how_to_buttons=False)
    return _FETCHED.sub("", page).replace("<head>", _HEAD, 1).translate(_ENTITIES)


def _result(expectation: Expectation, outcome: Outcome) -> Any:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

    raised = outcome.problem is not None
    said: dict[str, Any] = {"observed_value": outcome.observed}
    if (elements := outcome.element_count) is not None:
        unexpected, missing = outcome.unexpected_count or 0, outcome.missing_count or 0
        present = elements - missing
        percent = 100.0 * unexpected / present if present else 0.0
        said |= {
            "element_count": elements,
            "missing_count": missing,
            "missing_percent": 100.0 * missing / elements if elements else 0.0,
            "unexpected_count": unexpected,
            "unexpected_percent": percent,
            "unexpected_percent_total": 100.0 * unexpected / elements if elements else 0.0,
            "unexpected_percent_nonmissing": percent,
            "partial_unexpected_list": list(outcome.values),
        }
    return ExpectationValidationResult(
        success=outcome.success,
        expectation_config=_configuration(expectation),
        result={key: value for key, value in said.items() if value is not None},
        exception_info={
            "raised_exception": raised,
            "exception_message": outcome.problem,
            "exception_traceback": "",
        },
    )


def _configuration(expectation: Expectation) -> Any:
    """The expectation as the library wants it, in the name of another where it does not take it."""
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

    severity = FailureSeverity(expectation.weight)
    try:
        made = ExpectationConfiguration(type=expectation.type, kwargs=dict(expectation.kwargs), severity=severity)
        made.to_domain_obj()
    except Exception:
        kwargs = {"type": expectation.type, **expectation.kwargs}
        return ExpectationConfiguration(type=_STANDIN, kwargs=kwargs, severity=severity)
    return made


def _register_standin() -> Any:
    """An expectation that takes any arguments, for custom types and those that could not be evaluated.

    Being defined registers it, under `_STANDIN`.
    """
    from great_expectations.expectations.expectation import Expectation as Base

    class ExpectAsWritten(Base):
        class Config:
            extra = "allow"

        def _validate(self, *_: Any, **__: Any) -> Any:
            raise NotImplementedError

    return ExpectAsWritten


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_MASK)
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return {_masked(key): _masked(item) for key, item in value.items()} if isinstance(value, dict) else value
