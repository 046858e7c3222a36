"""What archives share: each member is inspected as if it were a file, and the answers are added up."""

from __future__ import annotations

from gate.core.model import Json
from gate.core.text import printable
from gate.formats.archives.contents import Contents
from gate.formats.findings import bounded
from gate.formats.interface import Flaw, Inspection, Role, Source
from gate.formats.registry import inspect_sized
from gate.formats.sniff import FORMATS_INSIDE, HEAD, sniff
from gate.formats.streams import DEPTH, Budget, CorruptError, ExhaustedError

FLAWS = 200
"""Flaws of one rule that are reported for one archive, as many as for one pickle."""
ENOUGH = 1000
"""Flaws with which an archive is not followed any further."""
NAME = 300
"""Characters of a member's name that are reported."""
STORED = 1024 * 1024
"""Bytes of any other member that are charged at most: readers look at headers."""
_WALKED = frozenset(("r", "msgpack", "xgboost", "xml", "mxnet", "lightgbm", "gguf", "json", "jinja"))
"""Formats that are read from end to end."""
_ROLES: tuple[Role, ...] = ("other", "data", "weights")
"""Least first: an archive is what the most significant of its members is."""


class Members:
    """The sum over the members of one archive."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.role: Role = "other"
        self.flaws: list[Flaw] = []
        self.imported: set[str] = set()
        self.formats: dict[str, int] = {}
        self.count = 0
        self._formats = 0
        self.contents = Contents()

    @property
    def full(self) -> bool:
        """Whether so much is wrong that nobody needs to know more."""
        return len(self.flaws) - self._formats >= ENOUGH  # an archive of harmless pickles is followed to its end

    @property
    def is_model(self) -> bool:
        """Whether the archive holds weights, or is of a kind that does."""
        return self.role == "weights" or self.contents.kind is not None

    def look(self, name: str, member: Source, size: int) -> str:
        """Inspect a member of `size` bytes, as claimed, and answer its format (`unknown` for anything else)."""
        self.count += 1
        try:
            head = member.read(0, HEAD)
            form = sniff(head, b"", size)
            form = self._inside(name, member, size, form) if form is not None else "unknown"
            self.contents.note(name, form, member)
        except CorruptError as error:
            return self.flaw("weights/malformed", f"cannot be decompressed: {error}", name)
        except ExhaustedError as error:
            return self.flaw("weights/unscannable", f"not examined: {error}", name)
        self.formats[form] = self.formats.get(form, 0) + 1
        return form

    def _inside(self, name: str, member: Source, size: int, form: str) -> str:
        if form in FORMATS_INSIDE and self.budget.depth >= DEPTH:
            self.flaw("weights/unscannable", f"{form} nested more than {DEPTH} deep: not examined", name)
            return form
        # What is claimed is paid for: members may overlap, so that a small archive holds the same bytes many times.
        self.budget.charge(size if form in _WALKED else min(size, STORED))  # a pickle pays for its instructions itself
        found = inspect_sized(member, size)
        self.add(name, found)
        return found.format

    def add(self, name: str, found: Inspection) -> None:
        """Take over role and flaws of a member that was inspected."""
        self.role = max(self.role, found.role, key=_ROLES.index)
        self.imported |= found.imported
        shown = shown_name(name)
        for flaw in found.flaws:
            self.flaws.append(flaw._replace(member=f"{shown}/{flaw.member}" if flaw.member else shown))
            self._formats += flaw.rule == "weights/pickle-format"

    def flaw(self, rule: str, message: str, name: str, offset: int | None = None) -> str:
        """Note a flaw of one member; answers `unknown`, its format."""
        self.flaws.append(Flaw(rule, message, offset, shown_name(name)))
        return "unknown"

    def inspection(self, form: str) -> Inspection:
        """The archive's own inspection. Facts: `members` and `formats` (members per format)."""
        if form == "zip":
            form = self.contents.kind or ("npz" if self.contents.is_arrays else form)
        role: Role = "weights" if self.is_model else self.role
        flaws = bounded((*self.contents.flaws(self.is_model), *self.flaws), FLAWS)
        counted: dict[str, Json] = {name: self.formats[name] for name in sorted(self.formats)}
        facts: dict[str, Json] = {"members": self.count, "formats": counted}
        return Inspection(form, role, flaws, facts, frozenset(self.imported))


def shown_name(name: str) -> str:
    """A member's name as it may be shown."""
    text = printable(name[:NAME])
    return text if len(name) <= NAME else text + "…"
