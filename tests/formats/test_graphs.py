"""Core ML, PaddlePaddle and Caffe: code and files from outside of the model."""

from __future__ import annotations

import pytest

from gate.formats.interface import Inspection

from .builders import look
from .messages import Field, message
from .test_corpus import CORPUS

REFERENCE = {"weights/external-reference"}
CODE = {"weights/embedded-code"}
FEATURE = message((1, "image"), (3, b""))


def coreml(*body: Field) -> Inspection:
    return look(message((1, 5), (2, message((1, FEATURE), (10, FEATURE))), *body))


def network(*layers: bytes) -> bytes:
    return message(*((1, layer) for layer in layers))


def layer(*body: Field) -> bytes:
    return message((1, "l"), (2, "in"), (3, "out"), *body)


CUSTOM = layer((500, message((10, "EvilLayer"))))


def entry(value: bytes) -> bytes:
    return message((1, "k"), (2, value))


def program(path: str) -> bytes:
    value = message((5, message((1, path), (2, 64))))
    block = message((3, message((1, "const"), (5, entry(value)))))
    return message((1, 1), (2, entry(message((2, "CoreML7"), (3, entry(block))))))


def test_coreml() -> None:
    found = coreml((500, network(layer((130, message((10, b"")))))))
    assert (found.format, found.role, found.flaws) == ("coreml", "weights", ())
    assert found.facts == {"specification": 5, "layers": 1, "operations": 0}
    assert not coreml((502, program("@model_path/weights/weight.bin"))).flaws


OUTSIDE: dict[str, Field] = {
    "a custom layer": (500, network(CUSTOM)),
    "a custom layer of a classifier": (403, network(CUSTOM)),
    "a custom layer in a branch": (303, network(layer((605, message((2, network(CUSTOM))))))),
    "a custom layer in a loop": (500, network(layer((615, message((4, network(CUSTOM))))))),
    "a custom layer in a pipeline": (202, message((1, message((1, 5), (500, network(CUSTOM)))))),
    "a custom layer in a wrapped pipeline": (200, message((1, message((1, message((500, network(CUSTOM)))))))),
    "a custom model": (555, message((10, "EvilModel"))),
    "a linked model": (556, message((1, message((1, message((1, "other.mlmodelc"))))))),
    "weights at an absolute path": (502, program("/etc/passwd")),
    "weights in a parent folder": (502, program("@model_path/../../weight.bin")),
}


@pytest.mark.parametrize("body", OUTSIDE.values(), ids=OUTSIDE)
def test_coreml_outside(body: Field) -> None:
    found = coreml(body)
    assert found.format == "coreml"
    assert {flaw.rule for flaw in found.flaws} == REFERENCE


def paddle(*operators: str) -> Inspection:
    variable = message((1, "x"), (2, message((1, 7))))
    items = [message((1, message((1, "X"), (2, "x"))), (3, operator)) for operator in operators]
    block = message((1, 0), (2, 0), (3, variable), *((4, item) for item in items))
    return look(message((1, block), (4, message((1, 2_006_000)))))


def test_paddle() -> None:
    found = paddle("feed", "matmul_v2", "fetch")
    assert (found.format, found.role, found.flaws) == ("paddle", "weights", ())
    assert found.facts == {"version": "2006000", "blocks": 1, "operators": 3}
    assert {flaw.rule for flaw in paddle("feed", "py_func").flaws} == CODE
    assert {flaw.rule for flaw in paddle("feed", "load_combine").flaws} == REFERENCE


def test_caffe() -> None:
    convolution = message((1, "conv1"), (2, "Convolution"), (3, "data"), (4, "conv1"), (7, message((5, bytes(8)))))
    found = look(message((1, "net"), (100, convolution)))
    assert (found.format, found.role, found.flaws) == ("caffe", "weights", ())
    python = message((1, "p"), (2, "Python"), (130, message((1, "os"), (2, "system"))))
    (flaw,) = look(message((1, "net"), (100, convolution), (100, python))).flaws
    assert flaw.rule == "weights/embedded-code"
    assert "os.system" in flaw.message


def test_two_kinds_at_once() -> None:
    """The fields of one kind are unknown, and harmless, to the other."""
    block = message((1, 0), (2, 0), (4, message((3, "py_func"))))
    opset, node = message((2, 18)), message((4, "Relu"))
    found = look(message((1, 9), (7, message((1, node))), (8, opset), (1, block)))
    assert {flaw.rule for flaw in found.flaws} == {"weights/polyglot", "weights/embedded-code"}


SAMPLES = [
    path for pattern in ("*.onnx", "*.tflite", "saved_model.pb", "ext_*.bin") for path in sorted(CORPUS.rglob(pattern))
]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_shared_corpus() -> None:
    """Every graph of it is recognised, and judged as it is labelled."""
    judged = 0
    for path in SAMPLES:
        found = look(path.read_bytes())
        if found.format == "pickle":  # under the name of a graph
            continue
        benign = path.relative_to(CORPUS).parts[0] == "benign"
        assert {flaw.rule for flaw in found.flaws} == (set() if benign else REFERENCE), path.name
        judged += 1
    assert judged
