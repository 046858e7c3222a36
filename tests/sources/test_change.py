"""A change: only what it brings in is new, and it cannot allow itself anything."""

from __future__ import annotations

import pytest

from tests.sources.conftest import Sources
from tests.support import Repo

OLD = "from datasets import load_dataset\n\nold = load_dataset('acme/old')\n"


@pytest.fixture
def base(repo: Repo) -> Repo:
    repo.write("train.py", OLD)
    repo.write("other.py", "import joblib\nx = joblib.load('x')\n")
    repo.track()
    repo.git("commit", "--quiet", "--message=base")
    repo.git("branch", "base")
    return repo


def test_only_the_new_call_is_judged(base: Repo, sources: Sources) -> None:
    base.write("train.py", "# a new line\n" + OLD + "new = load_dataset('acme/new')\n")
    found = sources("--base", "base")
    assert found.at("sources/unregistered") == ["train.py:5:7"]
    assert found.at("sources/unsafe-load") == []
    assert "were there at the base and are not judged again: 2" in found.notes


def test_the_same_call_once_more_is_new(base: Repo, sources: Sources) -> None:
    base.write("train.py", OLD + "again = load_dataset('acme/old')\n")
    assert len(sources("--base", "base").at("sources/unregistered")) == 1


def test_a_comment_that_the_change_brings_along_allows_nothing(base: Repo, sources: Sources) -> None:
    line = "new = load_dataset('acme/new')  # gate: allow sources/unregistered, sources/unpinned -- trust me\n"
    base.write("train.py", OLD + line)
    found = sources("--base", "base")
    assert found.at("sources/unregistered") == ["train.py:4:7"]
    base.track()
    base.git("commit", "--quiet", "--message=merged")
    assert sources("--base", "HEAD").rules == set()
    assert "trust me" in sources().notes


def test_a_base_that_cannot_be_had_hides_nothing(base: Repo, sources: Sources) -> None:
    found = sources("--base", "nowhere")
    assert "gate/undecided" in found.rules
    assert found.at("sources/unregistered") == ["train.py:3:7"]


def test_paths_narrow_what_is_read(base: Repo, sources: Sources) -> None:
    assert {place.path for place in sources("other.py").places} == {"other.py"}


def test_a_comment_of_the_base_allows_only_what_it_stood_beside(base: Repo, sources: Sources) -> None:
    comment = "# gate: allow sources/unregistered, sources/unpinned -- read, and kept\n"
    allowed = "NAME = 'acme/one'\n" + comment + "one = load_dataset(NAME)\n"
    base.write("train.py", OLD + allowed)
    base.track()
    base.git("commit", "--quiet", "--message=allowed")
    base.write("train.py", OLD + "# a new line\n" + allowed)
    assert sources("--base", "HEAD").rules == set()
    base.write("train.py", OLD + allowed + comment + "two = load_dataset('acme/two')\n")
    assert sources("--base", "HEAD").at("sources/unregistered") == ["train.py:8:7"]
    base.write("train.py", OLD + allowed.replace("acme/one", "acme/two"))
    assert sources("--base", "HEAD").at("sources/unregistered") == ["train.py:6:7"]
