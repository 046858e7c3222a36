"""Custom expectations: run only as a policy allows them by path and digest, without network, files or secrets."""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import pytest

from gate import limited
from tests.suites.test_check import CSV, DBOM, QUIET
from tests.support import Repo, sha256

pytest.importorskip("great_expectations")
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="nothing confines it here"
)
OWN = "expectations/own.py"
SUITE = "expectations/x.json"
CODE = '''
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial


class ShortWords(ColumnMapMetricProvider):
    condition_metric_name = "column_values.short_words"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column, **kwargs):
        return column.str.len() <= 3


class ExpectColumnValuesToBeShortWords(ColumnMapExpectation):
    """Words of at most three letters."""

    map_metric = "column_values.short_words"
'''
SHORT = {"type": "expect_column_values_to_be_short_words", "kwargs": {"column": "label"}}
BUILT_IN = {"type": "expect_column_values_to_be_of_type", "kwargs": {"column": "id", "type_": "int64"}}


def _allow(*codes: str, path: str = OWN, more: str = "") -> str:
    entries = ", ".join(f"{{path: {path}, sha256: {sha256(code)}}}" for code in codes)
    return f"{QUIET}suites: {{custom: [{entries}]{more}}}\n"


def _write(repo: Repo, code: str = CODE, *, policy: str | None = None, csv: str = CSV, suite: Any = SHORT) -> None:
    repo.write("data/x.csv", csv)
    repo.write(SUITE, json.dumps({"name": "x", "expectations": [suite]}))
    repo.write("dbom.yaml", DBOM)
    repo.write(OWN, code)
    repo.write("gate-policy.yaml", _allow(code) if policy is None else policy)


def _findings(repo: Repo, *options: str) -> list[tuple[str, str]]:
    return _told(repo.report(*options))


def _told(report: dict[str, Any]) -> list[tuple[str, str]]:
    of_interest = ("suites/", "gate/", "policy/")
    return [(one["rule"], one["message"]) for one in report["findings"] if one["rule"].startswith(of_interest)]


def test_an_allowed_file_is_run_and_its_failing_rows_are_named(repo: Repo) -> None:
    _write(repo, csv=CSV.replace("cow", "horse"))
    (finding,) = (one for one in repo.report()["findings"] if one["rule"].startswith("suites/"))
    assert finding["rule"] == "suites/failed"
    assert (finding["evidence"]["element_count"], finding["evidence"]["unexpected_count"]) == (6, 1)
    assert [(place["line"], place["message"]) for place in finding["related"]][:1] == [(4, '"horse"')]


def test_an_allowed_file_is_run_and_its_expectation_can_hold(repo: Repo) -> None:
    _write(repo)
    report = repo.report()
    assert report["verdict"] == "pass"
    assert report["artifacts"][0]["facts"]["suites"]["successful"] == 1


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (QUIET, "unknown expectation type"),
        (_allow(CODE + "#"), f"its SHA-256 is {sha256(CODE)}, and the policy allows {sha256(CODE + '#')}"),
        (_allow(CODE, path="expectations/other.py"), "other.py were not run: it cannot be read (No such file"),
        (_allow(CODE, more=", for: {name: y}"), "unknown expectation type"),
        (_allow(CODE, more=", from_stage: release"), "unknown expectation type"),
    ],
)
def test_a_file_that_is_not_allowed_is_not_run(repo: Repo, policy: str, message: str) -> None:
    _write(repo, policy=policy)
    report = repo.report()
    found = _told(report)
    assert {rule for rule, _ in found} == {"suites/not-evaluated"}
    assert any(message in text for _, text in found)
    assert report["exit_code"] == 1


def test_a_link_to_the_allowed_file_is_not_run(repo: Repo) -> None:
    _write(repo)
    os.rename(repo.path(OWN), repo.path("expectations/real.py"))
    repo.link(OWN, "real.py")
    assert any("own.py were not run: it cannot be read" in text for _, text in _findings(repo))


def test_two_digests_of_one_path_may_be_allowed_while_the_file_changes(repo: Repo) -> None:
    _write(repo, policy=_allow(CODE, CODE + "#"))
    assert repo.gate("check").code == 0
    repo.write(OWN, CODE + "#")
    assert repo.gate("check").code == 0
    repo.write(OWN, CODE + "##")
    assert repo.gate("check").code == 1


@pytest.mark.parametrize("suite", [BUILT_IN, {"type": "expect_column_to_exist", "kwargs": {"column": "id"}}])
def test_a_suite_of_built_in_types_runs_no_code_and_asks_for_no_file(repo: Repo, suite: Any) -> None:
    _write(repo, "raise SystemExit(0)", suite=suite)
    assert _findings(repo) == []
    _write(repo, policy=_allow("something else"), suite=suite)
    assert _findings(repo) == []


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise SystemExit(0)", "in expectations/own.py: it ended the process with 0"),
        ("1 +", "in expectations/own.py: SyntaxError"),
        (CODE.replace("ToBeShortWords", "ToBeUnique"), 'cannot redefine "expect_column_values_to_be_unique"'),
        (f"{CODE}\nraise ValueError('late')", "ValueError: late"),
    ],
)
def test_code_that_does_not_load_is_no_success(repo: Repo, code: str, message: str) -> None:
    _write(repo, code)
    ((rule, text),) = _findings(repo)
    assert (rule, message in text) == ("suites/not-evaluated", True)


ATTEMPTS = """
import ctypes, os, socket, subprocess

def io_uring():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(425, 1, bytes(256)) < 0:
        raise OSError(ctypes.get_errno(), "refused")

attempts = {
    "internet": socket.socket,
    "agent": lambda: socket.socket(socket.AF_UNIX),
    "kernel": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "connection": lambda: socket.create_connection(("127.0.0.1", 9)),
    "io_uring": io_uring,
    "program": lambda: subprocess.run(["/bin/true"]),
    "system": lambda: open("/etc/passwd"),
    "secret": lambda: open(SECRET),
    "writing": lambda: open(SECRET, "r+"),
    "truncating": lambda: os.truncate(SECRET, 0),
    "folder": lambda: os.listdir(os.path.dirname(SECRET)),
    "removing": lambda: os.remove(SECRET),
    "parent": lambda: open(f"/proc/{os.getppid()}/environ", "rb"),
}
reached = []
for name, attempt in attempts.items():
    try:
        attempt()
        reached.append(name)
    except PermissionError:
        pass
reached += [name for name, value in os.environ.items() if "secret" in value]
raise ValueError(f"reached: {reached}")
"""


def test_code_reaches_neither_network_nor_files_nor_secrets(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "credentials"
    secret.write_text("a secret")
    monkeypatch.setenv("GATE_TEST_TOKEN", "a secret")
    _write(repo, f"SECRET = {str(secret)!r}\n{ATTEMPTS}")
    ((rule, text),) = _findings(repo)
    assert (rule, "ValueError: reached: []" in text) == ("suites/not-evaluated", True), text
    assert secret.read_text() == "a secret"


def test_where_nothing_confines_it_code_is_not_run_and_that_is_undecided(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(repo)
    monkeypatch.setattr(
        limited,
        "_BOOT",
        "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start(); "
        + limited._BOOT,
    )
    report = repo.report()
    ((rule, text),) = _told(report)
    assert (rule, "another thread runs already" in text) == ("gate/undecided", True)
    assert report["exit_code"] == 4
    repo.write(SUITE, json.dumps({"name": "x", "expectations": [BUILT_IN]}))
    assert _findings(repo) == []


def _commit(repo: Repo, policy: str = QUIET, code: str = CODE) -> None:
    _write(repo, code, policy=policy)
    repo.git("add", "--all")
    repo.git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "base")


def test_a_change_cannot_allow_its_own_code(repo: Repo) -> None:
    _commit(repo)
    repo.write("gate-policy.yaml", _allow(CODE))
    found = dict(_findings(repo, "--base", "HEAD"))
    assert set(found) == {"suites/not-evaluated", "policy/weakened"}
    assert "unknown expectation type" in found["suites/not-evaluated"]
    assert f"lets {OWN} (SHA-256 {sha256(CODE)[:12]}) be run" in found["policy/weakened"]


def test_a_change_cannot_replace_code_that_the_base_allows(repo: Repo) -> None:
    _commit(repo, _allow(CODE))
    assert _findings(repo, "--base", "HEAD") == []
    repo.write(OWN, "raise SystemExit(0)")
    repo.write("gate-policy.yaml", _allow("raise SystemExit(0)"))
    found = _findings(repo, "--base", "HEAD")
    assert {rule for rule, _ in found} == {"suites/not-evaluated", "policy/weakened"}
    assert not any("ended the process" in text for _, text in found)


def test_a_policy_can_stop_allowing_a_file(repo: Repo) -> None:
    _commit(repo, _allow(CODE))
    repo.write("gate-policy.yaml", QUIET)
    assert _findings(repo, "--base", "HEAD") == []  # the base still allows it for this change


def test_a_policy_cannot_allow_what_one_that_it_extends_does_not(repo: Repo) -> None:
    _write(repo, policy="policy: 1\nextends: [central.yaml]\n" + _allow(CODE).removeprefix("policy: 1\n"))
    repo.write("central.yaml", QUIET)
    result = repo.gate("check")
    assert (result.code, "`custom:` allows expectations/own.py" in result.err) == (2, True)
    repo.write("central.yaml", _allow(CODE))
    assert repo.gate("check").code == 0


def test_every_policy_that_is_named_must_allow_it(repo: Repo) -> None:
    _write(repo)
    repo.write("other.yaml", QUIET)
    assert repo.gate("check", "--policy", "gate-policy.yaml", "--policy", "gate:baseline").code == 0
    result = repo.gate("check", "--policy", "gate-policy.yaml", "--policy", "other.yaml")
    assert (result.code, "unknown expectation type" in result.out) == (1, True)


@pytest.mark.parametrize("path", ["../own.py", "/own.py", "a//own.py", "own.txt", "a/./own.py"])
def test_a_path_out_of_the_repository_is_an_error_of_the_policy(repo: Repo, path: str) -> None:
    _write(repo, policy=_allow(CODE, path=path))
    result = repo.gate("check")
    assert (result.code, "the path of a Python file" in result.err) == (2, True)


def test_a_single_run_takes_the_policy_that_it_is_given(repo: Repo) -> None:
    _write(repo)
    result = repo.gate("suite", "run", SUITE, "data/x.csv", "--policy", "gate-policy.yaml")
    assert (result.code, "1 of 1 expectation hold" in result.out) == (0, True), result.out + result.err
    assert repo.gate("suite", "run", SUITE, "data/x.csv", "--policy", "gate:baseline").code == 1
