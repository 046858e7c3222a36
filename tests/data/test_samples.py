"""Samples by modality: every layout that people use is read, and what is not read is said."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.data.interface import DataError, Piece
from gate.data.samples.interface import Images, Instructions, Loaded, Tabular, Texts, Wanted
from gate.data.samples.read import read_samples

np = pytest.importorskip("numpy")
pytest.importorskip("duckdb")
Image = pytest.importorskip("PIL.Image")

ROOM = 1 << 28


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[object]:
    descriptors: list[int] = []

    def pieces(*paths: str) -> list[Piece]:
        found = []
        for path in paths:
            descriptor = os.open(tmp_path / path, os.O_RDONLY)
            descriptors.append(descriptor)
            found.append(Piece(path, descriptor, os.fstat(descriptor).st_size))
        return found

    yield pieces
    for descriptor in descriptors:
        os.close(descriptor)


def png(seed: int, size: tuple[int, int] = (12, 10), mode: str = "RGB") -> bytes:
    shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], 3)
    pixels = np.random.default_rng(seed).integers(0, 255, shape, dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def write(root: Path, files: dict[str, bytes | str]) -> list[str]:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(files)


def images(loaded: Loaded) -> Images:
    assert isinstance(loaded.dataset, Images)
    return loaded.dataset


def labels(loaded: Loaded) -> list[str]:
    assert not isinstance(loaded.dataset, Instructions)
    return [loaded.dataset.classes[label] for label in loaded.dataset.labels]


# Images


def test_folders_are_classes(tmp_path, opened):
    names = write(tmp_path, {f"d/{'cat' if i % 2 else 'dog'}/{i}.png": png(i) for i in range(6)})
    loaded = read_samples(opened(*names), Wanted("image-classification"), ROOM)
    assert images(loaded).pixels.shape == (6, 10, 12, 3)
    assert images(loaded).classes == ("cat", "dog")
    assert [place.path for place in loaded.place([0, 5])] == ["d/cat/1.png", "d/dog/4.png"]
    assert loaded.skipped == ()
    with Image.open(tmp_path / "d/cat/1.png") as image:
        assert (images(loaded).pixels[0] == np.asarray(image)).all()


def test_grey_images_have_one_channel(tmp_path, opened):
    names = write(tmp_path, {f"{'ab'[i % 2]}/{i}.png": png(i, mode="L") for i in range(4)})
    assert images(read_samples(opened(*names), Wanted("image-classification"), ROOM)).pixels.shape == (4, 10, 12, 1)


def test_large_and_mixed_images_come_to_one_small_size(tmp_path, opened):
    names = write(tmp_path, {f"a/{i}.png": png(i, size=(100 + 30 * i, 90)) for i in range(5)})
    assert images(read_samples(opened(*names), Wanted("image-classification"), ROOM)).pixels.shape == (5, 64, 64, 3)


def test_a_broken_image_is_told_and_left_out(tmp_path, opened):
    names = write(tmp_path, {"a/1.png": png(1), "b/2.png": png(2), "b/3.png": png(3)[:60]})
    loaded = read_samples(opened(*names), Wanted("image-classification"), ROOM)
    assert len(images(loaded).labels) == 2
    assert loaded.skipped == ("1 image that cannot be decoded (first: b/3.png)",)


def test_only_broken_images_are_an_error(tmp_path, opened):
    names = write(tmp_path, {"a/1.png": png(1)[:60]})
    with pytest.raises(DataError, match="no image of the dataset can be decoded"):
        read_samples(opened(*names), Wanted("image-classification"), ROOM)


def test_a_table_of_paths_and_labels(tmp_path, opened):
    table = "path,label\na.png,x\nsub/b.png,y\ngone.png,x\n"
    names = write(tmp_path, {"d/a.png": png(1), "d/sub/b.png": png(2), "d/c.png": png(3), "d/labels.csv": table})
    loaded = read_samples(opened(*names), Wanted("image-classification", "label"), ROOM)
    assert labels(loaded) == ["x", "y"]
    assert [(place.path, place.line) for place in loaded.place([0, 1])] == [("d/labels.csv", 2), ("d/labels.csv", 3)]
    assert loaded.skipped == (
        "1 row of d/labels.csv whose image is not there (first: gone.png)",
        "1 image that d/labels.csv does not name",
    )


@pytest.mark.parametrize("scale", [1, 255])
def test_npz(tmp_path, opened, scale):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 8, 8), dtype=np.uint8)
    given = pixels if scale == 255 else (pixels / 255).astype(np.float32)
    np.savez_compressed(tmp_path / "x.npz", images=given, labels=np.arange(9) % 3)
    loaded = read_samples(opened("x.npz"), Wanted("image-classification"), ROOM)
    assert (images(loaded).pixels[..., 0] == pixels).all()
    assert labels(loaded) == [str(i % 3) for i in range(9)]
    assert loaded.place([4])[0].row == 4


def test_npz_with_pickles_is_refused_and_nothing_runs(tmp_path, opened):
    np.savez(tmp_path / "x.npz", images=np.zeros((2, 4, 4), np.uint8), labels=np.array([{}, {}], object))
    with pytest.raises(DataError, match="Python objects"):
        read_samples(opened("x.npz"), Wanted("image-classification"), ROOM)


def test_npz_without_labels_names_what_it_holds(tmp_path, opened):
    np.savez(tmp_path / "x.npz", images=np.zeros((2, 4, 4), np.uint8), other=np.zeros(2))
    with pytest.raises(DataError, match="it holds images, other"):
        read_samples(opened("x.npz"), Wanted("image-classification"), ROOM)


def test_webdataset_shards(tmp_path, opened):
    for shard in range(2):
        with tarfile.open(tmp_path / f"{shard}.tar", "w") as archive:
            for i in range(3):
                for name, data in ((f"{shard}{i}.png", png(i)), (f"{shard}{i}.cls", str(i % 2).encode())):
                    member = tarfile.TarInfo(name)
                    member.size = len(data)
                    archive.addfile(member, io.BytesIO(data))
    loaded = read_samples(opened("1.tar", "0.tar"), Wanted("image-classification"), ROOM)
    assert labels(loaded) == ["0", "1", "0"] * 2
    assert loaded.place([3])[0].path == "1.tar/10.png"


def test_more_images_than_fit_are_sampled(tmp_path, opened):
    np.savez(tmp_path / "x.npz", images=np.zeros((3000, 32, 32, 3), np.uint8), labels=np.arange(3000) % 3)
    wanted = Wanted("image-classification", seed=5)
    loaded = read_samples(opened("x.npz"), wanted, 12 << 20)
    assert 1000 <= len(images(loaded).labels) < 3000
    assert loaded.total == 3000
    assert "a sample of" in loaded.sampled
    again = read_samples(opened("x.npz"), wanted, 12 << 20)
    assert loaded.place(range(50)) == again.place(range(50))


# Texts and tables


def test_texts_of_json_lines(tmp_path, opened):
    rows = [{"id": "a", "text": "a long text of many words", "label": i % 2} for i in range(3)]
    rows += [{"id": "b", "text": None, "label": 1}, {"id": "c", "text": "", "label": 0}]
    names = write(tmp_path, {"x.jsonl": "".join(json.dumps(row) + "\n" for row in rows)})
    loaded = read_samples(opened(*names), Wanted("text-classification"), ROOM)
    assert isinstance(loaded.dataset, Texts)
    assert loaded.dataset.texts[0] == "a long text of many words"
    assert labels(loaded) == ["0", "1", "0", "0"]
    assert loaded.place([3])[0].line == 5
    assert loaded.skipped == ("1 row without a text or a label",)


def test_the_longest_column_is_the_text(tmp_path, opened):
    names = write(tmp_path, {"x.csv": "code,words,label\nA1,what a film it was,good\nB2,never again please,bad\n"})
    loaded = read_samples(opened(*names), Wanted("text-classification"), ROOM)
    assert isinstance(loaded.dataset, Texts)
    assert list(loaded.dataset.texts) == ["what a film it was", "never again please"]


def test_the_middle_of_a_huge_text_is_told(tmp_path, opened):
    names = write(tmp_path, {"x.csv": f"text,label\n{'a' * 30000},1\nshort,0\n"})
    loaded = read_samples(opened(*names), Wanted("text-classification"), ROOM)
    assert isinstance(loaded.dataset, Texts)
    assert len(loaded.dataset.texts[0]) < 21000
    assert loaded.skipped == ("the middle of 1 text of more than 20,000 characters",)


def test_table_columns_have_their_types(tmp_path, opened):
    names = write(tmp_path, {"x.csv": "n,t,d,label\n1,a,2024-01-01,y\n,b,2024-01-02,n\n3.5,,2024-01-03,\n"})
    loaded = read_samples(opened(*names), Wanted("tabular"), ROOM)
    assert isinstance(loaded.dataset, Tabular)
    columns = loaded.dataset.columns
    assert columns["n"].dtype == np.float64
    assert np.isnan(columns["n"][1])
    assert list(columns["t"]) == ["a", "b"]
    assert columns["d"][1] - columns["d"][0] == 86400
    assert loaded.skipped == ("1 row without a label",)


def test_a_label_column_that_is_not_there_names_the_columns(tmp_path, opened):
    names = write(tmp_path, {"x.csv": "a,b\n1,2\n"})
    with pytest.raises(DataError, match="no column is called as labels are"):
        read_samples(opened(*names), Wanted("tabular"), ROOM)
    with pytest.raises(DataError, match="it has a, b"):
        read_samples(opened(*names), Wanted("tabular", "colour"), ROOM)


def test_a_measured_target_is_no_class(tmp_path, opened):
    names = write(tmp_path, {"x.csv": "a,label\n" + "".join(f"1,{i / 7}\n" for i in range(1500))})
    with pytest.raises(DataError, match="different labels"):
        read_samples(opened(*names), Wanted("tabular"), ROOM)


# Instructions

ALPACA = [{"instruction": "Add.", "input": "1 2", "output": "3"}, {"instruction": "Hi", "input": "", "output": "Hello"}]
SHARE = [
    {
        "conversations": [
            {"from": "system", "value": "Be kind."},
            {"from": "human", "value": "Add 1 2"},
            {"from": "gpt", "value": "3"},
            {"from": "human", "value": "Thanks"},
            {"from": "gpt", "value": "Bye"},
        ]
    }
]
MESSAGES = [
    {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Add 1 2"}]},
            {"role": "assistant", "content": "3"},
        ]
    }
]


@pytest.mark.parametrize("as_lines", [True, False])
@pytest.mark.parametrize(
    ("records", "wanted"),
    [
        (ALPACA, [("Add.\n1 2", "3"), ("Hi", "Hello")]),
        (SHARE, [("Be kind.\nAdd 1 2", "3"), ("Be kind.\nThanks", "Bye")]),
        (MESSAGES, [("Add 1 2", "3")]),
        ([{"prompt": "p", "completion": "c"}], [("p", "c")]),
    ],
)
def test_layouts_of_instructions(tmp_path, opened, records, wanted, as_lines):
    text = "\n".join(map(json.dumps, records)) if as_lines else json.dumps(records, indent=1)
    names = write(tmp_path, {"x.jsonl" if as_lines else "x.json": text})
    loaded = read_samples(opened(*names), Wanted("instructions"), ROOM)
    assert isinstance(loaded.dataset, Instructions)
    assert list(zip(loaded.dataset.prompts, loaded.dataset.responses, strict=True)) == wanted
    assert loaded.place([0])[0].line == (1 if as_lines else None)


def test_instructions_in_parquet(tmp_path, opened):
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_pylist(SHARE * 3), tmp_path / "x.parquet")
    loaded = read_samples(opened("x.parquet"), Wanted("instructions"), ROOM)
    assert loaded.total == 6
    assert loaded.place([2])[0].row == 1


def test_a_record_in_no_layout_is_told(tmp_path, opened):
    names = write(tmp_path, {"x.jsonl": '{"prompt": "p", "completion": "c"}\n{"foo": 1}\n'})
    loaded = read_samples(opened(*names), Wanted("instructions"), ROOM)
    assert loaded.skipped == ("1 record in no layout that is known, or without an answer (first: x.jsonl:2)",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"foo": 1}\n', "line 1 is in no layout"),
        ('{"prompt": "a", "completion": \n', "line 1: it is no JSON"),
        ("[" * 100_000, "nested too deeply"),
        (b'{"prompt": "\xff"}\n', "line 1: it is not UTF-8"),
    ],
)
def test_bad_instructions_are_an_error_with_a_place(tmp_path, opened, content, message):
    names = write(tmp_path, {"x.jsonl": content})
    with pytest.raises(DataError, match=message):
        read_samples(opened(*names), Wanted("instructions"), ROOM)
