"""Values of numpy, pandas and Python as JSON."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from gate.core.model import Json


def plain(value: Any, *, missing: Json = "nan") -> Json:
    """`value` as JSON: infinities and NaN as text, or NaN as `missing`; times in ISO 8601; the rest as its text."""
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (float, Decimal)):
        number = float(value)
        return missing if math.isnan(number) else number if math.isfinite(number) else str(number)
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(item, missing=missing) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item, missing=missing) for item in value]
    return str(value)


def count(value: Any) -> int | None:
    """A number of rows, or None."""
    return None if value is None else int(value)
