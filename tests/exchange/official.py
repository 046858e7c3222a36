"""Judges exports by the schemas and libraries of those who define the formats; runs where these are installed.

usage: python official.py FORMAT FILE...; prints what is wrong, a line each. Formats of URIs and dates are not checked
for CycloneDX: that takes its library longer than everything else.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path


def cyclonedx(document: str) -> Iterator[str]:
    """By the schemas that come with the library, and a validator in Rust: others compare components in pairs."""
    import cyclonedx.schema
    import jsonschema_rs

    def schema(name: str) -> dict[str, object]:
        text = (Path(cyclonedx.schema.__file__).parent / "_res" / f"{name}.SNAPSHOT.schema.json").read_text("utf-8")
        return json.loads(text)  # type: ignore[no-any-return]

    names = ("spdx", "jsf-0.82", "cryptography-defs")
    parts = [(f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", schema(name)) for name in names]
    validator = jsonschema_rs.Draft7Validator(schema("bom-1.6"), registry=jsonschema_rs.Registry(parts))
    for error in validator.iter_errors(json.loads(document)):
        yield f"{list(error.instance_path)}: {error.message[:300]}"


def spdx(document: str) -> Iterator[str]:
    """Reading checks every type, writing also what must be there."""
    import io

    from spdx_python_model import v3_0_1

    found = v3_0_1.SHACLObjectSet()
    v3_0_1.JSONLDDeserializer().deserialize_data(json.loads(document), found)
    v3_0_1.JSONLDSerializer().write(found, io.BytesIO())
    if not found.objects:
        yield "no elements"
    yield from (f"{missing} is named and not there" for missing in found.missing_ids if "spdx.org" not in str(missing))


def croissant(document: str) -> Iterator[str]:
    import mlcroissant

    logging.disable(logging.CRITICAL)
    yield from mlcroissant.Dataset(jsonld=json.loads(document)).metadata.ctx.issues.errors


def in_toto(document: str) -> Iterator[str]:
    from google.protobuf import json_format
    from in_toto_attestation.v1 import statement_pb2
    from in_toto_attestation.v1.statement import Statement

    Statement.copy_from_pb(json_format.Parse(document, statement_pb2.Statement())).validate()
    predicate = json.loads(document)["predicate"]
    yield from cyclonedx(json.dumps(predicate))


if __name__ == "__main__":
    judge = {"cyclonedx": cyclonedx, "spdx": spdx, "croissant": croissant, "in-toto": in_toto}[sys.argv[1]]
    for name in sys.argv[2:]:
        for problem in judge(Path(name).read_text("utf-8")):
            print(f"{name}: {problem}")
