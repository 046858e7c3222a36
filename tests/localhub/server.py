"""The local hub: what the real one answers to `huggingface_hub`, over loopback."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from tests.localhub.repository import LARGE, Repository, blob_id, sha256

_API = re.compile(r"/api/(models|datasets)/([^/]+(?:/[^/]+)?)/(revision|tree)/([^/]+)")
_FILE = re.compile(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)")


class Seen(NamedTuple):
    """One question that arrived; names of `headers` are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


class Reply(NamedTuple):
    """One answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of clients that hang up, as those do that have read enough."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class LocalHub:
    """The hub. `transfer` has what is sent in place of a file, under its true digest; `answer` may answer instead."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.seen: list[Seen] = []
        self.transfer: dict[str, bytes] = {}
        self.answer: Callable[[Seen], Reply | None] = lambda _: None
        self.page = 1000
        self.token = ""
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base
                pass

            def _reply(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, parts.path, parse_qs(parts.query), headers)
                hub.seen.append(seen)
                reply = hub.answer(seen) or hub.reply(seen)
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in reply.headers:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(reply.body)
                if reply.headers.get("Connection") == "close":
                    self.close_connection = True

            do_GET = do_HEAD = _reply  # noqa: N815 - the names of the base

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> LocalHub:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def repository(self, name: str) -> Repository:
        """The repository `NAMESPACE/NAME`, or `datasets/NAMESPACE/NAME`; made where there is none."""
        kind = "datasets" if name.startswith("datasets/") else "models"
        return self.repositories.setdefault(name, Repository(kind, name.removeprefix("datasets/")))

    def reply(self, seen: Seen) -> Reply:
        """What the real hub would answer."""
        if self.token and seen.headers.get("authorization") != f"Bearer {self.token}":
            return _failure(401, "RepoNotFound")
        if match := _API.fullmatch(seen.path):
            kind, name, what, revision = match.groups()
            found = self._find(kind, name, unquote(revision))
            if isinstance(found, Reply):
                return found
            repository, commit = found
            if what == "revision":
                return _json(repository.about(commit, scans="securityStatus" in seen.query))
            return self._tree(repository.tree(commit, expand=seen.query.get("expand") == ["true"]), seen)
        if match := _FILE.fullmatch(seen.path):
            found = self._find("datasets" if match[1] else "models", match[2], unquote(match[3]))
            return found if isinstance(found, Reply) else self._file(*found, unquote(match[4]), seen)
        return _failure(404, "RepoNotFound")

    def _find(self, kind: str, name: str, revision: str) -> tuple[Repository, str] | Reply:
        repository = self.repositories.get(name if kind == "models" else f"datasets/{name}")
        if repository is None:
            return _failure(404, "RepoNotFound")
        commit = repository.commit(revision)
        return (repository, commit) if commit else _failure(404, "RevisionNotFound")

    def _tree(self, entries: list[dict[str, Any]], seen: Seen) -> Reply:
        start = int(seen.query.get("cursor", ["0"])[0])
        end = start + self.page
        headers = {}
        if end < len(entries):
            expand = seen.query.get("expand", ["false"])[0]
            address = f"{self.url}{seen.path}?recursive=true&expand={expand}&cursor={end}"
            headers["Link"] = f'<{address}>; rel="next"'
        return _json(entries[start:end], headers)

    def _file(self, repository: Repository, commit: str, path: str, seen: Seen) -> Reply:
        files = repository.commits[commit]
        if path not in files:
            return _failure(404, "EntryNotFound")
        data = files[path]
        large = bool(LARGE.fullmatch(path))
        etag = sha256(data) if large else blob_id(data)
        headers = {"X-Repo-Commit": commit, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        if large:
            headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(len(data))}
        data = self.transfer.get(path, data)
        if said := re.fullmatch(r"bytes=(\d+)-", seen.headers.get("range", "")):
            start = int(said[1])
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            return Reply(206, data[start:], headers)
        if seen.method == "HEAD":
            headers["Content-Length"] = str(len(data))
        return Reply(200, data, headers)


def _json(document: Any, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(200, json.dumps(document).encode(), {"Content-Type": "application/json", **(headers or {})})


def _failure(status: int, code: str) -> Reply:
    return Reply(status, b'{"error": "no"}', {"Content-Type": "application/json", "X-Error-Code": code})
