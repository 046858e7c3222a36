"""`gate verify`: one signature, by a signer whom the command line names."""

from __future__ import annotations

import argparse
import hashlib
import os
import stat
from typing import TYPE_CHECKING

from gate.cli import judging
from gate.cli.terminal import Progress
from gate.core.errors import UnableError, UsageError
from gate.core.jobs import default_jobs
from gate.core.model import Json, Location, Verdict
from gate.core.text import printable
from gate.files.root import BUNDLE_SUFFIX, absent

if TYPE_CHECKING:
    from gate.policy.trust import Group, Root, Signer

MAX_FILE = 32 << 20
"""Bytes of a bundle, a key or a root."""
NAME = "the signer named on the command line"


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate verify`."""
    parser.add_argument("path", metavar="PATH", help="the file or directory that was signed")
    parser.add_argument("--bundle", metavar="FILE", help=f"the signature (default: PATH{BUNDLE_SUFFIX})")
    who = parser.add_argument_group("who must have signed: an identity, a key, or a certificate authority")
    who.add_argument("--identity", metavar="SAN", help="the identity, exactly, or a glob that is anchored at both ends")
    who.add_argument("--issuer", metavar="URL", help="who vouches for the identity, such as an OIDC provider")
    who.add_argument("--source-repository", metavar="URL", help="the repository that the workflow ran for")
    who.add_argument("--key", metavar="PEM", help="a public key")
    who.add_argument("--certificate", metavar="PEM", help="certificate authorities; --identity narrows down for whom")
    parser.add_argument(
        "--trusted-root", metavar="FILE", help="the Sigstore instance (default: the public one, as it is packaged)"
    )
    parser.add_argument(
        "--predicate-type", action="append", metavar="URI", help="the type of statement that it must be (default: any)"
    )
    parser.add_argument("--offline", action="store_true", help="said for scripts: verifying never uses a network")
    judging.add_report_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Verifies, and writes what was found out about the signer, or what is wrong."""
    reports = judging.parse_reports(arguments.report)
    if not os.path.lexists(arguments.path):
        raise absent(arguments.path)
    bundle = arguments.bundle or arguments.path.rstrip("/") + BUNDLE_SUFFIX
    content = _read(bundle, "the bundle", "" if arguments.bundle else "name it with --bundle FILE")
    signer = _signer(arguments)
    try:
        from gate.policy.trust import Group
        from gate.signing.usable import refuse_unusable
        from gate.verify import Request, verify

        group = Group("the command line", (signer,), _roots(arguments.trusted_root))
        refuse_unusable(group.signers, group.roots or ())
        request = Request(arguments.path, bundle, content, _typed(group, content, arguments), default_jobs())
        with Progress("verifying") as progress:
            verdict = verify(request, progress)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "gate":
            raise
        message = f"verifying needs the package {printable(error.name or '')}, which is not installed"
        raise UnableError(message, 'pip install "dbom-gate[sign]"') from None
    if reports[0].format == "text" and not reports[0].file:
        _print_facts(verdict)
    return judging.emit(verdict, reports)


def _signer(arguments: argparse.Namespace) -> Signer:
    """Exactly one kind of signer: two would leave open which of them has to hold."""
    from gate.policy.trust import Certificate, Identity, Key

    given = [name for name in ("key", "certificate") if getattr(arguments, name)]
    if len(given) > 1 or (arguments.key and (arguments.identity or arguments.issuer or arguments.source_repository)):
        raise UsageError("two kinds of signer are named", "pass --identity and --issuer, or --key, or --certificate")
    place = Location("the command line")
    if arguments.key:
        return Key(NAME, arguments.key, _key(arguments.key), place)
    if arguments.certificate:
        if arguments.issuer or arguments.source_repository or arguments.trusted_root:
            raise UsageError("--certificate goes with --identity alone", "leave out --issuer and the like")
        pem = _read(arguments.certificate, "the certificate authority")
        return Certificate(NAME, arguments.certificate, pem, arguments.identity or "**", place)
    if not arguments.identity or not arguments.issuer:
        message = "nobody is named who must have signed" if not arguments.identity else "the identity has no --issuer"
        raise UsageError(message, "pass --identity SAN --issuer URL, or --key PEM, or --certificate PEM")
    return Identity(NAME, arguments.identity, arguments.issuer, place, source_repository=arguments.source_repository)


def _key(path: str) -> bytes:
    from gate.policy.pem import is_private, private_fix, public_key_problem

    pem = _read(path, "the public key")
    shown = printable(path)
    if is_private(pem):
        raise UsageError(f"{shown} is a private key, which only its owner is to have", private_fix(pem, shown))
    if problem := public_key_problem(pem, shown):
        raise UsageError(*problem)
    return pem


def _roots(path: str | None) -> tuple[Root, ...] | None:
    from gate.policy.trust import Root

    if path is None:
        return None
    data = _read(path, "the trust root")
    return (Root(path, path, data, hashlib.sha256(data).hexdigest(), Location(path)),)


def _typed(group: Group, content: bytes, arguments: argparse.Namespace) -> Group:
    """A person who verifies one file may verify any statement about it; the output says which type it is."""
    from gate.policy.trust import Certificate
    from gate.signing.bundles.material import predicate_types
    from gate.signing.errors import InvalidError

    signer = group.signers[0]
    if isinstance(signer, Certificate):
        return group
    try:
        types = tuple(arguments.predicate_type or predicate_types(content))
    except InvalidError:
        return group  # which the verdict will say
    return group._replace(signers=(signer._replace(predicate_type=types or None),))


def _read(path: str, what: str, fix: str = "") -> bytes:
    """A pipe will do where a shell made it, as for `<(...)`; one that lies somewhere may wait for a writer forever."""
    try:
        if stat.S_ISFIFO(os.stat(path).st_mode) and not path.startswith(("/dev/fd/", "/proc/")):
            raise UsageError(f"{what} {printable(path)} is a named pipe", "name a file")
        with open(path, "rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        message = f"{what} {printable(path)} cannot be read: {error.strerror}"
        raise UsageError(message, fix or "check the spelling") from None
    if len(data) > MAX_FILE:
        raise UsageError(f"{what} {printable(path)} is larger than {MAX_FILE >> 20} MiB", "name the right file")
    return data


def _print_facts(verdict: Verdict) -> None:
    """Who signed, one fact on a line."""
    signatures = verdict.artifacts[0].facts["signatures"].get("signatures")
    for facts in signatures if isinstance(signatures, list) else ():
        assert isinstance(facts, dict)
        width = max(map(len, facts))
        for name, value in facts.items():
            print(f"{name:<{width}}  {_shown(value)}")
        print()


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return "; ".join(map(_shown, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(inner)}" for name, inner in value.items())
    return printable(os.fspath(value) if isinstance(value, str) else str(value))
