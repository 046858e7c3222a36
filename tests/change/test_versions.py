"""Which version is the later one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.change.versions import is_lower

ORDERED = [
    ("1.9", "1.10"),
    ("1.0rc1", "1.0"),
    ("1.0-alpha.1", "1.0-alpha.2"),
    ("1.0", "1.0.post1"),
    ("v1.2", "2"),
    ("2024-05", "2024-06"),
    ("2024.1", "2024.1.1"),
    ("1", "1-hotfix"),
    ("blue", "1"),
    ("", "1"),
]


@pytest.mark.parametrize(("older", "newer"), ORDERED)
def test_the_older_is_lower_and_not_the_other_way_round(older: str, newer: str) -> None:
    assert is_lower(older, newer)
    assert not is_lower(newer, older)


@pytest.mark.parametrize(("a", "b"), [("1.0", "1"), ("v1", "1"), ("1+build5", "1+build6"), ("blue", "green")])
def test_what_is_equal_or_cannot_be_ordered_is_not_lower(a: str, b: str) -> None:
    assert not is_lower(a, b)
    assert not is_lower(b, a)


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_two_versions_are_each_lower_than_the_other(a: str, b: str) -> None:
    assert not (is_lower(a, b) and is_lower(b, a))
