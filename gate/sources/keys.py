"""Keys of configuration files, and options of command lines, that name a model or a dataset."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gate.core.model import Kind
from gate.sources import services
from gate.sources.interface import HOLE, Source
from gate.sources.names import is_data_url, is_hub_id
from gate.sources.services import REMOTE, STORED

_MODEL_WORDS = """
    model_name_or_path pretrained_model_name_or_path base_model base_model_name_or_path base_model_id model_id
    model_name hf_model hf_model_id hf_model_name hf_model_name_or_path hf_repo hf_repo_id repo_id model_repo
    model_repo_id hub_model tokenizer_name_or_path tokenizer_name tokenizer_id tokenizer_path
    processor_name_or_path model_path model_path_or_name pretrained_model pretrained_model_path pretrained_path
    pretrained_name pretrained_model_name teacher_model teacher_model_name_or_path teacher_name_or_path
    student_model reward_model reward_model_path reward_model_name_or_path draft_model draft_model_path
    speculative_model ref_model ref_model_name_or_path adapter_name_or_path adapter_path lora_path lora_model_id
    lora_name_or_path peft_model_id vae_name_or_path pretrained_vae_model_name_or_path
    controlnet_model_name_or_path text_encoder_name vision_tower mm_vision_tower embedding_model
    embedding_model_name encoder_name encoder_model encoder_name_or_path sft_model_path critic_model_name_or_path
    critic_path actor_model_path judge_model assistant_model assistant_model_name_or_path feature_extractor_name
    config_name image_processor_name backbone_name language_model vision_model llm_model model tokenizer
    checkpoint ckpt pretrained weights backbone encoder lora adapter policy_model llm processor init_from
    transformer_name base_model_config model_id_or_path repo_id_or_path hf_model_repo storage_uri model_uri model_url
    hf_checkpoint name_or_path transformer transformer_model
    model_checkpoint reranker_model default_model from_pretrained hf_path model_dir
    served_model init_from_pretrained_model model_repository
"""
_MODEL = frozenset(_MODEL_WORDS.split())
_DATASET_WORDS = """
    dataset_name dataset_path dataset_id dataset_name_or_path dataset_repo dataset_repo_id hf_dataset
    hf_dataset_name hf_dataset_id dataset train_dataset eval_dataset val_dataset test_dataset validation_dataset
    hf_hub_url train_dataset_name train_data eval_data dataset_hub data_path data_name hub_dataset datasets
    dataset_mixer dataset_mix train_datasets eval_datasets val_datasets prompt_data preference_dataset sft_dataset
    calibration_dataset calib_dataset dataset_hf_id
"""
_DATASET = frozenset(_DATASET_WORDS.split())
_STRONG_WORDS = """
    model_name_or_path pretrained_model_name_or_path base_model_name_or_path hf_model hf_model_id
    hf_model_name_or_path tokenizer_name_or_path teacher_model_name_or_path hf_path
"""
STRONG = frozenset(_STRONG_WORDS.split())
"""Keys under which also a name without an owner is one of the hub."""
_CANONICAL_MODEL = re.compile(
    r"(?:distil)?(?:bert|gpt2|roberta)(?:-[\w.-]+)?|xlm-[\w-]+|xlnet-[\w-]+|t5-(?:small|base|large|3b|11b)|albert-[\w-]+"
    r"|camembert-base|openai-gpt|ctrl|transfo-xl-wt103|xlm-roberta-\w+"
)
_CANONICAL_DATASET_WORDS = """
    ag_news amazon_polarity billsum c4 cnn_dailymail common_voice conll2003 daily_dialog dbpedia_14 emotion glue
    gsm8k hellaswag imdb librispeech_asr multi_nli natural_questions opus100 piqa quac race rotten_tomatoes samsum
    snli squad squad_v2 super_glue swag trivia_qa wikipedia wikitext wmt14 wmt16 wnut_17 xnli xsum yelp_polarity
    yelp_review_full winogrande ai2_arc boolq
"""
_CANONICAL_DATASET = frozenset(_CANONICAL_DATASET_WORDS.split())
_WEIGHTS_URL = re.compile(
    r"(?:^|_)(?:url|urls|uri|link|source|src|path|file|files|weights|checkpoint|ckpt|model|dataset|data|pretrained|download|load_from|resume_from|init_cfg|origin|remote|location|train|val|test|dataset_url|archive|repo|filepath|manifest)s?$"
)
REVISION = (
    "revision",
    "model_revision",
    "revision_of_model",
    "dataset_revision",
    "hub_revision",
    "commit",
    "commit_hash",
    "model_commit",
    "rev",
)
_MODEL_REVISION = tuple(name for name in REVISION if name != "dataset_revision")
_DATASET_REVISION = ("dataset_revision", "revision")
REMOTE_CODE = frozenset(
    ("trust_remote_code", "trust_remote_code_model", "model_trust_remote_code", "tokenizer_trust_remote_code")
)


_NAMES = r"(?:_(?:id|name|path|name_or_path|repo|repo_id|tag)s?)?$"
_MODEL_KEY = re.compile(
    rf"_(?:model|tokenizer|lora|adapter)s?{_NAMES}|^models?_(?:id|name|path|tag)s?$|^chat_template_path$"
)
_DATASET_KEY = re.compile(rf"_datasets?{_NAMES}|^datasets?_(?:id|name|path)s$")
_OF_HUB = frozenset(("hf", "huggingface", "hugging", "hub", "pretrained"))
"""Words of a key that say that the hub is meant."""
_NO_NAME_WORDS = """
    token home cache dir endpoint url user username org organization strategy revision offline transfer private
    enable push timeout host space config
"""
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
"""Words of a key that is about the hub and names nothing there."""
_FROM_HUB = re.compile(r"(?:^|_)from_(?:huggingface|hf|hub)$")
_PAGES = frozenset(("url", "link", "homepage", "home_page", "website", "source", "reference", "docs", "paper", "code"))
"""Keys under which an address may be that of a page for people."""
_OF_DATA_WORDS = "data dataset datasets model weights checkpoint ckpt pretrained download archive file"
_OF_DATA = frozenset(_OF_DATA_WORDS.split())


_OUTPUT = re.compile(r"(?:save|output|push|upload|target|export|log|cache)_|hub_model_id|_dir$|hub_id$")
_WRITTEN = re.compile(
    r"(?i)(?:^|_)(?:out|outputs?|dest|destination|sink|results?|reports?|artifacts?_(?:location|root|store|dir)|dirpath|checkpoint_location|staging|temp|tmp|warehouse|backend|state"
    r"|history|events?|backup|save|saved|export|push|upload|target|logs?|logging|cache|tracking|root|bucket"
    r"|workdir|data_dir|working|work|write|written|publish|predictions?|to)(?:_|$)"
)
"""Keys and names of places that are written rather than read."""


def is_output(key: str) -> bool:
    """Whether the key, as `normal` has it, names what is written."""
    return bool(_OUTPUT.search(key))


def is_written(name: str) -> bool:
    """Whether a place in a store of that name is one that is written."""
    return bool(_WRITTEN.search(normal(name))) and "model" not in name.lower()


def normal(key: str) -> str:
    """A key or option as the sets above have it: `--model-id` is `model_id`, `model.nameOrPath` its last part."""
    last = key.lstrip("-").rpartition(".")[2] or key
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last).replace("-", "_").lower()


COLLECTIONS: dict[str, Kind] = {
    "datasets": "dataset",
    "dataset": "dataset",
    "data": "dataset",
    "test_datasets": "dataset",
    "train_datasets": "dataset",
    "eval_datasets": "dataset",
    "val_datasets": "dataset",
    "pretraining_dataset": "dataset",
    "models": "model",
    "model": "model",
    "tokenizer": "model",
    "teacher": "model",
    "reward_model": "model",
    "validation_dataset": "dataset",
    "eval_dataset": "dataset",
    "train_dataset": "dataset",
    "test_dataset": "dataset",
    "val_dataset": "dataset",
    "slices": "model",
    **dict.fromkeys(("encoder", "backbone", "text_encoder", "vision_encoder", "embedding", "embeddings"), "model"),
    **dict.fromkeys(("embedder", "reranker", "llm", "generator", "student", "language_model", "base_model"), "model"),
}
"""Parts of a document that are about models or datasets as a whole."""
IN_COLLECTION = frozenset(
    ("path", "name", "name_or_path", "source", "repo_id", "id", "model", "hf_path", "repo", "dataset", "repository")
)
"""Keys that name the model or dataset there."""


_EITHER = frozenset(("hf_path", "hf_repo", "hf_repo_id", "repo_id"))


def under(key: str) -> Kind | None:
    """What a dotted key such as `model.name` is about."""
    before, dot, last = key.lstrip("-+").rpartition(".")
    return COLLECTIONS.get(normal(before)) if dot and last in IN_COLLECTION else None


def kind_of(key: str) -> Kind | None:
    """Whether the key (as `normal` has it) names a model or a dataset."""
    if key in _MODEL or _MODEL_KEY.search(key):
        return "model"
    if key in _DATASET or _DATASET_KEY.search(key):
        return "dataset"
    words = frozenset(key.split("_"))
    if not words & _OF_HUB or words & _NO_NAME:
        return None
    return "dataset" if words & {"data", "dataset", "datasets", "corpus"} else "model"


def is_strong(key: str) -> bool:
    """Whether under `key` also a name without an owner is one of the hub."""
    return key in STRONG or bool(_FROM_HUB.search(key))


def says_hub(option: str) -> bool:
    """Whether an option says that what it names is of the Hugging Face Hub, whatever its program."""
    return bool({"hf", "huggingface", "hugging"} & set(normal(option).split("_")))


def is_page(key: str) -> bool:
    """Whether an address under `key` may be that of a page for people."""
    if key in _PAGES:
        return True
    return key.endswith(("_url", "_link")) and not _OF_DATA & set(key.split("_"))


_WORDS = 8
"""Words of a key, of which each beginning may be that of the revision."""


def revision_of(key: str, kind: Kind | None, given: Mapping[str, str]) -> str | None:
    """The revision of what `key` names, by the keys (as `normal` has them) that stand beside it: that which has the
    name of the key itself, such as `base_model_revision` and `hf_revision`, before those for models or datasets."""
    words = key.split("_")[:_WORDS]
    own = [f"{'_'.join(words[:number])}_revision" for number in range(len(words), 0, -1)]
    plain = _DATASET_REVISION if kind == "dataset" else _MODEL_REVISION
    return next((given[name] for name in (*own, *plain) if given.get(name)), None)


def named(key: str, value: str, revision: str | None, *, under: Kind | None = None) -> Source | None:
    """The source that `value` under `key` is; None where it is none, or a file at hand.

    `under` says what the whole that the key is in is about.
    """
    key = normal(key)
    if REMOTE.match(value):
        return _address(key, value, under)
    kind = _kind(key, under)
    if kind is None or HOLE in value or not is_hub_id(value):
        return None
    if "/" not in value:
        canonical = value in _CANONICAL_DATASET if kind == "dataset" else bool(_CANONICAL_MODEL.fullmatch(value))
        if not is_strong(key) and not canonical:
            return None
    return services.hub(value, kind, revision)


def _kind(key: str, under: Kind | None) -> Kind | None:
    """What `key` names: `hf_path` and the like say it of neither, so that what they are in decides."""
    return under if under and key in _EITHER else kind_of(key) or under


def _address(key: str, value: str, under: Kind | None) -> Source | None:
    if any(c.isspace() for c in value):
        return None
    kind = _kind(key, under)
    if STORED.match(value) and is_written(key):
        return None
    if value.startswith("hf://"):
        return services.hub(value, kind)
    store = not value.lower().startswith(("http://", "https://", "git://", "ssh://", "git+"))
    host = services.host_of(value)
    if not (store or is_data_url(value, host, is_page=is_page(key))):
        return None
    if kind is None and not _WEIGHTS_URL.search(key) and not STORED.match(value):
        return None
    return services.address(value, kind)
