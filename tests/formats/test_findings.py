"""Limits on flaws: whatever is reported in part, no rule is pushed out by another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gate.formats.findings import FLAWS, Findings, bounded
from gate.formats.interface import Flaw

from .builders import HOSTILE, rules, tarred, zipped
from .test_gguf import TENSORS, W

HARMLESS = b"\x80\x02ccollections\nOrderedDict\n)R."


def test_each_rule_has_a_limit_of_its_own_and_what_is_beyond_is_counted() -> None:
    many = [Flaw("weights/pickle-format", str(number)) for number in range(FLAWS + 5)]
    found = bounded([*many, Flaw("weights/unsafe-pickle", "x")])
    assert found[FLAWS:] == (Flaw("weights/unsafe-pickle", "x"), Flaw("weights/pickle-format", "and 5 more findings"))


def test_the_same_finding_is_one_flaw_that_says_how_often() -> None:
    findings = Findings()
    for offset in (7, 8):
        findings.add("weights/malformed", "odd", offset)
    for member in ("a", "b", "c"):
        findings.add("weights/embedded-code", "code", member=member)
    assert findings.flaws() == (
        Flaw("weights/malformed", "odd (2 times)", 7),
        Flaw("weights/embedded-code", "code (and in 2 more members)", None, "a"),
    )


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_many_harmless_members_do_not_push_out_another(pack: Callable[[dict[str, bytes]], bytes]) -> None:
    members = {f"{number:03}": HARMLESS for number in range(400)}
    assert "weights/unsafe-pickle" in rules(pack({**members, "hostile": HOSTILE}))


def test_unknown_filters_do_not_push_out_what_is_harmful_in_any_template() -> None:
    text = "{% for message in messages %}" + "".join(f"{{{{ message['role']|f{n} }}}}" for n in range(100))
    assert rules(text.encode() + b"{% endfor %}") == set()
    assert "weights/embedded-code" in rules(text.encode() + b"{{ message.__class__.__mro__ }}{% endfor %}")


def test_a_bad_template_does_not_hide_what_follows_the_tensors() -> None:
    template = W.string("tokenizer.chat_template", "{{ x.__class__ }}")
    assert rules(W.file([template], TENSORS, bytes(32 + 18) + b"extra")) == {
        "weights/embedded-code",
        "weights/malformed",
    }
