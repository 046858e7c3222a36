"""Repositories with a pickle that nobody declared."""

from __future__ import annotations

import pytest

from tests.support import PICKLE, Repo
from tests.waivers.support import PATH, owned


@pytest.fixture
def pickled(repo: Repo) -> Repo:
    """One pickle, and a CODEOWNERS that names @alice and @acme/security for the waivers file."""
    repo.write(PATH, PICKLE)
    owned(repo)
    return repo
