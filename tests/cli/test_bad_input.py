"""Bad input of every kind ends in a message with a place, a code of the table, and nothing written or lost."""

from __future__ import annotations

import re

import pytest

from tests.support import Repo, sha256

HEX = "0123456789abcdef" * 4
ENTRY = "dbom: 1\ndatasets:\n  - name: x\n    path: x.csv\n"

DOCUMENTS: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", ":1:1"),
    "blank": ("\n  \n", ":1:1"),
    "only a comment": ("# nothing\n", ":1:1"),
    "null": ("null\n", ":1:1"),
    "a word": ("hello\n", ":1:1"),
    "a list": ("- a\n", ":1:1"),
    "binary": (b"\x7fELF\x02\x01\x01\x00\x00", ":1:"),
    "NUL in text": (b"dbom: 1\npro\x00ject: a\n", ":2:4"),
    "an escape character": (b"dbom: 1\nproject: a\x1b[2J\n", ":2:11"),
    "UTF-16": ("dbom: 1\n".encode("utf-16"), ":1:1"),
    "Latin-1": ("dbom: 1\nproject: caf\u00e9\n".encode("latin-1"), ":2:13"),
    "100 MB": (b"dbom: 1\n" + b"# filler\n" * (100_000_000 // 9), ""),
    "30 KB of [": ("[" * 30_000, ":1:65"),
    "30 KB of {": ("{" * 30_000, ":1:"),
    "30 KB of - ": ("- " * 15_000, ":1:"),
    "30 KB of ? ": ("? " * 15_000, ":1:"),
    "an anchor": ("dbom: 1\nproject: &a b\n", ":2:10"),
    "an alias": ("dbom: 1\nproject: *a\n", ":2:10"),
    "an anchor on a list": ("dbom: 1\ndatasets: &a []\n", ":2:11"),
    "a merge key": ("dbom: 1\n<<: {project: a}\n", ":2:1"),
    "a tag": ("dbom: 1\nproject: !!python/object/apply:os.system [id]\n", ":2:10"),
    "a harmless tag": ("dbom: !!str 1\n", ":1:7"),
    "a duplicate key": ("dbom: 1\nproject: a\nproject: b\n", ":3:1"),
    "a duplicate key in an entry": (ENTRY + "    path: y.csv\n", ":5:5"),
    "a duplicate key in JSON": ('{"dbom": 1,\n "project": "a",\n "project": "b"}', ":3:2"),
    "an unknown key": ("dbom: 1\nprojct: a\n", ":2:1"),
    "an unknown key in an entry": (ENTRY + "    licence: MIT\n", ":5:5"),
    "an unknown key in a source": (ENTRY + "    source: {url: a, hash: b}\n", ":5:22"),
    "a key that is a list": ("dbom: 1\n? [a]\n: b\n", ":2:3"),
    "two documents": ("dbom: 1\n---\ndbom: 1\n", ":2:1"),
    "a tab": ("dbom: 1\ndatasets:\n\t- name: x\n", ":3:1"),
    "an open quote": ("dbom: 1\nproject: 'a\n", ":"),
    "another version": ("dbom: 2\n", ":1:7"),
    "no version": ("datasets: []\n", ":1:1"),
    "a mapping for a list": ("dbom: 1\ndatasets: {name: x}\n", ":2:11"),
    "a list for a text": ("dbom: 1\nproject: [a]\n", ":2:10"),
    "no path": ("dbom: 1\ndatasets:\n  - name: x\n", ":3:5"),
    "no name": ("dbom: 1\ndatasets:\n  - path: x\n", ":3:5"),
    "an empty path": ("dbom: 1\ndatasets:\n  - name: x\n    path: ''\n", ":4:11"),
    "a path that is a list": ("dbom: 1\ndatasets:\n  - name: x\n    path: [x]\n", ":4:11"),
    "a short digest": (ENTRY + f"    sha256: {HEX[:-1]}\n", ":5:13"),
    "a long digest": (ENTRY + f"    sha256: {HEX}0\n", ":5:13"),
    "a digest with a letter": (ENTRY + f"    sha256: {HEX[:-1]}g\n", ":5:13"),
    "a digest with its algorithm": (ENTRY + f"    sha256: sha256:{HEX}\n", ":5:13"),
    "a digest of short digits": (ENTRY + f"    sha256: 0{'1' * 62}\n", ":5:13"),
    "a digest of digits of another alphabet": (ENTRY + f"    sha256: '{chr(0x661) * 64}'\n", ":5:13"),
    "a negative size": (ENTRY + "    size: -1\n", ":5:11"),
    "a size with a unit": (ENTRY + "    size: 10 MB\n", ":5:11"),
    "a size in hexadecimal": (ENTRY + "    size: 0x10\n", ":5:11"),
    "a huge size": (ENTRY + f"    size: {'9' * 5000}\n", ":5:11"),
    "a date that is none": (ENTRY + "    source: {retrieved: yesterday}\n", ":5:25"),
    "an unknown modality": (ENTRY + "    scan: {modality: audio}\n", ":5:22"),
    "a suite for a model": ("dbom: 1\nmodels:\n  - name: x\n    path: x\n    suite: s.json\n", ":5:5"),
    "an absolute listing": (ENTRY + "    listing: /etc/passwd\n", ":5:14"),
    "a listing outside": (ENTRY + "    listing: dbom/../../x\n", ":5:14"),
    "one name for two": (ENTRY + "  - name: x\n    path: y.csv\n", ":5:11"),
    "one name for a dataset and a model": (ENTRY + "models:\n  - name: x\n    path: y.csv\n", ":6:11"),
    "one path for two": (ENTRY + "  - name: y\n    path: x.csv\n", ":6:11"),
    "one path in two spellings": (ENTRY + "  - name: y\n    path: ./x.csv\n", ":6:11"),
    "one path with another slash": (ENTRY + "  - name: y\n    path: .//x.csv/\n", ":6:11"),
}  # fmt: skip
for _path in ("/etc/passwd", "..", "../x", "a/../../x", "a/..", "~/x", "C:/x", "C:\\x", "..\\x", ".", "./", "a/../b"):
    DOCUMENTS[f"the path {_path}"] = (f"dbom: 1\ndatasets:\n  - name: x\n    path: '{_path}'\n", ":4:11")


@pytest.mark.parametrize(("content", "place"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_bad_dbom_is_an_error_with_its_place_for_every_command(repo: Repo, content: str | bytes, place: str) -> None:
    repo.write("x.csv", "a\n")
    repo.write("y.csv", "a\n")
    repo.write("dbom.yaml", content)
    before = repo.tree()
    fillable = content in ("", "\n  \n", "# nothing\n")
    for command in (("check",), ("update",), ("add", "y.csv")):
        if fillable and command[0] == "add":
            continue
        result = repo.gate(*command)
        assert result.code == 2, result
        assert result.out == ""
        assert f"dbom.yaml{place}" in result.err
        assert re.match(r"dbom\.yaml(:\d+:\d+)?: error: \S", result.err)
        assert "\x1b" not in result.err
        assert len(result.err) < 10_000
    assert repo.tree() == before


POLICIES: dict[str, tuple[str | bytes, str, str]] = {
    "empty": ("", ":1:1", "empty"),
    "binary": (b"\x00\x01", ":1:1", "binary"),
    "30 KB of [": ("[" * 30_000, ":1:65", "64"),
    "an anchor": ("policy: &a 1\n", ":1:9", "anchor"),
    "a duplicate key": ("policy: 1\npolicy: 1\n", ":2:1", "twice"),
    "an unknown rule": ("policy: 1\nrules:\n  weights/pickel: {enforce: block}\n", ":3:3", "weights/pick"),
    "a misspelt rule": (
        "policy: 1\nrules:\n  integrity/digest-missmatch: {enforce: block}\n",
        ":3:3",
        'did you mean "integrity/digest-mismatch"?',
    ),
    "a rule of no family": ("policy: 1\nrules:\n  Block everything: {enforce: block}\n", ":3:3", "Block everything"),
    "a rule twice": (
        "policy: 1\nrules:\n  suites/missing: {enforce: block}\n  suites/missing: {enforce: warn}\n",
        ":4:3",
        "twice",
    ),
    "no enforce": ("policy: 1\nrules:\n  suites/missing: {}\n", ":3:19", "enforce"),
    "enforce off by one letter": ("policy: 1\nrules:\n  suites/missing: {enforce: blok}\n", ":3:29", '"block"'),
    "an unknown scope": (
        "policy: 1\nrules:\n  suites/missing: {enforce: block, for: {knd: model}}\n", ":3:42", '"kind"'),
    "an unknown stage": (
        "policy: 1\nrules:\n  suites/missing: {enforce: block, from_stage: trian}\n", ":3:48", '"train"'),
    "waivers where only their limits belong": ("policy: 1\nwaivers: []\n", ":2:10", "max_days"),
    "a relative cache root": ("policy: 1\ncache_roots: [cache]\n", ":2:", "absolute"),
    "a pin of the wrong length": ("policy: 1\nextends: [{url: a.yaml, sha256: 12}]\n", ":2:33", "64"),
    "another version": ("policy: 2\n", ":1:9", "policy: 1"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "place", "word"), POLICIES.values(), ids=POLICIES)
def test_a_bad_policy_is_an_error_with_its_place(repo: Repo, content: str | bytes, place: str, word: str) -> None:
    repo.write("x.csv", "a\n")
    repo.write("gate-policy.yaml", content)
    before = repo.tree()
    for command in (("check",), ("scan", "x.csv"), ("policy", "lint"), ("policy", "show")):
        result = repo.gate(*command)
        assert result.code == 2, result
        assert f"gate-policy.yaml{place}" in result.err
        assert word in result.err
        assert result.out == ""
    assert repo.tree() == before


def test_a_policy_that_is_a_directory_a_fifo_or_a_dangling_link_is_an_error(repo: Repo) -> None:
    repo.write("x.csv", "a\n")
    repo.write("gate-policy.yaml/x", "")
    assert repo.gate("check").code == 2
    repo.delete("gate-policy.yaml")
    repo.fifo("gate-policy.yaml")
    assert repo.gate("check").code == 2
    repo.link("gate-policy.yaml", "absent")
    assert repo.gate("check").code == 2


def test_a_dbom_that_is_a_directory_a_fifo_or_a_dangling_link_is_an_error_and_not_no_dbom(repo: Repo) -> None:
    repo.write("x.csv", "a\n")
    repo.write("dbom.yaml/x", "")
    for command in (("check",), ("update",), ("add", "x.csv")):
        assert repo.gate(*command).code == 2
    repo.delete("dbom.yaml")
    repo.fifo("dbom.yaml")
    for command in (("check",), ("update",), ("add", "x.csv")):
        assert repo.gate(*command).code == 2
    repo.link("dbom.yaml", "absent")
    for command in (("check",), ("update",), ("add", "x.csv")):
        assert repo.gate(*command).code == 2


@pytest.mark.parametrize("digest", ["0" * 64, "1234567890" * 6 + "1234", "0" + "7" * 63, "1" * 63 + "e", "1e" * 32])
def test_a_digest_that_looks_like_a_number_simply_works(repo: Repo, digest: str) -> None:
    repo.write("x.csv", "a\n")
    repo.write("dbom.yaml", ENTRY + f"    sha256: {digest}\n    version: 1.10\n")
    (finding,) = [f for f in repo.report()["findings"] if f["rule"] == "integrity/digest-mismatch"]
    assert finding["evidence"]["declared"] == digest
    assert finding["evidence"]["found"] == sha256("a\n")
    assert repo.report()["artifacts"][0]["facts"]["dbom"]["version"] == "1.10"


def test_words_that_yaml_guesses_at_stay_text(repo: Repo) -> None:
    repo.write("no", "a\n")
    repo.write("dbom.yaml", "dbom: 1\nproject: off\ndatasets:\n  - {name: on, path: no, version: 2024-01-01}\n")
    (artifact,) = repo.report()["artifacts"]
    assert (artifact["name"], artifact["path"]) == ("on", "no")
    assert artifact["facts"]["dbom"]["version"] == "2024-01-01"


def test_a_key_without_a_value_is_left_out(repo: Repo) -> None:
    repo.write("x.csv", "a\n")
    repo.write("dbom.yaml", ENTRY + "    sha256:\n    version: ~\n    source: null\n    listing:\nmodels:\nproject:\n")
    assert repo.gate("check").code == 0
    assert repo.rules() == {"dbom/incomplete", "dbom/no-license", "dbom/no-origin"}


def test_a_broken_listing_is_a_finding_and_not_an_error(repo: Repo) -> None:
    repo.write("d/x.csv", "a\n")
    for listing in (b"", b"\x00", b"\xff" * 100, b"[" * 30_000, b"0" * 64, HEX.encode() + b"  /etc/passwd\n"):
        repo.write("dbom/d.sha256", listing)
        repo.write(
            "dbom.yaml",
            f"dbom: 1\ndatasets:\n  - name: d\n    path: d\n    sha256: {sha256(listing)}\n"
            "    version: 1\n    listing: dbom/d.sha256\n",
        )
        assert repo.gate("check").code == 1


def test_a_message_shows_the_line_and_marks_the_place(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\nprojct: drone\n")
    result = repo.gate("check")
    assert "dbom.yaml:2:1: error: unknown key" in result.err
    assert "projct: drone" in result.err
    assert "^^^^^^" in result.err
    assert 'did you mean "project"?' in result.err


def test_a_long_line_is_not_shown_in_full(repo: Repo) -> None:
    repo.write("dbom.yaml", f"dbom: 1\nprojct: {'x' * 1_000_000}\n")
    result = repo.gate("check")
    assert result.code == 2
    assert len(result.err) < 2_000


def test_of_a_thousand_errors_many_are_told_and_the_rest_are_counted(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n" + "".join(f"  - {{name: n{i}}}\n" for i in range(1000)))
    result = repo.gate("check")
    assert result.code == 2
    told = [line for line in range(3, 1003) if f"dbom.yaml:{line}:6: error: missing `path:`" in result.err]
    assert told == list(range(3, 3 + len(told)))
    assert len(told) >= 50
    assert len(told) == 1000 or f"{1000 - len(told)} more" in result.err
