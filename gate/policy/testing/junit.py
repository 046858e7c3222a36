"""Policy tests as JUnit XML, the form that CI systems show: a suite for each file, a case for each case.

There is no standard; the attributes are those that Jenkins, GitLab and GitHub's reporters read alike.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from gate.core.text import printable
from gate.policy.testing.model import CaseFile, Played


def render(results: Sequence[tuple[CaseFile, Sequence[Played]]]) -> str:
    """The document; every text is made printable, for XML has no control characters."""
    root = ET.Element("testsuites", _counts("gate policy test", [one for _, played in results for one in played]))
    for file, played in results:
        name = printable(file.name)
        suite = ET.SubElement(root, "testsuite", _counts(name, played))
        for one in played:
            line = str(one.case.location.line)
            case = ET.SubElement(suite, "testcase", name=printable(one.case.name), classname=name, file=name, line=line)
            if one.differences:
                told = [printable(f"{difference.location}: {difference.message}") for difference in one.differences]
                ET.SubElement(case, "failure", message=told[0]).text = "\n".join(told)
    ET.indent(root)
    text: str = ET.tostring(root, encoding="utf-8", xml_declaration=True).decode()
    return text + "\n"


def _counts(name: str, played: Sequence[Played]) -> dict[str, str]:
    failures = sum(bool(one.differences) for one in played)
    return {"name": name, "tests": str(len(played)), "failures": str(failures)}
