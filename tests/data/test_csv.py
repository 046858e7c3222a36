"""CSV as tables: types, dialects, and every way in which a file can be wrong."""

from __future__ import annotations

import bz2
import datetime
import gzip
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

import pyarrow as pa

from gate.data import csv as csv_module
from gate.data.guess import SAMPLE
from gate.data.interface import DataError, Layout
from tests.data.support import PLAIN, opened, rows, write


@pytest.fixture(params=["held", "streamed"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Small files are held in memory and large ones are not; both must be the same."""
    if request.param == "streamed":
        monkeypatch.setattr(csv_module, "is_small", lambda *given: False)
    return str(request.param)


def _rows(tmp_path: Path, content: bytes | str, layout: Layout = PLAIN) -> tuple[list[str], list[tuple[object, ...]]]:
    write(tmp_path, {"x.csv": content})
    with opened(tmp_path, layout) as table:
        return [kind for _, kind in table.columns], rows(table)


@pytest.mark.parametrize(
    ("content", "kinds", "expected"),
    [
        ("a,b\n1,x\n2,y\n", ["BIGINT", "VARCHAR"], [(1, "x"), (2, "y")]),
        ("a,b\r\n1,x\r\n", ["BIGINT", "VARCHAR"], [(1, "x")]),
        (b"\xef\xbb\xbfa,b\n1,x\n", ["BIGINT", "VARCHAR"], [(1, "x")]),
        ("a,b\n1.0,true\n2.0,FALSE\n", ["DOUBLE", "BOOLEAN"], [(1.0, True), (2.0, False)]),
        ("a,b\n1,\n,2\n", ["BIGINT", "BIGINT"], [(1, None), (None, 2)]),
        ('a,b\n1,"x\ny"\n2,"say ""hi"""\n', ["BIGINT", "VARCHAR"], [(1, "x\ny"), (2, 'say "hi"')]),
        ("a;b\n1;2,5\n2;3\n", ["BIGINT", "VARCHAR"], [(1, "2,5"), (2, "3")]),
        ("1,x\n2,y\n", ["BIGINT", "VARCHAR"], [(1, "x"), (2, "y")]),
        ("a,b\n", ["BIGINT", "BIGINT"], []),
        ("a\n9223372036854775807\n1\n", ["BIGINT"], [(9223372036854775807,), (1,)]),
        ("a\n1.5\n-inf\n", ["DOUBLE"], [(1.5,), (float("-inf"),)]),
        (
            "a,b\n2019-01-01,2019-01-01 10:00:00\n",
            ["DATE", "TIMESTAMP"],
            [(datetime.date(2019, 1, 1), datetime.datetime(2019, 1, 1, 10))],
        ),
        ("#a,b\n#1,x\n#2,y\n", ["VARCHAR", "VARCHAR"], [("#1", "x"), ("#2", "y")]),
    ],
)
def test_values_and_types(
    tmp_path: Path, way: str, content: bytes | str, kinds: list[str], expected: list[tuple[object, ...]]
) -> None:
    assert _rows(tmp_path, content) == (kinds, expected)


@pytest.mark.parametrize(
    ("early", "late", "kind", "value"),
    [
        ("1", "1.5", "DOUBLE", 1.5),
        ("1", "x", "VARCHAR", "x"),
        ("true", "1", "VARCHAR", "1"),
        ("2019-01-01", "2019-01-02 11:30:00", "VARCHAR", "2019-01-02 11:30:00"),
        ("1", "nan", "DOUBLE", None),
        ("1", "9007199254740993", "BIGINT", 9007199254740993),
        ("", "x", "VARCHAR", "x"),
        ("", "5", "BIGINT", 5),
    ],
)
def test_a_late_value_of_another_type_is_never_changed(
    tmp_path: Path, way: str, early: str, late: str, kind: str, value: object
) -> None:
    content = "a,b\n" + f"{early},1\n" * (SAMPLE + 10) + f"{late},1\n"
    kinds, found = _rows(tmp_path, content)
    assert kinds[0] == kind
    last = found[-1][0]
    assert last != last if value is None else last == value
    assert len(found) == SAMPLE + 11


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("\na,b\n1,2\n", "line 1"),
        ("a,b\n1,2\n1,2,3\n", "line 3: 3 values where the file has 2 values"),
        ("a,b\n1,2\n1\n", "line 3: 1 value where"),
        ("a,b\n1,2,\n", "line 2: 3 values"),
        ('a,b\n1,2,""\n', "line 2: 3 values"),
        ('a,b\n1,"x\ny"\n1\n', "line 4: 1 value where"),
        ('a,b\n1,"x"y\n', "line 2: text follows a closing quote"),
        ('a,b\n1,"xy\n3,4\n', "line 2: a quote is opened and never closed"),
        (b"a,b\n1,2\n1,\xff\n", "line 3: it is not UTF-8"),
        (b"a,b\n1,2\n1,x\0y\n", "line 3: it has a NUL byte"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        ("a,a\n1,2\n", "two columns have the same name: 'a'"),
        ("a,A\n1,2\n", "differ only in case"),
        ("a,b\r\n1,x\n3,4\r\n", "line ends"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, way: str, content: bytes | str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        _rows(tmp_path, content)
    assert caught.value.path == "x.csv"
    assert said in caught.value.message
    assert "/proc" not in caught.value.message


def test_a_value_too_many_at_the_end_of_the_file_is_seen(tmp_path: Path, way: str) -> None:
    with pytest.raises(DataError, match="line 3"):
        _rows(tmp_path, "a,b\n1,2\n3,4,")


def test_rows_may_end_with_an_empty_value(tmp_path: Path, way: str) -> None:
    assert _rows(tmp_path, 'a,b\n1,\n2,""\n3,4\n')[1] == [(1, None), (2, None), (3, 4)]


def test_declared(tmp_path: Path, way: str) -> None:
    latin = "name|n\ncaf\xe9|007\n".encode("latin-1")
    layout = Layout(delimiter="|", encoding="latin-1", columns={"n": "string"})
    assert _rows(tmp_path, latin, layout) == (["VARCHAR", "VARCHAR"], [("caf\xe9", "007")])
    assert _rows(tmp_path, "x,1\ny,2\n", Layout(header=True))[1] == [("y", 2)]
    assert _rows(tmp_path, "a,b\nx,y\n", Layout(header=False))[1] == [("a", "b"), ("x", "y")]
    assert _rows(tmp_path, 'a,b\n"x,y\n', Layout(quote=""))[1] == [('"x', "y")]


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        (Layout(columns={"a": "BIGINT"}), "line 3: 'x' in the column 'a' is no BIGINT"),
        (Layout(columns={"b": "int"}), "line 2: '1.5' in the column 'b' is no INTEGER"),
        (Layout(columns={"c": "int"}), "which the file does not have"),
        (Layout(columns={"a": "BIGINT'}), (select 1"}), "no type of a CSV column"),
        (Layout(encoding="utf-7"), "encoding"),
        (Layout(delimiter="::"), "one character"),
    ],
)
def test_a_declaration_that_does_not_hold(tmp_path: Path, way: str, layout: Layout, said: str) -> None:
    with pytest.raises(DataError) as caught:
        _rows(tmp_path, "a,b\n1,1.5\nx,2\n", layout)
    assert said in caught.value.message


def test_a_name_is_no_sql(tmp_path: Path, way: str) -> None:
    name = """x" FROM read_text('/etc/hostname') --'}"""
    write(tmp_path, {"x.csv": '"' + name.replace('"', '""') + '",b\n1,2\n'})
    with opened(tmp_path) as table:
        assert table.columns == ((name, "BIGINT"), ("b", "BIGINT"))
        assert rows(table) == [(1, 2)]


def test_many_columns_and_long_cells(tmp_path: Path, way: str) -> None:
    wide = ",".join(f"c{n}" for n in range(5000)) + "\n" + ",".join("1" * 5000) + "\n"
    kinds, found = _rows(tmp_path, wide)
    assert set(kinds) == {"BIGINT"}
    assert found == [(1,) * 5000]
    _, found = _rows(tmp_path, "a,b\n1," + "x" * 10_000_000 + "\n2,y\n")
    assert [len(str(row[1])) for row in found] == [10_000_000, 1]
    with pytest.raises(DataError, match="line 2"):
        _rows(tmp_path, "a,b\n1," + "x" * 20_000_000 + "\n2,y\n")


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_packed(tmp_path: Path, way: str, packing: str) -> None:
    content = b"a,b\n1,x\n2,y\n" * 1
    packed = gzip.compress(content) if packing == "gzip" else pa.compress(content, packing, asbytes=True)
    assert _rows(tmp_path, packed)[1] == [(1, "x"), (2, "y")]
    with pytest.raises(DataError, match="broken"):
        _rows(tmp_path, packed[: len(packed) // 2])


def test_other_packings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="bzip2"):
        _rows(tmp_path, bz2.compress(b"a,b\n1,x\n"))


def test_shards(tmp_path: Path, way: str) -> None:
    write(tmp_path, {"d/1.csv": "a,b\n1,x\n", "d/2.csv": "a,b\n2,y\n", "README.md": "# x", "LICENSE": "MIT"})
    with opened(tmp_path) as table:
        assert rows(table) == [(1, "x"), (2, "y")]
        assert [piece.path for piece in table.pieces] == ["d/1.csv", "d/2.csv"]
    write(tmp_path, {"d/3.csv": "b,a\n2,y\n"})
    with pytest.raises(DataError, match="same order"), opened(tmp_path):
        pass


def test_only_the_dataset_can_be_opened(tmp_path: Path, way: str) -> None:
    import duckdb

    other = tmp_path.parent / "other.csv"
    other.write_text("secret\n1\n")
    write(tmp_path, {"x.csv": "a,b\n1,x\n"})
    with opened(tmp_path) as table:
        for query in (
            f"SELECT * FROM read_csv('{other}')",
            f"SELECT * FROM read_text('{other}')",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            f"ATTACH '{tmp_path}/out.db'",
            "SET enable_external_access=true",
            "INSTALL httpfs",
            "LOAD httpfs",
        ):
            with pytest.raises(duckdb.Error):
                table.connection.execute(query)
        assert rows(table) == [(1, "x")]


def test_only_columns_that_are_asked_for_are_read_but_all_are_named(tmp_path: Path, way: str) -> None:
    write(tmp_path, {"x.csv": "a,b,c,d\n1,x,2,3\n4,y,5,6\n"})
    with opened(tmp_path, Layout(columns={"c": "int"}), asked={"b"}.__contains__) as table:
        assert table.columns == (("a", "VARCHAR"), ("b", "VARCHAR"), ("c", "INTEGER"), ("d", "VARCHAR"))
        assert rows(table) == [("x", 2), ("y", 5)]
        assert not table.whole
    with opened(tmp_path, asked=lambda _: False) as table:
        assert len(rows(table)) == 2
    with opened(tmp_path) as table:
        assert table.whole


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"1,\xff", "line 3: it is not UTF-8"),
        (b"1,x\xc3", "line 3: it is not UTF-8"),
        (b"1,x\0y", "line 3: it has a NUL byte"),
        (b"1,x,y", "line 3: 3 values"),
        (b"1,x,", "line 3: 3 values"),
        (b'1,"x"y', "line 3: text follows a closing quote"),
        (b"1,z", "line 3: 'z' in the column 'b' is no INTEGER"),
    ],
)
def test_what_is_wrong_beside_the_columns_that_are_asked_for_is_seen(
    tmp_path: Path, way: str, row: bytes, said: str
) -> None:
    write(tmp_path, {"x.csv": b"a,b\n1,2\n" + row})
    layout = Layout(columns={"b": "int"}) if said.endswith("INTEGER") else PLAIN
    with (
        pytest.raises(DataError, match=said),
        opened(tmp_path, layout, asked={"a"}.__contains__),
    ):
        pass
