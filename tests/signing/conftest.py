"""A local Sigstore for the tests of signatures; one for each process that runs tests, as its keys cost time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.localsigstore import Instance


@pytest.fixture(scope="session")
def sigstore_instance() -> Instance:
    """An instance to mint bundles with. It does not listen unless `sigstore_server` is asked for too."""
    return Instance()


@pytest.fixture(scope="session")
def sigstore_server(sigstore_instance: Instance) -> Iterator[Instance]:
    """The same instance, listening on loopback: `trust_config` says where."""
    with sigstore_instance.serve():
        yield sigstore_instance
