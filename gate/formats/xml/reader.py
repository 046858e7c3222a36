"""The reader of XML: what the document type declares, and the elements of a model.

Expat resolves nothing outside the file, and what declares entities is not parsed beyond its declarations. Entities are
how XML reads files, fetches addresses and grows without bound (CWE-611, CWE-776); no exporter of models writes any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.core.text import count, shorten
from gate.formats.findings import Findings
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.recognise import holds_model
from gate.formats.sniff import HEAD
from gate.formats.xml.models import JUDGES, Judge

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

LIMIT = 1024 * 1024 * 1024
"""Bytes that are parsed; the programs that read such models hold several times that in memory."""
STEP = 256 * 1024
"""Bytes parsed at a time."""
TOKEN = 4 * 1024 * 1024
"""Bytes of one tag or comment, all of which the parser keeps in memory."""
PROLOGUE = 16 * 1024 * 1024
"""Bytes before the root element."""
NAMES = 10_000
"""Different names of elements and attributes, each of which the parser keeps."""
DEPTH = 100_000
"""Elements inside elements: a decision tree has one for each of its levels."""
_PLAIN = Inspection("unknown", "other")


class _OtherError(Exception):
    """This is the XML of something else."""


class _UnscannableError(Exception):
    """A limit was reached; the message says which."""


class _DeclaredError(Exception):
    """The document type declares what no model needs: here it ends."""


class _Walk:
    """One pass over one file."""

    def __init__(self) -> None:
        from xml.parsers import expat

        self.judge: Judge | None = None
        self.depth = 0
        self.names: set[str] = set()
        self.parser: XMLParserType = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.EndDoctypeDeclHandler = self._declared
        self.parser.StartElementHandler = self._root
        self.parser.EndElementHandler = self._end
        self._findings = Findings()
        self._outside: list[str] = []
        self._entities = 0

    def run(self, source: Source) -> None:
        """Parse all of `source`. Raises the errors of this module, and what the parser raises."""
        offset = 0
        while piece := source.read(offset, STEP):
            offset += len(piece)
            self.parser.Parse(piece)
            if offset - self.parser.CurrentByteIndex > TOKEN:
                raise _UnscannableError(f"one tag or comment has more than {TOKEN:,} bytes")
            if self.judge is None and offset > PROLOGUE:
                raise _UnscannableError(f"the first element is not within the first {PROLOGUE:,} bytes")
            if offset > LIMIT:
                raise _UnscannableError(f"more than {LIMIT:,} bytes of XML")
        self.parser.Parse(b"", True)

    @property
    def place(self) -> int:
        """Bytes from the start to what is being parsed."""
        return self.parser.CurrentByteIndex

    def _doctype(self, *declared: str | bool | None) -> None:
        system = declared[1]
        if isinstance(system, str):
            self._outside.append(system)

    def _entity(self, *declared: str | bool | None) -> None:
        value, system = declared[2], declared[4]
        self._entities += 1
        if value is None and len(self._outside) < 3:
            self._outside.append(str(system))

    def _declared(self) -> None:
        if self._outside:
            named = ", ".join(f'"{shorten(system)}"' for system in self._outside)
            message = f"the document type refers to {named}: whoever reads the model fetches that"
            self.flaw("weights/external-reference", message)
        elif self._entities:
            number = count(self._entities, "entity", "entities")
            message = f"the document type declares {number}, which expand to more than stands in the file"
            self.flaw("weights/unscannable", message)
        if self._outside or self._entities:
            raise _DeclaredError

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        judge = JUDGES.get(name.rpartition(":")[2])
        if judge is None:
            raise _OtherError
        self.judge = judge()
        self.parser.StartElementHandler = self._start
        self._start(name, attributes)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise _UnscannableError(f"elements are nested more than {DEPTH:,} deep")
        if name not in self.names or not attributes.keys() <= self.names:
            self.names.update(attributes, (name,))
            if len(self.names) > NAMES:
                raise _UnscannableError(f"more than {NAMES:,} different names of elements and attributes")
        assert self.judge is not None  # the root has set it
        self.judge.element(name.rpartition(":")[2], attributes, self)

    def _end(self, *_: str) -> None:
        self.depth -= 1

    def flaw(self, rule: str, message: str) -> None:
        """Note a flaw of the element that is being parsed."""
        self._findings.add(rule, message, self.place)

    def flaws(self) -> tuple[Flaw, ...]:
        """All flaws so far."""
        return self._findings.flaws()


def read(source: Source) -> Inspection:
    """Judge PMML and OpenVINO IR; any other XML is `unknown`, whatever it declares.

    Facts of PMML: `version`, `producer`, `model` (its kind). Facts of OpenVINO: `version`, `layers`.
    """
    from xml.parsers.expat import ExpatError

    walk = _Walk()
    try:
        walk.run(source)
    except _OtherError:
        return _PLAIN
    except _DeclaredError:
        after = source.read(walk.place, HEAD).replace(b"\0", b"").removeprefix(b">")
        return Inspection("xml", "weights", walk.flaws()) if holds_model(after) else _PLAIN
    except (ExpatError, LookupError, ValueError) as error:  # the latter two: encodings that expat does not have
        if walk.judge is None and not holds_model(source.read(0, HEAD), certain=True):
            return _PLAIN  # no program reads it as XML
        walk.flaw("weights/malformed", f"no readable XML: {shorten(str(error))}")
    except _UnscannableError as error:
        walk.flaw("weights/unscannable", str(error))
    if walk.judge is None:
        return Inspection("xml", "other", walk.flaws())  # not even the root is known
    return walk.judge.inspection(list(walk.flaws()))
