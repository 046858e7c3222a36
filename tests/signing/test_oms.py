"""Models that are signed as a whole (OMS): every file, by name and digest, and nobody's word for the rest."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography import x509

from gate.signing.bundles import oms
from tests.localsigstore import Instance, mint
from tests.localsigstore.authority import (
    CODE_SIGNING,
    Extension,
    Issuer,
    authority,
    certify,
    der_of,
    name,
    pem_of,
    usage,
)
from tests.localsigstore.encoding import Json, b64
from tests.localsigstore.keys import generate

from .judging import MINUTE, NOON, PERSON
from .verifying import Bench, bench

__all__ = ["bench"]

FILES = {"a.bin": b"one", "sub/b.bin": b"two", "c.json": b"{}"}
KEY = generate()
KeyArguments = tuple[str, ...]


def _manifest(files: Mapping[str, bytes] = FILES, algorithm: str = "sha256", **more: Any) -> dict[str, Any]:
    """The statement as model_signing 1.1 writes it; `more` are members of its serialization."""
    digests = {path: hashlib.new(algorithm, content).digest() for path, content in sorted(files.items())}
    resources = [{"name": path, "algorithm": algorithm, "digest": digest.hex()} for path, digest in digests.items()]
    how = {"method": "files", "hash_type": algorithm, "allow_symlinks": False, "ignore_paths": [], **more}
    root = hashlib.sha256(b"".join(digests.values())).hexdigest()
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "m", "digest": {"sha256": root}}],
        "predicateType": oms.PREDICATE_TYPE,
        "predicate": {"serialization": how, "resources": resources},
    }


def _signed(bench: Bench, document: Mapping[str, Any], **options: Any) -> Json:
    return mint(bench.instance, statement=json.dumps(document).encode(), **{"key": KEY, "rekor": None, **options})


class Model:
    """The directory `m` with its files, and `gate verify` over it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.repo = bench.repo
        for path, content in FILES.items():
            self.repo.write(f"m/{path}", content)

    def verify(self, bundle: Json, who: KeyArguments = (), path: str = "m") -> tuple[int, str]:
        self.bench.place(bundle, path)
        result = self.repo.gate("verify", path, *(who or self.bench.key(KEY)))
        return result.code, result.out + result.err

    def accepts(self, bundle: Json, who: KeyArguments = (), path: str = "m") -> str:
        code, out = self.verify(bundle, who, path)
        assert code == 0, out
        return out

    def refuses(
        self, bundle: Json, reason: str, who: KeyArguments = (), rule: str = "invalid", path: str = "m"
    ) -> None:
        code, out = self.verify(bundle, who, path)
        assert code == 1, out
        assert f"error[signatures/{rule}]" in out
        assert reason in out


@pytest.fixture
def model(bench: Bench) -> Model:
    return Model(bench)


def test_by_a_key_or_a_person(model: Model) -> None:
    out = model.accepts(_signed(model.bench, _manifest()))
    assert "warning" not in out
    by_person = mint(model.bench.instance, claims=PERSON, statement=json.dumps(_manifest()).encode())
    model.accepts(
        by_person, ("--identity", "dev@example.com", "--issuer", PERSON["iss"], "--trusted-root", "root.json")
    )


CHANGES: Mapping[str, tuple[dict[str, bytes | None], str]] = {
    "changed": ({"a.bin": b"two"}, "its digest is another one for a.bin"),
    "missing": ({"a.bin": None}, "it is also over a.bin, which is not there"),
    "renamed": ({"a.bin": None, "z.bin": b"one"}, "it is also over a.bin"),
    "moved": ({"sub/b.bin": None, "b.bin": b"two"}, "it is also over sub/b.bin"),
    "swapped": ({"a.bin": b"two", "sub/b.bin": b"one"}, "its digest is another one for a.bin, sub/b.bin"),
    "other case": ({"a.bin": None, "A.bin": b"one"}, "it is also over a.bin"),
    "emptied": ({"a.bin": b""}, "its digest is another one for a.bin"),
}


@pytest.mark.parametrize(("changes", "reason"), CHANGES.values(), ids=CHANGES)
def test_other_files(changes: Mapping[str, bytes | None], reason: str, model: Model) -> None:
    bundle = _signed(model.bench, _manifest())
    model.accepts(bundle)
    for path, content in changes.items():
        if content is None:
            model.repo.delete(f"m/{path}")
        else:
            model.repo.write(f"m/{path}", content)
    model.refuses(bundle, reason)


@pytest.mark.parametrize(
    "path", ["extra.bin", "sub/extra.py", ".gitattributes", ".git/hooks/x", ".github/x", "__init__.py"]
)
def test_a_file_that_nobody_signed(path: str, model: Model) -> None:
    """Whatever its name: what model_signing leaves out by default, anyone can put there."""
    model.repo.write(f"m/{path}", b"evil")
    model.refuses(_signed(model.bench, _manifest()), f"m/{path}", rule="unsigned-file")


def test_what_the_signer_left_out_is_said(model: Model) -> None:
    model.repo.write("m/notes.txt", b"notes")
    bundle = _signed(model.bench, _manifest(ignore_paths=["notes.txt"]))
    model.refuses(bundle, "leaves it out on purpose", rule="unsigned-file")
    model.refuses(_signed(model.bench, _manifest(ignore_paths=["."])), "m/notes.txt", rule="unsigned-file")


def test_an_empty_file_that_nobody_signed_is_a_warning(model: Model) -> None:
    model.repo.write("m/.gitkeep", b"")
    assert "warning[signatures/unsigned-empty-file]" in model.accepts(_signed(model.bench, _manifest()))


def test_a_link_in_the_directory(model: Model) -> None:
    model.repo.link("m/link", "a.bin")
    code, out = model.verify(_signed(model.bench, _manifest()))
    assert code == 1, out
    assert "m/link" in out


def test_blake2b(model: Model) -> None:
    bundle = _signed(model.bench, _manifest(algorithm="blake2b"))
    model.accepts(bundle)
    model.repo.write("m/a.bin", b"1")
    model.refuses(bundle, "its digest is another one for a.bin")


def _resources(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["predicate"]["resources"]
    return found


def _twice(document: dict[str, Any]) -> None:
    _resources(document).append({**_resources(document)[0], "digest": "00" * 32})


def _with(**members: Any) -> Callable[[dict[str, Any]], None]:
    """The first file is listed with these members."""
    return lambda document: _resources(document)[0].update(members)


def _how(**members: Any) -> Callable[[dict[str, Any]], None]:
    """The serialization has these members."""
    return lambda document: document["predicate"]["serialization"].update(members)


MANIFESTS: Mapping[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "by shards": (_how(method="shards", shard_size=1), 'it signs by "shards"; whole files are supported'),
    "by an unknown method": (_how(method="\x1b[2J"), "whole files are supported"),
    "by no method": (lambda document: document["predicate"].pop("serialization"), "`serialization` is missing"),
    "blake3": (_with(algorithm="blake3"), 'it lists digests by "blake3"'),
    "a name twice": (_twice, "or one twice"),
    "no name": (_with(name=""), "`name` is missing"),
    "no files": (lambda document: _resources(document).clear(), "it lists no file"),
    "another subject": (
        lambda document: document["subject"][0]["digest"].update(sha256="0" * 64),
        "contradicts itself",
    ),
    "another order": (lambda document: _resources(document).reverse(), "it contradicts itself"),
    "two subjects": (lambda document: document["subject"].append(document["subject"][0]), "about several models"),
    "no hexadecimal": (_with(digest="zz"), "not hexadecimal"),
    "a path upwards": (_with(name="../weights"), "it is also over ../weights"),
    "a path with a dot": (_with(name="./a.bin"), "it is also over ./a.bin"),
    "an absolute path": (_with(name="/a.bin"), "it is also over /a.bin"),
    "no predicate": (lambda document: document.pop("predicate"), "`serialization` is missing"),
}


@pytest.mark.parametrize(("change", "reason"), MANIFESTS.values(), ids=MANIFESTS)
def test_manifests_that_say_something_else(change: Any, reason: str, model: Model) -> None:
    document = _manifest()
    change(document)
    model.refuses(_signed(model.bench, document), reason)


def test_a_model_that_is_one_file(model: Model) -> None:
    model.repo.write("one.bin", b"one")
    bundle = _signed(model.bench, _manifest({".": b"one"}))
    model.accepts(bundle, path="one.bin")
    model.accepts(_signed(model.bench, _manifest({"other-name.bin": b"one"})), path="one.bin")
    model.repo.write("one.bin", b"two")
    model.refuses(bundle, "it is over other bytes", path="one.bin")
    model.refuses(_signed(model.bench, _manifest()), "it is over a directory, and this is a file", path="one.bin")
    model.refuses(_signed(model.bench, _manifest({".": b"one"})), "it is also over m, which is not there")


def test_the_bundle_may_lie_in_the_directory(model: Model) -> None:
    """It cannot be over itself; anything else that lies there must be."""
    model.repo.write("m/model.sig", json.dumps(_signed(model.bench, _manifest())))
    result = model.repo.gate("verify", "m", "--bundle", "m/model.sig", *model.bench.key(KEY))
    assert result.code == 0, result.out
    model.repo.write("model.sig", model.repo.bytes("m/model.sig"))
    result = model.repo.gate("verify", "m", "--bundle", "model.sig", *model.bench.key(KEY))
    assert result.code == 1
    assert "m/model.sig" in result.out


def _authority(common: str = "models ca", *extensions: Extension, **more: Any) -> Issuer:
    start = NOON - dt.timedelta(days=400)
    if not extensions:
        return authority(common, start, **more)
    key = generate()
    certificate = certify(
        Issuer(None, key), key.public_key(), name(common), start=start, end=NOON + 1000 * MINUTE, extensions=extensions
    )
    return Issuer(certificate, key)


class Holder:
    """A key with a certificate of `issuer`."""

    def __init__(
        self,
        issuer: Issuer,
        *extensions: Extension,
        start: dt.datetime = NOON,
        end: dt.datetime = NOON + dt.timedelta(days=1),
        common: str = "dev",
    ) -> None:
        self.key = generate()
        given = extensions or ((usage("digital_signature"), True), (CODE_SIGNING, False))
        self.leaf = certify(issuer, self.key.public_key(), name(common), start=start, end=end, extensions=given)

    def sign(self, *between: x509.Certificate | None) -> Json:
        chain = (self.leaf, *(one for one in between if one))
        payload = json.dumps(_manifest()).encode()
        return mint(Instance(), key=self.key, chain=chain, statement=payload, rekor=None, timestamp=False)


def _trusting(model: Model, issuer: Issuer | x509.Certificate, identity: str = "") -> KeyArguments:
    certificate = issuer.certificate if isinstance(issuer, Issuer) else issuer
    assert certificate
    model.repo.write("ca.pem", pem_of(certificate))
    return ("--certificate", "ca.pem", *(("--identity", identity) if identity else ()))


def test_by_a_certificate_of_an_own_authority(model: Model) -> None:
    ca = _authority()
    below = _authority("below", above=ca, path_length=0)
    model.accepts(Holder(ca).sign(), _trusting(model, ca))
    model.accepts(Holder(ca).sign(ca.certificate), _trusting(model, ca, "dev"))
    model.accepts(Holder(below).sign(below.certificate), _trusting(model, ca, "d*"))
    model.refuses(Holder(below).sign(), "leads to no trusted root", _trusting(model, ca))
    model.refuses(Holder(ca).sign(), 'its certificate is for "dev"', _trusting(model, ca, "eve"), "untrusted-identity")
    model.refuses(_signed(model.bench, _manifest()), "signed with a key", _trusting(model, ca), "untrusted-identity")


def test_a_certificate_that_has_expired_no_longer_counts(model: Model) -> None:
    ca = _authority()
    who = _trusting(model, ca)
    model.refuses(Holder(ca, start=NOON - 600 * MINUTE, end=NOON).sign(), "its certificate was expired", who)
    late = NOON + dt.timedelta(days=2)
    model.refuses(Holder(ca, start=late, end=late + MINUTE).sign(), "was not valid yet", who)


def test_a_certificate_of_somebody_else(model: Model) -> None:
    """It is public: whoever has it does not have its key."""
    ca = _authority()
    mine, eve = Holder(ca), Holder(_authority())
    borrowed = eve.sign()
    borrowed["verificationMaterial"] = mine.sign()["verificationMaterial"]
    model.accepts(mine.sign(), _trusting(model, ca))
    model.refuses(borrowed, "the signature does not match", _trusting(model, ca))


def test_another_authority_of_the_same_name(model: Model) -> None:
    mine, other = _authority(), _authority()
    who = _trusting(model, mine)
    for chain in ((), (other.certificate,), (mine.certificate,), (other.certificate, mine.certificate)):
        model.refuses(Holder(other).sign(*chain), "leads to no trusted root", who)


PLAIN = (usage("digital_signature"), True)
NO_ISSUERS: Mapping[str, tuple[Extension, ...]] = {
    "may not sign certificates": ((x509.BasicConstraints(ca=True, path_length=1), True), PLAIN),
    "no authority": ((x509.BasicConstraints(ca=False, path_length=None), True), (usage("key_cert_sign"), True)),
    "a signer": (PLAIN, (CODE_SIGNING, False)),
}


@pytest.mark.parametrize("extensions", NO_ISSUERS.values(), ids=NO_ISSUERS)
def test_who_is_no_authority_issues_nothing(extensions: tuple[Extension, ...], model: Model) -> None:
    """As the authority of the policy, and between it and the signer."""
    bogus = _authority("bogus", *extensions)
    model.refuses(Holder(bogus).sign(), "leads to no trusted root", _trusting(model, bogus))
    ca = _authority()
    key = generate()
    start, end = NOON, NOON + dt.timedelta(days=1)
    between = certify(ca, key.public_key(), name("between"), start=start, end=end, extensions=extensions)
    below = Holder(Issuer(between, key))
    model.refuses(below.sign(between), "leads to no trusted root", _trusting(model, ca))


def test_a_path_that_is_too_long(model: Model) -> None:
    ca = _authority("top", path_length=0)
    below = _authority("below", above=ca, path_length=0)
    model.refuses(Holder(below).sign(below.certificate), "leads to no trusted root", _trusting(model, ca))


def test_its_own_authority(model: Model) -> None:
    """A certificate that signed itself proves nothing unless the policy has that very one."""
    stranger = _authority("dev", PLAIN, (CODE_SIGNING, False))
    own = stranger.certificate
    assert own
    payload = json.dumps(_manifest()).encode()
    for chain in ((own,), (own, own)):
        bundle = mint(Instance(), key=stranger.key, chain=chain, statement=payload, rekor=None, timestamp=False)
        model.refuses(bundle, "leads to no trusted root", _trusting(model, _authority("dev")))
        model.accepts(bundle, _trusting(model, stranger))


UNREADABLE: Mapping[str, tuple[bytes, bytes]] = {
    "a version to come": (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09"),
    "an unknown curve": (bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d03017f")),
    "an unknown kind of key": (bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06072a8648ce3d027f")),
    "the year nought": (b"20500101", b"00000101"),
    "a negative serial": (b"\x02\x01\x07\x30", b"\x02\x01\x87\x30"),
}


@pytest.mark.parametrize("change", UNREADABLE.values(), ids=UNREADABLE)
def test_certificates_that_the_library_cannot_read(change: tuple[bytes, bytes], model: Model) -> None:
    """The signature is invalid then, in a sentence; a warning of the library would reach the terminal."""
    holder = Holder(_authority())
    start = dt.datetime(2050, 1, 1, tzinfo=dt.timezone.utc)
    own = Issuer(None, holder.key)
    leaf = certify(own, holder.key.public_key(), name("dev"), start=start, end=start + MINUTE, serial=7)
    bundle = holder.sign()
    encoded = der_of(leaf)
    assert change[0] in encoded
    bundle["verificationMaterial"]["certificate"]["rawBytes"] = b64(encoded.replace(*change))
    model.refuses(bundle, "cannot be read", _trusting(model, _authority()))


PURPOSES: Mapping[str, tuple[tuple[Extension, ...], bool]] = {
    "signing code": ((PLAIN, (CODE_SIGNING, False)), True),
    "signing, and nothing else is said": ((PLAIN,), True),
    "no use of the key": (((CODE_SIGNING, False),), False),
    "another use of the key": (((usage("key_encipherment"), True), (CODE_SIGNING, False)), False),
    "a server": ((PLAIN, (x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)), False),
}


@pytest.mark.parametrize(("extensions", "may"), PURPOSES.values(), ids=PURPOSES)
def test_what_a_certificate_is_for(extensions: tuple[Extension, ...], may: bool, model: Model) -> None:
    ca = _authority()
    code, out = model.verify(Holder(ca, *extensions).sign(), _trusting(model, ca))
    assert code == (0 if may else 1), out
    assert may or "not for signing code" in out


def test_names_that_an_authority_may_not_give(model: Model) -> None:
    """Name constraints (RFC 5280, 4.2.1.10)."""
    allowed = x509.NameConstraints(permitted_subtrees=[x509.DNSName("a.example")], excluded_subtrees=None)
    ca = _authority(
        "ca", (x509.BasicConstraints(ca=True, path_length=1), True), (usage("key_cert_sign"), True), (allowed, True)
    )
    who = _trusting(model, ca)
    for host, code in (("x.a.example", 0), ("x.b.example", 1)):
        names = (x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        found, out = model.verify(Holder(ca, PLAIN, names).sign(), who)
        assert found == code, out
