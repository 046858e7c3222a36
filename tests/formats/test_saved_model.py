"""TensorFlow's graphs in every wrapping: operators that reach beyond computing, wherever they are."""

from __future__ import annotations

import json
import random

import pytest

from .builders import look, rules
from .messages import Field, message

REFERENCE = {"weights/external-reference"}
CODE = {"weights/embedded-code"}


def attr(name: str, *value: Field) -> Field:
    return (5, message((1, name), (2, message(*value))))


def node(operator: str, name: str = "n", inputs: tuple[str, ...] = (), *attributes: Field) -> bytes:
    return message((1, name), (2, operator), *((3, item) for item in inputs), *attributes)


def const(name: str, text: str) -> bytes:
    return node("Const", name, (), attr("dtype", (6, 7)), attr("value", (8, message((1, 7), (2, b""), (8, text)))))


def graph(*nodes: bytes, functions: tuple[bytes, ...] = ()) -> bytes:
    return message(*((1, item) for item in nodes), (2, message(*((1, item) for item in functions))), (4, b"\x08\x01"))


def function(name: str, *nodes: bytes) -> bytes:
    return message((1, message((1, name))), *((3, item) for item in nodes))


INFO = (1, message((2, message((1, message((1, "Add"))))), (4, "serve"), (5, "2.21.0")))


def meta(body: bytes, *more: Field) -> bytes:
    return message(INFO, (2, body), *more)


def saved(body: bytes, *more: Field) -> bytes:
    return message((1, 1), (2, meta(body, *more)))


X = node("Placeholder", "x")
GOOD = saved(graph(X, node("Identity", "y", ("x",)), functions=(function("f", node("Mul", "m")),)))


def test_facts() -> None:
    found = look(GOOD)
    assert (found.format, found.role, found.flaws) == ("saved-model", "weights", ())
    assert found.facts == {"tensorflow": "2.21.0", "nodes": 3, "functions": 1, "assets": 0}


@pytest.mark.parametrize(
    ("wrap", "form"), [(saved, "saved-model"), (meta, "tf-meta-graph"), (lambda body: body, "tf-graph")]
)
def test_every_wrapping(wrap: object, form: str) -> None:
    assert callable(wrap)
    found = look(wrap(graph(X, node("ReadFile", "r", ("x",)))))
    assert found.format == form
    assert {flaw.rule for flaw in found.flaws} == REFERENCE
    assert not look(wrap(graph(X))).flaws


OUTWARD = (
    "ReadFile", "WriteFile", "MatchingFiles", "ImmutableConst", "TextLineReaderV2", "TFRecordDataset", "RpcClient",
    "DebugIdentityV2", "RegisterDataset", "XlaCustomCall", "RunShell", "Evil>Op",
)  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "rule"),
    [
        *((name, "weights/embedded-code") for name in ("PyFunc", "PyFuncStateless", "EagerPyFunc", "DatasetFromGraph")),
        *((name, "weights/external-reference") for name in OUTWARD),
    ],
)
def test_operators_in_graphs_and_functions(operator: str, rule: str) -> None:
    for body in (graph(X, node(operator)), graph(X, functions=(function("f", node("Mul"), node(operator)),))):
        (flaw,) = look(saved(body)).flaws
        assert flaw.rule == rule
        assert f'"{operator}"' in flaw.message


def test_what_every_model_has_is_no_finding() -> None:
    nodes = [
        const("path", "model"),
        node("ShardedFilename", "s", ("path",)),
        node("SaveV2", "save", ("s",)),
        node("RestoreV2", "restore", ("path:0",)),
        node("MergeV2Checkpoints", "merge", ("s", "path")),
        node("StatefulPartitionedCall", "call", (), attr("f", (10, message((1, "f"))))),
        node("f", "legacy call"),
        node("PrintV2", "p", (), attr("output_stream", (2, "stderr"))),
        node("DecodeProtoV2", "d", (), attr("descriptor_source", (2, "local://"))),
        node("FixedUnigramCandidateSampler", "u", (), attr("vocab_file", (2, ""))),
    ]
    assert not look(saved(graph(*nodes, functions=(function("f", node("Mul")),)))).flaws


@pytest.mark.parametrize(
    ("operator", "name", "value"),
    [
        ("PrintV2", "output_stream", "file:///tmp/x"),
        ("DecodeProtoV2", "descriptor_source", "/etc/passwd"),
        ("FixedUnigramCandidateSampler", "vocab_file", "/etc/passwd"),
    ],
)
def test_attributes_that_reach_files(operator: str, name: str, value: str) -> None:
    (flaw,) = look(saved(graph(node(operator, "n", (), attr(name, (2, value)))))).flaws
    assert flaw.rule == "weights/external-reference"
    assert value in flaw.message


TABLE = node("InitializeTableFromTextFileV2", "init", ("table", "joined:0"))


@pytest.mark.parametrize("path", ["/etc/passwd", "../../x", "https://example.com/x", "C:\\x"])
def test_constant_paths(path: str) -> None:
    nodes = (const("path", path), node("Identity", "same", ("path",)), node("StringJoin", "joined", ("same:0",)), TABLE)
    assert rules(saved(graph(*nodes))) == REFERENCE
    assert rules(saved(graph(X, functions=(function("f", *nodes),)))) == REFERENCE
    assert not look(saved(graph(X, *nodes[:2], node("StringJoin", "joined", ("x", "^path")), TABLE))).flaws


def test_assets() -> None:
    """The path of an asset is replaced by the loader; its name is not."""
    nodes = (const("joined", "/home/someone/vocab.txt"), TABLE)
    asset = message((1, message((1, "joined:0"))), (2, "vocab.txt"))
    assert rules(saved(graph(*nodes))) == REFERENCE
    assert not look(saved(graph(*nodes), (6, asset))).flaws
    wrapped = message((1, "type.googleapis.com/tensorflow.AssetFileDef"), (2, asset))
    collection = message((1, "saved_model_assets"), (2, message((5, message((1, wrapped))))))
    assert not look(saved(graph(*nodes), (4, collection))).flaws
    assert rules(saved(graph(X), (6, message((2, "../../vocab.txt"))))) == REFERENCE


def test_the_graph_in_pieces() -> None:
    """Parsers merge a singular field that occurs twice."""
    library = message((2, message((1, function("f", node("PyFunc"))))))
    pieces = message((1, 1), (2, message(INFO, (2, graph(X)), (2, library))))
    assert rules(pieces) == CODE
    split = message((1, 1), (2, meta(message((1, const("joined", "/x"))), (2, message((1, TABLE))))))
    assert rules(split) == REFERENCE


def test_keras_metadata_that_is_no_json() -> None:
    item = message((4, message((1, "_tf_keras_layer"), (3, "{"))))
    assert rules(saved(graph(X), (7, message((1, item))))) == {"weights/malformed"}
    alone = message((1, message((2, 0), (3, "root"), (4, "_tf_keras_model"), (5, "{"))))
    found = look(alone)
    assert found.format == "keras-metadata"
    assert {flaw.rule for flaw in found.flaws} == {"weights/malformed"}


def layer(kind: str, config: dict[str, object]) -> bytes:
    metadata = json.dumps({"name": "a", "class_name": kind, "config": config, "inbound_nodes": []})
    return message((4, message((1, "_tf_keras_layer"), (3, metadata))))


def test_keras_layers() -> None:
    bytecode = {"function": {"class_name": "__tuple__", "items": ["4wEAAAA=", None, None]}, "function_type": "lambda"}
    assert not look(saved(graph(X), (7, message((1, layer("Dense", {"units": 3})))))).flaws
    assert rules(saved(graph(X), (7, message((1, layer("Lambda", bytecode)))))) == CODE
    other = message((4, message((1, "_generic_user_object"), (3, "no JSON"))))
    assert not look(saved(graph(X), (7, message((1, other))))).flaws


def test_truncated_anywhere() -> None:
    data = saved(graph(X, node("Identity", "y", ("x",))))
    start = data.index(b"Placeholder") + len("Placeholder") + 4
    for end in range(start, len(data)):
        assert rules(data[:end]) == {"weights/malformed"}, end


def test_mutations_never_fail_the_reader() -> None:
    generator = random.Random(2)
    data = saved(graph(const("joined", "/x"), TABLE, functions=(function("f", node("PyFunc")),)))
    for _ in range(3000):
        raw = bytearray(data)
        for _ in range(generator.randint(1, 4)):
            raw[generator.randrange(len(raw))] = generator.randrange(256)
        assert not any("reader failed" in flaw.message for flaw in look(bytes(raw)).flaws), bytes(raw)


def test_many_operators_are_few_flaws() -> None:
    assert len(look(saved(graph(X, *(node(f"Evil{index}") for index in range(500))))).flaws) == 21
