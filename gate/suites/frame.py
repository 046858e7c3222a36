"""A dataset as a pandas DataFrame for Great Expectations, for those things that DuckDB and pandas write differently.

A missing value is NaN (NaT for times) in every column, and so is a NaN of the data. A column of integers or booleans
with missing values holds Python's own numbers, so that 1 stays 1 where text is made of it. Two expectations judge the
type of a column instead of its values; they see what pandas would make of such a column, see `Frames`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from gate.data.interface import Table

_WIDE = ("HUGEINT", "UHUGEINT")
"""Integers that DuckDB hands over as floats."""


class Frames(NamedTuple):
    """The rows, with their positions from 0 as index: as `values`, and `typed` with the types that pandas reads.

    They differ in columns of integers with missing values, which are floats to pandas. `beyond` names the columns
    with times of years that Python does not have; such times are left out here, so nothing can be said of the column.
    """

    values: pd.DataFrame
    typed: pd.DataFrame
    beyond: frozenset[str]


def frames(table: Table) -> Frames:
    """The rows of `table`."""
    types = dict(table.columns)
    beyond = _beyond(table)
    query = f"SELECT {_columns(table, beyond)} FROM {_quoted(table.name)}"  # noqa: S608 - names are quoted
    arrays = table.connection.sql(query).fetchnumpy()
    series = {name: _series(array, types.get(name, "")) for name, array in arrays.items()}
    values = pd.DataFrame(series, columns=pd.Index(list(series), dtype=object))
    sparse = [
        name for name, array in arrays.items() if np.ma.getdata(array).dtype.kind in "iu" and np.ma.is_masked(array)
    ]
    typed = values.copy(deep=False)
    for name, array in arrays.items():
        if np.ma.getdata(array).dtype.kind in "iu" and not np.ma.is_masked(array):
            typed[name] = np.ma.getdata(array)
    for name in sparse:
        typed[name] = values[name].astype("float64")
    return Frames(values, typed, beyond)


def _beyond(table: Table) -> frozenset[str]:
    """The columns with a date or a time, or an infinite one, that Python does not have."""
    names = [name for name, kind in table.columns if kind.upper().startswith(("DATE", "TIMESTAMP"))]
    if not names:
        return frozenset()
    asked = ", ".join(f"count_if(NOT ({_known(name)}))" for name in names)
    found = table.connection.sql(f"SELECT {asked} FROM {_quoted(table.name)}").fetchall()[0]  # noqa: S608 - quoted
    return frozenset(name for name, count in zip(names, found, strict=True) if count)


def _known(name: str) -> str:
    return f"{_quoted(name)} >= '0001-01-01' AND {_quoted(name)} < '9999-12-31'"


def _columns(table: Table, beyond: frozenset[str]) -> str:
    """All columns, the widest integers as text: DuckDB would round them."""
    changed = [
        f"{_quoted(name)}::VARCHAR AS {_quoted(name)}" for name, kind in table.columns if kind.upper() in _WIDE
    ] + [f"CASE WHEN {_known(name)} THEN {_quoted(name)} END AS {_quoted(name)}" for name in sorted(beyond)]
    return f"* REPLACE ({', '.join(changed)})" if changed else "*"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _series(array: Any, kind: str) -> pd.Series:
    data = np.ma.getdata(array)
    missing = np.ma.getmaskarray(array)
    if kind.upper() == "DATE":  # as pandas reads it from Parquet; a date can then be compared with one
        return pd.Series(
            [np.nan if gone else day for day, gone in zip(data.astype("M8[D]").tolist(), missing, strict=True)],
            dtype=object,
        )
    if data.dtype.kind == "M":
        times = pd.Series(np.where(missing, np.datetime64("NaT"), data))
        return times.dt.tz_localize("UTC") if "TIME ZONE" in kind.upper() else times
    if data.dtype.kind == "m":
        return pd.Series(np.where(missing, np.timedelta64("NaT"), data))
    if data.dtype.kind == "f":
        return pd.Series(np.where(missing, np.nan, data).astype(data.dtype))
    if data.dtype.kind == "b" and not missing.any():
        return pd.Series(data)
    if data.dtype.kind in "iu" and not missing.any() and _is_safe(data):
        return pd.Series(data.astype("int64"))
    if data.dtype.kind in "iu" and missing.all():
        return pd.Series(np.full(len(data), np.nan))
    return _objects(data, missing, kind.upper())


def _is_safe(data: Any) -> bool:
    """Whether sums and differences fit 64 bits, and doubles hold every value: pandas wraps around without a word."""
    return not len(data) or max(abs(int(data.min())), abs(int(data.max()))) * len(data) < 1 << 53


def _objects(data: Any, missing: Any, kind: str) -> pd.Series:
    values = data.astype(object)
    if kind in _WIDE or kind == "BLOB":
        convert = bytes if kind == "BLOB" else int
        for place in np.flatnonzero(~missing):
            values[place] = convert(values[place])
    values[missing] = np.nan
    return pd.Series(values, dtype=object)
