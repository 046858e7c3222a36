"""Files that are cut off, go on after their end, or can be read in two ways: each is refused, none read in part."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")

from gate.data.interface import DataError, Layout  # noqa: E402
from tests.data.support import PLAIN, opened, rows, write  # noqa: E402

LINES = "".join(f'{{"n": {n}}}\n' for n in range(5000)).encode()


def _stream(batches: int, end: bool = True, old: bool = False) -> bytes:
    """Batches of two rows each; without its end it is what a writer leaves that was killed between two of them."""
    options = pa.ipc.IpcWriteOptions(use_legacy_format=old, metadata_version=pa.ipc.MetadataVersion.V4)
    batch = pa.record_batch({"n": pa.array([-1, 0], pa.int32())})  # as bytes they look like the marker
    buffer = io.BytesIO()
    writer = pa.ipc.new_stream(buffer, batch.schema, options=options)
    for _ in range(batches):
        writer.write_batch(batch)
    unfinished = buffer.getvalue()
    writer.close()
    return buffer.getvalue() if end else unfinished


def _count(folder: Path, name: str, content: bytes | str, layout: Layout = PLAIN) -> int:
    write(folder, {name: content})
    with opened(folder, layout) as table:
        return len(rows(table))


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("batches", [1, 3])
def test_an_arrow_stream_ends_with_its_marker(tmp_path: Path, batches: int, old: bool) -> None:
    assert _count(tmp_path, "x.arrow", _stream(batches, old=old)) == 2 * batches
    with pytest.raises(DataError, match="it was cut off"):
        _count(tmp_path, "x.arrow", _stream(batches, end=False, old=old))


@pytest.mark.parametrize("more", [_stream(1), b"\0" * 8, b"x"])
def test_nothing_follows_the_marker_of_an_arrow_stream(tmp_path: Path, more: bytes) -> None:
    with pytest.raises(DataError, match="goes on after the marker"):
        _count(tmp_path, "x.arrow", _stream(2) + more)


@pytest.mark.parametrize("kept", [-1, -8, 2000])
@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
def test_packed_text_that_is_cut_is_not_read_in_part(tmp_path: Path, name: str, kept: int) -> None:
    content = LINES if name == "x.jsonl" else LINES.replace(b'{"n": ', b"1,").replace(b"}", b"")
    whole = gzip.compress(content)
    assert _count(tmp_path, f"{name}.gz", whole, PLAIN._replace(header=False) if name == "x.csv" else PLAIN) == 5000
    with pytest.raises(DataError, match="its gzip stream is broken"):
        _count(tmp_path, f"{name}.gz", whole[:kept])


def test_the_last_line_may_have_no_end(tmp_path: Path) -> None:
    assert _count(tmp_path, "x.jsonl", LINES[:-1]) == 5000


@pytest.mark.parametrize(
    ("text", "these"),
    [
        ("a;b,c\n1;2,3\n", '"," or ";"'),
        ("1,5;2,5\n3,5;4,5\n", '"," or ";"'),
        ("a|b,c|d\n1|2,3|4\n", '"," or "|"'),
        ("a,b\tc\n1,2\t3\n", '"," or "\\t"'),
    ],
)
def test_a_delimiter_is_not_chosen_among_several(tmp_path: Path, text: str, these: str) -> None:
    with pytest.raises(DataError) as caught:
        _count(tmp_path, "x.csv", text)
    assert f"separated by {these}: say by which, as `data: {{delimiter: " in caught.value.message
    assert _count(tmp_path, "x.csv", text, Layout(delimiter=",", header=True)) == 1


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('a;b\n1,5;2,5\n"x,y";2\n', "a"),
        ('a,b\n"1;2",3\n"4;5",6\n', "a"),
        ("movie,kinds\n1,x|y\n2,y\n", "movie"),
        ("one column\n1\n2\n", "one column"),
    ],
)
def test_a_delimiter_that_splits_all_rows_alike_is_the_one(tmp_path: Path, text: str, column: str) -> None:
    write(tmp_path, {"x.csv": text})
    with opened(tmp_path) as table:
        assert (table.columns[0][0], len(rows(table))) == (column, 2)
