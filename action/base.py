"""Finds the commit that a change is compared with, and fetches it where the checkout is shallow.

Runs as `python3 -I` in the workspace. The output `base` is a commit, or what was asked for where no commit can be
had: `gate check --base` then ends undecided. It is empty only where there is no change to judge.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping

UNKNOWN = "the-base-of-the-pull-request"
"""Names no commit: the event is a pull request and does not say on what."""

TIMEOUT = 900
"""Seconds for one call of git."""

STEPS = ("--deepen=100", "--unshallow")
"""How a shallow history is made longer until it says for certain where the change left the base."""

GIT = (
    "git",
    "--no-replace-objects",
    # Nothing that the work tree's own configuration may name is executed.
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never"),
    *("-c", "credential.helper=", "-c", "gc.auto=0", "-c", "maintenance.auto=false"),
    *("-c", "safe.directory=*"),  # in a container the checkout belongs to another user
)


def main() -> int:
    """Writes the output `base`."""
    wanted = wanted_base(os.environ)
    base = Checkout(os.environ).bring(wanted) if wanted else ""
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as output:
        delimiter = base64.b32encode(os.urandom(20)).decode()
        output.write(f"base<<{delimiter}\n{base}\n{delimiter}\n")
    return 0


def wanted_base(environment: Mapping[str, str]) -> str:
    """What the input says, else the event; empty where nothing was changed against anything."""
    chosen = environment.get("GATE_BASE", "").strip() or "auto"
    if chosen != "auto":
        return "" if chosen == "none" else chosen
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    commit = _get(event, "pull_request", "base", "sha") or _get(event, "merge_group", "base_sha")
    if commit:
        return commit
    if branch := environment.get("GITHUB_BASE_REF"):
        return f"refs/heads/{branch}"
    name = environment.get("GITHUB_EVENT_NAME", "")
    return UNKNOWN if name.startswith("pull_request") or name == "merge_group" else ""


def _event(path: str) -> object:
    try:
        with open(path, encoding="utf-8") as file:
            event: object = json.load(file)
    except (OSError, ValueError):
        return None
    return event


def _get(value: object, *keys: str) -> str:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


class Checkout:
    """The repository of the workspace, and the server that it came from."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._root = environment.get("GATE_ROOT") or "."
        server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
        # Not "origin": what the checkout's configuration names need not be the repository of the pull request.
        self._remote = f"{server}/{repository}" if server and repository else "origin"
        self._environment = {**environment, "GIT_TERMINAL_PROMPT": "0"}
        self._environment.pop("GATE_TOKEN", None)
        if token := environment.get("GATE_TOKEN", ""):
            self._environment.update(_authorization(server, token))

    def bring(self, wanted: str) -> str:
        """The commit `wanted`, with the history that its merge base needs; `wanted` itself where it cannot be had."""
        if wanted.startswith("-"):
            return wanted
        commit = self._resolve(wanted)
        if commit and self._is_certain(commit):
            return commit
        source = wanted if _is_commit(wanted) else _branch(wanted)
        head = self._resolve("HEAD")
        if source is None or head is None:
            return wanted
        for depth in STEPS if self._is_shallow() else ("--no-auto-gc",):
            # The last step needs no head, which the server may not give out any more once it was pushed over.
            tips = [source, head] if depth.startswith("--deepen") else [source]
            if not self._fetch(depth, tips):
                continue
            commit = wanted if _is_commit(wanted) else self._resolve("FETCH_HEAD")
            if commit and self._is_certain(commit):
                return commit
            if not self._is_shallow():
                break
        return wanted

    def _resolve(self, revision: str) -> str | None:
        return self._git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") or None

    def _is_certain(self, commit: str) -> bool:
        """Whether the merge base of the head and `commit` is the true one.

        What is cut off a shallow history can only hide a later merge base, and the author of a change could arrange
        for it: a short way to an old commit, and a long one to where the branch began. So what counts there is a
        base that the head contains, as a merge commit of the platform does; anything else needs the whole history.
        """
        if self._git("merge-base", "--is-ancestor", commit, "HEAD") is not None:
            return True
        return not self._is_shallow() and bool(self._git("merge-base", "HEAD", commit))

    def _is_shallow(self) -> bool:
        return self._git("rev-parse", "--is-shallow-repository") == "true"

    def _fetch(self, depth: str, refs: list[str]) -> bool:
        options = ["--quiet", "--no-tags", "--no-recurse-submodules", depth]
        return self._git("fetch", *options, self._remote, *refs, show_errors=True) is not None

    def _git(self, *arguments: str, show_errors: bool = False) -> str | None:
        """What git prints, None where it fails."""
        with tempfile.TemporaryFile() as errors:
            try:
                command = [*GIT, "-C", self._root, *arguments]
                done = subprocess.run(
                    command, env=self._environment, timeout=TIMEOUT, stdout=subprocess.PIPE, stderr=errors, check=False
                )
            except (OSError, subprocess.TimeoutExpired, ValueError):
                return None
            if done.returncode == 0:
                return os.fsdecode(done.stdout).strip()
            if show_errors:
                errors.seek(0)
                _log(errors.read(2000).decode("utf-8", "replace"))
        return None


def _is_commit(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text) is not None


def _branch(text: str) -> str | None:
    """The full name of a branch to ask the server for; None for what no branch is called."""
    if re.search(r"[\s\\:^~?*\[\x00-\x1f\x7f]", text):
        return None
    return text if text.startswith("refs/") else f"refs/heads/{text}"


def _authorization(server: str, token: str) -> dict[str, str]:
    """Configuration for git that sends the token to `server` and to nobody else.

    Through the environment, where other users of the machine do not see it. The empty value comes first, for it
    drops the header that actions/checkout may have kept: the server refuses two of them.
    """
    key = f"http.{server}/.extraheader"
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    values = ["", f"AUTHORIZATION: basic {basic}"]
    configuration = {"GIT_CONFIG_COUNT": str(len(values))}
    for number, value in enumerate(values):
        configuration |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return configuration


def _log(text: str) -> None:
    """Lines of a server, with a prefix: one that begins with "::" would be a command to the runner."""
    for line in text.splitlines():
        print(f"git: {line.replace('##', '# #')}")


if __name__ == "__main__":
    sys.exit(main())
