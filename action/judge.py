"""Runs `gate check` and tells the platform: log, annotations, summary and outputs.

Runs as `python3 -I` in the workspace. It ends with 0 whatever the verdict is: SARIF is uploaded first, and the last
step of the action ends with the exit code that is stored here.
"""

from __future__ import annotations

import html
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

UNDECIDED = 4
VERDICTS = {0: "pass", 1: "blocked", 2: "error", 3: "nothing-to-check", UNDECIDED: "undecided"}

SUMMARY_LIMIT = 1024 * 1024
"""Bytes; the platform drops a summary above it altogether."""

QUOTED = 20_000
"""Characters of an error message that a summary quotes."""

CHANGES = ("pull_request", "merge_group")
"""How the names of the events begin that propose a change."""


class Outcome(NamedTuple):
    """What a run left: its exit code, what it complained about, and its json report if it wrote one."""

    code: int
    complaint: str
    report: Mapping[str, object] | None


def main() -> int:
    """Judges, and tells of it."""
    directory = Path(tempfile.mkdtemp(prefix="gate-reports-", dir=os.environ.get("RUNNER_TEMP")))
    reports = {name: directory / f"gate.{name}" for name in ("json", "sarif", "markdown", "github")}
    outcome = _judge(os.environ, reports)
    checkout, prefix = _place(os.environ.get("GATE_ROOT") or ".")
    if outcome.report is not None and prefix:
        _move(reports["sarif"], reports["github"], prefix)
    _annotate(outcome, reports["github"])
    _summarise(outcome, reports["markdown"])
    sarif = reports["sarif"] if outcome.report is not None else None
    _output("verdict", VERDICTS[outcome.code])
    _output("exit-code", str(outcome.code))
    _output("sarif-file", str(sarif or ""))
    _output("report-json", str(reports["json"] if outcome.report is not None else ""))
    _output("counts", _counts(outcome.report))
    _output("policy-digest", _policy_digest(os.environ) if outcome.report is not None else "")
    _output("checkout-path", checkout)
    return 0


def _judge(environment: Mapping[str, str], reports: Mapping[str, Path]) -> Outcome:
    command = _command(environment, reports)
    with tempfile.TemporaryFile() as errors, _untrusted("gate check"):
        code = subprocess.run(command, env=_child(environment), stderr=errors, check=False).returncode
        errors.seek(0)
        complaint = errors.read().decode("utf-8", "replace")
        print(complaint, end="", flush=True)
    return _checked(code, complaint, reports["json"])


def _command(environment: Mapping[str, str], reports: Mapping[str, Path]) -> list[str]:
    """Options and values are one argument each, so no value can pass for an option."""
    command = [environment["GATE_PYTHON"], "-I", "-m", "gate", "check"]
    command.append(f"--root={environment.get('GATE_ROOT') or '.'}")
    command.append(f"--stage={_stage(environment)}")
    command += [f"--policy={policy}" for policy in _policies(environment)]
    command += [f"--verification-summary={file}" for file in _lines(environment, "GATE_VERIFICATION_SUMMARIES")]
    for option in ("dbom", "base"):
        if value := environment.get(f"GATE_{option.upper()}"):
            command.append(f"--{option}={value}")
    return [*command, "--report=text", *(f"--report={name}={file}" for name, file in reports.items())]


def _stage(environment: Mapping[str, str]) -> str:
    chosen = environment.get("GATE_STAGE", "").strip() or "auto"
    if chosen != "auto":
        return chosen
    return "pull-request" if environment.get("GITHUB_EVENT_NAME", "").startswith(CHANGES) else "train"


def _policies(environment: Mapping[str, str]) -> list[str]:
    return _lines(environment, "GATE_POLICY")


def _lines(environment: Mapping[str, str], name: str) -> list[str]:
    return [line.strip() for line in environment.get(name, "").splitlines() if line.strip()]


def _child(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of the gate: git may read a checkout that belongs to another user, as in a container."""
    count = int(environment.get("GIT_CONFIG_COUNT") or 0)
    trust = {f"GIT_CONFIG_KEY_{count}": "safe.directory", f"GIT_CONFIG_VALUE_{count}": "*"}
    return {**environment, **trust, "GIT_CONFIG_COUNT": str(count + 1), "NO_COLOR": "1"}


def _checked(code: int, complaint: str, file: Path) -> Outcome:
    """The outcome; undecided where code and report do not tell the same, as after a crash."""
    report: object = None
    with suppress(OSError, ValueError):
        report = json.loads(file.read_bytes())
    if isinstance(report, dict) and report.get("exit_code") == code and code in VERDICTS:
        return Outcome(code, complaint, report)
    return Outcome(2 if code == 2 else UNDECIDED, complaint, None)


@contextmanager
def _untrusted(title: str) -> Iterator[None]:
    """A group of the log in which the runner obeys nothing: what is printed there quotes the pull request."""
    token = secrets.token_hex(20)
    print(f"::group::{title}\n::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        print(f"::{token}::\n::endgroup::", flush=True)


def _place(root: str) -> tuple[str, str]:
    """The checkout that `root` is in, and `root` relative to it; the platform counts paths from there."""
    directory = current = os.path.abspath(root)
    while not os.path.lexists(os.path.join(current, ".git")):
        if current == os.path.dirname(current):
            return directory, ""
        current = os.path.dirname(current)
    relative = os.path.relpath(directory, current)
    return current, "" if relative == os.curdir else relative


def _move(sarif: Path, annotations: Path, prefix: str) -> None:
    """Makes the paths of both reports relative to the checkout."""
    log = json.loads(sarif.read_bytes())
    _move_locations(log, quote(prefix))
    sarif.write_text(json.dumps(log).replace("##", r"#\u0023"), "utf-8")
    text = annotations.read_text("utf-8")
    moved = re.sub(r"^(::\w+ file=)", lambda match: match[1] + _property(prefix) + "/", text, flags=re.MULTILINE)
    annotations.write_text(moved, "utf-8")


def _move_locations(node: object, prefix: str) -> None:
    if isinstance(node, dict):
        if node.get("uriBaseId") == "%SRCROOT%" and "uri" in node:
            node["uri"] = f"{prefix}/{node['uri']}"
        for value in node.values():
            _move_locations(value, prefix)
    elif isinstance(node, list):
        for value in node:
            _move_locations(value, prefix)


def _annotate(outcome: Outcome, file: Path) -> None:
    if outcome.report is not None:
        print(file.read_text("utf-8"), end="", flush=True)
    else:
        print(f"::error title=gate::{_data(_headline(outcome))}", flush=True)


def _headline(outcome: Outcome) -> str:
    first = next((line for line in outcome.complaint.splitlines() if line.strip()), "")
    return f"{VERDICTS[outcome.code]}: {first or 'the gate ended without a report'}"[:1000]


def _data(text: str) -> str:
    """Escaped as the runner unescapes the text of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _summarise(outcome: Outcome, file: Path) -> None:
    """Appends the report to the summary of this step, or what the gate complained about."""
    if outcome.report is not None:
        text = file.read_bytes()
    else:
        complaint = html.escape(outcome.complaint[:QUOTED]) or "The gate ended without a report."
        text = f"## ❓ gate: {VERDICTS[outcome.code]}\n\n<pre>\n{complaint}\n</pre>\n".encode()
    path = os.environ["GITHUB_STEP_SUMMARY"]
    room = SUMMARY_LIMIT - (os.path.getsize(path) if os.path.exists(path) else 0)
    with open(path, "ab") as summary:
        summary.write(clip(text, room))


def clip(text: bytes, room: int) -> bytes:
    """`text`, or as many whole lines of it as `room` bytes hold with a word about the rest."""
    if len(text) <= room:
        return text
    word = b"\n\nThe summary is cut here, at the limit of the platform; the log and the json report have all of it.\n"
    return text[: text.rfind(b"\n", 0, max(room - len(word), 0)) + 1] + word if room > len(word) else b""


def _counts(report: Mapping[str, object] | None) -> str:
    counts = report.get("counts") if report is not None else None
    return json.dumps(counts.get("by_ruling"), separators=(",", ":")) if isinstance(counts, dict) else ""


def _policy_digest(environment: Mapping[str, str]) -> str:
    """The SHA-256 of what `gate policy show` prints; empty where it fails, which a digest cannot say."""
    import hashlib

    root = f"--root={environment.get('GATE_ROOT') or '.'}"
    command = [environment["GATE_PYTHON"], "-I", "-m", "gate", "policy", "show", root, "--", *_policies(environment)]
    shown = subprocess.run(command, env=_child(environment), stdout=subprocess.PIPE, check=False)
    return hashlib.sha256(shown.stdout).hexdigest() if shown.returncode == 0 else ""


def _output(name: str, value: str) -> None:
    """One output; the delimiter cannot be guessed, so no value can end early and set another output."""
    delimiter = secrets.token_hex(20)
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as output:
        output.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


if __name__ == "__main__":
    sys.exit(main())
