"""`gate export`: documents that others accept, the same each time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.entries import EVERYTHING
from tests.support import PROJECT, Repo, sha256

FORMATS = ["cyclonedx", "spdx", "croissant", "in-toto"]


def _complaints(form: str, *files: Path | str) -> str:
    """What the libraries of the format's makers say: GATE_BOM names the programs of an environment with them."""
    python = shutil.which("python", path=os.environ.get("GATE_BOM", ""))
    if python is None:
        pytest.skip("GATE_BOM does not name an environment with cyclonedx-python-lib, spdx-python-model, mlcroissant")
    script = str(Path(__file__).with_name("official.py"))
    result = subprocess.run([python, script, form, *map(str, files)], check=False, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


def _export(repo: Repo, form: str) -> dict[str, Any]:
    result = repo.gate("export", "--format", form)
    assert result.code == 0, result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


@pytest.mark.clients
@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_valid_by_the_official_schema(form: str, repo: Repo) -> None:
    files = []
    for example in ("digits", "reviews", "shapes"):
        repo.gate("export", "--root", str(PROJECT / "examples" / example), "--format", form, "-o", f"{example}.json")
        files.append(repo.root / f"{example}.json")
    for name, dbom in (("everything", EVERYTHING), ("empty", "dbom: 1\ndatasets:\n  - {name: x, path: x}\n")):
        repo.write("dbom.yaml", dbom)
        if repo.gate("export", "--format", form, "-o", f"{name}.json").code == 0:
            files.append(repo.root / f"{name}.json")
    assert len(files) == (4 if form == "in-toto" else 5)
    assert _complaints(form, *files) == ""


@pytest.mark.clients
def test_the_official_schema_refuses_what_is_wrong(repo: Repo) -> None:
    repo.write("dbom.yaml", EVERYTHING)
    document = _export(repo, "cyclonedx")
    document["components"][0]["hashes"][0]["content"] = "placeholder"
    repo.write("bom.json", json.dumps(document))
    assert "placeholder" in _complaints("cyclonedx", repo.root / "bom.json")


@pytest.mark.clients
def test_ten_thousand_components_are_valid(repo: Repo) -> None:
    entries = (f"  - {{name: d{n}, path: data/d{n}, sha256: {sha256(str(n))}, size: {n}}}" for n in range(10_000))
    repo.write("dbom.yaml", "\n".join(["dbom: 1", "datasets:", *entries, ""]))
    assert repo.gate("export", "--format", "cyclonedx", "-o", "bom.json").code == 0
    assert _complaints("cyclonedx", repo.root / "bom.json") == ""


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_dbom_gives_the_same_bytes(form: str, repo: Repo) -> None:
    repo.write("dbom.yaml", EVERYTHING)
    first, second = (repo.gate("export", "--format", form).out for _ in range(2))
    assert first == second
    repo.edit("dbom.yaml", "version: v2", "version: v3")
    assert repo.gate("export", "--format", form).out != first or form == "croissant"


def test_the_time_is_that_of_the_build(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("dbom.yaml", EVERYTHING)
    assert "timestamp" not in _export(repo, "cyclonedx")["metadata"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert _export(repo, "cyclonedx")["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    assert _export(repo, "spdx")["@graph"][0]["created"] == "2023-11-14T22:13:20Z"
    assert _export(repo, "croissant")["dateCreated"] == "2023-11-14T22:13:20Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    result = repo.gate("export", "--format", "cyclonedx")
    assert (result.code, "SOURCE_DATE_EPOCH" in result.err) == (2, True)


def test_cyclonedx_says_things_where_other_tools_look(repo: Repo) -> None:
    repo.write("dbom.yaml", EVERYTHING)
    document = _export(repo, "cyclonedx")
    components = {one["name"]: one for one in document["components"]}
    net, signs, table = components["net"], components["signs"], components["table"]
    assert net["type"] == "machine-learning-model"
    assert net["purl"] == "pkg:huggingface/acme/net@0123456789abcdef0123456789abcdef01234567"
    datasets = [{"ref": "signs"}, {"ref": "table"}, {"type": "dataset", "name": "somebody else's"}]
    assert net["modelCard"] == {"modelParameters": {"datasets": datasets}}
    assert net["licenses"] == [{"expression": "LicenseRef-acme"}]
    assert table["licenses"] == [{"license": {"name": "ask Bob"}}]
    assert signs["supplier"] == {"name": "Ämt für Verkehr"}
    assert signs["data"] == [{"type": "dataset", "classification": "personal data"}]
    assert [one["name"] for one in signs["pedigree"]["ancestors"]][:2] == ["signs-1", "ImageNet"]
    assert {"ref": "net", "dependsOn": ["signs", "table"]} in document["dependencies"]
    assert document["metadata"]["component"]["name"] == "drones"


def test_an_in_toto_statement_is_about_the_files_with_the_digests(repo: Repo) -> None:
    """Of a directory that is its listing: no file has the digest under the name of the directory."""
    repo.write("data/d/a.csv", "a,b\n1,2\n")
    repo.write("x.csv", "a,b\n1,3\n")
    repo.gate("add", "data/d")
    repo.gate("add", "x.csv")
    document = _export(repo, "in-toto")
    assert {one["name"]: one["digest"]["sha256"] for one in document["subject"]} == {
        "dbom/d.sha256": sha256(repo.bytes("dbom/d.sha256")),
        "x": sha256("a,b\n1,3\n"),
    }
    assert document["predicateType"] == "https://cyclonedx.org/bom"


def test_spdx_links_models_to_what_they_are_trained_on(repo: Repo) -> None:
    repo.write("dbom.yaml", EVERYTHING)
    graph = _export(repo, "spdx")["@graph"]
    ids = {one["name"]: one["spdxId"] for one in graph if one["type"] in ("dataset_DatasetPackage", "ai_AIPackage")}
    trained = [one for one in graph if one.get("relationshipType") == "trainedOn"]
    assert [(one["from"], one["to"]) for one in trained] == [(ids["net"], [ids["signs"], ids["table"]])]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "cyclonedx", "-o", "dbom.yaml"], "is the DBOM itself"),
        (["--format", "cyclonedx", "-o", "data/x.csv/y.json"], "cannot write"),
        (["--format", "in-toto"], "no artifact has a digest"),
        ([], "--format"),
        (["--format", "cyclonedx", "--completeness", "text"], "not allowed with"),
        (["--format", "xml"], "invalid choice"),
    ],
)
def test_what_cannot_be_exported_is_a_message(arguments: list[str], said: str, repo: Repo) -> None:
    repo.write("data/x.csv", "a,b\n1,2\n")
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - {name: x, path: data/x.csv}\n")
    before = repo.tree()
    result = repo.gate("export", *arguments)
    assert (result.code, said in result.err) == (2, True), result.err
    assert repo.tree() == before


def test_what_is_no_regular_file_is_never_replaced(repo: Repo) -> None:
    """As root, `-o /dev/null` would otherwise make a file of the device."""
    repo.write("dbom.yaml", EVERYTHING)
    pipe = repo.root / "pipe"
    os.mkfifo(pipe)
    result = repo.gate("export", "--format", "spdx", "-o", "pipe")
    assert (result.code, "pipe is no regular file" in result.err) == (2, True)
    assert pipe.is_fifo()


def test_completeness_says_what_each_dataset_lacks(repo: Repo) -> None:
    repo.write("dbom.yaml", EVERYTHING)
    document = json.loads(repo.gate("export", "--completeness", "json").out)
    found = {one["name"]: one for one in document["datasets"]}
    assert (found["signs"]["percent"], found["signs"]["lacks"]) == (100, [])
    assert found["signs-1"]["has"] == ["name", "hash"]
    assert found["table"]["lacks"] == [
        "description",
        "identifier",
        "statistics",
        "sensitivity",
        "dependencies",
    ]
    assert document["percent"] == 56
    text = repo.gate("export", "--completeness", "text").out
    assert "signs: 100%, 10 of 10 elements\n" in text
    assert "signs-1: 20%, 2 of 10 elements\n  lacks description: description\n" in text
    assert text.endswith("3 datasets: 56% of the minimum elements of an SBOM for AI\n")


def test_a_dataset_made_from_nothing_says_so(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\ndatasets:\n  - {name: x, path: x, derived_from: []}\n")
    assert '"dependencies"' in repo.gate("export", "--completeness", "json").out.partition('"lacks"')[0]


def test_completeness_of_no_datasets(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\nmodels:\n  - {name: x, path: x}\n")
    assert json.loads(repo.gate("export", "--completeness", "json").out) == {"percent": None, "datasets": []}
    assert repo.gate("export", "--completeness", "text").out == "dbom.yaml declares no datasets\n"
