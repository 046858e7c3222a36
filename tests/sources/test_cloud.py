"""What is asked for by name from clouds and model hubs other than the Hugging Face Hub."""

from __future__ import annotations

import pytest

from tests.sources.conftest import Sources
from tests.support import Repo

WHEEL = "https://github.com/explosion/spacy-models/releases/download/m-3.7.1/m-3.7.1-py3-none-any.whl"
BLOBS = "from azure.storage.blob import BlobServiceClient\ns = BlobServiceClient(account_url='https://a.blob.core.windows.net')\n"


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("from azure.ai.ml import MLClient\nc = MLClient()\nc.data.get(name='set', version='1')", "azureml:set"),
        ("from azure.ai.ml import Input\nInput(path='azureml:set:3')", "azureml:set"),
        ("from azureml.core import Dataset\nDataset.get_by_name(ws, name='set')", "azureml:set"),
        (
            BLOBS + "s.get_blob_client('c', 'm.bin').download_blob()",
            "https://a.blob.core.windows.net/c/m.bin",
        ),
        (
            BLOBS + "b = s.get_blob_client(container='c', blob='m.bin')\nb.download_blob().readall()",
            "https://a.blob.core.windows.net/c/m.bin",
        ),
        ("from airflow.hooks.s3 import S3Hook\nS3Hook().read_key('k.txt', 'b')", "s3://b/k.txt"),
        ("from airflow.gcs import GCSHook\nGCSHook().download(bucket_name='b', object_name='k')", "gs://b/k"),
        ("import lakefs\nlakefs.repository('r').branch('main').object('k').reader()", "lakefs://r/main/k"),
        ("import quilt3\nquilt3.Package.install('a/b')", "quilt:a/b"),
        ("from paddlenlp.transformers import AutoModel\nAutoModel.from_pretrained('ernie')", "paddlenlp:ernie"),
        ("import pandas as pd\npd.read_sql('SELECT 1', connection)", "{…}"),
        ("from ftplib import FTP\nFTP('h').retrbinary('RETR x', write)", "{…}"),
    ],
)
def test_what_a_service_is_asked_for_is_a_source(repo: Repo, sources: Sources, code: str, source: str) -> None:
    repo.write("load.py", code + "\n")
    assert sources().sources == [source]


@pytest.mark.parametrize(
    "code",
    [
        "from azure.ai.ml import Output\nOutput(path='azureml:set:3')",
        BLOBS + "s.get_blob_client('c', 'm.bin').upload_blob(data)",
        "from airflow.hooks.s3 import S3Hook\nS3Hook().load_file('x', 'k', 'b')",
        "store = {}\nstore.data.get(name='set', version='1')",
    ],
)
def test_what_is_written_or_at_hand_is_none(repo: Repo, sources: Sources, code: str) -> None:
    repo.write("load.py", code + "\n")
    assert sources().places == []


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("requirements.txt", f"torch\nm @ {WHEEL}\n"),
        ("requirements/dev.in", f"torch\n{WHEEL} \\\n  --hash=sha256:{'0' * 64}\n"),
        ("environment.yml", f"dependencies:\n- pip:\n  - {WHEEL}\n"),
    ],
)
def test_a_model_that_is_installed_as_a_package_is_a_source(
    repo: Repo, sources: Sources, path: str, content: str
) -> None:
    repo.write(path, content)
    assert sources().sources == [WHEEL]


def test_other_packages_are_no_sources(repo: Repo, sources: Sources) -> None:
    repo.write("requirements.txt", f"# {WHEEL}\nhttps://download.pytorch.org/whl/torch-2.0-cp311.whl\n")
    assert sources().places == []
