"""What code asks services for by name: Azure, hooks of Airflow, lakeFS, Quilt, PaddleNLP, databases."""

from __future__ import annotations

import ast
from collections.abc import Callable

from gate.sources import services
from gate.sources.interface import HOLE
from gate.sources.names import is_hub_id
from gate.sources.python.given import Given, Sources, unknown
from gate.sources.python.stores import chained, stored
from gate.sources.python.values import Local
from gate.sources.services import REMOTE


def asset(given: Given, names: tuple[str, ...] = ()) -> Sources:
    """An asset of Azure Machine Learning: `azureml:NAME:VERSION`, or a name with a version beside it."""
    given = given._replace(spec=given.spec._replace(names=names or given.spec.names, revision=("version",)))
    for name in given.names():
        if REMOTE.match(name):
            if source := services.address(name):
                yield source
        elif name.startswith("azureml:") or given.spec.service != "azureml" or given.spec.position < 2:
            plain, _, version = name.removeprefix("azureml:").partition(":")
            if HOLE in plain:
                yield unknown(None)
            else:
                yield services.versioned(f"azureml:{plain}", "", None, version or given.revision())


def hook(given: Given, scheme: str) -> Sources:
    """A hook of Airflow: the key comes before the bucket."""
    arguments = dict(zip(("key", "bucket_name"), given.node.args, strict=False))
    key = given.keyword("key") or given.keyword("object_name") or arguments.get("key")
    bucket = given.keyword("bucket_name") or arguments.get("bucket_name")
    if key is None:
        return
    for place in given.texts(key):
        if bucket is None and REMOTE.match(place):
            if source := services.address(place):
                yield source
            continue
        for name in given.texts(bucket) if bucket is not None else [HOLE]:
            yield from stored(scheme, name, place)


def _blob(given: Given) -> Sources:
    """`service.get_blob_client(container, blob).download_blob()`, where the service was made with its address."""
    made = _made(given, given.node.func)
    if made is None or not isinstance(made.func, ast.Attribute) or made.func.attr != "get_blob_client":
        return
    service = _made(given, made.func)
    for address in _texts(given, service, 0, "account_url"):
        for container in _texts(given, made, 0, "container"):
            for blob in _texts(given, made, 1, "blob"):
                source = None
                if HOLE not in address + container:
                    source = services.address(f"{address.rstrip('/')}/{container}/{blob}")
                yield source or unknown(None)


def _blob_client(given: Given) -> Sources:
    """`BlobClient(account_url, container_name, blob_name)`."""
    for address in _texts(given, given.node, 0, "account_url"):
        for container in _texts(given, given.node, 1, "container_name"):
            for blob in _texts(given, given.node, 2, "blob_name"):
                source = None
                if HOLE not in address + container:
                    source = services.address(f"{address.rstrip('/')}/{container}/{blob}")
                yield source or unknown(None)


def _made(given: Given, func: ast.expr) -> ast.Call | None:
    """The call that made the object of which `func` is a method, also through a name."""
    node = func.value if isinstance(func, ast.Attribute) else None
    if isinstance(node, ast.Name):
        bound = given.scope.names.get(node.id) or given.module.top.names.get(node.id, [])
        node = bound[-1].node if bound else None
    return node if isinstance(node, ast.Call) else None


def _texts(given: Given, call: ast.Call | None, place: int, name: str) -> list[str]:
    """What the argument of another call can be, `HOLE` alone where the text does not say."""
    if call is None:
        return [HOLE]
    node = next((k.value for k in call.keywords if k.arg == name), None)
    if node is None and place < len(call.args):
        node = call.args[place]
    return given.texts(node) if node is not None else [HOLE]


def _lakefs(given: Given) -> Sources:
    """`lakefs.repository("r").branch("main").object("k").reader()`."""
    parts = [chained(given, ways) for ways in (("repository",), ("branch", "ref", "commit"), ("object",))]
    if all(parts) and (source := services.address("lakefs://" + "/".join(part[0] for part in parts))):
        yield source


def _quilt(given: Given) -> Sources:
    for name in given.names():
        if HOLE not in name:
            yield services.versioned(f"quilt:{name}", "", "dataset", given.revision())


def paddle(given: Given) -> Sources:
    """PaddleNLP, which keeps models of its own beside those of the hub."""
    for name in given.names():
        if not isinstance(name, Local) and HOLE not in name and is_hub_id(name):
            yield services.library("paddlenlp", name, "bj.bcebos.com", "model")


READERS: dict[str, Callable[[Given], Sources]] = {
    "azureml": asset,
    "azure-blob": _blob,
    "azure-client": _blob_client,
    "s3-hook": lambda given: hook(given, "s3"),
    "lakefs": _lakefs,
    "quilt": _quilt,
    "run-time": lambda _: iter((unknown("dataset"),)),
}
