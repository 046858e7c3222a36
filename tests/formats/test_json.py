"""JSON is what its keys say, however they are spelt; what has none of them is none of a gate's business."""

from __future__ import annotations

import json

import pytest

from gate.formats.config import reader

from .builders import look, rules

HOSTILE = {
    "huggingface": {"chat_template": "{{ x.__class__ }}"},
    "keras": {"class_name": "Evil", "module": "evil", "config": {}, "registered_name": "evil>Evil"},
    "zarr": {"zarr_format": 2, "filters": [{"id": "pickle"}]},
    "skops": {"__loader__": "TypeNode", "__class__": "system", "__module__": "os"},
}


def escaped(text: str, digits: str = "04x") -> str:
    """`text` with every letter of its keys and values written as an escape."""
    return "".join(f"\\u{ord(c):{digits}}" if c.isalpha() or c == "_" else c for c in text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("digits", ["04x", "04X"])
@pytest.mark.parametrize(("form", "document"), HOSTILE.items(), ids=HOSTILE)
def test_escapes_hide_no_key(form: str, document: object, digits: str, encoding: str) -> None:
    plain = look(json.dumps(document).encode())
    assert (plain.format, len(plain.flaws)) == (form, 1)
    text = json.dumps(document)
    for key in ("chat_template", "class_name", "config", "zarr_format", "__loader__"):
        text = text.replace(f'"{key}"', f'"{escaped(key, digits)}"')
    assert look(text.encode(encoding))[:3] == plain[:3]


@pytest.mark.parametrize("blanks", range(0, 200, 7))
def test_no_key_is_lost_between_two_windows(blanks: int) -> None:
    key = '"' + escaped("chat_template") + '"'
    text = '{"x": "' + " " * (reader.WINDOW - blanks) + '", ' + key + ': "{{ x.__class__ }}"}'
    assert rules(text.encode()) == {"weights/embedded-code"}


@pytest.mark.parametrize(
    "text",
    [
        r'{"text": "\u003cb\u003e \u0041"}',
        r'{"text": "\u003cb\u003e", /* with a comment */ "a": 1}',
        r'{"a": "\u0041", "a": 2}',
        '{"annotations": [{"class_name": "car", "box": [1, 2, 3, 4]}]}',
    ],
)
def test_other_documents_are_nothing(text: str) -> None:
    assert look(text.encode())[:3] == ("unknown", "other", ())


def test_what_is_too_large_to_be_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LIMIT", 10_000)
    line = json.dumps({"class_name": "car", "config": {}, "text": "the quick brown fox " * 10}) + "\n"
    assert look((line * 100).encode())[:3] == ("unknown", "other", ())
    assert rules(f'{{"layers": [{line * 1}{(", " + line) * 100}]}}'.encode()) == {"weights/unscannable"}
    assert rules((line.strip() + "\n" * 20_000).encode()) == {"weights/unscannable"}
