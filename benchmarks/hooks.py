"""Latency of the pre-commit hooks beside two well-known ones, each called once as pre-commit calls it.

Prints a Markdown table; docs/performance.md holds one as it came. The others come from the PyPI package
pre-commit-hooks: installed for this run, or found in the directory of programs that is the argument.
"""

from __future__ import annotations

import os
import platform
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import inputs
from benchmarks.measure import paired

GATE = str(Path(sys.executable).with_name("gate"))
OURS = {
    "gate-weights": [GATE, "scan", "--stage", "pre-commit", "--"],
    "gate-dbom": [GATE, "check", "--stage", "pre-commit", "--only", "dbom,integrity", "--"],
}
THEIRS = ("detect-private-key", "check-added-large-files")
PACKAGE = "pre-commit-hooks==6.0.0"
MIXED = 200


def main() -> None:
    """Measures each of our hooks beside each of theirs."""
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as temporary:
        root = Path(temporary)
        programs = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else install(root / "venv")
        print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {PACKAGE}\n")
        print("| staged | hook | beside | ours | theirs | ratio | peak memory |\n|---|---|---|---|---|---|---|")
        one = repository(root / "one", one_file)
        measure("one small safetensors file", root / "one", one, programs, 20)
        many = repository(root / "many", mixed_files)
        measure(f"{len(many)} mixed files", root / "many", many, programs, 10)


def install(directory: Path) -> Path:
    """The programs of a fresh environment with the other hooks."""
    subprocess.run([sys.executable, "-m", "venv", str(directory)], check=True)
    programs = directory / "bin"
    pip = [str(programs / "pip"), "install", "--quiet", "--disable-pip-version-check", PACKAGE]
    subprocess.run(pip, check=True, stdout=sys.stderr)
    return programs


def repository(root: Path, fill: Callable[[Path], None]) -> list[str]:
    """A git repository in which everything is staged, with its files; the first of them is declared."""
    root.mkdir()
    git(root, "init", "--quiet")
    fill(root)
    names = sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and ".git" not in path.parts
    )
    subprocess.run([GATE, "add", names[0], "--version", "1"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    git(root, "add", "--all")
    return names


def one_file(root: Path) -> None:
    """One small tensor."""
    inputs.safetensors(root / "model.safetensors")


def mixed_files(root: Path) -> None:
    """Code, documents, tables, pictures and weights, from 1 to 64 KB."""
    noise = random.Random(3)
    for i in range(MIXED):
        length = noise.randrange(1, 65) * 1024
        kind = ("py", "md", "csv", "png", "safetensors")[i % 5]
        path = root / kind / f"file-{i:03}.{kind}"
        if kind == "safetensors":
            inputs.safetensors(path, length)
            continue
        path.parent.mkdir(exist_ok=True)
        content = noise.randbytes(length)
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + content if kind == "png" else content.hex(" ", 32).encode())


def git(root: Path, *arguments: str) -> None:
    """Runs git, which must succeed."""
    subprocess.run(["git", *arguments], cwd=root, check=True)


def measure(staged: str, root: Path, names: list[str], programs: Path, runs: int) -> None:
    """The rows of one repository."""
    for hook, ours in OURS.items():
        for other in THEIRS:
            pair = paired([*ours, *names], [str(programs / other), *names], str(root), runs)
            figures = f"{pair.ours.wall:.3f} s | {pair.theirs.wall:.3f} s | {pair.wall_ratio:.2f}"
            print(f"| {staged} | `{hook}` | `{other}` | {figures} | {pair.ours.memory:.0f} MiB |", flush=True)


if __name__ == "__main__":
    main()
