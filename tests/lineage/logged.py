"""Prints what a run of MLflow holds, as JSON: `python logged.py RUN_ID`; runs where MLflow is installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mlflow.tracking import MlflowClient

client = MlflowClient()
run = client.get_run(sys.argv[1])
files = {
    name: Path(client.download_artifacts(run.info.run_id, f"gate/{name}")) for name in ("dbom.yaml", "verdict.json")
}
print(
    json.dumps(
        {
            "status": run.info.status,
            "experiment": client.get_experiment(run.info.experiment_id).name,
            "tags": run.data.tags,
            "datasets": [
                {**dict(one.dataset), "tags": {tag.key: tag.value for tag in one.tags}}
                for one in run.inputs.dataset_inputs
            ],
            "files": {name: file.read_bytes().decode() for name, file in files.items()},
        }
    )
)
