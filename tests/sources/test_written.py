"""Sources that code only writes down: names of a hub under what says so, addresses, what own functions are given."""

from __future__ import annotations

import pytest

from tests.sources.conftest import COMMIT, Sources
from tests.support import Repo

HUB = "https://huggingface.co/"
WEIGHTS = "https://example.org/a.pth"


@pytest.mark.parametrize(
    "line",
    [
        'MODEL_NAME = "acme/Signs-7B"',
        'DEFAULT_MODELS = [\n    "acme/Signs-7B",\n]',
        'MODELS = {"small": "acme/Signs-7B"}',
        'settings["hf_repo"] = "acme/signs"',
        'config = {"repo_id": "acme/signs-7b"}',
        'captioner = ImageCaptioner(blip_model_name="acme/Signs-7B")',
        'def load(model_id="acme/Signs-7B"):\n    return build(model_id)',
        'class Options:\n    tokenizer: str = field(default="acme/Signs-7B")',
        'parser.add_argument("--base-model", default="acme/Signs-7B")',
        'import os\nENCODER = os.environ.get("ENCODER", "acme/Signs-7B")',
        f'meta = Meta(name="acme/signs", revision="{COMMIT}")',
        'register(default={"pt": ("acme/signs", "main")})',
        'tokenizer = given or "acme/Signs-7B"',
        'runner = load_runner(["serve", "--model", "acme/Signs-7B"])',
        '@pytest.mark.parametrize("model", ["acme/Signs-7B"])\ndef test_it(model):\n    pass',
        '@pytest.mark.parametrize("size,model", [(7, "acme/Signs-7B")])\ndef test_it(size, model):\n    pass',
        '@pytest.mark.parametrize("model", [pytest.param("acme/Signs-7B")])\ndef test_it(model):\n    pass',
        'info = EmbedModelInfo("acme/Signs-7B")',
        'def build(size, repo_id):\n    pass\nbuild(7, "acme/Signs-7B")',
        'class Pair:\n    size: int\n    repo_id: str\nPair(7, "acme/Signs-7B")',
    ],
)
def test_a_name_counts_where_something_says_what_it_is(repo: Repo, sources: Sources, line: str) -> None:
    repo.write("code.py", line + "\n")
    assert [(source or "").lower().removesuffix("-7b") for source in sources().sources] == [f"{HUB}acme/signs"]


@pytest.mark.parametrize(
    "line",
    [
        'name = "transform/dense-1"',
        'layer = Dense(name="transform/Dense-1")',
        'HEADERS = {"model": "application/json-1"}',
        'MODEL_DIR = "acme/Signs-7B"',
        'UNSUPPORTED_MODELS = ["acme/Signs-7B"]',
        'assert config == {"model_name": "acme/Signs-7B"}',
        'answer = client.chat.completions.create(model="acme/Signs-7B", messages=[])',
        'MODEL = "openai/gpt-4o-mini"',
        'parts = build(7, "acme/Signs-7B")',
        '@pytest.mark.parametrize("url", ["https://files.example.org/a.zip"])\ndef test_it(url):\n    pass',
        'ANSWER_TYPE = "acme/Signs-7B"',
        f'meta = Meta(name="signs", revision="{COMMIT}", adapted_from="Qwen/Signs-7B")',
        'import os\nmodel = os.path.join(ROOT, "Qwen/Signs-7B")',
        'clip_model = "ViT-B/32"',
        'model_path = "data/Signs-7B"',
        'model_path = "acme/signs-7b.pth"',
        'model_path = "models/Signs-7B"',
        'REPO = "acme/Signs-7B"',
        'doi = "10.1016/model-7"',
        'create_repo(repo_id="acme/Signs-7B")',
        'parser.add_argument("--corpus", default="acme/Signs-7B")',
        '"""MODEL_NAME = "acme/Signs-7B" is the default."""',
        '# MODEL_NAME = "acme/Signs-7B"',
    ],
)
def test_a_text_with_a_slash_alone_is_no_source(repo: Repo, sources: Sources, line: str) -> None:
    repo.write("code.py", line + "\n")
    assert sources().sources == []


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ('DEFAULT_PATH = "google/vit-base-patch16-224"', 1),
        ('DEFAULT_PATH = "sentence-transformers/all-mpnet"', 1),
        ('DEFAULT_PATH = "google/jax"', 0),
        ('print("google/vit-base-patch16-224")', 0),
        ('if name == "google/vit-base-patch16-224":\n    pass', 0),
    ],
)
def test_an_owner_says_that_it_is_a_model(repo: Repo, sources: Sources, line: str, count: int) -> None:
    repo.write("code.py", line + "\n")
    assert len(sources().sources) == count


def test_a_commit_beside_a_name_pins_it(repo: Repo, sources: Sources) -> None:
    repo.write("code.py", f'task = Task(dataset={{"path": "acme/signs", "revision": "{COMMIT}"}})\n')
    (place,) = sources().places
    assert (place.source, place.revision, place.pin) == (f"{HUB}datasets/acme/signs", COMMIT, "fixed")


def test_a_name_that_a_call_loads_is_told_at_the_call(repo: Repo, sources: Sources) -> None:
    code = 'from transformers import AutoModel\nMODEL_NAME = "acme/Signs-7B"\nAutoModel.from_pretrained(MODEL_NAME)\n'
    repo.write("code.py", code)
    assert [place.line for place in sources().places] == [3]


def test_a_handle_of_kaggle_is_a_model_with_its_version(repo: Repo, sources: Sources) -> None:
    repo.write("presets.py", 'presets = {"a": {"kaggle_handle": "kaggle://keras/signs/keras/signs_1b/3"}}\n')
    (place,) = sources().places
    assert (place.source, place.revision) == ("https://www.kaggle.com/models/keras/signs/keras/signs_1b", "3")


@pytest.mark.parametrize(
    "code",
    [
        'URL = "https://files.example.org"\nURLS = {"a": f"{URL}/a.zip"}',
        'URL = "https://files.example.org/"\nURLS = {"a": URL + "a.zip"}',
        'URLS = {"a": "https://files.example.org/" "a.zip"}',
        'model = dict(init_cfg=dict(checkpoint="https://files.example.org/"\n    "a.zip"))',
        'from .fetch import download_file\ndownload_file("https://files.example.org/a.zip", "x")',
        'from .fetch import data_dl\nURL = "https://files.example.org/{}"\ndata_dl(URL.format("a.zip"))',
    ],
)
def test_an_address_that_is_put_together_is_one(repo: Repo, sources: Sources, code: str) -> None:
    repo.write("code.py", code + "\n")
    assert sources().sources == ["https://files.example.org/a.zip"]


def test_an_own_function_that_downloads_is_given_any_address(repo: Repo, sources: Sources) -> None:
    code = 'from .tools import download_record, fetch_page\ndownload_record("https://example.org/records/7/content")\n'
    repo.write("code.py", code + 'fetch_page("https://example.org/records/7/content")\nlink_download("x")\n')
    assert sources().sources == ["https://example.org/records/7/content"]


def test_what_an_own_function_fetches_is_told_where_it_fetches(repo: Repo, sources: Sources) -> None:
    code = """\
import urllib.request

def download(url):
    urllib.request.urlretrieve(url, "x")

download("https://files.example.org/a.zip")
"""
    repo.write("code.py", code)
    assert [(place.line, place.source) for place in sources().places] == [(4, "https://files.example.org/a.zip")]


@pytest.mark.parametrize("name", ["download_page", "test_download", "has_download", "get_download_url"])
def test_a_function_that_says_something_else_with_the_same_word_is_none(
    repo: Repo, sources: Sources, name: str
) -> None:
    repo.write("code.py", f'from .tools import {name}\n{name}("https://example.org/records/7/content")\n')
    assert sources().sources == []


def test_a_template_of_an_address_of_data_is_told_with_what_is_known(repo: Repo, sources: Sources) -> None:
    repo.write("code.py", 'class Tiles:\n    url = "s3://acme-tiles/{region}/{name}.tif"\n')
    assert "code.py:2" in sources().notes


@pytest.mark.parametrize(
    "line",
    [
        'address = f"https://drive.google.com/uc?export=download&id={name}"',
        'address = "https://drive.google.com/uc?export=download&id=" + name',
        'ADDRESS = "https://drive.google.com/uc?export=download&id="',
        'fetch(f"https://files.example.org/a.zip?version={name}")',
    ],
)
def test_an_address_that_the_run_ends_is_a_note(repo: Repo, sources: Sources, line: str) -> None:
    repo.write("code.py", line + "\n")
    outcome = sources()
    assert "code.py:1" in outcome.notes
    assert not outcome.report["findings"]


FIELD = """\
from datasets import load_dataset

class Signs:
    repo_id: str = "acme/signs"

    def prepare(self):
        load_dataset(self.repo_id)
"""


def test_a_name_that_is_loaded_as_a_dataset_is_no_model(repo: Repo, sources: Sources) -> None:
    repo.write("code.py", FIELD)
    assert [(place.line, place.source) for place in sources().places] == [(7, f"{HUB}datasets/acme/signs")]
    repo.write("code.py", FIELD.replace("load_dataset(self.repo_id)", 'load_dataset("acme/other")'))
    assert set(sources().sources) == {f"{HUB}acme/signs", f"{HUB}datasets/acme/other"}


def test_the_beginning_of_addresses_in_a_bucket_is_one(repo: Repo, sources: Sources) -> None:
    code = 'BASE_URL = "https://storage.googleapis.com/acme-data/signs"\nDOCS = "https://example.org/acme/signs"\n'
    code += 'class Tiles:\n    url = "https://zenodo.org/records/678/files/"\n    paper = "https://zenodo.org/records/679"\n'
    repo.write("code.py", code)
    assert sources().sources == [
        "https://storage.googleapis.com/acme-data/signs",
        "https://zenodo.org/records/678/files",
    ]


@pytest.mark.parametrize(("body", "count"), [("return cls(hf_hub_download(name, 'a'))", 1), ("return open(name)", 0)])
def test_an_own_class_is_a_hub_where_it_fetches(repo: Repo, sources: Sources, body: str, count: int) -> None:
    repo.write("net.py", f"class Net:\n    @classmethod\n    def from_pretrained(cls, name):\n        {body}\n")
    repo.write("use.py", "from net import Net\nNet.from_pretrained('acme/Signs-7B')\n")
    assert len([p for p in sources().places if p.path == "use.py"]) == count


@pytest.mark.parametrize(
    ("code", "source"),
    [
        (
            "from azure.storage.blob import BlobClient\nBlobClient('https://a.blob.core.windows.net', 'w', 'a.pt')",
            "https://a.blob.core.windows.net/w/a.pt",
        ),
        (
            "from langchain_community.document_loaders import PyPDFLoader\nPyPDFLoader('https://example.org/a')",
            "https://example.org/a",
        ),
        (
            "from torchvision.models import ResNet50_Weights\nResNet50_Weights.DEFAULT.get_state_dict()",
            "torchvision-models:resnet50",
        ),
        ('VOCABULARY = {"a": "https://huggingface.co/signs/resolve/main/vocab.json"}', f"{HUB}signs"),
        ("model = dict(pretrained='open-mmlab://resnet50_v1c')", "open-mmlab://resnet50_v1c"),
        ("import scanpy as sc\nsc.datasets.paul15()", "scanpy:paul15"),
        ("import musdb\nmusdb.DB('data', download=True)", "musdb:DB"),
        ("from samgeo import SamGeo\nSamGeo(model_type='vit_h')", "samgeo:vit_h"),
        ("from samgeo.fast_sam import SamGeo\nSamGeo(model='FastSAM-x.pt')", "ultralytics:FastSAM-x.pt"),
        ("import xarray as xr\nxr.tutorial.open_dataset('air')", "xarray:air"),
        ("FILES = {1: 'https://osf.io/download/tv9rs'}", "https://osf.io/download/tv9rs"),
        ("from tools import download_weights\ndownload_weights(source_url='https://example.org/a.pth')", WEIGHTS),
        ("from kaggle_tools import download_kaggle_dataset\ndownload_kaggle_dataset('acme/Signs-7')", "kaggle"),
    ],
)
def test_libraries_have_ways_of_their_own(repo: Repo, sources: Sources, code: str, source: str) -> None:
    repo.write("code.py", code + "\n")
    (found,) = sources().sources
    assert found == ("https://www.kaggle.com/datasets/acme/Signs-7" if source == "kaggle" else source)


@pytest.mark.parametrize(
    "code",
    [
        "import paramiko\nssh.open_sftp().get('/exports/a.csv', 'a.csv')",
        "from google.cloud import bigquery\nbigquery.Client().query('SELECT 1')",
        "import requests\ndef download_file(url):\n    return requests.get(url).content",
        "from huggingface_hub import hf_hub_download\nhf_hub_download(repo_id=args.repo, filename='a')",
        "policy.from_pretrained(cfg.policy_name_or_path)",
        "self.model_class.from_pretrained(base_model)",
        "import hanlp\nhanlp.load(models[name])",
    ],
)
def test_what_only_the_run_knows_is_a_note(repo: Repo, sources: Sources, code: str) -> None:
    repo.write("code.py", code + "\n")
    found = sources()
    assert "code.py:" in found.notes
    assert not found.report["findings"]


@pytest.mark.parametrize(
    "code",
    [
        "policy.from_pretrained(output_directory)",
        "import musdb\nmusdb.DB('data')",
        "import scanpy as sc\nsc.datasets.blobs()",
        "upload_url = 'https://storage.googleapis.com/bucket/object.zip'",
        "from setuptools import setup\nsetup(download_url='https://example.org/a.tar.gz')",
    ],
)
def test_what_is_at_hand_or_sent_is_no_source(repo: Repo, sources: Sources, code: str) -> None:
    repo.write("code.py", code + "\n")
    assert sources().places == []


def test_a_model_that_is_made_by_code_of_the_repository_it_is_from_is_told(repo: Repo, sources: Sources) -> None:
    code = "from transformers import AutoModel\nAutoModel.from_config(config, trust_remote_code=True)\n"
    repo.write("code.py", code + "AutoModel.from_config(config)\n")
    assert sources().at("sources/remote-code") == ["code.py:2:1"]


def test_an_address_in_three_quotes_hides_nothing_that_follows(repo: Repo, sources: Sources) -> None:
    code = f'import torch\nDATA = """https://example.org/\\\nsigns.zip"""\ntorch.hub.load_state_dict_from_url("{WEIGHTS}")\n'
    repo.write("code.py", code)
    assert WEIGHTS in sources().sources


def test_keywords_that_are_not_known_do_not_make_a_load_safe(repo: Repo, sources: Sources) -> None:
    code = "import torch\ndef load(f, **kwargs):\n    torch.load(f, **kwargs)\n"
    code += "    torch.load(f, weights_only=True, **kwargs)\n"
    repo.write("code.py", code + "x = torch.nn.Embedding.from_pretrained(table)\n")
    assert sources().at("sources/unsafe-load") == ["code.py:3:5"]
