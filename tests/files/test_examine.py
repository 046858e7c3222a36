"""One pass over a file: what is told about files that come, go, or are no files."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.checks.examine import SMALL, Batch, examine
from gate.files.digest import line_ending_digests
from tests.support import Repo, sha256


def _status(repo: Repo, directory: str, *names: str) -> list[str]:
    paths = tuple(f"{directory}/{name}" if directory else name for name in names)
    return [file.status for file in examine(Batch(str(repo.root), directory, names, paths))]


def test_files_and_directories_that_disappeared_since_they_were_listed_are_missing(bare: Repo) -> None:
    bare.write("d/there", "x")
    assert _status(bare, "d", "gone", "there") == ["missing", "read"]
    assert _status(bare, "gone", "a", "b") == ["missing", "missing"]
    assert _status(bare, "d/there", "a") == ["missing"]


def test_a_file_that_became_something_else_is_not_read(bare: Repo) -> None:
    bare.write("real", "x")
    bare.fifo("pipe")
    bare.link("link", "real")
    bare.link("out", bare.home)
    bare.write("dir/a", "x")
    assert _status(bare, "", "pipe", "link", "out", "dir") == ["special", "link", "outside", "missing"]


def test_a_directory_that_became_a_link_is_not_entered(bare: Repo) -> None:
    bare.write("real/a", "x")
    bare.link("d", "real")
    (bare.home / "a").write_text("secret")
    bare.link("e", bare.home)
    assert _status(bare, "d", "a") == ["link"]
    assert _status(bare, "e", "a") == ["outside"]
    bare.write("deep/x", "")
    bare.link("deep/e", bare.home)
    assert _status(bare, "deep/e", "a") == ["outside"]


@pytest.mark.parametrize("size", [0, 1, SMALL - 1, SMALL, SMALL + 1, 3 * 1024 * 1024])
def test_the_digest_is_the_one_of_all_bytes_whatever_the_size(bare: Repo, size: int) -> None:
    content = bytes(i % 251 for i in range(size))
    bare.write("f", content)
    (file,) = examine(Batch(str(bare.root), "", ("f",), ("f",)))
    assert (file.status, file.size, file.sha256) == ("read", size, sha256(content))


def test_a_name_that_is_not_utf8_is_read(bare: Repo) -> None:
    name = os.fsdecode(b"caf\xe9")
    try:
        bare.write(name, "x")
    except OSError:
        pytest.skip("this file system holds UTF-8 names only")
    assert _status(bare, "", name) == ["read"]


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab\r\n"), max_size=12).map(str.encode), st.integers(1, 5))
def test_the_digests_with_other_line_endings_do_not_depend_on_where_a_chunk_ends(data: bytes, chunk: int) -> None:
    import gate.files.digest as module

    unix = data.replace(b"\r\n", b"\n")
    expected = (sha256(unix), sha256(unix.replace(b"\n", b"\r\n")))
    descriptor = os.memfd_create("t") if hasattr(os, "memfd_create") else pytest.skip("no memfd here")
    usual = module.CHUNK
    try:
        os.write(descriptor, data)
        module.CHUNK = chunk
        assert line_ending_digests(descriptor) == expected
    finally:
        module.CHUNK = usual
        os.close(descriptor)
