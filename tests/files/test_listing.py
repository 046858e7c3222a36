"""Listings: any names round trip, and nothing but `ListingError` comes of any bytes."""

from __future__ import annotations

import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.files.listing import ListingError, UnsafePathError, format_listing, parse_listing

HEX = "0123456789abcdef" * 4

components = (
    st.binary(min_size=1, max_size=12)
    .map(lambda name: name.replace(b"/", b"_").replace(b"\0", b"_"))
    .filter(lambda name: name not in (b".", b".."))
)
names = st.lists(components, min_size=1, max_size=3).map(b"/".join).map(os.fsdecode)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


@settings(max_examples=1000)
@given(st.dictionaries(names, digests, max_size=6))
@example({"a\nb": HEX, "a\\b": HEX, "a\\nb": HEX, "\\": HEX, " ": HEX, "*a": HEX})
@example({"ends in\r": HEX, "a\rb": HEX, "a\\r": HEX})
@example({os.fsdecode(b"\xff\n\xfe"): HEX, "..a": HEX, "a..": HEX, ".a/..b": HEX, "...": HEX})
def test_any_names_round_trip(listed: dict[str, str]) -> None:
    data = format_listing(listed)
    assert parse_listing(data) == listed
    assert data.count(b"\n") == len(listed)
    assert format_listing(dict(reversed(listed.items()))) == data


@settings(max_examples=300)
@given(st.dictionaries(names, digests, min_size=2, max_size=6))
def test_lines_are_sorted_by_the_bytes_of_the_names(listed: dict[str, str]) -> None:
    assert [os.fsencode(name) for name in parse_listing(format_listing(listed))] == sorted(map(os.fsencode, listed))


LINE = st.builds(
    lambda slash, digest, sep, name, end: slash + digest + sep + name + end,
    st.sampled_from([b"", b"\\"]),
    st.sampled_from([HEX.encode(), HEX.upper().encode(), HEX[1:].encode()]),
    st.sampled_from([b"  ", b" *", b" ", b"\t"]),
    st.binary(max_size=6) | st.sampled_from([b"a", b"b", b"../a", b"/a", b"a//b", b".", b"a/./b", b"\\n", b"\\x"]),
    st.sampled_from([b"\n", b"\r\n", b"", b"\n\n"]),
)


@settings(max_examples=2000)
@given(st.lists(LINE, max_size=4).map(b"".join) | st.binary(max_size=40))
@example(HEX.encode() + b"  a\0b\n")
@example(HEX.encode() + b"  a\n" + HEX.encode() + b"  b")
@example(b"\n")
def test_any_bytes_are_a_listing_or_a_listing_error_and_never_a_path_that_leaves(data: bytes) -> None:
    flaw, listed = None, {}
    try:
        listed = parse_listing(data)
    except ListingError as error:
        flaw = error
    if flaw:
        assert 1 <= flaw.line <= data.count(b"\n") + 1
        assert str(flaw)
    for path, digest in listed.items():
        assert len(digest) == 64
        assert "\0" not in path
        assert not {"", ".", ".."} & set(path.split("/"))


@pytest.mark.parametrize(
    "path", ["/a", "../a", "a/../b", "a/..", "..", ".", "./a", "a/.", "a//b", "a/", "//", "a/./b", "\\n/../b"]
)
@pytest.mark.parametrize("before", [0, 3])
def test_a_path_that_leaves_the_directory_is_told_with_its_line(path: str, before: int) -> None:
    lead = "".join(f"{HEX}  ok{i}\n" for i in range(before))
    escape = "\\" if "\\" in path else ""
    with pytest.raises(UnsafePathError) as caught:
        parse_listing(f"{lead}{escape}{HEX}  {path}\n".encode())
    assert caught.value.line == before + 1


@pytest.mark.parametrize(
    "line", ["", " ", HEX, f"{HEX} a", f"{HEX}  ", f"{HEX[1:]}  a", f"{HEX}0  a", "# comment", f"\\{HEX}  a\\x"]
)
def test_a_line_that_is_none_is_told_with_its_line(line: str) -> None:
    with pytest.raises(ListingError) as caught:
        parse_listing(f"{HEX}  first\n{line}\n{HEX}  last\n".encode())
    assert caught.value.line == 2


def test_one_path_twice_is_told_with_its_line_also_behind_an_escape() -> None:
    with pytest.raises(ListingError) as caught:
        parse_listing(f"{HEX}  a\n{HEX}  b\n{HEX}  a\n".encode())
    assert caught.value.line == 3
    with pytest.raises(ListingError):
        parse_listing(f"{HEX}  a\n\\{HEX}  a\n".encode())


def test_a_last_line_may_lack_its_newline() -> None:
    assert parse_listing(f"{HEX}  a\n{HEX} *b".encode()) == {"a": HEX, "b": HEX}
