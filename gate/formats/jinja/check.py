"""Judges a chat template: what it does must be known to be harmless, in every environment that may render it."""

from __future__ import annotations

from typing import NamedTuple

from gate.formats.jinja.lexer import LimitProblem, SyntaxProblem


class Problem(NamedTuple):
    """A rule of `weights/`; `at` in characters. `sure` says that it stands whatever the template is for: an unknown
    filter or function is one that a program other than a loader of models may well have.
    """

    rule: str
    message: str
    at: int
    sure: bool


def check_template(text: str) -> list[Problem]:
    """What is wrong with the template `text`; nothing is rendered.

    Rendering outside a sandbox, a template that reaches an attribute such as `__class__` runs any Python (and
    sandboxes have leaked, CVE-2024-56326 and CVE-2025-27516). So no attribute may have a name that begins with an
    underscore or that the template computes, and nothing may be called that is not on a list.
    """
    if "{%" not in text and "{{" not in text and "{#" not in text:
        return []
    from gate.formats.jinja.statements import parse
    from gate.formats.jinja.walk import Walk

    try:
        problems = Walk(parse(text)).problems()
    except SyntaxProblem as error:
        message = f"cannot be understood as a Jinja template: {error}"
        return [Problem("weights/unscannable", message, error.at, isinstance(error, LimitProblem))]
    return [Problem(*found) for found in problems]
