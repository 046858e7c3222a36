"""Options of programs that train or serve, whatever the program: `--model_name_or_path org/name`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.sources import flaws, keys, services
from gate.sources.interface import HOLE, Flaw, Source
from gate.sources.line import Line
from gate.sources.names import is_hub_id
from gate.sources.services import STORED

_FROM_HUB = frozenset(("hf", "hfr", "hf_repo"))
"""Options of llama.cpp."""
_REMOTE_CODE = re.compile(r"(?:^|,)trust_remote_code=true(?:,|$)", re.I)


def read_options(line: Line) -> Iterator[Source | Flaw]:
    """Options that name a model or a dataset, of whatever program: `--model_name_or_path org/name`, "
    "`model.id=org/name`."""
    pairs = [*line.options.items()] if runs(line) else [p for p in line.options.items() if keys.says_hub(p[0])]
    pairs += [
        (key, value)
        for word in line.plain
        for key, mark, value in (word.lstrip("+").partition("="),)
        if mark and re.fullmatch(r"[\w.@/]+", key)
    ]
    given = {keys.normal(option): value for option, value in pairs}
    of_models = {key: value for key, value in given.items() if key.endswith("revision")}
    of_others = {key: value for key, value in of_models.items() if key != "revision"}  # which is that of the model
    for option, value in pairs:
        key = keys.normal(option)
        if key in keys.REMOTE_CODE and value.lower() not in ("false", "0", "no"):
            yield flaws.remote_code(option)
        if _REMOTE_CODE.search(value):
            yield flaws.remote_code("trust_remote_code=True")
        under = keys.under(option)
        kind = keys.kind_of(key) or under or ("model" if key in _FROM_HUB else None)
        if (
            not value
            or keys.is_output(key)
            or (STORED.match(value) and keys.is_written(key))
            or (kind is None and not STORED.match(value))
        ):
            continue
        revision = keys.revision_of(key, kind, of_models if kind == "model" else of_others)
        for name in re.split(r"[,\s]", value)[:16]:
            plain = name if "://" in name else name.rpartition("=")[2].partition(":")[0].partition("^")[0]
            if key in _FROM_HUB and is_hub_id(plain) and (found := services.hub(plain, "model", revision)):
                yield found
            elif source := keys.named(key, plain, revision, under=under):
                yield source


RUNNERS = re.compile(
    r"(?:python[\d.]*|torchrun|accelerate|deepspeed|vllm|ray|lm_eval|lm-eval|swift|llamafactory-cli|axolotl"
    r"|sglang|mlx_lm\.\w+|tune|trl|optimum-cli|text-generation-launcher|composer|colossalai|horovodrun|mpirun|jupyter|lmdeploy|ct2-transformers-converter|autotrain|trtllm-\w+|evalplus\.\w+|bigcode-\w+|llmcompressor|tritonserver|llama-\w+|docker|\./[\w./-]+|[\w./-]+\.(?:py|sh)|[\w.]+\.[\w.]+)"
)


def runs(line: Line) -> bool:
    """Whether the program may be one that trains or serves."""
    return line.is_module or bool(RUNNERS.fullmatch(line.program)) or line.program.startswith(HOLE)
