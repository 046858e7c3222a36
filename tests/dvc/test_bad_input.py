"""Files of DVC as an attacker or an accident would have them: a finding each, in bounded time, and the rest judged."""

from __future__ import annotations

import pytest

from tests.support import Repo

MD5 = "5d41402abc4b2a76b9719d911017c592"
USUAL = f"outs:\n- md5: {MD5}\n  size: 5\n  hash: md5\n  path: a.csv\n"
MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "a list": b"- a\n- b\n",
    "text": b"hello\n",
    "binary": b"\x00\xff\xfe",
    "not UTF-8": b"outs:\n- path: \xff\n",
    "an alias": b"outs: &a\n- md5: x\n  path: y\nmeta: *a\n",
    "a tag": b"outs: !!python/object/apply:os.system ['true']\n",
    "outs that are a text": b"outs: a.csv\n",
    "an output without a path": f"outs:\n- md5: {MD5}\n".encode(),
    "a digest in capitals": f"outs:\n- md5: {MD5.upper()}\n  path: a\n".encode(),
    "a digest of another kind": f"outs:\n- md5: {MD5}\n  hash: blake9\n  path: a\n".encode(),
    "a list for a digest": b"outs:\n- md5: [1]\n  path: a\n",
    "the root itself": f"outs:\n- md5: {MD5}\n  path: .\n".encode(),
    "two documents": USUAL.encode() + b"---\n" + USUAL.encode(),
    "brackets": b"[" * 100_000,
    "17 MiB": b"outs: # " + b"x" * (17 << 20),
}
CONFIGS = {
    "half a section": "['remote \"x\"'\n    url = /tmp\n",
    "a section in a section": "[core]\n[[remote]]\n    url = x\n",
    "a section twice": "[core]\n    remote = a\n[core]\n    remote = b\n",
    "a key twice": "['remote \"x\"']\n    url = s3://a/b\n    URL = s3://c/d\n",
    "a remote in capitals too": "['remote \"x\"']\n    url = s3://a/b\n['remote \"X\"']\n    url = s3://c/d\n",
    "a remote with another blank": "['remote \"x\"']\n    url = /a\n['remote  \"x\"']\n    url = /b\n",
    "a list": "['remote \"x\"']\n    url = s3://a/b, s3://c/d\n",
    "a key before any section": "url = x\n",
    "a line without end": "[" + " " * 1_000_000 + "\n",
    "lines in a value": "['remote \"x\"']\n    url = '''a\nb'''\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_dvc_would_not_write_is_a_finding(repo: Repo, name: str) -> None:
    repo.write("signs.csv.dvc", MALFORMED[name])
    repo.write("other.dvc", USUAL)
    found = {(one.rule, one.at.partition(":")[0]) for one in repo.findings() if one.rule.startswith("dvc/")}
    assert ("dvc/malformed", "signs.csv.dvc") in found
    assert ("dvc/undeclared", "other.dvc") in found
    assert repo.gate("check").code == 1


@pytest.mark.parametrize("name", CONFIGS)
def test_a_configuration_that_two_may_read_in_two_ways_is_a_finding(repo: Repo, name: str) -> None:
    repo.write(".dvc/config", CONFIGS[name])
    (found,) = [one for one in repo.findings() if one.rule == "dvc/malformed"]
    assert found.at.startswith(".dvc/config:")


def test_a_configuration_for_one_machine_must_not_be_in_git(repo: Repo, bare: Repo) -> None:
    """DVC lets it count more than `.dvc/config`: a change could bring another remote with it."""
    for one in (repo, bare):
        one.write(".dvc/config", "['remote \"x\"']\n    url = s3://acme/dvc\n    verify = true\n")
        one.write(".dvc/config.local", "['remote \"x\"']\n    url = s3://evil/dvc\n    verify = false\n")
    (found,) = [one for one in repo.findings() if one.rule.startswith("dvc/")]
    assert (found.rule, found.at) == ("dvc/malformed", ".dvc/config.local")
    repo.write(".dvc/.gitignore", "/config.local\n")
    assert not {rule for rule in repo.rules() | bare.rules() if rule.startswith("dvc/")}


def test_the_name_of_another_key_is_no_part_of_a_listed_address(repo: Repo) -> None:
    repo.write(".dvc/config", "['remote \"x\"']\n    url = /srv/dvc/%(user)s\n    user = ../evil\n    verify = true\n")
    repo.write("gate-policy.yaml", "policy: 1\ndvc: {remotes: [/srv/dvc]}\n")
    assert "dvc/untrusted-remote" in repo.rules()


def test_a_lock_cannot_say_that_an_output_is_in_git(repo: Repo) -> None:
    repo.write(
        "dvc.lock", f"schema: '2.0'\nstages:\n  x:\n    outs:\n    - {{path: a.csv, md5: {MD5}, cache: false}}\n"
    )
    assert "dvc/undeclared" in repo.rules()


def test_a_directory_with_versions_is_compared_with_the_files_it_lists(repo: Repo) -> None:
    repo.write("signs/a.csv", "hello")
    repo.write("signs.dvc", f"outs:\n- path: signs\n  hash: md5\n  files:\n  - {{relpath: a.csv, md5: {MD5}}}\n")
    assert repo.gate("add", "signs").code == 0
    assert not {rule for rule in repo.rules() if rule.startswith("dvc/")}
    repo.edit("signs.dvc", MD5, MD5[::-1])
    assert "dvc/digest-mismatch" in repo.rules()


def test_a_pattern_of_dvcignore_that_is_not_followed_is_told(repo: Repo) -> None:
    repo.write("signs/a.csv", "hello")
    repo.write("signs.dvc", f"outs:\n- md5: {MD5}.dir\n  hash: md5\n  path: signs\n")
    repo.write(".dvcignore", "# nothing\n")
    assert repo.gate("add", "signs").code == 0
    assert ".dvcignore" not in repo.gate("check").out
    repo.write(".dvcignore", "*.[ab]\n")
    assert "`.dvcignore` has a pattern that the gate does not follow" in repo.gate("check").out


@pytest.mark.parametrize(
    "text",
    [
        "vars:\n- a: ${b}\n- b: ${a}\nstages:\n  x: {cmd: run, wdir: '${a}', outs: [c.csv]}\n",
        "vars: [dvc.yaml, ../dvc.yaml]\nstages:\n  x: {cmd: run, deps: [b], outs: [a]}\n"
        "  y: {cmd: run, deps: [a], outs: [b]}\n",
        "stages:\n  x:\n    foreach: ${x}\n    do: {cmd: run, outs: ['${item}']}\n",
        "stages:\n  x: &x {cmd: run, wdir: d, outs: [a]}\n  y:\n    <<: *x\n",
        "stages:\n  x: {cmd: run, outs: ['" + "${" * 500_000 + "']}\n",
        "stages:\n  x: {cmd: run, metrics: ["
        + ", ".join(f"{{'${{a}}{i}': {{cache: false}}}}" for i in range(2000))
        + "]}\n",
        "stages: {x: {cmd: run}, "
        + ", ".join(f"s{i}: {{cmd: run, outs: ['{'${a}' * 50}{i}']}}" for i in range(2000))
        + "}\n",
    ],
)
def test_odd_and_circular_pipelines_come_to_an_end(repo: Repo, text: str) -> None:
    repo.write("dvc.yaml", text)
    lock = f"schema: '2.0'\nstages:\n  x:\n    cmd: run\n    outs:\n    - path: {'a' * 3000}b\n      md5: {MD5}\n"
    repo.write("dvc.lock", lock)
    found = {one.rule for one in repo.findings()}
    assert "dvc/undeclared" in found
    assert "gate/undecided" not in found


def test_a_link_in_the_place_of_a_file_of_dvc_is_not_followed(repo: Repo) -> None:
    repo.write("../secret.yaml", "password: hunter2\n")
    repo.link("signs.csv.dvc", "../secret.yaml")
    result = repo.gate("check")
    assert "dvc/malformed" in result.out
    assert "hunter2" not in result.out


def test_names_that_would_forge_a_report_are_shown_harmless(repo: Repo) -> None:
    repo.write("x.dvc", f'outs:\n- md5: {MD5}\n  path: "a\\n::error::b\\e[2J"\n')
    result = repo.gate("check")
    assert "dvc/undeclared" in result.out
    assert "\n::error" not in result.out
    assert "\x1b" not in result.out


def test_a_manifest_that_lies_is_not_believed(repo: Repo) -> None:
    repo.write("signs/a.csv", "x\n")
    repo.write("signs.dvc", f"outs:\n- md5: {MD5}.dir\n  hash: md5\n  path: signs\n")
    repo.write(f".dvc/cache/files/md5/{MD5[:2]}/{MD5[2:]}.dir", "[]")
    repo.write(".dvc/.gitignore", "/cache\n")
    assert repo.gate("add", "signs").code == 0
    repo.track()
    assert "dvc/digest-mismatch" in repo.rules()


def test_files_of_dvc_outside_of_git_are_read_too(bare: Repo) -> None:
    bare.write("deep/signs.csv.dvc", USUAL)
    assert {one.at for one in bare.findings() if one.rule == "dvc/undeclared"} == {"deep/signs.csv.dvc:2"}


def test_only_what_is_named_is_judged(repo: Repo) -> None:
    repo.write("a/signs.csv.dvc", USUAL)
    repo.write("b/signs.csv.dvc", USUAL)
    assert {one.at for one in repo.findings("a") if one.rule.startswith("dvc/")} == {"a/signs.csv.dvc:2"}
    assert not [one for one in repo.findings("--only", "integrity") if one.rule.startswith("dvc/")]


def test_adding_what_dvc_keeps_tells_what_is_wrong(repo: Repo) -> None:
    repo.write("signs.csv.dvc", USUAL)
    assert "run `dvc pull signs.csv.dvc` first" in repo.gate("add", "signs.csv.dvc").err
    repo.write("a.csv", "hello!")
    refused = repo.gate("add", "signs.csv.dvc")
    assert (refused.code, "a.csv is not what signs.csv.dvc recorded" in refused.err) == (2, True)
    repo.write("a.csv", "hello")
    assert repo.gate("add", "signs.csv.dvc").code == 0
    repo.write("two.dvc", USUAL + USUAL.partition("\n")[2].replace("a.csv", "b.csv"))
    assert "two.dvc keeps 2 outputs" in repo.gate("add", "two.dvc").err
    repo.write("broken.dvc", "outs: x\n")
    assert "broken.dvc:1:7" in repo.gate("add", "broken.dvc").err


def test_adding_a_file_with_other_line_endings_says_so(repo: Repo) -> None:
    repo.write("a.csv", "1\r\n")
    repo.write("a.csv.dvc", USUAL.replace(MD5, "b026324c6904b2a9cb4b88d6d61c81d1"))
    added = repo.gate("add", "a.csv.dvc")
    assert added.code == 0
    assert "other line endings" in added.out
