"""Great Expectations suites that a repository has already, and the dataset that each is about."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable

from gate.core.errors import GateError
from gate.documents.nodes import Mapping, Node, Sequence, decode, parse, read_bytes
from gate.scaffold.model import Proposal

FOLDER = "expectations"
"""The folder in which Great Expectations keeps suites, in a project of its own (`gx/`) or not."""

_NOISE = re.compile(r"expectations?|suite|[^a-z0-9]")


def read_suites(root: str, paths: Iterable[str]) -> list[str]:
    """Those of `paths` that hold a suite."""
    candidates = (path for path in sorted(paths) if path.endswith(".json") and FOLDER in path.split("/")[:-1])
    return [path for path in candidates if _is_suite(root, path)]


def _is_suite(root: str, path: str) -> bool:
    try:
        tree = parse(decode(read_bytes(os.path.join(root, path), path), path), [])
    except GateError:
        return False
    expectations = tree.items["expectations"][1] if isinstance(tree, Mapping) and "expectations" in tree.items else None
    return isinstance(expectations, Sequence) and all(map(_is_expectation, expectations.items))


def _is_expectation(node: Node) -> bool:
    return isinstance(node, Mapping) and ("expectation_type" in node.items or "type" in node.items)


def match(suites: Iterable[str], proposals: Iterable[Proposal]) -> dict[str, str]:
    """The dataset that each suite is about, by its path: the one of the same name, or the only one there is."""
    datasets = [proposal.path for proposal in proposals if proposal.kind != "model"]
    matched: dict[str, str] = {}
    for suite in suites:
        words = _words(suite)
        named = [path for path in datasets if _stem(path) in words]
        chosen = named if named or len(datasets) > 1 else datasets
        if len(chosen) == 1:
            matched[suite] = chosen[0]
    return matched


def _words(suite: str) -> set[str]:
    """What the path of a suite could name: `expectations/sales/train.warning.json` is about `sales` or `train`."""
    parts = suite.removesuffix(".json").split("/")
    inner = parts[parts.index(FOLDER) + 1 :]
    words = {_normal(word) for part in inner for word in (part, *part.split("."))}
    return words - {""}


def _stem(path: str) -> str:
    return _normal(posixpath.basename(path).partition(".")[0])


def _normal(word: str) -> str:
    return _NOISE.sub("", word.lower())
