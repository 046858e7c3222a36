"""What finding sources costs: `gate sources` on generated Python files, beside `ast.parse` alone over all of them.

`python -m benchmarks.sources.speed` from the root of the project; with a directory, on the files there instead. Whole
processes, in turn; with `--jobs 1` the gate takes one process too. The generated files are made of the parts that
training repositories are made of; every fifth one pulls something in.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import paired

GATE = str(Path(sys.executable).with_name("gate"))
FILES = 5_000
SEED = 10
PAIRS = 3
PARSE = """
import ast, os, sys, warnings
warnings.simplefilter("ignore")
for directory, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".py"):
            with open(os.path.join(directory, name), "rb") as file:
                try:
                    ast.parse(file.read())
                except (SyntaxError, ValueError):
                    pass
"""
"""What any tool that reads syntax trees has to do at the least."""

NAMES = "batch loss logits hidden mask scale weight state config step cache output value index target score".split()  # noqa: SIM905
IMPORTS = (
    "import os\nimport math\nfrom typing import Any, Optional\n\nimport numpy as np\nimport torch\nfrom torch "
    "import nn\n",
    "import argparse\nimport json\nimport logging\nfrom pathlib import Path\n\nimport pandas as pd\n",
    "from __future__ import annotations\n\nimport functools\nimport torch\nimport torch.nn.functional as "
    "F\n\nfrom .utils import helper\n",
    "import dataclasses\nimport re\nimport time\n\nimport requests\nimport transformers\nfrom transformers "
    "import AutoModel\n",
)
SOURCES = (
    "from datasets import load_dataset\n\nDATA = load_dataset('acme/set-{n}', split='train')\n",
    "from transformers import AutoTokenizer\n\n\ndef tokenizer(name='acme/model-{n}'):\n    return "
    "AutoTokenizer.from_pretrained(name)\n",
    "import torch\n\n\ndef restore(path):\n    return torch.load(path, map_location='cpu')\n",
    "import pickle\n\n\ndef read(path):\n    with open(path, 'rb') as file:\n        return pickle.load(file)\n",
    "from huggingface_hub import hf_hub_download\n\nFILE = hf_hub_download('acme/model-{n}', "
    "'model.safetensors', revision='main')\n",
    "import urllib.request\n\nURL = 'https://files.example.org/{n}.zip'\nurllib.request.urlretrieve(URL, "
    "'part-{n}.zip')\n",
)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="?", help="code to measure on, in place of generated files")
    parser.add_argument("--jobs", default=None, help="as `gate sources --jobs`")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as scratch:
        if arguments.directory is None:
            write(Path(scratch))
        measure(os.path.abspath(arguments.directory or scratch), f"{scratch}.json", arguments.jobs)
        os.unlink(f"{scratch}.json")


def measure(root: str, report: str, jobs: str | None) -> None:
    """Prints what both take for the files of `root`."""
    sizes = [file.stat().st_size for file in Path(root).rglob("*.py")]
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores")
    print(f"{len(sizes):,} files, {sum(sizes) / 1e6:.1f} MB")
    ours = [GATE, "sources", "--root", root, "--policy", "gate:research", "--report", f"json={report}"]
    found = paired([*ours, *(["--jobs", jobs] if jobs else [])], [sys.executable, "-c", PARSE, root], root, PAIRS)
    for name, cost in (("gate sources", found.ours), ("ast.parse", found.theirs)):
        print(f"{name}: {cost.wall:.2f} s, {cost.cpu:.2f} s of processor, {cost.memory:.0f} MiB")
    print(f"ratio: {found.wall_ratio:.2f} of the time, {found.cpu_ratio:.2f} of the processor")


def write(root: Path) -> None:
    """Writes the files."""
    draw = random.Random(SEED)
    for number in range(FILES):
        folder = root / f"package_{number % 50}"
        folder.mkdir(exist_ok=True)
        (folder / f"module_{number}.py").write_text(module(draw, number))


def module(draw: random.Random, number: int) -> str:
    """One file of some hundred lines."""
    parts = [f'"""Part {number} of the project: see `docs/part-{number}.md`."""\n', draw.choice(IMPORTS)]
    if number % 5 == 0:
        parts.append(draw.choice(SOURCES).replace("{n}", str(number)))
    parts += (function(draw, f"compute_{i}") for i in range(draw.randrange(1, 4)))
    parts += (klass(draw, f"Block{i}") for i in range(draw.randrange(1, 3)))
    return "\n\n".join(parts)


def klass(draw: random.Random, name: str) -> str:
    """A class with a constructor and methods."""
    methods = [function(draw, f"method_{i}", "self, ") for i in range(draw.randrange(2, 5))]
    body = "\n\n".join("\n".join(f"    {line}" if line else "" for line in m.split("\n")) for m in methods)
    head = f'class {name}(nn.Module):\n    """A block, loaded by its owner."""\n\n    def __init__(self, size=64):\n'
    return (
        head + f"        super().__init__()\n        self.size = size\n        self.names = {NAMES[:6]!r}\n\n{body}\n"
    )


def function(draw: random.Random, name: str, lead: str = "") -> str:
    """A function with a docstring and some statements."""
    arguments = ", ".join(draw.sample(NAMES, 3))
    lines = [
        f"def {name}({lead}{arguments}, **options):",
        '    """Computes one thing from the others.',
        "",
        "    Args:",
    ]
    lines += [f"        {word}: one of the inputs, for instance from `load()` or `get()`." for word in NAMES[:3]]
    lines += ['    """']
    for _ in range(draw.randrange(4, 16)):
        lines += statement(draw)
    return "\n".join([*lines, f"    return {draw.choice(NAMES)}"])


def statement(draw: random.Random) -> list[str]:
    """One statement of a body."""
    a, b, c = draw.sample(NAMES, 3)
    return draw.choice(
        (
            [f"    {a} = {b} * options.get('{c}', {draw.random():.3f}) + math.sqrt({draw.randrange(99)})"],
            [f"    if {a} is not None and {b} > {draw.randrange(50)}:", f"        {c} = [{a}[i] for i in range({b})]"],
            [f"    for {a} in enumerate({b}):", f"        {c} = torch.cat([{c}, self.{b}({a})], dim=-1)"],
            [f"    {a} = {{'{b}': {b}, '{c}': ({c}, {draw.randrange(9)}), 'mode': 'train'}}"],
            [f"    logger.info('%s of %s', {a}, {b})"],
            [f"    {a} = {b}.view({c}.shape[0], -1).transpose(1, 2).contiguous()"],
            [f"    assert {a}.shape == {b}.shape, f'{{{a}.shape}} is not {{{b}.shape}}'"],
            [f"    with open(os.path.join({a}, '{b}.json')) as file:", f"        {c} = json.load(file)"],
        )
    )


if __name__ == "__main__":
    main()
