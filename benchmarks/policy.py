"""How long it takes to resolve policies that extend 50 files, and to decide by 200 rules about 10,000 artifacts.

Prints two Markdown tables; docs/performance.md holds them as they came. `python -m benchmarks.policy`.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.measure import paired
from gate.core.catalogue import rule_ids
from gate.core.model import Finding, Location, Subject
from gate.dbom.model import Artifact, Origin
from gate.judge import decide
from gate.policy.custom import values
from gate.policy.custom.judge import Case, judge_custom
from gate.policy.load import load_policies

FILES = 50
ARTIFACTS = 10_000
RULES, CUSTOM, TEN = 200, 50, 10
STAGE = "release"
RUNS = 7
LOAD = "from gate.policy.load import load_policies; load_policies(('top.yaml',), '.', '.')"
IMPORT = "import gate.policy.load, gate.policy.custom, gate.policy.trust_load"


class Took(NamedTuple):
    """Wall seconds, and CPU seconds of this process and of those that it started."""

    wall: float
    cpu: float


def main() -> None:
    """Runs everything."""
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as temporary:
        resolution(Path(temporary))
        decisions(Path(temporary))


def resolution(root: Path) -> None:
    """50 extended files of 20 entries each: side by side, and in 4 chains in which each file extends the next."""
    print("| 50 extended files | warm: wall | CPU | cold process: wall | CPU | an import alone: CPU |")
    print("|---|---|---|---|---|---|")
    for shape, chains in (("side by side", FILES), ("4 chains", 4)):
        directory = root / shape.replace(" ", "-")
        directory.mkdir()
        write_tree(directory, chains)
        warm = middle(partial(load_policies, ("top.yaml",), str(directory), str(directory)))
        cold = paired([sys.executable, "-c", LOAD], [sys.executable, "-c", IMPORT], str(directory), RUNS)
        print(f"| {shape} | {figures(warm)} | {figures(Took(*cold.ours[:2]))} | {ms(cold.theirs.cpu)} |", flush=True)


def write_tree(directory: Path, chains: int) -> None:
    """`top.yaml`, which extends `chains` files, each the head of a chain; together they are `FILES`."""
    names = [f"file-{number}.yaml" for number in range(FILES)]
    for number, name in enumerate(names):
        extends = f"extends: [{names[number + chains]}]\n" if number + chains < FILES else ""
        rules = "".join(
            f"  {rule}: {{enforce: block, for: {{path: 'data/{number}/**'}}}}\n" for rule in rule_ids()[:20]
        )
        (directory / name).write_text(f"policy: 1\nname: file-{number}\n{extends}rules:\n{rules}", "utf-8")
    (directory / "top.yaml").write_text(f"policy: 1\nextends: [{', '.join(names[:chains])}]\n", "utf-8")


def decisions(root: Path) -> None:
    """200 rules on 10,000 artifacts: 150 entries on all rules of the catalogue, and 50 in CEL."""
    (root / "rules.yaml").write_text(rules_text(), "utf-8")
    policies = load_policies(("rules.yaml",), str(root), str(root))
    artifacts = [artifact(number) for number in range(ARTIFACTS)]
    print("\n| 10,000 artifacts, 200 rules of which 50 in CEL | times | wall | CPU |\n|---|---|---|---|")
    cases = [
        Case(one.subject, one.location, values.declared(one, is_directory=False), facts(number))
        for number, one in enumerate(artifacts)
    ]
    stated = [finding(rule, one.subject) for one in artifacts for rule in rule_ids()[:TEN]]

    def everything() -> int:
        return len(decide(policies, [*stated, *judge_custom(policies, cases, STAGE)], STAGE))

    broken = everything() - len(stated)
    row(
        f"the 50 rules in CEL, {broken:,} times broken",
        len(cases) * CUSTOM,
        partial(judge_custom, policies, cases, STAGE),
    )
    row(f"decisions on {TEN} findings about each artifact", len(stated), partial(decide, policies, stated, STAGE))
    row("both, and decisions on what CEL found", len(stated) + len(cases) * CUSTOM, everything)
    every = [finding(rule, one.subject) for one in artifacts for rule in rule_ids()]
    row(
        f"decisions where each artifact breaks all {len(rule_ids())} rules",
        len(every),
        partial(decide, policies, every, STAGE),
    )


def rules_text() -> str:
    """A policy of 150 entries on the rules of the catalogue and 50 custom rules."""
    rules = rule_ids()
    entries: dict[str, list[str]] = {}
    for number in range(RULES - CUSTOM):
        scope = (
            f"kind: {('model', 'dataset')[number % 2]}",
            f"name: 'a-{number % 10}*'",
            f"path: 'data/{number % 7}/**'",
        )
        entries.setdefault(rules[number % len(rules)], []).append(f"{{enforce: block, for: {{{scope[number % 3]}}}}}")
    lines = "".join(f"  {rule}: [{', '.join(said)}]\n" for rule, said in entries.items())
    custom = "".join(
        f"  - {{id: acme/rule-{number}, message: broken, enforce: warn, assert: {expression(number)!r}}}\n"
        for number in range(CUSTOM)
    )
    return f"policy: 1\nrules:\n{lines}custom:\n{custom}"


EXPRESSIONS = (
    'artifact.source.host.endsWith(".acme.example") && artifact.source.host != "host-7.acme.example"',
    'artifact.kind != "model" || artifact.extension == "safetensors" && facts.weights.parameters % 10 > 0',
    "facts.integrity.verified && facts.integrity.files > 0",
    'artifact.license.startsWith("CC-") && !("unreviewed" in artifact.tags)',
    'size(artifact.version) > 0 && artifact.path.startsWith("data/") && !artifact.path.endsWith("9.safetensors")',
)
"""Each is broken by one artifact in ten."""
PATTERN = 'artifact.path.matches("^data/[0-9]+/part-[0-9]*[0-8][.]safetensors$")'
"""The same with a regular expression, which CEL compiles at every evaluation; two rules have it."""


def expression(number: int) -> str:
    """That of one custom rule."""
    return PATTERN if number % 25 == 24 else EXPRESSIONS[number % 5]


def artifact(number: int) -> Artifact:
    """A dataset or model with what entries usually have."""
    kind: Any = ("model", "dataset")[number % 2]
    source = Origin(f"https://host-{number % 10}.acme.example/x", "v1", "2026-01-31", "Acme", "CC-BY-4.0")
    path = f"data/{number % 7}/part-{number}.safetensors"
    sha256 = f"{number:064x}"
    place = Location("dbom.yaml", 3 + 9 * number, 5)
    return Artifact(
        kind,
        f"a-{number}",
        path,
        place,
        {},
        sha256,
        "1",
        None,
        number,
        source,
        tags=(("un" if number % 10 == 3 else "") + "reviewed",),
    )


def facts(number: int) -> dict[str, Any]:
    """What the checks establish."""
    return {
        "dbom": {"version": "1", "origin": f"https://host-{number % 10}.acme.example/x", "license": "CC-BY-4.0"},
        "integrity": {"verified": True, "directory": False, "files": number % 10, "size": number, "lfs_pointers": 0},
        "weights": {"formats": {"safetensors": 1}, "format": "safetensors", "tensors": 2, "parameters": number},
        "signatures": {"signed": False},
    }


def finding(rule: str, subject: Subject) -> Finding:
    """A finding as checks make them."""
    return Finding(rule, subject, "something is wrong", "mend it", Location("dbom.yaml", 3, 5))


def middle(work: Callable[[], object], runs: int = RUNS) -> Took:
    """The median of `runs` times `work`, after one that does not count."""
    work()
    took = [_once(work) for _ in range(runs)]
    return Took(*(statistics.median(column) for column in zip(*took, strict=True)))


def _once(work: Callable[[], object]) -> Took:
    wall, cpu = time.perf_counter(), _cpu()
    work()
    return Took(time.perf_counter() - wall, _cpu() - cpu)


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def figures(took: Took) -> str:
    """Both times."""
    return f"{ms(took.wall)} | {ms(took.cpu)}"


def ms(seconds: float) -> str:
    """Milliseconds."""
    return f"{1000 * seconds:,.0f} ms"


def row(what: str, times: int, work: Callable[[], object]) -> None:
    """Measures, and prints one line of the second table."""
    print(f"| {what} | {times:,} | {figures(middle(work, 5))} |", flush=True)


if __name__ == "__main__":
    main()
