"""The quarantine: what is kept and what is removed are the bytes that were scanned, and nothing else is touched."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.errors import UnableError, UsageError
from gate.data.interface import Layout, Place
from gate.poisoning.answer import MAX_SUSPECTS, Clue, Scanned, Suspect
from gate.poisoning.quarantine import write_quarantine

pytest.importorskip("duckdb")


def clue(level: str) -> Clue:
    return Clue("one", "trigger", level, "=found", 1e-9, {}, "", {}, "", None, 1, ())


def scanned(
    files: Mapping[str, bytes], places: Iterable[Place], modality: str = "tabular", level: str = "block"
) -> Any:
    suspects = tuple(Suspect(place, "label", 1.0, {"one": 1.0}, (0,)) for place in places)
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    return Scanned(
        level, modality, 10, 10, {}, (clue(level),), (), (), None, {}, ("one",), {}, digests, 0, suspects=suspects
    )


def write(root: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def quarantine(root: Path, files: Mapping[str, bytes], places: Iterable[Place], **more: Any) -> tuple[Path, str]:
    """The directory that was written about `files`, and what was said; the files are as they were."""
    write(root / "repo", files)
    layout = more.pop("layout", Layout())
    out = root / "out"
    words = "\n".join(write_quarantine(str(out), str(root / "repo"), scanned(files, places, **more), layout))
    assert {path: (root / "repo" / path).read_bytes() for path in files} == dict(files)
    assert sorted(path.name for path in root.iterdir()) == ["out", "repo"]
    return out, words


def written(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


TABLE = b'a,b\n1,x\n2,"y\ny"\n3,z\n'


def test_rows_are_cut_out_of_a_table_byte_by_byte(tmp_path: Path) -> None:
    files = {"d/t.csv": TABLE, "d/other.csv": b"a,b\n1,2\n"}
    out, words = quarantine(tmp_path, files, [Place("d/t.csv", 1, 3)])
    assert (out / "kept/d/t.csv").read_bytes() == b"a,b\n1,x\n3,z\n"
    assert (out / "removed/d/t.csv").read_bytes() == b'a,b\n2,"y\ny"\n'
    assert (out / "kept.sha256").read_bytes() == hashlib.sha256(files["d/other.csv"]).hexdigest().encode() + (
        b"  d/other.csv\n"
    )
    assert written(out) == {"kept/d/t.csv", "removed/d/t.csv", "kept.sha256", "removed.csv"}
    found = list(csv.DictReader(io.StringIO((out / "removed.csv").read_text())))
    assert [(row["path"], row["row"], row["line"], row["reasons"]) for row in found] == [
        ("d/t.csv", "1", "3", "'=found")
    ]
    assert "1 sample to remove" in words


@pytest.mark.parametrize(
    ("data", "lines", "kept", "gone"),
    [
        (b"a,b\r\n1,x\r\n2,y\r\n", [2], b"a,b\r\n2,y\r\n", b"a,b\r\n1,x\r\n"),
        (b"a,b\r1,x\r2,y", [3], b"a,b\r1,x\r", b"a,b\r2,y"),
        (b"\xef\xbb\xbfa,b\n1,x\n2,\xc3\xa9\n", [3], b"\xef\xbb\xbfa,b\n1,x\n", b"\xef\xbb\xbfa,b\n2,\xc3\xa9\n"),
        (b'"a\na",b\n1,x\n2,y\n', [3], b'"a\na",b\n2,y\n', b'"a\na",b\n1,x\n'),
        (b"a,b\n1,x\n\n\n2,y\n", [2], b"a,b\n2,y\n", b"a,b\n1,x\n\n\n"),
        (b"a,b\n1,x\n2,y\n", [2, 3], b"a,b\n", b"a,b\n1,x\n2,y\n"),
    ],
)
def test_every_way_to_end_a_line_is_kept(
    tmp_path: Path, data: bytes, lines: list[int], kept: bytes, gone: bytes
) -> None:
    out, _ = quarantine(tmp_path, {"t.csv": data}, [Place("t.csv", 0, line) for line in lines])
    assert (out / "kept/t.csv").read_bytes() == kept
    assert (out / "removed/t.csv").read_bytes() == gone


CELL = st.text(st.sampled_from('ab"\n\r,é '), max_size=6)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), st.data())
def test_any_table_falls_into_what_is_kept_and_what_is_removed(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.integers(0, len(rows) - 1)))
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerows([("first", "second"), *rows])
    content = file.getvalue().encode()
    reader = csv.reader(io.StringIO(file.getvalue(), newline=""))
    starts = [1, *(reader.line_num + 1 for _ in reader)]
    places = [Place("t.csv", row, starts[row + 1]) for row in sorted(gone)]
    layout = Layout(delimiter=",", header=True)
    out, _ = quarantine(tmp_path_factory.mktemp("any"), {"t.csv": content}, places, layout=layout)
    if not gone:
        assert written(out) == {"kept.sha256", "removed.csv"}
        return
    for part, wanted in (("kept", False), ("removed", True)):
        with open(out / part / "t.csv", encoding="utf-8", newline="") as text:
            found = [tuple(row) for row in csv.reader(text)]
        assert found == [("first", "second"), *(row for at, row in enumerate(rows) if (at in gone) == wanted)]


def test_records_of_json_lines_are_cut_out_and_what_was_packed_is_written_unpacked(tmp_path: Path) -> None:
    data = b'\n{"a": 1}\n\n{"a": 2}\n{"a": 3}'
    files = {"t.jsonl": data, "u.jsonl.gz": gzip.compress(data)}
    places = [Place("t.jsonl", 1, 4), Place("u.jsonl.gz", 2, 5), Place("u.jsonl.gz", 2, 5)]
    out, words = quarantine(tmp_path, files, places, modality="instructions")
    assert (out / "kept/t.jsonl").read_bytes() == b'\n{"a": 1}\n\n{"a": 3}'
    assert (out / "removed/t.jsonl").read_bytes() == b'\n{"a": 2}\n'
    assert (out / "removed/u.jsonl").read_bytes() == b'\n{"a": 3}'
    assert "kept.sha256" not in written(out)
    assert "2 files" in words


def test_images_are_listed_and_coreutils_reads_the_listings(tmp_path: Path) -> None:
    names = ("d/cat/1.png", "d/cat/2.png", "d/dog/a\n\\b.png")
    files = {name: name.encode() for name in names}
    out, words = quarantine(tmp_path, files, [Place(names[0], 0), Place(names[2], 0)], modality="image-classification")
    assert written(out) == {"kept.sha256", "removed.sha256", "removed.csv"}
    for listing in ("kept.sha256", "removed.sha256"):
        command = ["sha256sum", "--strict", "-c", str(out / listing)]
        done = subprocess.run(command, cwd=tmp_path / "repo", capture_output=True, check=True)
        assert done.stdout.count(b": OK") == (1 if listing == "kept.sha256" else 2)
    assert "removed.sha256" in words


@pytest.mark.parametrize(
    ("path", "place"),
    [("t.parquet", "t.parquet"), ("t.npz", "t.npz"), ("s.tar", "s.tar/0/1.png"), ("t.json", "t.json")],
)
def test_files_that_are_not_split_are_named_with_their_rows(tmp_path: Path, path: str, place: str) -> None:
    modality = "image-classification" if path in ("t.npz", "s.tar") else "instructions"
    out, words = quarantine(tmp_path, {path: b"rows", "b": b"b"}, [Place(place, 3)], modality=modality)
    assert written(out) == {"kept.sha256", "removed.csv"}
    assert f"{place},3," in (out / "removed.csv").read_text()
    assert f"1 file not split (first: {path})" in words
    assert path not in (out / "kept.sha256").read_text()


def test_what_only_warns_is_not_removed(tmp_path: Path) -> None:
    out, words = quarantine(tmp_path, {"t.csv": TABLE}, [Place("t.csv", 1, 3)], level="warn")
    assert written(out) == {"kept.sha256", "removed.csv"}
    assert (out / "removed.csv").read_text().count("\n") == 1
    assert "nothing is to be removed" in words


def test_samples_that_were_not_looked_at_are_said_to_be_kept(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": TABLE})
    found = scanned({"t.csv": TABLE}, [Place("t.csv", 1, 3)])._replace(total=1000)
    words = write_quarantine(str(tmp_path / "out"), str(tmp_path), found, Layout())
    assert any("990 of 1,000 samples were not looked at" in line for line in words)


@pytest.mark.parametrize("now", [TABLE + b"4,w\n", TABLE.replace(b"x", b"y"), b"", b"a,b\n", b'"', b"\xff\xfe"])
def test_files_that_have_changed_since_are_refused_and_nothing_is_left(tmp_path: Path, now: bytes) -> None:
    write(tmp_path, {"t.csv": now})
    with pytest.raises(UnableError, match=r"t\.csv"):
        write_quarantine(
            str(tmp_path / "out"), str(tmp_path), scanned({"t.csv": TABLE}, [Place("t.csv", 1, 3)]), Layout()
        )
    assert os.listdir(tmp_path) == ["t.csv"]


def test_a_line_at_which_no_record_begins_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": TABLE})
    with pytest.raises(UnableError):
        write_quarantine(
            str(tmp_path / "out"), str(tmp_path), scanned({"t.csv": TABLE}, [Place("t.csv", 1, 4)]), Layout()
        )
    assert os.listdir(tmp_path) == ["t.csv"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"other/t.csv": TABLE})
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo/t.csv").symlink_to(tmp_path / "other/t.csv")
    found = scanned({"t.csv": TABLE}, [Place("t.csv", 1, 3)])
    with pytest.raises((UsageError, UnableError)):
        write_quarantine(str(tmp_path / "out"), str(tmp_path / "repo"), found, Layout())
    assert sorted(os.listdir(tmp_path)) == ["other", "repo"]


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": TABLE, "out/mine": b"mine"})
    with pytest.raises(UsageError):
        write_quarantine(
            str(tmp_path / "out"), str(tmp_path), scanned({"t.csv": TABLE}, [Place("t.csv", 1, 3)]), Layout()
        )
    assert sorted(os.listdir(tmp_path)) == ["out", "t.csv"]
    assert (tmp_path / "out/mine").read_bytes() == b"mine"


def test_more_suspects_than_are_listed_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"t.csv": TABLE})
    found = scanned({"t.csv": TABLE}, [Place("t.csv", 1, 3)] * MAX_SUSPECTS)
    with pytest.raises(UnableError, match="not all of them are listed"):
        write_quarantine(str(tmp_path / "out"), str(tmp_path), found, Layout())
