"""Timestamps of the stand-in, by the library that the gate and sigstore read them with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rfc3161_client import TimestampRequestBuilder, VerificationError, VerifierBuilder, decode_timestamp_response

from tests.localsigstore import Instance
from tests.localsigstore.encoding import now

MESSAGE = b"a signature"
NOON = now() - timedelta(hours=2)


@pytest.fixture(scope="module")
def instance() -> Instance:
    return Instance()


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("certificate", [True, False])
def test_timestamps_verify_with_every_hash(certificate: bool, hash_name: str, instance: Instance) -> None:
    tsa = instance.tsa
    stamp = tsa.stamp(MESSAGE, NOON, hash_name=hash_name, certificate=certificate)
    known = VerifierBuilder().tsa_certificate(tsa.chain[0]).add_root_certificate(tsa.chain[1]).build()
    response = decode_timestamp_response(stamp)
    assert known.verify_message(response, MESSAGE)
    assert response.tst_info.gen_time == NOON
    assert len(response.signed_data.certificates) == certificate
    with pytest.raises(VerificationError):
        known.verify_message(response, MESSAGE + b".")


def test_it_answers_the_query(instance: Instance) -> None:
    query = TimestampRequestBuilder().data(MESSAGE).nonce(nonce=True).cert_request(cert_request=True).build()
    response = decode_timestamp_response(instance.tsa.answer(query.as_bytes()))
    assert response.tst_info.nonce == query.nonce
    assert len(response.signed_data.certificates) == 1
    known = VerifierBuilder.from_request(query).add_root_certificate(instance.tsa.chain[1]).build()
    assert known.verify_message(response, MESSAGE)


def test_another_authority_s_timestamp_does_not_verify(instance: Instance) -> None:
    other = Instance().tsa
    known = VerifierBuilder().tsa_certificate(other.chain[0]).add_root_certificate(other.chain[1]).build()
    with pytest.raises(VerificationError):
        known.verify_message(decode_timestamp_response(instance.tsa.stamp(MESSAGE, NOON)), MESSAGE)
