"""What the elements of a model may say.

Sources: PMML 4.4 (dmg.org); `FunctionRegistry.java` of jpmml-evaluator, which loads the class that a function is named
after; `ir_deserializer.cpp` of OpenVINO and `ov_extension.cpp` of openvino_tokenizers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.interface import Flaw, Inspection

NAMES = 10_000
"""Different names of functions or operators that are kept."""


class Walk(Protocol):
    """The pass over the file that calls the judge."""

    def flaw(self, rule: str, message: str) -> None:
        """Note a flaw of the element that is being parsed."""


class Judge(Protocol):
    """Judges one kind of model."""

    def element(self, name: str, attributes: Mapping[str, str], walk: Walk) -> None:
        """Take note of an element; its name comes without prefix."""

    def inspection(self, flaws: list[Flaw]) -> Inspection:
        """The answer, once the file is at its end or `flaws` say why not."""


class Pmml:
    """PMML: data, except for functions that stand for Java classes."""

    def __init__(self) -> None:
        self._facts: dict[str, Json] = {}
        self._called: set[str] = set()
        self._defined: set[str] = set()

    def element(self, name: str, attributes: Mapping[str, str], walk: Walk) -> None:
        """Note functions, and what the facts tell."""
        if name == "Apply":
            self._note(self._called, attributes.get("function", ""), walk)
        elif name == "DefineFunction":
            self._note(self._defined, attributes.get("name", ""), walk)
        elif name == "include":
            message = f'includes "{shorten(attributes.get("href", ""))}": whoever reads the model fetches that'
            walk.flaw("weights/external-reference", message)
        elif name == "PMML":
            self._facts.setdefault("version", shorten(attributes.get("version", ""), 20))
        elif name == "Application":
            named = f"{attributes.get('name', '')} {attributes.get('version', '')}"
            self._facts.setdefault("producer", shorten(named.strip(), 80))
        elif "functionName" in attributes:
            self._facts.setdefault("model", shorten(name, 40))

    def _note(self, names: set[str], name: str, walk: Walk) -> None:
        if "." in name and name not in names:
            if len(names) < NAMES:
                names.add(name)
            else:
                walk.flaw("weights/unscannable", f"more than {NAMES:,} functions whose names have a dot")

    def inspection(self, flaws: list[Flaw]) -> Inspection:
        """Adds the functions that nothing in the file defines."""
        for name in sorted(self._called - self._defined)[:10]:
            message = f'applies "{shorten(name)}", which is no function of PMML: programs load a class of that name'
            flaws.append(Flaw("weights/external-reference", message))
        return Inspection("pmml", "weights", tuple(flaws), self._facts)


_OWN = re.compile(r"(?:opset\d{1,2}|(?:ie_internal_|type_relaxed_|gpu_|ie_)opset|experimental|util)\Z").match
"""Operator sets of OpenVINO itself."""
_TOKENIZERS = frozenset(
    (
        "StringTensorPack", "RaggedTensorPack", "StringTensorUnpack", "EqualStr", "RegexNormalization", "RegexSplit",
        "BPETokenizer", "WordpieceTokenizer", "UTF8Validate", "BytesToChars", "CombineSegments", "RaggedToDense",
        "RaggedToSparse", "RaggedToRagged", "StringToHashBucket", "VocabEncoder", "VocabDecoder", "CharsToBytes",
        "TrieTokenizer", "UnigramTokenizer", "FuzeRagged", "ByteFallback", "SpecialTokensSplit",
        "CharsMapNormalization", "SentencepieceTokenizer", "SentencepieceDetokenizer",
        "SentencepieceStreamDetokenizer", "CaseFold", "NormalizeUnicode", "Truncate",
    )
)  # fmt: skip
"""Operators of openvino_tokenizers, a package of OpenVINO: its converted tokenizers consist of them."""


class OpenVino:
    """OpenVINO IR: data; operators from outside OpenVINO need somebody's native library."""

    def __init__(self) -> None:
        self._version = ""
        self._layers = 0
        self._seen: set[str] = set()

    def element(self, name: str, attributes: Mapping[str, str], walk: Walk) -> None:
        """Note layers."""
        if name == "layer":
            self._layers += 1
            self._layer(attributes.get("type", ""), attributes.get("version", ""), walk)
        elif name == "net" and not self._version:
            self._version = shorten(attributes.get("version", ""), 20)

    def _layer(self, kind: str, version: str, walk: Walk) -> None:
        own = not version or _OWN(version) or (version == "extension" and kind in _TOKENIZERS)
        if own or kind in self._seen or len(self._seen) >= NAMES:
            return
        self._seen.add(kind)
        message = (
            f'has the operator "{shorten(kind, 60)}" of "{shorten(version, 60)}", which OpenVINO does not have: '
            "it needs a native library from elsewhere"
        )
        walk.flaw("weights/external-reference", message)

    def inspection(self, flaws: list[Flaw]) -> Inspection:
        """A `net` without layers is something else."""
        if not self._layers:
            return Inspection("unknown", "other")
        return Inspection("openvino", "weights", tuple(flaws), {"version": self._version, "layers": self._layers})


JUDGES: dict[str, Callable[[], Judge]] = {"PMML": Pmml, "net": OpenVino}
"""Root element, without prefix, to the judge of what is in it."""
