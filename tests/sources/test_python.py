"""What Python code pulls in, as far as its text says."""

from __future__ import annotations

import pytest

from tests.sources.conftest import COMMIT, Sources
from tests.support import Repo

HUB = "https://huggingface.co/"


@pytest.mark.parametrize(
    ("lines", "source"),
    [
        ('NAME = "acme/a"', "NAME"),
        ('ORG = "acme"', 'f"{ORG}/a"'),
        ('ORG = "acme"', 'ORG + "/a"'),
        ('ORG = "acme"', '"%s/a" % ORG'),
        ('ORG = "acme"', '"{}/{}".format(ORG, "a")'),
        ('MODELS = {"small": "acme/a"}', 'MODELS["small"]'),
        ('MODELS = {"small": "acme/a"}', 'MODELS.get("small", "x/y")'),
        ("import os", 'os.environ.get("MODEL", "acme/a")'),
        ("import os", 'os.getenv("MODEL") or "acme/a"'),
        ("class Config:\n    model = 'acme/a'", "Config.model"),
        ("class Config:\n    def __init__(self):\n        self.model = 'acme/a'\nconfig = Config()", "config.model"),
        (
            "import argparse\nparser = argparse.ArgumentParser()\n"
            "parser.add_argument('--model-id', default='acme/a')\nargs = parser.parse_args()",
            "args.model_id",
        ),
        ("def name():\n    return 'acme/a'", "name()"),
    ],
)
def test_a_name_is_followed_to_its_constant(repo: Repo, sources: Sources, lines: str, source: str) -> None:
    repo.write("load.py", f"from transformers import AutoModel\n{lines}\nmodel = AutoModel.from_pretrained({source})\n")
    assert sources().sources == [f"{HUB}acme/a"]


def test_a_parameter_is_what_the_functions_of_the_module_pass(repo: Repo, sources: Sources) -> None:
    code = """\
from transformers import AutoModel

def load(name, revision="main"):
    return AutoModel.from_pretrained(name, revision=revision)

def both():
    return load("acme/a"), load(name="acme/b")
"""
    repo.write("load.py", code)
    found = sources()
    assert found.sources == [f"{HUB}acme/a", f"{HUB}acme/b"]
    assert {place.line for place in found.places} == {4}


@pytest.mark.parametrize(
    "imported", ["import torch", "import torch as th", "from torch import load", "from torch import load as th_load"]
)
def test_a_call_is_known_under_each_name_that_an_import_gives_it(repo: Repo, sources: Sources, imported: str) -> None:
    call = {"import torch": "torch.load", "import torch as th": "th.load", "from torch import load": "load"}
    repo.write("load.py", f"{imported}\nx = {call.get(imported, 'th_load')}('x.pt')\n")
    assert sources().at("sources/unsafe-load") == ["load.py:2:5"]


def test_the_place_is_that_of_the_call_in_characters(repo: Repo, sources: Sources) -> None:
    repo.write("load.py", "import joblib\nd = {'größe': joblib.load('m.joblib')}\n")
    (finding,) = sources().report["findings"]
    assert finding["location"]["line"] == 2
    line = finding["location"]["snippet"]
    start = finding["location"]["column"] - 1
    assert line[start : start + finding["location"]["length"]] == "joblib.load('m.joblib')"


@pytest.mark.parametrize(
    "code",
    [
        '"""Example:\n    torch.load(\'x.pt\')\n"""\nimport torch\n',
        "import torch\n# torch.load('x.pt')\n",
        "import json\nx = json.load(open('x'))\n",
        "import torch\nclass Store:\n    def load(self, x):\n        return x\nStore().load('x.pt')\n",
        "from yaml import load\nx = load('x')\n",
        "import requests\nx = requests.get('https://api.example.org/v1/users')\n",
        "from transformers import AutoModel\nx = AutoModel.from_pretrained('/models/a')\n",
        "from transformers import AutoModel\nx = AutoModel.from_pretrained('~/models/a')\n",
        "from transformers import AutoModel\nfrom pathlib import Path\n"
        "x = AutoModel.from_pretrained(Path('acme') / 'a')\n",
        "from datasets import load_dataset\nx = load_dataset('csv', data_files='data.csv')\n",
    ],
)
def test_what_pulls_nothing_in_is_no_place(repo: Repo, sources: Sources, code: str) -> None:
    repo.write("load.py", code)
    found = sources()
    assert found.places == []
    assert found.code == 0


def test_a_source_that_only_the_run_knows_is_a_note(repo: Repo, sources: Sources) -> None:
    repo.write(
        "load.py", "import sys\nfrom transformers import AutoModel\nm = AutoModel.from_pretrained(sys.argv[1])\n"
    )
    found = sources()
    assert found.rules == set()
    assert "load.py:3:5" in found.notes
    assert found.code == 0


def test_what_is_wrong_with_a_call_is_told_also_where_its_source_is_unknown(repo: Repo, sources: Sources) -> None:
    lines = ("import sys", "from transformers import AutoModel")
    call = "m = AutoModel.from_pretrained(sys.argv[1], trust_remote_code=True)"
    repo.write("load.py", "\n".join((*lines, call, "")))
    assert sources().at("sources/remote-code") == ["load.py:3:5"]


@pytest.mark.parametrize(
    ("revision", "pin"),
    [
        (f"'{COMMIT}'", "fixed"),
        ("'main'", "moving"),
        ("'v1.0'", "moving"),
        (f"'{COMMIT[:7]}'", "moving"),
        ("get()", "dynamic"),
    ],
)
def test_only_a_full_commit_pins_a_repository_of_the_hub(repo: Repo, sources: Sources, revision: str, pin: str) -> None:
    repo.write("load.py", f"from datasets import load_dataset\nd = load_dataset('acme/a', revision={revision})\n")
    found = sources()
    assert [place.pin for place in found.places] == [pin]
    assert bool(found.at("sources/unpinned")) is (pin != "fixed")
