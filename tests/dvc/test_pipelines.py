"""Pipelines of `dvc.yaml` and `dvc.lock` as the real DVC takes them: circles, templates, and what has not run yet."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.dvc.conftest import Dvc
from tests.support import Found, Repo

MD5 = "5d41402abc4b2a76b9719d911017c592"
TWO = "stages:\n  a:\n    cmd: run\n    deps: [two]\n    outs: [one]\n  b:\n"
TWO += "    cmd: run\n    deps: [one]\n    outs: [two]\n"
CIRCLES = {
    "two stages": (TWO, 4, "a needs two, which b makes; b needs one, which a makes"),
    "a stage of its own": ("stages:\n  a: {cmd: run, deps: [x], outs: [x]}\n", 2, "a needs x, which it makes itself"),
    "in a directory": ("stages:\n  a: {cmd: run, deps: [x], outs: [x/y]}\n", 2, "a needs x, which it makes itself"),
    "with directories": (
        "stages:\n  a: {cmd: run, deps: [d/in], outs: [e/out]}\n  b: {cmd: run, deps: [e], outs: [d]}\n",
        2,
        "a needs d/in, which b makes; b needs e, which a makes",
    ),
    "of templates": (
        "vars: [{x: y}]\nstages:\n  a: {cmd: run, deps: ['${x}1'], outs: [z]}\n"
        "  b: {cmd: run, deps: [./z], outs: ['${x}1']}\n",
        3,
        "a needs ${x}1, which b makes; b needs z, which a makes",
    ),
    "of parameters": (
        "stages:\n  a:\n    cmd: run\n    params:\n    - p.yaml: [lr]\n    outs:\n    - p.yaml: {cache: false}\n",
        5,
        "a needs p.yaml, which it makes itself",
    ),
    "in each": (
        "stages:\n  a:\n    foreach: [1, 2]\n    do: {cmd: run, deps: ['x${item}'], outs: ['x${item}']}\n",
        4,
        "a needs x${item of a}, which it makes itself",
    ),
}


def malformed(repo: Repo) -> list[Found]:
    return [one for one in repo.findings() if one.rule == "dvc/malformed"]


def refused(repo: Repo) -> bool:
    """Whether the real DVC refuses the pipeline."""
    done = subprocess.run([sys.executable, "-m", "dvc", "dag"], cwd=repo.root, capture_output=True, check=False)
    return done.returncode != 0


@pytest.mark.parametrize("name", CIRCLES)
def test_a_circle_that_dvc_refuses_is_a_finding_at_its_line(repo: Repo, dvc: Dvc, name: str) -> None:
    pipeline, line, says = CIRCLES[name]
    repo.write("dvc.yaml", pipeline)
    repo.write("p.yaml", "lr: 1\n")
    repo.track()
    (found,) = malformed(repo)
    assert found.at == f"dvc.yaml:{line}"
    assert found.message == f"a circle of stages: {says}"
    assert refused(repo)
    assert repo.gate("check").code == 1


def test_a_circle_of_several_files_is_one_finding(repo: Repo, dvc: Dvc) -> None:
    repo.write("a/dvc.yaml", "stages:\n  x: {cmd: run, deps: [../b/two], outs: [one]}\n")
    repo.write("b/dvc.yaml", "stages:\n  y: {cmd: run, wdir: .., deps: [a/one], outs: [three]}\n")
    repo.write("b/two.dvc", "deps:\n- path: ../three\nouts:\n- path: two\n")
    repo.track()
    (found,) = malformed(repo)
    assert found.at == "a/dvc.yaml:2"
    assert found.message == (
        "a circle of stages: a/dvc.yaml:x needs b/two, which b/two.dvc makes; b/two.dvc needs three, "
        "which b/dvc.yaml:y makes; b/dvc.yaml:y needs a/one, which a/dvc.yaml:x makes"
    )
    assert refused(repo)


def test_stages_of_one_name_in_two_directories_are_told_apart(repo: Repo) -> None:
    repo.write("p1/dvc.yaml", "stages:\n  q: {cmd: run, deps: [../p2/o], outs: [o]}\n")
    repo.write("p2/dvc.yaml", "stages:\n  q: {cmd: run, deps: [../p1/o], outs: [o]}\n")
    (found,) = malformed(repo)
    assert "p1/dvc.yaml:q needs p2/o, which p2/dvc.yaml:q makes" in found.message


@pytest.mark.parametrize(
    "pipeline",
    [
        "stages:\n  a: {cmd: run, deps: [x.csv, ../z], outs: [y]}\n  b: {cmd: run, deps: [y], outs: [z]}\n",
        "stages:\n  a: {cmd: run, deps: [x], outs: [xy]}\n  b: {cmd: run, deps: [xy], outs: [x.y]}\n",
        "stages:\n  a: {cmd: run, deps: ['https://b/x'], outs: [https]}\n",
        "stages:\n  a: {matrix: {m: [x, y]}, cmd: run, deps: ['d/${item.m}'], outs: ['o${item.m}']}\n"
        "  b: {matrix: {m: [ox, oy]}, cmd: run, deps: ['${item.m}'], outs: ['p/${item.m}']}\n",
        "stages:\n  a: {cmd: run, params: [lr], outs: [b]}\n  c: {cmd: run, deps: [b], outs: [d]}\n",
    ],
)
def test_a_pipeline_without_a_circle_is_fine(repo: Repo, dvc: Dvc, pipeline: str) -> None:
    repo.write("dvc.yaml", pipeline)
    repo.write("params.yaml", "lr: 1\n")
    repo.track()
    assert malformed(repo) == []
    assert not refused(repo)


def test_many_circles_and_dense_pipelines_come_to_an_end(repo: Repo) -> None:
    stages = {f"c{i}": {"cmd": "run", "deps": [f"x{i}"], "outs": [f"x{i}"]} for i in range(200)}
    stages |= {f"m{i}": {"cmd": "run", "outs": [f"data/{i}"]} for i in range(3000)}
    stages |= {f"n{i}": {"cmd": "run", "deps": ["data"], "outs": [f"out{i}"]} for i in range(3000)}
    stages |= {f"l{i}": {"cmd": "run", "deps": [f"t{i}"], "outs": [f"t{(i + 1) % 3000}"]} for i in range(3000)}
    repo.write("dvc.yaml", json.dumps({"stages": stages}))
    found = malformed(repo)
    assert len(found) == 20


@pytest.mark.parametrize("where", ["vars:\n- a: 1\n- b: {c: ['${a}']}\n{}", "{}    vars: [{{b: '${a}'}}]\n"])
def test_values_that_refer_to_each_other_are_a_finding(repo: Repo, dvc: Dvc, where: str) -> None:
    repo.write("dvc.yaml", where.replace("{{", "{").replace("}}", "}").replace("{}", "stages:\n  x:\n    cmd: run\n"))
    repo.track()
    (found,) = malformed(repo)
    assert "`vars:` has the template ${a}: values cannot refer to each other" in found.message
    assert found.at == ("dvc.yaml:3" if where.startswith("vars") else "dvc.yaml:4")
    assert refused(repo)


def test_an_import_of_itself_is_a_finding(repo: Repo, dvc: Dvc) -> None:
    repo.write("d/x.csv", "hello")
    dvc("add", "d/x.csv")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message=data")
    dvc("import", ".", "d/x.csv", "--out", "y.csv")
    repo.track()
    assert malformed(repo) == []
    dvc("import", ".", "d/x.csv", "--out", "d/x.csv", "--force")
    (found,) = malformed(repo)
    assert found.message == "a circle of stages: d/x.csv.dvc needs d/x.csv, which it makes itself"


def test_an_output_within_another_is_a_finding(repo: Repo, dvc: Dvc) -> None:
    repo.write("dvc.yaml", "stages:\n  a: {cmd: run, outs: [d]}\n  b: {cmd: run, outs: [d/e]}\n")
    repo.track()
    (found,) = malformed(repo)
    assert (found.at, "the output d/e lies in d" in found.message) == ("dvc.yaml:3", True)
    assert refused(repo)


def test_what_has_not_run_yet_is_told_beside_what_has(repo: Repo) -> None:
    repo.write(
        "dvc.yaml",
        "stages:\n  a: {cmd: run, outs: [old, new, '${x}']}\n"
        "  b:\n    foreach: [1, 2, 3]\n    do: {cmd: run, outs: ['b${item}']}\n"
        "  c:\n    matrix: {m: [1, 2], n: [1, 2]}\n    cmd: run\n    outs: ['c${item.m}${item.n}']\n"
        "  d:\n    foreach: ${list}\n    do: {cmd: run, outs: ['d${item}']}\n",
    )
    ran = {"a": "old", "b@1": "b1", "b@2": "b2", "c@1-1": "c11"}
    lock = "".join(f"  {name}:\n    outs: [{{path: {path}, md5: {MD5}}}]\n" for name, path in ran.items())
    repo.write("dvc.lock", f"schema: '2.0'\nstages:\n{lock}")
    report = repo.report()
    kept = {one["subject"]["path"] for one in report["findings"] if one["rule"] == "dvc/undeclared"}
    assert kept == {"old", "new", "b1", "b2", "c11"}
    (note,) = [note for note in report["notes"] if "outputs of DVC" in note]
    assert all(place in note for place in ("dvc.yaml:3 (b)", "dvc.yaml:6 (c)", "dvc.yaml:10 (d)"))


@pytest.mark.parametrize("lead", ["schema: '2.0'\nstages:\n", ""])
def test_a_lock_of_either_schema_is_read_and_stages_that_are_gone_do_not_count(repo: Repo, lead: str) -> None:
    indent = "  " if lead else ""
    stages = "".join(f"{indent}{name}: {{cmd: run, outs: [{{path: {name}.csv, md5: {MD5}}}]}}\n" for name in "ab")
    repo.write("dvc.lock", lead + stages)
    assert {one.at for one in repo.findings() if one.rule == "dvc/undeclared"}
    assert len([one for one in repo.findings() if one.rule == "dvc/undeclared"]) == 2
    repo.write("dvc.yaml", "stages:\n  b: {cmd: run, outs: [b.csv]}\n  renamed: {cmd: run, outs: [a.csv]}\n")
    found = [one for one in repo.findings() if one.rule.startswith("dvc/")]
    assert [(one.rule, one.at.partition(":")[0]) for one in found] == [
        ("dvc/undeclared", "dvc.lock"),
        ("dvc/undeclared", "dvc.yaml"),
    ]
