"""What an attacker writes into a name or a message comes out as text, in every format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from gate.core.model import Decision, Location, Related, Verdict
from gate.report.registry import render

from .verdicts import CONTEXT, artifact, decision, verdict

ATTACKS = [
    "\x1b[2J\x1b[31m",
    "\n::error::forged",
    "\r\n",
    "::set-output name=x::y",
    "##[add-matcher]x",
    "##vso[task.setvariable variable=x]y",
    "</details>",
    "</code><img src=x onerror=alert(1)>",
    "<!--",
    "|",
    "\\|",
    "`",
    "```",
    "[a](https://evil.example)",
    "![a](https://evil.example)",
    "https://evil.example",
    "www.evil.example",
    "@octocat",
    "#1",
    "**",
    "\u202e",
    "\u2028",
    "\udcff",
    "\ud800",
    "%0A",
    "../",
    "/etc/",
    "&lt;",
    "{0}",
    "\x00",
]
HOSTILE = st.lists(
    st.one_of(st.sampled_from(ATTACKS), st.text(st.characters(exclude_categories=()), max_size=8)), max_size=6
).map("".join)


def hostile(name: str, message: str) -> Verdict:
    """A verdict in which everything that a judged repository can influence is hostile."""
    decisions: list[Decision] = []
    for ruling in ("block", "warn", "waived"):
        place = Location(name, 3, 5, 4, f"  x{message}")
        one = decision(
            "weights/malformed",
            ruling,
            path=name,
            name=message,
            message=f"a{message}",
            fix=f"b{message}",
            location=place,
            related=(Related(name, message, 1, message),),
            evidence={message: name},
            origin=place,
        )
        decisions.append(one)
    # Beyond the blocks of their own, so that the shared listing is hostile too.
    decisions += [decisions[1]] * 4
    return verdict(
        *decisions, artifacts=(artifact(message, "model", name),), sha256={name: "ab"}, notes=(f"n{message}",)
    )


def strings(value: object) -> Iterator[str]:
    """All strings in JSON data, keys included."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


@given(HOSTILE, HOSTILE)
def test_text(name: str, message: str) -> None:
    """No escape sequence, no forged line, no workflow command."""
    text = render("text", hostile(name, message), CONTEXT)
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.count("\n") == render("text", hostile("n", "m"), CONTEXT).count("\n")
    assert not re.search(r"^\s*::|##", text, re.MULTILINE)


@given(HOSTILE, HOSTILE)
def test_json(name: str, message: str) -> None:
    """A script may echo any string of it."""
    text = render("json", hostile(name, message), CONTEXT)
    assert all(string.isprintable() for string in strings(json.loads(text)))
    assert "##" not in text


@given(HOSTILE, HOSTILE)
def test_sarif(name: str, message: str) -> None:
    """Addresses stay inside the root, messages hold no links."""
    text = render("sarif", hostile(name, message), CONTEXT)
    assert "##" not in text
    run = json.loads(text)["runs"][0]
    for result in run["results"]:
        assert all(string.isprintable() and "](" not in string for string in strings(result["message"]))
        for location in result["locations"] + result["relatedLocations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)
            assert not uri.startswith("/")
            assert ".." not in uri.split("/")


@given(HOSTILE, HOSTILE)
def test_markdown(name: str, message: str) -> None:
    """No cell, tag, link, mention or line that the report did not write."""
    text = render("markdown", hostile(name, message), CONTEXT)
    assert text.split("\n\n")[0] == "## ❌ gate: blocked"
    rows = [line for line in text.split("\n") if line.startswith(("|", "- Note"))]
    assert len(rows) == 2 + 7 + 2 + 1 + 1
    for row in rows:
        assert row.isprintable()
        assert row.count("|") in (0, 5)
        assert set(re.findall(r"<[^>]*>?", row)) <= {"<br>", "<code>", "</code>", "<!-- -->"}
        bare = row.replace("<!-- -->", "")
        assert not re.search(r"[`\\\[\]@]|https?:|www\.|#(?!\d+;)|&(?!#\d+;)", bare)


@given(HOSTILE, HOSTILE)
def test_github(name: str, message: str) -> None:
    """One command per finding, whose parts the runner gets back unchanged."""
    lines = render("github", hostile(name, message), CONTEXT).split("\n")
    assert len(lines) == 1 + 5 + 1
    for line in lines[:-1]:
        assert line.isprintable()
        command = re.fullmatch(
            r"::(error|warning) file=[^:,]*,line=3,col=5,title=weights/malformed::a(.*)%0AFix: b(.*)", line
        )
        assert command is not None
        assert command[2] == command[3]
