"""What policies say about hosts, mirrors and trust."""

from __future__ import annotations

from tests.sources.conftest import COMMIT, Sources
from tests.support import Repo

FETCH = "wget https://files.example.net/signs.zip\nwget https://mirror.example.org/signs.zip\n"


def test_a_list_can_only_be_narrowed(repo: Repo, sources: Sources) -> None:
    repo.write("fetch.sh", FETCH)
    repo.write("org.yaml", 'policy: 1\nsources: {hosts: ["*.example.org"]}\n')
    repo.write(
        "gate-policy.yaml", 'policy: 1\nextends: [org.yaml]\nsources: {hosts: ["*.example.org", files.example.net]}\n'
    )
    result = repo.gate("sources")
    assert result.code == 2
    assert "files.example.net" in result.err
    repo.write("gate-policy.yaml", "policy: 1\nextends: [org.yaml]\nsources: {hosts: [mirror.example.org]}\n")
    assert sources().at("sources/untrusted-host") == ["fetch.sh:1:1"]


def test_the_mirror_is_the_only_host(repo: Repo, sources: Sources) -> None:
    repo.write("fetch.sh", FETCH)
    repo.write("gate-policy.yaml", "policy: 1\nsources: {mirror: mirror.example.org}\n")
    assert sources().at("sources/untrusted-host") == ["fetch.sh:1:1"]


def test_a_change_that_drops_the_list_is_judged_by_that_of_the_base(repo: Repo, sources: Sources) -> None:
    repo.write("gate-policy.yaml", 'policy: 1\nsources: {hosts: ["*.example.org"]}\n')
    repo.track()
    repo.git("commit", "--quiet", "--message=base")
    repo.git("branch", "base")
    repo.write("gate-policy.yaml", "policy: 1\n")
    repo.write("fetch.sh", FETCH)
    assert sources("--base", "base").at("sources/untrusted-host") == ["fetch.sh:1:1"]


def test_without_a_list_no_host_is_refused(repo: Repo, sources: Sources) -> None:
    repo.write("fetch.sh", FETCH)
    assert sources().at("sources/untrusted-host") == []


def test_wrong_values_are_errors_with_their_place(repo: Repo) -> None:
    repo.write("gate-policy.yaml", "policy: 1\nsources: {hosts: [HTTPS://x], min_trust: 0}\n")
    result = repo.gate("sources")
    assert result.code == 2
    assert "gate-policy.yaml:2:19" in result.err
    assert "from 1 to 100" in result.err


def test_the_score_says_what_it_is_made_of(repo: Repo, sources: Sources) -> None:
    entry = f"{{url: hf://acme/signs, revision: {COMMIT}, license: MIT, supplier: ACME}}"
    repo.write("dbom.yaml", f"dbom: 1\nmodels:\n  - name: signs\n    path: signs.safetensors\n    source: {entry}\n")
    repo.write(
        "load.py",
        f"from transformers import AutoModel\nm = AutoModel.from_pretrained('acme/signs', revision='{COMMIT}')\n",
    )
    found = sources()
    (site,) = [s for a in found.report["artifacts"] for s in a["facts"]["sources"].get("sites", ())]
    assert site["artifact"] == "signs"
    assert site["trust"]["score"] == 50
    assert "pinned" in site["trust"]["has"]
    assert "not contributed by the community" in site["trust"]["has"]
    assert "not signed" in site["trust"]["lacks"]
    assert "no mirror keeps a copy" in site["trust"]["lacks"]
    repo.write("gate-policy.yaml", "policy: 1\nsources: {min_trust: 80}\n")
    assert "load.py:2:5" in sources().at("sources/low-trust")


def test_the_score_says_what_a_mirror_keeps_and_what_anybody_may_have_put_there(repo: Repo, sources: Sources) -> None:
    repo.write("fetch.sh", "hf download acme/signs\n")
    entry = "{url: hf://models/acme/signs, mirror: s3://acme-mirror/kept}"
    repo.write("dbom.yaml", f"dbom: 1\nmodels:\n  - name: signs\n    path: signs.bin\n    source: {entry}\n")
    (site,) = [s for a in sources().report["artifacts"] for s in a["facts"]["sources"].get("sites", ())]
    assert site["artifact"] == "signs"
    assert site["trust"]["has"] == ["a mirror keeps a copy"]
    assert any("contributed by the community" in fact for fact in site["trust"]["lacks"])


def test_what_may_not_be_waived_no_comment_can_allow(repo: Repo, sources: Sources) -> None:
    repo.write("fetch.sh", "wget https://a.example.org/x.zip  # gate: allow sources/unregistered -- looked at by us\n")
    assert sources().at("sources/unregistered") == []
    repo.write("gate-policy.yaml", 'policy: 1\nwaivers: {never: ["sources/*"]}\n')
    found = sources()
    assert found.at("sources/unregistered") == ["fetch.sh:1:1"]
    assert "`never: sources/*`" in repo.gate("sources").out
