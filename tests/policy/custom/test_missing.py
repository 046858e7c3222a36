"""Where the library is missing: policies are read, custom rules are undecided, and it is said how to help."""

from __future__ import annotations

import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.policy.custom.support import declare, policy
from tests.support import PROJECT, Repo


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with all that is installed here but the library of custom rules."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, symlinks=True)
    target = next(home.glob("lib/python*/site-packages"))
    for entry in Path(site.getsitepackages()[0]).iterdir():
        if not entry.name.startswith("cel_expr_python") and entry.suffix != ".pth":
            (target / entry.name).symlink_to(entry)
    (target / "gate.pth").write_text(f"{PROJECT}\n")
    return home / "bin" / "python"


def run(python: Path, repo: Repo, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "gate", *arguments], cwd=repo.root, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_rule_that_applies_is_undecided_with_the_command_that_helps(python: Path, repo: Repo) -> None:
    declare(repo, "a")
    declare(repo, "b")
    repo.write("gate-policy.yaml", policy({"assert": "artifact.nme == 1"}, {"assert": "true", "for": {"name": "b"}}))
    done = run(python, repo, "check")
    assert done.returncode == 4, done.stdout + done.stderr
    assert "acme/r0 (gate-policy.yaml:5:11) was not evaluated on 2 artifacts: cel_expr_python is not" in done.stdout
    assert "acme/r1 (gate-policy.yaml:8:11) was not evaluated on 1 artifact: cel_expr_python is not" in done.stdout
    assert 'pip install "dbom-gate[policy]"' in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_rule_that_does_not_apply_is_not(python: Path, repo: Repo) -> None:
    declare(repo)
    repo.write(
        "gate-policy.yaml", policy({"assert": "true", "for": {"kind": "model"}}, {"assert": "true", "enforce": "off"})
    )
    assert run(python, repo, "check").returncode == 0


@pytest.mark.parametrize("action", ["lint", "show"])
def test_who_reads_policies_is_told_that_nothing_was_compiled(python: Path, repo: Repo, action: str) -> None:
    repo.write("gate-policy.yaml", policy({"assert": "artifact.nme == 1"}))
    done = run(python, repo, "policy", action)
    assert done.returncode == 0
    assert "the expressions of custom rules were not compiled: cel_expr_python is not installed" in done.stderr


def test_cases_of_a_policy_test_fail_each_of_them(python: Path, repo: Repo) -> None:
    repo.write("gate-policy.yaml", policy({"assert": "true"}))
    cases = "".join(
        f"  - {{name: n{n}, artifact: {{kind: dataset, name: d}}, expect: {{decisions: {{acme/r0: none}}}}}}\n"
        for n in range(2)
    )
    repo.write("policy-tests/a.yaml", f"policy-tests: 1\npolicy: ../gate-policy.yaml\ncases:\n{cases}")
    done = run(python, repo, "policy", "test")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "gate: failed: 2 of 2 cases" in done.stdout
    assert "cel_expr_python is not installed" in done.stderr


def test_here_it_is_installed(repo: Repo) -> None:
    assert sys.version_info >= (3, 11)
    repo.write("gate-policy.yaml", policy({"assert": "artifact.nme == 1"}))
    assert repo.gate("policy", "lint").code == 2
