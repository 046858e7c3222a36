"""Whether what checks state is what custom rules of policies can ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema

from gate.core.facts import json_schema

_VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def refuse_unknown(family: str, facts: Mapping[str, Any]) -> None:
    """Raises `ValidationError` for one of these facts of a family that is not in the schema, or is otherwise."""
    _VALIDATOR.validate({"facts": {family: dict(facts)}})


def refuse_unknown_facts(report: Mapping[str, Any]) -> None:
    """Raises `ValidationError` for a fact of a json report that `gate.core.facts` does not have, or has otherwise.

    What code pulls in is none of them: no custom rule is about code.
    """
    for artifact in report["artifacts"]:
        if "sites" not in artifact["facts"].get("sources", {}):
            _VALIDATOR.validate({"facts": artifact["facts"]})
