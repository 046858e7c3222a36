"""`gate waive`: lets one finding pass for a time, with a reason and somebody who approves it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from gate.basis import read, time_of
from gate.cli import check, excusing
from gate.core.catalogue import UnknownRuleError, get_rule
from gate.core.errors import UsageError
from gate.core.model import About, Decision, Verdict
from gate.core.text import printable
from gate.documents.nodes import Document, decode, read_bytes
from gate.files.atomic import write_atomic
from gate.files.root import BUNDLE_SUFFIX
from gate.policy.files import WorkTree
from gate.policy.limits import Bounds, bounds
from gate.policy.model import Policies
from gate.waivers import book as waivers
from gate.waivers.judge import Terms, counts, too_broad, unapproved
from gate.waivers.model import REASONS, WHY, Key, Waiver
from gate.waivers.schema import MAX_WHY, approver_problem, bound_path_problem
from gate.waivers.write import rendered, with_waiver


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate waive`."""
    parser.add_argument("rule", metavar="RULE", help="the rule of the finding, such as weights/pickle-format")
    parser.add_argument("path", metavar="PATH", help="the file or directory that it is about")
    parser.add_argument("--reason", required=True, choices=REASONS, metavar="R", help=f"one of {', '.join(REASONS)}")
    parser.add_argument("--why", required=True, metavar="TEXT", help="the same in words")
    parser.add_argument(
        "--approver", required=True, metavar="WHO", help="who approves it, as CODEOWNERS writes it: @user, @org/team"
    )
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--days", type=excusing.days, metavar="N", help=f"how long (default: {excusing.DAYS})")
    end.add_argument("--expires", type=excusing.day, metavar="DATE", help="the last day, as 2026-01-31")
    excusing.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judges the path, and writes the entry for what is found there."""
    request = excusing.request(arguments, [arguments.path])
    basis = read(request)
    limits = bounds(basis.policies, "waivers")
    _refuse_rule(arguments.rule, basis.policies, limits)
    today = time_of(request).date()
    expires = excusing.until(arguments.days, arguments.expires, today, limits)
    why = _why(arguments.why)
    if problem := approver_problem(arguments.approver):
        raise UsageError(problem, "the owners of the waivers file are in CODEOWNERS")
    place = waivers.Place(request.root, os.path.dirname(request.dbom or ""))
    about = _found(check.judge(request, basis), arguments.rule, request.paths[0])
    if problem := bound_path_problem(about.path):
        raise UsageError(problem, "rename it, or declare it as an artifact of its own")
    key = Key(arguments.rule, *about)
    waiver = Waiver(key, arguments.reason, why, arguments.approver, today, expires, {})
    book = basis.book._replace(owners=waivers.owners_of(WorkTree(place.top).read, place))
    terms = Terms(limits, limits, today)
    if lacking := too_broad(waiver, terms) or unapproved(waiver, book, terms):
        raise UsageError(lacking, f"CODEOWNERS says who owns /{place.owned}, and the policy what may be waived")
    known = next((one for one in book.waivers if one.key == key), None)
    if known and counts(known, book, terms):
        print(f"{printable(str(known.location))}: it is waived already, until {known.expires}; nothing was changed")
        return 0
    return _write(waiver, place, limits, is_new=known is None)


def _write(waiver: Waiver, place: waivers.Place, limits: Bounds, *, is_new: bool) -> int:
    file = os.path.join(place.root, place.waivers)
    document = Document(place.waivers, "")
    if os.path.lexists(file):
        document = decode(read_bytes(file, place.waivers), place.waivers)
    write_atomic(file, with_waiver(document, waiver, waiver.created), within=place.root)
    print(f"{'wrote' if is_new else 'renewed'} in {printable(place.waivers)}:\n")
    print("\n".join(f"  {printable(line)}" for line in rendered(waiver).split("\n")))
    if any(approver.policy for approver in limits.approvers) or os.path.lexists(file + BUNDLE_SUFFIX):
        print(f"\nnote: the file has to be signed again: `gate sign {printable(place.waivers)}`")
    print("\nnote: under `gate check --base` it counts once it is merged")
    return 0


def _refuse_rule(rule: str, policies: Policies, limits: Bounds) -> None:
    """Raises `UsageError` for a rule that there is not, or of which nothing can be waived."""
    if rule not in {own.id for own in policies.custom_rules()}:
        try:
            get_rule(rule)
        except UnknownRuleError as error:
            raise UsageError(f'unknown rule "{printable(rule)}"', error.hint or "`gate rules` lists them") from None
    if refused := limits.refuses(rule):
        raise UsageError(
            f"findings of {rule} cannot be waived: {refused}", f"`gate explain {rule}` says how to mend it"
        )


def _why(text: str) -> str:
    words = " ".join(text.split())
    if not WHY <= len(words) <= MAX_WHY or not words.isprintable():
        raise UsageError(f"--why needs {WHY} to {MAX_WHY:,} characters", "say why it may pass")
    return words


def _found(verdict: Verdict, rule: str, path: str) -> About:
    """The bytes at `path` that findings of the rule are about; raises `UsageError` where there are none, or several."""
    of_rule = [one for one in verdict.decisions if one.finding.rule == rule]
    here = [one for one in of_rule if path in _paths(one)]
    exact = {one.about for one in here if one.about and one.about.path == path}
    found = exact or {one.about for one in here if one.about and one.finding.subject.path == path}
    if len(found) == 1:
        return found.pop()
    shown = printable(path)
    if found:
        raise UsageError(f"{rule} is found in {len(found):,} files of {shown}", f"name one: {_listed(found)}")
    elsewhere = {one.about for one in here if one.about}
    if elsewhere:
        raise UsageError(f"the finding of {rule} is about the whole artifact", f"name it: {_listed(elsewhere)}")
    if any(one.ruling == "off" for one in here):
        raise UsageError(f"{rule} is off for {shown}: there is nothing to waive", "remove the waiver you have in mind")
    if here:
        message = f"the finding of {rule} at {shown} is about no bytes that a waiver could be bound to"
        raise UsageError(message, f"`gate explain {rule}` says how to mend it")
    rules = sorted({one.finding.rule for one in verdict.decisions if path in _paths(one) and one.ruling != "off"})
    raise UsageError(f"there is no finding of {rule} at {shown}", f"found there: {', '.join(rules) or 'nothing'}")


def _paths(decision: Decision) -> set[str]:
    """Every path that a person could mean by it."""
    finding = decision.finding
    about = {decision.about.path} if decision.about else set()
    return {finding.subject.path, *(related.path for related in finding.related)} | about


def _listed(found: Iterable[About]) -> str:
    paths = sorted(one.path for one in found)
    return ", ".join(map(printable, paths[:8])) + (", ..." if len(paths) > 8 else "")
