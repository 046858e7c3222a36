"""What a document type declares is a flaw of models and of nothing else."""

from __future__ import annotations

import pytest

from .builders import look, rules
from .fuzz import mutations, prefixes

PMML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- exported -->\n'
    '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header><Application name="JPMML" version="1.6"/></Header>'
    '<TransformationDictionary><DefineFunction name="my.scale" optype="continuous"><ParameterField name="x"/>'
    '<Apply function="+"><FieldRef field="x"/></Apply></DefineFunction></TransformationDictionary>'
    '<TreeModel functionName="regression"><Extension name="x" value="y"/><Apply function="my.scale"/></TreeModel>'
    "</PMML>"
)
IR = (
    '<?xml version="1.0"?><net name="m" version="11"><layers>'
    '<layer id="0" name="in" type="Parameter" version="opset1"/><layer id="1" name="t" type="{}" version="{}"/>'
    "</layers><edges/></net>"
)
REFERENCE, UNSCANNABLE, MALFORMED = "weights/external-reference", "weights/unscannable", "weights/malformed"


def with_type(declared: str, root: str = "PMML") -> bytes:
    return f"<?xml version='1.0'?><!DOCTYPE {declared}><{root} version='4.4'><Header/></{root}>".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_pmml_is_clean(encoding: str) -> None:
    text = PMML if "8" in encoding else PMML.replace("UTF-8", "UTF-16")
    found = look(text.encode(encoding))
    assert found[:3] == ("pmml", "weights", ())
    assert found.facts == {"version": "4.4", "producer": "JPMML 1.6", "model": "TreeModel"}


def test_namespaces_may_have_a_prefix() -> None:
    found = look(b'<p:PMML xmlns:p="http://www.dmg.org/PMML-4_4" version="4.3"/>')
    assert found[:3] == ("pmml", "weights", ())


DECLARED = {
    "an external entity": ('PMML [<!ENTITY x SYSTEM "file:///etc/passwd">]', REFERENCE),
    "a public entity": ('PMML [<!ENTITY x PUBLIC "p" "http://a.b/c">]', REFERENCE),
    "an external parameter entity": ('PMML [<!ENTITY % x SYSTEM "http://a.b/c">]', REFERENCE),
    "an unparsed entity": ('PMML [<!NOTATION n SYSTEM "n"><!ENTITY x SYSTEM "a.gif" NDATA n>]', REFERENCE),
    "an external document type": ('PMML SYSTEM "http://a.b/c.dtd"', REFERENCE),
    "a public document type": ('PMML PUBLIC "p" "http://a.b/c.dtd"', REFERENCE),
    "a type of another name": ('other SYSTEM "c.dtd"', REFERENCE),
    "growth": ('l [<!ENTITY a "aa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]', UNSCANNABLE),
    "a bracket in a value": ('l [<!ENTITY a "]><html>">]', UNSCANNABLE),
}


@pytest.mark.parametrize(("declared", "rule"), DECLARED.values(), ids=DECLARED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_declarations_of_a_model(declared: str, rule: str, encoding: str) -> None:
    data = with_type(declared).decode().encode(encoding)
    assert rules(data) == {rule}
    assert look(data).role == "weights"


@pytest.mark.parametrize("declared", [declared for declared, _ in DECLARED.values()], ids=DECLARED)
def test_declarations_of_anything_else(declared: str) -> None:
    assert look(with_type(declared, "svg"))[:3] == ("unknown", "other", ())


def test_growth_in_attributes_of_the_root_is_not_followed() -> None:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "x" * 100}">' for i in range(12))
    assert rules(f'<!DOCTYPE a [{entities}]><PMML version="&e11;"/>'.encode()) == {UNSCANNABLE}


@pytest.mark.parametrize("distance", [100, 5_000, 300_000])
def test_comments_do_not_hide_the_root(distance: int) -> None:
    comment = b"<!--" + b"x" * distance + b"-->"
    entity = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///x">]>'
    assert rules(comment + entity + b"<PMML/>") == {REFERENCE}
    assert rules(entity + comment + b"<PMML/>") == {REFERENCE}
    assert look(comment + b"<PMML/>").format == "pmml"
    assert look(comment + b"<html/>")[:3] == ("unknown", "other", ())


def test_what_is_too_much_is_not_clean() -> None:
    assert rules(b"<!--" + b"x" * 5_000_000 + b"--><PMML/>") == {UNSCANNABLE}
    assert rules(b"<PMML>" + b"<a>" * 100_001) == {UNSCANNABLE}
    assert rules(b"<PMML>" + b"".join(b"<a%d/>" % i for i in range(10_001)) + b"</PMML>") == {UNSCANNABLE}
    assert rules(b"<!-- -->" * 2_200_000 + b"<PMML/>") == {UNSCANNABLE}


def test_functions_that_are_classes() -> None:
    hostile = PMML.replace('function="my.scale"', 'function="com.evil.Gadget"')
    (flaw,) = look(hostile.encode()).flaws
    assert flaw.rule == REFERENCE
    assert "com.evil.Gadget" in flaw.message


def test_inclusion() -> None:
    assert rules(b'<PMML xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></PMML>') == {
        REFERENCE
    }


@pytest.mark.parametrize(
    ("kind", "version"),
    [("Add", "opset1"), ("Add", "opset15"), ("Gelu", "experimental"), ("StringTensorUnpack", "extension"), ("Add", "")],
)
def test_operators_of_openvino(kind: str, version: str) -> None:
    found = look(IR.format(kind, version).encode())
    assert found == ("openvino", "weights", (), {"version": "11", "layers": 2}, found.imported)


@pytest.mark.parametrize(("kind", "version"), [("Evil", "extension"), ("Add", "custom_opset"), ("Add", "opset1x")])
def test_operators_from_elsewhere(kind: str, version: str) -> None:
    (flaw,) = look(IR.format(kind, version).encode()).flaws
    assert flaw.rule == REFERENCE
    assert kind in flaw.message


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html>\n<html><body><p>unclosed<br></body></html>",
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1.dtd"><html/>',
        '<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://a/b.dtd"><plist/>',
        '<project xmlns="http://maven.apache.org/POM/4.0.0"/>',
        '<?xml version="1.0"?><rss version="2.0"><channel/></rss>',
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        '<net version="1.9"><edge id="a"/></net>',
        "<!-- a note -->\n",
        "<!-- a note -->\n# Title\nmentions <PMML version='4'>\n",
        "<!--" + "x" * 5000 + "-->\n# Title\n",
        '<?xml version="1.0"?>\n{% include "x" %}',
        '<?xml version="1.0"?>',
        "<PMML_of_mine/>",
        "<network/>",
        "< less than",
        "<",
        "<<<<<<< HEAD\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_other_text_is_nothing(text: str, encoding: str) -> None:
    assert look(text.encode(encoding))[:3] == ("unknown", "other", ())


@pytest.mark.parametrize(
    "text", ["\n<?xml version='1.0'?><PMML/>", "<?xml version='1.0' encoding='gbk'?><PMML/>", "<PMML"]
)
def test_what_cannot_be_parsed(text: str) -> None:
    assert rules(text.encode() + b" ") == {MALFORMED}


def test_damage() -> None:
    data = PMML.encode()
    for end, found in prefixes(data):
        assert found.flaws or end <= data.index(b"<PMML") + 5
    for found in mutations(data):
        assert found.format in ("pmml", "xml", "unknown")
