"""How much of a corpus each scanner flags: the malicious files, and the benign ones that it should not.

    python -m benchmarks.weights.detection CORPUS [--peers DIR]

CORPUS holds `manifest.tsv` with the columns path, label (malicious or benign), family and what. Prints Markdown.
`gate` stands with two policies: baseline blocks every pickle for its format, benign ones too, so its row says what a
CI run does and not what the reader knows; research judges by content alone.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from benchmarks.weights.peers import CLEAN, DEFAULT, ERROR, FLAGGED, PEERS, Answers, ask

GATE = str(Path(sys.executable).with_name("gate"))
OURS = ("gate:baseline", "gate:research")
NAMED = {
    "weights/unsafe-pickle",
    "weights/embedded-code",
    "weights/path-traversal",
    "weights/archive-tampered",
    "weights/polyglot",
    "weights/external-reference",
    "weights/malformed",
}
"""The rules that say what is wrong, apart from those that say that nobody can tell."""


class Entry(NamedTuple):
    """A line of the manifest."""

    path: Path
    label: str
    family: str


def main() -> None:
    """Asks every scanner about every file and prints the tables."""
    parser = argparse.ArgumentParser(description="What each scanner flags of a corpus.")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--peers", type=Path, default=DEFAULT, help="where the other scanners are installed")
    arguments = parser.parse_args()
    corpus = arguments.corpus.resolve()
    entries = read(corpus)
    blocked = {policy: blocking(corpus, policy) for policy in OURS}
    answers: dict[str, Answers] = {
        policy: {entry.path: FLAGGED if entry.path in blocked[policy] else CLEAN for entry in entries}
        for policy in OURS
    }
    files = [entry.path for entry in entries]
    answers |= {name: ask(name, files, arguments.peers) for name in PEERS}
    summary(entries, answers, blocked["gate:research"])
    for label in ("malicious", "benign"):
        families([entry for entry in entries if entry.label == label], label, answers)
    split([entry for entry in entries if entry.label == "malicious"], blocked["gate:research"])


def read(corpus: Path) -> list[Entry]:
    """The files of the manifest."""
    with (corpus / "manifest.tsv").open(newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Entry(corpus / row["path"], row["label"], row["family"]) for row in rows]


def blocking(corpus: Path, policy: str) -> dict[Path, set[str]]:
    """The files that `gate scan` blocks, and the rules by which it does."""
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as temporary:
        report = Path(temporary, "report.json")
        command = [GATE, "scan", "--policy", policy, "--report", f"json={report}", str(corpus)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 1, 4):  # passed, blocked, undecided
            sys.exit(f"{' '.join(command)}: exit code {done.returncode}")
        findings = json.loads(report.read_bytes())["findings"]
    blocked: dict[Path, set[str]] = {}
    for finding in findings:
        if finding["decision"]["ruling"] == "block":
            blocked.setdefault(Path(finding["location"]["path"]), set()).add(finding["rule"])
    return blocked


def summary(entries: list[Entry], answers: dict[str, Answers], research: dict[Path, set[str]]) -> None:
    """One line for each scanner."""
    bad = [entry.path for entry in entries if entry.label == "malicious"]
    good = [entry.path for entry in entries if entry.label == "benign"]
    print("Percent of files flagged; an error is a file on which the scanner gave up.\n")
    print(f"| scanner | {len(bad)} malicious | by name | as unknown | error | {len(good)} benign | error |")
    print("|---|---|---|---|---|---|---|")
    for name, given in answers.items():
        named = sum(bool(NAMED & research[path]) for path in bad if path in research)
        known = (percent(named, len(bad)), percent(sum(path in research for path in bad) - named, len(bad)))
        by = known if name == "gate:research" else ("", "")
        found = [
            percent(count(given, files, answer), len(files)) for files in (bad, good) for answer in (FLAGGED, ERROR)
        ]
        print(f"| {name} | {found[0]} | {by[0]} | {by[1]} | {found[1]} | {found[2]} | {found[3]} |")


def families(entries: list[Entry], label: str, answers: dict[str, Answers]) -> None:
    """One line for each family, one column for each scanner."""
    print(f"\n| {label} | files | {' | '.join(answers)} |\n|---|---|{'---|' * len(answers)}")
    for family, files in grouped(entries).items():
        shares = (percent(count(given, files, FLAGGED), len(files)) for given in answers.values())
        print(f"| {family} | {len(files)} | {' | '.join(shares)} |")


def split(entries: list[Entry], research: dict[Path, set[str]]) -> None:
    """What `gate:research` says of the malicious files: named, blocked as unknown, or nothing."""
    print("\n| gate:research | files | named | unknown | missed |\n|---|---|---|---|---|")
    for family, files in grouped(entries).items():
        named = sum(bool(NAMED & research.get(path, set())) for path in files)
        missed = sum(path not in research for path in files)
        print(f"| {family} | {len(files)} | {named} | {len(files) - named - missed} | {missed} |")


def grouped(entries: Iterable[Entry]) -> dict[str, list[Path]]:
    """The files of each family."""
    found: dict[str, list[Path]] = {}
    for entry in entries:
        found.setdefault(entry.family, []).append(entry.path)
    return dict(sorted(found.items()))


def count(answers: Answers, files: Iterable[Path], answer: str) -> int:
    """How many of the files got this answer."""
    return sum(answers[file] == answer for file in files)


def percent(part: int, whole: int) -> str:
    """A share with one decimal."""
    return f"{100 * part / whole:.1f}" if whole else "-"


if __name__ == "__main__":
    main()
