"""The token: from the environment, to the hub alone, and never into what is printed."""

from __future__ import annotations

import pytest

from tests.hub.conftest import ASKING
from tests.localhub import LocalHub, Reply
from tests.support import WEIGHTS, Repo

TOKEN = "hf_secretsecretsecret"


@pytest.fixture
def private(repo: Repo, hub: LocalHub) -> Repo:
    hub.token = TOKEN
    commit = hub.repository("acme/sign").publish({"model.safetensors": WEIGHTS})
    repo.write("sign.safetensors", WEIGHTS)
    source = ("--source", "hf://acme/sign", "--revision", commit, "--offline")
    assert repo.gate("add", "sign.safetensors", *source).code == 0
    repo.write("gate-policy.yaml", ASKING)
    return repo


def test_a_private_repository_is_read_with_the_token(private: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert private.gate("check").code == 4
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    result = private.gate("check")
    assert result.code == 0
    assert TOKEN not in result.out + result.err


def test_a_redirect_to_another_host_is_followed_without_the_token(
    private: Repo, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with LocalHub() as other:
        other.repositories = hub.repositories
        hub.answer = lambda seen: Reply(307, headers={"Location": other.url + seen.path})
        assert private.gate("check").code == 0
        assert [seen.headers["authorization"] for seen in hub.seen] == [f"Bearer {TOKEN}"] * 2
        assert len(other.seen) == 2
        assert not any(TOKEN in str(seen) for seen in other.seen)


def test_a_redirect_on_the_hub_itself_keeps_the_token(
    private: Repo, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a repository is reached that was renamed."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    new, old = "/api/models/acme/sign/", "/api/models/acme/sign-of-old/"
    private.edit("dbom.yaml", "hf://acme/sign", "hf://acme/sign-of-old")
    hub.answer = lambda seen: (
        Reply(307, headers={"Location": seen.path.replace(old, new)}) if old in seen.path else None
    )
    assert private.gate("check").code == 0


@pytest.mark.parametrize("token", ["hf_secret\nX-Evil: 1", "hf_sécret", "hf secret", "hf_secret" * 1000])
def test_a_token_that_is_none_is_neither_sent_nor_shown(
    private: Repo, hub: LocalHub, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    result = private.gate("check")
    assert result.code == 4
    assert "HF_TOKEN is no token" in result.out
    assert "cret" not in result.out + result.err
    assert hub.seen == []


def test_the_endpoint_of_the_dbom_is_not_asked(private: Repo, hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes the DBOM does not decide who is told the token."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with LocalHub() as other:
        private.edit("dbom.yaml", "hf://acme/sign", f"{other.url}/acme/sign")
        private.gate("check")
        assert other.seen == []
