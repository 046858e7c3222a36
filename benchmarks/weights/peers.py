"""Other scanners of weight files, each in its own virtual environment, and what each says of a file.

    python -m benchmarks.weights.peers PATH [--peers DIR]

prints what every one of them says of a file, or of each file beneath a folder. They are installed on first use.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

DEFAULT = Path("build/peers")
SECONDS = 300
"""What one file may take before the answer is `error`."""
QUIET = {
    "PROMPTFOO_DISABLE_TELEMETRY": "1",  # modelaudit, docs/user/telemetry: both variables
    "NO_ANALYTICS": "1",
    "AISBOM_NO_TELEMETRY": "1",  # aisbom, README: Telemetry & Privacy
    "AISBOM_OFFLINE": "1",
    "HF_HUB_OFFLINE": "1",
}
"""modelaudit and aisbom report every run to their makers unless told otherwise."""

FLAGGED, CLEAN, ERROR = "flagged", "clean", "error"


class Scan(NamedTuple):
    """What a finished program left: its exit code, what it printed, and the report that it wrote."""

    code: int
    output: str
    report: bytes


Answers = dict[Path, str]


class Peer(NamedTuple):
    """A scanner: what to install, the command without its path, and how to read what it says.

    `one` reads the scan of one file; `many` reads the scan of a folder where the report tells the files apart,
    for the programs whose start takes longer than a file does.
    """

    requirements: tuple[str, ...]
    command: tuple[str, ...]
    one: Callable[[Scan], str] | None = None
    many: Callable[[Scan, Sequence[Path]], Answers] | None = None


def read_picklescan(scan: Scan) -> str:
    """Exit code 1 is dangerous globals, 2 an error, which may come on top of findings."""
    found = re.search(r"^Dangerous globals: (\d+)$", scan.output, re.MULTILINE)
    return FLAGGED if found and int(found[1]) else CLEAN if scan.code == 0 else ERROR


def read_modelscan(scan: Scan) -> str:
    """Exit codes: 0 nothing, 1 issues, 2 errors (which hide issues), 3 not a file that it reads."""
    if scan.report and json.loads(scan.report)["issues"]:
        return FLAGGED
    return CLEAN if scan.code in (0, 3) else ERROR


def read_fickling(scan: Scan) -> str:
    """Exit code 1 is unsafe, and also that of a program that fell over; 2 is a file that it cannot read."""
    crashed = "Traceback (most recent call last)" in scan.output
    return CLEAN if scan.code == 0 else FLAGGED if scan.code == 1 and not crashed else ERROR


def read_modelaudit(scan: Scan, files: Sequence[Path]) -> Answers:
    """Exit code 1 is a warning or worse; 2 is a file whose scan failed or was inconclusive, without any."""
    if not scan.report:
        return dict.fromkeys(files, ERROR)
    report = json.loads(scan.report)
    answers = dict.fromkeys(files, CLEAN)
    names = {str(file): file for file in files}
    for name, facts in report["file_metadata"].items():
        if name in names and (facts.get("operational_error") or facts.get("scan_outcome") == "inconclusive"):
            answers[names[name]] = ERROR
    for issue in report["issues"]:
        file = _located(issue["location"] or "", names)
        if file and issue["severity"] in ("warning", "critical"):
            answers[file] = FLAGGED
    return answers


def _located(location: str, names: dict[str, Path]) -> Path | None:
    """The file of `PATH`, `PATH (pos 59)`, `PATH:member`: the longest name that the location begins with."""
    for end in range(len(location), 0, -1):
        if location[:end] in names:
            return names[location[:end]]
    return None


def read_aisbom(scan: Scan, files: Sequence[Path]) -> Answers:
    """`--fail-on-risk` fails on what is CRITICAL; files that it could not read have no component but a line."""
    if not scan.report:
        return dict.fromkeys(files, ERROR)
    printed = "".join(scan.output.split())
    answers = {file: ERROR if f"-{''.join(str(file).split())}:" in printed else CLEAN for file in files}
    digests: dict[tuple[str, str], list[Path]] = {}
    for file in files:
        digests.setdefault(_digest(file), []).append(file)
    for component in json.loads(scan.report).get("components", ()):
        risk = next((p["value"] for p in component.get("properties", ()) if p["name"] == "aisbom:risk"), "")
        same = digests.get((component["name"], component.get("hashes", [{"content": ""}])[0]["content"]), ())
        if risk.startswith("CRITICAL"):
            answers.update(dict.fromkeys(same, FLAGGED))
        elif risk.startswith("UNKNOWN"):
            answers.update(dict.fromkeys(same, ERROR))
    return answers


def _digest(file: Path) -> tuple[str, str]:
    """Name and SHA-256: a component in the SBOM has no path."""
    return file.name, hashlib.sha256(file.read_bytes()).hexdigest()


# numpy 2.2 is the last whose numpy.lib.format has what picklescan and modelscan call; picklescan and fickling do
# not declare what they import.
PICKLESCAN = ("picklescan[7z]==1.0.5", "numpy==2.2.6")
PEERS: dict[str, Peer] = {
    "picklescan": Peer(PICKLESCAN, ("picklescan", "-p"), one=read_picklescan),
    "picklescan --strict": Peer(PICKLESCAN, ("picklescan", "--strict", "-p"), one=read_picklescan),
    "modelscan": Peer(
        ("modelscan[h5py]==0.8.8", "numpy==2.2.6"),
        ("modelscan", "scan", "-r", "json", "-o", "REPORT", "-p"),
        one=read_modelscan,
    ),
    "fickling": Peer(
        ("fickling[archive]==0.1.12", "typing-extensions==4.16.0"),
        ("fickling", "--check-safety", "--json-output", "REPORT"),
        one=read_fickling,
    ),
    "modelaudit": Peer(
        ("modelaudit[h5,onnx,safetensors,sevenzip,flax,joblib]==0.2.54",),
        ("modelaudit", "scan", "--no-cache", "-f", "json", "-o", "REPORT"),
        many=read_modelaudit,
    ),
    "aisbom": Peer(("aisbom-cli==1.7.0",), ("aisbom", "scan", "--offline", "--output", "REPORT"), many=read_aisbom),
}


def install(name: str, root: Path) -> Path:
    """The folder with the programs of a peer: made in `root` unless it is there in these versions."""
    requirements = "\n".join(PEERS[name].requirements)
    directory = root.absolute() / name.partition(" ")[0]
    stamp = directory / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != requirements:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(directory)], check=True)
        pip = [str(directory / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *requirements.split("\n")], check=True, stdout=sys.stderr)
        stamp.write_text(requirements)
    return directory / "bin"


def environment(root: Path) -> dict[str, str]:
    """What peers run with: nothing sent, settings and caches kept in `root`, and no line of output broken."""
    return {**QUIET, "HOME": str(root.absolute()), "COLUMNS": "1000"}


def command(name: str, root: Path, path: Path | str, report: Path | str) -> list[str]:
    """The command line by which a peer scans `path`; it may write its report to `report`."""
    program, *options = PEERS[name].command
    filled = [str(report) if option == "REPORT" else option for option in options]
    return [str(install(name, root) / program), *filled, str(path)]


def ask(name: str, files: Sequence[Path], root: Path) -> Answers:
    """What a peer says of each file: `flagged`, `clean` or `error`."""
    peer = PEERS[name]
    install(name, root)
    if peer.many:
        folder = Path(os.path.commonpath(files))
        return peer.many(_run(name, folder, root, SECONDS * len(files)), files)
    read = peer.one
    assert read, f"{name} reads neither one file nor many"
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scans = pool.map(lambda file: _run(name, file, root, SECONDS), files)
        return {file: read(scan) for file, scan in zip(files, scans, strict=True)}


def _run(name: str, path: Path, root: Path, seconds: float) -> Scan:
    """One call, in a folder of its own: some write where they are called from."""
    with tempfile.TemporaryDirectory(prefix="gate-peer-") as temporary:
        report = Path(temporary, "report")
        arguments = command(name, root, path, report)
        try:
            done = subprocess.run(
                arguments,
                cwd=temporary,
                env={**os.environ, **environment(root)},
                timeout=seconds,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Scan(-1, "", b"")
        written = report.read_bytes() if report.exists() else b""
        return Scan(done.returncode, done.stdout.decode(errors="replace"), written)


def main() -> None:
    """Prints a line for each scanner and file."""
    parser = argparse.ArgumentParser(description="What other scanners say of a file or folder.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--peers", type=Path, default=DEFAULT, help="where they are installed")
    arguments = parser.parse_args()
    path = arguments.path.absolute()
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    for name in PEERS:
        for file, answer in ask(name, files, arguments.peers).items():
            print(f"{name}\t{answer}\t{file}", flush=True)


if __name__ == "__main__":
    main()
