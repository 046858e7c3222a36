"""`gate lineage`: what things were made from, for people and for programs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.checks.lineage import judge_lineage
from gate.core.model import Examination, Location
from gate.dbom.load import load_dbom
from gate.dbom.model import Ancestor, Artifact, Dbom
from gate.lineage.graph import build, cycles
from gate.lineage.mlflow import described
from tests.support import PROJECT, Repo, sha256

DBOM = f"""\
dbom: 1
datasets:
  - {{name: raw, path: raw.csv, source: {{url: "https://data.example.org/raw"}}, sha256: {sha256("raw")}}}
  - {{name: old, path: old.csv, derived_from: [raw]}}
  - {{name: clean, path: clean.csv, version: "2", derived_from: [raw, lost], previous: old}}
models:
  - name: base
    path: base.safetensors
    source: {{url: "mlflow:runs/0123456789abcdef/model"}}
  - {{name: net, path: net.safetensors, trained_on: [clean], derived_from: [base, {{path: x, sha256: {sha256("x")}}}]}}
"""


def test_all_of_it_as_trees(repo: Repo) -> None:
    repo.write("dbom.yaml", DBOM)
    result = repo.gate("lineage")
    assert (result.code, result.out) == (
        0,
        f"""\
net (model, no digest)
├─ trained on clean 2 (dataset, no digest)
│  ├─ derived from raw (dataset, sha256 {sha256("raw")[:12]}…)
│  │  └─ taken from https://data.example.org/raw
│  ├─ derived from lost (not declared)
│  └─ follows old (dataset, no digest)
│     └─ derived from raw (dataset, sha256 {sha256("raw")[:12]}…) (see above)
├─ derived from base (model, no digest)
│  └─ taken from mlflow:runs/0123456789abcdef/model (MLflow run 0123456789abcdef)
└─ derived from x sha256:{sha256("x")}
""",
    )


def test_of_one_artifact_also_what_was_made_from_it(repo: Repo) -> None:
    repo.write("dbom.yaml", DBOM)
    assert repo.gate("lineage", "old").out == (
        f"""\
old (dataset, no digest)
└─ derived from raw (dataset, sha256 {sha256("raw")[:12]}…)
   └─ taken from https://data.example.org/raw

what was made from it:
old (dataset, no digest)
└─ precedes clean 2 (dataset, no digest)
   └─ trains net (model, no digest)
"""
    )


def test_the_path_of_an_entry_is_that_entry(repo: Repo) -> None:
    """A model that names the path of its data has no other lineage, and no fewer findings, than one that names it."""
    repo.write("data/signs.csv", "a,b\n1,2\n")
    repo.write("net.bin", "x")
    repo.write(
        "dbom.yaml",
        "dbom: 1\n"
        "datasets: [{name: signs, path: data/signs.csv, derived_from: [net.bin]}]\n"
        "models: [{name: net, path: net.bin, trained_on: [data/signs.csv]}]\n",
    )
    assert "└─ trained on signs (dataset, no digest)" in repo.gate("lineage", "net").out
    rules = repo.rules("--only", "dbom,integrity")
    assert {"dbom/unverified-training-data", "dbom/lineage-cycle"} <= rules
    assert "dbom/missing-ancestor" not in rules


def test_json_has_every_node_and_edge(repo: Repo) -> None:
    repo.write("dbom.yaml", DBOM)
    document = json.loads(repo.gate("lineage", "--format", "json").out)
    nodes = {node["id"]: node["kind"] for node in document["nodes"]}
    assert nodes == {
        "raw": "dataset",
        "old": "dataset",
        "clean": "dataset",
        "base": "model",
        "net": "model",
        "https://data.example.org/raw": "address",
        "lost": "missing",
        "mlflow:runs/0123456789abcdef/model": "mlflow",
        f"x sha256:{sha256('x')}": "file",
    }
    assert {"from": "net", "to": "clean", "relation": "trained-on"} in document["edges"]
    assert {"from": "clean", "to": "old", "relation": "follows"} in document["edges"]
    assert len(document["edges"]) == 9


def test_json_of_one_artifact_leaves_out_what_has_nothing_to_do_with_it(repo: Repo) -> None:
    repo.write("dbom.yaml", DBOM)
    document = json.loads(repo.gate("lineage", "base", "--format", "json").out)
    assert {node["id"] for node in document["nodes"]} == {"base", "net", "mlflow:runs/0123456789abcdef/model"}


def test_mermaid_cannot_be_broken_out_of(repo: Repo) -> None:
    repo.write("dbom.yaml", 'dbom: 1\ndatasets:\n  - {name: a, path: a, source: {url: "x:\\"]; click <b>#35;"}}\n')
    assert repo.gate("lineage", "--format", "mermaid").out == (
        'flowchart LR\n  n0["a (dataset, no digest)"]\n  n1["x:#34;#93;#59; click #60;b#62;#35;35#59;"]\n'
        "  n1 -->|source of| n0\n"
    )


@pytest.mark.parametrize("command", ["lineage", "export --format cyclonedx", "lineage --format json"])
def test_nothing_printed_is_a_command_to_a_runner(command: str, repo: Repo) -> None:
    repo.write("dbom.yaml", 'dbom: 1\ndatasets:\n  - {name: a, path: a, derived_from: ["##vso[task.x]/y"]}\n')
    result = repo.gate(*command.split())
    assert (result.code, "##" in result.out, "vso[task.x]" in result.out) == (0, False, True)


@pytest.mark.parametrize("form", ["text", "mermaid", "json"])
def test_a_circle_is_printed_once_and_ends(form: str, repo: Repo) -> None:
    entries = [f"  - {{name: {name}, path: {name}, derived_from: [{other}]}}\n" for name, other in ("ab", "ba")]
    repo.write("dbom.yaml", "".join(["dbom: 1\ndatasets:\n", *entries]))
    result = repo.gate("lineage", "--format", form)
    assert result.code == 0
    if form == "text":
        assert result.out.splitlines()[1:] == [
            "└─ derived from b (dataset, no digest)",
            "   └─ derived from a (dataset, no digest) (see above)",
        ]


@pytest.mark.parametrize("command", [["lineage"], ["lineage", "d0"], ["lineage", "--format", "json"]])
def test_a_chain_of_ten_thousand(command: list[str], repo: Repo) -> None:
    entries = [f"  - {{name: d{n}, path: d{n}, derived_from: [d{n + 1}]}}" for n in range(9_999)]
    repo.write("dbom.yaml", "\n".join(["dbom: 1", "datasets:", *entries, "  - {name: d9999, path: d9999}", ""]))
    result = repo.gate(*command)
    assert "d9999" in result.out
    assert len(result.out) < 20_000_000


def test_what_lies_deep_is_continued_below(repo: Repo) -> None:
    entries = [f"  - {{name: d{n}, path: d{n}, derived_from: [d{n + 1}]}}" for n in range(99)]
    repo.write("dbom.yaml", "\n".join(["dbom: 1", "datasets:", *entries, "  - {name: d99, path: d99}", ""]))
    out = repo.gate("lineage").out
    assert [out.count(f" d{n} (") + out.count(f"\nd{n} (") for n in (1, 50, 99)] == [1, 1, 1]
    assert out.count("(continued below)") == 2


@pytest.mark.parametrize(("name", "hint"), [("cleen", 'did you mean "clean"?'), ("\x1b[2J", "`gate lineage` shows")])
def test_a_name_that_is_none_is_a_message(name: str, hint: str, repo: Repo) -> None:
    repo.write("dbom.yaml", DBOM)
    result = repo.gate("lineage", name)
    assert (result.code, hint in result.err, "\x1b" in result.err) == (2, True, False)


def test_an_empty_dbom(repo: Repo) -> None:
    repo.write("dbom.yaml", "dbom: 1\n")
    assert repo.gate("lineage").out == "dbom.yaml declares no artifacts\n"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mlflow:runs/abc", "MLflow run abc"),
        ("runs:/abc/model", "MLflow run abc"),
        ("models:/signs/3", "MLflow model signs, version 3"),
        ("models:/signs@champion", "MLflow model signs, version champion"),
        ("mlflow:models/signs/3", "MLflow model signs, version 3"),
        ("mlflow:runs/", None),
        ("https://mlflow.example.org/runs/abc", None),
    ],
)
def test_origins_in_mlflow(address: str, said: str | None) -> None:
    assert described(address) == said


@given(st.lists(st.lists(st.integers(0, 7), max_size=3), min_size=1, max_size=8))
def test_circles_are_found_where_there_are_any(ancestors: list[list[int]]) -> None:
    """Beside the definition: a node is in a circle if it can be reached from itself."""
    made_from = {f"n{n}": [f"n{m}" for m in parents] for n, parents in enumerate(ancestors)}
    artifacts = (
        Artifact("dataset", name, name, Location(""), {}, derived_from=tuple(map(Ancestor, parents)))
        for name, parents in made_from.items()
    )
    found = list(cycles(build(Dbom("dbom.yaml", Location(""), artifacts=tuple(artifacts)))))
    for circle in found:
        assert all(b in made_from[a] for a, b in zip(circle, (*circle[1:], circle[0]), strict=True))
    assert bool(found) == any(name in _reached(name, made_from) for name in made_from)


def _reached(start: str, made_from: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    left = [start]
    while left:
        new = set(made_from.get(left.pop(), ())) - found
        found |= new
        left += new
    return found


def _judged(dbom: Dbom) -> list[Examination]:
    return [Examination(artifact.subject, True, {}) for artifact in dbom.artifacts]


def test_a_circle_of_ten_thousand_is_one_finding() -> None:
    artifacts = (
        Artifact("dataset", f"d{n}", f"d{n}", Location(""), {}, derived_from=(Ancestor(f"d{(n + 1) % 10_000}"),))
        for n in range(10_000)
    )
    dbom = Dbom("dbom.yaml", Location(""), artifacts=tuple(artifacts))
    (finding,) = judge_lineage(dbom, _judged(dbom), ("dbom", "integrity"))
    way = " -> ".join(f"d{n}" for n in range(8))
    assert finding.message == f"the lineage of d0 leads in a circle: {way} -> 9,992 more -> d0"


@pytest.mark.parametrize("example", ["digits", "reviews", "shapes"])
def test_the_examples_have_a_lineage_without_findings(example: str) -> None:
    dbom = load_dbom(str(PROJECT / "examples" / example / "dbom.yaml"), "dbom.yaml")
    assert list(judge_lineage(dbom, _judged(dbom), ("dbom", "integrity"))) == []
