"""What commands fetch, wherever they stand."""

from __future__ import annotations

import pytest

from tests.sources.conftest import Sources
from tests.support import Repo

FILES = "https://files.example.org"
HUB = "https://huggingface.co"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f"for x in a b; do wget {FILES}/$x.zip; done", [f"{FILES}/a.zip", f"{FILES}/b.zip"]),
        (f'X=(a b)\nfor x in "${{X[@]}}"; do\n wget {FILES}/$x.zip\ndone', [f"{FILES}/a.zip", f"{FILES}/b.zip"]),
        (f': "${{ROOT:={FILES}}}"\ncurl -O $ROOT/a.zip', [f"{FILES}/a.zip"]),
        (f"srun --ntasks=1 -n 2 wget {FILES}/a.zip", [f"{FILES}/a.zip"]),
        (f"/bin/sh -c 'wget {FILES}/a.zip'", [f"{FILES}/a.zip"]),
        (f"fetch {FILES}/a.zip a.zip", [f"{FILES}/a.zip"]),
        ("python - <<'PY'\nimport nltk\nnltk.download('punkt')\nPY", ["nltk:punkt"]),
        (f"echo {FILES}/a.zip", []),
        (f"printf a | xargs -I{{}} wget {FILES}/{{}}.zip", [f"{FILES}/{{…}}.zip"]),
        (
            f"declare -A x\nx['a']='{FILES}/a.zip'\nx['b']={FILES}/b.zip\nwget ${{x[$k]}}",
            [f"{FILES}/a.zip", f"{FILES}/b.zip"],
        ),
        (f"SUDO=\n$SUDO wget {FILES}/a.zip", [f"{FILES}/a.zip"]),
        ("url=\nwget $url", ["{…}"]),
        ("wget ${2:-https://files.example.org/a.zip}", [f"{FILES}/a.zip"]),
        ("wget www.example.org/a.zip", ["http://www.example.org/a.zip"]),
        ("local/download_data.sh raw www.openslr.org/resources/12", ["http://www.openslr.org/resources/12"]),
        ("./data.sh --data_url www.openslr.org/resources/12", ["http://www.openslr.org/resources/12"]),
        (f'lftp -c "mirror {FILES}/all"', [f"{FILES}/all"]),
        ("hf download $1", [f"{HUB}/{{…}}"]),
        ("aws s3 sync s3://$BUCKET/signs .", ["s3://{…}/signs"]),
        ("attack --model-from-huggingface bert-signs", [f"{HUB}/bert-signs"]),
        ("attack --dataset-from-huggingface glue^sst2", [f"{HUB}/datasets/glue"]),
        ("MODEL=acme/signs-7b\npython run.py --model $MODEL", [f"{HUB}/acme/signs-7b"]),
        ("PRETRAINED=acme/signs\n./run $PRETRAINED", [f"{HUB}/acme/signs"]),
        (f"MODEL_URL={FILES}/a.pth\n./run $MODEL_URL", [f"{FILES}/a.pth"]),
        ("git clone https://github.com/acme/signs-dataset-small", ["https://github.com/acme/signs-dataset-small"]),
        ("git clone https://github.com/acme/SignsCorpusLabel", ["https://github.com/acme/SignsCorpusLabel"]),
        ("$RUN python -c 'import musdb; musdb.DB(\"data\", download=True)'", ["musdb:DB"]),
        ("for x in $(cat names); do wget $x; done", ["{…}"]),
    ],
)
def test_a_script_is_followed_as_far_as_its_text_says(
    repo: Repo, sources: Sources, script: str, found: list[str]
) -> None:
    repo.write("get.sh", f"#!/bin/sh\n{script}\n")
    assert sources().sources == found


@pytest.mark.parametrize(
    "script",
    [
        f"wget {FILES}/foo.tar.gz && tar xf foo.tar.gz && cd foo && ./configure && make",
        f"wget {FILES}/foo-1.2.3.tar.gz",
        f"curl -O {FILES}/foo_i686.opt.gz",
        f"wget {FILES}/foo-x86_64.tar.gz",
        f"wget {FILES}/ubuntu22-foo.tar.gz",
        f"wget {FILES}/foo_scripts.tar.gz",
        f"wget {FILES}/foo.patch",
        f"wget --post-data 'user=me' {FILES}/login",
        f"wget --spider {FILES}/a.zip",
        "git clone https://huggingface.co/acme/signs && cd signs && git add . && git push",
        "git clone https://github.com/huggingface/datasets",
        "git clone https://github.com/acme/data-tools",
        "BASE=exp/first-1\nmodel=exp/first-1\n./run $model",
        "TOOL_URL=https://files.example.org/foo-linux.tar.gz\n./run $TOOL_URL",
        "hf_token=acme/secret-1\n./run",
        "aws s3 sync --delete docs s3://bucket/docs --acl public-read",
    ],
)
def test_programs_uploads_and_paths_are_no_sources(repo: Repo, sources: Sources, script: str) -> None:
    repo.write("get.sh", f"#!/bin/sh\n{script}\n")
    assert sources().places == []


@pytest.mark.parametrize(
    "script",
    [
        f"wget {FILES}/corpus-1.2.3.tar.gz",
        f"wget {FILES}/LJSpeech-1.1.tar.bz2",
        f"wget {FILES}/dataset.tar.gz && tar xf dataset.tar.gz && make train",
    ],
)
def test_archives_of_data_are_sources_whatever_follows(repo: Repo, sources: Sources, script: str) -> None:
    repo.write("get.sh", f"#!/bin/sh\n{script}\n")
    assert len(sources().places) == 1


def test_commands_in_a_container_stand_on_their_own_line(repo: Repo, sources: Sources) -> None:
    repo.write("run.sh", f'docker exec it bash -c "\n  set -e\n  wget {FILES}/a.zip\n  echo"\n')
    assert [(place.source, place.line) for place in sources().places] == [(f"{FILES}/a.zip", 3)]


def test_a_variable_of_a_makefile_may_be_several_words(repo: Repo, sources: Sources) -> None:
    code = 'import musdb; musdb.DB("data", download=True)'
    repo.write("Makefile", f"RUN = uv run --all-extras\ndata:\n\t$(RUN) python -c '{code}'\n")
    assert sources().sources == ["musdb:DB"]


def test_variables_of_a_workflow_are_put_into_its_commands(repo: Repo, sources: Sources) -> None:
    repo.write(
        ".github/workflows/a.yml",
        f"env: {{ROOT: {FILES}}}\njobs: {{a: {{steps: [{{run: wget $ROOT/a.zip}}]}}}}\n",
    )
    assert sources().sources == [f"{FILES}/a.zip"]


def test_what_hydra_makes_says_what_its_arguments_are(repo: Repo, sources: Sources) -> None:
    repo.write("conf/a.yaml", "train:\n  _target_: datasets.load_dataset\n  path: acme/signs\n")
    assert sources().sources == ["https://huggingface.co/datasets/acme/signs"]
