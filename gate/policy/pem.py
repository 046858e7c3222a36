"""What a file that should be a key, a certificate or a trust root looks like, told from its labels alone.

A policy is read without any library of cryptography, so this is a first look, for mistakes that are made: the
file is parsed by `gate.signing` where a signature is verified. Labels are those of RFC 7468.
"""

from __future__ import annotations

import re

from gate.core.text import printable

_BEGIN = re.compile(rb"^-----BEGIN ([ -,.-~]{1,60})-----[ \t\r]*$", re.MULTILINE)

Wrong = tuple[str, str]
"""What is wrong, and how to fix it."""


def labels(data: bytes) -> list[str]:
    """The label of each PEM block; other text may stand around them, as `certtool` of GnuTLS writes it."""
    return [printable(found.decode("ascii")) for found in _BEGIN.findall(data)]


def is_private(data: bytes) -> bool:
    """Whether any block is a private key, encrypted or not."""
    return any(label.endswith("PRIVATE KEY") for label in labels(data))


def private_fix(data: bytes, name: str) -> str:
    """How to come from the private key in `data`, called `name`, to its public key."""
    found = next(label for label in labels(data) if label.endswith("PRIVATE KEY"))
    if "SIGSTORE" in found or "COSIGN" in found:
        how = f"`cosign public-key --key {name}`"
    elif "OPENSSH" in found:
        how = f"`ssh-keygen -e -m PKCS8 -f {name}`"
    else:
        how = f"`openssl pkey -in {name} -pubout`"
        how += ", which asks for its passphrase," if "ENCRYPTED" in found or b"Proc-Type: 4,ENCRYPTED" in data else ""
    return f"{how} prints the public key: name a file with that, and make a new pair if this one was ever pushed"


def public_key_problem(data: bytes, name: str) -> Wrong | None:
    """Why `data` is not one public key, or None."""
    found = labels(data)
    if not found:
        return _no_pem(data, name, "public key", f"`openssl pkey -pubin -inform DER -in {name} -pubout`")
    if "CERTIFICATE" in found[0]:
        fix = f"list it under `certificates:`, or take its key: `openssl x509 -in {name} -noout -pubkey`"
        return f"{name} is a certificate, where a public key is wanted", fix
    if found[0] == "RSA PUBLIC KEY":
        fix = f"`openssl rsa -RSAPublicKey_in -in {name} -pubout` writes the same key in the usual form"
        return f"{name} is an RSA key in its old form (PKCS #1)", fix
    if found[0] != "PUBLIC KEY":
        return f'{name} holds "{found[0]}", where a public key is wanted', "name a PEM file with a `PUBLIC KEY`"
    if len(found) > 1:
        return f"{name} holds {len(found)} PEM blocks, so which key is meant is open", "keep one key in one file"
    return None


def certificate_problem(data: bytes, name: str) -> Wrong | None:
    """Why `data` is not one or several certificates, or None."""
    found = labels(data)
    if not found:
        return _no_pem(data, name, "certificate", f"`openssl x509 -inform DER -in {name}`")
    if "PUBLIC KEY" in found[0]:
        return f"{name} is a public key, where a certificate is wanted", "list it under `keys:`, or name the CA's file"
    if other := [label for label in found if label != "CERTIFICATE"]:
        fix = "name a PEM file with the certificates of CAs alone"
        return f'{name} holds "{other[0]}", where certificates are wanted', fix
    return None


def root_problem(data: bytes, name: str) -> Wrong | None:
    """Why `data` is no trust root, or None."""
    if data.lstrip()[:1] == b"{":
        return None
    if labels(data):
        fix = "a trust root is JSON (`trusted_root.json`); keys and CAs are listed under `keys:` and `certificates:`"
        return f"{name} is a PEM file, where a trust root is wanted", fix
    fix = "export it from the instance, such as with `cosign trusted-root create`"
    return f"{name} is no trust root: that is JSON, as in `trusted_root.json`", fix


def _no_pem(data: bytes, name: str, what: str, convert: str) -> Wrong:
    if not data.strip():
        return f"{name} is empty", f"put the {what} there"
    if data.startswith((b"ssh-", b"ecdsa-sha2-")):
        return f"{name} is a key of SSH", f"`ssh-keygen -e -m PKCS8 -f {name}` prints it in the usual form"
    if data[:1] == b"\x30":  # an ASN.1 SEQUENCE: DER, the binary form of the same
        return f"{name} is binary (DER), where PEM is wanted", f"{convert} prints it as PEM"
    return f"{name} holds no {what}: there is no `-----BEGIN ...-----` line in it", "name a PEM file"
