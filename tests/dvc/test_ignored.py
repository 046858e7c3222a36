"""`.dvcignore` as the real DVC takes it: what is hidden there is not in the MD5 of a directory."""

from __future__ import annotations

import pytest

from tests.dvc.conftest import Dvc
from tests.support import Repo

FILES = ("a.csv", "a.tmp", "b/a.tmp", "b/keep.tmp", "b/c/x.csv", "b/c/d/y.csv", "cache/z.csv", "e/cache/w.csv", "tmp/t")
OURS = {"dvc/digest-mismatch", "dvc/line-endings-only", "dvc/malformed"}


@pytest.mark.parametrize(
    ("where", "patterns"),
    [
        (".dvcignore", "*.tmp\n"),
        (".dvcignore", "# no\n\n*.tmp\n!keep.tmp\n"),
        (".dvcignore", "cache/\n"),
        (".dvcignore", "/cache\n"),
        (".dvcignore", "/data/cache\n"),
        (".dvcignore", "data/b/**\n!data/b/keep.tmp\n"),
        (".dvcignore", "data/**/y.csv\n"),
        (".dvcignore", "b/c\n?.csv\n"),
        ("more/.dvcignore", "/in/b/c\n"),
        (".dvcignore", "data/b/*\n"),
    ],
)
def test_hidden_files_do_not_count(repo: Repo, dvc: Dvc, where: str, patterns: str) -> None:
    repo.write(where, patterns)
    for path in FILES:
        repo.write(f"data/{path}", path)
        repo.write(f"more/in/{path}", path)
    dvc("add", "data", "more/in")
    for name in ("data", "more/in"):
        assert "its MD5 is what" in repo.gate("add", f"{name}.dvc").out
    repo.track()
    assert repo.rules() & OURS == set()
    repo.delete(".dvc/cache")
    assert repo.rules() & OURS == set()
    repo.write("data/e/new.bin", "new")
    assert "dvc/digest-mismatch" in repo.rules()


def test_what_is_hidden_still_counts_for_the_dbom(repo: Repo, dvc: Dvc) -> None:
    repo.write("data/a.csv", "a")
    dvc("add", "data")
    assert repo.gate("add", "data").code == 0
    repo.write(".dvcignore", "*.pkl\n")
    repo.write("data/evil.pkl", "x")
    assert "integrity/extra-file" in repo.rules()
