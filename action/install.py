"""Makes the environment that the gate runs in: hash-locked dependencies, and the gate from the action's own commit.

Runs as `python3 -I` before anything is installed, so it uses the standard library only. See docs/adr/0008.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCKS = HERE / "requirements"
OLDEST = (3, 10)
ALWAYS = "weights"
"""Part of `auto` whatever the DBOM says: compressed weights that nobody declared are judged as well."""


class InstallError(Exception):
    """What stood in the way, as one sentence."""


def main() -> int:
    """Installs, and passes the interpreter on as the output `python`."""
    try:
        python = install(Path(tempfile.mkdtemp(prefix="gate-", dir=os.environ.get("RUNNER_TEMP"))))
    except InstallError as error:
        text = f"The gate could not be installed, so nothing was judged: {error}"
        print(f"::error title=gate::{text.replace('%', '%25')}")
        with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as summary:
            summary.write("## ❓ gate: undecided\n\nThe gate could not be installed, so nothing was judged.\n")
        return 1
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as output:
        output.write(f"python={python}\n")
    return 0


def install(directory: Path) -> Path:
    """A virtual environment in `directory`, which nobody else knew the name of before."""
    if sys.version_info < OLDEST:
        raise InstallError(
            f"python3 is {sys.version.split()[0]}, and 3.10 or later is needed; use actions/setup-python"
        )
    extras = _chosen(os.environ.get("GATE_EXTRAS", "").strip() or "auto")
    environment = directory / "environment"
    _run([sys.executable, "-I", "-m", "venv", str(environment)], directory, "python3 -m venv failed")
    python = environment / "bin" / "python"
    _add_gate(environment)
    _pip(python, ["core"], directory)
    if extras is None:
        extras = [extra for extra in _known() if extra in (ALWAYS, *_needs(python))]
    if extras:
        _pip(python, extras, directory)
    return python


def _add_gate(environment: Path) -> None:
    """The gate as a path in the environment: nothing is built, so no build tool has to be trusted or pinned."""
    version = "python{}.{}".format(*sys.version_info)
    packages = environment / "lib" / version / "site-packages"
    (packages / "gate-action.pth").write_text(f"{HERE.parent}\n", "utf-8")


def _known() -> list[str]:
    return sorted(lock.stem for lock in LOCKS.glob("*.txt") if lock.stem != "core")


def _chosen(wanted: str) -> list[str] | None:
    """The extras that were asked for; None where the DBOM is to say which."""
    if wanted == "auto":
        return None
    chosen = [name for name in (part.strip() for part in wanted.split(",")) if name and name != "none"]
    if unknown := [name for name in chosen if name not in _known()]:
        raise InstallError(f"there is no extra {unknown[0]!r}; there are {', '.join(_known())}, auto and none")
    return chosen


def _needs(python: Path) -> list[str]:
    script = [str(python), "-I", str(HERE / "needs.py")]
    policies = (line.strip() for line in os.environ.get("GATE_POLICY", "").splitlines())
    where = [os.environ.get("GATE_ROOT") or ".", os.environ.get("GATE_DBOM") or "", *filter(None, policies)]
    answer = subprocess.run([*script, *where], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise InstallError("the extras that the DBOM needs could not be found out")
    return answer.stdout.split()


def _pip(python: Path, locks: list[str], directory: Path) -> None:
    """Wheels only, and only those whose digest the lock has: an sdist would run its own code while it is built."""
    files = [part for lock in locks for part in ("-r", str(LOCKS / f"{lock}.txt"))]
    options = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check"]
    command = [str(python), "-I", "-m", "pip", "install", "--quiet", *options, *files]
    _run(command, directory, f"pip could not install {' and '.join(locks)}; the log of this step says why")


def _run(command: list[str], directory: Path, otherwise: str) -> None:
    # Not in the workspace: what runs here must not find the attacker's files in its working directory.
    if subprocess.run(command, cwd=directory, check=False).returncode != 0:
        raise InstallError(otherwise)


if __name__ == "__main__":
    sys.exit(main())
