"""A fleet of 20 repositories: some pass, some are wrong, some cannot be had, and one attacks the others."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import PICKLE, WEIGHTS, sha256

CANARY = "ran"
"""A file that something leaves in the directory of the fleet if it is ever run."""


def declared(root: Path, name: str = "net", content: bytes = WEIGHTS, digest: str = "") -> None:
    """A repository with one model."""
    (root / "models").mkdir(parents=True)
    (root / "models" / f"{name}.safetensors").write_bytes(content)
    (root / "dbom.yaml").write_text(
        f"dbom: 1\nproject: {root.name}\nmodels:\n  - name: {name}\n    path: models/{name}.safetensors\n"
        f"    sha256: {digest or sha256(content)}\n"
    )


def pickled(root: Path) -> None:
    declared(root)
    (root / "models" / "old.pkl").write_bytes(PICKLE)


def hostile(root: Path) -> None:
    """Everything that a repository may hope to have run or read."""
    canary = root.parent / CANARY
    code = f"open({str(canary)!r}, 'w').close()\n"
    declared(root)
    git = root / ".git"
    subprocess.run(["git", "init", "-q", root], check=True)
    script = git / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch '{canary}'\n")
    script.chmod(0o755)
    (git / "hooks").mkdir(exist_ok=True)
    for hook in ("post-checkout", "pre-commit", "post-index-change", "fsmonitor-watchman"):
        (git / "hooks" / hook).write_text(script.read_text())
        (git / "hooks" / hook).chmod(0o755)
    with open(git / "config", "a") as config:
        config.write(f'[core]\n\tfsmonitor = {script}\n\tpager = {script}\n[filter "x"]\n\tclean = {script}\n')
        config.write(f"\tsmudge = {script}\n[alias]\n\tls-files = !{script}\n")
    (root / ".gitattributes").write_text("* filter=x diff=x\n")
    for name in ("gate.py", "sitecustomize.py", "json.py", "yaml.py", "conftest.py", "gate/__init__.py"):
        file = root / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(code)
    evil = b"cos\nsystem\n(S'touch " + os.fsencode(canary) + b"'\ntR."
    (root / "models" / "evil.pkl").write_bytes(evil)
    os.symlink("/etc", root / "models" / "link")
    with open(root / "dbom.yaml", "a") as dbom:
        dbom.write(f"  - name: link\n    path: models/link\n    sha256: {'0' * 64}\n")
    (root / "<img src=x onerror=alert(1)>.pkl").write_bytes(PICKLE)
    (root / "gate-policy.yaml").write_text(
        "policy: 1\nname: \"<script>document.title='run'</script>\"\nextends: [gate:research]\n"
        "cache_roots: [/etc, '~/']\nrules:\n"
        "  weights/pickle-format: {enforce: off}\n  integrity/symlink: {enforce: off}\n"
        "  weights/unsafe-pickle: {enforce: off}\n  gate/undecided: {enforce: off}\n"
        "pickles: {allow: [os.system, posix.system]}\n"
    )


def huge(root: Path) -> None:
    """A DBOM of 5,000 artifacts that are not there."""
    root.mkdir()
    entries = "".join(
        f"  - name: m{n}\n    path: models/{n}.safetensors\n    sha256: {'0' * 64}\n" for n in range(5000)
    )
    (root / "dbom.yaml").write_text(f"dbom: 1\nproject: huge\nmodels:\n{entries}")


def broken(root: Path) -> None:
    root.mkdir()
    (root / "dbom.yaml").write_text("dbom: 1\nproject: broken\nmodels:\n  - nme: x\n")


def undeclared(root: Path) -> None:
    root.mkdir()
    (root / "w.safetensors").write_bytes(WEIGHTS)


def committed(root: Path, make: Callable[[Path], None] = declared) -> None:
    make(root)
    subprocess.run(["git", "init", "-q", root], check=True)
    subprocess.run(["git", "-C", root, "add", "-A"], check=True)
    subprocess.run(["git", "-C", root, "commit", "-qm", "all"], check=True)


LOCAL: dict[str, Callable[[Path], None]] = {
    **{f"passing-{n}": declared for n in range(8)},
    "changed": lambda root: declared(root, digest="0" * 64),
    "pickled": pickled,
    "undeclared": undeclared,
    "malformed": lambda root: declared(root, content=b"\x10" + bytes(7) + b"{}"),
    "broken": broken,
    "huge": huge,
    "hostile": hostile,
    "empty": lambda root: root.mkdir(),
    "fetched": committed,
}
OUTCOMES = {
    **{f"passing-{n}": "pass" for n in range(8)},
    "changed": "blocked",
    "pickled": "blocked",
    "undeclared": "pass",
    "malformed": "blocked",
    "broken": "undecided",
    "huge": "blocked",
    "hostile": "blocked",
    "empty": "nothing-to-check",
    "fetched": "pass",
    "gone": "undecided",
    "unreachable": "undecided",
    "asks": "undecided",
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory with all of them and a `list` of 20 lines."""
    top = tmp_path_factory.mktemp("fleet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        for who in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{who}_NAME", "Test")
            patch.setenv(f"GIT_{who}_EMAIL", "test@example.org")
        for name, make in LOCAL.items():
            make(top / name)
    lines = [name for name in LOCAL if name != "fetched"]
    lines += [f"file://{top}/fetched", "gone", f"file://{top}/unreachable.git", "git@127.0.0.1:acme/asks.git"]
    (top / "list").write_text("# all of acme\n" + "\n".join(lines) + "\n")
    assert len(lines) == 20
    return top
