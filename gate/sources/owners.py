"""Owners at the Hugging Face Hub that everybody knows: `OWNER/NAME` is a model of theirs, whatever names it."""

from __future__ import annotations

import re

_OWNERS = re.compile(
    r"(?:sentence-transformers|cross-encoder|meta-llama|mistralai|Qwen|BAAI|intfloat|EleutherAI|bigscience|tiiuae|distilbert"
    r"|stabilityai|runwayml|CompVis|black-forest-labs|HuggingFaceH4|HuggingFaceTB|HuggingFaceM4|deepseek-ai|thenlper|nomic-ai"
    r"|jinaai|mixedbread-ai|Helsinki-NLP|TheBloke|openai-community|FacebookAI|google-bert|google-t5|lmsys|NousResearch"
    r"|ibm-granite|unsloth|hf-internal-testing|timm|laion|01-ai|zai-org|moonshotai|llava-hf|peft-internal-testing"
    r"|openbmb|microsoft/[\w.]+-(?=.*\d)|facebook/[\w.]+-(?=.*\d)"
    r"|facebook/(?:audiogen|bart|blenderbot|contriever|detr|dino|encodec|esm|galactica|hubert|magnet|mbart|mms|multiband"
    r"|musicgen|nllb|opt|sam|seamless|wav2vec|xglm)(?=[-_\d])"
    r"|google/[\w.]+-(?=.*\d)|nvidia/[\w.]+-(?=.*\d)"
    r"|cardiffnlp|camembert|dbmdz|emilyalsentzer|jonatasgrosman|nlptown|patrickvonplaten|ProsusAI|Rostlab|yiyanghkust"
    r"|speechbrain/[\w.]+-|pyannote/(?:segmentation|speaker|embedding|overlapped|voice|wespeaker)"
    r"|Salesforce/[\w.]+-(?=.*\d)|allenai/[\w.]+-(?=.*\d)|openai/(?:clip|whisper)-)"
)
"""Owners that publish on the hub and nowhere else; of those who publish code too, names with a size or version."""
_OTHER = re.compile(r"image|container|docker|repo|uses|git|url|home|author|package|title|description|user|license")


def is_owned(text: str) -> bool:
    """Whether a text is the name of a model by its owner."""
    found = _OWNERS.match(text)
    return found is not None and ("/" in found[0] or text[found.end() : found.end() + 1] == "/")


def is_setting(text: str, key: str) -> bool:
    """Whether `text`, which the setting `key` (as `keys.normal` has it) has, is a model by its owner."""
    return is_owned(text) and not _OTHER.search(key)
