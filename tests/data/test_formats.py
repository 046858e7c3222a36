"""JSON lines, Parquet, Arrow, image folders, and which files of a directory are rows."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

import pandas as pd
import pyarrow as pa
from PIL import Image
from pyarrow import feather, parquet

from gate.data.interface import DataError, Layout
from tests.data.support import opened, rows, write

TABLE = pa.table({"a": [1, 2, None], "b": ["x", "y", "z"]})
ROWS = [(1, "x"), (2, "y"), (None, "z")]


def _png(size: tuple[int, int] = (4, 3), mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, "PNG")
    return file.getvalue()


def _parquet(table: pa.Table = TABLE) -> bytes:
    file = io.BytesIO()
    parquet.write_table(table, file)
    return file.getvalue()


def _stream(table: pa.Table = TABLE) -> bytes:
    file = io.BytesIO()
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return file.getvalue()


def _feather(table: pa.Table = TABLE) -> bytes:
    file = io.BytesIO()
    feather.write_feather(table, file, compression="lz4")
    return file.getvalue()


def _rows(tmp_path: Path, name: str, content: bytes | str) -> list[tuple[object, ...]]:
    write(tmp_path, {name: content})
    with opened(tmp_path) as table:
        return rows(table)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.parquet", _parquet()),
        ("x.arrow", _stream()),
        ("x.feather", _feather()),
        ("noname", _parquet()),
        ("noname", _stream()),
        ("noname", '{"a": 1, "b": "x"}\n{"b": "y", "a": 2}\n{"b": "z"}\n'),
        ("x.jsonl", '{"a": 1, "b": "x"}\n\n{"a": 2, "b": "y"}\r\n{"a": null, "b": "z"}'),
    ],
)
def test_the_same_rows_in_every_format(tmp_path: Path, name: str, content: bytes | str) -> None:
    assert _rows(tmp_path, name, content) == ROWS


def test_what_pandas_writes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.5, None], "b": pd.to_datetime(["2020-01-01", None]), "c": ["x", None]})
    frame.to_parquet(tmp_path / "x.parquet")
    with opened(tmp_path) as table:
        expected = rows(table)
        assert [kind for _, kind in table.columns][::2] == ["DOUBLE", "VARCHAR"]
        assert table.columns[1][1].startswith("TIMESTAMP")
    (tmp_path / "x.parquet").unlink()
    frame.to_csv(tmp_path / "x.csv")
    with opened(tmp_path) as table:
        assert table.columns[0] == ("Unnamed: 0", "BIGINT")
        assert [row[1] for row in rows(table)] == [row[0] for row in expected]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ('{"a": 1}\n{"a":\n{"a": 2}\n', "line 2"),
        ('{"a": 1}\n\n{"a": 1, "a": 2}\n', "line 3: the record has the key 'a' twice"),
        ('{"a": 1, "\\u0061": 2}\n', "line 1: the record has the key 'a' twice"),
        ('{"a": 1} {"a": 2}\n', "line 1"),
        ('{"a": 1}\n[1]\n', "line 2: it holds no JSON object"),
        ('{"a": 1}\nnull\n', "line 2: it holds no JSON object"),
        ('[{"a": 1}]\n', "JSON array"),
        (b'{"a": 1}\n{"a": "\xff"}\n', "line 2: it is not UTF-8"),
        (b'\xef\xbb\xbf{"a": 1}\n', "byte order mark"),
        ('{"a": ' + "[" * 200_000 + "]" * 200_000 + "}\n", "nested too deeply"),
        ('{"a": 1}\n{"A": 1}\n', "differ only in case"),
        ("{}\n", "no keys"),
    ],
)
def test_malformed_json_lines(tmp_path: Path, content: bytes | str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        _rows(tmp_path, "x.jsonl", content)
    assert said in caught.value.message


def test_values_of_json_stay_what_they_are(tmp_path: Path) -> None:
    content = '{"a": "2020-01-01", "b": {"x": [1, "é"]}, "c": 1}\n{"a": 5, "b": 1, "c": 1.5}\n'
    assert _rows(tmp_path, "x.jsonl", content) == [("2020-01-01", '{"x":[1,"é"]}', 1.0), ("5", "1", 1.5)]
    assert _rows(tmp_path, "x.jsonl", '{"a": 18446744073709551615}\n{"a": -1}\n') == [(18446744073709551615,), (-1,)]


@pytest.mark.parametrize("name", ["x.parquet", "x.arrow", "x.feather"])
@pytest.mark.parametrize("how", ["cut", "footer", "other", "empty"])
def test_broken_columnar_files(tmp_path: Path, name: str, how: str) -> None:
    whole = {"x.parquet": _parquet, "x.arrow": _stream, "x.feather": _feather}[name]()
    content = {
        "cut": whole[: len(whole) // 2],
        "footer": whole[:-40] + b"\xff" * 30 + whole[-10:],
        "other": b"a,b\n1,2\n",
        "empty": b"",
    }[how]
    if (name, how) == ("x.arrow", "footer"):
        content = whole[:300] + b"\xff" * 100 + whole[400:]
    with pytest.raises(DataError) as caught:
        _rows(tmp_path, name, content)
    assert caught.value.path == name


def test_offsets_that_point_outside_are_not_followed(tmp_path: Path) -> None:
    offsets = struct.pack("<4i", 0, 1, 2, 3)
    content = _stream(pa.table({"b": pa.array(["x", "y", "z"])}).combine_chunks())
    table = pa.table({"b": ["x", "y", "z"]})
    file = io.BytesIO()
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    content = file.getvalue()
    assert offsets in content
    with pytest.raises(DataError, match="broken"):
        _rows(tmp_path, "x.arrow", content.replace(offsets, struct.pack("<4i", 0, 1, 2, 1 << 30)))


def test_shards_have_the_same_columns(tmp_path: Path) -> None:
    for extension, one in (("parquet", _parquet), ("arrow", _stream)):
        folder = tmp_path / extension
        write(folder, {f"1.{extension}": one(), f"2.{extension}": one(), "README.md": "x", "config.json": "{}"})
        with opened(folder) as table:
            assert rows(table) == ROWS * 2
        write(folder, {f"3.{extension}": one(TABLE.rename_columns(["b", "a"]))})
        with pytest.raises(DataError, match="same order"), opened(folder):
            pass


def test_columns_of_the_same_name(tmp_path: Path) -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    for name, content in (("x.parquet", _parquet(twice)), ("x.arrow", _stream(twice))):
        with pytest.raises(DataError, match="the same name"):
            _rows(tmp_path / name, name, content)


def _saved(files: list[str], more: dict[str, object] | None = None) -> str:
    return json.dumps({"_data_files": [{"filename": name} for name in files], **(more or {})})


def test_a_hugging_face_dataset_on_disk(tmp_path: Path) -> None:
    parts = {f"data-{n}.arrow": _stream(TABLE.slice(n, 1)) for n in range(3)}
    cache = {"cache-1.arrow": _stream(pa.table({"z": [1]})), "dataset_info.json": '{"features": {}}'}
    write(tmp_path, {**parts, **cache, "state.json": _saved(["data-2.arrow", "data-0.arrow", "data-1.arrow"])})
    with opened(tmp_path) as table:
        assert rows(table) == [ROWS[2], ROWS[0], ROWS[1]]
    for state, said in [
        (_saved(["data-9.arrow"]), "not there"),
        (_saved(["data-0.arrow", "data-0.arrow"]), "twice"),
        (_saved(["data-0.arrow"], {"_indices_data_files": [{"filename": "i.arrow"}]}), "selection"),
        ("[]", "does not say|mixes files"),
        ("{", "does not say"),
    ]:
        write(tmp_path, {"state.json": state})
        with pytest.raises(DataError, match=said), opened(tmp_path):
            pass


def test_two_formats_are_refused_whatever_is_declared(tmp_path: Path) -> None:
    write(tmp_path, {"x.csv": "a\n1\n", "y.parquet": _parquet()})
    with pytest.raises(DataError, match="csv and parquet"), opened(tmp_path):
        pass
    with pytest.raises(DataError, match="csv and parquet"), opened(tmp_path, Layout(format="csv")):
        pass
    (tmp_path / "x.csv").unlink()
    (tmp_path / "y.parquet").rename(tmp_path / "README.md")
    write(tmp_path, {"LICENSE.txt": "x"})
    with opened(tmp_path) as table:  # a name hides nothing
        assert rows(table) == ROWS
    (tmp_path / "README.md").write_text("x")
    with pytest.raises(DataError, match="no file"), opened(tmp_path):
        pass


def test_images(tmp_path: Path) -> None:
    jpeg = io.BytesIO()
    Image.new("L", (20, 10)).save(jpeg, "JPEG")
    write(tmp_path, {"t/stop/1.png": _png(), "t/yield/2.jpg": jpeg.getvalue(), "README.md": "x"})
    with opened(tmp_path) as table:
        assert [name for name, _ in table.columns][:6] == ["path", "label", "width", "height", "mode", "format"]
        found = rows(table)
    assert [row[:6] for row in found] == [
        ("t/stop/1.png", "stop", 4, 3, "RGB", "PNG"),
        ("t/yield/2.jpg", "yield", 20, 10, "L", "JPEG"),
    ]
    assert found[0][6] == len(_png())
    assert len(str(found[0][7])) == 64


def _huge() -> bytes:
    """A header that claims 60,000 by 60,000 pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return _png()[:8] + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + _png()[33:]


@pytest.mark.parametrize(
    ("content", "said"),
    [(_png()[:20], "broken"), (_png()[:45] + b"x" + _png()[46:], "broken"), (b"text", "broken"), (_huge(), "pixels")],
)
def test_broken_images_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    write(tmp_path, {"stop/1.png": _png(), "stop/2.png": content})
    with pytest.raises(DataError, match=said) as caught, opened(tmp_path):
        pass
    assert caught.value.path == "stop/2.png"
