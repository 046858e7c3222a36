"""Annotations: what the runner of GitHub Actions makes of standard output."""

from __future__ import annotations

from gate.report.github import render

from .verdicts import CONTEXT, decision, everything, verdict


def test_an_annotation_names_file_line_column_and_rule() -> None:
    """Exactly one line, as the runner parses it."""
    assert render(verdict(decision(message="100% other: a, b", fix="")), CONTEXT) == (
        "::error file=dbom.yaml,line=12,col=11,title=integrity/digest-mismatch::100%25 other: a, b\n"
    )


def test_properties_are_escaped() -> None:
    """A colon or a comma in a file name must not end the property."""
    odd = decision()
    finding = odd.finding._replace(location=odd.finding.location._replace(path="a:b,c%d.yaml", line=0, column=0))
    line = render(verdict(odd._replace(finding=finding)), CONTEXT)
    assert line.startswith("::error file=a%3Ab%2Cc%25d.yaml,title=integrity/digest-mismatch::")


def test_waived_and_off_are_silent() -> None:
    """Three blocking and three warning findings of the eight."""
    lines = render(everything(), CONTEXT).splitlines()
    assert [line.split()[0] for line in lines] == ["::error"] * 3 + ["::warning"] * 3
    assert not any("weights/malformed" in line or "suites/missing" in line for line in lines)


def test_no_findings_no_output() -> None:
    """Nothing but annotations is ever written."""
    assert render(verdict(), CONTEXT) == ""


def test_ten_are_ten() -> None:
    """At the limit no annotation is spent on counting."""
    lines = render(verdict(*(decision(path=f"m/{i}") for i in range(10))), CONTEXT).splitlines()
    assert len(lines) == 10
    assert all("file=" in line for line in lines)


def test_20_000_findings_are_twenty_lines() -> None:
    """The last of each kind says how many there are besides."""
    many = [decision(path=f"m/{i}") for i in range(15_000)]
    many += [decision("dbom/no-license", "warn", path=f"m/{i}") for i in range(5_000)]
    lines = render(verdict(*many), CONTEXT).splitlines()
    assert len(lines) == 20
    assert lines[9].startswith("::error title=gate::14,991 more errors: ")
    assert lines[19].startswith("::warning title=gate::4,991 more warnings: ")
