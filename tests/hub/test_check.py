"""`gate check` where a policy asks the hub: files, snapshots and caches as the real client leaves them."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from pathlib import Path

import pytest
from huggingface_hub import hf_hub_download, snapshot_download
from huggingface_hub.utils.tqdm import disable_progress_bars

import gate
from gate.checks.interface import Examined
from gate.core.errors import UnableError
from gate.hub.answers import Entry
from gate.hub.compare import Local, compare
from tests.hub.conftest import ASKING, write
from tests.localhub import LocalHub
from tests.localhub.repository import blob_id
from tests.support import WEIGHTS, Repo, pointer, safetensors, sha256

EVIL = safetensors({"w": ("F32", [2, 2])}, fill=6)
"""As long as the weights, and others."""
MODEL = {"config.json": b'{"model_type": "bert"}', "model.safetensors": WEIGHTS, "sub/vocab.txt": b"a\nb\n"}
disable_progress_bars()


@pytest.fixture
def commit(hub: LocalHub) -> str:
    assert len(EVIL) == len(WEIGHTS)
    return hub.repository("acme/sign").publish(MODEL, "v1")


def declare(repo: Repo, path: str, commit: str, url: str = "hf://acme/sign") -> None:
    """An entry that says nothing of digests: what is found is found by the hub alone."""
    entry = f"{{name: sign, path: {path}, version: '1', source: {{url: {url}, revision: {commit}}}}}"
    repo.write("dbom.yaml", f"dbom: 1\nmodels:\n  - {entry}\n")
    repo.write("gate-policy.yaml", ASKING)


def download(repo: Repo, hub: LocalHub, revision: str = "main") -> None:
    directory = repo.root / "models/sign"
    snapshot_download("acme/sign", revision=revision, local_dir=directory, endpoint=hub.url, token=False)


def hub_rules(repo: Repo) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in repo.findings():
        if finding.rule.startswith("hub/") or finding.rule == "gate/undecided":
            found.setdefault(finding.rule, []).extend(finding.related)
    return found


def facts(repo: Repo) -> dict[str, object]:
    (artifact,) = [one for one in repo.report()["artifacts"] if one["name"]]
    found: dict[str, object] = artifact["facts"]["hub"]
    return found


def test_what_the_client_downloads_is_what_the_hub_publishes(repo: Repo, hub: LocalHub, commit: str) -> None:
    download(repo, hub)
    repo.delete("models/sign/.cache")
    declare(repo, "models/sign", commit)
    assert hub_rules(repo) == {}
    said = {"repository": "hf://acme/sign", "commit": commit, "compared": True, "published": 3, "same": 3}
    assert facts(repo) == {**said, "scanned": True, "issues": []}


def test_the_notes_of_the_client_are_nothing_that_the_hub_has(repo: Repo, hub: LocalHub, commit: str) -> None:
    download(repo, hub)
    declare(repo, "models/sign", commit)
    rules = hub_rules(repo)
    assert rules.keys() == {"hub/extra-file"}
    assert all(path.startswith("models/sign/.cache/huggingface/") for path in rules["hub/extra-file"])


def test_a_tampered_transfer_of_the_same_size_passes_the_client_and_not_the_gate(
    repo: Repo, hub: LocalHub, commit: str
) -> None:
    hub.transfer["model.safetensors"] = EVIL
    download(repo, hub, commit)
    assert repo.bytes("models/sign/model.safetensors") == EVIL  # the client took it
    repo.delete("models/sign/.cache")
    declare(repo, "models/sign", commit)
    assert hub_rules(repo) == {"hub/digest-mismatch": ["models/sign/model.safetensors"]}


def test_a_tampered_transfer_of_a_small_file_is_found_by_its_git_id(repo: Repo, hub: LocalHub, commit: str) -> None:
    hub.transfer["config.json"] = b'{"model_type": "evil"}'
    download(repo, hub, commit)
    assert b"evil" in repo.bytes("models/sign/config.json")
    repo.delete("models/sign/.cache")
    declare(repo, "models/sign", commit)
    assert hub_rules(repo) == {"hub/digest-mismatch": ["models/sign/config.json"]}


def cached(repo: Repo, hub: LocalHub, tmp_path: Path, commit: str) -> Path:
    """A snapshot in a cache outside the repository, which the policy names, with a link to it as the artifact."""
    cache = tmp_path / "cache"
    snapshot = snapshot_download("acme/sign", revision=commit, cache_dir=cache, endpoint=hub.url, token=False)
    repo.link("models/sign", snapshot)
    declare(repo, "models/sign", commit)
    repo.write("gate-policy.yaml", ASKING + f"cache_roots: ['{cache}']\n")
    return Path(snapshot)


def test_a_snapshot_of_links_into_the_cache_is_compared(repo: Repo, hub: LocalHub, tmp_path: Path, commit: str) -> None:
    snapshot = cached(repo, hub, tmp_path, commit)
    assert (snapshot / "model.safetensors").is_symlink()
    assert hub_rules(repo) == {}
    assert facts(repo)["same"] == 3


def test_a_tampered_blob_of_the_cache_is_reused_by_the_client_and_not_by_the_gate(
    repo: Repo, hub: LocalHub, tmp_path: Path, commit: str
) -> None:
    snapshot = cached(repo, hub, tmp_path, commit)
    blob = (snapshot / "model.safetensors").resolve()
    os.chmod(blob, 0o644)
    blob.write_bytes(EVIL)
    again = hf_hub_download(
        "acme/sign", "model.safetensors", revision=commit, cache_dir=tmp_path / "cache", endpoint=hub.url, token=False
    )
    assert Path(again).read_bytes() == EVIL  # the client takes what is there
    assert hub_rules(repo) == {"hub/digest-mismatch": ["models/sign/model.safetensors"]}


def test_missing_and_extra_files_are_told(repo: Repo, hub: LocalHub, commit: str) -> None:
    write(repo, "models/sign", MODEL | {"handler.py": b"import os\n"})
    repo.delete("models/sign/sub/vocab.txt")
    declare(repo, "models/sign", commit)
    assert hub_rules(repo) == {
        "hub/extra-file": ["models/sign/handler.py"],
        "hub/missing-file": ["models/sign/sub/vocab.txt"],
    }


def test_a_moved_tag_changes_nothing_for_the_declared_commit(repo: Repo, hub: LocalHub, commit: str) -> None:
    write(repo, "models/sign", MODEL)
    declare(repo, "models/sign", commit)
    hub.repository("acme/sign").publish(MODEL | {"model.safetensors": EVIL}, "v1")
    assert hub_rules(repo) == {}
    download(repo, hub, "v1")
    repo.delete("models/sign/.cache")
    assert hub_rules(repo) == {"hub/digest-mismatch": ["models/sign/model.safetensors"]}


@pytest.mark.parametrize(
    "url", ["HF://acme/sign", "hf://acme/sign/../x", "hf://spaces/a/b", "https://hf.co/spaces/a/b"]
)
def test_an_origin_on_the_hub_that_nobody_can_compare_is_a_finding(
    repo: Repo, hub: LocalHub, commit: str, url: str
) -> None:
    write(repo, "models/sign", MODEL)
    declare(repo, "models/sign", commit, url)
    assert hub_rules(repo).keys() == {"hub/not-compared"}


def test_two_commits_in_one_entry_are_none(repo: Repo, hub: LocalHub, commit: str) -> None:
    write(repo, "models/sign", MODEL)
    declare(repo, "models/sign", commit, f"hf://acme/sign@{'0' * 40}")
    assert hub_rules(repo).keys() == {"hub/not-compared"}
    declare(repo, "models/sign", commit, f"hf://acme/sign@{commit}")
    assert hub_rules(repo) == {}


def test_the_hub_is_asked_from_python_and_for_a_fleet_too(
    repo: Repo, hub: LocalHub, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repo, "models/sign", MODEL | {"model.safetensors": EVIL})
    declare(repo, "models/sign", commit)
    assert "hub/digest-mismatch" in {one.finding.rule for one in gate.check(root=repo.root).decisions}
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.seen.clear()
    judged = json.loads(repo.gate("fleet", str(repo.root), "--report", "json").out)
    (report,) = judged["repositories"]
    assert "hub/digest-mismatch" in {one["rule"] for one in report["report"]["findings"]}
    assert hub.seen
    assert not any("authorization" in one.headers for one in hub.seen)  # a repository has no say over our token


def test_without_a_policy_that_asks_the_hub_is_left_alone(repo: Repo, hub: LocalHub, commit: str) -> None:
    write(repo, "models/sign", MODEL)
    declare(repo, "models/sign", commit)
    repo.delete("gate-policy.yaml")
    assert hub_rules(repo) == {}
    assert hub.seen == []


def test_a_policy_may_ask_for_some_artifacts_alone(repo: Repo, hub: LocalHub, commit: str) -> None:
    write(repo, "models/sign", MODEL | {"x.txt": b"x"})
    declare(repo, "models/sign", commit)
    rule = "[{enforce: block, for: {kind: model}, from_stage: release}]"
    repo.write("gate-policy.yaml", f"policy: 1\nrules:\n  hub/not-compared: {rule}\n")
    assert hub_rules(repo) == {}
    assert hub.seen == []
    released = repo.findings("--stage", "release")
    assert "hub/extra-file" in {finding.rule for finding in released}


def test_offline_what_is_demanded_is_undecided_and_the_digests_of_the_dbom_still_hold(
    repo: Repo, hub: LocalHub, commit: str
) -> None:
    write(repo, "models/sign", MODEL)
    added = repo.gate("add", "models/sign", "--source", "hf://acme/sign")
    assert added.code == 0, added.err
    hub.seen.clear()
    assert repo.gate("check", "--offline").code == 0
    repo.write("models/sign/model.safetensors", EVIL)
    assert "integrity/digest-mismatch" in repo.rules("--offline")
    repo.write("models/sign/model.safetensors", WEIGHTS)
    repo.write("gate-policy.yaml", ASKING)
    result = repo.gate("check", "--offline")
    assert result.code == 4
    assert "sign was not compared with hf://acme/sign: the gate runs without a network" in result.out
    assert hub.seen == []


def test_the_environment_can_forbid_the_network_too(
    repo: Repo, hub: LocalHub, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repo, "models/sign", MODEL)
    declare(repo, "models/sign", commit)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert hub_rules(repo).keys() == {"gate/undecided"}
    assert hub.seen == []


def test_a_pointer_is_compared_by_what_it_claims_and_not_taken_for_compared(
    repo: Repo, hub: LocalHub, commit: str
) -> None:
    write(repo, "models/sign", MODEL | {"model.safetensors": pointer(WEIGHTS).encode()})
    declare(repo, "models/sign", commit)
    assert hub_rules(repo) == {}
    assert facts(repo)["compared"] is False
    repo.write("models/sign/model.safetensors", pointer(EVIL))
    assert hub_rules(repo) == {"hub/digest-mismatch": ["models/sign/model.safetensors"]}


def test_what_the_scan_of_the_hub_says_is_a_fact_for_custom_rules(repo: Repo, hub: LocalHub, commit: str) -> None:
    hub.repository("acme/sign").scans = {"config.json": "suspicious", "model.safetensors": "safe"}
    write(repo, "models/sign", MODEL)
    declare(repo, "models/sign", commit)
    assert facts(repo)["issues"] == ["models/sign/config.json: suspicious"]
    custom = "custom:\n  - {id: acme/no-issues, assert: 'size(facts.hub.issues) == 0', message: issues}\n"
    repo.write("gate-policy.yaml", ASKING + custom)
    assert "acme/no-issues" in repo.rules()


def test_a_scan_may_say_anything_and_it_is_kept_short(repo: Repo, hub: LocalHub, commit: str) -> None:
    hub.repository("acme/sign").scans = {"config.json": "\x1b[31m" + "x" * 100_000, "sub/vocab.txt": ""}
    write(repo, "models/sign", MODEL)
    declare(repo, "models/sign", commit)
    said = facts(repo)["issues"]
    assert isinstance(said, list)
    assert all(len(one) < 100 and "\x1b" not in one for one in said)
    assert len(said) == 2


def test_several_artifacts_of_one_commit_ask_once(repo: Repo, hub: LocalHub, commit: str) -> None:
    for name in ("one", "two"):
        repo.write(f"models/{name}.safetensors", WEIGHTS)
        entry = ("add", f"models/{name}.safetensors", "--source", "hf://acme/sign", "--revision", commit, "--offline")
        assert repo.gate(*entry).code == 0
    repo.write("gate-policy.yaml", ASKING)
    assert hub_rules(repo) == {}
    assert len(hub.seen) == 2


def test_a_file_that_changes_after_it_was_examined_is_not_compared(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_bytes(b"{}")
    examined = Examined("config.json", "read", 2, sha256(b"[]"))
    published = {"config.json": Entry("config.json", 2, None, blob_id(b"{}"))}
    with open(file, "rb") as descriptor:
        local = Local("config.json", False, [examined], lambda _: nullcontext(descriptor.fileno()))
        with pytest.raises(UnableError, match=r"config\.json was written to while the gate read it"):
            compare(local, published, "hf://acme/sign")
