"""Templates that are files of their own, as `chat_template.jinja` beside a model is.

Web pages and prompts are written in Jinja too, for programs that offer other functions. So a file is held to less
than a template inside a model: what is flagged is harmful in any program.
"""

from __future__ import annotations

from gate.formats.findings import bounded
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.jinja.check import check_template
from gate.formats.jinja.lexer import LENGTH


def read(source: Source) -> Inspection:
    """Flags what reaches for Python's internals, and what is too long or too deep to be followed."""
    raw = source.read(0, 4 * LENGTH + 1)  # UTF-8 has up to four bytes for a character
    text = raw.decode("utf-8", "replace")
    problems = [problem for problem in check_template(text) if problem.sure]
    flaws = (Flaw(rule, message, len(text[:at].encode())) for rule, message, at, _ in problems)
    return Inspection("jinja", "other", bounded(flaws))
