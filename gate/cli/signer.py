"""Who signs: the options that `gate sign` and `gate attest` share, and the signer that they name."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from typing import TYPE_CHECKING

from gate.core.errors import UnableError, UsageError
from gate.core.text import printable

if TYPE_CHECKING:
    from gate.signing.making.sign import Signer

PASSPHRASE = "GATE_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
TOKEN = "SIGSTORE_ID_TOKEN"  # noqa: S105 - as cosign calls it
MAX_KEY = 64 * 1024
"""Bytes of a key file: RSA keys of 16,384 bits have 13 KiB of PEM."""
MAX_TRUST_CONFIG = 4 * 1024 * 1024
"""Bytes of a trust configuration: that of the public instance has 20 KiB."""


MAX_BUNDLE = 64 * 1024 * 1024
"""Bytes that are read of a bundle that is to be replaced: more than any that would be accepted."""


def is_bundle(path: str) -> bool:
    """Whether a Sigstore bundle lies there, which a new one may replace; raises OSError where it cannot be read."""
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        data = file.read(MAX_BUNDLE)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return False
    media = found.get("mediaType") if isinstance(found, dict) else None
    return isinstance(media, str) and media.startswith("application/vnd.dev.sigstore.bundle")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--key` and `--trust-config`."""
    who = parser.add_argument_group(
        "who signs", f"without --key: the OIDC identity of the CI job, or of the token in {TOKEN}"
    )
    who.add_argument(
        "--key",
        metavar="FILE",
        help=f"a private key in PEM; the passphrase of an encrypted one is asked for, or taken from {PASSPHRASE}",
    )
    who.add_argument(
        "--trust-config", metavar="FILE", help="the Sigstore instance, as ClientTrustConfig JSON (default: the public)"
    )


def find_signer(arguments: argparse.Namespace) -> Signer:
    """The signer that the options of `add_options` and the environment name.

    Raises `UsageError` for a key, a passphrase, a configuration or a credential that will not do, and
    `UnableError` where a package is missing or a service does not answer.
    """
    if arguments.key and arguments.trust_config:
        raise UsageError("--trust-config is for signing without a key", "pass either --key or --trust-config")
    try:
        return _with_key(arguments.key) if arguments.key else _keyless(arguments.trust_config)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "gate":
            raise
        raise UnableError(
            f"signing needs the package {printable(error.name or '')}, which is not installed",
            "pip install 'dbom-gate[sign]'",
        ) from None


def _with_key(path: str) -> Signer:
    from gate.signing.making.private import is_encrypted
    from gate.signing.making.sign import signer_from_key

    pem, shared = _read(path, MAX_KEY, "a private key in PEM")
    shown = printable(path)
    try:
        signer = signer_from_key(pem, _passphrase(shown) if is_encrypted(pem) else None)
    except UsageError as error:
        raise UsageError(f"{shown}: {error.message}", error.fix) from None
    if shared:
        print(f"note: {shown} can be read by other users of this machine: chmod 600 {shown}", file=sys.stderr)
    return signer


def _keyless(trust_config: str | None) -> Signer:
    from gate.signing.making.keyless import keyless_signer

    config = _read(trust_config, MAX_TRUST_CONFIG, "a ClientTrustConfig in JSON")[0] if trust_config else None
    return keyless_signer(config, os.environ.get(TOKEN) or None)


def _passphrase(shown: str) -> bytes:
    """From the environment, or from a person; never from the command line, which every process can read."""
    if given := os.environ.get(PASSPHRASE):
        return os.fsencode(given)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "it is encrypted, and nobody is here to ask for its passphrase",
            f"put the passphrase in the environment variable {PASSPHRASE}",
        )
    from getpass import getpass

    return os.fsencode(getpass(f"passphrase of {shown}: "))


def _read(path: str, limit: int, expected: str) -> tuple[bytes, bool]:
    """The content of a file that a person named, and whether others may read it too.

    A pipe will do: a shell's `<(...)` is one.
    """
    try:
        with open(path, "rb") as file:
            found = os.fstat(file.fileno())
            data = file.read(limit + 1)
    except OSError as error:
        fix = f"name a file that holds {expected}"
        raise UsageError(f"{printable(path)} cannot be read: {error.strerror}", fix) from None
    if len(data) > limit:
        raise UsageError(f"{printable(path)} is too large", f"name a file that holds {expected}")
    return data, stat.S_ISREG(found.st_mode) and bool(found.st_mode & (stat.S_IRGRP | stat.S_IROTH))
