"""Archives whose members together are a model: the code that each kind of model can carry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .builders import HOSTILE, look, rules, tarred, zipped

CODE, REFERENCE, UNKNOWN = "weights/embedded-code", "weights/external-reference", "weights/unknown-global"
EMPTY = b"\x80\x02}q\0."
"""A pickle of an empty dictionary."""
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "weights"


def findings(data: bytes) -> set[str]:
    """Rules broken, but for what every pickle breaks."""
    return rules(data) - {"weights/pickle-format"}


def scripted(code: str, **more: bytes) -> bytes:
    members = {"m/data.pkl": EMPTY, "m/constants.pkl": EMPTY, "m/version": b"3\n", "m/code/__torch__.py": code.encode()}
    return zipped({**members, **more})


FORWARD = """class M(Module):
  __parameters__ = ["weight", ]
  training : bool
  ops : List[int]
  def forward(self: __torch__.M, x: Tensor) -> Tensor:
    _0 = torch.linear(x, self.weight, CONSTANTS.c0)
    _1 = ops.prim.NumToTensor(torch.size(_0, 0))
    _2 = ops.quantized.linear(_0, self.packed, 0.1, 3)  # torch.save is not called
    if torch.gt(_1, 0): ops.prim.RaiseException("use torch.save(x) or torch.from_file", None)
    return ops.torchvision.nms(_2, torch.load_state(_0), 0.5)
"""


def test_torchscript_that_computes() -> None:
    found = look(scripted(FORWARD))
    assert (found.format, found.role) == ("torchscript", "weights")
    assert findings(scripted(FORWARD)) == set()


@pytest.mark.parametrize(
    "line",
    [
        "torch.from_file('/etc/passwd', False, 10)",
        "torch.save(x, '/home/user/.bashrc')",
        "torch . \\\n  from_file('x')",
        "ops.aten.from_file('x')",
        "ops.evil.run(x)",
        "torch.ops.evil.run(x)",
        "ops.image.read_file('/etc/passwd')",
        "ops.prim.rpc_sync(x)",
        "_0 = torch; _0.from_file('x')",
        'getattr(torch, "from_file")("x")',
        "a = '#'; torch.from_file(a)",
        "1.\n  torch.save(x)",
        'a + "\\""; torch.save(x)',
        "__torch__.torch.classes.evil.Runner(x)",
        "__torch__.torch.classes.torchvision.Video(x)",
    ],
)
def test_torchscript_that_reaches_out(line: str) -> None:
    assert findings(scripted(f"def f(x):\n  return {line}\n")) == {REFERENCE}
    assert not rules(zipped({"code/a.py": f"{line}\n".encode()})), "a source tree, which nothing runs"


def test_torchscript_is_searched_once() -> None:
    for text in ('"' + '\\"' * 500_000, " " * 1_000_000, '"""\\' * 300_000, "torch" + "." * 1_000_000):
        assert look(scripted(text)).format == "torchscript"


def test_mobile_bytecode() -> None:
    pickled = b"\x80\x02X\x0d\0\0\0%s." % b"aten::add.out"
    assert findings(scripted("", **{"m/bytecode.pkl": pickled})) == set()
    pickled = b"\x80\x02X\x0f\0\0\0%s." % b"aten::from_file"
    assert findings(scripted("", **{"m/bytecode.pkl": pickled})) == {REFERENCE}


def test_native_code_beside_weights() -> None:
    library = b"\x7fELF\x02\x01\x01" + bytes(100)
    assert findings(zipped({"m/data.pkl": EMPTY, "m/x.so": library})) == {CODE}
    assert findings(tarred({"w": EMPTY, "x": library})) == {CODE}
    assert not rules(zipped({"a.txt": b"x", "x.so": library}))


GRAPH = {
    "graph_module": {
        "graph": {
            "nodes": [
                {"target": "torch.ops.aten.linear.default", "inputs": []},
                {"target": "torch.ops.higher_order.cond", "inputs": []},
                {"target": "_operator.floordiv", "inputs": []},
                {"target": "torch.sym_max", "inputs": []},
                {"target": "math.trunc", "inputs": []},
            ],
            "sym_int_values": {
                "s": {"as_expr": {"expr_str": "FloorDiv(Mul(Integer(3), Symbol('s17', positive=True)), Integer(2))"}}
            },
        }
    },
    "guards_code": ["((4*L['y'].size()[0]) % (2*L['x'].size()[0])) == 0", "Max(1, L['x'].size()[0]) == 2"],
}


def exported(graph: object, **more: bytes) -> bytes:
    members = {"m/archive_format": b"pt2", "m/models/model.json": json.dumps(graph).encode(), "m/version": b"0"}
    return zipped({**members, **more})


def test_export_that_computes() -> None:
    assert look(exported(GRAPH))[:3] == ("pt2", "weights", ())
    assert findings(exported(GRAPH, **{"m/data/sample_inputs/model.pt": HOSTILE})) == {"weights/unsafe-pickle"}


@pytest.mark.parametrize(
    ("target", "rule"),
    [
        ("torch.ops.evil.run", REFERENCE),
        ("torch.ops.load_library", REFERENCE),
        ("torch.ops.aten.from_file.default", REFERENCE),
        ("#library:op", REFERENCE),
        ("torch.hub.load", CODE),
        ("torch.serialization.os.system", CODE),
        ("torchx.serialization.os.system", CODE),
        ("torch.ops.aten.add.__class__", CODE),
        ("_operator.methodcaller", CODE),
        ("math.__loader__.load_module", CODE),
    ],
)
def test_export_with_targets_that_reach_out(target: str, rule: str) -> None:
    assert findings(exported({"graph_module": {"nodes": [{"target": target, "inputs": []}]}})) == {rule}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')",
        "eval('1')",
        "Max('__import__(1)', 2)",
        "'__import__(1)'",
        "(lambda: 1)()",
        "[x for x in L]",
        "L['x'].__class__",
        "math.__loader__",
        "f'{x}'",
        "Symbol",
        "(" * 3000,
        "1" * 30_000,
    ],
)
def test_expressions_that_are_no_arithmetic(text: str) -> None:
    expected = set() if text == "Symbol" else {CODE}
    assert findings(exported({"graph_module": {"expr_str": text}})) == expected
    assert findings(exported({"graph_module": {}, "guards_code": [text]})) == expected


@pytest.mark.parametrize("name", ["model.so", "wrapper.cpp", "kernel.cubin", "a.o"])
def test_compiled_exports(name: str) -> None:
    assert findings(exported(GRAPH, **{f"m/data/aotinductor/model/{name}": b"text"})) == {CODE}
    assert not findings(exported(GRAPH, **{"m/data/aotinductor/model/metadata.json": b"{}"}))


def test_torch_package() -> None:
    parts = {"p/.data/extern_modules": b"torch\n", "p/.data/version": b"3\n", "p/m.pkl": EMPTY}
    assert look(zipped(parts)).format == "torch-package"
    assert findings(zipped(parts)) == set()
    assert findings(zipped({**parts, "p/foo.py": b"import os\n"})) == {CODE}


@pytest.mark.parametrize(
    ("model", "runs"),
    [
        ({"handler": "image_classifier", "serializedFile": "m.pt"}, False),
        ({"handler": "handler.py"}, True),
        ({"handler": "handler:run"}, True),
        ({"handler": "text_classifier", "modelFile": "model.py"}, True),
        ({"handler": "text_classifier", "requirementsFile": "requirements.txt"}, True),
    ],
)
def test_torchserve(model: dict[str, str], runs: bool) -> None:
    manifest = json.dumps({"createdOn": "", "model": {"modelName": "m", **model}}).encode()
    data = {"MAR-INF/MANIFEST.json": manifest, "m.pt": b"", "handler.py": b"import os\n"}
    assert look(zipped(data)).format == "mar"
    assert findings(zipped(data)) == ({CODE} if runs else set())
    assert findings(tarred(data)) == ({CODE} if runs else set())


def test_torchserve_manifest_that_cannot_be_read() -> None:
    assert findings(zipped({"MAR-INF/MANIFEST.json": b"[" * 100_000})) == {CODE}
    assert findings(zipped({"MAR-INF/MANIFEST.json": b"[]"})) == {CODE}


@pytest.mark.parametrize(
    ("text", "flagged"),
    [
        ("cfg:\n  _target_: nemo.collections.asr.models.EncDecCTCModel\n", False),
        ("cfg: {_target_: torch.nn.Linear, in_features: 1}\n", False),
        ("cfg:\n  _target_: os.system\n  command: id\n", True),
        ("cfg:\n  - - _target_: subprocess.Popen\n", True),
        ('"\\x5ftarget_": os.system\n', True),
        ("? _target_\n: os.system\n", True),
        ("a: &x os.system\nb: {_target_: *x}\n", True),
        ("a: &k _target_\nb:\n  *k : os.system\n", True),
        ("value: _target_\nother: os.system\n", False),
        ("name: _target_ of os.system\n", False),
    ],
)
def test_configurations_that_name_what_to_call(text: str, flagged: bool) -> None:
    weights = {"model_config.yaml": text.encode(), "model_weights.ckpt": zipped({"a/data.pkl": EMPTY})}
    assert findings(tarred(weights)) == ({CODE} if flagged else set())
    assert not rules(tarred({"conf/config.yaml": text.encode()})), "a source tree with Hydra"


def test_configurations_that_cannot_be_parsed() -> None:
    weights = {"w": EMPTY}
    assert findings(tarred({**weights, "c.yaml": b"_target_: [\n"})) == {"weights/malformed"}
    assert findings(tarred({**weights, "c.yaml": b"_target_: x\n" + b"#" * (2 << 20)})) == {"weights/unscannable"}


def skops(loader: str, module: str, name: str, content: object = None) -> bytes:
    node = {"__class__": name, "__module__": module, "__loader__": loader, "content": content, "__id__": 1}
    return zipped({"schema.json": json.dumps({**node, "protocol": 2, "_skops_version": "0.12"}).encode()})


@pytest.mark.parametrize(
    ("loader", "module", "name", "rule"),
    [
        ("ObjectNode", "sklearn.linear_model._logistic", "LogisticRegression", None),
        ("DictNode", "builtins", "dict", None),
        ("FunctionNode", "numpy", "log1p", None),
        ("OperatorFuncNode", "operator", "attrgetter", None),
        ("OperatorFuncNode", "operator", "call", CODE),
        ("OperatorFuncNode", "builtins", "methodcaller", CODE),
        ("FunctionNode", "os", "system", CODE),
        ("ListNode", "os", "system", CODE),
        ("TypeNode", "subprocess", "Popen", CODE),
        ("ObjectNode", "my_package.models", "Custom", UNKNOWN),
    ],
)
def test_skops_types(loader: str, module: str, name: str, rule: str | None) -> None:
    assert look(skops(loader, module, name)).format == "skops"
    assert findings(skops(loader, module, name)) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("function", "owner", "rule"),
    [
        ("build_analyzer", "sklearn.feature_extraction.text", None),
        ("__reduce__", "sklearn.feature_extraction.text", CODE),
        ("a.b", "sklearn.feature_extraction.text", CODE),
        ("system", "os", CODE),
    ],
)
def test_skops_methods(function: str, owner: str, rule: str | None) -> None:
    """CVE-2025-54413: the method of another object than the schema says."""
    inner = {"__loader__": "ObjectNode", "__module__": owner, "__class__": "TfidfVectorizer", "content": {}}
    node = skops("MethodNode", "sklearn.feature_extraction.text", "TfidfVectorizer", {"func": function, "obj": inner})
    assert (CODE in findings(node)) is (rule == CODE)
    assert bool(findings(node)) is bool(rule)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("benign/sklearn/pipe.skops", set()),
        ("benign/torch/scripted.pt", set()),
        ("benign/torch/traced.torchscript", set()),
        ("benign/torch/state_dict.pt", set()),
        ("benign/other-ml/plain.npz", set()),
        ("malicious/other-formats/aoti_so.pt2", {CODE}),
        ("malicious/other-formats/method_54413.skops", {CODE}),
        ("malicious/other-formats/zipbomb_200MB.pt", {"weights/unscannable"}),
        ("malicious/other-formats/nemo_pickle.nemo", {"weights/unsafe-pickle"}),
        ("malicious/containers/zip_slip.zip", {"weights/path-traversal"}),
        ("malicious/containers/tar_symlink.tar", {"weights/path-traversal"}),
        ("malicious/containers/tar_traversal.tar", {"weights/path-traversal"}),
        ("malicious/containers/sevenzip.7z", {"weights/unsafe-pickle"}),
        ("malicious/containers/zip_bad_crc.pt", {"weights/unsafe-pickle", "weights/archive-tampered"}),
        ("malicious/containers/zip_enc_flag_cd.pt", {"weights/unsafe-pickle", "weights/archive-tampered"}),
    ],
)
def test_corpus(path: str, expected: set[str]) -> None:
    assert findings((CORPUS / path).read_bytes()) == expected
