"""CODEOWNERS as GitHub reads it: the examples of its documentation, and what is easily got wrong."""

from __future__ import annotations

import pytest

from gate.waivers.codeowners import owners


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*", "gate-waivers.yaml", True),
        ("*", "ml/gate-waivers.yaml", True),
        ("*.yaml", "ml/gate-waivers.yaml", True),
        ("*.yml", "gate-waivers.yaml", False),
        ("gate-waivers.yaml", "ml/deep/gate-waivers.yaml", True),
        ("/gate-waivers.yaml", "gate-waivers.yaml", True),
        ("/gate-waivers.yaml", "ml/gate-waivers.yaml", False),
        ("gate-waivers.yam", "gate-waivers.yaml", False),
        ("Gate-Waivers.yaml", "gate-waivers.yaml", False),
        ("/ml/", "ml/deep/gate-waivers.yaml", True),
        ("ml/", "a/ml/gate-waivers.yaml", True),
        ("/ml/", "a/ml/gate-waivers.yaml", False),
        ("gate-waivers.yaml/", "gate-waivers.yaml", False),
        ("ml/*", "ml/gate-waivers.yaml", True),
        ("ml/*", "ml/deep/gate-waivers.yaml", False),
        ("ml/*", "a/ml/gate-waivers.yaml", False),
        ("/*", "gate-waivers.yaml", True),
        ("/*", "ml/gate-waivers.yaml", False),
        ("ml/**", "ml/deep/gate-waivers.yaml", True),
        ("**/deep", "ml/deep/gate-waivers.yaml", True),
        ("/ml/**/gate-waivers.yaml", "ml/a/b/gate-waivers.yaml", True),
        ("/ml/**/gate-waivers.yaml", "ml/gate-waivers.yaml", True),
        ("ml", "ml/gate-waivers.yaml", True),
        ("/ml", "ml/deep/gate-waivers.yaml", True),
        ("m?", "ml/gate-waivers.yaml", True),
        ("gate-waivers.yam?", "gate-waivers.yaml", True),
        ("[g]ate-waivers.yaml", "gate-waivers.yaml", False),
        ("!gate-waivers.yaml", "gate-waivers.yaml", False),
        ("my\\ dir/", "my dir/gate-waivers.yaml", True),
        ("gate\\*", "gate-waivers.yaml", False),
        ("/", "gate-waivers.yaml", False),
    ],
)
def test_a_pattern(pattern: str, path: str, matches: bool) -> None:
    assert owners(f"{pattern} @alice\n", path) == (("@alice",) if matches else ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("* @alice\n*.yaml @bob\n", ("@bob",)),
        ("*.yaml @bob\n* @alice\n", ("@alice",)),
        ("* @alice\n*.yaml\n", ()),
        ("* @alice\n*.yaml # nobody\n", ()),
        ("* @alice # @bob\n", ("@alice",)),
        ("# * @alice\n", ()),
        ("* @Alice @Acme/ML mail@Example.org\n", ("@alice", "@acme/ml", "mail@example.org")),
        ("* @alice\r\n\r\n", ("@alice",)),
        ("* @alice\n!*.yaml @bob\n[a-z]* @carol\n", ("@alice",)),
        ("  *\t@alice  @bob\n", ("@alice", "@bob")),
        ("* @alice\u2028*.yaml @bob\n", ()),
        ("* @alice\n*.yaml bob\n", ("@alice",)),
        ("", ()),
    ],
)
def test_the_last_line_that_matches_wins(text: str, expected: tuple[str, ...]) -> None:
    assert owners(text, "gate-waivers.yaml") == expected


def test_a_hostile_file_ends_soon() -> None:
    assert owners("*" * 2_000_000 + " @alice\n" + "?*" * 400_000 + "x @bob\n", "gate-waivers.yaml") == ("@alice",)
