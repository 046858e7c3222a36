"""What documents name: keys, addresses, cards for people, templates, and files that stand in a document."""

from __future__ import annotations

import pytest

from tests.sources.conftest import COMMIT, Sources
from tests.support import Repo

FILES = "https://files.example.org"
HUB = "https://huggingface.co"
WHEEL = "https://github.com/explosion/spacy-models/releases/download/m-3.7.1/m-3.7.1-py3-none-any.whl"


@pytest.mark.parametrize(
    ("document", "source"),
    [
        ("encoder_hf_model_tag: acme/signs", f"{HUB}/acme/signs"),
        ("model_tag: acme/signs", f"{HUB}/acme/signs"),
        ("hf_dataset_split_of: acme/signs", f"{HUB}/datasets/acme/signs"),
        ("style_lora_path: acme/signs", f"{HUB}/acme/signs"),
        ("config: {name_or_path: acme/signs}", f"{HUB}/acme/signs"),
        ("model_args: pretrained=acme/signs,dtype=float16", f"{HUB}/acme/signs"),
        ("hub: {repo_or_dir: acme/zoo, model: vits14}", "https://github.com/acme/zoo"),
        ("frontend: s3prl\nfrontend_conf:\n  frontend_conf:\n    upstream: wavlm_large", "s3prl:wavlm_large"),
        ("alpaca: {ms_hub_url: acme/alpaca}", "https://www.modelscope.cn/datasets/acme/alpaca"),
        ("embedding: speechbrain/spkrec-ecapa-voxceleb", f"{HUB}/speechbrain/spkrec-ecapa-voxceleb"),
        (f"judge: {{path: acme/signs, revision: {COMMIT}}}", f"{HUB}/acme/signs"),
        ("checkpoint: //pretrained/facebook/encodec_32khz", f"{HUB}/facebook/encodec_32khz"),
        ("metadata.variables.TRANSFORMER: distilbert-base-cased", f"{HUB}/distilbert-base-cased"),
        ("init_from_pretrained_model: stt_en_conformer", "nemo:stt_en_conformer"),
        ("task: signs\ndataset_path: math_qa", f"{HUB}/datasets/math_qa"),
        ("models:\n- Weights: https://files.example.org/a.pth", f"{FILES}/a.pth"),
        ("data: {url: 's3://bucket/${MISSING}/a.tar'}", "s3://bucket/{…}/a.tar"),
    ],
)
def test_a_key_says_what_is_pulled_in(repo: Repo, sources: Sources, document: str, source: str) -> None:
    repo.write("a.yaml", document + "\n")
    assert sources().sources == [source]


@pytest.mark.parametrize(
    "document",
    [
        "models:\n- Training log: https://download.openmmlab.com/a/a_20200616.log.json",
        "dataset: {name: CNN/DailyMail, url: 'https://github.com/abisee/cnn-dailymail'}",
        "training_data: [{name: ImageNet, url: 'https://www.image-net.org/download.php'}]",
        "data: {url: 'https://nlp.stanford.edu/projects/snli'}",
        "source: https://github.com/tensorflow/models/blob/archive/g3doc/zoo.md",
        "lite_url: https://previews.s3.amazonaws.com/PINNED",
        "hf_token: acme/secret",
        "hf_home: cache/hub",
        "git: {upstream: main}",
        "task: signs\ndataset_path: json",
        "image: nvidia/cuda-base",
        "step: {uses: facebook/clip-action, name: facebook/react}",
        "judge: {path: acme/signs, revision: main}",
        "pretrained_dir: exp/first-1",
        "transformer: {layers: 12, name: encoder-1}",
    ],
)
def test_pages_logs_and_settings_are_no_sources(repo: Repo, sources: Sources, document: str) -> None:
    repo.write("a.yaml", document + "\n")
    assert sources().places == []


def test_where_something_is_from_is_told_where_it_is_used(repo: Repo, sources: Sources) -> None:
    repo.write("a.yaml", f"source: {HUB}/acme/signs\nconfig:\n  name_or_path: acme/signs\n")
    assert [(place.source, place.line) for place in sources().places] == [(f"{HUB}/acme/signs", 3)]


TEMPLATE = """{{- if .Values.fetch }}
kind: Job
metadata: {name: "{{ .Release.Name }}-fetch"}
spec:
  containers:
  - name: fetch
    image: {{ include "image" . }}
    command:
    - /bin/bash
    args:
    - -c
    - aws s3 sync s3://corp/signs /data
    env: {{- include "env" . | nindent 6 }}
{{- end }}
"""


def test_a_template_is_read_as_what_it_becomes(repo: Repo, sources: Sources) -> None:
    repo.write("chart/templates/job.yaml", TEMPLATE)
    assert [(place.source, place.line) for place in sources().places] == [("s3://corp/signs", 12)]


def test_what_is_no_yaml_is_read_line_by_line_and_told(repo: Repo, sources: Sources) -> None:
    repo.write(
        "a.yaml",
        f"{{{{- range .x }}}}\n  - [\nmodel_name_or_path: acme/signs\n  run: wget {FILES}/a.zip \\\n    -O a.zip\n",
    )
    outcome = sources()
    assert {(place.source, place.line) for place in outcome.places} == {(f"{HUB}/acme/signs", 3), (f"{FILES}/a.zip", 4)}
    assert "a.yaml" in outcome.notes
    assert "line by line" in outcome.notes


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("a.toml", f'model_name_or_path = "acme/signs"\nrevision = "{COMMIT}"  # agreed\n'),
        ("a.toml", f'[model]\nmodel_revision = "{COMMIT}"\nname = "acme/signs"\n'),
        ("a.toml", f'[data]\ndataset_name = "acme/signs"\ndataset_revision = "{COMMIT}"\n'),
        ("a.toml", f'[[models]]\npath = "acme/signs"\ncommit = "{COMMIT}"\n'),
        ("a.ini", f"[train]\nmodel_name_or_path = acme/signs\nrevision = {COMMIT}\n"),
        (".env", f"HF_MODEL=acme/signs\nHF_REVISION={COMMIT}\n"),
        ("a.yaml", f"base_model: acme/signs\nbase_model_revision: {COMMIT}\nrevision: main\n"),
        ("a.yaml", f"environment:\n- HF_MODEL=acme/signs\n- HF_REVISION={COMMIT}\n"),
        ("get.sh", f"HF_MODEL_ID=acme/signs-7b\nHF_MODEL_REVISION={COMMIT}\n./serve\n"),
        ("get.sh", f"./serve.py --tokenizer-name acme/signs --tokenizer-revision {COMMIT}\n"),
        ("Dockerfile", f"FROM a\nENV HF_MODEL=acme/signs HF_REVISION={COMMIT}\n"),
    ],
)
def test_a_revision_counts_for_what_it_stands_beside(repo: Repo, sources: Sources, name: str, document: str) -> None:
    repo.write(name, document)
    outcome = sources()
    assert {(place.revision, place.pin) for place in outcome.places} == {(COMMIT, "fixed")}
    assert "sources/unpinned" not in outcome.rules


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("a.toml", f'[code]\nrevision = "{COMMIT}"\n[model]\nmodel_id = "acme/signs"\n'),
        ("a.toml", f'model_id = "acme/signs"\n# revision = "{COMMIT}"\n'),
        ("a.toml", f'model_id = "acme/signs"\ndataset_revision = "{COMMIT}"\n'),
        ("a.yaml", f"adapter: acme/signs\nbase_model_revision: {COMMIT}\n"),
        ("a.yaml", f"model_id: acme/signs\nother: [\ncode:\n  revision: {COMMIT}\n"),
        ("get.sh", f"./train.py --dataset acme/signs --revision {COMMIT}\n"),
    ],
)
def test_a_revision_of_something_else_pins_nothing(repo: Repo, sources: Sources, name: str, document: str) -> None:
    repo.write(name, document)
    assert len(sources().at("sources/unpinned")) == 1


@pytest.mark.parametrize(
    "document",
    [
        "services: {a: {command: [--model, acme/signs, --trust-remote-code]}}\n",
        "containers:\n- image: a\n  args: ['--model-id=acme/signs', '--trust-remote-code']\n",
    ],
)
def test_a_program_that_is_not_named_is_called_the_program(repo: Repo, sources: Sources, document: str) -> None:
    repo.write("a.yaml", document)
    outcome = sources()
    messages = [finding["message"] for finding in outcome.report["findings"]]
    assert any(message.startswith("the program runs code") for message in messages)
    assert "u0000" not in "".join(messages)


def test_the_arguments_of_an_image_are_those_of_its_program(repo: Repo, sources: Sources) -> None:
    repo.write("pod.yaml", "containers:\n- image: amazon/aws-cli:2\n  args: [s3, sync, 's3://corp/signs', /data]\n")
    assert sources().sources == ["s3://corp/signs"]


def test_files_in_a_config_map_are_read_as_files(repo: Repo, sources: Sources) -> None:
    repo.write(
        "map.yaml",
        "kind: ConfigMap\ndata:\n"
        '  config.json: |\n    {"model_name_or_path": "acme/signs",\n     "out": "x/y"}\n'
        f"  get.sh: |\n    set -e\n    wget {FILES}/a.zip\n"
        "  load.py: |\n    import nltk\n    nltk.download('punkt')\n",
    )
    assert [(place.source, place.line) for place in sources().places] == [
        (f"{HUB}/acme/signs", 4),
        (f"{FILES}/a.zip", 8),
        ("nltk:punkt", 11),
    ]


@pytest.mark.parametrize(
    "content",
    [f'[project]\ndependencies = ["m @ {WHEEL}"]\n', f'[tool.poetry.dependencies]\nm = {{url = "{WHEEL}"}}\n'],
)
def test_a_model_that_a_project_depends_on_is_a_source(repo: Repo, sources: Sources, content: str) -> None:
    repo.write("pyproject.toml", '[project.urls]\nHomepage = "https://example.org/a.zip"\n' + content)
    assert sources().sources == [WHEEL]


def test_forms_for_issues_are_no_code(repo: Repo, sources: Sources) -> None:
    repo.write(
        ".github/ISSUE_TEMPLATE/bug.yml", "body:\n- value: |\n    wget https://files.example.org/a.zip\n  model: a/b\n"
    )
    assert sources().places == []
