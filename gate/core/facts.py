"""What is known about an artifact: the schema that the custom rules of policies are checked against.

Plain data. Types are those of CEL: `string`, `int`, `double`, `bool`, another record by its name, `list(TYPE)`, and
`map(TYPE)` with texts as keys. What is not known is absent, and reads as empty, 0 or false.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, cast

from gate.core.model import Json

Scalar = Literal["string", "int", "double", "bool"]
SCALARS: dict[str, dict[str, Json]] = {
    "string": {"type": "string"},
    "int": {"type": "integer"},
    "double": {"type": "number"},
    "bool": {"type": "boolean"},
}
"""Each as JSON Schema."""


class Fact(NamedTuple):
    """One field of a record."""

    name: str
    type: str
    help: str

    @property
    def base(self) -> str:
        """The type of one value: a scalar, or the name of a record."""
        return self.type.partition("(")[2].rstrip(")") or self.type

    @property
    def many(self) -> Literal["", "list", "map"]:
        """Whether there are several."""
        return cast(Literal["", "list", "map"], self.type.partition("(")[0]) if "(" in self.type else ""


_ARTIFACT = (
    Fact("name", "string", "The name in the DBOM."),
    Fact("kind", "string", "`dataset` or `model`."),
    Fact("path", "string", "The file or directory, relative to the root, with forward slashes."),
    Fact("extension", "string", "What follows the last dot of the path, in lower case: `safetensors`."),
    Fact("is_directory", "bool", "Whether a directory lies at the path."),
    Fact("version", "string", "The declared version."),
    Fact("sha256", "string", "The declared digest, in lower case."),
    Fact("size", "int", "The declared size in bytes."),
    Fact("listing", "string", "The file with the digests of a directory."),
    Fact("tags", "list(string)", "Its tags."),
    Fact("license", "string", "The licence, as `source.license`."),
    Fact("supplier", "string", "Who publishes it, as `source.supplier`."),
    Fact("source", "Source", "Where it came from; always there."),
    Fact("signature", "list(Signature)", "The signatures that are declared."),
    Fact("derived_from", "list(Ancestor)", "What it was made from."),
    Fact("trained_on", "list(string)", "Models: the names of the datasets."),
    Fact("suite", "string", "Datasets: the file with the expectations."),
    Fact("scan", "Scan", "Datasets: how the poisoning scan reads it; absent where none is declared."),
    Fact("data", "Data", "Datasets: how its rows are read; absent where nothing is said."),
    Fact("previous", "string", "Datasets: the name of the version before."),
    Fact("description", "string", "What it is, in words."),
    Fact("sensitivity", "string", "Datasets: how sensitive the content is, in words."),
)
_SOURCE = (
    Fact("url", "string", "The URL as it is declared."),
    Fact("scheme", "string", "The scheme of the URL, in lower case: `https`, `hf`, `s3`."),
    Fact("host", "string", "The host of the URL, in lower case; for `s3://bucket/key` that is the bucket."),
    Fact("revision", "string", "The revision: a commit or a released version."),
    Fact("retrieved", "string", "The day it was fetched, as `2026-01-31`; texts compare as days do."),
    Fact("supplier", "string", "Who publishes it."),
    Fact("license", "string", "The licence as an SPDX identifier."),
    Fact("mirror", "string", "The mirror that keeps a copy, as `gate vendor` writes it."),
)
_DBOM = (
    Fact("version", "string", "The declared version."),
    Fact("origin", "string", "The declared URL."),
    Fact("revision", "string", "The declared revision."),
    Fact("license", "string", "The declared licence."),
)
_INTEGRITY = (
    Fact("verified", "bool", "Whether all bytes are the declared ones."),
    Fact("directory", "bool", "Whether a directory lies at the path."),
    Fact("files", "int", "How many files there are."),
    Fact("size", "int", "Their bytes."),
    Fact("sha256", "string", "The digest that was computed, of the file or of the listing."),
    Fact("lfs_pointers", "int", "Files that are Git LFS pointers, without their content."),
    Fact("objects", "map(string)", "Object storage: the version, or the tag, of each object read; the first 1,000."),
)
_DVC = (
    Fact("documents", "list(string)", "The files of DVC that keep it, or some of it; the first 100."),
    Fact("md5", "string", "The MD5 that DVC recorded, where there is one; of a directory that of its manifest."),
    Fact("agrees", "bool", "Whether all bytes are those that DVC recorded; absent where that is not known."),
)
_WEIGHTS = (
    Fact("formats", "map(int)", "How many files, or members of an archive, are of each format."),
    Fact("format", "string", "The format of a single file, by its content: `safetensors`, `pickle`, `torch`, `csv`."),
    Fact("also", "string", "A second format that the same bytes are."),
    Fact("globals", "list(string)", "What the pickles in it import, the first 100 in alphabetical order."),
    Fact("inside", "string", "Compressed files: the format of the content."),
    Fact("members", "int", "Archives: how many members there are."),
    Fact("version", "string", "The version of the format, or of the program that wrote it."),
    Fact("tensors", "int", "How many tensors there are (safetensors, GGUF, ONNX)."),
    Fact("parameters", "int", "safetensors: elements of all tensors together."),
    Fact("dtypes", "map(int)", "safetensors: how many tensors have each type."),
    Fact("metadata", "list(string)", "Keys of the metadata (safetensors, TFLite)."),
    Fact("header", "int", "safetensors: bytes of the header."),
    Fact("architecture", "string", "GGUF: the architecture that it names."),
    Fact("keys", "int", "GGUF: entries of its metadata."),
    Fact("templates", "int", "GGUF: chat templates."),
    Fact("protocol", "int", "Pickles: the protocol."),
    Fact("opcodes", "int", "Pickles: how many instructions were followed."),
    Fact("complete", "bool", "Pickles: whether they were followed to their end."),
    Fact("dtype", "string", "NumPy: the type of the array."),
    Fact("shape", "list(int)", "NumPy: the shape of the array."),
    Fact("arrays", "int", "How many arrays there are (NumPy, MXNet, Flax)."),
    Fact("ir_version", "int", "ONNX: the version of the format."),
    Fact("opset", "map(int)", "ONNX: the version of each set of operators."),
    Fact("producer", "string", "The program that wrote it (ONNX, PMML)."),
    Fact("external", "list(string)", "ONNX: files that it takes tensors from."),
    Fact("nodes", "int", "Nodes of the graph (ONNX, TensorFlow, TFLite)."),
    Fact("layers", "int", "Layers (Caffe, Core ML, OpenVINO)."),
    Fact("operations", "int", "Core ML: operations."),
    Fact("specification", "int", "Core ML: the version of the specification."),
    Fact("blocks", "int", "Paddle: blocks."),
    Fact("operators", "int", "Operators (Paddle, TFLite)."),
    Fact("operator_names", "list(string)", "ExecuTorch: the first operators."),
    Fact("methods", "list(string)", "ExecuTorch: the first methods."),
    Fact("delegates", "list(string)", "ExecuTorch: the first delegates."),
    Fact("segments", "int", "ExecuTorch: segments."),
    Fact("buffers", "int", "TFLite: buffers."),
    Fact("tensorflow", "string", "TensorFlow: the version that wrote it."),
    Fact("functions", "int", "Functions (TensorFlow, R)."),
    Fact("assets", "int", "TensorFlow: assets."),
    Fact("calls", "int", "R: calls that are not evaluated yet."),
    Fact("writer", "string", "R: the version that wrote it."),
    Fact("superblock", "int", "HDF5: the version of the superblock."),
    Fact("objects", "int", "HDF5: objects."),
    Fact("datasets", "int", "HDF5: datasets."),
    Fact("keras", "string", "HDF5: the version of Keras that wrote it."),
    Fact("name", "string", "Caffe: the name of the network."),
    Fact("model", "string", "PMML: the kind of model."),
    Fact("trees", "int", "LightGBM: trees."),
    Fact("num_class", "string", "LightGBM: how many classes, as the file has it."),
    Fact("objective", "string", "LightGBM: the objective."),
    Fact("encoding", "string", "XGBoost: `ubjson` or `binary`."),
    Fact("core", "int", "CatBoost: bytes of the model."),
    Fact("classes", "list(string)", "Serialised Java: the first classes."),
)
_SIGNATURES = (
    Fact("signed", "bool", "Whether it is signed as the policy asks; absent where that is not known."),
    Fact("signatures", "list(SignatureFacts)", "What is known about each signature that is declared."),
    Fact("verification_summaries", "list(SummaryFacts)", "For each summary that a policy demands, the one that is it."),
)
_SIGNATURE_FACTS = (
    Fact("bundle", "string", "The file that holds it."),
    Fact("sha256", "string", "The digest of that file."),
    Fact("reason", "string", "Why it does not hold, as a word."),
    Fact("kind", "string", "`sigstore`, `key` or `certificate`."),
    Fact("predicate_type", "string", "The predicate of an attestation."),
    Fact("builder", "string", "The builder that the attestation names."),
    Fact("hint", "string", "The key that the bundle names, where nothing is proven."),
    Fact("key", "string", "The fingerprint of the key."),
    Fact("identity", "string", "Who signed, as the certificate says."),
    Fact("issuer", "string", "Who vouches for the identity."),
    Fact("source_repository", "string", "The repository of the workflow that signed."),
    Fact("source_repository_id", "string", "Its number."),
    Fact("source_owner_id", "string", "The number of its owner."),
    Fact("source_ref", "string", "Its branch or tag."),
    Fact("source_commit", "string", "Its commit."),
    Fact("build_signer", "string", "The workflow."),
    Fact("build_signer_digest", "string", "The commit of the workflow."),
    Fact("build_trigger", "string", "The event that started it."),
    Fact("runner_environment", "string", "Where it ran: `github-hosted`."),
    Fact("signed_at", "string", "The earliest proven time, as `2026-01-31T12:00:00Z`."),
    Fact("log", "list(LogEntry)", "The entries of transparency logs."),
    Fact("retired_key", "bool", "Whether a key of the trust root that vouches for it is retired."),
    Fact("signers", "list(string)", "How the policies call who signed."),
)
_LOG_ENTRY = (
    Fact("index", "int", "Its number."),
    Fact("url", "string", "The log."),
    Fact("time", "string", "When it was logged."),
)
_SUMMARY_FACTS = (
    Fact("bundle", "string", "The file that holds it."),
    Fact("accepted", "bool", "Whether it is what the policy demands; only then is the rest proven."),
    Fact("reason", "string", "Why not."),
    Fact("signed_by", "string", "How the policy calls who signed."),
    Fact("signer", "list(string)", "The names of the signer."),
    Fact("key", "string", "The fingerprint of the key."),
    Fact("verifier", "string", "Who verified."),
    Fact("version", "map(string)", "The versions of the verifier's programs."),
    Fact("time", "string", "When."),
    Fact("resource", "string", "What."),
    Fact("policies", "list(string)", "The digests of the policies that it was judged by."),
    Fact("result", "string", "`PASSED` or `FAILED`."),
    Fact("levels", "list(string)", "The levels that were verified."),
    Fact("stage", "string", "The stage."),
)
_HUB = (
    Fact("repository", "string", "The repository of the Hugging Face Hub that it comes from."),
    Fact("commit", "string", "The commit of it."),
    Fact("compared", "bool", "Whether what is here was compared with what the hub publishes."),
    Fact("published", "int", "How many files the hub publishes there."),
    Fact("same", "int", "How many of those are here, byte for byte."),
    Fact("scanned", "bool", "Whether the hub has results of its security scan."),
    Fact("issues", "list(string)", "What that scan says of files that are here, as `path: unsafe`."),
)
_SUITES = (
    Fact("suite", "string", "The suite."),
    Fact("evaluated", "bool", "Whether it was evaluated."),
    Fact("expectations", "int", "How many expectations it has."),
    Fact("legacy", "bool", "Whether it is of a Great Expectations before 1.0."),
    Fact("successful", "int", "How many expectations the rows meet."),
    Fact("rows", "int", "How many rows there are."),
    Fact("columns", "int", "How many columns."),
    Fact("engines", "map(int)", "How many expectations each engine evaluated."),
    Fact("previous", "string", "The version before."),
    Fact("compared", "bool", "Whether it was compared with the version before."),
    Fact("rows_before", "int", "How many rows that one has."),
    Fact("columns_compared", "int", "How many columns were compared."),
    Fact("drifted", "int", "How many drifted."),
    Fact("greatest_psi", "double", "The greatest PSI of a column."),
)
_POISONING = (
    Fact("scan", "string", "The modality."),
    Fact("scanned", "bool", "Whether every detector came to an end."),
    Fact("outcome", "string", "`clear`, `warn` or `block`."),
    Fact("samples", "int", "How many samples were looked at."),
    Fact("total", "int", "How many there are."),
    Fact("classes", "int", "How many classes."),
    Fact("detectors", "list(string)", "The detectors."),
    Fact("notes", "list(string)", "What else they noticed."),
    Fact("untested", "list(string)", "What could not be tested."),
    Fact("skipped", "list(string)", "What could not be read."),
    Fact("smallest", "int", "The least number of poisoned samples that could be told from chance."),
)
_SOURCES = (Fact("trust", "TrustFacts", "How far the declared origin can be trusted; absent where none is declared."),)
_TRUST = (
    Fact("score", "int", "From 0 to 100."),
    Fact("has", "list(string)", "What speaks for it."),
    Fact("lacks", "list(string)", "What is missing."),
)

RECORDS: dict[str, tuple[Fact, ...]] = {
    "Artifact": _ARTIFACT,
    "Source": _SOURCE,
    "Signature": (
        Fact("bundle", "string", "The file that holds it."),
        Fact("kind", "string", "The kind that it is declared as."),
    ),
    "Ancestor": (
        Fact("name", "string", "The name of another artifact, or a URL."),
        Fact("path", "string", "Where the file lay."),
        Fact("url", "string", "Where the file was taken from."),
        Fact("sha256", "string", "Its digest."),
    ),
    "Scan": (
        Fact("modality", "string", "What the samples are."),
        Fact("labels", "string", "Where the labels are."),
    ),
    "Data": (
        Fact("format", "string", "What its files are."),
        Fact("columns", "map(string)", "The types of columns."),
        Fact("delimiter", "string", "CSV: what stands between two values."),
        Fact("quote", "string", "CSV: what stands around a value."),
        Fact("header", "bool", "CSV: whether the first line names the columns."),
        Fact("encoding", "string", "CSV: the encoding."),
    ),
    "Facts": (
        Fact("dbom", "DbomFacts", "What is declared."),
        Fact("integrity", "IntegrityFacts", "What lies at the path."),
        Fact("dvc", "DvcFacts", "What DVC recorded about it; absent where DVC does not keep it."),
        Fact("weights", "WeightsFacts", "What the content is."),
        Fact("signatures", "SignaturesFacts", "Who vouches for it."),
        Fact("sources", "SourcesFacts", "Where it was taken from."),
        Fact("hub", "HubFacts", "What the Hugging Face Hub says; where a policy asks for it."),
        Fact("suites", "SuitesFacts", "Datasets: what became of the suite."),
        Fact("poisoning", "PoisoningFacts", "Datasets: what became of the poisoning scan."),
    ),
    "DbomFacts": _DBOM,
    "IntegrityFacts": _INTEGRITY,
    "DvcFacts": _DVC,
    "WeightsFacts": _WEIGHTS,
    "SignaturesFacts": _SIGNATURES,
    "SignatureFacts": _SIGNATURE_FACTS,
    "LogEntry": _LOG_ENTRY,
    "SummaryFacts": _SUMMARY_FACTS,
    "HubFacts": _HUB,
    "SuitesFacts": _SUITES,
    "PoisoningFacts": _POISONING,
    "SourcesFacts": _SOURCES,
    "TrustFacts": _TRUST,
}
"""Each record by its name."""
VARIABLES = {"artifact": "Artifact", "facts": "Facts"}
"""What expressions are about, and the record that each is."""
FACTS_OF = {fact.name: fact.type for fact in RECORDS["Facts"]}
"""The record of each family of facts."""


def json_schema() -> dict[str, Json]:
    """The same as JSON Schema, for data with the keys `artifact` and `facts`; null is absent."""
    definitions: dict[str, Json] = {name: _object(fields) for name, fields in RECORDS.items()}
    properties: dict[str, Json] = {name: _reference(record) for name, record in VARIABLES.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False, "$defs": definitions}


def _object(fields: tuple[Fact, ...]) -> dict[str, Json]:
    properties: dict[str, Json] = {fact.name: {"description": fact.help, **_value(fact)} for fact in fields}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _value(fact: Fact) -> dict[str, Json]:
    one = SCALARS.get(fact.base) or _reference(fact.base)
    if fact.many == "list":
        one = {"type": "array", "items": one}
    elif fact.many == "map":
        one = {"type": "object", "additionalProperties": one}
    return {"anyOf": [one, {"type": "null"}]}


def _reference(record: str) -> dict[str, Json]:
    return {"$ref": f"#/$defs/{record}"}
