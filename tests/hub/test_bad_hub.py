"""A hub that is down, busy, broken or lying: what is not known is undecided, in bounded time, the rest is checked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gate.hub import client
from gate.hub import http as hub_http
from tests.hub.conftest import ASKING, write
from tests.localhub import LocalHub, Reply, Seen
from tests.support import WEIGHTS, Found, Repo

FILES = {"train.csv": b"a,b\n1,2\n", "data/x.parquet": b"PAR1" + b"x" * 100 + b"PAR1"}


@pytest.fixture
def signs(repo: Repo, hub: LocalHub) -> Repo:
    """A repository with a dataset of the hub, and beside it a model whose bytes are not the declared ones."""
    commit = hub.repository("datasets/acme/signs").publish(FILES)
    write(repo, "data/signs", FILES)
    repo.write("models/own.safetensors", WEIGHTS)
    source = ("--source", "hf://datasets/acme/signs", "--revision", commit, "--offline")
    assert repo.gate("add", "data/signs", *source).code == 0
    assert repo.gate("add", "models/own.safetensors").code == 0
    repo.write("models/own.safetensors", WEIGHTS[:-1] + b"x")
    repo.write("gate-policy.yaml", ASKING)
    return repo


def about_the_hub(repo: Repo) -> list[Found]:
    """The findings on the dataset; the model is always found, too."""
    findings = repo.findings()
    assert "integrity/digest-mismatch" in {finding.rule for finding in findings}, "the rest was not checked"
    return [finding for finding in findings if finding.rule.startswith("hub/") or finding.rule == "gate/undecided"]


def undecided(repo: Repo) -> str:
    (finding,) = about_the_hub(repo)
    assert finding.rule == "gate/undecided"
    return finding.message


def test_the_dataset_is_as_published_before_anything_goes_wrong(signs: Repo) -> None:
    assert about_the_hub(signs) == []


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(401, headers={"X-Error-Code": "RepoNotFound"}), "is private, gated or gone: 127.0.0.1 answered 401"),
        (Reply(403, headers={"X-Error-Code": "GatedRepo"}), "is gated: 127.0.0.1 answered 403"),
        (Reply(404), "127.0.0.1 answered 404 about"),
        (Reply(418, headers={"X-Error-Code": "\x1b[31mTeapot" + "x" * 500}), "answered 418"),
        (Reply(500), "127.0.0.1 answered 500"),
        (Reply(503, headers={"Retry-After": "soon"}), "127.0.0.1 answered 503"),
        (Reply(429, headers={"Retry-After": "86400"}), "it has had too many questions"),
        (Reply(302, headers={"Location": "file:///etc/passwd"}), "redirects to file:///etc/passwd"),
        (Reply(302, headers={"Location": "http://files.example.org/x"}), "redirects to http://files.example.org/x"),
        (Reply(302, headers={"Location": "/again"}), "redirects more than 5 times"),
        (Reply(302), "redirects to nowhere"),
        (Reply(200, b"<html>"), "it is no JSON"),
        (Reply(200, b""), "it is empty"),
        (Reply(200, b"[" * 100_000), "it is nested too deep"),
        (Reply(200, b'{"sha": "main"}'), "names no commit"),
        (Reply(200, b"[]"), "names no commit"),
        (Reply(200, b'{"sha": "' + b"0" * 40 + b'"}'), "the hub answers about 000000000000 instead"),
        (Reply(200, b"{}", {"Content-Length": "100", "Connection": "close"}), "127.0.0.1"),
    ],
)
def test_an_answer_that_is_none_is_undecided(signs: Repo, hub: LocalHub, reply: Reply, says: str) -> None:
    hub.answer = lambda seen: reply
    message = undecided(signs)
    assert says in message
    assert "\x1b" not in message


@pytest.mark.parametrize("code", ["RepoNotFound", "RevisionNotFound"])
def test_what_the_hub_says_is_gone_is_a_finding(signs: Repo, hub: LocalHub, code: str) -> None:
    hub.answer = lambda seen: Reply(404, headers={"X-Error-Code": code})
    assert [finding.rule for finding in about_the_hub(signs)] == ["hub/not-found"]


def test_what_the_hub_has_disabled_is_a_finding(signs: Repo, hub: LocalHub) -> None:
    hub.answer = lambda seen: Reply(403, headers={"X-Error-Message": "Access to this resource is disabled."})
    (finding,) = about_the_hub(signs)
    assert finding.rule == "hub/not-found"
    assert "is disabled" in finding.message


def test_a_busy_hub_is_asked_again(signs: Repo, hub: LocalHub) -> None:
    replies = iter([Reply(429, headers={"Retry-After": "0"}), Reply(503)])
    hub.answer = lambda seen: next(replies, None)
    assert about_the_hub(signs) == []


def test_a_hub_that_is_down_is_asked_for_one_artifact_only(signs: Repo, hub: LocalHub) -> None:
    for number in range(5):
        signs.write(f"more/{number}.csv", b"a,b\n1,2\n")
        source = ("--source", f"hf://datasets/acme/more{number}", "--revision", "0" * 40, "--offline")
        assert signs.gate("add", f"more/{number}.csv", *source).code == 0
    hub.answer = lambda seen: Reply(500)
    assert [finding.rule for finding in about_the_hub(signs)] == ["gate/undecided"] * 6
    assert len(hub.seen) == client.ATTEMPTS


def test_a_hub_that_never_answers_takes_a_bounded_time(
    signs: Repo, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "REQUEST_SECONDS", 0.1)
    done = threading.Event()

    def never(seen: Seen) -> None:
        done.wait(20)

    hub.answer = never
    try:
        assert "127.0.0.1 took too long" in undecided(signs)
    finally:
        done.set()


def test_a_hub_that_is_slow_with_each_of_many_artifacts_takes_a_bounded_time(
    signs: Repo, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = hub.repository("datasets/acme/more").publish(FILES)
    for number in range(20):
        write(signs, f"more/{number}", FILES)
        source = ("--source", f"hf://datasets/acme/more{number}", "--revision", commit, "--offline")
        assert signs.gate("add", f"more/{number}", *source).code == 0
        hub.repository(f"datasets/acme/more{number}").publish(FILES)
    monkeypatch.setattr(client, "RUN_SECONDS", 0.5)
    waiting = threading.Event()

    def slowly(seen: Seen) -> None:
        waiting.wait(0.1)

    hub.answer = slowly
    found = about_the_hub(signs)
    assert {finding.rule for finding in found} == {"gate/undecided"}
    assert any("127.0.0.1 took more than 0.5 seconds for the answers of this run" in one.message for one in found)
    assert len(hub.seen) < 15


def test_a_hub_that_is_not_there_is_undecided(signs: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    assert "127.0.0.1 could not be asked" in undecided(signs)


@pytest.mark.parametrize(
    "endpoint",
    ["http://hub.example.org", "file:///etc", "hub.example.org", "https://user:secret@hub.example.org", "x" * 9],
)
def test_an_endpoint_that_is_not_safe_is_not_asked(signs: Repo, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    message = undecided(signs)
    assert "HF_ENDPOINT cannot be used" in message
    assert "secret" not in message


def in_tree(hub: LocalHub, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    """Has the hub answer with a list of files that `change` has changed."""

    def answer(seen: Seen) -> Reply | None:
        if "/tree/" not in seen.path:
            return None
        honest = json.loads(hub.reply(seen).body)
        return Reply(200, json.dumps(change(honest)).encode())

    hub.answer = answer


def _with(**values: Any) -> Callable[[list[dict[str, Any]]], Any]:
    return lambda entries: [*entries[:-1], entries[-1] | values]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_with(path="../../etc/passwd"), "the path ../../etc/passwd in"),
        (_with(path="/etc/passwd"), "the path /etc/passwd in"),
        (_with(path="a//b"), "the path a//b in"),
        (_with(path="a\nb"), r"the path a\nb in"),
        (_with(path=""), "is none of a repository"),
        (_with(path=7), "is none of a repository"),
        (_with(path="\ud800.csv"), r"the path \ud800.csv in"),
        (_with(path="x" * 5000), "is none of a repository"),
        (_with(path="train.csv"), "train.csv is in hf://datasets/acme/signs at"),
        (_with(size=-1), "has no size"),
        (_with(size=True), "has no size"),
        (_with(size="108"), "has no size"),
        (_with(size=7), "has two sizes"),
        (_with(lfs={"oid": "https://example.org", "size": 108}), "has no SHA-256"),
        (_with(lfs="x"), "has no SHA-256"),
        (_with(lfs=None, oid="x"), "has no digest"),
        (_with(type="symlink"), "one of the files of"),
        (lambda entries: {"files": entries}, "are not a list"),
        (lambda entries: ["train.csv"], "one of the files of"),
    ],
)
def test_a_list_of_files_that_cannot_be_is_not_believed(
    signs: Repo, hub: LocalHub, change: Callable[[list[dict[str, Any]]], Any], says: str
) -> None:
    in_tree(hub, change)
    message = undecided(signs)
    assert "the hub is not to be believed" in message
    assert says in message


def test_a_size_that_is_a_lie_is_no_match(signs: Repo, hub: LocalHub) -> None:
    in_tree(hub, lambda entries: [one | {"size": 7} if one["path"] == "train.csv" else one for one in entries])
    (finding,) = about_the_hub(signs)
    assert finding.rule == "hub/digest-mismatch"
    assert "of 8 bytes, published is" in finding.message


def test_a_list_of_many_pages_is_read_to_its_end(signs: Repo, hub: LocalHub) -> None:
    hub.page = 1
    assert about_the_hub(signs) == []


def test_a_list_without_an_end_is_given_up(signs: Repo, hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_PAGES", 20)

    def endless(seen: Seen) -> Reply | None:
        link = f'<{hub.url}{seen.path}>; rel="next"'
        return Reply(200, b"[]", {"Link": link}) if "/tree/" in seen.path else None

    hub.answer = endless
    assert "has more files than the gate compares" in undecided(signs)
    assert len(hub.seen) == 21


def test_a_list_of_more_files_than_any_repository_has_is_given_up(
    signs: Repo, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_ENTRIES", 1000)
    numbers: Iterator[int] = iter(range(1_000_000))

    def many(seen: Seen) -> Reply | None:
        if "/tree/" not in seen.path:
            return None
        one = {"type": "file", "size": 1, "oid": "0" * 40}
        page = [one | {"path": f"f{next(numbers)}"} for _ in range(400)]
        return Reply(
            200, json.dumps(page).encode(), {"Link": f'<{hub.url}/api/next>; rel="next"'.replace("next>", "tree/>")}
        )

    hub.answer = many
    assert "has more files than the gate compares" in undecided(signs)
    assert len(hub.seen) == 4


def test_an_answer_that_is_too_long_is_not_read(signs: Repo, hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_http, "MAX_BYTES", 1000)
    hub.answer = lambda seen: Reply(200, b"[" + b" " * 2000 + b"]")
    assert "answered with more than 1,000 bytes" in undecided(signs)


def test_the_next_page_is_of_the_same_hub(signs: Repo, hub: LocalHub) -> None:
    with LocalHub() as other:
        elsewhere = {"Link": f'<{other.url}/api/datasets/acme/signs/tree/main>; rel="next"'}
        hub.answer = lambda seen: Reply(200, b"[]", elsewhere) if "/tree/" in seen.path else None
        assert "it continues its list of files elsewhere" in undecided(signs)
        assert other.seen == []


def test_a_commit_without_files_is_not_found(signs: Repo, hub: LocalHub) -> None:
    in_tree(hub, lambda entries: [])
    assert [finding.rule for finding in about_the_hub(signs)] == ["hub/not-found"]


def test_the_mirror_of_the_policy_is_the_only_hub_that_is_asked(signs: Repo, hub: LocalHub) -> None:
    signs.write("gate-policy.yaml", ASKING + "sources: {mirror: mirror.acme.example}\n")
    assert "127.0.0.1 is not the mirror mirror.acme.example" in undecided(signs)
    assert hub.seen == []
