"""What one run is about, and the documents that it reads before it looks at any content."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Literal, NamedTuple

from gate.change.judge import Change, Head, judge_change
from gate.change.remote import base_hosts
from gate.checks.registry import CHECKS
from gate.core.errors import UsageError
from gate.core.model import Location, Stage
from gate.core.text import printable
from gate.dbom.load import load_dbom
from gate.dbom.model import Dbom
from gate.files.root import DBOM_NAME, POLICY_NAME
from gate.hub.endpoint import Endpoint
from gate.policy.default import NOTE, default_policy
from gate.policy.files import Fetching
from gate.policy.groups import documents
from gate.policy.load import load_policies
from gate.policy.model import Policies
from gate.policy.packs import DEFAULT, PREFIX
from gate.waivers import book as waivers
from gate.waivers.model import Book


class Request(NamedTuple):
    """What to judge, and how.

    `root` is absolute, `dbom` and `paths` are relative to it; `home` stands for `~`. With `base`, a revision of
    git, the work tree is judged as a change to it. `summaries` are verification summaries, each with its path.
    `engine_suites` is what evaluates suites: `reference` is Great Expectations alone. `branch` is what profiles of
    policies are chosen by; where it is None, all of them count.
    `now` is the time (UTC) by which waivers expire; that of the clock where it is None. `engine` is what does
    the heavy work: `local`, or a cluster as `gate.cluster` has it. `hub` is the Hugging Face Hub that may be asked,
    None where there is no network. With `pull` what is declared and not here is fetched first, from where policies
    allow it.
    """

    root: str
    home: str
    dbom: str | None = None
    policies: tuple[str, ...] = ()
    stage: Stage = "train"
    paths: tuple[str, ...] = ()
    families: tuple[str, ...] = tuple(CHECKS)
    jobs: int = 1
    base: str | None = None
    summaries: tuple[tuple[str, bytes], ...] = ()
    engine_suites: Literal["auto", "reference"] = "auto"
    branch: str | None = None
    fetching: Fetching = Fetching()
    now: datetime | None = None
    engine: str = "local"
    hub: Endpoint | None = None
    pull: bool = False


class Basis(NamedTuple):
    """The documents of one run, read once: what is declared, what the work tree says is enforced, and what judges."""

    dbom: Dbom
    named: Policies
    change: Change
    references: tuple[str, ...]
    notes: tuple[str, ...]
    book: Book = Book()

    @property
    def policies(self) -> Policies:
        """The policies that judge."""
        return self.change.policies


def read(request: Request) -> Basis:
    """The documents that the request names; raises `GateError` for what is wrong with them."""
    references, notes = _policies(request)
    fetching = request.fetching
    if request.base is not None:  # a change has no say about where whoever runs the gate may be known
        fetching = fetching._replace(credentials=base_hosts(request.root, references, request.base))
    named = load_policies(references, request.root, request.home, fetching=fetching)
    dbom, dbom_notes = _dbom(request)
    change = _on_branch(_change(request, named, dbom), request)
    notes = (*notes, *named.notes, *change.notes, *dbom_notes)
    return Basis(dbom, named, change, references, notes, _book(request, change))


def _policies(request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The policies that judge, and what to say about the choice."""
    if request.policies:
        return request.policies, ()
    found = default_policy(request.root, os.path.dirname(request.dbom or ""))
    return ((found,), ()) if found else ((PREFIX + DEFAULT,), (NOTE,))


def _change(request: Request, policies: Policies, dbom: Dbom) -> Change:
    if request.base is None:
        return Change(policies, (), ())
    named = request.policies or (os.path.join(os.path.dirname(request.dbom or ""), POLICY_NAME),)
    name, fetching = request.dbom or DBOM_NAME, request.fetching
    head = Head(request.root, request.home, named, policies, dbom, name, request.stage, fetching)
    return judge_change(head, request.base)


def _on_branch(change: Change, request: Request) -> Change:
    """The change with the profiles for its branch alone, and what to say about them."""
    policies = change.policies
    if not any(document.profiles for document in documents(policies.members)):
        return change
    chosen = f"those for the branch {printable(request.branch)} count" if request.branch else "all count"
    note = f"profiles of the policy: {chosen}" + ("" if request.branch else ", for nobody says which branch this is")
    return change._replace(policies=policies.on(request.branch), notes=(*change.notes, note))


def time_of(request: Request) -> datetime:
    """When the request is judged."""
    return request.now or datetime.now(timezone.utc)


def _book(request: Request, change: Change) -> Book:
    """Waivers and adopted findings beside the DBOM; of a change those that its base has too."""
    place = waivers.Place(request.root, os.path.dirname(request.dbom or ""))
    today = time_of(request).date()
    found = waivers.load_book(place, today)
    return found if request.base is None else waivers.of_base(found, place, change.tip, today)


def _dbom(request: Request) -> tuple[Dbom, tuple[str, ...]]:
    name = request.dbom or DBOM_NAME
    file = os.path.join(request.root, name)
    if request.dbom is not None or os.path.lexists(file):
        dbom = load_dbom(file, name, follow=request.dbom is not None)
        return dbom, () if dbom.artifacts else (f"{name} declares no artifacts: `gate add PATH` declares one",)
    for other in ("dbom.yml", "dbom.json"):
        if os.path.lexists(os.path.join(request.root, other)):
            raise UsageError(
                f"{other} is not read: the gate looks for {DBOM_NAME}", f"rename it, or pass --dbom {other}"
            )
    return Dbom("", Location("")), (f"no {DBOM_NAME} here, so nothing is declared: `gate add PATH` begins one",)
