"""Tables made by hand, and expectations on them."""

from __future__ import annotations

from typing import Any

from gate.data.interface import Table
from gate.suites.interface import Expectation


def table(connection: Any, columns: str, *rows: tuple[Any, ...], name: str = "data") -> Table:
    """A view over a table with these columns and rows."""
    connection.execute(f"CREATE TABLE kept ({columns})")
    if rows:
        connection.executemany(f"INSERT INTO kept VALUES ({', '.join('?' * len(rows[0]))})", rows)
    quoted = '"' + name.replace('"', '""') + '"'
    connection.execute(f"CREATE VIEW {quoted} AS SELECT * FROM kept")
    described = connection.execute(f"DESCRIBE {quoted}").fetchall()
    return Table(connection, name, tuple((row[0], row[1]) for row in described), ())


def asked(kind: str, position: int = 0, **kwargs: Any) -> Expectation:
    return Expectation(position, kind if kind.startswith("expect_") else f"expect_column_{kind}", kwargs)
