"""The schema of facts: what checks state is in it, and it is what CEL, editors and the docs have."""

from __future__ import annotations

import json

import jsonschema
import pytest

from gate.checks.registry import CHECKS
from gate.core.facts import FACTS_OF, RECORDS, SCALARS, json_schema
from gate.dbom.model import Ancestor, Artifact, Data, Origin, Scan, Signature
from tests.facts import refuse_unknown_facts
from tests.support import PROJECT, Repo


def test_every_family_of_checks_has_its_facts() -> None:
    assert list(FACTS_OF) == list(CHECKS)


def test_every_field_has_a_type_that_is_known_and_help() -> None:
    for record, fields in RECORDS.items():
        assert len({fact.name for fact in fields}) == len(fields), record
        assert all(fact.base in {*SCALARS, *RECORDS} for fact in fields)
        assert all(fact.help.endswith(".") for fact in fields)


def test_all_that_a_dbom_declares_can_be_asked() -> None:
    declared = {"Source": Origin, "Signature": Signature, "Ancestor": Ancestor, "Scan": Scan, "Data": Data}
    for record, kind in declared.items():
        assert set(kind._fields) <= {fact.name for fact in RECORDS[record]}, record
    assert set(Artifact._fields) - {"location", "at"} <= {fact.name for fact in RECORDS["Artifact"]}


def test_the_schema_is_one_and_is_printed(repo: Repo) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    printed = json.loads(repo.gate("schema", "facts").out)
    assert printed["$defs"].keys() == RECORDS.keys()


@pytest.mark.parametrize(
    "facts",
    [{"weights": {"other": 1}}, {"weights": {"format": 1}}, {"other": {}}, {"integrity": {"size": "1"}}],
)
def test_a_fact_that_the_schema_does_not_have_is_noticed(facts: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        refuse_unknown_facts({"artifacts": [{"facts": facts}]})


def test_the_docs_have_every_field() -> None:
    text = (PROJECT / "docs" / "custom-rules.md").read_text("utf-8")
    for fields in RECORDS.values():
        assert all(f"| `{fact.name}` | `{fact.type}` |" in text for fact in fields)
