"""The reader of R objects: RDS and RData.

Numbers and texts are data, and so are formulas and calls, which R runs only when asked to. What runs is a promise that
is not kept yet, as soon as anybody looks at it (CVE-2024-27322), and a function, as soon as it is used.
Source: `src/main/serialize.c` of R, versions 2 and 3 of the format.
"""

from __future__ import annotations

import re

from gate.core.model import Json
from gate.core.text import shorten
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.r.streams import TEXT_LIMIT, Ascii, Binary, MalformedError, Stream
from gate.formats.r.walk import UnscannableError, Walk

_MAGIC = re.compile(rb"RD[ABX]\d\r?\n")


def read(source: Source) -> Inspection:
    """Walk the object in `source`.

    Facts: `version` of the format, `writer` (the version of R), `functions` and `calls`, how many there are.
    """
    try:
        return _read(source)
    except MalformedError as error:
        return Inspection("r", "data", (Flaw("weights/malformed", f"R object: {error}"),))


def _read(source: Source) -> Inspection:
    stream = _stream(source)
    if isinstance(stream, Ascii) and stream.too_long:
        message = f"an R object of more than {TEXT_LIMIT:,} bytes of text"
        return Inspection("r", "data", (Flaw("weights/unscannable", message),))
    version, writer, _ = stream.integer(), stream.integer(), stream.integer()
    facts: dict[str, Json] = {"version": str(version), "writer": f"{writer >> 16}.{writer >> 8 & 255}.{writer & 255}"}
    if version not in (2, 3):
        message = f"an R object of version {version}, of which this version reads 2 and 3"
        return Inspection("r", "data", (Flaw("weights/unscannable", message),), facts)
    if version == 3:
        length = stream.integer()
        if not 0 <= length <= 64:  # R_CODESET_MAX
            raise MalformedError(f"the name of an encoding has {length:,} bytes")
        stream.text(length)
    walk = Walk(stream)
    flaws: list[Flaw] = []
    try:
        walk.run()
        if not walk.cut and stream.finish():
            flaws.append(Flaw("weights/malformed", "bytes follow the R object", stream.place))
    except MalformedError as error:
        flaws.append(Flaw("weights/malformed", f"R object: {error}", stream.place))
    except UnscannableError as error:
        flaws.append(Flaw("weights/unscannable", f"R object: {error}", stream.place))
    facts |= {"functions": walk.functions, "calls": walk.calls}
    return Inspection("r", "data", (*_code(walk), *flaws), facts)


def _stream(source: Source) -> Stream:
    head = source.read(0, 16)
    lead = _MAGIC.match(head)
    start = lead.end() if lead else 0
    kind = head[start : start + 2]
    if kind == b"X\n":
        return Binary(source, start + 2, "big")
    if kind == b"B\n":
        return Binary(source, start + 2, "big" if head[start + 2 : start + 3] == b"\0" else "little")
    if kind in (b"A\n", b"A\r"):
        return Ascii(source, start + 2)
    raise MalformedError("no XDR, binary or ASCII format behind the first line")


def _code(walk: Walk) -> list[Flaw]:
    """What in the object runs."""
    flaws = []
    if walk.promise is not None:
        message = "holds a promise that is not kept yet: R runs its code when anybody looks at the object"
        flaws.append(Flaw("weights/embedded-code", message, walk.promise))
    if walk.function is not None:
        message = "holds functions written in R, which run when the object is used"
        flaws.append(Flaw("weights/embedded-code", message, walk.function))
    for name in sorted(walk.dangerous())[:5]:
        message = f"holds a call of {shorten(name)}(), which runs when the call is evaluated"
        flaws.append(Flaw("weights/embedded-code", message))
    if walk.mapped():
        message = "maps another file into memory: whoever reads the object opens that"
        flaws.append(Flaw("weights/external-reference", message))
    return flaws
