"""Text that is written so that a load seems to be part of a string or of a comment."""

from __future__ import annotations

import pytest

from gate.sources.interface import Site
from gate.sources.python.sites import read

LOAD = b'import torch\ntorch.hub.load_state_dict_from_url("https://files.example.org/model.pth")\n'


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(b'x = \'a\\\n"""\'\n', id="continued"),
        pytest.param(b'x = "' + b"\\" * 65 + b'""""\n', id="many backslashes"),
        pytest.param(b"# a comment\r", id="a lone carriage return"),
        pytest.param(b'x = 1\n# coding: unicode_escape\ny = "\\x22\\x22"\n', id="an encoding behind code"),
        pytest.param(b"x = '''a\\''' '''\n", id="an escaped quote"),
    ],
)
def test_a_load_behind_a_deceptive_text_is_seen(before: bytes) -> None:
    found = [site for site in read(before + LOAD + b'# """\n') if isinstance(site, Site)]
    assert [site.source.url for site in found if site.source] == ["https://files.example.org/model.pth"]


@pytest.mark.parametrize(
    "code",
    [
        "from torch.hub import load_state_dict_from_url  as \\\n  f\nf({})",
        "from torch.hub \\\n  import load_state_dict_from_url as f\nf({})",
        f"from torch.hub import ( # {'x' * 5000} )\n  load_state_dict_from_url as f)\nf({{}})",
        "import torch\ntorch.hub.load_state_dict_from_url\\\n({})",
        'import torch\nf"{{ \'""""\' }}"\ntorch.hub.load_state_dict_from_url({})',
    ],
    ids=["spaces", "continued import", "long import", "continued call", "quotes in a field"],
)
def test_a_load_that_is_oddly_written_is_seen(code: str) -> None:
    data = code.replace("{}", '"https://files.example.org/model.pth"').replace("{{", "{").replace("}}", "}")
    found = list(read(data.encode() + b"\n"))
    assert found, "neither the place, nor that it was not read"


def test_a_load_in_a_string_is_none() -> None:
    assert list(read(b'x = """\\"""\n' + LOAD + b'"""\n')) == []


def test_an_encoding_that_is_slow_to_read_is_not_used() -> None:
    found = list(read(b"# coding: punycode\n" + LOAD + b"# " + b"a" * (1 << 20) + b"-" + b"b" * (1 << 20) + b"\n"))
    assert len(found) == 1
