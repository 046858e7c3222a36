"""Where a DBOM's fields stand in CycloneDX 1.6, as the writer and the reader agree.

| DBOM | CycloneDX |
|---|---|
| project | `metadata.component.name` |
| kind | `type`: `data` or `machine-learning-model` |
| name | `bom-ref` and `name` |
| version, description, tags | the same |
| sha256 | `hashes` (`SHA-256`): of a directory, the digest of its listing |
| sensitivity | `data[].classification` |
| source.url | `externalReferences` (`distribution`), and `purl` for a commit on Hugging Face |
| source.supplier, source.license | `supplier.name`, `licenses` |
| suite | `externalReferences` (`quality-metrics`) |
| signature | `externalReferences` (`digital-signature`), the kind as its comment |
| derived_from | `pedigree.ancestors` |
| trained_on | `modelCard.modelParameters.datasets` |
| everything else | `properties`, under `dbom-gate:` and the key |
"""

from __future__ import annotations

from gate.core.model import Kind

FORMAT = "CycloneDX"
VERSION = "1.6"
TYPES: dict[Kind, str] = {"dataset": "data", "model": "machine-learning-model"}
ALGORITHM = "SHA-256"
ORIGIN, SUITE, SIGNATURE = "distribution", "quality-metrics", "digital-signature"
"""Types of external references."""
