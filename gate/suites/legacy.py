"""Suites of Great Expectations 0.9 to 0.18: what their keys are called today, and which arguments are gone."""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.model import Json

SUITE_KEYS = {"expectation_suite_name": "name", "ge_cloud_id": "id", "evaluation_parameters": "suite_parameters"}
EXPECTATION_KEYS = {"expectation_type": "type", "ge_cloud_id": "id"}
OTHER_SUITE_KEYS = ("data_asset_type", "data_asset_name", "dataset_name")
"""What old suites say besides; a suite judges the dataset that names it, whatever stands there."""

_OFF = frozenset(("allow_cross_type_comparisons", "auto", "parse_strings_as_datetimes"))
"""Arguments that are gone and change nothing as long as they are off; switched on, they are unknown arguments."""
_DISPLAY = frozenset(("output_strftime_format", "profiler_config"))
"""Arguments that are gone and never decided anything."""


def modern_kwargs(kwargs: Mapping[str, Json]) -> dict[str, Json]:
    """`kwargs` as today's version takes them: null meant the default, and what never mattered is left out."""
    return {
        key: value
        for key, value in kwargs.items()
        if value is not None and key not in _DISPLAY and not (key in _OFF and value is False)
    }
