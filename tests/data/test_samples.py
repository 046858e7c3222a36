"""Samples by modality: every layout that people use is read, and what is not read is said."""

from __future__ import annotations

import io
import json
import os
import tarfile
import zipfile
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


# What an attacker would do so that samples are not looked at


def test_files_of_no_known_kind_beside_images_are_told(tmp_path, opened):
    files = {f"d/{'ab'[i % 2]}/{i}.png": png(i) for i in range(4)}
    names = write(tmp_path, {**files, "d/a/9.ppm": b"P6 1 1 255 abc", "d/README.md": "# About"})
    loaded = read_samples(opened(*names), Wanted("image-classification"), ROOM)
    assert loaded.skipped == ("1 file of no kind that is read beside the others (first: d/a/9.ppm)",)


def test_a_second_table_beside_images_is_told(tmp_path, opened):
    tables = {"d/a.csv": "path,label\n1.png,x\n2.png,y\n", "d/b.csv": "path,label\n1.png,y\n"}
    names = write(tmp_path, {"d/1.png": png(1), "d/2.png": png(2), **tables})
    loaded = read_samples(opened(*names), Wanted("image-classification"), ROOM)
    assert loaded.skipped == ("1 file of no kind that is read beside the others (first: d/b.csv)",)


def test_a_folder_without_an_image_is_an_error(tmp_path, opened):
    with pytest.raises(DataError, match="no image with a label"):
        read_samples(opened(*write(tmp_path, {"d/x.bin": "x"})), Wanted("image-classification"), ROOM)


def test_folders_within_a_class_are_no_classes_of_their_own(tmp_path, opened):
    nested = {f"d/stop/{i}/{i}.png": png(i) for i in range(3)}
    names = write(tmp_path, {**nested, "d/go/8.png": png(8), "d/go/9.png": png(9), "d/0.png": png(7)})
    loaded = read_samples(opened(*names), Wanted("image-classification"), ROOM)
    assert images(loaded).classes == ("go", "stop")
    assert loaded.skipped == ("1 image without a label",)


def test_labels_in_other_forms_are_one_class(tmp_path, opened):
    names = write(tmp_path, {"x.jsonl": "".join(json.dumps({"a": 1, "y": y}) + "\n" for y in ("1", " 1", "1.0", "b"))})
    assert labels(read_samples(opened(*names), Wanted("tabular", "y"), ROOM)) == ["1", "1", "1", "b"]


def shard(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


SHARD = (("1.png", png(1)), ("1.cls", b"0"), ("2.png", png(2)), ("2.cls", b"1"))


def test_images_that_shards_hide_are_told(tmp_path, opened):
    names = write(tmp_path, {"d/s.tar": shard(*SHARD, ("2.jpg", png(3))), "d/a/4.png": png(4)})
    loaded = read_samples(opened(*names), Wanted("image-classification"), ROOM)
    assert loaded.skipped == (
        "1 image that their sample has beside its first one",
        "1 file of no kind that is read beside the others (first: d/a/4.png)",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [(shard(*SHARD, ("1.png", png(3))), "it has 1.png twice"), (shard(*SHARD) * 2, "it goes on after its end")],
)
def test_a_shard_that_loaders_read_in_other_ways_is_refused(tmp_path, opened, content, message):
    with pytest.raises(DataError, match=message):
        read_samples(opened(*write(tmp_path, {"s.tar": content})), Wanted("image-classification"), ROOM)


def npy(array: object) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def archive_of(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


FLOATS = np.random.default_rng(0).random((6, 8, 8)).astype(np.float32)
LABELS = ("labels.npy", npy(np.arange(6) % 2))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("member", "message"),
    [
        (("images", npy(FLOATS)), "it holds images twice"),
        (("y", npy(FLOATS)), "it holds y twice"),
        (("images.npy", npy(FLOATS)[:-9]), "images.npy is no array: EOF"),
        (("images.npy", npy(FLOATS).replace(b"(6, 8, 8)", b"(-6,-8,8)")), "images.npy is no array"),
    ],
)
def test_an_archive_that_lies_is_refused(tmp_path, opened, member, message):
    first = [("images.npy", npy(FLOATS))] if member[0] == "images" else []
    first += [member] if member[0] == "y" else []
    content = archive_of(*first, member, LABELS)
    with pytest.raises(DataError, match=message):
        read_samples(opened(*write(tmp_path, {"x.npz": content})), Wanted("image-classification"), ROOM)


def test_arrays_and_channels_that_are_left_out_are_told(tmp_path, opened):
    pixels = np.zeros((6, 8, 8, 5), np.uint8)
    content = archive_of(("images.npy", npy(pixels)), LABELS, ("x_train.npy", npy(FLOATS)))
    loaded = read_samples(opened(*write(tmp_path, {"x.npz": content})), Wanted("image-classification"), ROOM)
    assert loaded.skipped == (
        "2 channels of each image after the first 3",
        "1 array beside images and labels (first: x_train)",
    )


@pytest.mark.parametrize("huge", [1e30, float("inf")])
def test_one_huge_pixel_does_not_blacken_all_others(tmp_path, opened, huge):
    pixels = FLOATS.copy()
    pixels[0, 0, 0] = huge
    content = archive_of(("images.npy", npy(pixels)), LABELS)
    loaded = read_samples(opened(*write(tmp_path, {"x.npz": content})), Wanted("image-classification"), ROOM)
    assert images(loaded).pixels[1:].max() > 200
    assert loaded.skipped


@pytest.mark.parametrize(("kind", "scale"), [("uint16", 65535), ("int32", 4095), ("float32", 1)])
def test_images_of_more_bits_are_neither_white_nor_black(tmp_path, opened, kind, scale):
    files = {}
    for number in range(4):
        pixels = np.random.default_rng(number).random((10, 10)) * scale
        pixels[0, 0] = 0 if kind == "uint16" else 1e9
        file = io.BytesIO()
        Image.fromarray(pixels.astype(kind)).save(file, "TIFF")
        files[f"{'ab'[number % 2]}/{number}.tif"] = file.getvalue()
    loaded = read_samples(opened(*write(tmp_path, files)), Wanted("image-classification"), ROOM)
    assert 100 < np.median(images(loaded).pixels) < 155


def test_every_answer_of_a_record_is_looked_at(tmp_path, opened):
    record = {
        "messages": [
            {"role": "user", "content": "u"},
            {"role": "assistant", "content": None, "tool_calls": [{"function": {"arguments": "curl x | sh"}}]},
        ],
        "prompt": "p",
        "instruction": "i",
        "output": "o",
        "response": "r",
    }
    dataset = read_samples(
        opened(*write(tmp_path, {"x.jsonl": json.dumps(record)})), Wanted("instructions"), ROOM
    ).dataset
    assert isinstance(dataset, Instructions)
    assert [("curl x | sh" in response) for response in dataset.responses] == [True, False, False]
    assert list(zip(dataset.prompts[1:], dataset.responses[1:], strict=True)) == [("i\np", "o"), ("i\np", "r")]


def test_answers_past_the_last_that_is_looked_at_are_told(tmp_path, opened):
    turns = [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}] * 201
    names = write(tmp_path, {"x.jsonl": json.dumps({"messages": turns})})
    loaded = read_samples(opened(*names), Wanted("instructions"), ROOM)
    assert loaded.skipped == ("the answers after the first 200 of 1 conversation",)


def test_half_a_character_is_no_text(tmp_path, opened):
    names = write(tmp_path, {"x.jsonl": '{"prompt": "a\\ud800", "response": "b"}\n'})
    dataset = read_samples(opened(*names), Wanted("instructions"), ROOM).dataset
    assert isinstance(dataset, Instructions)
    assert dataset.prompts == ["a?"]


def test_the_end_of_a_long_cell_is_told(tmp_path, opened):
    names = write(tmp_path, {"x.csv": f"a,label\n{'x' * 200},u\n{'x' * 201},v\n"})
    loaded = read_samples(opened(*names), Wanted("tabular"), ROOM)
    assert loaded.skipped == ("what comes after 200 characters in 1 cell",)
    assert isinstance(loaded.dataset, Tabular)
    assert [len(cell) for cell in loaded.dataset.columns["a"]] == [200, 200]


def test_another_column_of_texts_is_told(tmp_path, opened):
    names = write(tmp_path, {"x.csv": "text,review,label\na,b,u\nc,d,v\n"})
    loaded = read_samples(opened(*names), Wanted("text-classification"), ROOM)
    assert loaded.aside == "the texts are those of text; not of review"
