"""TorchScript: which operators the code in a scripted or traced model calls.

The language has no imports and no `eval`; what it can do is what its operators do. Those of torch compute, but for a
few that read and write files or call other machines. Others come from libraries that have to be loaded first.
Sources: torch 2.13, `torch._C._jit_get_all_schemas()` and `import_source.cpp`.
"""

from __future__ import annotations

import re

from gate.core.text import shorten

COMPUTING = frozenset((
    "aten", "prim", "prims", "quantized", "_quantized", "quantization", "quantized_decomposed", "sparse", "mkldnn",
    "onednn", "mkldnn_prepacked", "mkl", "prepacked", "metal_prepack", "vulkan_prepack", "static_runtime", "inductor",
    "_c10d_functional", "_c10d_functional_autograd", "_dtensor", "rngprims", "profiler", "higher_order", "_caffe2",
    "xnnpack", "rnn", "torchvision", "torchaudio", "torchtext", "image", "torchao", "fbgemm", "torch_scatter",
    "torch_sparse", "torch_cluster", "torch_spline_conv", "pyg", "_nnapi",
))  # fmt: skip
"""Namespaces of operators and of classes: torch's own, and those of its domain libraries and of PyTorch Geometric."""
_REACHING = frozenset(
    ("aten.from_file", "aten.save", "aten.load", "prim.rpc_async", "prim.rpc_remote", "prim.rpc_sync")
)
"""Operators of torch itself that reach files or other machines."""
_CORE = frozenset(("aten", "prim", "prims"))
_FILES = re.compile(r"(?:^|_)(?:file|load|save|read|write|open|url|path|sox_io|ffmpeg|video)(?:_|$)", re.IGNORECASE)
"""What the names of operators that reach files have in common in the domain libraries, `image.read_file` say."""
_QUOTED = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\\?\Z)|\'\'\'(?:[^\\]|\\.)*?(?:\'\'\'|\\?\Z)'
    r'|"(?:[^"\\\n]|\\.)*"?|\'(?:[^\'\\\n]|\\.)*\'?|#[^\n]*',
    re.DOTALL,
)
"""Texts and comments; the end of a text is optional, so that none is searched for twice."""
_NUMBER = re.compile(r"(?<![\w.])\d[\d_]*\.?\d*")
_SPACE = re.compile(r"[\s\\]+")
_CHAIN = re.compile(r"(?<![\w.])(torch|ops|__torch__)\b((?:\.\w+)*)(\s*:)?")
_MOBILE = re.compile(rb"(?<![\w:.])([A-Za-z_]\w*)::([A-Za-z_]\w*)")


def reaching(text: str) -> list[str]:
    """What the code calls that reaches outside the model, a sentence each."""
    text = _QUOTED.sub(lambda found: "" if found[0][0] == "#" else "0", text)
    text = _NUMBER.sub("0 ", text)  # the dot of `1.` leads to no name
    text = _SPACE.sub(" ", text).replace(" .", ".").replace(". ", ".")
    found: dict[str, None] = {}
    for match in _CHAIN.finditer(text):
        head, path = match[1], match[2].split(".")[1:]
        if head == "__torch__":
            message = operator(path[2], ".".join(path[3:])) if path[:2] == ["torch", "classes"] and path[2:] else ""
        elif not path:
            message = "" if match[3] else f"the code takes hold of all operators at once: `{head}` without a name"
        else:
            message = operator(*_called(head, path))
        if message:
            found[message] = None
    return list(found)


def reaching_mobile(data: bytes) -> list[str]:
    """The same for the byte code of the lite interpreter, whose pickle names operators as `aten::add`."""
    names = dict.fromkeys((match[1].decode(), match[2].decode()) for match in _MOBILE.finditer(data))
    return [message for namespace, name in names if (message := operator(namespace, name))]


def _called(head: str, path: list[str]) -> tuple[str, str]:
    """Namespace and name of an operator: `torch.x` is `aten.x`, `ops.n.x` is `n.x`."""
    if head == "torch" and path[0] not in ("ops", "classes"):
        return "aten", path[0]
    path = path[1:] if head == "torch" else path
    return (path or [""])[0], ".".join(path[1:])


def operator(namespace: str, name: str) -> str:
    """What is wrong with calling this operator or using this class; empty if it computes."""
    shown = f'"{shorten(f"{namespace}.{name}", 80)}"'
    if f"{namespace}.{name.partition('.')[0]}" in _REACHING:
        return f"the operator {shown} reaches files or other machines"
    if namespace not in COMPUTING:
        return f"the operator {shown} is not torch's own: it comes from a library that has to be loaded"
    if namespace not in _CORE and _FILES.search(name):
        return f"the operator {shown} reaches files"
    return ""
