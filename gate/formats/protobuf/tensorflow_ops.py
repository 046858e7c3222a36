"""What operators of TensorFlow do beyond computing; also for those that TensorFlow Lite calls (`Flex`).

Source: the operator definitions of TensorFlow 2.21 (`TF_GetAllOpList`, those with a file name, path, address or
function among their inputs and attributes) and "TensorAbuse" (Zhu et al., IEEE S&P 2025).
"""

from __future__ import annotations

from typing import NamedTuple

from gate.core.text import shorten
from gate.formats.findings import leads_out
from gate.formats.protobuf.tensorflow_names import NAMES

CODE = "weights/embedded-code"
REFERENCE = "weights/external-reference"

_PYTHON = frozenset(("EagerPyFunc", "PyFunc", "PyFuncStateless"))
_HIDDEN = frozenset(("DatasetFromGraph",))
_FILES = frozenset((
    "CSVDataset", "CSVDatasetV2", "CalibrationStatisticsSaver", "CreateSummaryDbWriter", "CreateSummaryFileWriter",
    "DatasetToTFRecord", "DistributedSave", "DumpTensor", "ExperimentalCSVDataset", "ExperimentalDatasetToTFRecord",
    "ExperimentalLMDBDataset", "ExperimentalMatchingFilesDataset", "ExperimentalSqlDataset",
    "FileSystemSetConfiguration", "FixedLengthRecordDataset", "FixedLengthRecordDatasetV2", "FixedLengthRecordReader",
    "FixedLengthRecordReaderV2", "GenerateVocabRemapping", "ImmutableConst", "LMDBDataset", "LMDBReader",
    "ListSnapshotChunksDataset", "LoadAndRemapMatrix", "LoadDataset", "MatchingFiles", "MatchingFilesDataset",
    "ReadFile", "RecordInput", "SaveDataset", "SaveDatasetV2", "Skipgram", "SnapshotChunkDataset", "SnapshotDataset",
    "SnapshotDatasetReader", "SnapshotDatasetV2", "SnapshotNestedDatasetReader", "SqlDataset", "TFRecordDataset",
    "TFRecordDatasetV2", "TFRecordReader", "TFRecordReaderV2", "TextLineDataset", "TextLineReader",
    "TextLineReaderV2", "WholeFileReader", "WholeFileReaderV2", "WriteFile",
))  # fmt: skip
_NETWORK = frozenset((
    "DataServiceDataset", "DataServiceDatasetV2", "DataServiceDatasetV3", "DataServiceDatasetV4", "DebugIdentity",
    "DebugIdentityV2", "DebugIdentityV3", "DebugNanCount", "DebugNumericSummary", "RegisterDataset",
    "RegisterDatasetV2", "RpcCall", "RpcClient", "RpcServer", "RpcServerRegister", "RpcServerStart",
))  # fmt: skip
_NATIVE = frozenset(("XlaCustomCall", "XlaCustomCallV2"))
_DOES = (
    (_PYTHON, CODE, "runs Python code"),
    (_HIDDEN, CODE, "runs a graph that is hidden in a text"),
    (_FILES, REFERENCE, "reads or writes files"),
    (_NETWORK, REFERENCE, "sends to or receives from elsewhere"),
    (_NATIVE, REFERENCE, "calls a native function by its name"),
)
EFFECTS = {name: (rule, what) for names, rule, what in _DOES for name in names}
"""Rule and words for each operator that no model needs for computing."""

PATHS = {
    "InitializeTableFromTextFile": 1, "InitializeTableFromTextFileV2": 1, "Save": 0, "SaveSlices": 0, "SaveV2": 0,
    "Restore": 0, "RestoreSlice": 0, "RestoreV2": 0, "MergeV2Checkpoints": 1, "CacheDataset": 1, "CacheDatasetV2": 1,
}  # fmt: skip
"""Operators that every model with variables or vocabularies has, and which of their inputs is a path: it comes from
the loader, or is that of an asset."""


class _Attribute(NamedTuple):
    name: str
    harmless: tuple[str, ...]
    """What it begins with where it reaches nothing."""


ATTRIBUTES = {
    "PrintV2": _Attribute("output_stream", ("stdout", "stderr", "log(")),
    "FixedUnigramCandidateSampler": _Attribute("vocab_file", ()),
    "DecodeProtoV2": _Attribute("descriptor_source", ("local://", "bytes://")),
    "EncodeProto": _Attribute("descriptor_source", ("local://", "bytes://")),
}
"""Operators that reach files only by what one of their attributes says."""


def known(operator: str) -> bool:
    """Whether TensorFlow has it."""
    return operator in NAMES


def attribute_effect(operator: str, values: dict[str, list[str]]) -> str | None:
    """What an attribute makes the operator do to files, in words."""
    attribute = ATTRIBUTES.get(operator)
    for value in values.get(attribute.name, ()) if attribute else ():
        if attribute and value and not value.startswith(attribute.harmless):
            return f'reads or writes files: its {attribute.name} is "{shorten(value)}"'
    return None


def constant_effect(operator: str, path: str) -> str | None:
    """What a constant path makes an operator of PATHS do, in words."""
    why = leads_out(path) if path else None
    return f'reads or writes the file "{shorten(path)}", which {why}' if why else None
