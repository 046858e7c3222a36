"""Names of repositories of a hub that code writes down where no call of the catalogue takes them.

A text such as `org/name` may be anything: a path, a type of media, a metric. It counts where something says what it is:
the key, option, parameter or constant that it stands under, or the commit that is given beside it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from gate.core.model import Kind
from gate.sources import keys, services
from gate.sources.interface import Source
from gate.sources.names import is_hub_id
from gate.sources.owners import is_owned
from gate.sources.python.labels import Label

MOST = 2_001
"""Names of one file that are looked at."""
_TAIL = re.compile(rb"/[A-Za-z0-9_][\w.-]{1,95}[\"']")
"""The end of a text with an owner and a name: it begins with a plain character, so that it is found fast."""
_PART = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
_KEY = re.compile(rb"(\w+)[\"']?\]?[ \t]*(?::[^=\n\"']{0,80})?[:=,]\s*[\[({]{0,2}\s*$")
_OPENING = (b":", b"=", b",", b"[", b"(", b"{")
"""What may stand between a key and its name."""
_NEAR = 160
"""Bytes in front of a name in which its key is looked for."""
_LISTED = re.compile(
    rb"[\[({,][ \t]*(?:#[^\n]*)?\n\s*$|[,{][ \t]*$|[\"'][ \t]*:\s*$|\b(?:or|else)\s+$|\]\s*=\s*$|\w\(\s*$"
)
"""In front of an item of a list or mapping, of an argument, and of what is taken where nothing else is given."""
_WITH_REVISION = re.compile(rb",\s*[\"'](?:main|[0-9a-f]{7,40})[\"']\s*\)")
_CANONICAL_NAME = re.compile(
    r"(?:distil)?(?:ro)?bert[a-z]*-[\w.-]{1,64}|xlm-roberta-[a-z]+|(?:distil)?gpt2(?:-[a-z]+)?|t5-(?:small|base|large|3b|11b)"
)
_CANONICAL = re.compile(rb"[\"'](" + _CANONICAL_NAME.pattern.encode() + rb")[\"']")
_WORDS = (b"bert", b"gpt2", b"t5-")

_ID = re.compile(r"[A-Za-z0-9][\w.-]{1,95}/[A-Za-z0-9_][\w.-]{1,95}")
_OTHER = re.compile(
    r"(?i)(?:application|text|image|audio|video|multipart|font|message)/|n/a$|10\.\d+/|[\d.]+/|vit-\w+/\d|[\w-]+/\d+$"
    r"|(?:openai|anthropic|azure|azure_ai|vertex_ai|vertex|gemini|bedrock|cohere|groq|ollama|together_ai|openrouter|fireworks_ai"
    r"|xai|perplexity|voyageai|replicate|litellm|watsonx|sagemaker)/(?!clip-|whisper|gpt2|gpt-oss|privacy)"
    r"|(?:orgs?|my-?\w*org|your-?\w*|organization|user|username|owner|namespace|foo|bar|some|author|repo|me|someone|nonexistent|invalid"
    r"|train|val|valid|eval|loss|metrics?|pretrain|docs?|scripts?|downloads?|lib|bin|usr|etc|root|home|opt|files?|apps?|ops)/"
    r"|[\w.-]+/(?:test|dummy|fake|my|your|example|some|an?|other)[-_.](?:repo|model|dataset|name|org)?"
)
"""Texts that look like a name of a hub and are none: media, fractions, models that a service answers for, examples."""
_SHAPED = re.compile(r"[A-Z\d-]")
"""What a name has that is no path: a number, a capital letter or a hyphen."""
_HUB_KEY = re.compile(
    r"(?:^|_)(?:hf|hub|huggingface)(?:_|$)|(?:^|_)repo_id$|name_or_path$|(?:^|_)pretrained(?:_\w*)?$|^gguf_repo$|(?:^|_)model_id$"
)
_MODEL_KEY = re.compile(
    r"(?:^|_)(?:models?|checkpoints?|ckpts?|tokenizers?|loras?|adapters?|encoders?|embedders?|embeddings?|rerankers?)(?:_|$)"
)
_DATASET_KEY = re.compile(r"(?:^|_)datasets?(?:_(?:id|name|path|repo|list)s?)*$")
_CALLED = re.compile(
    r"(?i)^_?hf|model|token|embed|pretrain|checkpoint|encoder|(?:^|_)hf_|hugging|_hub|reranker|transformer|llm(?:$|_|runner|engine)|(?P<data>(?:load|get|fetch|download)_\w*dataset)"
)
"""Functions and classes that say in their names what they are given."""
_NO_KEY = re.compile(
    r"(?:^|_)(?:un|not|no)_?support|allow|known|skip|ignore|deprecat|exclu|block|expect|compatib|replac|renam|mapping|output|save"
    r"|push|upload|export|(?:^|_)(?:log|logs|mime|doi|monitor|github|media|content|reference|citation|paper|adapted|superseded)(?:_|$)"
    r"|hub_model_id|metric|loss|_dir$|served|_type$|_types$|format|font|docs?$"
)
"""Keys of what is compared, written or cited."""
_IN_WHOLE = frozenset(("path", "name", "id", "repo", "dataset", "model", "source", "repository"))
"""Keys under which a name counts where a commit stands beside it."""
_COMMIT = re.compile(r"[0-9a-f]{40}")
_ASKED = frozenset(("messages", "prompt", "temperature", "stream", "api_key", "base_url"))
"""Keys beside the name of a model that a service is asked for: its weights stay there."""
_SERVICE = re.compile(
    r"(?i)create|complet|chat|openai|anthropic|litellm|bedrock|invoke|request|respon|docstring|endpoint|client|watson"
    r"|deepinfra|konko|together|fireworks|anyscale|nvidia|inferenceapi|_repo$|remote|push|upload|save|requir|(?:^|\.)(?:join|Path|PurePath)$"
)
"""Calls that ask a service, or describe."""
_MODELSCOPE = ("damo/", "iic/", "AI-ModelScope/")


def offsets(data: bytes) -> Iterator[int]:
    """Where texts stand that may be names of a hub, under something that names them or in a list."""
    for match in islice(_TAIL.finditer(data), MOST * 4):
        before = data[max(0, match.start() - _NEAR) : match.start()]
        plain = before.rstrip(_PART)
        if len(plain) == len(before) or plain[-1:] not in (b'"', b"'"):
            continue
        text = data[match.start() - len(before) + len(plain) : match.end() - 1].decode("ascii", "replace")
        if not is_repository(text):
            continue
        if _is_led(plain[:-1].rstrip(b"rbuf"), text) or is_owned(text) or _WITH_REVISION.match(data, match.end()):
            yield match.start() - len(before) + len(plain) - 1
    if any(word in data for word in _WORDS):
        for match in islice(_CANONICAL.finditer(data), MOST):
            key = _KEY.search(data[max(0, match.start() - _NEAR) : match.start()])
            if key and _kind(key[1].decode("ascii", "replace")) is not None:
                yield match.start()


def _is_led(lead: bytes, text: str) -> bool:
    """Whether `lead`, what stands in front of `text`, names it or is that of an item."""
    if _SHAPED.search(text) and _LISTED.search(lead):
        return True
    key = _KEY.search(lead) if lead.rstrip()[-1:] in _OPENING else None
    return key is not None and _may_name(key[1].decode("ascii", "replace"))


def _may_name(name: str) -> bool:
    key = _plain(name)
    return key in _IN_WHOLE or key in ("default", "dataset") or _kind(name) is not None or _is_hub(key)


def is_repository(text: str) -> bool:
    """Whether a text with an owner may be the name of a repository of a hub."""
    return bool(_ID.fullmatch(text)) and not _OTHER.match(text) and is_hub_id(text)


def may_count(text: str, label: Label, *, is_given: bool) -> bool:
    """Whether a text of a module is worth a look; `is_given` says that a call gets it."""
    if "/" in text:
        return bool(label.name or label.under or is_given) and len(text) < 200 and is_repository(text)
    if keys.normal(label.name) not in keys.STRONG and not _CANONICAL_NAME.fullmatch(text):
        return False
    return keys.named(label.name, text, None) is not None


def source_of(text: str, label: Label, call: str) -> Source | None:
    """The source that `text` is, given to the call of that name; None where nothing says that it is one."""
    name = label.name or label.under
    if "/" not in text:
        return keys.named(name, text, None)
    beside = _beside(label.holder)
    revision = next((beside[key] for key in keys.REVISION if key in beside), None)
    key = _plain(name)
    kind = _kind(name)
    under = _kind(label.under) if isinstance(label.holder, ast.Dict) else None
    committed = revision is not None and bool(_COMMIT.fullmatch(revision))
    if _NO_KEY.search(key) or (not committed and (_SERVICE.search(call) or _ASKED & beside.keys())):
        return None
    if isinstance(label.holder, ast.Tuple):
        kind, committed = kind or "model", True
    elif committed and (key in _IN_WHOLE or kind is not None):
        kind = _kind(label.under) or kind or ("dataset" if key in ("path", "dataset") else "model")
    elif kind is None and _is_hub(key):
        kind = under or "model"
    elif kind is None and under is not None and (key in _IN_WHOLE or not _NO_KEY.search(_plain(label.under))):
        kind = under
    if kind is None and is_owned(text):
        kind = "model"
    if kind is None or not (committed or _is_hub(key) or _SHAPED.search(text)):
        return None
    if beside.get("repo_type") == "dataset" or ("dataset" in key and kind == "model"):
        kind = "dataset"
    if "kaggle" in call.lower() or "kaggle" in key:
        part = "datasets" if kind == "dataset" or "dataset" in call.lower() else "models"
        return services.versioned(f"https://www.kaggle.com/{part}/{text}", "www.kaggle.com", kind, None)
    if text.startswith(_MODELSCOPE):
        part = "datasets" if kind == "dataset" else "models"
        return Source(f"https://www.modelscope.cn/{part}/{text}", "www.modelscope.cn", kind, revision)
    return services.hub(text, kind, revision or None)


def called_with(name: str) -> str:
    """What names the first argument of a function of that name, empty where nothing does."""
    found = _CALLED.search(name)
    return "" if found is None else "dataset" if found["data"] else "model"


def _plain(name: str) -> str:
    """A key in the singular, without a number."""
    key = keys.normal(name)
    key = re.sub(r"_?\d+$", "", key)
    return key[:-1] if key.endswith("s") and not key.endswith("ss") else key


def _is_hub(key: str) -> bool:
    return bool(_HUB_KEY.search(key)) and not _NO_KEY.search(key)


def _kind(name: str) -> Kind | None:
    """What a name in code says of what it stands for."""
    key = _plain(name)
    if not key or _NO_KEY.search(key):
        return None
    if _DATASET_KEY.search(key):
        return "dataset"
    return "model" if _MODEL_KEY.search(key) else keys.kind_of(key)


def _beside(holder: ast.expr | None) -> dict[str, str]:
    """The other keys of a mapping or call, with their texts."""
    if isinstance(holder, ast.Dict):
        pairs = [(k.value, v) for k, v in zip(holder.keys, holder.values, strict=True) if isinstance(k, ast.Constant)]
    elif isinstance(holder, ast.Tuple):  # `("org/name", "main")`
        pairs = [("revision", holder.elts[1])]
    elif isinstance(holder, ast.Call):
        pairs = [(k.arg, k.value) for k in holder.keywords]
    else:
        return {}
    return {str(k): v.value if isinstance(v, ast.Constant) and isinstance(v.value, str) else "" for k, v in pairs}
