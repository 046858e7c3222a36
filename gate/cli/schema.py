"""`gate schema`: JSON Schemas, for editors and for those who read reports."""

from __future__ import annotations

import argparse
import json
from importlib import resources

from gate.core.model import Json

DOCUMENTS = ("dbom", "policy", "policy-tests", "facts", "waivers", "adopted", "report", "drill", "fleet")
FILES = {
    "report": ("gate.report", "report-1.schema.json"),
    "drill": ("gate.drill", "drill-1.schema.json"),
    "fleet": ("gate.fleet", "fleet-1.schema.json"),
}
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `gate schema`."""
    parser.add_argument("document", choices=DOCUMENTS, metavar="DOCUMENT", help=" or ".join(DOCUMENTS))


def run(arguments: argparse.Namespace) -> int:
    """Prints the schema."""
    if file := FILES.get(arguments.document):
        print(resources.files(file[0]).joinpath(file[1]).read_text("utf-8"), end="")
        return 0
    print(json.dumps(document_schema(arguments.document), indent=2))
    return 0


def document_schema(document: str) -> dict[str, Json]:
    """The JSON Schema of one of `DOCUMENTS` that is not in `FILES`."""
    from gate.core.facts import json_schema
    from gate.dbom.schema import DBOM
    from gate.policy.schema import POLICY
    from gate.policy.testing.schema import CASE_FILE
    from gate.waivers.schema import ADOPTED, WAIVERS

    titles = {
        "dbom": "Data Bill of Materials of gate",
        "policy": "Policy of gate",
        "policy-tests": "Tests of a policy of gate",
        "facts": "What custom rules of gate are about",
        "waivers": "Waivers of gate",
        "adopted": "Findings that were there when gate was adopted",
    }
    bodies = {
        "dbom": DBOM.schema,
        "policy": POLICY.schema,
        "policy-tests": CASE_FILE.schema,
        "facts": json_schema,
        "waivers": WAIVERS.schema,
        "adopted": ADOPTED.schema,
    }
    return {"$schema": DRAFT, "title": titles[document], **bodies[document]()}
