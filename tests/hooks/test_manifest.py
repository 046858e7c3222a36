"""What the manifest says, and what others write that names its hooks."""

from __future__ import annotations

import pytest
import yaml

from gate.scaffold import render
from tests.hooks.manifest import HOOKS, words
from tests.support import PROJECT


def test_the_hooks_are_the_two_that_gate_init_writes_and_the_docs_show() -> None:
    assert list(HOOKS) == ["gate-weights", "gate-dbom"]
    written = yaml.safe_load(render.HOOK_FILE)["repos"][0]["hooks"]
    shown = (PROJECT / "docs/hooks.md").read_text()
    for hook in HOOKS:
        assert {"id": hook} in written
        assert f"- id: {hook}" in shown


@pytest.mark.parametrize("hook", HOOKS)
def test_no_file_name_is_taken_for_an_option_and_none_is_passed_over(hook: str) -> None:
    assert words(hook)[-1] == "--"
    assert "args" not in HOOKS[hook], "what a user sets in its place would drop the `--`"
    for key in ("files", "exclude", "types_or", "exclude_types"):
        assert key not in HOOKS[hook]


def test_weights_are_regular_files_and_a_declared_path_may_have_become_anything() -> None:
    assert HOOKS["gate-weights"]["types"] == ["file"]
    assert HOOKS["gate-dbom"]["types"] == []


@pytest.mark.parametrize("hook", HOOKS)
def test_one_process_reads_all_files_and_a_commit_message_is_none_of_them(hook: str) -> None:
    assert HOOKS[hook]["require_serial"] is True
    assert "commit-msg" not in HOOKS[hook]["stages"]
    assert "pre-commit" in words(hook)
