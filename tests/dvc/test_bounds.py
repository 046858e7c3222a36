"""What takes too long to be worked out is told, and hides nothing."""

from __future__ import annotations

from pathlib import Path

from gate.core.model import Location
from gate.dvc.circles import circles
from gate.dvc.ignored import Ignored
from gate.dvc.interface import Step


def test_paths_that_lie_in_each_other() -> None:
    deep = ["/".join("a" * n) for n in range(1, 1_000)]
    needs = {path: Location("dvc.yaml", 1) for path in deep}
    makes = frozenset(f"{deep[-1]}/{n}" for n in range(1_000))
    found = list(circles([Step("one", "dvc.yaml", needs, frozenset()), Step("two", "dvc.yaml", {}, makes)]))
    assert ["too many paths" in flaw.message for flaw in found] == [True]


def test_patterns_that_take_too_long_hide_nothing(tmp_path: Path) -> None:
    (tmp_path / ".dvcignore").write_text("*.bin\n" + "**/b*c*d\n" * 900)
    files = {f"{n}{'b' * 100}.bin": "" for n in range(400)}
    ignored = Ignored(str(tmp_path), "", "data")
    assert ignored.counted(files, ()) == files
    assert not ignored.is_understood


def test_a_line_ends_where_dvc_ends_it(tmp_path: Path) -> None:
    (tmp_path / ".dvcignore").write_text("# a comment\u2028*.bin\n")
    assert not Ignored(str(tmp_path), "", "data").hides("model.bin")
