"""Configuration of the Hugging Face libraries: which code it makes a loader run, and judging chat templates.

Sources: `transformers/dynamic_module_utils.py` (`auto_map`), `pipelines/__init__.py` (`custom_pipelines`),
`integrations/hub_kernels.py` (attention kernels), `tokenization_utils_base.py` (chat templates);
`diffusers/pipelines/pipeline_loading_utils.py`; `sentence_transformers/models/Transformer.py`; peft's `tuners/lora/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.config.diffusers import foreign_components
from gate.formats.findings import Findings
from gate.formats.interface import Flaw
from gate.formats.jinja.check import check_template

_CODE, _REFERENCE = "weights/embedded-code", "weights/external-reference"
_KERNEL = re.compile(r"(?:[\w-]+\|)?[\w.-]+/[\w.@-]+(?::\w+)?")
"""`owner/repository@revision:function`, as `hub_kernels.py` takes it."""


def check(document: Json) -> list[Flaw]:
    """What the document makes a loader run or fetch, at any depth."""
    findings = Findings()
    todo: list[Json] = [document]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            for flaw in _object(value):
                findings.add(flaw.rule, flaw.message)
            todo += reversed(value.values())
        elif isinstance(value, list):
            todo += reversed(value)
    return list(findings.flaws())


def _object(value: dict[str, Json]) -> Iterator[Flaw]:
    if "auto_map" in value:
        yield from _auto_map(value["auto_map"])
    if "custom_pipelines" in value:
        yield from _custom_pipelines(value["custom_pipelines"])
    if value.get("trust_remote_code") is True:
        message = "`trust_remote_code` is true: the loader runs Python that comes with a model"
        yield Flaw(_REFERENCE, message)
    if "chat_template" in value:
        for text in _templates(value["chat_template"]):
            for problem in check_template(text):
                yield Flaw(problem.rule, f"`chat_template`, character {problem.at:,}: {problem.message}")
    for key in ("attn_implementation", "_attn_implementation"):
        yield from _attention(key, value.get(key))
    core = value.get("megatron_core")
    if isinstance(core, str) and core != "megatron.core":
        yield Flaw(_REFERENCE, f'`megatron_core` makes the loader import "{shorten(core)}"')
    if "_class_name" in value:
        yield from foreign_components(value)


def _named(what: str, name: str) -> Flaw:
    """The flaw of a class that configuration names; `owner/repository--module.Class` is somewhere else."""
    if "--" in name:
        return Flaw(_REFERENCE, f'{what} names the code "{shorten(name)}", from another repository')
    return Flaw(_CODE, f'{what} names the code "{shorten(name)}", which lies beside this file')


def _auto_map(value: Json) -> Iterator[Flaw]:
    """`{"AutoModel": "modeling.Class"}`, or a pair of classes with either missing."""
    if not isinstance(value, dict):
        return
    for key, named in value.items():
        if not key.startswith("Auto"):
            continue
        for name in named if isinstance(named, list) else [named]:
            if isinstance(name, str) and name:
                yield _named(f"`auto_map` ({shorten(key, 40)})", name)


def _custom_pipelines(value: Json) -> Iterator[Flaw]:
    """`{"task": {"impl": "module.Class"}}`."""
    for task in value.values() if isinstance(value, dict) else []:
        implementation = task.get("impl") if isinstance(task, dict) else None
        if isinstance(implementation, str):
            yield _named("`custom_pipelines`", implementation)


def _templates(value: Json) -> Iterator[str]:
    """One template; several with names; or one in lines."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for text in value.values() if isinstance(text, str))
    elif isinstance(value, list):
        lines = [text for text in value if isinstance(text, str)]
        if lines:
            yield "".join(lines)
        for item in value:
            if isinstance(item, dict) and isinstance(item.get("template"), str):
                yield str(item["template"])


def _attention(key: str, value: Json) -> Iterator[Flaw]:
    for name in value.values() if isinstance(value, dict) else [value]:
        if isinstance(name, str) and _KERNEL.fullmatch(name):
            message = f'`{key}` makes the loader fetch native code from the repository "{shorten(name)}"'
            yield Flaw(_REFERENCE, message)
