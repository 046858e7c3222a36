"""`gate convert`: a checkpoint that is a pickle, as safetensors."""

from __future__ import annotations

import argparse
import os
from typing import NamedTuple

from gate.checks import weights
from gate.checks.interface import Context, Examined, Material
from gate.cli import judging, place
from gate.cli.terminal import Progress
from gate.convert.model import Converted, Copy, Notes, convert, private_copy, workplace
from gate.convert.publish import occupied, publish
from gate.core.errors import UsageError
from gate.core.model import Finding, Json, Location, Subject, Verdict
from gate.core.text import count, printable, size
from gate.dbom.convert import Plan, Registered, plan, register
from gate.dbom.model import Artifact
from gate.documents.nodes import Document, decode, read_bytes
from gate.files.atomic import write_atomic
from gate.files.root import DBOM_NAME, beneath
from gate.formats.tensors import form_of
from gate.judge import decide, outcome
from gate.policy.model import Policies
from gate.policy.packs import DEFAULT, load_pack


class Books(NamedTuple):
    """The DBOM that exists: its file, its text, and what is planned for it."""

    file: str
    document: Document
    plan: Plan


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate convert`."""
    parser.add_argument("model", metavar="MODEL", help="a checkpoint of torch, a pickle, joblib, npy or npz file")
    parser.add_argument("--out", metavar="FILE.safetensors", help="what to write (default: beside it, .safetensors)")
    parser.add_argument("--name", help="declare the new file under this name (default: the entry of MODEL is updated)")
    place.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Scans the file, converts it in a limited process, verifies the result and declares it."""
    model = arguments.model
    out = arguments.out or os.path.splitext(model)[0] + ".safetensors"
    _refuse_odd(model, out)
    books = _books(arguments, model, out)
    with workplace(os.path.dirname(out) or ".") as folder:
        with Progress(f"reading {printable(model)}") as progress, private_copy(model, folder, progress) as copy:
            if findings := _findings(copy, model, books.plan.source if books else None):
                return _block(findings, copy)
            form = form_of(copy.inspection)
            if form is None:
                raise UsageError(
                    f"{printable(model)} is {_named(copy)}, which is not converted",
                    "convert reads checkpoints of torch, pickles and joblib files of arrays, npy and npz",
                )
            with Progress("writing safetensors") as writing:
                converted = convert(copy, *form, folder, writing)
            original = copy.digest
        registered = register(books.document, books.plan, converted.digest, original) if books else None
        made = _write(converted, out, books, registered)
    _tell(model, f"{'wrote' if made else 'unchanged:'} {printable(out)}", converted, registered)
    print("next: gate check" if registered else f"next: gate scan {printable(out)}")
    return 0


def _refuse_odd(model: str, out: str) -> None:
    if not os.path.lexists(model):
        raise UsageError(f"{printable(model)} does not exist", "check the spelling")
    if os.path.isdir(model):
        raise UsageError(f"{printable(model)} is a directory", "convert its files one by one")
    if not out.endswith(".safetensors"):
        raise UsageError(f"{printable(out)} does not end in .safetensors", "loaders go by that name")
    if os.path.realpath(model) == os.path.realpath(out):
        raise UsageError(f"{printable(model)} would be replaced by its own conversion", "name another file with --out")
    if os.path.lexists(out) and (os.path.islink(out) or not os.path.isfile(out)):
        raise UsageError(f"{printable(out)} is there, and is no regular file", "name another file with --out")


def _books(arguments: argparse.Namespace, model: str, out: str) -> Books | None:
    """What is to be declared, found out before any work is done; None without a DBOM."""
    where = place.find(arguments.root, arguments.dbom)
    name = where.dbom or DBOM_NAME
    file = os.path.join(where.root, name)
    if not os.path.lexists(file):
        if arguments.name:
            raise UsageError("--name is for an entry, and there is no dbom.yaml", "run `gate init`, or leave it out")
        return None
    document = decode(read_bytes(file, name, follow=bool(arguments.dbom)), name)
    return Books(file, document, plan(document, _beneath(model, where.root), _beneath(out, where.root), arguments.name))


def _beneath(path: str, root: str) -> str | None:
    try:
        return beneath(path, root)
    except UsageError:
        return None


def _findings(copy: Copy, model: str, declared: Artifact | None) -> list[Finding]:
    """Why the file is not converted: it is not what was declared, or the scan found more than a plain pickle."""
    examined = Examined(model, "read", copy.digest.size, copy.digest.sha256, copy.inspection)
    location = Location(model, length=copy.digest.size)
    material = Material(Subject("model", declared.name if declared else None, model), location, (examined,))
    found: list[Finding] = []
    if declared and declared.sha256 not in (None, copy.digest.sha256):
        message = f"{printable(model)} has the digest {copy.digest.sha256}, declared is {declared.sha256}"
        fix = "find out who changed it; a conversion would make the changed bytes look reviewed"
        evidence: dict[str, Json] = {"sha256": copy.digest.sha256}
        found.append(material.finding("integrity/digest-mismatch", message, fix, evidence=evidence))
    if copy.blocked:
        found += weights.check(material, Context("train")).findings
    return found


def _block(findings: list[Finding], copy: Copy) -> int:
    """Reports as `gate scan` does. No policy has a say: what one allows, the loader refuses all the same."""
    policies = Policies((load_pack(DEFAULT),))
    decisions = decide(policies, findings, "train")
    verdict = Verdict(
        outcome=outcome(decisions, 1),
        decisions=decisions,
        artifacts=(),
        policies=policies.names(),
        stage="train",
        files=1,
        bytes=copy.digest.size,
        notes=("nothing was converted: only files in which the scan finds nothing beyond a plain pickle are",),
    )
    return judging.emit(verdict, judging.parse_reports([]))


def _named(copy: Copy) -> str:
    found = copy.inspection
    return "of no format that holds tensors" if found.format == "unknown" else f"a file of the format {found.format}"


def _write(converted: Converted, out: str, books: Books | None, registered: Registered | None) -> bool:
    """Whether the file is new. It comes first, for the DBOM must not name what is not there, and goes if that fails."""
    made = not occupied(out, converted.digest)
    if made:
        publish(converted.path, out)
    if books is None or registered is None or registered.edited is None:
        return made
    try:
        write_atomic(books.file, registered.edited)
    except BaseException:
        if made:
            os.unlink(out)
        raise
    return made


def _tell(model: str, done: str, converted: Converted, registered: Registered | None) -> None:
    print(f"{done}: {count(converted.tensors, 'tensor')}, {size(converted.digest.size)}")
    print(f"sha256 {converted.digest.sha256}")
    _list("stored once, under another name", converted.aliases)
    _list("had memory in common with another tensor, stored as a copy of its own", converted.copies)
    _list("kept in the metadata, under gate.values", converted.values)
    _list("not kept", converted.dropped)
    for line in registered.told if registered else ():
        print(line)
    print(f"{printable(model)} is as it was; remove it when nothing loads it any more")


def _list(what: str, notes: Notes) -> None:
    if not notes.number:
        return
    print(f"{what} ({notes.number:,}):")
    for name in notes.names:
        print(f"  {printable(name)}")
    if (more := notes.number - len(notes.names)) > 0:
        print(f"  ... and {more:,} more")
