"""Vendoring one file from a server that is not to be trusted."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.policy.remote.servers import Server, redirect, reply
from tests.support import finish, start_gate
from tests.vendor.conftest import Vendoring, digest

DATA = b"x,y\n1,2\n" * 1000


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    directory = tmp_path / "server"
    directory.mkdir()
    found = Server(directory)
    monkeypatch.setenv("SSL_CERT_FILE", str(found.authority))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    found.answers["/signs-2.1.csv"] = DATA
    yield found
    found.close()


def test_a_file_with_the_digest_of_its_maker(vendoring: Vendoring, server: Server) -> None:
    url = f"{server.url}/signs-2.1.csv"
    result = vendoring.run("--sha256", digest(DATA), source=url)
    assert result.code == 0, result.err
    assert set(vendoring.objects()) == {digest(DATA)}
    assert f"url: {url}" in vendoring.repo.text("dbom.yaml")
    assert "is trusted" not in result.out


def test_without_a_digest_it_says_that_the_first_use_is_trusted(vendoring: Vendoring, server: Server) -> None:
    result = vendoring.run(source=f"{server.url}/signs-2.1.csv")
    assert result.code == 0, result.err
    assert "no digest was given: what the server sent now is trusted" in result.out


def test_other_bytes_of_the_same_size_are_caught(vendoring: Vendoring, server: Server) -> None:
    server.answers["/signs-2.1.csv"] = DATA[:-1] + b"!"
    result = vendoring.run("--sha256", digest(DATA), source=f"{server.url}/signs-2.1.csv")
    assert result.code == 1
    assert "integrity/digest-mismatch" in result.out
    assert vendoring.objects() == {}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_is_caught(vendoring: Vendoring, server: Server, status: int) -> None:
    server.answers["/moved.csv"] = redirect("https://files.example.net/signs-2.1.csv", status)
    result = vendoring.run("--sha256", digest(DATA), source=f"{server.url}/moved.csv")
    assert result.code == 2
    assert "redirects to another host: https://files.example.net/signs-2.1.csv" in result.err
    assert vendoring.objects() == {}


@pytest.mark.parametrize("target", ["http://localhost/x.csv", "file:///etc/passwd", "ftp://localhost/x"])
def test_a_redirect_away_from_https_is_caught(vendoring: Vendoring, server: Server, target: str) -> None:
    server.answers["/moved.csv"] = redirect(target)
    result = vendoring.run(source=f"{server.url}/moved.csv")
    assert result.code == 2
    assert vendoring.objects() == {}


def test_a_redirect_on_the_same_host_is_followed(vendoring: Vendoring, server: Server) -> None:
    server.answers["/moved.csv"] = redirect("/signs-2.1.csv")
    assert vendoring.run(source=f"{server.url}/moved.csv").code == 0


def test_a_redirect_to_a_host_that_the_policy_lists_is_followed(
    vendoring: Vendoring, server: Server, tmp_path: Path
) -> None:
    port = server.url.rpartition(":")[2]
    server.answers["/moved.csv"] = redirect(f"https://127.0.0.1:{port}/signs-2.1.csv")
    vendoring.repo.write("gate-policy.yaml", 'policy: 1\nsources: {hosts: ["127.0.0.1"]}\n')
    result = vendoring.run(source=f"{server.url}/moved.csv")
    assert "another host" not in result.err  # it is asked, and its certificate is for `localhost` alone
    assert result.code == 4
    assert "127.0.0.1" in result.err or "localhost" in result.err


def test_what_gives_access_to_another_host_is_not_shown(vendoring: Vendoring, server: Server) -> None:
    server.answers["/moved.csv"] = redirect("https://files.example.net/signs.csv?X-Amz-Signature=secret")
    result = vendoring.run(source=f"{server.url}/moved.csv")
    assert result.code == 2
    assert "redirects to another host: https://files.example.net/signs.csv" in result.err
    assert "secret" not in result.err


def test_a_head_that_drips_in_is_not_waited_for_without_end(vendoring: Vendoring, server: Server) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(b"x")
                time.sleep(0.1)

    server.answers["/signs-2.1.csv"] = drip
    before = "from gate.vendor.upstream import https\nhttps.SECONDS = 1.0\n"
    arguments = ("vendor", f"{server.url}/signs-2.1.csv", "--to", str(vendoring.mirror))
    result = finish(start_gate(vendoring.repo.root, *arguments, before=before))
    assert result.code == 4
    assert "too long" in result.err


def test_a_circle_of_redirects_ends(vendoring: Vendoring, server: Server) -> None:
    server.answers["/a.csv"] = redirect("/b.csv")
    server.answers["/b.csv"] = redirect("/a.csv")
    result = vendoring.run(source=f"{server.url}/a.csv")
    assert result.code == 2
    assert "without end" in result.err
    assert vendoring.objects() == {}


def test_more_than_allowed_is_caught_while_it_comes(vendoring: Vendoring, server: Server) -> None:
    result = vendoring.run("--max-size", "1K", source=f"{server.url}/signs-2.1.csv")
    assert result.code == 1
    assert "integrity/size-mismatch" in result.out
    assert all(file.stat().st_size <= 1024 for file in vendoring.kept() if "partial" in file.parts)


def cut(handler: BaseHTTPRequestHandler) -> None:
    """Announces all of it, sends half, and hangs up."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(DATA)))
    handler.end_headers()
    handler.wfile.write(DATA[: len(DATA) // 2])
    handler.close_connection = True


def test_a_connection_that_breaks_publishes_nothing_and_the_next_run_completes(
    vendoring: Vendoring, server: Server
) -> None:
    server.answers["/signs-2.1.csv"] = cut
    result = vendoring.run("--sha256", digest(DATA), source=f"{server.url}/signs-2.1.csv")
    assert result.code == 4
    assert "run the command again" in result.err
    assert vendoring.objects() == {}
    server.answers["/signs-2.1.csv"] = DATA  # a server without ranges: all of it comes again
    assert vendoring.run("--sha256", digest(DATA), source=f"{server.url}/signs-2.1.csv").code == 0
    assert set(vendoring.objects()) == {digest(DATA)}


@pytest.mark.parametrize(("status", "code"), [(404, 2), (403, 4), (500, 4)])
def test_a_server_that_refuses(vendoring: Vendoring, server: Server, status: int, code: int) -> None:
    server.answers["/signs-2.1.csv"] = lambda handler: reply(handler, status, b"no")
    result = vendoring.run(source=f"{server.url}/signs-2.1.csv")
    assert result.code == code
    assert str(status) in result.err


def test_content_that_was_compressed_on_the_way_is_refused(vendoring: Vendoring, server: Server) -> None:
    server.answers["/signs-2.1.csv"] = lambda handler: reply(handler, 200, DATA, Content_Encoding="gzip")
    assert vendoring.run(source=f"{server.url}/signs-2.1.csv").code == 2


def test_a_server_that_nobody_vouches_for_is_not_asked(
    vendoring: Vendoring, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    result = vendoring.run(source=f"{server.url}/signs-2.1.csv")
    assert result.code == 4
    assert "certificate" in result.err.lower()
