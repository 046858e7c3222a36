"""Configurations in YAML whose `_target_` names what is created from them, as Hydra and NeMo do.

Source: `hydra._internal.instantiate` (any importable name is called with the rest of the mapping as arguments).
"""

from __future__ import annotations

import re
from typing import Any

from gate.core.text import shorten

LIMIT = 1024 * 1024
"""Bytes of YAML that are parsed; model configurations take some ten thousand."""
_KEY = "_target_"
_CALLING = tuple(f"tag:yaml.org,2002:python/{kind}" for kind in ("object", "module", "name"))
"""Tags with which PyYAML's unsafe loaders import and call (`yaml/constructor.py`)."""
_ESCAPED = re.compile(rb"\\[xuU]")
TRUSTED = (
    "nemo.",
    "nemo_text_processing.",
    "omegaconf.",
    "pytorch_lightning.",
    "lightning.",
    "torch.nn.",
    "torch.optim.",
)
"""Whose classes build models, optimizers and data loaders from their arguments."""


def targets(data: bytes) -> list[tuple[str, str]]:
    """Rule and sentence for each name that creating the configured objects calls and nobody has vouched for."""
    if _KEY.encode() not in data and b"python/" not in data and not _ESCAPED.search(data):
        return []
    if len(data) > LIMIT:
        return [("weights/unscannable", f"more than {LIMIT:,} bytes of YAML that names what to call")]
    import yaml

    try:
        named, tags = _named(data)
    except (yaml.YAMLError, UnicodeError, RecursionError):
        return [("weights/malformed", "YAML that names what to call, and cannot be parsed")]
    said = 'its configuration has the tag "{}", which makes a loader call it'
    built = [("weights/embedded-code", said.format(shorten(tag))) for tag in dict.fromkeys(tags)]
    return [*built, *(flaw for name in dict.fromkeys(named) if (flaw := _judged(name)))]


def _named(data: bytes) -> tuple[list[str], list[str]]:
    """The values of all `_target_` keys, and the tags that call something in Python.

    Events are read rather than objects built: aliases do not multiply.
    """
    import yaml

    found: list[str] = []
    tags: list[str] = []
    anchors: dict[str | None, str] = {}
    stack: list[list[Any]] = []  # for each open collection: whether it is a mapping, and the key that awaits its value
    for event in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            stack.pop()
            continue
        value = None
        tag = getattr(event, "tag", None) or ""
        if tag.startswith(_CALLING):
            tags.append(tag)
        if isinstance(event, yaml.ScalarEvent):
            value = event.value
            if event.anchor:
                anchors[event.anchor] = value
        elif isinstance(event, yaml.AliasEvent):
            value = anchors.get(event.anchor)
        elif not isinstance(event, yaml.CollectionStartEvent):
            continue
        if stack and stack[-1][0]:
            if stack[-1][1] is None:
                stack[-1][1] = value or ""
            else:
                if stack[-1][1] == _KEY:
                    found.append(value or "")
                stack[-1][1] = None
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append([isinstance(event, yaml.MappingStartEvent), None])
    return found, tags


def _judged(name: str) -> tuple[str, str] | None:
    from gate.formats.pickle.verdicts import judge

    module, _, attribute = name.rpartition(".")
    verdict = judge(module, attribute)
    shown = f'"{shorten(name)}"'
    if verdict == "deny":
        return "weights/embedded-code", f"its configuration has {shown} called, which runs code or reaches outside"
    if verdict == "unknown" and not name.startswith(TRUSTED):
        return "weights/embedded-code", f"its configuration has {shown} called, which nobody has vouched for"
    return None
