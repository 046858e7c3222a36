"""`gate check --pull` brings what is declared and not here from the mirror that the policy names, and nothing else."""

from __future__ import annotations

import os

import pytest

from gate.dbom.load import load_dbom
from gate.vendor.interface import key
from tests.vendor.conftest import Vendoring


def test_what_was_vendored_comes_back_and_is_verified(vendoring: Vendoring) -> None:
    vendoring.run()
    vendoring.trust()
    assert "integrity/missing-file" in vendoring.repo.rules("--only", "integrity")
    report = vendoring.repo.report("--only", "integrity,sources", "--pull")
    assert report["exit_code"] == 0, report
    assert [one["verified"] for one in report["artifacts"]] == [True]
    for path in vendoring.source.rglob("*.csv"):
        assert vendoring.repo.bytes(f"vendor/signs/{path.relative_to(vendoring.source)}") == path.read_bytes()
    assert not (vendoring.repo.root / ".gate").exists()


def test_a_single_file_comes_back_too(vendoring: Vendoring) -> None:
    vendoring.run(source=vendoring.source / "README.md")
    vendoring.trust()
    assert vendoring.repo.rules("--only", "integrity", "--pull") == set()
    assert vendoring.repo.text("vendor/README.md") == "# signs\n"


def test_a_listing_that_is_not_in_the_repository_comes_from_the_mirror(vendoring: Vendoring) -> None:
    vendoring.run()
    vendoring.trust()
    vendoring.repo.delete("dbom/signs.sha256")
    vendoring.repo.gate("check", "--pull")
    assert vendoring.repo.text("vendor/signs/README.md") == "# signs\n"


def test_an_object_that_was_changed_is_caught_and_nothing_appears(vendoring: Vendoring) -> None:
    vendoring.run()
    vendoring.trust()
    for victim in vendoring.mirror.glob("sha256/*/*"):
        if b"# signs" in victim.read_bytes():
            victim.chmod(0o644)
            victim.write_bytes(b"# swing\n")
    findings = vendoring.repo.findings("--only", "integrity", "--pull")
    assert any(one.rule == "integrity/digest-mismatch" and "README.md" in one.message for one in findings)
    assert not (vendoring.repo.root / "vendor").exists() or not list((vendoring.repo.root / "vendor").iterdir())


def test_an_object_that_is_gone_is_undecided(vendoring: Vendoring) -> None:
    vendoring.run(source=vendoring.source / "README.md")
    vendoring.trust()
    next(vendoring.mirror.glob("sha256/*/*")).unlink()
    found = [one for one in vendoring.repo.findings("--only", "integrity", "--pull") if one.rule == "gate/undecided"]
    assert "has no object" in found[0].message


@pytest.mark.parametrize("instead", ["a directory", "a pipe", "a link"])
def test_what_is_no_file_in_the_mirror_is_undecided(vendoring: Vendoring, instead: str) -> None:
    vendoring.run(source=vendoring.source / "README.md")
    vendoring.trust()
    victim = next(vendoring.mirror.glob("sha256/*/*"))
    victim.unlink()
    if instead == "a directory":
        victim.mkdir()
    elif instead == "a pipe":
        os.mkfifo(victim)
    else:
        victim.symlink_to("/etc/hostname")
    found = [one for one in vendoring.repo.findings("--only", "integrity", "--pull") if one.rule == "gate/undecided"]
    assert str(victim) in found[0].message
    assert not (vendoring.repo.root / "vendor/README.md").exists()


def test_without_a_mirror_in_the_policy_nothing_is_fetched(vendoring: Vendoring) -> None:
    vendoring.run()
    result = vendoring.repo.gate("check", "--pull")
    assert result.code == 2
    assert "no policy names the mirror" in result.err
    assert not (vendoring.repo.root / "vendor").exists()


def test_an_entry_cannot_send_the_gate_to_another_mirror(vendoring: Vendoring) -> None:
    vendoring.run()
    vendoring.repo.write("gate-policy.yaml", "policy: 1\nsources: {mirror: acme-mirror}\n")
    found = [one for one in vendoring.repo.findings("--only", "integrity", "--pull") if one.rule == "gate/undecided"]
    assert "is not the mirror" in found[0].message
    assert not (vendoring.repo.root / "vendor").exists()


def test_a_path_behind_a_link_out_of_the_repository_is_refused(vendoring: Vendoring) -> None:
    vendoring.run()
    vendoring.trust()
    outside = vendoring.repo.home / "outside"
    outside.mkdir()
    vendoring.repo.link("vendor", outside)
    vendoring.repo.gate("check", "--pull")
    assert list(outside.iterdir()) == []


def test_a_link_in_the_repository_leads_nowhere(vendoring: Vendoring) -> None:
    vendoring.run(source=vendoring.source / "README.md")
    vendoring.trust()
    vendoring.repo.git("init", "--quiet")
    vendoring.repo.link("link", ".git")
    vendoring.repo.edit("dbom.yaml", "path: vendor/README.md", "path: link/hooks/post-checkout")
    found = [one for one in vendoring.repo.findings("--only", "integrity", "--pull") if one.rule == "gate/undecided"]
    assert "behind a link" in found[0].message
    assert not (vendoring.repo.root / ".git/hooks/post-checkout").exists()


def test_a_pull_that_fails_leaves_nothing_in_a_tree_without_git(vendoring: Vendoring) -> None:
    vendoring.run()
    vendoring.trust()
    before = vendoring.repo.tree()
    objects = sorted(vendoring.mirror.glob("sha256/*/*"), key=lambda path: path.stat().st_size)
    objects[0].unlink()
    assert "gate/undecided" in vendoring.repo.rules("--only", "integrity", "--pull")
    assert vendoring.repo.tree() == before


def test_what_is_there_already_is_left_alone(vendoring: Vendoring) -> None:
    vendoring.run()
    vendoring.trust()
    vendoring.repo.write("vendor/signs/README.md", "mine\n")
    assert "integrity/digest-mismatch" in vendoring.repo.rules("--only", "integrity", "--pull")
    assert vendoring.repo.text("vendor/signs/README.md") == "mine\n"


def test_only_what_comes_from_the_mirror_may_be_demanded(vendoring: Vendoring) -> None:
    vendoring.repo.write("data/other.csv", "a,b\n")
    vendoring.repo.gate("add", "data/other.csv", "--source", "https://files.example.org/other-1.0.csv")
    vendoring.run()
    vendoring.trust("rules: {sources/not-vendored: {enforce: block}}")
    found = [one for one in vendoring.repo.findings("--pull") if one.rule == "sources/not-vendored"]
    assert [one.ruling for one in found] == ["block"]
    assert found[0].message.startswith("other ")


@pytest.mark.parametrize("part", ["", "README.md"])
def test_an_entry_that_names_the_mirror_must_be_in_it(vendoring: Vendoring, part: str) -> None:
    vendoring.run("--name", "signs", source=vendoring.source / part)
    vendoring.trust()
    vendoring.repo.gate("check", "--pull")
    assert vendoring.repo.rules("--only", "integrity", "--pull") == set()
    name = load_dbom(str(vendoring.repo.root / "dbom.yaml"), "dbom.yaml").artifacts[0].sha256 or ""
    (vendoring.mirror / key(name)).unlink()
    (found,) = vendoring.repo.findings("--only", "integrity", "--pull")
    assert (found.rule, found.ruling) == ("sources/not-vendored", "warn")
    assert "does not have it" in found.message
    vendoring.trust("rules: {sources/not-vendored: {enforce: block}}")
    assert vendoring.repo.gate("check", "--only", "integrity", "--pull").code == 1


@pytest.mark.parametrize(
    ("mirror", "url", "path"),
    [
        ("acme-mirror", "acme-mirror", "data.csv"),
        ("acme-mirror", "https://files.example.org/x", "acme-mirror"),
        ("acme-mirror", "https://acme-mirror@files.example.org/x", "data.csv"),
        ("acme-mirror", "https://acme-mirror.example.org/x", "data.csv"),
        ("file:///srv/mirror", "file:///srv/mirror/../other", "data.csv"),
        ("file:///srv/mirror", "file:///srv/mirrors", "data.csv"),
    ],
)
def test_what_only_looks_like_the_mirror_is_not(vendoring: Vendoring, mirror: str, url: str, path: str) -> None:
    vendoring.repo.write(path, "a,b\n1,2\n")
    vendoring.repo.write("dbom.yaml", f'dbom: 1\ndatasets: [{{name: d, path: {path}, source: {{url: "{url}"}}}}]\n')
    vendoring.repo.write("gate-policy.yaml", f'policy: 1\nsources: {{mirror: "{mirror}"}}\n')
    assert "sources/not-vendored" in vendoring.repo.rules("--only", "sources")


def test_a_change_cannot_name_the_mirror_that_is_asked(vendoring: Vendoring) -> None:
    vendoring.run()
    vendoring.repo.write("gate-policy.yaml", "policy: 1\n")
    vendoring.repo.track()
    vendoring.repo.git("commit", "--quiet", "--message=base")
    vendoring.trust()
    result = vendoring.repo.gate("check", "--pull", "--base", "HEAD")
    assert result.code == 2
    assert "no policy names the mirror" in result.err
    assert not (vendoring.repo.root / "vendor").exists()


def test_nothing_is_put_where_git_would_run_it(vendoring: Vendoring) -> None:
    vendoring.run(source=vendoring.source / "README.md")
    vendoring.trust()
    vendoring.repo.edit("dbom.yaml", "path: vendor/README.md", "path: .git/hooks/post-checkout")
    found = [one for one in vendoring.repo.findings("--only", "integrity", "--pull") if one.rule == "gate/undecided"]
    assert "read by git" in found[0].message
    assert not (vendoring.repo.root / ".git/hooks/post-checkout").exists()
