"""`gate sign` beside the clients of others: what it signs, they verify; and signing with an identity."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.localsigstore import Instance, email_claims, workflow_claims
from tests.signing.signers import BUNDLE, Signing, private_pem, public_pem, signing
from tests.support import HANG, PROJECT

__all__ = ["signing"]

IDENTITY = "dev@example.com"
WORKFLOW = workflow_claims("acme/data")


def _client(name: str, variable: str) -> str:
    """The command line client of another project: from the variable, beside this Python, or on the path."""
    places = os.pathsep.join([os.environ.get(variable, ""), os.path.dirname(sys.executable), os.environ["PATH"]])
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} is not installed: put it on the path, or its directory into {variable}")
    return found


def _succeeds(home: Path, *command: str) -> None:
    """The client verifies; its own directories lie in `home`."""
    env = {**os.environ, "HOME": str(home)}
    result = subprocess.run(command, env=env, check=False, capture_output=True, text=True, timeout=HANG)
    assert result.returncode == 0, result.stdout + result.stderr


def _fails(home: Path, *command: str) -> None:
    env = {**os.environ, "HOME": str(home)}
    assert subprocess.run(command, env=env, check=False, capture_output=True, timeout=HANG).returncode != 0


class Keyless:
    """Signs as somebody whom the local Sigstore knows."""

    def __init__(self, signing: Signing, instance: Instance, rekor: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.signing = signing
        self.repo = signing.repo
        self.config = str(signing.keys / "trust.json")
        self._monkeypatch = monkeypatch
        self._instance = instance
        Path(self.config).write_text(json.dumps(instance.trust_config(rekor=rekor)))

    def become(self, claims: Mapping[str, Any]) -> str:
        token = self._instance.token(**claims)
        self._monkeypatch.setenv("SIGSTORE_ID_TOKEN", token)
        return token

    def sign(self, *arguments: str) -> str:
        result = self.repo.gate("sign", *arguments, "--trust-config", self.config)
        assert result.code == 0, result.err
        return result.out


@pytest.fixture(params=[1, 2], ids=["rekor1", "rekor2"])
def keyless(
    request: pytest.FixtureRequest, signing: Signing, sigstore_server: Instance, monkeypatch: pytest.MonkeyPatch
) -> Keyless:
    return Keyless(signing, sigstore_server, request.param, monkeypatch)


@pytest.fixture
def anyone(signing: Signing, sigstore_server: Instance, monkeypatch: pytest.MonkeyPatch) -> Keyless:
    return Keyless(signing, sigstore_server, 1, monkeypatch)


@pytest.mark.clients
@pytest.mark.parametrize("kind", ["p256", "p384", "p521"])
def test_model_signing_verifies_a_directory_signed_with_a_key(signing: Signing, kind: str) -> None:
    client = _client("model_signing", "GATE_MODEL_SIGNING")
    signing.sign("d", kind=kind)
    public = signing.keys / "public.pem"
    public.write_bytes(public_pem(kind))
    root = signing.repo.root
    check = [client, "verify", "key", str(root / "data/d"), "--public_key", str(public), "--signature"]
    _succeeds(signing.repo.home, *check, str(root / "data/d.sigstore.json"))
    signing.repo.write("data/d/a.csv", "changed")
    _fails(signing.repo.home, *check, str(root / "data/d.sigstore.json"))


@pytest.mark.clients
def test_model_signing_verifies_a_directory_signed_with_an_identity(keyless: Keyless) -> None:
    client = _client("model_signing", "GATE_MODEL_SIGNING")
    keyless.become(email_claims(IDENTITY))
    keyless.sign("d")
    root = keyless.repo.root
    issuer = email_claims(IDENTITY)["iss"]
    who = ["--identity", IDENTITY, "--identity_provider", issuer, "--trust_config", keyless.config]
    _succeeds(
        keyless.repo.home,
        *[client, "verify", "sigstore", str(root / "data/d"), "--signature", str(root / "data/d.sigstore.json"), *who],
    )
    assert '"bundle": "data/d.sigstore.json", "kind": "oms"' in keyless.repo.text("dbom.yaml")


@pytest.mark.parametrize(
    ("claims", "identity"),
    [
        (email_claims(IDENTITY), IDENTITY),
        (WORKFLOW, f"https://github.com/{WORKFLOW['job_workflow_ref']}"),
    ],
    ids=["e-mail", "workflow"],
)
def test_sigstore_verifies_files_signed_with_an_identity(
    keyless: Keyless, claims: Mapping[str, Any], identity: str
) -> None:
    client = _client("sigstore", "GATE_SIGSTORE")
    token = keyless.become(claims)
    out = keyless.sign("m", "dbom.yaml")
    assert f"signed by the identity {identity} of the issuer {claims['iss']}" in out
    assert token not in out
    root = keyless.repo.root
    for name in ("models/m.safetensors", "dbom.yaml"):
        who = ["--cert-identity", identity, "--cert-oidc-issuer", claims["iss"]]
        check = [client, "--trust-config", keyless.config, "verify", "identity", *who, "--bundle"]
        _succeeds(keyless.repo.home, *check, str(root / f"{name}.sigstore.json"), str(root / name))
        _fails(keyless.repo.home, *check, str(root / f"{name}.sigstore.json"), str(root / "data/d/a.csv"))
    assert f"signature: {{bundle: {BUNDLE}, kind: sigstore}}" in keyless.repo.text("dbom.yaml")
    assert token.encode() not in b"".join(keyless.repo.tree().values())


def test_the_credential_of_a_ci_job(
    anyone: Keyless, sigstore_server: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITLAB_CI", "true")  # GitLab puts the token itself into a variable
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", sigstore_server.token(**email_claims(IDENTITY)))
    assert IDENTITY in anyone.sign("m")


def test_a_github_job(anyone: Keyless, sigstore_server: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "x")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{sigstore_server.url}/ambient?for=gate")
    sigstore_server.ambient = WORKFLOW
    try:
        assert f"https://github.com/{WORKFLOW['job_workflow_ref']}" in anyone.sign("m")
    finally:
        sigstore_server.ambient = None
    err = anyone.signing.refused("m", "--trust-config", anyone.config)
    assert "gives this job no OIDC token" in err


def test_a_github_job_that_may_not_ask(signing: Signing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    err = signing.refused("m")
    assert "permissions: id-token: write" in err


@pytest.mark.parametrize("odd", ["", "garbage", "a.b.c"])
def test_a_token_that_is_none(anyone: Keyless, odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", odd)
    err = anyone.signing.refused("m", "--trust-config", anyone.config)
    assert "OIDC" in err
    assert not odd or odd not in err


@pytest.mark.parametrize("odd", [{"exp": int(time.time()) - 60}, {"aud": "somebody-else"}], ids=["expired", "audience"])
def test_a_token_that_will_not_do(anyone: Keyless, odd: dict[str, Any]) -> None:
    token = anyone.become({**email_claims(IDENTITY), **odd})
    err = anyone.signing.refused("m", "--trust-config", anyone.config)
    assert "the OIDC token cannot be used" in err
    assert token not in err


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[" * 100_000, b'{"mediaType": "x"}'])
def test_a_trust_configuration_that_is_none(anyone: Keyless, content: bytes) -> None:
    anyone.become(email_claims(IDENTITY))
    Path(anyone.config).write_bytes(content)
    err = anyone.signing.refused("m", "--trust-config", anyone.config)
    assert "the trust configuration cannot be used" in err


def test_an_instance_that_does_not_answer(anyone: Keyless) -> None:
    token = anyone.become(email_claims(IDENTITY))
    gone = Instance()
    with gone.serve():
        Path(anyone.config).write_text(json.dumps(gone.trust_config()))
    err = anyone.signing.refused("m", "--trust-config", anyone.config, code=4)
    assert "cannot be reached" in err
    assert "--key FILE" in err
    assert token not in err


def test_an_instance_that_keeps_silent(anyone: Keyless, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.signing.making.keyless.PATIENCE", 0.5)
    anyone.become(email_claims(IDENTITY))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = Path(anyone.config)
        config.write_text(re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{silent.getsockname()[1]}", config.read_text()))
        err = anyone.signing.refused("m", "--trust-config", anyone.config, code=4)
    assert "no answer in 0.5 seconds" in err


def test_a_signature_that_its_own_root_does_not_verify_is_not_written(
    anyone: Keyless, sigstore_server: Instance
) -> None:
    """The log's key in the configuration is another one: nobody who trusts that root could verify the bundle."""
    anyone.become(email_claims(IDENTITY))
    config, other = sigstore_server.trust_config(rekor=1), Instance().trusted_root()
    config["trustedRoot"]["tlogs"] = other["tlogs"]
    Path(anyone.config).write_text(json.dumps(config))
    err = anyone.signing.refused("m", "--trust-config", anyone.config, code=4)
    assert "did not make a signature" in err


def test_a_run_with_a_key_imports_no_client(signing: Signing) -> None:
    code = (
        "import sys; from gate.cli.main import main; code = main(sys.argv[1:]); "
        "sys.exit(code or 'sigstore' in sys.modules)"
    )
    key = signing.key("key.pem", private_pem("p256"))
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", code, "sign", "m", "--key", key]
    assert subprocess.run(command, cwd=signing.repo.root, env=env, check=False, timeout=HANG).returncode == 0
