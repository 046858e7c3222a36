"""Comments that allow a place: what does not count is told, and where it stands."""

from __future__ import annotations

import pytest

from tests.sources.conftest import COMMIT, Sources
from tests.support import Repo

CALL = f"wget https://huggingface.co/acme/x/resolve/{COMMIT}/x.bin"


@pytest.mark.parametrize(
    "comment",
    [
        "sources/unregistered -- why",
        "sources/unregistered-- why",
        "sources/unpinned, sources/unregistered -- why, and how",
    ],
)
def test_a_comment_with_a_reason_allows_what_it_names(repo: Repo, sources: Sources, comment: str) -> None:
    repo.write("get.sh", f"{CALL}  # gate: allow {comment}\n")
    found = sources()
    assert found.at("sources/unregistered") == []
    assert "allowed in the code: sources/unregistered at get.sh:1: why" in found.notes
    assert "does not allow" not in found.notes


@pytest.mark.parametrize("reason", ["", " --", " -- ", " - why", " because"])
def test_a_comment_without_a_reason_is_told(repo: Repo, sources: Sources, reason: str) -> None:
    repo.write("get.sh", f"{CALL}  # gate: allow sources/unregistered{reason}\n")
    found = sources()
    assert found.at("sources/unregistered") == ["get.sh:1:1"]
    assert "the comment at get.sh:1 does not allow sources/unregistered: it gives no reason" in found.notes


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("allow sources/unregisterd -- why", '"sources/unregisterd" is no rule about sources: did you mean'),
        ("allow weights/malformed -- why", '"weights/malformed" is no rule about sources'),
        ("allow sources/* -- why", '"sources/*" is no rule about sources'),
        ("allow", "it names no rule"),
        ("allow: sources/unregistered -- why", "it names no rule"),
        ("allow -- why", "it names no rule"),
    ],
)
def test_a_comment_that_names_no_rule_is_told(repo: Repo, sources: Sources, comment: str, why: str) -> None:
    repo.write("get.sh", f"{CALL}  # gate: {comment}\n")
    found = sources()
    assert found.at("sources/unregistered") == ["get.sh:1:1"]
    (note,) = [note for note in found.report["notes"] if "the comment at get.sh:1 " in note]
    assert why in note


def test_each_of_several_places_has_its_own_note(repo: Repo, sources: Sources) -> None:
    repo.write("get.sh", f"{CALL}\n{CALL}  # gate: allow sources/unregistered\n")
    found = sources()
    assert found.at("sources/unregistered") == ["get.sh:1:1", "get.sh:2:1"]
    assert "the comment at get.sh:2 does not allow" in found.notes
    assert "the comment at get.sh:2 does not allow" in repo.gate("sources").out


@pytest.mark.parametrize(
    ("call", "command"),
    [
        ("hf download acme/x", "gate add PATH --source https://huggingface.co/acme/x --revision COMMIT"),
        (f"hf download acme/x --revision {COMMIT}", f"--source https://huggingface.co/acme/x --revision {COMMIT}"),
        ("wget https://a.example/x.zip", "gate add PATH --source https://a.example/x.zip`"),
        (
            "wget https://github.com/a/b/releases/latest/download/x.zip",
            "--source https://github.com/a/b/releases/latest/download/x.zip`",
        ),
        ("wget https://github.com/a/b/raw/main/x.csv", "https://github.com/a/b/raw/main/x.csv --revision COMMIT`"),
        ("wget 'https://a.example/x?a=1&b=2'", "gate add PATH --source 'https://a.example/x?a=1&b=2'`"),
        ("yolo predict model=yolo26n.pt", "gate add PATH --source ultralytics:yolo26n.pt`"),
    ],
)
def test_the_command_to_declare_names_a_revision_where_there_is_one(
    repo: Repo, sources: Sources, call: str, command: str
) -> None:
    repo.write("get.sh", f"{call}\n")
    (fix,) = [one["fix"] for one in sources().report["findings"] if one["rule"] == "sources/unregistered"]
    assert command in fix


def test_a_dataset_of_a_zoo_is_data(repo: Repo, sources: Sources) -> None:
    repo.write("a.py", "import fiftyone.zoo as foz\nx = foz.load_zoo_dataset('coco-2017')\n")
    (message,) = [one["message"] for one in sources().report["findings"] if one["rule"] == "sources/unregistered"]
    assert "pulls in data from there" in message
