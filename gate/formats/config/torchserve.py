"""The manifest of a TorchServe model archive: which Python of the archive, or of others, serving it runs.

Source: TorchServe's `model-archiver` README and `ts/model_loader.py`.
"""

from __future__ import annotations

from gate.core.text import shorten

BUILT_IN = frozenset(("image_classifier", "image_segmenter", "object_detector", "text_classifier"))
"""Handlers that TorchServe brings along."""
_RUN = {"handler": "as its handler", "modelFile": "to build the model", "requirementsFile": "to install packages"}


def code(data: bytes) -> list[str]:
    """What the manifest has run, a sentence each."""
    import json

    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return ["a manifest of TorchServe that is no readable JSON: what it has run is unknown"]
    model = document.get("model") if isinstance(document, dict) else None
    if not isinstance(model, dict):
        return ["a manifest of TorchServe without a model: what it has run is unknown"]
    found = []
    for key, purpose in _RUN.items():
        value = model.get(key)
        if value and not (key == "handler" and isinstance(value, str) and value in BUILT_IN):
            found.append(f'TorchServe runs "{shorten(str(value))}" {purpose}')
    return found
