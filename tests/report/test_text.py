"""The terminal report: what a developer sees when the hook says no."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gate.core.model import Location, Outcome, Related
from gate.report.text import render

from .verdicts import CONTEXT, artifact, decision, everything, verdict


def test_a_finding_points_at_its_line_like_a_compiler() -> None:
    """The caret line sits below the marked columns."""
    lines = render(verdict(decision()), CONTEXT).splitlines()
    assert lines[0] == "error[integrity/digest-mismatch]: models/sign.safetensors is not the declared file"
    assert lines[1] == "   --> dbom.yaml:12:11"
    assert lines[3] == "12 |     path: models/sign.safetensors"
    assert lines[3][lines[4].index("^") : lines[4].rindex("^") + 1] == "models/sign.safetensors"


def test_the_last_line_is_one_sentence_with_the_counts() -> None:
    """A person who reads only the last line knows the outcome."""
    assert render(everything(), CONTEXT).splitlines()[-1] == (
        "gate: blocked: 2 errors, 1 undecided, 3 warnings, 1 waived, 1 adopted until 2027-01-31 "
        "in 14 files (3.2 MiB); "
        "3 of 4 artifacts have a verified checksum (75%)"
    )


def test_almost_all_verified_is_not_100_percent() -> None:
    """Percentages are rounded down."""
    artifacts = tuple(artifact(f"m{i}", "model", f"m/{i}", verified=i > 0) for i in range(1000))
    assert "999 of 1,000 artifacts have a verified checksum (99%)" in render(verdict(artifacts=artifacts), CONTEXT)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        ("pass", "gate: pass: no findings in 14 files (3.2 MiB)"),
        ("nothing-to-check", "gate: nothing to check: no file was examined"),
    ],
)
def test_without_findings_there_is_no_block(outcome: Outcome, sentence: str) -> None:
    """An empty verdict is two short lines."""
    assert render(verdict(outcome=outcome), CONTEXT).splitlines() == [
        "policy: gate:baseline; stage: pull-request",
        "",
        sentence,
    ]


def test_why_is_told_once_per_rule() -> None:
    """Two findings of one rule do not repeat the lesson."""
    text = render(verdict(decision(path="a.bin"), decision(path="b.bin")), CONTEXT)
    assert text.count("= why:") == 1
    assert text.count("= fix:") == 2


def test_many_warnings_of_one_rule_share_a_block() -> None:
    """One block with a listing of twenty lines, and how many more there are."""
    text = render(verdict(*(decision("dbom/no-license", "warn", path=f"m/{i}") for i in range(100))), CONTEXT)
    assert text.count("= fix:") == 1
    assert "warning[dbom/no-license]: an artifact has no licence, at 100 places" in text
    assert text.count("-->") == 20
    assert "... and 80 more (all are in the json report)" in text


def test_errors_are_never_dropped() -> None:
    """Each of 20,000 blocking findings has a line."""
    errors = (decision(path=f"m/{i}", message=f"file <{i}> changed") for i in range(20_000))
    text = render(verdict(*errors), CONTEXT)
    assert all(f"file <{i}> changed" in text for i in range(0, 20_000, 397))
    assert text.count("changed") == 20_000


def test_waived_and_undecided_are_called_so() -> None:
    """Neither is an error; a waived one says who waived it, one that is off is not shown."""
    text = render(everything(), CONTEXT)
    assert "undecided[gate/undecided]: " in text
    assert "waived[weights/malformed]: " in text
    assert (
        "= waived by: gate-waivers.yaml:31:11, vendor-pending, approved by @acme/ml, until 2027-02-19: the vendor "
        "exports it again in March\n" in text
    )
    assert "adopted[dbom/no-origin]: " in text
    assert "= adopted by: gate-adopted.yaml:7:11, until 2027-01-31\n" in text
    assert "suites/missing" not in text


def test_worst_first() -> None:
    """Blocking before warning, severe before mild, then by location."""
    mild = decision("integrity/line-endings-only", path="a")
    later = decision(path="c", location=Location("dbom.yaml", 30, 1))
    text = render(verdict(decision("weights/polyglot", "warn", path="b"), mild, later, decision(path="d")), CONTEXT)
    heads = [line for line in text.splitlines() if "]: " in line or "-->" in line]
    assert [head.split("]")[0].split()[-1] for head in heads] == [
        "error[integrity/digest-mismatch",
        "dbom.yaml:12:11",
        "error[integrity/digest-mismatch",
        "dbom.yaml:30:1",
        "error[integrity/line-endings-only",
        "dbom.yaml:12:11",
        "warning[weights/polyglot",
        "dbom.yaml:12:11",
    ]


def test_colour_only_where_it_is_allowed() -> None:
    """Not one escape in a log file; without the escapes both texts are the same."""
    plain, coloured = render(everything(), CONTEXT), render(everything(), CONTEXT._replace(color=True))
    assert "\x1b" not in plain
    assert "\x1b[1;31merror[integrity/digest-mismatch]\x1b[0m" in coloured


def test_a_dbom_in_one_long_line_is_cut_around_the_place() -> None:
    """The marked text is visible within the width of the terminal."""
    line = "x" * 5_000 + "models/sign.pt" + "y" * 5_000
    text = render(verdict(decision(location=Location("dbom.json", 1, 5_001, 14, line))), CONTEXT._replace(width=80))
    shown, carets = text.splitlines()[3:5]
    assert len(shown) <= 80
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "models/sign.pt"


def test_many_places_of_one_finding_are_cut() -> None:
    """A finding with 1,000 places shows twenty of them."""
    text = render(verdict(decision(related=tuple(Related(f"d/{i}") for i in range(1_000)))), CONTEXT)
    assert text.count("= in: ") == 20
    assert "... and 980 more places" in text


def test_the_hook_pays_for_no_heavy_import() -> None:
    """The text report must not bring modules that double the start-up time."""
    heavy = {"json", "dataclasses", "hashlib", "inspect", "textwrap", "urllib.parse", "difflib", "logging"}
    code = f"import sys, gate.report.registry, gate.report.text; print(sorted({heavy!r} & set(sys.modules)))"
    # -S: what an environment's own start-up files import is not the gate's doing.
    command = [sys.executable, "-S", "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert run.stdout.strip() == "[]"
