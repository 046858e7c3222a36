"""Programs that pass for data: harmless as what they are, an attack as `pytorch_model.bin`.

A program in a tree of models is no finding, a program under the name of weights is: whoever sees the name treats it
as data, and what is told to load it may run it.
"""

from __future__ import annotations

from gate.formats.recognise import PROGRAMS

_DATA_NAMES = frozenset(
    (
        ".bin", ".caffemodel", ".cbm", ".ckpt", ".csv", ".engine", ".ggml", ".gguf", ".h5", ".hdf5", ".joblib",
        ".json", ".jsonl", ".keras", ".llamafile", ".mar", ".mat", ".mlmodel", ".model", ".msgpack", ".nemo", ".npy",
        ".npz", ".onnx", ".ort", ".params", ".parquet", ".pb", ".pdiparams", ".pdmodel", ".pdparams", ".pickle",
        ".pkl", ".plan", ".pmml", ".pt", ".pt2", ".pte", ".pth", ".ptl", ".rda", ".rdata", ".rds", ".safetensors",
        ".sav", ".skops", ".spm", ".t7", ".tfl", ".tflite", ".tsv", ".ubj", ".weights", ".xgb",
    )
)  # fmt: skip
"""Extensions, in lower case, under which people expect weights or data."""


def disguised(form: str, path: str) -> bool:
    """Whether a file of the format `form` is a program and the name in `path` says weights or data."""
    if form not in PROGRAMS:
        return False
    name = path.rpartition("/")[2].lower()
    return name[name.rfind(".") :] in _DATA_NAMES if "." in name else False
