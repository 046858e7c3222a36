"""ONNX: what lies or comes from outside is found wherever a model can hold it, and nothing else is."""

from __future__ import annotations

import random

import pytest

from .builders import HOSTILE, look, rules, zipped
from .messages import Field, message

REFERENCE = {"weights/external-reference"}


def external(location: str | bytes, name: str = "w") -> bytes:
    entry = message((1, "location"), (2, location))
    return message((2, 1), (8, name), (13, entry), (13, message((1, "length"), (2, "4"))), (14, 1))


def node(operator: str, domain: str = "", *attributes: bytes) -> bytes:
    return message((1, "x"), (2, "y"), (4, operator), *((5, item) for item in attributes), (7, domain))


def graph(*nodes: bytes, tensors: tuple[bytes, ...] = (), extra: tuple[Field, ...] = ()) -> bytes:
    output = message((1, "y"), (2, message((1, message((1, 1))))))
    return message(*((1, item) for item in nodes), (2, "g"), *((5, item) for item in tensors), (12, output), *extra)


OPSET = message((1, ""), (2, 18))


def model(body: bytes, *more: Field) -> bytes:
    return message((1, 9), (2, "pytorch"), (3, "2.0"), (7, body), (8, OPSET), *more)


RELU = node("Relu")
TENSOR = message((1, 2), (2, 1), (8, "w"), (9, bytes(8)))
FIELDS: tuple[Field, ...] = (
    (1, 9),
    (2, "pytorch"),
    (3, "2.0"),
    (7, graph(RELU, tensors=(TENSOR,))),
    (8, OPSET),
    (14, message((1, "k"), (2, "/v"))),
)
GOOD = message(*FIELDS)


def test_facts() -> None:
    found = look(GOOD)
    assert (found.format, found.role, found.flaws) == ("onnx", "weights", ())
    assert found.facts == {
        "ir_version": 9,
        "producer": "pytorch 2.0",
        "opset": {"": 18},
        "nodes": 1,
        "tensors": 1,
        "external": [],
    }


@pytest.mark.parametrize("location", ["weights.bin", "model.onnx_data", "data/part-1.bin", "a..b", "./w", "büchse"])
def test_files_beside_the_model_are_no_finding(location: str) -> None:
    found = look(model(graph(RELU, tensors=(external(location),))))
    assert not found.flaws
    assert found.facts["external"] == [location]


OUTSIDE = [
    "", "/etc/passwd", "../w", "a/../../w", "a\\w", "..\\w", "\\\\server\\w", "C:\\w", "C:w", "c:/w", "file:///etc/passwd",
    "https://example.com/w", "s3://bucket/w", "~/w", "w\nx", "*/_ORT_MEM_ADDR_/*", "a/" * 5000 + "../w",
]  # fmt: skip


@pytest.mark.parametrize("location", OUTSIDE, ids=lambda text: text[:20])
def test_external_data_outside(location: str) -> None:
    (flaw,) = look(model(graph(RELU, tensors=(external(location),)))).flaws
    assert flaw.rule == "weights/external-reference"
    assert flaw.message.isprintable()
    assert '"w"' in flaw.message


BAD = external("/x")
SPARSE = message((1, BAD), (2, message((2, 7))))
EVIL = node("Run", "evil")


def attribute(*fields: Field) -> bytes:
    return message((1, "a"), *fields)


ENGINE = message((1, "ep_cache_context"), (4, "../x"))
PIECE = message((13, message((1, "location"), (2, "/x"))))
PLACES = {
    "a sparse tensor": model(graph(RELU, extra=((15, SPARSE),))),
    "the indices of a sparse tensor": model(graph(RELU, extra=((15, message((2, BAD))),))),
    "an attribute": model(graph(node("Constant", "", attribute((5, BAD))))),
    "a list of tensors": model(graph(node("Constant", "", attribute((10, BAD))))),
    "a sparse attribute": model(graph(node("Constant", "", attribute((22, SPARSE))))),
    "a list of sparse tensors": model(graph(node("Constant", "", attribute((23, SPARSE))))),
    "a branch": model(graph(node("If", "", attribute((6, graph(RELU, tensors=(BAD,))))))),
    "one of several branches": model(graph(node("If", "", attribute((11, graph(RELU, tensors=(BAD,))))))),
    "training": model(graph(RELU), (20, message((1, graph(RELU, tensors=(BAD,)))))),
    "the training algorithm": model(graph(RELU), (20, message((2, graph(EVIL))))),
    "a function": model(graph(RELU), (25, message((1, "f"), (7, EVIL), (10, "own")))),
    "the default of a function's attribute": model(graph(RELU), (25, message((1, "f"), (11, attribute((5, BAD)))))),
    "an operator in a loop in a branch": model(
        graph(node("If", "", attribute((6, graph(node("Loop", "", attribute((6, graph(EVIL)))))))))
    ),
    "a second piece of the graph": model(graph(RELU)) + message((7, message((1, EVIL)))),
    "a second piece of a tensor": model(graph(node("Constant", "", attribute((5, message((8, "w"))), (5, PIECE))))),
    "the last of two locations": model(
        graph(RELU, tensors=(message((13, message((1, "k"), (2, "w")) + message((1, "location"), (2, "/x")))),))
    ),
    "fields in another order": message((8, OPSET), (7, graph(EVIL)), (1, 9)),
    "unknown fields in front": message((99, "x" * 5000), (7, graph(EVIL)), (1, 9), (500, 1)),
    "a model that only has tensors": message((7, message((5, BAD)))),
    "no version but a location": message((7, graph(RELU, tensors=(BAD,)))),
    "the graph in front": message((7, graph(EVIL)), (8, OPSET)),
    "like a pickle in front": message((5, 1), (1, 9), (7, graph(EVIL))),
    "like JSON in front": b"\n\x7b" + b'"'.ljust(0x7B) + model(graph(EVIL)),
    "a compiled engine": model(graph(node("EPContext", "com.microsoft", ENGINE))),
}  # fmt: skip


@pytest.mark.parametrize("data", PLACES.values(), ids=PLACES)
def test_wherever_it_is(data: bytes) -> None:
    found = look(data)
    assert found.format == "onnx"
    assert {flaw.rule for flaw in found.flaws} == REFERENCE


@pytest.mark.parametrize(
    "domain", ["", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "com.microsoft"]
)
def test_built_in_domains(domain: str) -> None:
    assert not look(model(graph(node("Gelu", domain)))).flaws


@pytest.mark.parametrize(
    ("operator", "domain"),
    [
        ("Run", "evil.custom"), ("Run", "com.microsoft.evil"), ("Run", "AI.ONNX"), ("Run", "ai.onnx.contrib"),
        ("Run", " "), ("PyOp", "evil"), ("PyOp", ""), ("PythonOp", "com.microsoft"), ("ATen", "org.pytorch.aten"),
    ],
)  # fmt: skip
def test_operators_from_elsewhere(operator: str, domain: str) -> None:
    (flaw,) = look(model(graph(RELU, node(operator, domain), node(operator, domain)))).flaws
    assert flaw.rule == "weights/external-reference"
    assert operator in flaw.message
    assert domain in flaw.message


def test_functions_of_the_model_are_no_finding_and_only_those() -> None:
    function = message((1, "Mine"), (7, RELU), (10, "own"))
    assert not look(model(graph(node("Mine", "own")), (25, function))).flaws
    assert rules(model(graph(node("Other", "own")), (25, function))) == REFERENCE
    assert rules(model(graph(node("Mine", "other")), (25, function))) == REFERENCE


def test_external_data_without_a_file() -> None:
    assert rules(model(graph(RELU, tensors=(message((8, "w"), (14, 1)),)))) == {"weights/malformed"}


def test_many_findings_are_few_flaws() -> None:
    bad = tuple(external(f"/{index}") for index in range(500))
    flaws = look(model(graph(*[EVIL] * 500, tensors=bad))).flaws
    assert len(flaws) == 21


def test_inside_an_archive() -> None:
    (flaw,) = look(zipped({"a/m.onnx": model(graph(EVIL))})).flaws
    assert (flaw.rule, flaw.member) == ("weights/external-reference", "a/m.onnx")


def test_also_a_zip() -> None:
    assert "weights/polyglot" in rules(GOOD + message((99, zipped({"data.pkl": HOSTILE}))))


@pytest.mark.parametrize("end", range(1, len(GOOD)))
def test_truncated_anywhere(end: int) -> None:
    """Clean is only what parsers accept: a model that lacks its last fields, or too little to be one."""
    found = look(GOOD[:end])
    boundaries = [len(message(*FIELDS[:count])) for count in range(len(FIELDS))]
    enough = len(message(*FIELDS[:3])) + 40
    assert end in boundaries or end < enough or {flaw.rule for flaw in found.flaws} == {"weights/malformed"}


def test_mutations_never_fail_the_reader() -> None:
    generator = random.Random(1)
    data = PLACES["an operator in a loop in a branch"]
    for _ in range(3000):
        raw = bytearray(data)
        for _ in range(generator.randint(1, 4)):
            raw[generator.randrange(len(raw))] = generator.randrange(256)
        assert not any("reader failed" in flaw.message for flaw in look(bytes(raw)).flaws), bytes(raw)
