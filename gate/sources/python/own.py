"""Whether a `from_pretrained` is that of a library, or of a class that the repository wrote itself."""

from __future__ import annotations

import ast
import re

from gate.sources.python.module import Class, Module

_HUB_BASE = re.compile(
    r"PreTrained|Pretrained|HubMixin|ModelMixin|ConfigMixin|SchedulerMixin|Pipeline$|Tokenizer|Processor|FeatureExtractor"
    r"|For[A-Z]\w+$|PeftModel|LoraModel|^Auto[A-Z]"
)
"""Base classes that load from the hub, by how transformers, diffusers, peft and huggingface_hub name them."""


def is_own(func: ast.Attribute, module: Module) -> bool:
    """Whether the method belongs to a class of this module that has nothing of a hub, or to the class itself."""
    receiver = func.value
    if isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Name) and receiver.func.id == "super":
        return True
    if not isinstance(receiver, ast.Name):
        return False
    if receiver.id == "cls":
        return True
    found = module.classes.get(receiver.id)
    return found is not None and not _loads_from_hub(found, func.attr, module, 0)


def _loads_from_hub(owner: Class, method: str, module: Module, depth: int) -> bool:
    if method in owner.methods or depth > 8:
        return False
    for base in owner.node.bases:
        name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        inner = module.classes.get(name)
        if inner is not None and inner is not owner:
            if _loads_from_hub(inner, method, module, depth + 1):
                return True
        elif _HUB_BASE.search(name):
            return True
    return False
