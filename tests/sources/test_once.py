"""What is told at one place does not hide another one: it may be allowed there, or older than the change."""

from __future__ import annotations

from tests.support import Repo

URL = "http://images.example.org/zips/train2017.zip"
ALLOWED = f"curl -LO {URL}  # gate: allow sources/insecure-transport, sources/unregistered -- developers only\n"
HANDED = f'from helpers import download_file\n\ndownload_file("{URL}", "data/x.zip")\n'
HELPER = "import requests\n\n\ndef download_file(url, path):\n    data = requests.get(url).content\n"


def test_what_is_allowed_in_a_script_is_not_allowed_where_it_is_handed_to_a_helper(repo: Repo) -> None:
    repo.write("get.sh", ALLOWED)
    repo.write("train.py", HANDED)
    repo.write("set.yaml", f"path: x\ndownload: |\n  from helpers import download\n  download(['{URL}'])\n")
    out = repo.gate("sources").out
    assert "--> train.py:3:1" in out
    assert "--> set.yaml:" in out


def test_what_a_change_hands_to_a_helper_is_judged_although_a_script_of_the_base_has_it(repo: Repo) -> None:
    repo.write("get.sh", f"curl -LO {URL}\n")
    repo.track()
    repo.git("commit", "--quiet", "--message=base")
    repo.write("train.py", HANDED)
    repo.track()
    result = repo.gate("sources", "--base", "main")
    assert result.code == 1
    assert "--> train.py:3:1" in result.out


def test_it_is_told_once_where_the_helper_of_the_repository_is_seen_to_fetch_it(repo: Repo) -> None:
    repo.write("helpers.py", HELPER)
    repo.write("train.py", HANDED)
    out = repo.gate("sources").out
    assert "--> helpers.py:5" in out
    assert "train.py:3" not in out
