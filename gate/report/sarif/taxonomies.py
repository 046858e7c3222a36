"""The taxonomies that the catalogue refers to, and the names of their entries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypedDict

from gate.core.catalogue import Rule


class Taxonomy(NamedTuple):
    """A published list of weaknesses or attacks; `pages` is the address of an entry with `{}` for its id."""

    name: str
    version: str
    organization: str
    description: str
    home: str
    pages: str
    entries: dict[str, str]


class Component(TypedDict):
    """A SARIF `toolComponent` that holds a taxonomy."""

    name: str
    version: str
    organization: str
    informationUri: str
    shortDescription: dict[str, str]
    isComprehensive: bool
    taxa: list[dict[str, object]]


CWE = Taxonomy(
    "CWE",
    "4.18",
    "MITRE",
    "The MITRE Common Weakness Enumeration.",
    "https://cwe.mitre.org/",
    "https://cwe.mitre.org/data/definitions/{}.html",
    {
        "CWE-20": "Improper Input Validation",
        "CWE-22": "Improper Limitation of a Pathname to a Restricted Directory",
        "CWE-59": "Improper Link Resolution Before File Access",
        "CWE-73": "External Control of File Name or Path",
        "CWE-94": "Improper Control of Generation of Code ('Code Injection')",
        "CWE-176": "Improper Handling of Unicode Encoding",
        "CWE-178": "Improper Handling of Case Sensitivity",
        "CWE-294": "Authentication Bypass by Capture-replay",
        "CWE-295": "Improper Certificate Validation",
        "CWE-299": "Improper Check for Certificate Revocation",
        "CWE-319": "Cleartext Transmission of Sensitive Information",
        "CWE-324": "Use of a Key Past its Expiration Date",
        "CWE-345": "Insufficient Verification of Data Authenticity",
        "CWE-347": "Improper Verification of Cryptographic Signature",
        "CWE-353": "Missing Support for Integrity Check",
        "CWE-354": "Improper Validation of Integrity Check Value",
        "CWE-367": "Time-of-check Time-of-use Race Condition",
        "CWE-434": "Unrestricted Upload of File with Dangerous Type",
        "CWE-494": "Download of Code Without Integrity Check",
        "CWE-502": "Deserialization of Untrusted Data",
        "CWE-506": "Embedded Malicious Code",
        "CWE-636": "Not Failing Securely",
        "CWE-654": "Reliance on a Single Factor in a Security Decision",
        "CWE-829": "Inclusion of Functionality from Untrusted Control Sphere",
        "CWE-1357": "Reliance on Insufficiently Trustworthy Component",
    },
)

ATLAS = Taxonomy(
    "MITRE ATLAS",
    "5.6.0",
    "MITRE",
    "Adversarial Threat Landscape for Artificial-Intelligence Systems.",
    "https://atlas.mitre.org/",
    "https://atlas.mitre.org/techniques/{}",
    {
        "AML.T0010": "AI Supply Chain Compromise",
        "AML.T0010.002": "AI Supply Chain Compromise: Data",
        "AML.T0010.003": "AI Supply Chain Compromise: Model",
        "AML.T0011.000": "User Execution: Unsafe AI Artifacts",
        "AML.T0018": "Manipulate AI Model",
        "AML.T0019": "Publish Poisoned Datasets",
        "AML.T0020": "Poison Training Data",
        "AML.T0043.004": "Craft Adversarial Data: Insert Backdoor Trigger",
        "AML.T0058": "Publish Poisoned Models",
        "AML.T0059": "Erode Dataset Integrity",
    },
)

OWASP = Taxonomy(
    "OWASP LLM",
    "2025",
    "OWASP",
    "The OWASP Top 10 for Large Language Model Applications.",
    "https://genai.owasp.org/llm-top-10/",
    "https://genai.owasp.org/llm-top-10/",
    {"LLM03:2025": "Supply Chain", "LLM04:2025": "Data and Model Poisoning"},
)

TAXONOMIES: dict[str, Taxonomy] = {taxonomy.name: taxonomy for taxonomy in (CWE, ATLAS, OWASP)}


def _ids(rule: Rule) -> tuple[tuple[Taxonomy, tuple[str, ...]], ...]:
    return (CWE, rule.cwe), (ATLAS, rule.atlas), (OWASP, rule.owasp)


def reference(taxonomy: Taxonomy) -> dict[str, object]:
    """How rules and the driver refer to a taxonomy of the run."""
    return {"name": taxonomy.name}


def relationships(rule: Rule) -> list[dict[str, object]]:
    """The taxa that a rule is about."""
    return [
        {"target": {"id": taxon, "toolComponent": reference(taxonomy)}, "kinds": ["relevant"]}
        for taxonomy, taxa in _ids(rule)
        for taxon in taxa
    ]


def used(rules: Iterable[Rule]) -> list[Component]:
    """The taxonomies of the rules, each with no more taxa than the rules name."""
    taxa: dict[str, set[str]] = {name: set() for name in TAXONOMIES}
    for rule in rules:
        for taxonomy, ids in _ids(rule):
            taxa[taxonomy.name].update(ids)
    return [_component(TAXONOMIES[name], sorted(ids)) for name, ids in taxa.items() if ids]


def _component(taxonomy: Taxonomy, ids: list[str]) -> Component:
    return {
        "name": taxonomy.name,
        "version": taxonomy.version,
        "organization": taxonomy.organization,
        "informationUri": taxonomy.home,
        "shortDescription": {"text": taxonomy.description},
        "isComprehensive": False,
        "taxa": [_taxon(taxonomy, taxon) for taxon in ids],
    }


def _taxon(taxonomy: Taxonomy, taxon: str) -> dict[str, object]:
    name = taxonomy.entries[taxon]
    return {
        "id": taxon,
        "name": name,
        "shortDescription": {"text": f"{name}."},
        "helpUri": taxonomy.pages.format(taxon.removeprefix("CWE-")),
    }
