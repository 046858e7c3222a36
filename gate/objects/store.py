"""Object storage by the scheme of its addresses."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from gate.core.errors import UnableError
from gate.objects.interface import Store


def _s3() -> Store:
    client: Any = import_module("s3fs").S3FileSystem
    from gate.objects.s3 import CONNECTING, S3

    return S3(client(config_kwargs=CONNECTING, use_listings_cache=False))


def _google() -> Store:
    client: Any = import_module("gcsfs").GCSFileSystem
    from gate.objects.google import Google

    return Google(client(use_listings_cache=False))


_STORES: dict[str, tuple[Callable[[], Store], str]] = {
    "s3": (_s3, 'pip install "dbom-gate[remote]"'),
    "gs": (_google, 'pip install "dbom-gate[remote]" gcsfs'),
}
"""How to connect, and what to install for it. The clients of fsspec are one for each process."""


def open_store(scheme: str) -> Store:
    """The storage of addresses with `scheme`; raises `UnableError` where a library is missing."""
    connect, pip = _STORES[scheme]
    try:
        return connect()
    except ImportError:
        raise UnableError(f"{scheme}:// needs a library that is not installed", pip) from None
