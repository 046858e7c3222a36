"""What `gate waive` and `gate adopt` share: what is judged, by which policies, and until when."""

from __future__ import annotations

import argparse
import datetime as dt

from gate.basis import Request
from gate.cli import check, judging, place
from gate.core.errors import UsageError
from gate.core.text import count
from gate.policy.limits import Bounds

DAYS = 90
"""How long it lasts where nobody says otherwise."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds what says how to judge."""
    judging.add_policy_options(parser)
    place.add_options(parser)
    # what `gate check` has besides says how to report, or leaves something out
    parser.set_defaults(
        report=[],
        only=None,
        base=None,
        verification_summary=[],
        engine_suites="auto",
        engine="local",
        pull=False,
        jobs=None,
    )


def request(arguments: argparse.Namespace, paths: list[str]) -> Request:
    """What to judge: `paths`, or everything."""
    arguments.paths = paths
    return check.prepare(arguments)[1]


def until(days: int | None, expires: dt.date | None, today: dt.date, bounds: Bounds) -> dt.date:
    """The last day; raises `UsageError` where that is further away than the policies allow, or past."""
    if expires is None:
        expires = today + dt.timedelta(days=min(DAYS, bounds.days) if days is None else days)
    said = f", says {bounds.days_at}" if bounds.days_at else ""
    if (expires - today).days > bounds.days:
        raise UsageError(f"{count(bounds.days, 'day')} are the most{said}", f"at the latest {_last(today, bounds)}")
    if expires < today:
        raise UsageError(f"{expires} is past", f"name a day from {today} to {_last(today, bounds)}")
    return expires


def _last(today: dt.date, bounds: Bounds) -> dt.date:
    return today + dt.timedelta(days=bounds.days)


def day(text: str) -> dt.date:
    """A date of the command line."""
    from gate.documents.dates import date_problem

    if problem := date_problem(text):
        raise argparse.ArgumentTypeError(problem)
    return dt.date.fromisoformat(text)


def days(text: str) -> int:
    """A number of days of the command line."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= 36_500:
        raise argparse.ArgumentTypeError("a number of days is needed")
    return int(text)
