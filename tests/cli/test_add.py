"""`gate add`: what it writes, and what it leaves alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from gate.dbom.load import read_dbom
from gate.dbom.model import Artifact
from gate.documents.nodes import decode
from tests.support import PICKLE, WEIGHTS, Repo, pointer, sha256

CSV = "a,b\n1,2\n"


def _artifacts(repo: Repo, name: str = "dbom.yaml") -> dict[str, Artifact]:
    return {artifact.name: artifact for artifact in read_dbom(decode(repo.bytes(name), name)).artifacts}


def _without(text: str, part: str) -> str:
    """`text` without `part`, which must be in it."""
    assert part in text, text
    return text.replace(part, "", 1)


def _added_only(before: str, after: str) -> list[str]:
    """The lines of `after` that `before` does not have, where all of those of `before` stand in their order."""
    added = []
    rest = before.splitlines(keepends=True)
    for line in after.splitlines(keepends=True):
        if rest and line == rest[0]:
            rest.pop(0)
        else:
            added.append(line)
    assert not rest, f"lost or changed: {rest}\n{after}"
    return added


def test_the_first_artifact_makes_the_dbom(repo: Repo) -> None:
    repo.write("data/x.csv", CSV)
    options = {"source": "https://a.example/x", "revision": "v1", "license": "CC0-1.0", "supplier": "Acme: Inc"}
    result = repo.gate("add", "data/x.csv", "--version", "2024.10", *(f"--{k}={v}" for k, v in options.items()))
    assert result.code == 0
    artifact = _artifacts(repo)["x"]
    assert (artifact.kind, artifact.path, artifact.sha256) == ("dataset", "data/x.csv", sha256(CSV))
    assert (artifact.version, artifact.size) == ("2024.10", len(CSV))
    said = {key: value for key, value in artifact.source._asdict().items() if value is not None}
    assert said | {"retrieved": None} == {**_keys(options), "retrieved": None}
    assert repo.gate("check").code == 0


def _keys(options: dict[str, str]) -> dict[str, str]:
    return {"url": options["source"], **{key: options[key] for key in ("revision", "license", "supplier")}}


def test_weights_are_a_model_by_their_content_and_anything_else_is_a_dataset(repo: Repo) -> None:
    repo.write("w.txt", WEIGHTS)
    repo.write("x.safetensors", "nothing yet")
    for name in ("w.txt", "x.safetensors"):
        assert repo.gate("add", name).code == 0
    assert {name: artifact.kind for name, artifact in _artifacts(repo).items()} == {"w": "model", "x": "dataset"}


def test_the_kind_can_be_given(repo: Repo) -> None:
    repo.write("w.bin", WEIGHTS)
    assert repo.gate("add", "w.bin", "--kind", "dataset").code == 0
    assert _artifacts(repo)["w"].kind == "dataset"


def test_a_pickle_is_declared_with_a_note_of_what_check_will_say(repo: Repo) -> None:
    repo.write("w.pt", PICKLE)
    result = repo.gate("add", "w.pt")
    assert result.code == 0
    assert "weights/pickle-format" in result.out
    assert repo.gate("check").code == 1


def test_a_directory_gets_a_listing_whose_digest_is_declared(repo: Repo) -> None:
    repo.write("data/x/b.csv", CSV)
    repo.write("data/x/a/c.csv", "c\n")
    repo.write("data/x/.hidden", "")
    assert repo.gate("add", "data/x/").code == 0
    listing = f"{sha256('')}  .hidden\n{sha256(b'c' + bytes([10]))}  a/c.csv\n{sha256(CSV)}  b.csv\n"
    assert repo.text("dbom/x.sha256") == listing
    artifact = _artifacts(repo)["x"]
    assert (artifact.path, artifact.sha256, artifact.listing) == ("data/x", sha256(listing), "dbom/x.sha256")
    assert artifact.size == len(CSV) + 2


ODD_NAMES = [
    b"plain.csv",
    b"with space.csv",
    b" leading and trailing ",
    b"new\nline.csv",
    b"carriage\rreturn",
    b"ends in carriage return\r",
    b"back\\slash.csv",
    b"back\\nslash-n",
    b"caf\xe9.csv",
    b"\xff\xfe",
    b"*star",
    b"-dash",
    b"\\",
    b"sub dir/in\\ner\n/x",
    "数据 😀.csv".encode(),
]


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="coreutils are not here")
def test_coreutils_alone_can_check_what_was_declared(repo: Repo) -> None:
    for i, name in enumerate(ODD_NAMES):
        repo.write(b"data/x/" + name, f"{i}\n")
    assert repo.gate("add", "data/x", "--version", "1").code == 0
    listing = os.path.abspath(repo.path("dbom/x.sha256"))
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", listing],
        cwd=repo.root / "data/x",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(b": OK") == len(ODD_NAMES)
    assert repo.report()["completeness"]["percent"] == 100.0


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="coreutils are not here")
def test_a_listing_that_coreutils_wrote_is_a_listing(repo: Repo) -> None:
    names = [os.fsdecode(name) for name in ODD_NAMES]
    for name in names:
        repo.write("data/x/" + name, "same\n")
    made = subprocess.run(
        ["sha256sum", "--", *names], cwd=repo.root / "data/x", env={"LC_ALL": "C"}, capture_output=True, check=True
    )
    repo.write("dbom/x.sha256", made.stdout)
    repo.write(
        "dbom.yaml",
        f"dbom: 1\ndatasets:\n- name: x\n  path: data/x\n  sha256: {sha256(made.stdout)}\n"
        "  version: 1\n  listing: dbom/x.sha256\n",
    )
    assert repo.report()["completeness"]["percent"] == 100.0


def test_names_are_taken_from_files_and_stay_unique(repo: Repo) -> None:
    for path in ("a/data.csv", "b/data.csv", "c/data.csv", "d/.env", "e/名.csv", "f/my file (1).csv"):
        repo.write(path, path)
        assert repo.gate("add", path).code == 0
    assert {artifact.path: name for name, artifact in _artifacts(repo).items()} == {
        "a/data.csv": "data",
        "b/data.csv": "data-2",
        "c/data.csv": "data-3",
        "d/.env": "env",
        "e/名.csv": "artifact",
        "f/my file (1).csv": "my-file--1",
    }


# What stays as it was

COMMENTED = """\
# The bill of materials.
#   Ask Ada before you change it.

dbom: 1
project:   drone      # odd spacing
models:   # ours
  - path: models/m.bin   # path first
    name: 'm'
    version: "2"
    source: {url: https://a.example/m,   license: "MIT"}   # flow

    # about the next one
  - name: n
    path: "models/n.bin"
    version: |
      3
# Data below.
datasets:
  - name: d
    path: data/d.csv
    version: 1_0

    # the last comment of d

# The end.
"""


def test_comments_order_and_quoting_stay(repo: Repo) -> None:
    repo.write("dbom.yaml", COMMENTED)
    repo.write("data/x.csv", CSV)
    repo.write("models/w.bin", WEIGHTS)
    for path, name in (("data/x.csv", "x"), ("models/w.bin", "w")):
        before = repo.text("dbom.yaml")
        old = _artifacts(repo)
        assert repo.gate("add", path, "--version", "1").code == 0
        added = _added_only(before, repo.text("dbom.yaml"))
        assert added[0] == f"  - name: {name}\n"
        new = _artifacts(repo)
        assert {key: artifact._replace(location=0, at={}) for key, artifact in new.items() if key != name} == {
            key: artifact._replace(location=0, at={}) for key, artifact in old.items()
        }
        assert new[name].path == path


def test_a_comment_before_the_next_section_stays_before_it(repo: Repo) -> None:
    repo.write(
        "dbom.yaml",
        "dbom: 1\ndatasets:\n  - name: d\n    path: d.csv  # here\n\n"
        "# The models.\nmodels:\n  - {name: m, path: m.bin}\n",
    )
    repo.write("x.csv", CSV)
    assert repo.gate("add", "x.csv").code == 0
    text = repo.text("dbom.yaml")
    assert text.index("name: x") < text.index("# The models.")
    assert "\n\n# The models.\nmodels:\n" in text


@pytest.mark.parametrize(
    "section",
    [
        "datasets:\n",
        "datasets: []\n",
        "datasets: [ ]\n",
        "datasets: ~\n",
        "datasets: null\n",
        "datasets:\n- name: d\n  path: d.csv\n",
        "datasets:\n    -   name: d\n        path: d.csv\n",
        "datasets:\n  -\n    name: d\n    path: d.csv\n",
        "datasets: [{name: d, path: d.csv}]\n",
        "datasets: [\n  {name: d, path: d.csv},  # one\n]\n",
        "datasets: [{name: d, path: d.csv,},]\n",
        "datasets:\n  - {name: d, path: d.csv}\n",
        "datasets:\n  - name: d\n    path: d.csv\n    version:\n",
        "datasets:\n  - name: d\n    path: d.csv\n    version: >-\n      folded\n      text\n",
        "datasets:\n  - name: d\n    path: d.csv\n    derived_from: [a,\n      b]\n",
        "datasets:\n  - name: d\n    path: d.csv\n    derived_from:\n    - a\n    - b\n",
        "'datasets':\n  - 'name': d\n    \"path\": d.csv\n",
        "",
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "behind",
    ["", "models: [{name: m, path: m.bin}]\n", "# the end\n", "project: p"],
    ids=("end", "key", "comment", "no-newline"),
)
def test_an_entry_goes_in_whatever_the_style_of_the_section(repo: Repo, section: str, behind: str) -> None:
    before = f"# begin\ndbom: 1\n{section}{behind}"
    repo.write("dbom.yaml", before)
    repo.write("x.csv", CSV)
    old = _artifacts(repo)
    result = repo.gate("add", "x.csv", "--version", "1")
    assert result.code == 0, result.err
    new = _artifacts(repo)
    assert set(new) == {*old, "x"}
    assert (new["x"].sha256, new["x"].version) == (sha256(CSV), "1")
    assert "# begin\ndbom: 1\n" in repo.text("dbom.yaml")
    assert behind.rstrip("\n") in repo.text("dbom.yaml")


@pytest.mark.parametrize("empty", ["datasets: []", "datasets:"])
def test_the_comment_of_an_empty_section_stays_on_its_line(repo: Repo, empty: str) -> None:
    repo.write("dbom.yaml", f"dbom: 1\n{empty}  # what training reads\nmodels: []\n")
    repo.write("x.csv", CSV)
    assert repo.gate("add", "x.csv").code == 0
    assert repo.text("dbom.yaml").splitlines()[1] == "datasets:  # what training reads"


def test_carriage_returns_stay(repo: Repo) -> None:
    before = (
        "# begin\r\ndbom: 1\r\ndatasets:\r\n  - name: d  # one\r\n    path: d.csv\r\n\r\n# models\r\nmodels: []\r\n"
    )
    repo.write("dbom.yaml", before)
    repo.write("x.csv", CSV)
    repo.write("w.bin", WEIGHTS)
    assert repo.gate("add", "x.csv", "--source", "https://a.example/x").code == 0
    after = repo.text("dbom.yaml")
    assert after.count("\n") == after.count("\r\n")
    _added_only(before, after)
    assert repo.gate("add", "w.bin").code == 0
    assert repo.text("dbom.yaml").count("\n") == repo.text("dbom.yaml").count("\r\n")
    assert set(_artifacts(repo)) == {"d", "x", "w"}


def test_a_byte_order_mark_stays(repo: Repo) -> None:
    repo.write("dbom.yaml", b"\xef\xbb\xbfdbom: 1\ndatasets:\n  - {name: d, path: d.csv}\n")
    repo.write("x.csv", CSV)
    assert repo.gate("add", "x.csv").code == 0
    assert repo.bytes("dbom.yaml").startswith(
        b"\xef\xbb\xbfdbom: 1\ndatasets:\n  - {name: d, path: d.csv}\n  - name: x\n"
    )


def test_a_file_without_a_last_newline_gets_whole_lines(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - name: d\n    path: d.csv")
    repo.write("x.csv", CSV)
    repo.write("w.bin", WEIGHTS)
    assert repo.gate("add", "x.csv").code == 0
    assert repo.gate("add", "w.bin").code == 0
    assert set(_artifacts(repo)) == {"d", "x", "w"}


@pytest.mark.parametrize("text", ["", "\n", "---\ndbom: 1\n", "dbom: 1\n# more to come\n", "dbom: 1"])
def test_a_dbom_that_says_little_takes_an_entry(repo: Repo, text: str) -> None:
    repo.write("dbom.yaml", text)
    repo.write("x.csv", CSV)
    result = repo.gate("add", "x.csv")
    assert result.code == 0, result.err
    assert set(_artifacts(repo)) == {"x"}


@pytest.mark.parametrize("text", ["dbom: 1\n...\n", "  dbom: 1\n  project: p\n", "? dbom\n: 1\n", "dbom: 1\n  "])
def test_a_style_that_cannot_be_kept_is_refused_without_complaints_about_text_that_nobody_wrote(
    repo: Repo, text: str
) -> None:
    repo.write("dbom.yaml", text)
    assert repo.gate("check").code in (0, 3)
    repo.write("x.csv", CSV)
    result = repo.gate("add", "x.csv")
    if result.code == 0:
        assert set(_artifacts(repo)) == {"x"}
    else:
        assert "not valid YAML" not in result.err
        assert repo.text("dbom.yaml") == text


@pytest.mark.parametrize("indent", [None, 2, "\t"])
@pytest.mark.parametrize(
    "document",
    [
        {"dbom": 1},
        {"dbom": 1, "datasets": []},
        {"dbom": 1, "datasets": [{"name": "d", "path": "d.csv"}], "models": [], "project": "p"},
        {"dbom": 1, "project": "a 😀 and a \\ud83d\\ude00", "datasets": [{"name": "d", "path": "d\u00e9.csv"}]},
    ],
)
def test_json_stays_json(repo: Repo, document: dict[str, object], indent: int | str | None) -> None:
    before = json.dumps(document, indent=indent) + "\n"
    repo.write("bom.json", before)
    repo.write("x.csv", CSV)
    repo.write("w.bin", WEIGHTS)
    assert repo.gate("add", "x.csv", "--dbom", "bom.json", "--source", "https://a.example").code == 0
    assert repo.gate("add", "w.bin", "--dbom", "bom.json").code == 0
    after = json.loads(repo.text("bom.json"))
    assert {key: after[key] for key in ("dbom", "project") if key in after} == {
        key: document[key] for key in ("dbom", "project") if key in document
    }
    old = document.get("datasets") or []
    assert isinstance(old, list)
    assert after["datasets"][:-1] == old
    assert [after["datasets"][-1]["name"], after["models"][-1]["name"]] == ["x", "w"]


def test_escapes_in_json_keep_their_meaning(repo: Repo) -> None:
    repo.write("bom.json", '{"dbom": 1, "project": "\\ud83d\\ude00", "datasets": []}\n')
    repo.write("x.csv", CSV)
    assert repo.gate("add", "x.csv", "--dbom", "bom.json").code == 0
    assert json.loads(repo.text("bom.json"))["project"] == "\N{GRINNING FACE}"


def test_values_that_yaml_would_guess_to_be_something_else_stay_text(repo: Repo) -> None:
    repo.write("x.csv", CSV)
    options = {"version": "1.10", "revision": "0777", "license": "no", "supplier": "null # not a comment"}
    assert repo.gate("add", "x.csv", "--source", "on", *(f"--{k}={v}" for k, v in options.items())).code == 0
    import yaml

    entry = yaml.safe_load(repo.text("dbom.yaml"))["datasets"][0]
    assert entry["version"] == "1.10"
    assert {key: entry["source"][key] for key in ("url", "revision", "license", "supplier")} == {
        "url": "on",
        "revision": "0777",
        "license": "no",
        "supplier": "null # not a comment",
    }


@pytest.mark.parametrize(
    "name", ["sp ace.csv", "quo'te\".csv", "col: on.csv", "#hash", "- dash", "new\nline", "tab\t", "\x1b[2J", "\x7f",
             "line\u2028separator", "next\x85line", "\ufeffmark", "😀", "{a}", "!tag", "&a", "*a", "%p", "@at", "true"],
)  # fmt: skip
def test_a_file_of_any_name_can_be_declared_and_found_again(repo: Repo, name: str) -> None:
    repo.write(f"data/{name}", CSV)
    result = repo.gate("add", f"data/{name}", "--version", "1")
    assert result.code == 0, result.err
    assert next(iter(_artifacts(repo).values())).path == f"data/{name}"
    assert repo.gate("check").code == 0


# What is refused


def _refused(repo: Repo, *arguments: str, code: int = 2) -> str:
    """The message of a `gate add` that changes nothing."""
    before = repo.tree()
    result = repo.gate("add", *arguments)
    assert result.code == code, result
    assert result.err.strip()
    assert repo.tree() == before
    return result.err


def test_one_artifact_is_not_declared_twice(repo: Repo) -> None:
    repo.write("x.csv", CSV)
    repo.write("y.csv", CSV)
    assert repo.gate("add", "x.csv").code == 0
    assert "gate update x" in _refused(repo, "x.csv")
    assert "gate update x" in _refused(repo, "./x.csv", "--name", "other")
    assert "--name" in _refused(repo, "y.csv", "--name", "x")


def test_what_is_no_regular_file_cannot_be_declared(repo: Repo) -> None:
    repo.write("real.csv", CSV)
    repo.link("link.csv", "real.csv")
    repo.link("dir/link.csv", "../real.csv")
    repo.link("out", "/etc")
    repo.fifo("pipe")
    repo.fifo("pipes/pipe")
    (repo.root / "empty").mkdir()
    for path in ("link.csv", "dir", "out", "out/hostname", "pipe", "pipes", "empty", "absent", "real.csv/x"):
        _refused(repo, path)


@pytest.mark.parametrize("path", [".", "..", "../x.csv", "/etc/hostname", ""])
def test_what_is_not_inside_the_repository_cannot_be_declared(repo: Repo, path: str) -> None:
    _refused(repo, path)


def test_a_pointer_is_not_declared_as_if_it_were_the_content(repo: Repo) -> None:
    repo.write("x.csv", pointer(b"content"))
    assert "git lfs pull" in _refused(repo, "x.csv")


@pytest.mark.parametrize("name", ["with space", "-x", "../x", "a/b", "é", "x" * 200])
def test_a_name_that_cannot_be_written_into_a_dbom_is_refused(repo: Repo, name: str) -> None:
    repo.write("x.csv", CSV)
    repo.write("dbom.yaml", "dbom: 1\n")
    _refused(repo, "x.csv", f"--name={name}")


def test_a_path_that_is_not_utf8_is_refused_because_no_dbom_can_hold_it(repo: Repo) -> None:
    repo.write(b"caf\xe9.csv", CSV)
    assert "caf\\xe9.csv" in _refused(repo, os.fsdecode(b"caf\xe9.csv"))


def test_a_dbom_with_errors_is_left_alone(repo: Repo) -> None:
    repo.write("x.csv", CSV)
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - name: d\n    pth: d.csv\n")
    assert "dbom.yaml:4:5" in _refused(repo, "x.csv")


def test_a_listing_of_something_else_is_not_overwritten(repo: Repo) -> None:
    repo.write("x/a.csv", CSV)
    repo.write("dbom/x.sha256", "precious\n")
    assert "dbom/x.sha256" in _refused(repo, "x")


def test_a_dbom_that_is_a_link_is_not_replaced(repo: Repo) -> None:
    repo.write("x.csv", CSV)
    repo.write("real.yaml", "dbom: 1\n")
    repo.link("dbom.yaml", "real.yaml")
    _refused(repo, "x.csv")


def test_the_permissions_of_the_dbom_stay(repo: Repo) -> None:
    repo.write("x.csv", CSV)
    repo.write("dbom.yaml", "dbom: 1\n")
    os.chmod(repo.path("dbom.yaml"), 0o640)
    assert repo.gate("add", "x.csv").code == 0
    assert os.stat(repo.path("dbom.yaml")).st_mode & 0o777 == 0o640


def test_from_a_subdirectory_paths_are_those_of_the_shell(repo: Repo) -> None:
    repo.write("data/x.csv", CSV)
    repo.write("data/deep/y.csv", CSV)
    assert repo.gate("add", "x.csv", cwd="data").code == 0
    assert repo.gate("add", "y.csv", cwd="data/deep").code == 0
    assert {artifact.path for artifact in _artifacts(repo).values()} == {"data/x.csv", "data/deep/y.csv"}


@pytest.mark.parametrize(
    "source", ["https://me:hunter2@a.example/x", "s3://AKIA:hunter2@b/x", "https://a.example/x?X-Amz-Signature=hunter2"]
)
def test_an_address_that_gives_access_is_refused_and_not_shown(repo: Repo, source: str) -> None:
    repo.write("x.csv", CSV)
    result = repo.gate("add", "x.csv", "--source", source)
    assert result.code == 2
    assert "hunter2" not in result.out + result.err
    assert not (repo.root / "dbom.yaml").exists()


def test_a_user_of_ssh_is_no_secret(repo: Repo) -> None:
    repo.write("x.csv", CSV)
    assert repo.gate("add", "x.csv", "--source", "git+ssh://git@git.example/acme/x.git").code == 0
