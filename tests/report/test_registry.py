"""The formats by name."""

from __future__ import annotations

import pytest

from gate.core.errors import UsageError
from gate.report.registry import REPORTS, render

from .verdicts import CONTEXT, everything


@pytest.mark.parametrize("name", REPORTS)
def test_every_format_renders(name: str) -> None:
    """The dotted names lead to functions, and each text ends its last line."""
    assert render(name, everything(), CONTEXT).endswith("\n")


def test_an_unknown_format_is_a_usage_error() -> None:
    """With the format that was probably meant."""
    with pytest.raises(UsageError, match='unknown report format "sarf"') as caught:
        render("sarf", everything(), CONTEXT)
    assert caught.value.fix == 'did you mean "sarif"?'
