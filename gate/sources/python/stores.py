"""How the stores are read that keep data and weights under names of their own: Kaggle, Weights & Biases, buckets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gate.core.model import Kind
from gate.sources import services
from gate.sources.interface import HOLE, Source
from gate.sources.names import is_hub_id
from gate.sources.python.given import Given, Sources, unknown
from gate.sources.python.values import UNKNOWN, Local
from gate.sources.services import REMOTE


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
    if above := chained(given, ("Bucket",)):
        for place in given.texts(given.keyword("Key") or arguments[0]) if arguments or given.keyword("Key") else ():
            yield from stored("s3", above[0], place)
        return
    bucket = given.keyword("Bucket") or given.keyword("bucket_name") or (arguments[0] if len(arguments) > 1 else None)
    key = (
        given.keyword("Key")
        or given.keyword("key")
        or given.keyword("object_name")
        or (arguments[1] if len(arguments) > 2 else None)
    )
    if bucket is None or key is None:
        return
    for name in given.texts(bucket):
        for place in given.texts(key):
            yield from stored("s3", name, place)


def _blob(given: Given) -> Sources:
    """`client.bucket("b").blob("k").download_to_filename(...)`, also through names."""
    bucket = chained(given, ("bucket", "get_bucket"))
    key = chained(given, ("blob", "get_blob"))
    for name in bucket or [HOLE]:
        for place in key or [HOLE]:
            yield from stored("gs", name, place)


def objects(given: Given) -> Iterator[tuple[str, str]]:
    """Buckets and keys of `resource.Object(bucket, key).get()` and `resource.Bucket(bucket).Object(key).get()`."""
    import ast

    made = given.node.func.value if isinstance(given.node.func, ast.Attribute) else None
    if not isinstance(made, ast.Call) or not isinstance(made.func, ast.Attribute) or made.func.attr != "Object":
        return
    names = [given.texts(argument) for argument in made.args[:2]]
    if len(names) == 1:
        names = [chained(given, ("Bucket",)) or [HOLE], *names]
    if len(names) == 2:
        yield from ((bucket, key) for bucket in names[0] for key in names[1])


def file_system(given: Given) -> str:
    """The scheme of what the methods of s3fs and gcsfs are asked for, empty where it is neither."""
    import ast

    node = given.node.func.value if isinstance(given.node.func, ast.Attribute) else None
    if isinstance(node, ast.Name):
        bound = given.scope.names.get(node.id) or given.module.top.names.get(node.id, [])
        node = bound[-1].node if bound else None
    name = (given.resolver.dotted(node.func) or "").rpartition(".")[2] if isinstance(node, ast.Call) else ""
    return {"S3FileSystem": "s3", "GCSFileSystem": "gs"}.get(name, "")


def stored(scheme: str, bucket: str, key: str) -> Sources:
    """What lies at `key` in a bucket."""
    if HOLE in bucket or "://" in key:
        yield unknown(None)
    elif source := services.address(f"{scheme}://{bucket}/{key}"):
        yield source


def chained(given: Given, methods: tuple[str, ...]) -> list[str]:
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
    workspace = chained(given, ("workspace",)) or [""]
    for name in given.texts(given.node.args[0]) if given.node.args else ():
        if HOLE not in name + workspace[0]:
            place = f"{workspace[0]}/{name}".lstrip("/")
            yield Source(f"https://universe.roboflow.com/{place}", "universe.roboflow.com", "dataset", None, "moving")


READERS: dict[str, Callable[[Given], Sources]] = {
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
    "modelscope": _modelscope,
    "bucket": _bucket,
    "blob": _blob,
    "roboflow": _roboflow,
}
