"""A database for the tests that make tables by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def connection() -> Iterator[Any]:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(":memory:") as made:
        yield made
