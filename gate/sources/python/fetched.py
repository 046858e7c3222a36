"""How calls are read that fetch an address, or read what lies at one."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from gate.core.model import Kind
from gate.sources import commands, services
from gate.sources.interface import HOLE, Source
from gate.sources.names import is_data_url, is_media
from gate.sources.python import cloud, stores
from gate.sources.python.given import Given, Sources, unknown
from gate.sources.python.helper_names import is_helper
from gate.sources.python.values import Local
from gate.sources.services import REMOTE

_CHAINED = re.compile(r"^(?:(?:filecache|simplecache|blockcache)(?:://)?::|(?:zip|tar|gzip)://[^:]*::)+")
"""What fsspec puts in front of an address."""


def read(given: Given) -> Sources:
    """What a call reads that takes paths and addresses alike."""
    kind: Kind = "model" if given.spec.service in ("keras-load", "torch-load") else "dataset"
    for name in given.names():
        if name.startswith("pipe:"):
            yield from (one.source for one in commands.in_text(name[5:]) if one.source is not None)
            continue
        clean = _CHAINED.sub("", name)
        if REMOTE.match(clean) and (source := remote(clean, kind)):
            yield source


def remote(name: str, kind: Kind | None, *, digest: bool = False) -> Source | None:
    """The source of an address, also one of the hub."""
    if name.startswith("hf://"):
        return services.hub(name, kind)
    return services.address(name, kind, digest=digest)


def url(given: Given) -> Sources:
    """What a call downloads."""
    digest = any(
        isinstance(given.value(key), str) for key in ("sha256", "hash_prefix", "checksum", "known_hash", "md5", "hash")
    )
    digest = digest or (given.value("check_hash") is True)
    for name in given.names():
        if isinstance(name, Local):
            continue
        if name.startswith(HOLE):
            yield unknown(None)
        elif REMOTE.match(name) and (source := remote(name, None, digest=digest)):
            yield source


def _addresses(given: Given) -> Sources:
    """Any address counts: what reads it keeps what it holds."""
    for name in given.names():
        if REMOTE.match(name) and (source := services.address(name, "dataset")):
            yield source


def _downloads(given: Given) -> bool:
    """Whether the call stands in a function that says that it downloads."""
    function = given.scope.function
    return function is not None and is_helper(ast.Name(function.name))


def _file_system(given: Given) -> Sources:
    if given.keyword("bucket_name") is not None and given.keyword("object_name") is not None:
        yield from cloud.hook(given, "gs")
        return
    if re.search(r"\.(?:data|models)\.get$", given.name) and given.keyword("version") is not None:
        yield from cloud.asset(given, ("name",))
        return
    if "sftp" in ast.unparse(given.node.func).lower():
        yield unknown(None)
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
        elif source := remote(name, None):
            yield source


def _get_file(given: Given) -> Sources:
    digest = any(isinstance(given.value(key), str) for key in ("file_hash", "md5_hash", "known_hash"))
    for name in given.names():
        if REMOTE.match(name) and (source := services.address(name, digest=digest)):
            yield source
        elif name.startswith(HOLE) and not isinstance(name, Local):
            yield unknown(None)


def _request(given: Given) -> Sources:
    streams = given.value("stream") is True
    for name in given.names():
        if name.startswith(("http://", "https://", "ftp://")):
            plain = name.partition("?")[0]
            counts = is_data_url(name, services.host_of(name)) or (streams and HOLE not in name) or is_media(plain)
            if counts and (source := services.address(name)):
                yield source
        elif name.startswith(HOLE) and (streams or _downloads(given)):
            yield unknown(None)


READERS: dict[str, Callable[[Given], Sources]] = {
    "url": url,
    "read": read,
    "request": _request,
    "address": _addresses,
    "file-system": _file_system,
    "get-file": _get_file,
}
