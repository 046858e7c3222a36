"""The matrix of attempted weakenings: whatever somebody does to let more through is told, and none has an effect.

A case in `cases/*.yaml`:

    name:       what is tried, in words
    keys:       the keys of a policy that it is about, such as `suites.max_drift`
    extends:    the files of a repository in which one policy extends another; or
    base, head: those of the base of a change, and what the change makes of them (null: the file is gone)
    arguments:  further arguments of `gate check`
    exit:       the exit code
    says:       texts that the output must have: the places above all
    each:       lists of words, each of which makes a case of its own: $1, $2 and so on stand for its words

A file is a text, or `{link: TARGET}`; SHA256(FILE) in a text stands for the digest of that file. Both kinds of case
have a DBOM with one dataset, `data/a.csv`, unless their files say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from gate.policy.schema import POLICY
from tests.support import Repo, sha256

CASES = Path(__file__).parent / "cases"
POLICY_FILE = "gate-policy.yaml"
NEUTRAL = {
    "policy": "the version of the format",
    "name": "what reports call it",
}
"""Keys that judge nothing, and why."""
File = str | dict[str, str] | None


class Case(NamedTuple):
    """One attempt."""

    name: str
    exit: int
    keys: tuple[str, ...] = ()
    extends: Mapping[str, File] = {}
    base: Mapping[str, File] = {}
    head: Mapping[str, File] = {}
    arguments: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


@cache
def cases() -> tuple[Case, ...]:
    found = []
    for file in sorted(CASES.glob("*.yaml")):
        for written in yaml.safe_load(file.read_text()):
            for words in written.pop("each", [[]]):
                one = _with(words, written)
                one["exit"] = int(one["exit"])
                lists = {key: tuple(one[key]) for key in ("keys", "arguments", "says") if key in one}
                found.append(Case(**{**one, **lists, "name": _name(file.stem, one, written, words)}))
    return tuple(found)


def _name(topic: str, one: Mapping[str, Any], written: Mapping[str, Any], words: list[str]) -> str:
    """What a test is called; words that are not in the name come behind it."""
    told = "" if not words or "$" in written["name"] else f" ({', '.join(map(str, words))})"
    return f"{topic}: {one['name']}{told}"


def _with(words: list[str], value: Any) -> Any:
    """`value` with `$1` and so on replaced."""
    if isinstance(value, dict):
        return {_with(words, key): _with(words, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with(words, item) for item in value]
    if isinstance(value, str):
        for number, word in enumerate(words, 1):
            value = value.replace(f"${number}", str(word))
    return value


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_an_attempt_ends_as_it_should(repo: Repo, case: Case) -> None:
    repo.write("data/a.csv", "x\n1\n")
    assert repo.gate("add", "data/a.csv", "--name", "a", "--version", "1").code == 0
    write(repo, case.extends or case.base)
    arguments = list(case.arguments)
    if not case.extends:
        commit(repo)
        repo.git("switch", "--quiet", "-c", "change")
        write(repo, case.head)
        commit(repo)
        arguments = ["--base", "main", *arguments]
    result = repo.gate("check", *arguments)
    output = result.out + result.err
    assert result.code == case.exit, output
    for text in case.says:
        assert text in output, output


def test_there_is_an_attempt_on_every_key_of_a_policy() -> None:
    tried = {key for case in cases() for key in case.keys if case.exit}
    known = set(keys(POLICY.schema()))
    assert tried <= known, f"no key of a policy: {sorted(tried - known)}"
    assert known - tried == set(NEUTRAL), f"without an attempt: {sorted(known - tried - set(NEUTRAL))}"


def test_no_two_attempts_are_the_same() -> None:
    seen = [(case.extends, case.base, case.head, case.arguments) for case in cases()]
    assert not [case for number, case in enumerate(seen) if case in seen[:number]]


def keys(schema: Mapping[str, Any], lead: str = "") -> Iterator[str]:
    """The keys of the mappings that the JSON Schema allows, joined by dots; those of `for:` once for all."""
    for name, inner in schema.get("properties", {}).items():
        if name == "for":
            yield f"{lead}for"
        below = list(keys(inner, "for." if name == "for" else f"{lead}{name}."))
        yield from below or [f"{lead}{name}"]
    for word in ("anyOf", "items", "additionalProperties"):
        inner = schema.get(word) or ()
        for one in inner if isinstance(inner, list) else (inner,):
            if isinstance(one, Mapping):
                yield from keys(one, lead)


def commit(repo: Repo) -> None:
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--allow-empty", "--message=commit")


def write(repo: Repo, files: Mapping[str, File]) -> None:
    for name, content in files.items():
        if content is None:
            repo.delete(name)
        elif isinstance(content, dict):
            repo.link(name, content["link"])
    texts = {name: content for name, content in files.items() if isinstance(content, str)}
    for name in sorted(texts, key=lambda name: len(_needed(name, texts))):
        repo.write(name, _filled(repo, texts[name]))


def _needed(name: str, texts: Mapping[str, str]) -> set[str]:
    """The files whose digests stand in a file, and those whose digests stand in these."""
    direct = set(re.findall(r"SHA256\((.*?)\)", texts.get(name, "")))
    return direct.union(*(_needed(one, texts) for one in direct))


def _filled(repo: Repo, text: str) -> str:
    return re.sub(r"SHA256\((.*?)\)", lambda match: sha256(repo.bytes(match[1])), text)
