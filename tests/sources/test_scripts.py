"""What commands fetch, wherever they stand."""

from __future__ import annotations

import pytest

from tests.sources.conftest import Sources
from tests.support import Repo

FILES = "https://files.example.org"


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
        ("for x in $(cat names); do wget $x; done", ["{…}"]),
    ],
)
def test_a_script_is_followed_as_far_as_its_text_says(
    repo: Repo, sources: Sources, script: str, found: list[str]
) -> None:
    repo.write("get.sh", f"#!/bin/sh\n{script}\n")
    assert sources().sources == found


def test_variables_of_a_workflow_are_put_into_its_commands(repo: Repo, sources: Sources) -> None:
    repo.write(
        ".github/workflows/a.yml",
        f"env: {{ROOT: {FILES}}}\njobs: {{a: {{steps: [{{run: wget $ROOT/a.zip}}]}}}}\n",
    )
    assert sources().sources == [f"{FILES}/a.zip"]


def test_what_hydra_makes_says_what_its_arguments_are(repo: Repo, sources: Sources) -> None:
    repo.write("conf/a.yaml", "train:\n  _target_: datasets.load_dataset\n  path: acme/signs\n")
    assert sources().sources == ["https://huggingface.co/datasets/acme/signs"]
