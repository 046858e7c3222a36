"""Keys of configuration to which one framework gives a meaning of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gate.core.model import Kind
from gate.sources import flaws, keys, services
from gate.sources.interface import HOLE, Flaw, Source
from gate.sources.names import is_hub_id, is_local
from gate.sources.owners import is_setting

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+(?::[\w./-]+)?")
_UPSTREAM = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?<!_custom)(?<!_url)(?<!_local)")
_TASK = frozenset(("task", "doc_to_text", "doc_to_target", "output_type"))
_BUILDERS = frozenset(("json", "csv", "text", "parquet", "arrow", "pandas", "xml", "imagefolder", "audiofolder"))
"""What `datasets.load_dataset` makes of files at hand."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_MODELSCOPE: dict[str, tuple[Kind, str]] = {
    "ms_hub_url": ("dataset", "datasets"),
    "ms_dataset_id": ("dataset", "datasets"),
    "ms_model_id": ("model", "models"),
}


def particular(key: str, value: str, section: str, beside: Mapping[str, str]) -> Iterator[Source | Flaw]:
    """What `value` under `key` (as `keys.normal` has it) names, in a part called `section` with the keys `beside`."""
    if HOLE in value:
        return
    if is_hub_id(value) and is_setting(value, key) and (source := services.hub(value, "model")):
        yield source
    elif key in keys.IN_COLLECTION and _COMMIT.fullmatch(beside.get("revision", "")) and _REPOSITORY.fullmatch(value):
        if is_hub_id(value) and (source := services.hub(value, "model", beside["revision"])):
            yield source
    else:
        for reader in (_of_torch_hub, _of_espnet, _of_llama_factory, _of_nemo, _of_lm_eval):
            yield from reader(key, value, section, beside)


def _of_torch_hub(key: str, value: str, _section: str, _beside: Mapping[str, str]) -> Iterator[Source]:
    if key == "repo_or_dir" and _REPOSITORY.fullmatch(value) and not is_local(value):
        yield services.github(value)


def _of_espnet(key: str, value: str, section: str, _beside: Mapping[str, str]) -> Iterator[Source]:
    """Models that s3prl knows the address of."""
    if key == "upstream" and section.endswith("frontend_conf") and _UPSTREAM.fullmatch(value):
        yield services.library("s3prl", value, services.HUB, "model")


def _of_llama_factory(key: str, value: str, _section: str, _beside: Mapping[str, str]) -> Iterator[Source]:
    if key in _MODELSCOPE and _REPOSITORY.fullmatch(value):
        kind, part = _MODELSCOPE[key]
        yield services.versioned(f"https://www.modelscope.cn/{part}/{value}", "www.modelscope.cn", kind, None)


def _of_nemo(key: str, value: str, _section: str, _beside: Mapping[str, str]) -> Iterator[Source]:
    if key == "init_from_pretrained_model" and re.fullmatch(r"[a-z]{2,3}_[\w-]+", value):
        yield services.library("nemo", value, "api.ngc.nvidia.com", "model")


def _of_lm_eval(key: str, value: str, _section: str, beside: Mapping[str, str]) -> Iterator[Source | Flaw]:
    if key == "dataset_path" and _TASK & beside.keys() and value not in _BUILDERS and is_hub_id(value):
        if source := services.hub(value, "dataset"):
            yield source
    elif key == "model_args":
        given = dict(pair.partition("=")[::2] for pair in value.split(",")[:64])
        for name in ("pretrained", "peft", "tokenizer"):
            if name in given and (source := keys.named(name, given[name].strip(), given.get("revision"))):
                yield source
        if given.get("trust_remote_code", "").strip().lower() == "true":
            yield flaws.remote_code("trust_remote_code=True")
