"""Keras models as JSON: which of the objects that loading creates are code from the file, or from elsewhere.

Keras 3 writes `config.json` (`serialization_lib.py`), older versions the attribute `model_config` of an HDF5 file or
the text of `model.to_json()`: objects with a `class_name` and a `config`, nested in each other. Loaders build every one
of them, wherever it lies, so every one is judged.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.config.keras_names import (
    CLASSES,
    FUNCTIONS,
    OPERATIONS,
    TENSORFLOW_FUNCTIONS,
    TENSORFLOW_MODULES,
)
from gate.formats.findings import bounded
from gate.formats.interface import Flaw

DEPTH = 8
"""JSON within texts of JSON that is followed; writers that escape do so once."""
CODE, ELSEWHERE = "weights/embedded-code", "weights/external-reference"

_PLAIN = frozenset(
    ("__tensor__", "__numpy__", "__bytes__", "__tuple__", "__ellipsis__", "__slice__", "__keras_tensor__")
)
"""Values that JSON has no form for (`serialize_keras_object`)."""
_KERAS = ("keras", "keras.src", "tf_keras", "tf_keras.src", "tensorflow.keras", "tensorflow.python.keras")
"""Where Keras' modules are, without what follows."""
_COMPUTING = frozenset(("activations", "losses", "metrics", "regularizers", "constraints", "initializers", "random"))
_OPERATIONS = "ops"
"""The module of Keras whose functions and classes all compute with tensors."""
_OWN_CLASSES = frozenset((_OPERATIONS, "applications"))
"""Modules of Keras with classes that they do not publish, none of which does more."""
_PACKAGES = frozenset(("keras_hub", "keras_nlp", "keras_cv"))
"""Packages that Keras imports classes from by itself, if they are Keras objects (`_retrieve_class_or_fn`)."""
_STRUCTURES = frozenset(("ListWrapper", "_DictWrapper", "TensorShape"))
"""TensorFlow's own lists, which `tf.keras` 2.13 to 2.15 writes with their module."""
_FILES = ("vocabulary", "merges", "proto", "filepath", "file_path", "vocabulary_file")
"""Settings of layers and tokenizers that, given as text, name a file to read (`index_lookup.py`)."""
_LAMBDA_PARTS = ("function", "output_shape", "mask")
_GRAPH_IO = ("ReadFile", "WriteFile", "MatchingFiles", "PyFunc", "Save", "Restore", "TextFile", "Summary", "Dataset")
"""What the names of graph operations that reach files or run Python have in common."""


class _Judged(NamedTuple):
    """One object of the configuration."""

    name: str
    module: str
    registered: str
    config: Json

    @property
    def label(self) -> str:
        """The object with its module, as it may be shown."""
        return f'"{shorten(f"{self.module}.{self.name}" if self.module else self.name)}"'


def check(document: Json) -> list[Flaw]:
    """Judge a JSON document if it is a Keras configuration; others have a `class_name` as well."""
    found = list(_objects(document))
    return _judge_all(found) if any(_is_keras(each) for each in found) else []


def check_known(document: Json) -> list[Flaw]:
    """Judge a document of which it is known that Keras loads it."""
    return _judge_all(list(_objects(document)))


def _judge_all(found: list[dict[str, Json]]) -> list[Flaw]:
    sentences: dict[tuple[str, str], None] = {}
    for each in found:
        sentences.update(dict.fromkeys(_judge(each)))
    return list(bounded(Flaw(rule, message) for rule, message in sorted(sentences)))


def _objects(document: Json) -> Iterator[dict[str, Json]]:
    """Every object that says of which class it is, also those in JSON that is stored as text."""
    waiting: list[tuple[Json, int]] = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("class_name"), str) and not value.keys().isdisjoint(("config", "module")):
                yield value
            waiting.extend((each, depth) for each in value.values())
        elif isinstance(value, list):
            waiting.extend((each, depth) for each in value)
        elif isinstance(value, str) and "class_name" in value and depth < DEPTH:
            waiting.append((_inner(value), depth + 1))


def _inner(text: str) -> Json:
    import json

    try:
        found: Json = json.loads(text) if text.lstrip()[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        return None
    return found


def _is_keras(each: dict[str, Json]) -> bool:
    name = each["class_name"]
    known = name in CLASSES or name in ("function", "__lambda__")
    return known or ("module" in each and "registered_name" in each) or _has_keras_module(each.get("module"))


def _has_keras_module(module: Json) -> bool:
    return isinstance(module, str) and _inside_keras(module) is not None


def _inside_keras(module: str) -> str | None:
    """The part of a module's name behind Keras' own, None where it is not Keras."""
    for prefix in sorted(_KERAS, key=len, reverse=True):
        if module == prefix or module.startswith(prefix + "."):
            return module[len(prefix) + 1 :]
    return None


def _judge(each: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """Rule and sentence for everything about one object that is not Keras' own."""
    name, module, registered = (_text(each.get(key)) for key in ("class_name", "module", "registered_name"))
    found = _Judged(name, module, registered, each.get("config"))
    if name in _PLAIN:
        return
    if name == "__lambda__":
        yield CODE, "a function is stored as Python bytecode, which runs when the model is used"
    elif name == "__typespec__":
        if module.partition(".")[0] != "tensorflow":
            yield ELSEWHERE, f'a type comes from the module "{shorten(module)}"'
    elif name == "function":
        for each_name in dict.fromkeys((_text(found.config), registered)):
            yield from _function(found._replace(name=each_name)) if each_name not in ("", "function") else ()
    else:
        yield from _class(found)
        yield from _settings(found)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _function(found: _Judged) -> Iterator[tuple[str, str]]:
    """A function by its name and module."""
    inside = _inside_keras(found.module)
    if inside is not None:
        if not _computes(inside, found.name):
            yield CODE, f"loading calls {found.label}, which is no part of a model"
    elif found.module in ("", "builtins", "__main__") and found.name in FUNCTIONS:
        return
    elif _in_python(found):
        yield CODE, f"loading reaches the Python function {found.label}"
    else:
        yield ELSEWHERE, f"the function {found.label} is code that is not in the file"


def _computes(inside: str, name: str) -> bool:
    """Whether a function of Keras only computes with tensors."""
    parts = inside.split(".")
    return name == "preprocess_input" or parts[0] == _OPERATIONS or (name in FUNCTIONS and parts[0] in _COMPUTING)


def _in_python(found: _Judged) -> bool:
    """Whether this is Python's own, in the standard library or built in; the names are part of the language."""
    package = found.module.partition(".")[0]
    if package in ("", "builtins"):
        return hasattr(builtins, found.name)
    return package in sys.stdlib_module_names and package != "__main__"


def _class(found: _Judged) -> Iterator[tuple[str, str]]:
    """A class by its name and module, and by the name under which a program may have registered it."""
    inside = _inside_keras(found.module)
    package = found.module.partition(".")[0]
    owner = found.registered.rpartition(">")[0] or found.name.rpartition(">")[0]
    if owner and owner != "keras" and owner not in _PACKAGES:
        yield ELSEWHERE, f'the class "{shorten(found.registered or found.name)}" is code that is not in the file'
    elif inside is not None:
        known = found.name in CLASSES or (inside.partition(".")[0] in _OWN_CLASSES and found.name[:1].isupper())
        if not known and found.name[:1].islower() and not _computes(inside, found.name):
            yield CODE, f"loading calls {found.label}, which is no part of a model"
        elif not known and not _computes(inside, found.name):
            yield ELSEWHERE, f"the class {found.label} is none that Keras is known to have"
    elif not _is_harmless(found, package):
        if _in_python(found):
            yield CODE, f"loading reaches {found.label}, a part of Python itself"
        else:
            yield ELSEWHERE, f"the class {found.label} is code that is not in the file"


def _is_harmless(found: _Judged, package: str) -> bool:
    """Whether a class outside Keras' modules is Keras' all the same: Keras 2 and before wrote no modules."""
    if package in _PACKAGES:
        return found.name[:1].isupper()
    if package == "tensorflow":
        return found.name in _STRUCTURES
    return package in ("", "builtins", "__main__") and any(
        found.name in each for each in (CLASSES, OPERATIONS, FUNCTIONS)
    )


def _settings(found: _Judged) -> Iterator[tuple[str, str]]:
    """Layers that run, load or read what their settings name."""
    settings = _inner(found.config) if isinstance(found.config, str) else found.config
    config = settings if isinstance(settings, dict) else {}
    name = found.name.rpartition(">")[2]
    if name == "Lambda":
        yield from _lambda(config)
    elif name == "TorchModuleWrapper":
        yield CODE, "a TorchModuleWrapper unpickles the PyTorch module that is stored in it"
    elif name == "TFSMLayer":
        yield ELSEWHERE, f'a TFSMLayer loads the program in the folder "{shorten(_text(config.get("filepath")))}"'
    elif name in ("JaxLayer", "FlaxLayer"):
        yield ELSEWHERE, f"a {name} runs a function of the program that loads it"
    elif name in ("TFOpLambda", "ClassMethod"):
        yield from _tensorflow(config)
    elif name == "TensorFlowOpLayer":
        yield from _graph(config.get("node_def"))
    for key in _FILES:
        if name != "TFSMLayer" and isinstance(config.get(key), str) and config[key]:
            yield ELSEWHERE, f'the {key} of "{shorten(name)}" is read from the file "{shorten(_text(config[key]))}"'


def _lambda(config: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """The functions of a Lambda layer; objects among them are judged where they are met (`lambda_layer.py`)."""
    for part in _LAMBDA_PARTS:
        value, kind = config.get(part), config.get(f"{part}_type")
        if isinstance(value, dict) and value.get("class_name") == "__tuple__":
            value = value.get("items")
        bytecode = isinstance(value, list) and bool(value) and isinstance(value[0], str)
        if bytecode or (value and kind == "lambda") or (isinstance(value, str) and not value.isidentifier()):
            yield CODE, f"the {part} of a Lambda layer is stored as Python bytecode, which runs when the model is used"
        elif isinstance(value, str) and value and value not in FUNCTIONS:
            yield ELSEWHERE, f'the {part} "{shorten(value)}" of a Lambda layer is code that is not in the file'


def _tensorflow(config: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """A call of TensorFlow that became a layer; its arguments are stored beside it."""
    name = _text(config.get("function") or config.get("cls_symbol"))
    if name not in TENSORFLOW_FUNCTIONS and name.partition(".")[0] not in TENSORFLOW_MODULES and name:
        yield CODE, f'a layer calls "tf.{shorten(name)}", which may do more than compute'


def _graph(node: Json) -> Iterator[tuple[str, str]]:
    """An operation of a TensorFlow 1 graph that became a layer, as an object or as text."""
    operation = _text(node.get("op")) if isinstance(node, dict) else _text(node)
    if any(part in operation for part in _GRAPH_IO):
        yield CODE, f'a layer runs the graph operation "{shorten(operation, 60)}", which does more than compute'
