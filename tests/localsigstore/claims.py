"""Whom a certificate names: the claims of an identity token, for people and for workflows."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

Claims = Mapping[str, Any]

GITHUB = "https://token.actions.githubusercontent.com"
"""The issuer of GitHub's workflow tokens."""
ISSUER = "https://issuer.example"
"""The issuer of the people here, unless a test names another."""
AUDIENCE = "sigstore"
_LIFETIME = 600
"""Seconds that a token is good for."""


def email_claims(email: str, issuer: str = ISSUER) -> dict[str, Any]:
    """A person: the certificate names the address."""
    return {"iss": issuer, "sub": email, "email": email, "email_verified": True}


def workflow_claims(
    repository: str,
    workflow: str = "release.yml",
    ref: str = "refs/heads/main",
    trigger: str = "push",
    *,
    called_repository: str | None = None,
    called_workflow: str | None = None,
    called_ref: str = "refs/heads/main",
    sha: str = "a" * 40,
    called_sha: str = "b" * 40,
    repository_id: str = "1001",
    owner_id: str = "2002",
    runner_environment: str = "github-hosted",
    visibility: str = "public",
    run_id: str = "3003",
    issuer: str = GITHUB,
) -> dict[str, Any]:
    """A run of a workflow on GitHub; `repository` is OWNER/NAME, `workflow` a file in its .github/workflows.

    With `called_repository` the job is a reusable workflow's: the certificate's SAN and build signer name that one
    (`called_workflow`, by default a file of the same name, at `called_ref`), while source repository, ref and commit
    stay those of the caller.
    """
    own = f"{repository}/.github/workflows/{workflow}@{ref}"
    called = f"{called_repository}/.github/workflows/{called_workflow or workflow}@{called_ref}"
    return {
        "iss": issuer,
        "sub": f"repo:{repository}:ref:{ref}",
        "event_name": trigger,
        "sha": sha,
        "workflow": workflow.rpartition(".")[0] or workflow,
        "repository": repository,
        "repository_id": repository_id,
        "repository_owner": repository.partition("/")[0],
        "repository_owner_id": owner_id,
        "repository_visibility": visibility,
        "ref": ref,
        "workflow_ref": own,
        "workflow_sha": sha,
        "job_workflow_ref": called if called_repository else own,
        "job_workflow_sha": called_sha if called_repository else sha,
        "runner_environment": runner_environment,
        "run_id": run_id,
        "run_attempt": "1",
    }


def token(**claims: Any) -> str:
    """An identity token (JWT) for Sigstore with these claims, good from now on for ten minutes.

    Signed with a key that nobody checks: clients pass tokens on unread, and the stand-in's Fulcio trusts its tests.
    """
    start = int(time.time())
    body = {"aud": AUDIENCE, "iss": ISSUER, "sub": "somebody", "iat": start, "exp": start + _LIFETIME, **claims}
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(body)}"
    return f"{signed}.{_url64(hmac.digest(b'nobody checks this', signed.encode(), hashlib.sha256))}"


def read_token(text: str) -> dict[str, Any]:
    """The claims of a token, unverified; ValueError where it is none, is not for Sigstore or has expired."""
    part = text.split(".")[1] if text.count(".") == 2 else ""
    claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(claims, dict) or claims.get("aud") != AUDIENCE or claims.get("exp", 0) < time.time():
        raise ValueError("not a token for Sigstore that is good now")
    return claims


def _part(value: object) -> str:
    return _url64(json.dumps(value).encode())


def _url64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
