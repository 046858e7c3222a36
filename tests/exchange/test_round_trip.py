"""What is exported and imported again says what it said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.core.model import Location
from gate.dbom.load import load_dbom, read_dbom
from gate.dbom.model import Ancestor, Artifact, Dbom, Origin, Scan, Signature
from gate.dbom.write import said
from gate.documents.nodes import Document, decode
from gate.exchange.interface import Made
from gate.exchange.merge import merge
from gate.exchange.registry import read, writer
from tests.exchange.entries import EVERYTHING
from tests.support import PROJECT, Repo

EXAMPLES = ["digits", "reviews", "shapes"]


def _entries(dbom: Dbom, kinds: tuple[str, ...] = ("dataset", "model")) -> list[Artifact]:
    return [said(artifact) for artifact in dbom.artifacts if artifact.kind in kinds]


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("form", ["cyclonedx", "in-toto"])
def test_an_example_comes_back_as_it_was(example: str, form: str, repo: Repo) -> None:
    file = PROJECT / "examples" / example / "dbom.yaml"
    assert repo.gate("export", "--dbom", str(file), "--format", form, "-o", "bom.json").code == 0
    result = repo.gate("import", "bom.json")
    assert result.code == 0, result.err
    before, after = load_dbom(str(file), "before"), load_dbom(str(repo.root / "dbom.yaml"), "after")
    assert (_entries(after), after.project) == (_entries(before), before.project)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_datasets_of_an_example_come_back_from_croissant(example: str, repo: Repo) -> None:
    file = PROJECT / "examples" / example / "dbom.yaml"
    before = load_dbom(str(file), "before")
    exported = repo.gate("export", "--dbom", str(file), "--format", "croissant", "-o", "bom.json")
    assert ("left out: 1 artifact" in exported.err) == any(one.kind == "model" for one in before.artifacts)
    assert repo.gate("import", "bom.json").code == 0
    after = load_dbom(str(repo.root / "dbom.yaml"), "after")
    assert (_entries(after), after.project) == (_entries(before, ("dataset",)), before.project)


@pytest.mark.parametrize("form", ["cyclonedx", "in-toto", "croissant"])
def test_every_key_comes_back(form: str, repo: Repo) -> None:
    repo.write("dbom.yaml", EVERYTHING)
    before = load_dbom(str(repo.root / "dbom.yaml"), "dbom.yaml")
    assert repo.gate("export", "--format", form, "-o", "bom.json").code == 0
    repo.delete("dbom.yaml")
    result = repo.gate("import", "bom.json")
    assert result.code == 0, result.err
    after = load_dbom(str(repo.root / "dbom.yaml"), "dbom.yaml")
    assert _entries(after) == _entries(before, ("dataset",) if form == "croissant" else ("dataset", "model"))


def test_what_is_imported_twice_is_the_same_document(repo: Repo) -> None:
    repo.write("dbom.yaml", EVERYTHING)
    repo.gate("export", "--format", "cyclonedx", "-o", "first.json")
    repo.delete("dbom.yaml")
    repo.gate("import", "first.json")
    repo.gate("export", "--format", "cyclonedx", "-o", "second.json")
    assert repo.bytes("first.json") == repo.bytes("second.json")


_words = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() and text.isprintable())
_sha256 = st.integers(1 << 200, (1 << 256) - 1).map(lambda number: f"{number:064x}")
_paths = (
    st.text("abc%: ä#?&.", min_size=1, max_size=12)
    .map(lambda text: f"d/-{text}/x{text}x")
    .filter(lambda path: "://" not in path)
)
_uris = st.sampled_from(["https://a.example/x?y=%20#z", "hf://a/b", "s3://b/k", "not a uri", "mlflow:runs/1", "a:b c"])
_ancestors = st.one_of(
    _words.map(Ancestor),
    st.builds(Ancestor, st.none(), st.none() | _paths, st.none() | _uris, _sha256),
)
_signatures = st.builds(Signature, _paths, st.sampled_from((None, "key")))
_tags = st.lists(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,5}", fullmatch=True), max_size=3, unique=True).map(tuple)


@st.composite
def _artifacts(draw: st.DrawFn) -> list[Artifact]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(("dataset", "model")))
        name = f"n{number}{draw(st.from_regex(r'[A-Za-z0-9._-]{0,5}', fullmatch=True))}"
        artifact = Artifact(
            kind,
            name,
            f"p{number}/{draw(_paths)}",
            Location(""),
            {},
            sha256=draw(_sha256),
            version=draw(st.none() | _words),
            listing=draw(st.none() | _paths),
            size=draw(st.none() | st.integers(0, 10**17)),
            source=Origin(draw(st.none() | _uris), draw(st.none() | _words), None, draw(st.none() | _words), None),
            signature=draw(
                st.none()
                | st.lists(st.builds(Signature, _paths, st.sampled_from((None, "key"))), min_size=1).map(tuple)
            ),
            tags=draw(_tags),
            description=draw(st.none() | _words),
            derived_from=draw(st.lists(_ancestors, max_size=3).map(tuple)),
        )
        if kind == "dataset":
            scan = draw(st.none() | st.builds(Scan, st.just("tabular"), st.none() | _words))
            artifact = artifact._replace(
                scan=scan, suite=draw(st.none() | _paths), sensitivity=draw(st.none() | _words)
            )
        else:
            artifact = artifact._replace(trained_on=draw(st.lists(_words, max_size=3).map(tuple)))
        found.append(artifact)
    return sorted(found, key=lambda one: one.kind)


@given(_artifacts())
@settings(max_examples=100)
def test_any_entries_come_back(artifacts: list[Artifact]) -> None:
    dbom = Dbom("dbom.yaml", Location(""), "any", tuple(artifacts))
    document = writer("cyclonedx")(dbom, Made("1", None))
    taken = read(decode(json.dumps(document).encode(), "bom.json"))
    assert [said(artifact) for artifact in taken.artifacts] == artifacts
    edited = merge(Document("dbom.yaml", ""), [taken]).edited
    assert edited is not None
    assert _entries(read_dbom(decode(edited, "dbom.yaml"))) == artifacts


def test_only_the_gate_writes_its_name_into_paths(tmp_path: Path, repo: Repo) -> None:
    """Nothing of the machine is in an export: not where the repository lies."""
    repo.write("dbom.yaml", EVERYTHING)
    for form in ("cyclonedx", "spdx", "croissant", "in-toto"):
        assert str(tmp_path) not in repo.gate("export", "--format", form).out
