"""What only an instance of one's own can mint: proofs that are missing, of others, or of the wrong time."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from tests.localsigstore import Instance, der, mint
from tests.localsigstore.authority import CODE_SIGNING, Extension, authority, certify, der_of, name, usage
from tests.localsigstore.ctlog import SCT_LIST
from tests.localsigstore.encoding import Json, b64
from tests.localsigstore.entries import for_bundle
from tests.localsigstore.keys import generate
from tests.localsigstore.minting import bundle, certified, envelope, logged, message, stamped

from .judging import DATA, MINUTE, NOON, PERSON, WORKFLOW, statement
from .verifying import RELEASE, Bench, bench

__all__ = ["bench"]

LATE = NOON + 60 * MINUTE
"""After a certificate of ten minutes."""


def _entry(minted: Json) -> Json:
    entry = minted["verificationMaterial"]["tlogEntries"][0]
    assert isinstance(entry, dict)
    return entry


@pytest.mark.parametrize("algorithm", ["P-256", "P-384", "P-521", "Ed25519", "RSA"])
@pytest.mark.parametrize("content", [{"artifact": DATA}, {"statement": statement()}], ids=["file", "statement"])
@pytest.mark.parametrize("rekor", [1, 2])
def test_signers_of_every_kind_of_key(algorithm: str, content: dict[str, bytes], rekor: int, bench: Bench) -> None:
    minted = mint(bench.instance, claims=PERSON, algorithm=algorithm, rekor=rekor, **content)  # type: ignore[arg-type]
    assert "dev@example.com" in bench.accepts(minted)
    bench.repo.write("weights", DATA + b"!")
    bench.refuses(minted, "other bytes")


GOOD: Mapping[str, dict[str, Any]] = {
    "a workflow": {"claims": WORKFLOW, "artifact": DATA},
    "a time before the timestamp": {"at": NOON, "logged_at": NOON + MINUTE, "timestamp": NOON + 2 * MINUTE},
    "two logs": {"rekor": [1, 2], "timestamp": True},
    "twice in a log": {"rekor": [1, 1]},
    "a timestamp for the promise": {"promise": False, "timestamp": True},
    "0.1 with a promise alone": {"version": "0.1", "proof": False},
    "0.1 with a proof without checkpoint": {"version": "0.1", "checkpoint": False},
    "0.2": {"version": "0.2"},
    "P-384 with SHA-256": {"algorithm": "P-384", "hash_name": "sha256"},
    "at the certificate's first second": {"at": NOON, "logged_at": NOON},
    "at its last second": {"at": NOON, "logged_at": NOON + 10 * MINUTE, "ttl": 600},
    "a statement as hashedrekord": {"statement": statement(), "entry_kind": "hashedrekord"},
    "as dsse": {"statement": statement(), "entry_kind": "dsse"},
    "as intoto": {"statement": statement(), "entry_kind": "intoto"},
    "as hashedrekord 0.0.2": {"statement": statement(), "rekor": 2},
    "as dsse 0.0.2": {"statement": statement(), "rekor": 2, "entry_kind": "dsse"},
}


def _minted(bench: Bench, options: Mapping[str, Any]) -> Json:
    given = {"claims": PERSON, **options}
    return mint(bench.instance, **(given if "statement" in given else {"artifact": DATA, **given}))


@pytest.mark.parametrize("options", GOOD.values(), ids=GOOD)
def test_good_ones(options: Mapping[str, Any], bench: Bench) -> None:
    who = RELEASE if options.get("claims") is WORKFLOW else ("--identity", "dev@example.com", "--issuer", PERSON["iss"])
    bench.accepts(_minted(bench, options), who=who)


BAD: Mapping[str, tuple[dict[str, Any], str]] = {
    "no SCT": ({"sct": False}, "no proof of a certificate log"),
    "SCT of another log": ({"sct": Instance()}, "logged in no certificate log of the trust root"),
    "logged after the certificate's end": ({"at": NOON, "logged_at": LATE}, "its certificate was expired at"),
    "logged before its beginning": ({"at": NOON, "logged_at": NOON - MINUTE}, "its certificate was not valid yet at"),
    "stamped after its end": ({"rekor": 2, "at": NOON, "timestamp": LATE}, "its certificate was expired at"),
    "one of two stamps after its end": ({"rekor": 2, "at": NOON, "timestamp": [NOON, LATE]}, "was expired at"),
    "logged in time, stamped late": ({"at": NOON, "timestamp": LATE}, "was expired at"),
    "stamped in time, logged late": ({"at": NOON, "logged_at": LATE, "timestamp": NOON}, "was expired at"),
    "no entry": ({"rekor": None, "timestamp": True}, "it has no entry of a transparency log"),
    "entry of another log": ({"log_of": Instance()}, "a log that the trust root does not know"),
    "stamp of another authority": ({"rekor": 2, "tsa_of": Instance()}, "nothing that the trust root knows proves when"),
    "no stamp and no time": ({"rekor": 2, "timestamp": False}, "nothing that the trust root knows proves when"),
    "no promise": ({"promise": False}, "nothing that the trust root knows proves when"),
    "no promise in 0.1": ({"promise": False, "version": "0.1"}, "nothing that the trust root knows proves when"),
    "no proof": ({"proof": False}, "no proof that it is in the log"),
    "no proof in 0.2": ({"proof": False, "version": "0.2"}, "no proof that it is in the log"),
    "neither proof nor promise in 0.1": ({"proof": False, "promise": False, "version": "0.1"}, "no proof that it is"),
    "no proof in Rekor 2": ({"rekor": 2, "proof": False, "version": "0.1"}, "no proof that it is in the log"),
    "no checkpoint": ({"checkpoint": False}, "the log entry has no checkpoint"),
    "no checkpoint in Rekor 2": ({"rekor": 2, "checkpoint": False}, "the log entry has no checkpoint"),
    "none of 0.1 without a promise": ({"version": "0.1", "checkpoint": False, "promise": False}, "no proof that it is"),
}


@pytest.mark.parametrize(("options", "reason"), BAD.values(), ids=BAD)
def test_proofs_that_are_missing_of_others_or_late(options: Mapping[str, Any], reason: str, bench: Bench) -> None:
    bench.refuses(_minted(bench, options), reason)


def test_another_instance_proves_nothing(bench: Bench) -> None:
    bench.refuses(mint(Instance(), claims=PERSON, artifact=DATA), "a log that the trust root does not know")
    bench.refuses(
        mint(Instance(), claims=PERSON, artifact=DATA, log_of=bench.instance, sct=bench.instance),
        "its certificate leads to no trusted root",
    )


def test_a_certificate_of_somebody_else(bench: Bench) -> None:
    """Everything is in order but that the key which signed is another one."""
    mine, eve = (certified(bench.instance, PERSON, at=NOON) for _ in range(2))
    borrowed = eve._replace(chain=mine.chain)
    for content in (message(borrowed, DATA), envelope(borrowed, statement())):
        entry = logged(bench.instance, content, at=NOON)
        bench.refuses(bundle(borrowed, content, entries=[entry]), "the signature does not match")


def test_an_entry_of_something_else(bench: Bench) -> None:
    """CVE-2022-36056: a good entry, of another signature, artifact or certificate."""
    signer = certified(bench.instance, PERSON, at=NOON)
    mine = message(signer, DATA)
    stranger = certified(bench.instance, PERSON, at=NOON)
    for other, reason in (
        (message(signer, b"other"), "the log entry is about other bytes"),
        (message(signer, DATA), "the log entry is about another signature"),
        (mine._replace(signed=mine.signed._replace(verifier=stranger.verifier())), "about another signer"),
        (envelope(signer, statement()), "the log entry is about"),
    ):
        for rekor in (1, 2):
            entry = logged(bench.instance, other, rekor=rekor, at=NOON)
            stamps = [stamped(bench.instance.tsa, mine, NOON)]
            bench.refuses(bundle(signer, mine, entries=[entry], timestamps=stamps), reason)


def test_every_one_of_several_entries_must_hold(bench: Bench) -> None:
    signer = certified(bench.instance, PERSON, at=NOON)
    mine, other = message(signer, DATA), message(signer, b"other")
    good = logged(bench.instance, mine, at=NOON)
    bench.accepts(bundle(signer, mine, entries=[good, good]))
    bench.refuses(bundle(signer, mine, entries=[good, logged(bench.instance, other, at=NOON)]), "about other bytes")
    unknown = logged(Instance(), mine, at=NOON)
    bench.refuses(bundle(signer, mine, entries=[good, unknown]), "a log that the trust root does not know")


def test_the_log_must_name_the_certificate(bench: Bench) -> None:
    """An entry with nothing but the key would hide the signature from whoever watches the log for their name."""
    signer = certified(bench.instance, PERSON, at=NOON)
    for content in (message(signer, DATA), envelope(signer, statement())):
        bare = signer._replace(chain=()).verifier()
        for rekor in (1, 2):
            hidden = content._replace(signed=content.signed._replace(verifier=bare))
            entry = logged(bench.instance, hidden, rekor=rekor, at=NOON)
            stamps = [stamped(bench.instance.tsa, content, NOON)]
            bench.refuses(bundle(signer, content, entries=[entry], timestamps=stamps), "the log entry is about another")


def test_a_promise_is_over_time_place_and_body(bench: Bench) -> None:
    minted = mint(bench.instance, claims=PERSON, artifact=DATA, at=NOON)
    for member, value in (("integratedTime", str(int(NOON.timestamp()) + 1)), ("logIndex", "7")):
        altered = copy.deepcopy(minted)
        _entry(altered)[member] = value
        bench.refuses(altered, "the log's promise does not match its entry")
    altered = copy.deepcopy(minted)
    del _entry(altered)["integratedTime"]
    bench.refuses(altered, "the log's promise has no time")
    altered = copy.deepcopy(minted)
    body = json.loads(base64.b64decode(_entry(altered)["canonicalizedBody"]))
    body["spec"]["extra"] = 1
    _entry(altered)["canonicalizedBody"] = b64(json.dumps(body).encode())
    bench.refuses(altered, "its proof does not lead to the log's root hash")


def test_an_entry_of_another_kind_than_the_bundle_says(bench: Bench) -> None:
    for member, value in (("kind", "dsse"), ("kind", "rekord"), ("version", "0.0.2")):
        minted = mint(bench.instance, claims=PERSON, artifact=DATA)
        _entry(minted)["kindVersion"][member] = value
        bench.refuses(minted, "the log entry is of another kind than the bundle says")
    signer = certified(bench.instance, PERSON, at=NOON)
    content = message(signer, DATA)
    unknown = bench.instance.rekor1.append({"kind": "rekord", "apiVersion": "0.0.1", "spec": {}}, NOON)
    entry = for_bundle(unknown)
    bench.refuses(bundle(signer, content, entries=[entry]), "of the kind rekord/0.0.1 are not known here")


def test_a_place_that_nothing_proves_is_not_reported(bench: Bench) -> None:
    """Without a promise the proof alone says where in the log an entry is."""
    minted = mint(bench.instance, claims=PERSON, artifact=DATA, rekor=2)
    true = _entry(minted)["logIndex"]
    _entry(minted)["logIndex"] = "123456789"
    out = bench.accepts(minted)
    assert "123456789" not in out
    assert f"index {true}, url" in out


def test_a_private_instance_without_logs(bench: Bench) -> None:
    """As GitHub has for private repositories: timestamps are all that there is."""
    stamped_alone = mint(bench.instance, claims=PERSON, artifact=DATA, sct=False, rekor=None)
    bench.trust(bench.instance.trusted_root(private=True))
    bench.accepts(stamped_alone)
    bench.refuses(mint(bench.instance, claims=PERSON, artifact=DATA, rekor=None, timestamp=False), "proves when")
    bench.refuses(mint(bench.instance, claims=PERSON, artifact=DATA), "a log that the trust root does not know")
    bench.trust(bench.instance.trusted_root())
    bench.refuses(stamped_alone, "no entry of a transparency log")


PARTS = ("tlogs", "ctlogs", "certificateAuthorities", "timestampAuthorities")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("rekor", [1, 2])
def test_a_retired_key_counts_for_what_it_did_in_its_time(part: str, rekor: int, bench: Bench) -> None:
    if (rekor, part) == (1, "timestampAuthorities"):
        pytest.skip("nothing is stamped")
    minted = mint(bench.instance, claims=PERSON, artifact=DATA, rekor=rekor, at=NOON)
    second = timedelta(seconds=1)
    for end in (NOON + MINUTE, NOON):  # the end is still within
        bench.trust(bench.instance.trusted_root(retired={part: end}))
        assert "retired_key" in bench.accepts(minted)
    bench.trust(bench.instance.trusted_root(retired={part: NOON - second}))
    result = bench.verify(minted)
    assert result.code == 1, result.out
    assert "error[signatures/invalid]" in result.out
    bench.trust(bench.instance.trusted_root(retired={part: datetime.now(NOON.tzinfo) + MINUTE}))
    assert "retired_key" not in bench.accepts(minted)


@pytest.mark.parametrize("part", PARTS)
def test_a_key_does_not_count_before_its_time(part: str, bench: Bench) -> None:
    minted = mint(bench.instance, claims=PERSON, artifact=DATA, rekor=2, at=NOON)
    for start, code in ((NOON, 0), (NOON + timedelta(seconds=1), 1)):
        root = bench.instance.trusted_root()
        for item in root[part]:
            item.get("publicKey", item)["validFor"]["start"] = start.strftime("%Y-%m-%dT%H:%M:%SZ")
        bench.trust(root)
        assert bench.verify(minted).code == code


def test_a_decoy_with_the_name_of_the_issuer(bench: Bench) -> None:
    """Two authorities of one name in a root: the one whose key issued the certificate is found, in either order."""
    minted = mint(bench.instance, claims=PERSON, artifact=DATA)
    start = bench.instance.start
    above = authority("fulcio root", start)
    decoy = authority("fulcio intermediate", start, above=above, path_length=0)
    for place in (0, 1):
        root = bench.instance.trusted_root()
        entry = copy.deepcopy(root["certificateAuthorities"][0])
        held = [{"rawBytes": b64(der_of(one.certificate))} for one in (decoy, above) if one.certificate]
        entry["certChain"]["certificates"] = held
        root["certificateAuthorities"].insert(place, entry)
        bench.trust(root)
        bench.accepts(minted)
    root["certificateAuthorities"] = [entry]
    bench.trust(root)
    bench.refuses(minted, "its certificate leads to no trusted root")


def test_an_empty_authority_does_not_extend_the_life_of_another(bench: Bench) -> None:
    minted = mint(bench.instance, claims=PERSON, artifact=DATA, rekor=2, at=NOON)
    root = bench.instance.trusted_root(retired={"timestampAuthorities": NOON - MINUTE})
    empty = {
        "uri": "https://other.example",
        "certChain": {"certificates": []},
        "validFor": {"start": "2020-01-01T00:00:00Z"},
    }
    root["timestampAuthorities"].append(empty)
    bench.trust(root)
    bench.refuses(minted, "nothing that the trust root knows proves when")


def _issued(bench: Bench, *extensions: Extension) -> Json:
    """A bundle by a certificate of the instance's authority with these extensions."""
    key = generate()
    issuer = bench.instance.fulcio._issuer
    leaf = certify(issuer, key.public_key(), name("x"), start=NOON, end=NOON + 10 * MINUTE, extensions=extensions)
    signer = certified(bench.instance, PERSON, at=NOON)._replace(key=key, chain=(leaf,))
    content = message(signer, DATA)
    return bundle(signer, content, entries=[logged(bench.instance, content, at=NOON)])


DEV = x509.RFC822Name("dev@example.com")
OIDC = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8"), der.utf8(PERSON["iss"]))
PROFILE: tuple[Extension, ...] = (
    (usage("digital_signature"), True),
    (CODE_SIGNING, False),
    (x509.SubjectAlternativeName([DEV]), True),
    (OIDC, False),
)


def test_what_certificates_of_sigstore_must_be(bench: Bench) -> None:
    """By the authority of the instance, logged and in time, yet for something else, or for two."""
    root = bench.instance.trusted_root()
    del root["ctlogs"]
    bench.trust(root)
    bench.accepts(_issued(bench, *PROFILE))
    bench.refuses(_issued(bench, *PROFILE[1:]), "not for signing code")
    bench.refuses(_issued(bench, (usage("key_cert_sign"), True), *PROFILE[1:]), "not for signing code")
    bench.refuses(_issued(bench, PROFILE[0], *PROFILE[2:]), "not for signing code")
    bench.refuses(_issued(bench, *PROFILE[:2], PROFILE[3]), "for 0 identities")
    two = x509.SubjectAlternativeName([DEV, x509.RFC822Name("eve@example.com")])
    bench.refuses(_issued(bench, *PROFILE[:2], (two, True), PROFILE[3]), "for 2 identities")
    old = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1"), b"https://other.example")
    bench.refuses(_issued(bench, *PROFILE, (old, False)), "contradicts itself about the issuer")


def test_the_proof_of_a_certificate_log_is_for_that_certificate(bench: Bench) -> None:
    """The log is the right one, and what it promised to list is another certificate."""
    other = certified(bench.instance, PERSON, at=NOON).chain[0]
    promise = other.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value
    stolen = x509.UnrecognizedExtension(SCT_LIST, promise.public_bytes())
    bench.refuses(_issued(bench, *PROFILE, (stolen, False)), "certificate log does not match its certificate")


BROKEN_ROOTS: Mapping[str, tuple[Any, str]] = {
    "no start": (lambda root: root["tlogs"][0]["publicKey"]["validFor"].pop("start"), "`start` is missing"),
    "no period": (lambda root: root["certificateAuthorities"][0].pop("validFor"), "`validFor` is missing"),
    "a start that is no time": (
        lambda root: root["ctlogs"][0]["publicKey"]["validFor"].update(start="yesterday"),
        "a time of the trust root cannot be read",
    ),
    "no media type": (lambda root: root.pop("mediaType"), "it is no trust root"),
    "no key": (lambda root: root["tlogs"][0]["publicKey"].update(rawBytes="AAAA"), "its key cannot be read"),
    "a certificate that is none": (
        lambda root: root["certificateAuthorities"][0]["certChain"]["certificates"][0].update(rawBytes="AAAA"),
        "a certificate of the trust root cannot be read",
    ),
}


@pytest.mark.parametrize(("change", "reason"), BROKEN_ROOTS.values(), ids=BROKEN_ROOTS)
def test_a_trust_root_that_cannot_be_read_is_a_mistake_of_the_caller(change: Any, reason: str, bench: Bench) -> None:
    root = bench.instance.trusted_root()
    change(root)
    bench.trust(root)
    result = bench.verify(mint(bench.instance, claims=PERSON, artifact=DATA))
    assert (result.code, result.out) == (2, "")
    assert "root.json" in result.err
    assert reason in result.err


def test_the_right_one_of_several_roots_in_a_file(bench: Bench) -> None:
    """One on each line, as `gh attestation trusted-root` writes them."""
    both = "\n".join(json.dumps(one.trusted_root()) for one in (Instance(), bench.instance))
    bench.trust(both.encode())
    bench.accepts(mint(bench.instance, claims=PERSON, artifact=DATA))
    mixed = mint(bench.instance, claims=PERSON, artifact=DATA, log_of=(other := Instance()))
    bench.trust("\n".join(json.dumps(one.trusted_root()) for one in (other, bench.instance)).encode())
    result = bench.verify(mixed)
    assert result.code == 1, result.out  # each instance proves alone
