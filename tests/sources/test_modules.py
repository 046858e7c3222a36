"""Names that lead to other modules of the repository."""

from __future__ import annotations

import pytest

from tests.sources.conftest import COMMIT, Sources
from tests.support import Repo

HUB = "https://huggingface.co/"
CONFIG = """\
import enum
MODEL = "acme/a"
TABLE = {"small": "acme/a"}
class Settings:
    model = "acme/a"
class Names(enum.Enum):
    SMALL = "acme/a"
def name():
    return MODEL
settings = Settings()
"""


@pytest.mark.parametrize(
    ("imported", "source"),
    [
        ("from config import MODEL", "MODEL"),
        ("from config import MODEL as NAME", "NAME"),
        ("from config import *", "MODEL"),
        ("from .config import MODEL", "MODEL"),
        ("from . import config", "config.MODEL"),
        ("import config", "config.MODEL"),
        ("import app.config", "app.config.MODEL"),
        ("import app.config as cfg", 'cfg.TABLE["small"]'),
        ("from app.config import Settings", "Settings.model"),
        ("from app.config import Settings", "Settings().model"),
        ("from app.config import settings", "settings.model"),
        ("from app.config import Names", "Names.SMALL.value"),
        ("from app.config import name", "name()"),
        ("from app import MODEL", "MODEL"),
    ],
)
def test_a_constant_of_another_module_is_followed(repo: Repo, sources: Sources, imported: str, source: str) -> None:
    repo.write("app/config.py", CONFIG)
    repo.write("app/__init__.py", "from .config import MODEL\n")
    repo.write(
        "app/load.py", f"from transformers import AutoModel\n{imported}\nm = AutoModel.from_pretrained({source})\n"
    )
    found = sources()
    assert found.sources == [f"{HUB}acme/a"]
    assert found.places[0][:2] == ("app/load.py", 3)


def test_options_and_settings_of_another_module_are_followed(repo: Repo, sources: Sources) -> None:
    repo.write(
        "options.py",
        "import argparse\n\n\ndef parse():\n    parser = argparse.ArgumentParser()\n"
        "    parser.add_argument('--model', default='acme/a')\n    return parser.parse_args()\n",
    )
    repo.write(
        "train.py",
        "from options import parse\nfrom transformers import AutoModel\n"
        "args = parse()\nmodel = AutoModel.from_pretrained(args.model)\n",
    )
    assert sources().sources == [f"{HUB}acme/a"]


def test_a_notebook_follows_names_too(repo: Repo, sources: Sources) -> None:
    repo.write("config.py", CONFIG)
    code = "from config import MODEL\\nfrom transformers import AutoModel\\nAutoModel.from_pretrained(MODEL)"
    repo.write("a.ipynb", f'{{"cells": [{{"cell_type": "code", "source": "{code}"}}]}}')
    assert sources().sources == [f"{HUB}acme/a"]


WRAPPER = """\
from huggingface_hub import snapshot_download

def fetch(repo, revision=None):
    return snapshot_download(repo, revision=revision)

class Mirror:
    def __init__(self, repo):
        self.repo = repo

    def pull(self):
        return snapshot_download(self.repo)
"""


def test_a_wrapper_is_what_other_files_call_it_with_and_counts_once(repo: Repo, sources: Sources) -> None:
    repo.write("lib/hub.py", WRAPPER)
    repo.write("a.py", "from lib.hub import Mirror, fetch\nfetch('acme/a')\nMirror('acme/b').pull()\n")
    repo.write("jobs/b.py", f"from lib import hub\nhub.fetch(repo='acme/c', revision='{COMMIT}')\n")
    repo.write("other.py", "from elsewhere import fetch\nfetch('acme/not')\n")
    found = sources()
    assert {place.source for place in found.places} == {f"{HUB}acme/a", f"{HUB}acme/b", f"{HUB}acme/c"}
    assert {place.path for place in found.places} == {"lib/hub.py"}


def test_functions_that_a_pool_calls_are_followed(repo: Repo, sources: Sources) -> None:
    repo.write(
        "get.py",
        "from urllib.request import urlretrieve\nfrom multiprocessing import Pool\n"
        "NAMES = ['a.zip', 'b.zip']\n\n\n"
        "def grab(name):\n    urlretrieve('https://files.example.org/' + name, name)\n\n\n"
        "with Pool() as pool:\n    pool.map(grab, NAMES)\n",
    )
    assert sources().sources == ["https://files.example.org/a.zip", "https://files.example.org/b.zip"]


def test_own_classes_and_functions_of_another_module_are_no_sources(repo: Repo, sources: Sources) -> None:
    repo.write("net.py", "class Net:\n    @classmethod\n    def from_pretrained(cls, path):\n        return cls()\n")
    repo.write("tools.py", "def snapshot_download(name):\n    return open(name)\n")
    repo.write(
        "load.py",
        "import tools\nfrom net import Net\nNet.from_pretrained('acme/a')\ntools.snapshot_download('acme/b')\n",
    )
    assert sources().places == []


def test_modules_that_import_each_other_end(repo: Repo, sources: Sources) -> None:
    for number in range(30):
        repo.write(f"m{number}.py", f"from m{(number + 1) % 30} import *\nfrom m{(number + 7) % 30} import X as Y\n")
    repo.write("load.py", "from m0 import *\nfrom transformers import AutoModel\nm = AutoModel.from_pretrained(X)\n")
    assert "known only when the code runs" in sources().notes


def test_a_broken_or_missing_module_leaves_the_place_a_note(repo: Repo, sources: Sources) -> None:
    repo.write("config.py", b"\xff\0(((\nMODEL = \n")
    code = "from config import MODEL\nfrom gone import OTHER\nfrom transformers import AutoModel\n"
    repo.write("load.py", code + "AutoModel.from_pretrained(MODEL)\nAutoModel.from_pretrained(OTHER)\n")
    found = sources()
    assert found.at("sources/unregistered") == []
    assert "load.py:4" in found.notes
    assert "load.py:5" in found.notes


def test_a_link_to_a_module_is_not_followed(repo: Repo, sources: Sources) -> None:
    repo.write("elsewhere/secret.txt", CONFIG)
    repo.link("config.py", "elsewhere/secret.txt")
    repo.write(
        "load.py", "from config import MODEL\nfrom transformers import AutoModel\nAutoModel.from_pretrained(MODEL)\n"
    )
    assert sources().sources == ["{…}"]


def test_a_change_of_a_constant_or_a_caller_is_new_where_it_leads(repo: Repo, sources: Sources) -> None:
    repo.write("config.py", "MODEL = 'acme/a'\n")
    repo.write(
        "load.py", "from config import MODEL\nfrom transformers import AutoModel\nAutoModel.from_pretrained(MODEL)\n"
    )
    repo.write("hub.py", WRAPPER)
    repo.write("a.py", "from hub import fetch\nfetch('acme/b')\n")
    repo.track()
    repo.git("commit", "--quiet", "--message=base")
    repo.git("branch", "base")
    repo.write("other.txt", "no code")
    assert sources("--base", "base").at("sources/unregistered") == []
    repo.write("config.py", "MODEL = 'acme/c'\n")
    repo.write("a.py", "from hub import fetch\nfetch('acme/b')\nfetch('acme/d')\n")
    assert sources("--base", "base").at("sources/unregistered") == ["hub.py:4:12", "load.py:3:1"]


# Addresses of which it is not seen what is done with them


def test_an_address_of_data_counts_where_nothing_else_says_more(repo: Repo, sources: Sources) -> None:
    repo.write(
        "zoo.py",
        "URLS = {'a': 'https://files.example.org/a.pth'}\nbuild(url='http://files.example.org/b.ckpt')\n"
        "print('https://files.example.org/c.zip')\nDOCS = 'https://files.example.org/docs/index.html'\n",
    )
    found = sources()
    assert found.sources == ["https://files.example.org/a.pth", "http://files.example.org/b.ckpt"]
    assert found.at("sources/insecure-transport") == ["zoo.py:2:11"]


def test_an_address_counts_once_where_a_call_fetches_it(repo: Repo, sources: Sources) -> None:
    repo.write("zoo.py", "URL = 'https://files.example.org/a.pth'\n")
    repo.write("get.py", "from zoo import URL\nfrom urllib.request import urlretrieve\nurlretrieve(URL, 'a.pth')\n")
    assert [place.path for place in sources().places] == ["get.py"]
