"""Origins in MLflow: a run that made an artifact, or a version of a registered model.

`mlflow:runs/RUN_ID` and `mlflow:models/NAME/VERSION`, with a path of the run's artifacts behind them perhaps; and
MLflow's own spelling, `runs:/RUN_ID/PATH` and `models:/NAME/VERSION`.
"""

from __future__ import annotations

import re

_RUN = re.compile(r"(?:mlflow:runs|runs:)/+([A-Za-z0-9_-]{1,64})(?:/.*)?", re.DOTALL)
_MODEL = re.compile(r"(?:mlflow:models|models:)/+([^/@]{1,256})[/@]([^/]{1,128})")


def described(address: str) -> str | None:
    """`MLflow run ID` or `MLflow model NAME, version VERSION`; None for an address that is neither."""
    if run := _RUN.fullmatch(address):
        return f"MLflow run {run[1]}"
    model = _MODEL.fullmatch(address)
    return f"MLflow model {model[1]}, version {model[2]}" if model else None
