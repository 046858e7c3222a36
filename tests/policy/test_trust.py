"""Who may sign, as policies say it: what is read, what is refused, and how documents add up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.core.errors import DocumentError
from gate.core.model import KINDS, STAGES, Location, Subject
from gate.policy.load import load_policies
from gate.policy.model import Policies, Policy, Selector
from gate.policy.packs import load_pack
from gate.policy.trust import Certificate, Group, Identity, Key, Requirement, Revoked, Root, Trust
from tests.support import PROJECT, Repo, run_gate, sha256

MODEL = Subject("model", "m", "models/m.safetensors")
DATA = Subject("dataset", "d", "data/d.csv")


def pem(label: str, body: str = "AAAA", before: str = "") -> str:
    return f"{before}-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


PUBLIC, CA, ROOT = pem("PUBLIC KEY"), pem("CERTIFICATE"), '{"mediaType": "x"}\n'
ISSUER = "https://token.actions.githubusercontent.com"
WORKFLOW = "https://github.com/acme/train/.github/workflows/release.yml@refs/heads/main"


def load(repo: Repo, text: str, *more: str) -> Policies:
    repo.write("gate-policy.yaml", text)
    return load_policies(("gate-policy.yaml", *more), str(repo.root), str(repo.home))


def problem(repo: Repo, text: str) -> str:
    """The one thing that is wrong with a policy, with its place and how to fix it."""
    with pytest.raises(DocumentError) as raised:
        load(repo, text)
    (found,) = raised.value.problems
    return str(found)


def identity(**more: Any) -> str:
    """A policy with one identity, as JSON."""
    entry = {"name": "release", "identity": WORKFLOW, "issuer": ISSUER, **more}
    return json.dumps({"policy": 1, "identities": [entry]})


def key(file: str = "keys/a.pub", content: str = PUBLIC, name: str = "a", kind: str = "keys") -> str:
    extra = ", identity: signer" if kind == "certificates" else ""
    return f"policy: 1\n{kind}:\n  - {{name: {name}, file: {file}, sha256: {sha256(content)}{extra}}}\n"


EVERYTHING = f"""\
policy: 1
identities:
  - name: release
    identity: {WORKFLOW}
    issuer: {ISSUER}
    source_repository: https://github.com/acme/train
    source_repository_id: 0123
    source_owner_id: "9"
    source_ref: refs/heads/main
    source_commit: {"AB" * 20}
    build_signer: https://github.com/acme/*/.github/workflows/*
    build_signer_digest: {"cd" * 32}
    build_trigger: [push, workflow_dispatch]
    runner_environment: github-hosted
    predicate_type: https://slsa.dev/provenance/v1
    builder_id: https://github.com/actions/runner/*
    trust_root: internal
    for: {{kind: model}}
keys:
  - {{name: old, file: keys/a.pub, sha256: {sha256(PUBLIC).upper()}, predicate_type: ["https://a/v1"]}}
certificates:
  - {{name: team, file: keys/ca.pem, sha256: {sha256(CA)}, identity: "*@acme.example", for: {{kind: dataset}}}}
trust_roots:
  - {{name: internal, file: roots/internal.json, sha256: {sha256(ROOT)}}}
signatures:
  - {{signers: 2, max_age: 90, not_before: 2026-01-01, retired_keys: reject, for: {{kind: model}}, from_stage: release}}
  - {{max_age: 400}}
revoked: {{digests: ["{"AB" * 32}"], identities: ["*@left.example"], keys: ["{"cd" * 32}"]}}
signed_documents: {{dbom: release, policy: [release, old]}}
verification_summaries:
  - {{verifier: "https://gate.example/*", policy: "{"EF" * 32}", signed_by: old, max_age: 7, from_stage: release}}
"""


@pytest.fixture
def files(repo: Repo) -> Repo:
    repo.write("keys/a.pub", PUBLIC)
    repo.write("keys/ca.pem", CA)
    repo.write("roots/internal.json", ROOT)
    return repo


def test_every_key_is_read(files: Repo) -> None:
    policies = load(files, EVERYTHING)
    (group,) = policies.trust_groups(MODEL)
    release, old = group.signers
    assert isinstance(release, Identity)
    assert release._replace(location=Location("")) == Identity(
        "release", WORKFLOW, ISSUER, Location(""), "https://github.com/acme/train", "0123", "9", "refs/heads/main",
        "ab" * 20, "https://github.com/acme/*/.github/workflows/*", "cd" * 32, ("push", "workflow_dispatch"),
        "github-hosted", ("https://slsa.dev/provenance/v1",), "https://github.com/actions/runner/*", "internal",
        Selector("model"),
    )  # fmt: skip
    assert str(release.location) == "gate-policy.yaml:3:11"
    assert isinstance(old, Key)
    assert (old.pem, old.predicate_type) == (PUBLIC.encode(), ("https://a/v1",))
    assert group.roots is not None
    assert [(root.name, root.data, root.sha256) for root in group.roots] == [("internal", ROOT.encode(), sha256(ROOT))]
    (team,) = (s for s in policies.trust_groups(DATA)[0].signers if isinstance(s, Certificate))
    assert (team.pem, team.identity) == (CA.encode(), "*@acme.example")

    assert policies.requirement(DATA, "release")[1:5] == (1, 400, None, None)
    assert policies.requirement(MODEL, "train")[1:5] == (1, 400, None, None)
    strict = policies.requirement(MODEL, "release")
    assert strict[1:5] == (2, 90, "2026-01-01", "reject")
    assert strict.location.line == 26

    revoked = policies.revoked()
    assert revoked[:3] == (frozenset(["ab" * 32]), frozenset(["*@left.example"]), frozenset(["cd" * 32]))
    demands = {d.kind: ([s.name for s in d.group.signers], d.location.line) for d in policies.document_demands()}
    assert demands == {"dbom": (["release"], 29), "policy": (["release", "old"], 29)}
    ((summary, by),) = policies.summary_demands(DATA, "release")
    assert (summary.verifier, summary.policy, summary.max_age) == ("https://gate.example/*", ("ef" * 32,), 7)
    assert [signer.name for signer in by.signers] == ["old"]
    assert policies.summary_demands(DATA, "train") == ()


def test_the_schema_for_editors_accepts_what_the_gate_accepts(files: Repo) -> None:
    load(files, EVERYTHING)
    schema = json.loads(files.gate("schema", "policy").out)
    text = EVERYTHING.replace("not_before: 2026-01-01", "not_before: '2026-01-01'")
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))
    for bad in (identity(identity="*"), identity(source_repository_id="x"), identity(build_trigger=[])):
        assert not jsonschema.Draft202012Validator(schema).is_valid(json.loads(bad)), bad


@pytest.mark.parametrize("glob", ["*", "**", "*@*", "**/**", "https", ""])
def test_an_identity_says_who(repo: Repo, glob: str) -> None:
    if glob == "https":
        assert load(repo, identity(identity=glob)).trust_groups(MODEL)
    elif glob:
        assert "trusts anyone who can log in at the issuer" in problem(repo, identity(identity=glob))
    else:
        assert "the text is empty" in problem(repo, identity(identity=glob))


WRONG: list[tuple[Mapping[str, Any], str]] = [
    ({"identity": f"{WORKFLOW}\n"}, "line break"),
    ({"issuer": f"{ISSUER}\n"}, "line break"),
    ({"issuer": "https://*"}, "without wildcards"),
    ({"issuer": "token.actions.githubusercontent.com"}, "is no issuer"),
    ({"name": "a\nb"}, "line break"),
    ({"source_repository": "**"}, "lets everything through"),
    ({"source_repository_id": "12x"}, "is not a number"),
    ({"source_commit": "abc"}, "40 or 64 hexadecimal digits"),
    ({"build_trigger": []}, "the list is empty"),
    ({"build_trigger": "Push!"}, "is not an event"),
    ({"runner_environment": "mine"}, "is not github-hosted, gitlab-hosted or self-hosted"),
    ({"predicate_type": "provenance"}, "is not the URI of a predicate type"),
    ({"for": {}}, "selects nothing in particular"),
    ({"sourc_ref": "refs/heads/main"}, 'did you mean "source_ref"?'),
    ({"trust_root": "internal"}, 'there is no trust root "internal" here'),
    ({"identity": "a" * 3000}, "longer than"),
]


@pytest.mark.parametrize(("more", "message"), WRONG)
def test_what_is_wrong_in_an_identity(repo: Repo, more: Mapping[str, Any], message: str) -> None:
    said = problem(repo, identity(**more))
    assert message in said
    assert said.startswith("gate-policy.yaml:1:")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("signatures: {max_age: 0}", "expected a whole number from 1 to 36,500"),
        ("signatures: {max_age: 99999999}", "expected a whole number from 1 to 36,500"),
        ("signatures: {signers: 0}", "expected a whole number from 1 to 32"),
        ("signatures: {signers: 33}", "expected a whole number from 1 to 32"),
        ("signatures: {signers: two}", 'found "two"'),
        ("signatures: {not_before: 2026-02-30}", '"2026-02-30" is no day of the calendar'),
        ("signatures: {not_before: yesterday}", "is no date such as"),
        ("signatures: {retired_keys: maybe}", "accept, reject"),
        ("signatures: {not_after: 2026-01-01}", 'unknown key "not_after"'),
        ("revoked: {digests: [abc]}", "has 3 hexadecimal digits"),
        ("revoked: {identities: ['']}", "the text is empty"),
        ("signed_documents: {dbom: []}", "the list is empty"),
        ("signed_documents: {dbom: }", '"dbom" has no value'),
        ("signed_documents: {dbom: nobody}", 'there is no signer "nobody" here'),
        ("verification_summaries: {verifier: '**', signed_by: a}", "lets any verifier through"),
        ("verification_summaries: {verifier: v}", "missing `signed_by:`"),
        ("trust_roots: [{name: a, file: a.json}]", "missing `sha256:`"),
        ("keys: [{name: a, file: a.pub}]", "missing `sha256:`"),
    ],
)
def test_what_is_wrong_elsewhere(repo: Repo, text: str, message: str) -> None:
    said = problem(repo, f"policy: 1\n{text}\n")
    assert message in said
    assert said.startswith("gate-policy.yaml:2:")


def test_names_stand_for_one_signer_of_the_document(files: Repo) -> None:
    two = key() + f"certificates: [{{name: a, file: keys/ca.pem, sha256: {sha256(CA)}, identity: x}}]\n"
    assert 'the name "a" is already taken on line 3 (names are unique' in problem(files, two)
    assert 'did you mean "release"?' in problem(
        files, identity().replace('"policy": 1', '"policy": 1, "signed_documents": {"dbom": "relaese"}')
    )
    files.write("base.yaml", key())
    other = "policy: 1\nextends: [base.yaml]\nsigned_documents: {dbom: a}\n"
    assert 'there is no signer "a" here' in problem(files, other), "names of another document do not count"


def test_every_problem_is_said_at_once(repo: Repo) -> None:
    repo.write("keys/a.pub", "changed")
    text = key() + "signed_documents: {dbom: b}\n"
    with pytest.raises(DocumentError) as raised:
        load(repo, text)
    assert [p.location.line for p in raised.value.problems] == [3, 4]


def test_a_flood_of_signers_is_refused(repo: Repo) -> None:
    entries = ", ".join(f"{{name: n{i}, identity: a{i}, issuer: 'https://a'}}" for i in range(201))
    assert "more than 200 signers" in problem(repo, f"policy: 1\nidentities: [{entries}]\n")
    asked = ", ".join("{signers: 2}" for _ in range(201))
    assert "more than 200 entries under `signatures:`" in problem(repo, f"policy: 1\nsignatures: [{asked}]\n")


def test_nobody_is_trusted_where_nobody_is_named(repo: Repo) -> None:
    policies = load(repo, "policy: 1\n")
    assert policies.trust_groups(MODEL) == ()
    assert policies.requirement(MODEL, "release") == Requirement(Location(""))
    assert policies.revoked() == Revoked()
    assert policies.document_demands() == ()


def test_each_document_is_a_group_of_its_own(files: Repo) -> None:
    files.write("central.yaml", key(name="central"))
    text = identity(**{"for": {"kind": "model"}}).replace('"policy": 1', '"policy": 1, "extends": ["central.yaml"]')
    policies = load(files, text)
    names = [[s.name for s in group.signers] for group in policies.trust_groups(MODEL)]
    assert names == [["central"], ["release"]]
    assert [[s.name for s in group.signers] for group in policies.trust_groups(DATA)] == [["central"]]
    files.write("other.yaml", key(name="other"))
    both = load(files, text, "other.yaml")
    assert [group.signers[0].name for group in both.trust_groups(MODEL)] == ["central", "release", "other"]


def roots_policy(*contents: str, extends: str = "", signer: bool = True) -> str:
    data: dict[str, Any] = {"policy": 1, "extends": [extends] if extends else []}
    data["trust_roots"] = [{"name": c, "file": f"{c}.json", "sha256": sha256("{" + c)} for c in contents]
    if signer:
        data["identities"] = [{"name": "i", "identity": "someone", "issuer": "https://a"}]
    return json.dumps(data)


def test_trust_roots_are_allow_lists_along_extends(repo: Repo) -> None:
    for name in "abc":
        repo.write(f"{name}.json", "{" + name)

    def of(text: str) -> list[str] | None:
        group = load(repo, text).trust_groups(MODEL)[-1]
        return None if group.roots is None else [root.name for root in group.roots]

    assert of(identity()) is None
    assert of(roots_policy("a", "b")) == ["a", "b"]
    assert of(roots_policy()) == [], "an empty list is none at all, not the public one"
    repo.write("central.yaml", roots_policy("a", "b", signer=False))
    assert of(roots_policy("b", extends="central.yaml")) == ["b"]
    assert of(identity().replace('"policy": 1', '"policy": 1, "extends": ["central.yaml"]')) == ["a", "b"]
    said = problem(repo, roots_policy("b", "c", extends="central.yaml"))
    assert "the trust root c is none of those at central.yaml:1:" in said
    assert "can only be tightened" in said


def test_what_is_asked_adds_up_over_all_documents(files: Repo) -> None:
    files.write("central.yaml", key() + "signatures: {signers: 2, retired_keys: reject}\nsigned_documents: {dbom: a}\n")
    own = "policy: 1\nextends: [central.yaml]\nsignatures: {max_age: 3}\nrevoked: {keys: [%s]}\n"
    asked = "signatures: {max_age: 2, retired_keys: accept}"
    files.write("second.yaml", f"policy: 1\n{asked}\nrevoked: {{identities: [x]}}\n")
    policies = load(files, own % ("a" * 64), "second.yaml")
    assert policies.requirement(MODEL, "train")[1:5] == (2, 2, None, "reject")
    assert policies.revoked()[1:3] == (frozenset(["x"]), frozenset(["a" * 64]))
    ((kind, names, group, policy, location, _),) = policies.document_demands()
    assert (kind, names, policy.name, location.path) == ("dbom", ("a",), "central.yaml", "central.yaml")
    assert group.signers == policies.trust_groups(MODEL)[0].signers


def test_a_demand_means_its_signers_whatever_their_selector(files: Repo) -> None:
    text = key().replace("}\n", ", for: {path: dbom.yaml}}\n") + "signed_documents: {dbom: a}\n"
    policies = load(files, text)
    assert policies.trust_groups(MODEL) == ()
    assert [signer.name for signer in policies.document_demands()[0].group.signers] == ["a"]


def test_the_digest_of_a_policy_is_that_of_its_bytes(files: Repo) -> None:
    policies = load(files, EVERYTHING, "gate:strict")
    assert policies.members[0].sha256 == sha256(EVERYTHING)
    packaged = (PROJECT / "gate/policy/packs/strict.json").read_bytes()
    assert policies.members[1].sha256 == sha256(packaged)
    assert policies.members[0].extends[0].sha256 != policies.members[1].sha256


names = st.sampled_from(["a", "b", "c"])
globs = st.none() | st.sampled_from(["*", "m", "d", "x"])
selectors = st.builds(Selector, st.none() | st.sampled_from(KINDS), globs)
signers = st.builds(lambda name, s: Identity(name, name, "https://i", Location("p"), selector=s), names, selectors)
given_roots = st.none() | st.lists(st.sampled_from("xyz"), max_size=3, unique=True).map(
    lambda found: tuple(Root(name, name, b"", name, Location("p")) for name in found)
)
asked = st.builds(
    Requirement, st.just(Location("p")), st.integers(1, 3), st.none() | st.integers(1, 9),
    st.sampled_from([None, "2026-01-01", "2026-02-01"]), st.sampled_from([None, "accept", "reject"]), selectors,
    st.sampled_from(STAGES),
)  # fmt: skip
trusts = st.builds(
    Trust, st.lists(signers, max_size=3).map(tuple), given_roots, st.lists(asked, max_size=2).map(tuple),
    st.builds(Revoked, st.frozensets(names), st.frozensets(names), st.frozensets(names)),
)  # fmt: skip


def document(name: str, trust: Trust, extends: tuple[Policy, ...]) -> Policy:
    return Policy(name, Location(name), {}, extends, own_trust=trust)


@settings(max_examples=300)
@given(st.lists(trusts, min_size=1, max_size=3), trusts, st.sampled_from([MODEL, DATA]), st.sampled_from(STAGES))
def test_no_document_widens_what_one_that_it_extends_says(
    files: list[Trust], own: Trust, subject: Subject, stage: Any
) -> None:
    bases = tuple(document(f"base{i}", trust, (load_pack("baseline"),)) for i, trust in enumerate(files))
    policies = Policies((document("own", own, bases),))
    groups = policies.trust_groups(subject)
    ours: Requirement = policies.requirement(subject, stage)
    for base in bases:
        alone = Policies((base,))
        assert set(alone.trust_groups(subject)) <= set(groups), "every group of the base has to agree still"
        theirs = alone.requirement(subject, stage)
        assert ours.signers >= theirs.signers
        assert theirs.max_age is None or (ours.max_age is not None and ours.max_age <= theirs.max_age)
        assert (ours.not_before or "") >= (theirs.not_before or "")
        assert ours.retired_keys == "reject" or theirs.retired_keys != "reject"
        for mine, its in zip(policies.revoked()[:3], alone.revoked()[:3], strict=True):
            assert mine >= its
        given = base.trust.roots
        last: list[Group] = [group for group in groups if group.policy_name == "own"]
        if given is not None and last:
            assert last[0].roots is not None
            assert {root.sha256 for root in last[0].roots} <= {root.sha256 for root in given}


def test_only_trusted_policies_name_signers_and_all_make_demands(files: Repo) -> None:
    files.write("base.yaml", key(name="base"))
    head = load(files, EVERYTHING)
    base = load_policies(("base.yaml",), str(files.root), str(files.home))
    both = Policies((*head.members, *base.members), base.members)
    assert [[s.name for s in group.signers] for group in both.trust_groups(MODEL)] == [["base"]]
    assert both.requirement(MODEL, "release").signers == 2
    assert both.revoked().keys == {"cd" * 32}
    assert {demand.kind for demand in both.document_demands()} == {"dbom", "policy"}


def test_show_prints_everything_with_its_place(files: Repo) -> None:
    files.write("gate-policy.yaml", EVERYTHING)
    lines = files.gate("policy", "show").out.splitlines()
    for line in (
        "signer team: *@acme.example by the CA in keys/ca.pem  [kind=dataset]  gate-policy.yaml:22:12",
        "signer old: the key in keys/a.pub, predicate_type https://a/v1  gate-policy.yaml:20:12",
        "trust root internal: roots/internal.json  gate-policy.yaml:24:12",
        "signatures signers: 2  [kind=model, from release]  gate-policy.yaml:26:6",
        "signatures max_age: 90  [kind=model, from release]  gate-policy.yaml:26:6",
        "signatures not_before: 2026-01-01  [kind=model, from release]  gate-policy.yaml:26:6",
        "signatures retired_keys: reject  [kind=model, from release]  gate-policy.yaml:26:6",
        f"revoked digest: {'ab' * 32}  gate-policy.yaml:28:11",
        "revoked identity: *@left.example  gate-policy.yaml:28:11",
        f"revoked key: {'cd' * 32}  gate-policy.yaml:28:11",
        "policy is signed: by release or old  gate-policy.yaml:29:43",
        "verification summary: of https://gate.example/*, signed by old, under efefefefefef, at most 7 days old"
        "  [from release]  gate-policy.yaml:31:16",
    ):
        assert line in lines
    (release,) = (line for line in lines if line.startswith("signer release: "))
    assert f"{WORKFLOW} of {ISSUER}, source_repository https://github.com/acme/train" in release
    assert "build_trigger push or workflow_dispatch" in release


def notes(repo: Repo, text: str) -> list[str]:
    repo.write("gate-policy.yaml", text)
    result = repo.gate("policy", "lint")
    assert result.code == 0
    return [line for line in result.out.splitlines() if ": note: " in line]


REPOSITORY = {"source_repository": "https://github.com/acme/train"}
GITLAB = "https://gitlab.com/acme/train//.gitlab-ci.yml@refs/heads/main"
LINTED: list[tuple[dict[str, Any], list[str]]] = [
    (REPOSITORY, []),
    ({}, ["add source_repository"]),
    ({"identity": GITLAB, "issuer": "https://gitlab.com"}, ["add source_repository"]),
    ({"source_repository_id": "1"}, []),
    ({"identity": "me@acme.example", "issuer": "https://accounts.example"}, []),
    ({"identity": "https://github.com/**", "source_ref": "refs/heads/main"}, ["add source_repository", "any owner"]),
    ({"source_repository": "https://github.com/*/train"}, ["any owner"]),
    ({"source_repository": "https://github.com/acme-*/train"}, ["any owner"]),
    ({"source_repository": "https://github.com/*/train", "source_owner_id": "1"}, []),
    ({**REPOSITORY, "identity": WORKFLOW.partition("@")[0] + "@*"}, ["`*` does not cross a slash"]),
    ({**REPOSITORY, "identity": WORKFLOW.partition("@")[0] + "@refs/**"}, ["any branch or tag may sign"]),
    ({**REPOSITORY, "identity": WORKFLOW.partition("@")[0] + "@refs/tags/*"}, []),
    ({**REPOSITORY, "for": {"path": "../models/**"}}, ["its `for:` selects nothing"]),
    ({**REPOSITORY, "for": {"name": "a/b"}}, ["no name has a slash"]),
    ({**REPOSITORY, "for": {"path": "models/**"}}, []),
]


@pytest.mark.parametrize(("more", "expected"), LINTED)
def test_lint_knows_identities_that_trust_too_many(repo: Repo, more: dict[str, Any], expected: list[str]) -> None:
    found = notes(repo, identity(**more))
    assert len(found) == len(expected), found
    for note, words in zip(found, expected, strict=True):
        assert words in note


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[{signers: 2}, {signers: 3, for: {kind: model}}]", []),
        ("[{signers: 2}, {signers: 2}]", ["never decides: the one on line 2"]),
        ("[{retired_keys: reject}, {signers: 2, retired_keys: accept}]", []),
        ("[{signers: 3}, {signers: 2, max_age: 1}]", []),
        ("[{signers: 3}, {signers: 2, for: {kind: model}}]", ["never decides"]),
        ("[{signers: 3, from_stage: release}, {signers: 2}]", []),
        ("[{retired_keys: reject}, {retired_keys: accept}]", ["asks for nothing: accepting retired keys"]),
        ("{for: {kind: model}}", ["asks for nothing: one signature"]),
    ],
)
def test_lint_knows_requirements_that_never_decide(repo: Repo, text: str, expected: list[str]) -> None:
    found = notes(repo, f"policy: 1\nsignatures: {text}\n")
    assert len(found) == len(expected), found
    assert all(words in note for note, words in zip(found, expected, strict=True))


def test_hostile_names_reach_no_terminal(repo: Repo) -> None:
    repo.write("gate-policy.yaml", identity(name="\x1b[31mred"))
    said = repo.gate("policy", "show")
    assert said.code == 2
    assert "\x1b" not in said.err
    repo.write("gate-policy.yaml", identity(name="##[error]x"))
    assert "##[" not in repo.gate("policy", "show").out


def test_reading_signers_imports_no_cryptography(files: Repo) -> None:
    files.write("gate-policy.yaml", EVERYTHING)
    # a module that is None cannot be imported
    before = "import sys\nfor name in ('cryptography', 'sigstore', 'rfc3161_client'): sys.modules[name] = None"
    result = run_gate(files.root, "policy", "show", before=before)
    assert result.code == 0
    assert "signer release" in result.out


def examples_of_the_documentation() -> list[str]:
    text = (PROJECT / "docs/policy.md").read_text("utf-8")
    section = text.partition("## Who may sign")[2].partition("## `gate policy show`")[0]
    return [block.partition("```")[0] for block in section.split("```yaml\n")[1:]]


def test_the_examples_of_the_documentation_hold(files: Repo) -> None:
    found = examples_of_the_documentation()
    assert len(found) >= 5
    for example in found:
        text = example
        for file, content in (("release.pub", PUBLIC), ("ca.pem", CA), ("internal.json", ROOT)):
            folder = "roots" if file.endswith("json") else "keys"
            files.write(f"{folder}/{file}", content)
            text = text.replace(f"SHA256_OF_{file.partition('.')[0].upper()}", sha256(content))
        assert load(files, text)
        assert notes(files, text) == []
