"""Runs a composite action as the platform's runner does, with the platform's own expression engine.

Kept to what this project's action uses: conditions with status functions, `run` steps in bash, `uses` steps that a
test answers, environment files with heredocs, step summaries, workflow commands, `continue-on-error` and outputs.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

SUMMARY_LIMIT = 1024 * 1024
STATUS = re.compile(r"\b(always|success|failure|cancelled)\s*\(")
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
COMMAND = re.compile(r"::([a-zA-Z_-]+)(?: ([^:]*))?::(.*)", re.DOTALL)
PASSED_ON = ("PATH", "HOME", "LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


class Engine:
    """`@actions/expressions` in a node process that answers one question after the other."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("expressions.mjs")
        self._node = subprocess.Popen(
            ["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def close(self) -> None:
        with self._node:
            self._node.terminate()

    def ask(self, expression: str, context: Mapping[str, object], failed: bool = False) -> dict[str, Any]:
        assert self._node.stdin
        assert self._node.stdout
        question = {"expression": expression.strip(), "context": context, "failed": failed}
        self._node.stdin.write(json.dumps(question) + "\n")
        self._node.stdin.flush()
        answer: dict[str, Any] = json.loads(self._node.stdout.readline() or '{"error": "node has ended"}')
        if "error" in answer:
            raise ValueError(f"{expression}: {answer['error']}")
        return answer

    def fill(self, text: object, context: Mapping[str, object]) -> str:
        """`text` with every `${{ }}` replaced."""
        plain = str(text).lower() if isinstance(text, bool) else str(text)
        return EXPRESSION.sub(lambda match: str(self.ask(match[1], context)["text"]), plain)


class Annotation(NamedTuple):
    """What `::error` and `::warning` make of the log."""

    kind: str
    properties: dict[str, str]
    message: str


class Step(NamedTuple):
    """How one step went; `code` is None for a step that was skipped or that uses an action."""

    id: str
    outcome: str
    outputs: dict[str, str]
    code: int | None = None
    log: str = ""
    summary: str = ""
    uses: str = ""
    given: dict[str, str] = {}  # noqa: RUF012 - nobody changes it


class Run(NamedTuple):
    """A whole run of the action."""

    failed: bool
    outputs: dict[str, str]
    steps: list[Step]

    def step(self, id: str) -> Step:  # noqa: A002
        return next(step for step in self.steps if step.id == id)

    @property
    def log(self) -> str:
        return "".join(step.log for step in self.steps)

    @property
    def summary(self) -> str:
        """What the platform shows: nothing of a step that wrote too much."""
        return "".join(s.summary for s in self.steps if len(s.summary.encode()) <= SUMMARY_LIMIT)

    @property
    def annotations(self) -> list[Annotation]:
        return annotations(self.log)

    @property
    def code(self) -> int | None:
        """The exit code of the last step."""
        return self.steps[-1].code


Answer = Callable[[dict[str, str]], "dict[str, str] | None"]
"""What a test makes of a `uses` step: its outputs, or None where the action fails."""


class Runner:
    """A machine with a workspace, on which the action is run."""

    def __init__(self, engine: Engine, action: Path, temp: Path) -> None:
        self._engine, self._action, self._temp = engine, action, temp
        self.github: dict[str, str] = {"token": "the-token", "event_name": "push", "workspace": ""}
        self.environment: dict[str, str] = {}
        self.uploads: Answer = lambda _: {}
        self.given: dict[str, dict[str, str]] = {}
        """Steps that are not run but have these outputs."""

    def run(self, workspace: Path, **inputs: str) -> Run:
        document = yaml.safe_load((self._action / "action.yml").read_text("utf-8"))
        assert document["runs"]["using"] == "composite"
        self.github["workspace"] = str(workspace)
        values = self._inputs(document["inputs"], {name.replace("_", "-"): text for name, text in inputs.items()})
        steps: list[Step] = []
        for number, definition in enumerate(document["runs"]["steps"]):
            context = self._context(values, steps)
            steps.append(self._step(definition, definition.get("id", f"step-{number}"), context, steps))
        context = self._context(values, steps)
        outputs = {name: self._engine.fill(o["value"], context) for name, o in document["outputs"].items()}
        return Run(any(step.outcome == "failure" for step in steps), outputs, steps)

    def _inputs(self, declared: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
        assert set(given) <= set(declared), "the platform warns of an unexpected input"
        context = {"github": self.github}
        defaults = {name: self._engine.fill(i.get("default", ""), context) for name, i in declared.items()}
        return {**defaults, **given}

    def _context(self, inputs: dict[str, str], steps: list[Step]) -> dict[str, object]:
        done = {s.id: {"outputs": s.outputs, "outcome": s.outcome} for s in steps}
        return {"inputs": inputs, "github": self.github, "steps": done, "runner": {"temp": str(self._temp)}}

    def _step(self, step: dict[str, Any], name: str, context: dict[str, object], before: list[Step]) -> Step:
        failed = any(one.outcome == "failure" for one in before)
        condition = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", str(step.get("if", "success()")), flags=re.DOTALL)
        if not STATUS.search(condition):
            condition = f"success() && ({condition})"
        if not self._engine.ask(condition, context, failed)["truthy"]:
            return Step(name, "skipped", {})
        if name in self.given:
            return Step(name, "success", self.given[name])
        done = self._use(step, name, context) if "uses" in step else self._execute(step, name, context)
        if done.outcome == "failure" and step.get("continue-on-error"):
            return done._replace(outcome="failed and went on")
        return done

    def _use(self, step: dict[str, Any], name: str, context: dict[str, object]) -> Step:
        given = {key: self._engine.fill(value, context) for key, value in step.get("with", {}).items()}
        outputs = self.uploads(given)
        outcome = "failure" if outputs is None else "success"
        return Step(name, outcome, outputs or {}, uses=step["uses"], given=given)

    def _execute(self, step: dict[str, Any], name: str, context: dict[str, object]) -> Step:
        assert step["shell"] == "bash"
        files = {part: self._temp / f"{name}-{part}" for part in ("OUTPUT", "ENV", "PATH", "STATE", "STEP_SUMMARY")}
        for file in files.values():
            file.write_bytes(b"")
        script = self._temp / f"{name}.sh"
        script.write_text(self._engine.fill(step["run"], context), "utf-8")
        own = {key: self._engine.fill(value, context) for key, value in step.get("env", {}).items()}
        directory = Path(str(self.github["workspace"]), self._engine.fill(step.get("working-directory", "."), context))
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
            cwd=directory,
            env={**self._base(), **{f"GITHUB_{part}": str(file) for part, file in files.items()}, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        log = done.stdout.decode("utf-8", "replace")
        outcome = "success" if done.returncode == 0 else "failure"
        summary = files["STEP_SUMMARY"].read_bytes().decode()
        assert not files["ENV"].read_bytes(), "the action needs no environment for later steps"
        return Step(name, outcome, parse_outputs(files["OUTPUT"].read_bytes().decode()), done.returncode, log, summary)

    def _base(self) -> dict[str, str]:
        """A composite step gets no INPUT_* variables: those are for actions in JavaScript and containers."""
        passed = {k: v for k, v in os.environ.items() if k in PASSED_ON or k.startswith("PIP_")}
        return {
            **passed,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self._action),
            "GITHUB_WORKSPACE": self.github["workspace"],
            "GITHUB_EVENT_NAME": self.github["event_name"],
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(self._temp),
            **self.environment,
        }


def parse_outputs(text: str) -> dict[str, str]:
    """NAME=VALUE lines and NAME<<DELIMITER blocks; the runner ends the step with an error for anything else."""
    outputs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if match := re.match(r"([^=<]+)<<(.+)$", line):
            value: list[str] = []
            while (inner := next(lines)) != match[2]:
                value.append(inner)
            outputs[match[1]] = "\n".join(value)
        elif "=" in line:
            name, _, rest = line.partition("=")
            outputs[name] = rest
        else:
            assert not line, f"Invalid format {line!r}"
    return outputs


def annotations(log: str) -> list[Annotation]:
    """What the runner reads out of the log, `::stop-commands::` respected."""
    found: list[Annotation] = []
    stopped = ""
    for line in re.split(r"\r\n|\r|\n", log):
        match = COMMAND.match(line.lstrip())
        if stopped:
            stopped = "" if line.strip() == f"::{stopped}::" else stopped
        elif match and match[1] == "stop-commands":
            stopped = match[3]
        elif match and match[1] in ("error", "warning"):
            pairs = (part.partition("=")[::2] for part in (match[2] or "").split(",") if part)
            found.append(Annotation(match[1], {k: _plain(v) for k, v in pairs}, _plain(match[3])))
        else:
            assert not re.search(r"##\[\w+\]|##vso\[", line), "an old-style command outside of a stopped region"
    return found


def _plain(text: str) -> str:
    escapes = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    return re.sub("|".join(escapes), lambda match: escapes[match[0]], text)
