"""What a server may do to a fetch, and what comes of it."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from gate.core.errors import AbsentError, GateError, UnableError, UsageError
from gate.policy.remote.addresses import is_public
from gate.policy.remote.https import MAX_BYTES, Network, Url, fetch
from tests.policy.remote.servers import Server, redirect, reply

LOOPBACK = frozenset(("127.0.0.1",))
TEXT = b"policy: 1\n"


def names(host: str, port: int) -> list[str]:
    """A resolver by which `other.test` is this machine, and `rebound.test` too, in more ways than one."""
    return {
        "localhost": ["127.0.0.1"],
        "other.test": ["127.0.0.1"],
        "rebound.test": ["127.0.0.2"],
        "mixed.test": ["127.0.0.1", "10.0.0.1"],
    }[host]


TRUSTING = Network(resolver=names, trusted=LOOPBACK)


def get(server: Server, path: str = "/p.yaml", network: Network = TRUSTING, seconds: float = 5) -> bytes:
    return fetch(Url("localhost", server.port, path), network, seconds)


def refused(server: Server, kind: type[GateError], path: str = "/p.yaml", seconds: float = 5) -> str:
    with pytest.raises(kind) as caught:
        get(server, path, seconds=seconds)
    return f"{caught.value.message} | {caught.value.fix}"


def test_a_file_and_nothing_that_says_who_asks(server: Server) -> None:
    server.answers["/p.yaml"] = TEXT
    assert get(server) == TEXT
    _, headers = server.asked[0]
    assert set(headers) == {"host", "user-agent"}


def test_a_redirect_within_the_server_and_to_another(server: Server) -> None:
    server.answers["/p.yaml"] = redirect("/q.yaml?token=%2f")
    server.answers["/q.yaml?token=%2f"] = redirect(f"https://other.test:{server.port}/r.yaml", 307)
    server.answers["/r.yaml"] = TEXT
    assert get(server) == TEXT


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("file:///etc/passwd", "only https:// is followed"),
        ("http://localhost/p.yaml", "only https:// is followed"),
        ("//localhost/p.yaml", "only https:// is followed"),
        ("p.yaml", "only https:// is followed"),
        ("https://user:word@localhost/p.yaml", "only https:// is followed"),
        ("https://localhost\\@10.0.0.1/p.yaml", "only https:// is followed"),
        ("https://127.0.0.2/p.yaml", "127.0.0.2, which is private"),
        ("https://169.254.169.254/latest/meta-data", "169.254.169.254, which is private"),
        ("https://[::1]/p.yaml", "only https:// is followed"),
        ("https://rebound.test/p.yaml", "127.0.0.2, which is private"),
        ("https://mixed.test/p.yaml", "10.0.0.1, which is private"),
        ("", "redirects it to nowhere"),
    ],
)
def test_a_redirect_that_is_not_followed(server: Server, target: str, said: str) -> None:
    server.answers["/p.yaml"] = redirect(target)
    network = Network(resolver=lambda host, port: [host] if host[0].isdigit() else names(host, port), trusted=LOOPBACK)
    with pytest.raises(UsageError) as caught:
        get(server, network=network)
    assert said in f"{caught.value.message} | {caught.value.fix}"
    assert len(server.asked) == 1


def test_a_host_of_ones_own_may_be_private_and_a_redirect_to_it_not(server: Server) -> None:
    own = Network(resolver=names, own=frozenset(("localhost",)))
    server.answers["/p.yaml"] = TEXT
    server.answers["/away.yaml"] = redirect(f"{server.url}/p.yaml")
    assert get(server, network=own) == TEXT
    with pytest.raises(UsageError, match="private or reserved"):
        get(server, "/away.yaml", network=own)
    with pytest.raises(UsageError, match=r"127\.0\.0\.1, which is private or reserved"):
        get(server, network=Network(resolver=names))


def test_the_connection_is_made_to_the_address_that_was_checked(server: Server) -> None:
    answers = iter((["127.0.0.1"], ["10.0.0.1"]))
    server.answers["/p.yaml"] = TEXT
    assert get(server, network=Network(resolver=lambda *_: next(answers), trusted=LOOPBACK)) == TEXT
    assert next(answers) == ["10.0.0.1"]  # it was asked once


def test_redirects_without_end(server: Server) -> None:
    server.answers["/p.yaml"] = redirect("/p.yaml")
    assert "redirected more than 3 times" in refused(server, UsageError)
    assert len(server.asked) == 4


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while True:
        handler.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def _drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def _headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X")
        handler.wfile.flush()
        time.sleep(0.05)


def _continue(handler: BaseHTTPRequestHandler) -> None:
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def _short(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    reply(handler, 200, TEXT, Content_Length="1000")


def _unmeasured(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + TEXT)
    handler.close_connection = True


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + TEXT)
    handler.close_connection = True


def test_what_does_not_end_is_ended(server: Server) -> None:
    server.answers["/p.yaml"] = _endless
    assert "larger than 1.0 MiB" in refused(server, UsageError)


@pytest.mark.parametrize("answer", [_drip, _headers, _continue])
def test_what_takes_too_long_is_cut_off(server: Server, answer: object) -> None:
    server.answers["/p.yaml"] = answer  # type: ignore[assignment]
    assert "localhost took too long" in refused(server, UnableError, seconds=0.5)


def test_a_handshake_that_never_comes(server: Server) -> None:
    with _silent() as port, pytest.raises(UnableError, match="took too long"):
        fetch(Url("localhost", port, "/p.yaml"), TRUSTING, 0.5)


@contextlib.contextmanager
def _silent() -> Iterator[int]:
    """A server that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_resolver_that_never_answers() -> None:
    stop = threading.Event()
    network = Network(resolver=lambda *_: [str(stop.wait(30))])
    with pytest.raises(UnableError, match="has no address"):
        fetch(Url("localhost", 1, "/p.yaml"), network, 0.2)
    stop.set()


@pytest.mark.parametrize("answer", [_short, _cut])
def test_what_is_cut_off_does_not_count(server: Server, answer: object) -> None:
    server.answers["/p.yaml"] = answer  # type: ignore[assignment]
    refused(server, UnableError)


def test_a_length_is_needed_to_see_that_nothing_is_cut_off(server: Server) -> None:
    server.answers["/p.yaml"] = _unmeasured
    assert "does not say how long it is" in refused(server, UsageError)


def test_what_is_announced_as_huge_is_not_waited_for(server: Server) -> None:
    body = b"x" * (MAX_BYTES + 1)
    server.answers["/p.yaml"] = lambda handler: reply(handler, 200, body, Content_Length=str(1 << 40))
    assert "larger than" in refused(server, UsageError)


def test_compressed_answers_are_not_unpacked(server: Server) -> None:
    bomb = gzip.compress(bytes(1 << 24))
    server.answers["/p.yaml"] = lambda handler: reply(handler, 200, bomb, Content_Encoding="gzip")
    assert "compressed, which was not asked for" in refused(server, UsageError)


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (404, AbsentError, "does not have it"),
        (401, UnableError, "asks who wants it"),
        (403, UnableError, "asks who wants it"),
        (500, UnableError, "answered 500"),
        (206, UnableError, "answered 206"),
        (304, UnableError, "answered 304"),
    ],
)
def test_other_answers(server: Server, status: int, kind: type[GateError], said: str) -> None:
    server.answers["/p.yaml"] = lambda handler: reply(handler, status, b"", WWW_Authenticate='Basic realm="x"')
    assert said in refused(server, kind)
    assert len(server.asked) == 1


def test_a_certificate_that_nobody_vouches_for(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    server.answers["/p.yaml"] = TEXT
    assert "CERTIFICATE_VERIFY_FAILED" in refused(server, UnableError)
    assert server.asked == []


def test_a_certificate_of_another_name(server: Server) -> None:
    network = Network(resolver=lambda *_: ["127.0.0.1"], trusted=LOOPBACK)
    with pytest.raises(UnableError, match="Hostname mismatch"):
        fetch(Url("wrong.test", server.port, "/p.yaml"), network, 5)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(UnableError, match="could not be asked"):
        fetch(Url("localhost", port, "/p.yaml"), TRUSTING, 5)


def test_netrc_and_proxies_are_for_hosts_of_ones_own(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine localhost login me password secret\ndefault login x password y\n")
    (tmp_path / ".netrc").chmod(0o600)
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answers["/p.yaml"] = TEXT
    get(server, network=TRUSTING._replace(home=str(tmp_path)))
    get(server, network=TRUSTING._replace(home=str(tmp_path), own=frozenset(("localhost",))))
    assert [headers.get("authorization") for _, headers in server.asked] == [None, "Basic bWU6c2VjcmV0"]
    own = TRUSTING._replace(home=str(tmp_path), own=frozenset(("localhost", "other.test")))
    server.answers["/away.yaml"] = redirect(f"https://other.test:{server.port}/p.yaml")
    get(server, "/away.yaml", network=own)
    assert "authorization" not in server.asked[-1][1]  # what is there for any host is for none


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1"),
        *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "2001::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_that_are(address: str) -> None:
    assert is_public(address)
