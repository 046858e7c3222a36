"""Has the policy judge a case."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from gate.core.catalogue import UnknownRuleError, get_rule, rule_ids
from gate.core.errors import DocumentError, Problem, UsageError
from gate.core.model import Finding, Location, Subject, Verdict
from gate.core.text import did_you_mean, printable
from gate.judge import decide, outcome
from gate.policy.custom import judge as custom
from gate.policy.custom import values
from gate.policy.files import Fetching, Homes, WorkTree
from gate.policy.load import load_policies
from gate.policy.model import Policies
from gate.policy.packs import PREFIX
from gate.policy.testing.compare import differences
from gate.policy.testing.model import Case, CaseFile, Given, Judged, Played, PolicyReference, Repository, Stated
from gate.policy.testing.schema import UNNAMED

Check = Callable[[str, tuple[str, ...], Case], Verdict]
"""The verdict of `gate check` on an absolute directory by policies, files among them relative to the directory."""


class Player:
    """Plays cases; remembers the policies, and where decisions came from."""

    def __init__(self, home: str, check: Check, fetching: Fetching) -> None:
        self._home, self._check, self._fetching = home, check, fetching
        self._read: dict[tuple[object, ...], Policies] = {}
        self.origins: set[Location] = set()

    @property
    def tested(self) -> Iterable[Policies]:
        """The policies that cases were played by."""
        return self._read.values()

    def play(self, file: CaseFile) -> list[Played]:
        """What comes of each case of `file`; raises `DocumentError` for what cannot be tested at all."""
        policies = [self._policies(file, case) for case in file.cases]
        for case, by in zip(file.cases, policies, strict=True):
            _refuse_unknown_rules(case, by)
        fired = _custom_findings(file.cases, policies)
        played = []
        for case, by in zip(file.cases, policies, strict=True):
            judged = self._judged(file, case, by, fired.get(case.location, []))
            self.origins.update(decision.origin for decision in judged.decisions)
            played.append(Played(case, tuple(differences(case, judged))))
        return played

    def _judged(self, file: CaseFile, case: Case, policies: Policies, fired: list[Finding]) -> Judged:
        if isinstance(case.given, Repository):
            verdict = self._repository(file, case.given, case)
            return Judged(verdict.decisions, verdict.outcome)
        decisions = decide(policies, [*_findings(case.given, case), *fired], case.stage)
        return Judged(decisions, outcome(decisions, files=1))

    def _policies(self, file: CaseFile, case: Case) -> Policies:
        references = tuple(_beneath(file, reference) for reference in file.policies)
        key = (file.root, references, case.date)
        if key not in self._read:
            fetching = self._fetching._replace(today=case.date)
            try:
                self._read[key] = load_policies(references, file.root, self._home, fetching=fetching)
            except UsageError as error:
                raise DocumentError([Problem(file.policies[0].location, error.message, error.fix)]) from None
        return self._read[key].on(case.branch)

    def _repository(self, file: CaseFile, repository: Repository, case: Case) -> Verdict:
        directory = os.path.normpath(os.path.join(file.directory, repository.path))
        if not _inside(file, directory) or not os.path.isdir(directory):
            message = f"{printable(repository.path)} is no directory of this repository"
            raise DocumentError([Problem(repository.location, message, "name one beside or beneath this file")])
        references = tuple(
            one.text
            if one.text.startswith(PREFIX)
            else os.path.relpath(os.path.join(file.directory, one.text), directory)
            for one in file.policies
        )
        try:
            return self._check(directory, references, case)
        except DocumentError as error:
            raise DocumentError(list(_moved(error, file, repository))) from None
        except UsageError as error:
            raise DocumentError([Problem(repository.location, error.message, error.fix)]) from None


def _custom_findings(cases: Sequence[Case], policies: Sequence[Policies]) -> dict[Location, list[Finding]]:
    """What custom rules find, by the place of the case: all cases that are judged alike are asked at once."""
    alike: dict[tuple[object, ...], tuple[Policies, list[Case]]] = {}
    for case, by in zip(cases, policies, strict=True):
        alike.setdefault((case.stage, case.branch, case.date), (by, []))[1].append(case)
    found: dict[Location, list[Finding]] = {}
    for by, group in alike.values():
        asked = [one for case in group if (one := _asked(case)) is not None]
        for finding in custom.judge_custom(by, asked, group[0].stage) if asked else ():
            about_all = finding.subject.name is None  # a rule that could not be evaluated at all
            for location in (one.location for one in asked) if about_all else (finding.location,):
                found.setdefault(location, []).append(finding)
    return found


def _asked(case: Case) -> custom.Case | None:
    """What custom rules judge: declared artifacts alone."""
    given = case.given
    if isinstance(given, Repository) or given.artifact is None or not given.declared:
        return None
    is_directory = bool(given.facts.get("integrity", {}).get("directory"))
    said = values.declared(given.artifact, is_directory=is_directory)
    return custom.Case(given.artifact.subject, case.location, said, given.facts)


def _findings(given: Given, case: Case) -> list[Finding]:
    """What the case takes for granted; without a word of its own, a finding of each rule it has an opinion on."""
    artifact = given.artifact
    subject = Subject(None, None, UNNAMED)
    if artifact:
        subject = artifact.subject if given.declared else artifact.subject._replace(name=None)
    stated = given.findings
    if stated is None:
        expected = dict.fromkeys((one.rule, one.path) for one in case.expected.decisions if one.word != "none")
        stated = tuple(Stated(rule, case.location, path) for rule, path in expected if _in_catalogue(rule))
    return [
        Finding(
            one.rule,
            subject._replace(path=one.path) if one.path else subject,
            one.message or "as the case says",
            "",
            one.location,
        )
        for one in stated
    ]


def _refuse_unknown_rules(case: Case, policies: Policies) -> None:
    known = [rule.id for rule in policies.custom_rules()]
    for one in case.expected.decisions:
        if not _in_catalogue(one.rule) and one.rule not in known:
            message = f"{printable(one.rule)} is no rule of the catalogue, nor a custom rule of the policy"
            hint = did_you_mean(one.rule, (*known, *rule_ids())) or "`gate rules` lists those of the catalogue"
            raise DocumentError([Problem(one.rule_at, message, hint)])


def _in_catalogue(rule: str) -> bool:
    try:
        get_rule(rule)
    except UnknownRuleError:
        return False
    return True


def _beneath(file: CaseFile, reference: PolicyReference) -> str:
    """The policy relative to the root. A test must not have the gate quote any file of the machine in an error."""
    if reference.text.startswith(PREFIX):
        return reference.text
    path = os.path.join(file.directory, reference.text)
    if not _inside(file, path):
        message = f"{printable(reference.text)} lies outside of the repository"
        raise DocumentError([Problem(reference.location, message, "say where the repository is: --root DIR")])
    return os.path.relpath(path, file.root)


def _inside(file: CaseFile, path: str) -> bool:
    tree = WorkTree(file.root)
    return Homes(tree).has(tree.real(path))


def _moved(error: DocumentError, file: CaseFile, repository: Repository) -> Iterator[Problem]:
    """The problems with their paths from where the test file is named, and not from the miniature repository."""
    for problem in error.problems:
        path = problem.location.path
        if not path.startswith(PREFIX):
            path = os.path.normpath(os.path.join(os.path.dirname(file.name), repository.path, path))
        yield problem._replace(location=problem.location._replace(path=path))
