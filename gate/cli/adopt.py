"""`gate adopt`: records today's findings, so that a repository can begin and block what is new."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence

from gate.basis import read, time_of
from gate.cli import check, excusing
from gate.core.errors import UnableError, UsageError
from gate.core.model import UNDECIDED, Decision, Location
from gate.core.text import count, printable
from gate.files.atomic import write_atomic
from gate.policy.limits import Bounds, bounds
from gate.waivers import book as waivers
from gate.waivers.adoption import refuses
from gate.waivers.model import Adoption, Key
from gate.waivers.schema import bound_path_problem
from gate.waivers.write import adoption_file


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate adopt`."""
    parser.add_argument("--days", type=excusing.days, metavar="N", help=f"how long (default: {excusing.DAYS})")
    excusing.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judges everything; writes what is found, or takes off the list what is found no more."""
    request = excusing.request(arguments, [])
    basis = read(request)
    limits = bounds(basis.policies, "adopted")
    if limits.forbidden:
        raise UsageError(f"{printable(str(limits.forbidden))} forbids adopting findings", "mend them, or waive them")
    place = waivers.Place(request.root, os.path.dirname(request.dbom or ""))
    decisions = check.judge(request, basis).decisions
    if basis.book.adoption is not None:
        if arguments.days is not None:
            message = f"{printable(place.adopted)} is there, and its time is set"
            raise UsageError(message, "leave out --days; to begin again, have its owners remove the file")
        return _prune(basis.book.adoption, decisions, place)
    today = time_of(request).date()
    expires = excusing.until(arguments.days, None, today, limits)
    open_ = [one for one in decisions if one.ruling in ("block", "warn")]
    keys = {Key(one.finding.rule, *one.about) for one in open_ if one.about and not _why_not(one, limits)}
    if len(keys) > limits.findings:
        said = f", says {limits.findings_at}" if limits.findings_at else ""
        raise UsageError(
            f"{len(keys):,} findings are to be adopted, and {limits.findings:,} are the most{said}", "mend some first"
        )
    _tell(open_, limits)
    if not keys:
        print("nothing was adopted: there is no finding that could be")
        return 0
    nowhere = Location(place.adopted)
    adoption = Adoption(today, expires, dict.fromkeys(sorted(keys), nowhere), nowhere, {})
    _write(adoption, place)
    what = count(len(keys), "finding")
    print(f"adopted {what} in {printable(place.adopted)}: they block from the day after {expires} on")
    print("note: under `gate check --base` they count once the file is merged")
    return 0


def _prune(adoption: Adoption, decisions: Sequence[Decision], place: waivers.Place) -> int:
    """Takes off the list what is gone; what is new is not added, for then nothing would ever block."""
    if any(one.finding.rule == UNDECIDED for one in decisions):
        message = "some checks could not be carried out, so nobody knows what is gone"
        raise UnableError(message, "`gate check` says what stood in the way; nothing was changed")
    found = {Key(one.finding.rule, *one.about) for one in decisions if one.about}
    left = {key: at for key, at in adoption.entries.items() if key in found}
    gone = len(adoption.entries) - len(left)
    if gone:
        _write(adoption._replace(entries=left), place)
    print(f"{count(gone, 'adopted finding')} gone, {len(left):,} left until {adoption.expires}")
    if not left:
        print(f"note: {printable(place.adopted)} can be removed")
    new = sum(one.ruling == "block" for one in decisions)
    if new:
        print(f"note: still blocked by {count(new, 'finding')}: nothing is added to the list", file=sys.stderr)
    return 0


def _write(adoption: Adoption, place: waivers.Place) -> None:
    write_atomic(os.path.join(place.root, place.adopted), adoption_file(adoption, place.adopted), within=place.root)


def _tell(found: Sequence[Decision], limits: Bounds) -> None:
    """What is left out, and why."""
    left_out = Counter((one.finding.rule, why) for one in found if (why := _why_not(one, limits)))
    for (rule, why), number in left_out.items():
        print(f"not adopted: {count(number, 'finding')} of {printable(rule)}: {why}", file=sys.stderr)


def _why_not(decision: Decision, limits: Bounds) -> str:
    """Why the finding cannot be adopted; empty where it can."""
    if why := refuses(decision.finding.rule, limits):
        return why
    if decision.about is None:
        return "it is about no bytes that an entry could be bound to"
    return bound_path_problem(decision.about.path) or ""
