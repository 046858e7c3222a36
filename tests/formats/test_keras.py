"""Keras configurations: code in them and code that they want from elsewhere; what Keras itself brings is fine."""

from __future__ import annotations

import json

import pytest

from gate.core.model import Json
from gate.formats.config.keras import check, check_known

from .builders import look, rules, zipped

CODE, REFERENCE = "weights/embedded-code", "weights/external-reference"
BYTECODE = "4wEAAAAAAAAAAAAAAAEAAAABAAAAQwAAAHMEAAAAfABTACkBTqkAKQHaAXg="


def layer(name: str, config: Json = None, module: Json = "keras.layers", registered: Json = None) -> dict[str, Json]:
    return {"module": module, "class_name": name, "config": config or {}, "registered_name": registered}


def function(name: str, module: Json = "builtins", registered: Json = "function") -> dict[str, Json]:
    return {"module": module, "class_name": "function", "config": name, "registered_name": registered}


def model(*layers: Json) -> dict[str, Json]:
    return layer("Sequential", {"name": "s", "layers": list(layers)}, "keras")


def legacy(name: str, config: Json) -> dict[str, Json]:
    return {"class_name": "Sequential", "config": {"layers": [{"class_name": name, "config": config}]}}


LAMBDA: Json = {"class_name": "__lambda__", "config": {"code": BYTECODE, "defaults": None, "closure": None}}
HARMLESS: dict[str, Json] = {
    "dense": model(layer("Dense", {"activation": "relu", "kernel": layer("Zeros", {}, "keras.initializers")})),
    "Keras 3 function": model(layer("Dense", {"activation": function("relu")})),
    "function with its module": model(layer("Dense", {"activation": function("relu", "keras.activations", "relu")})),
    "Lambda of Keras' own": model(layer("Lambda", {"function": function("relu", "keras.ops", "relu")})),
    "preprocessing": model(
        layer("Lambda", {"function": function("preprocess_input", "keras.src.applications.resnet", "preprocess_input")})
    ),
    "operation": model(layer("GetItem", {}, "keras.src.ops.numpy", "GetItem")),
    "internal path": layer("Functional", {"layers": []}, "keras.src.models.functional", "Functional"),
    "tf.keras path": layer("Functional", {"layers": []}, "tf_keras.src.engine.functional", "Functional"),
    "legacy": legacy("Dense", {"units": 1}),
    "legacy list": {"class_name": "Sequential", "config": [{"class_name": "Embedding", "config": {}}]},
    "legacy operation": legacy("TFOpLambda", {"name": "tf.math.add", "function": "math.add"}),
    "wrapped": model(layer("TimeDistributed", {"layer": layer("Dense")})),
    "vocabulary": model(layer("StringLookup", {"vocabulary": ["a", "b"]})),
    "values": model(layer("Normalization", {"mean": {"class_name": "__numpy__", "config": {"value": [1]}}})),
    "compiled": {**model(), "compile_config": {"optimizer": layer("Adam", {}, "keras.optimizers"), "loss": "mse"}},
    "keras_hub": layer("BertBackbone", {}, "keras_hub.src.models.bert.bert_backbone", "keras_hub>BertBackbone"),
}  # fmt: skip
WITH_CODE: dict[str, Json] = {
    "lambda": model(layer("Lambda", {"function": LAMBDA})),
    "lambda as an activation": model(layer("Dense", {"activation": LAMBDA})),
    "lambda in a wrapped layer": model(layer("Bidirectional", {"layer": layer("TimeDistributed", {"layer": LAMBDA})})),
    "lambda as an output shape": legacy("Lambda", {"function": "relu", "output_shape": [BYTECODE, None, None]}),
    "legacy": legacy("Lambda", {"function": [BYTECODE, None, None], "function_type": "lambda"}),
    "tf.keras": legacy("Lambda", {"function": {"class_name": "__tuple__", "items": [BYTECODE, None, None]}}),
    "Keras 1": legacy("Lambda", {"function": BYTECODE, "function_type": "lambda"}),
    "the only object": {"class_name": "Lambda", "config": {"function": [BYTECODE, None, None]}},
    "in a loss": {**model(), "compile_config": {"loss": LAMBDA}},
    "stored as text": {"class_name": "Model", "config": json.dumps(legacy("Lambda", {"function": [BYTECODE]}))},
    "settings as text": legacy("Lambda", json.dumps({"function": [BYTECODE]})),
    "CVE-2025-1550": model(layer("Lambda", {"function": function("system", "os", "system")})),
    "of the standard library": model(layer("Popen", {}, "subprocess", None)),
    "eval": model(layer("Lambda", {"function": function("eval", "builtins")})),
    "eval in the other field": model(layer("Dense", {"activation": function("relu", "builtins", "eval")})),
    "CVE-2025-8747": model(layer("Lambda", {"function": function("get_file", "keras.utils", "get_file")})),
    "get_file by its file": model(layer("Lambda", {"function": function("get_file", "keras.src.utils.file_utils")})),
    "get_file as a class": model(layer("get_file", {}, "keras.utils")),
    "CVE-2025-9906": model(function("enable_unsafe_deserialization", "keras.config")),
    "load_model": model(function("load_model", "keras.models")),
    "torch": model(layer("TorchModuleWrapper", {"module": "UEsDBA=="})),
    "TensorFlow": legacy("TFOpLambda", {"function": "io.write_file"}),
    "TensorFlow 1": legacy("TensorFlowOpLayer", {"node_def": {"op": "ReadFile"}}),
}  # fmt: skip
FROM_ELSEWHERE: dict[str, Json] = {
    "custom layer": model(layer("Attention2", {}, "my_package.layers", "my_package>Attention2")),
    "custom layer without module": model(layer("Attention2", {}, None, "Attention2")),
    "registered over Keras' own": model(layer("Dense", {}, "keras.layers", "package>Dense")),
    "legacy custom layer": legacy("Custom>Thing", {}),
    "custom function": model(layer("Lambda", {"function": function("mine")})),
    "legacy named function": legacy("Lambda", {"function": "mine", "function_type": "function"}),
    "numpy": model(layer("Lambda", {"function": function("load", "numpy", "load")})),
    "vocabulary": model(layer("StringLookup", {"vocabulary": "/etc/passwd"})),
    "legacy vocabulary": legacy("TextVectorization", {"vocabulary": "https://example.invalid/v.txt"}),
    "SavedModel": model(layer("TFSMLayer", {"filepath": "/srv/model"})),
    "JAX": model(layer("JaxLayer", {})),
}  # fmt: skip
NO_KERAS: dict[str, Json] = {
    "annotations": {"annotations": [{"class_name": "car", "config": 1}, {"class_name": "dog", "box": [1, 2]}]},
    "some other program": {"class_name": "my.Service", "config": {"port": 1}},
    "a list": [{"class_name": "x"}],
}


@pytest.mark.parametrize("document", [*HARMLESS.values(), *NO_KERAS.values()], ids=[*HARMLESS, *NO_KERAS])
def test_harmless(document: Json) -> None:
    assert check(document) == []


@pytest.mark.parametrize("document", WITH_CODE.values(), ids=WITH_CODE)
def test_code_in_the_file(document: Json) -> None:
    assert {flaw.rule for flaw in check(document)} == {CODE}


@pytest.mark.parametrize("document", FROM_ELSEWHERE.values(), ids=FROM_ELSEWHERE)
def test_code_or_files_from_elsewhere(document: Json) -> None:
    assert {flaw.rule for flaw in check(document)} == {REFERENCE}


def test_the_message_names_what_is_wanted_and_is_harmless_itself() -> None:
    (flaw,) = check(model(layer("A\n::error::\x1b[2J", {}, "evil.package", "x>y")))
    assert flaw.message.isprintable()
    (flaw,) = check(FROM_ELSEWHERE["vocabulary"])
    assert flaw.message == 'the vocabulary of "StringLookup" is read from the file "/etc/passwd"'


def test_what_keras_is_known_to_load_needs_no_keras_shape() -> None:
    document: Json = {"class_name": "Mine", "config": {}}
    assert check(document) == []
    assert [flaw.rule for flaw in check_known(document)] == [REFERENCE]


def test_many_flaws_are_counted() -> None:
    found = check(model(*(layer(f"Custom{n}", {}, "package") for n in range(100))))
    assert len(found) == 21
    assert found[-1].message == "and 80 more findings"


def test_depth_is_no_obstacle() -> None:
    document: Json = layer("Lambda", {"function": LAMBDA})
    for _ in range(20_000):
        document = {"layer": [document]}
    assert {flaw.rule for flaw in check(document)} == {CODE}


@pytest.mark.parametrize("name", ["model.json", "config.json", "a/b/anything"])
def test_as_a_file_and_in_a_keras_archive(name: str) -> None:
    for document, expected in ((WITH_CODE["lambda"], {CODE}), (HARMLESS["dense"], set())):
        data = json.dumps(document).encode()
        assert rules(data) == expected
        assert rules(zipped({name: data})) == expected


def test_the_archive_is_known_by_its_configuration() -> None:
    found = look(zipped({"config.json": json.dumps(HARMLESS["dense"]).encode(), "metadata.json": b"{}"}))
    assert (found.format, found.role, found.flaws) == ("keras", "weights", ())
