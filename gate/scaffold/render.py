"""The documents that `gate init` proposes, as texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gate.core.errors import DocumentError, UnableError
from gate.core.model import Kind
from gate.core.text import count, printable
from gate.dbom.load import read_dbom
from gate.dbom.write import HEADER, SECTIONS
from gate.documents.edit import Value, render
from gate.documents.nodes import MAX_BYTES, Document
from gate.scaffold.model import Left, Out, Proposal
from gate.scaffold.sources import Pulled

MAX_NAMED = 20
"""Things of one sort that a comment or a summary names; the others are counted."""


MAX_PULLED = 100
"""Sources of the code that the comment names."""


class Entry(NamedTuple):
    """One artifact as it will be declared; `rules` are those that its content breaks, `listing` is a path."""

    name: str
    kind: Kind
    proposal: Proposal
    sha256: str
    size: int
    files: int
    listing: str | None
    rules: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """The keys that a person has to fill in."""
        source = self.proposal.source
        given = {"source.url": source.url, "source.revision": source.revision, "source.license": source.license}
        return ("version", *(key for key, value in given.items() if not value))

    def values(self) -> dict[str, Value]:
        """What the DBOM says of it."""
        source = {key: value for key, value in self.proposal.source._asdict().items() if value}
        values: dict[str, Value | None] = {
            "name": self.name,
            "path": self.proposal.path,
            "sha256": self.sha256,
            "listing": self.listing,
            "size": self.size,
            "source": source or None,
        }
        return {key: value for key, value in values.items() if value is not None}


_HEADER = """\
# Written by `gate init` from what is here. What it could not know is marked `# unknown`: fill it in, such as
#     version: "2024.1"
#     source: {url: https://example.org/data, revision: v2024.1, license: CC-BY-4.0}
# then run `gate check`. After a change that is meant: `gate update NAME --version NEW`.
"""
_EXAMPLE = """\
# No weights and no data were found. `gate add PATH` writes entries such as this one:
# datasets:
#   - name: train
#     path: data/train.csv
#     sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
#     version: "2024.1"
#     source: {url: https://example.org/data, revision: v2024.1, license: CC-BY-4.0}
"""


def dbom(
    entries: Iterable[Entry],
    left: Iterable[Left],
    absent: Iterable[Out],
    suites: Mapping[str, str | None],
    pulled: Iterable[Pulled] = (),
) -> bytes:
    """`dbom.yaml` with all `entries`; `suites` maps each suite to the path of its dataset, or None.

    What the code has `pulled` in from elsewhere is a comment: nobody has its bytes yet, so it has no digest.

    Raises `UnableError` where the gate could not read back what it would write.
    """
    entries = list(entries)
    lines = [*HEADER.splitlines()[:-1], *_HEADER.splitlines()]
    lines += _listed("not declared", (f"{entry.path}: {entry.why}" for entry in left))
    lines += _listed("not here, so not declared", (_absent(out) for out in absent))
    lines += _listed("suites of no dataset in particular", (suite for suite, path in suites.items() if path is None))
    lines += _pulled(pulled)
    lines.append("dbom: 1")
    for kind, section in SECTIONS.items():
        if chosen := [entry for entry in entries if entry.kind == kind]:
            lines.append(f"{section}:")
            for entry in chosen:
                lines += _entry(entry, [suite for suite, path in suites.items() if path == entry.proposal.path])
    text = "\n".join(lines) + "\n" + ("" if entries else _EXAMPLE)
    _read_back(text, entries)
    return text.encode()


def _pulled(pulled: Iterable[Pulled]) -> list[str]:
    """The sources that nobody keeps a copy of, each with the command that declares one."""
    listed = list(pulled)
    if not listed:
        return []
    head = "# pulled in by the code and not declared; fetch a copy of each, look at it, then declare it:"
    return [
        head,
        *(f"#   {printable(one.command())}  # {printable(one.where())}" for one in listed[:MAX_PULLED]),
        *([f"#   and {len(listed) - MAX_PULLED:,} more: see `gate sources`"] if len(listed) > MAX_PULLED else []),
    ]


def _absent(out: Out) -> str:
    return f"{out.path}: run `dvc pull {out.document}`, then `gate add {out.path}`"


def _listed(title: str, items: Iterable[str]) -> list[str]:
    listed = list(items)
    if not listed:
        return []
    more = [f"#   and {count(len(listed) - MAX_NAMED, 'more')}"] if len(listed) > MAX_NAMED else []
    return [f"# {title}:", *(f"#   {printable(item)}" for item in listed[:MAX_NAMED]), *more]


def _entry(entry: Entry, suites: Iterable[str]) -> list[str]:
    """The entry; comments stand inside it, so that the next `gate add` cannot come between."""
    first, path, digest, *rest = render(entry.values(), 4)
    comments = [f"unknown: {', '.join(entry.unknown)}"]
    if entry.proposal.dvc:
        comments.append(f"git ignores it: `dvc pull {entry.proposal.dvc}` brings it, before `gate check`")
    comments += (f"suite: {suite}  (declare it when the gate runs suites)" for suite in suites)
    for rule in entry.rules:
        blocked = "a pickle: gate:baseline blocks it" if rule == PICKLE else "`gate check` reports"
        comments.append(f"{blocked}; see `gate explain {rule}`" if rule == PICKLE else f"{blocked} {rule} for it")
    return [f"  - {first.lstrip()}", path, digest, *(f"    # {printable(comment)}" for comment in comments), *rest]


PICKLE = "weights/pickle-format"


def _read_back(text: str, entries: list[Entry]) -> None:
    if len(text) > MAX_BYTES // 4:
        raise UnableError("there is too much here for one dbom.yaml", "declare directories with `gate add`")
    try:
        found = {artifact.name: artifact for artifact in read_dbom(Document("dbom.yaml", text)).artifacts}
    except DocumentError as error:
        raise UnableError(f"what was found cannot be written as YAML: {error.message}") from None
    for entry in entries:
        artifact = found.get(entry.name)
        if artifact is None or (artifact.path, artifact.sha256) != (entry.proposal.path, entry.sha256):
            raise UnableError(f"{printable(entry.proposal.path)} cannot be written as YAML", "rename it")


POLICY = """\
# What may not pass. `gate policy show` lists every rule with who decides it, `gate explain RULE` says what it is.
policy: 1
extends: [gate:baseline]  # blocks what is wrong, warns about what is missing; gate:strict blocks that too
# rules:
#   # From the pull request on, nothing without an entry in dbom.yaml:
#   dbom/undeclared-weights:
#     - {enforce: warn}
#     - {enforce: block, from_stage: pull-request}
#   # Fixtures are no data:
#   dbom/undeclared-data: {enforce: off, for: {path: "tests/**"}}
#   # One old model that is a pickle, until it is converted:
#   weights/pickle-format: {enforce: warn, for: {path: models/old.pt}}
"""

HOLE = "FILL-IN-"
"""Placeholders begin with it. They name nothing, so GitHub and pre-commit fail instead of running something else."""
COMMIT = f"{HOLE}A-COMMIT-OF-40-DIGITS"
REVISION = f"{HOLE}A-RELEASE"

WORKFLOW = f"""\
name: gate
on:
  pull_request:
  push:
    branches: [main, master]  # unknown: the branch that everything is merged into
permissions: {{}}
jobs:
  gate:
    permissions:
      contents: read
      security-events: write  # to show findings in code scanning
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          fetch-depth: 0
          persist-credentials: false
          # lfs: true  # if data or weights are kept in Git LFS; if DVC keeps them, add a step with `dvc pull`
      # unknown: the release of the gate to run. Until the commit of one stands here, this job fails with
      # "unable to resolve action". Tags can be moved, commits cannot.
      - uses: dbom-gate/gate@{COMMIT}
"""

HOOKS = f"""\
  - repo: https://github.com/dbom-gate/gate
    rev: {REVISION}  # unknown: the release of the gate to run; until it stands here, pre-commit fails
    hooks:
      - id: gate-weights
      - id: gate-dbom
"""
HOOK_FILE = f"repos:\n{HOOKS}"
