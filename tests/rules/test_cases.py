"""Every rule against its examples: a folder per rule, a YAML file per case (`cases.py` has the format)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gate.core.catalogue import all_rules
from gate.policy.packs import PACKS, load_pack
from tests.rules.cases import FOLDER, Case, cases, play
from tests.support import PROJECT, Repo

UPDATE = bool(os.environ.get("GATE_UPDATE_SNAPSHOTS"))
RULES = [rule.id for rule in all_rules()]
SOURCES = "\n".join(
    path.read_text("utf-8")
    for folder in ("change", "checks", "dvc", "formats", "inventory", "sources", "waivers")
    for path in sorted((PROJECT / "gate" / folder).rglob("*.py"))
)


@pytest.mark.parametrize("case", cases("positive"), ids=str)
def test_a_positive_case_breaks_its_rule_where_it_says(case: Case, repo: Repo, tmp_path: Path) -> None:
    played = play(case, repo, tmp_path / "report.json")
    found = [finding for finding in played.findings if finding.rule == case.rule]
    assert found, f"{case.about}\nfound only {sorted({finding.rule for finding in played.findings})}"
    if case.at:
        assert case.at in {finding.at for finding in found}
    snapshot = case.file.with_suffix(".txt")
    if UPDATE:
        snapshot.write_text(played.text, "utf-8")
    assert snapshot.exists(), "no snapshot: run GATE_UPDATE_SNAPSHOTS=1 pytest tests/rules"
    assert played.text == snapshot.read_text("utf-8")


@pytest.mark.parametrize("case", cases("negative"), ids=str)
def test_a_negative_case_does_not_break_its_rule(case: Case, repo: Repo, tmp_path: Path) -> None:
    played = play(case, repo, tmp_path / "report.json")
    assert [finding for finding in played.findings if finding.rule == case.rule] == [], case.about
    assert played.files > 0, "a case in which nothing was examined proves nothing"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_examples_a_page_a_word_in_every_pack_and_somebody_who_emits_it(rule: str) -> None:
    for side in ("positive", "negative"):
        folder = FOLDER / rule / side
        assert [*folder.glob("*.yaml"), *folder.glob("test_*.py")], f"no {side} example of {rule}"
    assert (PROJECT / "docs" / "rules" / f"{rule}.md").is_file()
    for pack in PACKS:
        assert rule in load_pack(pack).entries
    assert f'"{rule}"' in SOURCES or rule == "gate/undecided", f"nothing emits {rule}"


def test_every_folder_of_examples_belongs_to_a_rule() -> None:
    folders = {str(path.parent.relative_to(FOLDER)) for path in FOLDER.glob("*/*/*tive")}
    assert folders <= set(RULES)


def test_every_snapshot_belongs_to_a_case() -> None:
    assert [path for path in FOLDER.rglob("*.txt") if not path.with_suffix(".yaml").exists()] == []


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_speaks_of_no_rule_that_does_not_exist(pack: str) -> None:
    data = json.loads((PROJECT / "gate" / "policy" / "packs" / f"{pack}.json").read_text("utf-8"))
    assert set(data) == set(RULES)
