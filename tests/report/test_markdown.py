"""The step summary."""

from __future__ import annotations

from gate.report.markdown import render

from .verdicts import CONTEXT, artifact, decision, everything, verdict


def test_headline_counts_and_tables() -> None:
    """The outcome is in the first line, and every finding but those that are off has a row."""
    text = render(everything(), CONTEXT)
    counts = "2 errors, 1 undecided, 3 warnings, 1 waived, 1 adopted until 2027-01-31 in 14 files (3.2 MiB); "
    assert text.startswith(f"## ❌ gate: blocked\n\n{counts}")
    assert text.count("| **error** |") == 2
    assert "| **waived** | <code>weights/malformed</code>" in text
    assert "suites/missing" not in text
    assert "| <code>sign-classifier</code> | model | <code>models/sign&#46;safetensors</code> | **no** |" in text


def test_each_rule_is_explained_once() -> None:
    """Why and fix are behind a fold; a policy's custom rule has no page to link to."""
    text = render(everything(), CONTEXT)
    assert text.count("<details>") == text.count("</details>") == 7
    assert "docs/rules/weights/pickle-format.md)" in text
    assert "docs/rules/acme" not in text


def test_empty() -> None:
    """No empty tables."""
    assert render(verdict(outcome="nothing-to-check"), CONTEXT) == (
        "## ⚪ gate: nothing to check\n\nNo file was examined.\n\n"
        "Policy: <code>gate&#58;baseline</code>; stage: pull-request.\n\n<sub>gate 0&#46;1&#46;0</sub>\n"
    )


def test_20_000_findings_fit_and_say_what_is_missing() -> None:
    """GitHub drops a summary that is too long, so the report is cut before."""
    long = "é" * 500
    text = render(
        verdict(
            *(decision(path=f"{long}/{i}", message=long) for i in range(20_000)),
            artifacts=tuple(artifact(f"{long}{i}", "model", long) for i in range(20_000)),
            notes=tuple(long for _ in range(1_000)),
        ),
        CONTEXT,
    )
    assert len(text.encode()) < 1_000_000
    for noun in ("findings", "artifacts", "notes"):
        assert f" more {noun} did not fit into this summary; the json report has all of them." in text
