"""`gate`: finds the command, runs it, and turns every error into a message and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper

from gate import __version__
from gate.cli import terminal
from gate.core.errors import MAX_PROBLEMS, GateError
from gate.core.text import count, did_you_mean, printable

COMMANDS: dict[str, tuple[str, str]] = {
    "check": ("gate.cli.check", "judge the repository: the declared bytes, weight formats, what is not declared"),
    "scan": ("gate.cli.scan", "judge weight files on their own, without a DBOM"),
    "sources": ("gate.cli.sources", "find where the code pulls in data and weights, and judge it"),
    "init": ("gate.cli.init", "propose dbom.yaml, a policy, a workflow and hooks from what the repository holds"),
    "add": ("gate.cli.add", "declare a file or directory in dbom.yaml"),
    "update": ("gate.cli.update", "declare the new bytes of artifacts that changed on purpose"),
    "vendor": ("gate.cli.vendor", "fetch data or weights once, examine them, and keep them in a mirror"),
    "convert": ("gate.cli.convert", "make safetensors of a checkpoint that is a pickle, without ever executing it"),
    "suite": ("gate.cli.suite", "run one suite on one dataset without a DBOM, or draft one from the rows"),
    "poison": ("gate.cli.poison", "scan one dataset for planted backdoors, without a DBOM or by its name"),
    "drill": ("gate.cli.drill", "poison copies of a dataset, and see whether the gate would have blocked them"),
    "sign": ("gate.cli.sign", "sign an artifact, dbom.yaml or a policy, with a key or as a CI job without one"),
    "verify": ("gate.cli.verify", "verify one signature, by a signer whom the command line names"),
    "waive": ("gate.cli.waive", "let one finding pass for a time, with a reason and somebody who approves it"),
    "adopt": ("gate.cli.adopt", "record today's findings, so that a repository can begin and block what is new"),
    "attest": ("gate.cli.attest", "judge as `gate check` does, and sign the verdict for a later stage"),
    "export": ("gate.cli.export", "write the DBOM as CycloneDX, SPDX, Croissant or an in-toto statement"),
    "import": ("gate.cli.importing", "declare what CycloneDX, Croissant or DVC documents of others declare"),
    "lineage": ("gate.cli.lineage", "print what each artifact was made from, as a tree, Mermaid or JSON"),
    "fleet": ("gate.cli.fleet", "judge many repositories under one policy, with a dashboard of all"),
    "policy": ("gate.cli.policy", "show, lint, test and lock policies"),
    "rules": ("gate.cli.rules", "list the rules and how each pack enforces them"),
    "explain": ("gate.cli.explain", "say what a rule means, why it matters and how to fix it"),
    "schema": ("gate.cli.schema", "print the JSON Schema of dbom.yaml, policies, facts or reports"),
}
"""Each command is a module with `configure(parser)` and `run(arguments) -> exit code`."""

EXIT_CODES = "exit codes: 0 pass, 1 blocked by policy, 2 usage or configuration error, 3 nothing to check, 4 undecided"
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line `argv` and returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a name must not end the run where the terminal knows no UTF-8
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(arguments)
        sys.stdout.flush()
        return code
    except GateError as error:
        _complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("gate: interrupted; nothing was written", file=sys.stderr)
        sys.stderr.flush()
        os._exit(INTERRUPTED)  # threads that still read would keep the process alive until they are done
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 4  # whoever reads the report did not get all of it
    except OSError as error:
        print(f"gate: {printable(str(error))}", file=sys.stderr)
        print(
            "  = fix: see that the report can be written to where it goes, and run the command again", file=sys.stderr
        )
        return 4
    except Exception as error:
        name = type(error).__name__
        print(f"gate: internal error: {name}: {printable(str(error))[:500]}", file=sys.stderr)
        print("  = fix: this is a defect of the gate; please report it with the command and its input", file=sys.stderr)
        return 4


def _run(arguments: list[str]) -> int:
    if not arguments or not arguments[0]:
        print(_usage(), file=sys.stderr)
        return 2
    name = arguments[0]
    if name in ("-h", "--help", "help"):
        print(_usage())
        return 0
    if name == "--version":
        print(f"gate {__version__}")
        return 0
    if name not in COMMANDS:
        hint = did_you_mean(name, COMMANDS) or "`gate --help` lists the commands"
        print(f'gate: unknown command "{printable(name)}": {hint}', file=sys.stderr)
        return 2
    dotted, summary = COMMANDS[name]
    module = import_module(dotted)
    parser = argparse.ArgumentParser(
        prog=f"gate {name}",
        description=summary[0].upper() + summary[1:] + ".",
        epilog=EXIT_CODES,
        allow_abbrev=False,
        formatter_class=_Help,
    )
    module.configure(parser)
    code: int = module.run(parser.parse_args(arguments[1:]))
    return code


class _Help(argparse.HelpFormatter):
    """argparse asks shutil for the width, and shutil imports every compression library there is."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=terminal.width())


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: gate COMMAND [OPTIONS]",
            "",
            "A supply-chain gate for machine learning: what must not pass ends with a nonzero exit code.",
            "",
            *lines,
            "",
            "`gate COMMAND --help` has the options of a command.",
            EXIT_CODES,
        ]
    )


def _complain(error: GateError) -> None:
    """Every problem as file:line:column with the line it stands on, or the one message.

    Messages quote what documents and file names say, so everything is made harmless here, where it is printed.
    """
    from gate.report.text import excerpt  # only on the way to an error message

    for problem in error.problems[:MAX_PROBLEMS]:
        place = problem.location
        _say(f"{place}: error: {problem.message}")
        if place.snippet:
            text, carets = excerpt(place, 200)
            _say(f"   | {text}")
            if carets:
                _say(f"   | {carets}")
        if problem.fix:
            _say(f"   = fix: {problem.fix}")
    if (more := len(error.problems) - MAX_PROBLEMS) > 0:
        _say(f"... and {count(more, 'more error')}")
    if not error.problems:
        _say(f"gate: {error.message}")
        if error.fix:
            _say(f"  = fix: {error.fix}")


def _say(line: str) -> None:
    print(printable(line), file=sys.stderr)
