"""Asking a client of object storage, and saying what went wrong in our own words.

Clients connect, sign and try again by themselves. Their messages may hold addresses with secrets, so none is repeated:
what they raise becomes an OSError whose `strerror` says it.
"""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from gate.objects.interface import ChangedError

SECONDS = 120.0
"""That a piece may take, with all that is sent again; as none is large, this is time without progress."""
SHORT = 40.0
"""The same for what has no content: before it is over, nobody has heard of the server at all."""
PATIENCE = 3
"""Requests in a row without an answer after which no other is made: thousands may wait for the same server."""
PAUSE = 60.0
"""Seconds after the last of these for which that holds."""


class _Silence:
    """How many requests in a row got no answer, and when the last of them was given up."""

    requests = 0
    last = 0.0


def ask(client: Any, request: Callable[[], Coroutine[Any, Any, Any]], seconds: float = SECONDS) -> Any:
    """What `request` answers, in the thread in which `client`, a file system of fsspec, does its work."""
    silence: _Silence = vars(client).setdefault("gate_silence", _Silence())  # fsspec has one client for a process
    if silence.requests >= PATIENCE and time.monotonic() < silence.last + PAUSE:
        raise OSError(errno.EHOSTDOWN, f"its endpoint did not answer {silence.requests} requests before this one")
    sync = import_module("fsspec.asyn").sync
    try:
        found = sync(client.loop, lambda: asyncio.wait_for(request(), seconds))
    except ChangedError:
        raise
    except Exception as error:
        told = _translated(error, seconds)
        silence.requests = silence.requests + 1 if told.errno in _UNANSWERED else 0
        silence.last = time.monotonic()
        raise told from None
    silence.requests = 0
    return found


_UNANSWERED = (errno.ETIMEDOUT, errno.EHOSTUNREACH)


@contextmanager
def understood() -> Iterator[None]:
    """Around the reading of an answer, which may come from a server that is none of object storage."""
    try:
        yield
    except (KeyError, TypeError, ValueError):
        raise OSError(errno.EIO, _STRANGE) from None


_STRANGE = "its endpoint does not answer as one of object storage does"
_DENIED = "permission denied: let the credentials in use list and read it"
_BY_CODE: dict[str, Callable[[], OSError]] = {
    "PreconditionFailed": ChangedError,
    "412": ChangedError,
    "NoSuchBucket": lambda: FileNotFoundError(errno.ENOENT, "there is no such bucket"),
    "NoSuchVersion": ChangedError,
}
_BY_NAME = {
    "NoCredentialsError": "there are no credentials for it: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret",
    "PartialCredentialsError": "the credentials for it are incomplete",
    "ProfileNotFound": "the profile of AWS_PROFILE does not exist",
    "HTTPClientError": _STRANGE,
}
_UNREACHED = ("EndpointConnectionError", "ConnectTimeoutError")


def _translated(error: Exception, seconds: float) -> OSError:
    """The error in our own words."""
    cause = error.__cause__
    answer = getattr(cause, "response", None) or getattr(error, "response", None) or {}
    code = str((answer.get("Error") or {}).get("Code", ""))
    if code in _BY_CODE:
        return _BY_CODE[code]()
    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(errno.ENOENT, "there is no such object")
    if isinstance(error, PermissionError) or str(error).startswith("Forbidden") or getattr(error, "code", 0) == 401:
        return PermissionError(errno.EACCES, _DENIED)
    name = type(error).__name__
    if name in _UNREACHED:
        return OSError(errno.EHOSTUNREACH, "its endpoint cannot be reached")
    if name in _BY_NAME:
        return OSError(errno.EIO, _BY_NAME[name])
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)) or "Timeout" in name:
        return OSError(errno.ETIMEDOUT, f"it did not answer within {seconds:.0f} seconds")
    if isinstance(error, OSError) and error.strerror and not answer and type(error) is OSError:
        return error  # our own
    return OSError(errno.EIO, f"the request failed: {code if code.isalnum() else name}")
