"""Single compressed files: what is inside is inspected as if it were the file."""

from __future__ import annotations

from gate.core.model import Json
from gate.formats.archives.members import Members
from gate.formats.interface import Flaw, Inspection, Source
from gate.formats.sniff import FORMATS_INSIDE, HEAD, sniff
from gate.formats.streams import CorruptError, ExhaustedError, Unpacked, budget_of

UNKNOWN = 1 << 46
"""Bytes; the size of content that was not decompressed to its end: larger than any file."""


def read(source: Source) -> Inspection:
    """Inspect the content of gzip, zlib, bz2, xz, lzma, lz4 or zstd.

    Only as much is decompressed as the content's own format needs: 4 KiB of a CSV, all of a tar. Role and flaws
    are the content's. Facts: `inside`, its format.
    """
    from gate.formats.codecs import MissingError, UnsupportedError, decoder

    form = sniff(source.read(0, HEAD), b"", UNKNOWN)
    if form not in FORMATS_INSIDE:
        form = "lzma"  # without magic of its own, so a longer file with this head could be something else
    budget = budget_of(source).deeper()
    try:
        content = Unpacked(decoder(form, source), budget)
    except MissingError as error:
        return Inspection(form, "other", (Flaw("gate/undecided", str(error)),))
    except UnsupportedError as error:
        return Inspection(form, "other", (Flaw("weights/unscannable", str(error)),))
    try:
        head = content.read(0, HEAD)
    except CorruptError as error:
        return Inspection(form, "other", (Flaw("weights/malformed", f"{form} cannot be decompressed: {error}"),))
    except ExhaustedError as error:
        return Inspection(form, "other", (Flaw("weights/unscannable", f"{form} not decompressed: {error}"),))
    members = Members(budget)
    inside = members.look(f"({form})", content, len(head) if len(head) < HEAD else UNKNOWN)
    return _summary(form, inside, members)


def _summary(form: str, inside: str, members: Members) -> Inspection:
    facts: dict[str, Json] = {"inside": inside}
    return members.inspection(form)._replace(facts=facts)
