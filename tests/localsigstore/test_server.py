"""The stand-in's server, apart from what the reference client does with it (tests/signing/test_localsigstore.py)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from sigstore.oidc import IdentityError, IdentityToken, Issuer, detect_credential

from tests.localsigstore import Instance, email_claims, workflow_claims

PERSON = email_claims("dev@example.com")


def _post(url: str, body: object, token: str = "") -> int:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    instance = Instance()
    with instance.serve():
        yield instance


def test_it_refuses_what_the_real_ones_refuse(instance: Instance) -> None:
    fulcio = f"{instance.url}/api/v2/signingCert"
    good = instance.token(**PERSON)
    refused: list[tuple[str, object, str, int]] = [
        (fulcio, {}, "", 401),
        (fulcio, {}, "a.b.c", 401),
        (fulcio, {}, instance.token(**PERSON, aud="elsewhere"), 401),
        (fulcio, {}, instance.token(**PERSON, exp=1), 401),
        (fulcio, {}, good, 400),
        (fulcio, {"certificateSigningRequest": "bm9uZQ=="}, good, 400),
        (f"{instance.url}/api/v1/log/entries", [], "", 400),
        (f"{instance.url}/api/v2/log/entries", {"dsseRequestV002": {}}, "", 400),
        (f"{instance.url}/api/v1/timestamp", "no query", "", 400),
        (f"{instance.url}/api/v3/log/entries", {}, "", 404),
    ]
    for url, body, token, status in refused:
        with pytest.raises(urllib.error.HTTPError) as caught:
            _post(url, body, token)
        with caught.value:
            assert caught.value.code == status, (url, body)


def test_it_tells_who_it_is(instance: Instance) -> None:
    assert Issuer(instance.url).oidc_config.token_endpoint == f"{instance.url}/token"


def test_it_gives_workflows_their_token(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "anything")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{instance.url}/ambient?api-version=1")
    with pytest.raises(IdentityError):
        detect_credential()
    instance.ambient = workflow_claims("acme/data", ref="refs/tags/v1")
    token = detect_credential()
    assert token is not None
    assert IdentityToken(token).identity == "repo:acme/data:ref:refs/tags/v1"


def test_it_ends_with_its_context() -> None:
    instance = Instance()
    with instance.serve() as url:
        pass
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(f"{url}/.well-known/openid-configuration", timeout=10)
    with pytest.raises(RuntimeError, match="not serving"):
        instance.trust_config()
