"""Family `integrity`: the bytes are the declared ones, all of them, and nothing else lies between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gate.checks.interface import Checked, Context, Examined, Material
from gate.core.model import Finding, Json, Related
from gate.core.text import count, printable, size
from gate.dbom.model import Artifact
from gate.files.listing import format_listing

if TYPE_CHECKING:
    from gate.dvc.interface import Kept

MAX_REPEATED = 100
"""Findings of one rule on one artifact that are written out; the rest are counted in one more."""

MAX_PINNED = 1_000
"""Objects whose version the facts name."""


def check(material: Material, context: Context) -> Checked:
    """Compares what was examined with what the entry declares."""
    artifact = material.artifact
    if artifact is None:
        return Checked((*entries(material, context.dvc), *_absent(material, context)))
    present = [file for file in material.files if file.status == "read"]
    pointers = [file for file in present if file.pointer]
    findings = [*entries(material, context.dvc), *_absent(material, context)]
    if material.listing is not None and material.is_directory:
        findings += _against_listing(material, material.listing, context.dvc)
    found = _digest(material, artifact, present, as_listed=not findings)
    findings += _whole(material, artifact, found)
    verified = not findings and not pointers and found is not None and found == artifact.sha256
    total = sum(file.pointer.size if file.pointer else file.size for file in present)
    findings += _size(material, artifact, total, findings)
    facts: dict[str, Json] = {
        "verified": verified,
        "directory": material.is_directory,
        "files": len(material.files),
        "size": total,
        "sha256": found,
        "lfs_pointers": len(pointers),
    }
    if pinned := {file.path: file.object.pinned for file in present if file.object}:
        facts["objects"] = dict(sorted(pinned.items())[:MAX_PINNED])
    return Checked(tuple(capped([*findings, *_names(material)], material)), facts)


def _digest(material: Material, artifact: Artifact, present: list[Examined], *, as_listed: bool) -> str | None:
    """The digest that would be declared for what was examined; None where some of it could not be read."""
    if not present or len(present) != len(material.files):
        return None
    if not material.is_directory:
        return _claimed(present[0])
    if material.listing is not None and as_listed and artifact.sha256:
        return artifact.sha256  # the listing has it, and every file is as listed
    from hashlib import sha256

    lead = len(material.subject.path) + 1
    return sha256(format_listing({file.path[lead:]: _claimed(file) or "" for file in present})).hexdigest()


def _claimed(file: Examined) -> str | None:
    return file.pointer.sha256 if file.pointer else file.sha256


def _whole(material: Material, artifact: Artifact, found: str | None) -> Iterator[Finding]:
    """What is wrong with the file, or with the directory as a whole."""
    if material.is_directory:
        yield from _directory(material, artifact, found)
    elif artifact.listing is not None and any(file.status == "read" for file in material.files):
        message = f"{printable(artifact.path)} is a file; only directories have a listing"
        fix = "remove `listing:`, or set `path:` to the directory"
        yield material.finding("integrity/listing-mismatch", message, fix, at="listing")
    elif artifact.sha256 and found and found != artifact.sha256:
        yield _mismatch(material, material.files[0], artifact.sha256)


def _mismatch(material: Material, file: Examined, declared: str) -> Finding:
    evidence: dict[str, Json] = {"declared": declared, "found": _claimed(file), "size": file.size}
    related = (Related(file.path, f"SHA-256 {_claimed(file)}"),)
    name = material.subject.name
    if file.line_endings_only:
        return material.finding(
            "integrity/line-endings-only",
            f"{_path(file)} has the declared content with other line endings",
            "keep git from converting it: add `"
            + printable(file.path)
            + " -text` to .gitattributes and check it out again",
            related=related,
            evidence=evidence,
        )
    what = "the LFS pointer of another file" if file.pointer else "not the declared file"
    return material.finding(
        "integrity/digest-mismatch",
        f"{_path(file)} is {what}: its SHA-256 is {_short(_claimed(file))}, declared is {_short(declared)}",
        f"restore the declared bytes; if the change is intended, review it and run `gate update {name} --version NEW`",
        related=related,
        evidence=evidence,
    )


def _directory(material: Material, artifact: Artifact, found: str | None) -> Iterator[Finding]:
    name = material.subject.name
    if not material.files and not any(entry.kind == "unreadable" for entry in material.odd):
        message = f"{printable(artifact.path)} holds no file"
        yield material.finding("integrity/missing-file", message, f"restore the files of {name}")
    if material.listing_flaw:
        flaw = material.listing_flaw
        yield material.finding(
            flaw.rule, flaw.message, f"restore the listing, or run `gate update {name}`", at="listing"
        )
    elif material.listing is None and artifact.sha256 and found and found != artifact.sha256:
        yield material.finding(
            "integrity/digest-mismatch",
            f"{printable(artifact.path)} is not the declared directory: "
            f"the SHA-256 of its listing is {_short(found)}, declared is {_short(artifact.sha256)}",
            f"restore the declared files; run `gate update {name} --version NEW` if the change is intended "
            "(it also writes a listing, which tells the changed files by name)",
            evidence={"declared": artifact.sha256, "found": found},
        )


def _against_listing(material: Material, listing: Mapping[str, str], dvc: Kept | None) -> Iterator[Finding]:
    lead = material.subject.path + "/"
    start = len(lead)
    name = material.subject.name
    matched = 0
    for file in material.files:
        declared = listing.get(file.path[start:])
        matched += declared is not None
        if declared is None:
            fix = f"remove it, or run `gate update {name} --version NEW` if it belongs there"
            message = f"{_path(file)} is not in the listing of {name}"
            related = (Related(file.path, f"SHA-256 {file.sha256}" if file.sha256 else ""),)
            yield material.finding(
                "integrity/extra-file", message, fix, related=related, evidence={"found": file.sha256}
            )
        elif file.status == "read" and _claimed(file) != declared:
            yield _mismatch(material, file, declared)
    if len(material.files) + len(material.odd) == len(listing) == matched:
        return
    there = {file.path[start:] for file in material.files} | {entry.path[start:] for entry in material.odd}
    for path in sorted(listing.keys() - there):
        yield _missing(material, lead + path, "", dvc)


def entries(material: Material, dvc: Kept | None = None) -> Iterator[Finding]:
    """What is no readable file: a finding whichever families run, for none of them looked into it."""
    for file in material.files:
        if file.status == "missing":
            finding = _missing(material, file.path, file.detail, dvc)
            yield finding._replace(fix=file.fix) if file.fix else finding
        elif file.status not in ("read", "larger"):
            finding = _STATUS[file.status](material, file.path, file.detail)
            yield finding._replace(fix=file.fix) if file.fix else finding
    if larger := [file for file in material.files if file.status == "larger"]:
        yield _larger(material, larger)
    for entry in material.odd:
        yield _STATUS[entry.kind](material, entry.path, "")


def _missing(material: Material, path: str, detail: str = "", dvc: Kept | None = None) -> Finding:
    name, restore = material.subject.name, "restore it"
    if material.artifact is not None and material.artifact.source.mirror is not None:
        restore = "run `gate check --pull`, which fetches it from the mirror"
    elif dvc is not None and any(out.recorded for out in dvc.related(path)):
        restore = "run `gate check --pull`, or `dvc pull`, which fetch what DVC keeps"
    fix = f"{restore}; if it was moved or removed on purpose, edit the entry and run `gate update {name} --version NEW`"
    message = f"{printable(path)} is not there" + (f": {printable(detail)}" if detail else "")
    return material.finding("integrity/missing-file", message, fix, related=(Related(path),))


def _link(material: Material, path: str, detail: str) -> Finding:
    at = f", through the link {printable(detail)}" if detail and detail != path else ""
    fix = "put the content there instead of a link, or name its cache directory under `cache_roots:` in the policy"
    message = f"{printable(path)} is reached by a symbolic link{at}, which the gate does not follow"
    return material.finding("integrity/symlink", message, fix, related=(Related(path),))


def _outside(material: Material, path: str, detail: str) -> Finding:
    message = f"{printable(path)} leads out of the repository through the link {printable(detail or path)}"
    fix = "put the content into the repository, or name its cache directory under `cache_roots:` in the policy"
    return material.finding("integrity/outside-root", message, fix, related=(Related(path),))


def _special(material: Material, path: str, detail: str) -> Finding:
    message = f"{printable(path)} is a FIFO, device or socket, not a file"
    return material.finding(
        "integrity/special-file", message, "remove it, or put a regular file there", related=(Related(path),)
    )


def _changed(material: Material, path: str, detail: str) -> Finding:
    message = f"{printable(path)} was written to while the gate read it"
    fix = "stop what writes to it, then run `gate check` again"
    return material.finding("integrity/changed-while-read", message, fix, related=(Related(path),))


def _unreadable(material: Material, path: str, detail: str) -> Finding:
    message = f"{printable(path)} cannot be read" + (f": {printable(detail)}" if detail else "")
    return material.undecided(message, "give the gate permission to read it, then run it again", path)


def _larger(material: Material, files: list[Examined]) -> Finding:
    artifact = material.artifact
    assert artifact is not None
    total, declared = sum(file.size for file in files), artifact.size or 0
    message = f"{printable(artifact.path)} has {total:,} bytes, declared are {declared:,}: nothing of it was read"
    fix = f"restore the declared objects; if the change is intended, run `gate update {artifact.name} --version NEW`"
    evidence: dict[str, Json] = {"declared": declared, "found": total}
    return material.finding("integrity/size-mismatch", message, fix, evidence=evidence, at="size")


def _failed(material: Material, path: str, detail: str) -> Finding:
    message = f"the gate failed on {printable(path)}: {printable(detail)}"
    return material.undecided(message, "this is a defect of the gate: please report it with the file's format", path)


_STATUS: dict[str, Callable[[Material, str, str], Finding]] = {
    "missing": _missing,
    "link": _link,
    "outside": _outside,
    "special": _special,
    "changed": _changed,
    "unreadable": _unreadable,
    "failed": _failed,
}


def _absent(material: Material, context: Context) -> Iterator[Finding]:
    """Pointers without their content, which only a commit may leave behind."""
    if context.stage != "pre-commit":
        yield from (_content_absent(material, file) for file in material.files if file.pointer)


def _content_absent(material: Material, file: Examined) -> Finding:
    message = f"{_path(file)} is a Git LFS pointer: the content itself is not here, so nothing about it can be verified"
    fix = f'run `git lfs pull --include "{printable(file.path)}"` before the gate'
    return material.finding("integrity/content-absent", message, fix, related=(Related(file.path),))


def _size(material: Material, artifact: Artifact, total: int, findings: list[Finding]) -> Iterator[Finding]:
    """The declared size; where a file is missing, extra or changed, that is the news and not the sum."""
    if artifact.size is not None and artifact.size != total and not findings:
        message = f"{printable(artifact.path)} has {total:,} bytes ({size(total)}), declared are {artifact.size:,}"
        fix = f"if the digest is right, correct `size:`: run `gate update {artifact.name}`"
        evidence: dict[str, Json] = {"declared": artifact.size, "found": total}
        yield material.finding("integrity/size-mismatch", message, fix, evidence=evidence, at="size")


def _names(material: Material) -> Iterator[Finding]:
    """Names that another file system would fold into one or cannot hold."""
    name = material.subject.name
    fix = f"rename it, then run `gate update {name} --version NEW`"
    for file in material.files:
        if not file.path.isascii() and not _encodable(file.path):
            message = f"the name {printable(file.path)} is not UTF-8"
            yield material.finding("integrity/non-utf8-name", message, fix, related=(Related(file.path),))
    if len({_folded(file.path) for file in material.files}) == len(material.files):
        return
    seen: dict[str, str] = {}
    for path in sorted(file.path for file in material.files):
        other = seen.setdefault(_folded(path), path)
        if other is not path:
            message = f"{printable(path)} and {printable(other)} are one file where case or Unicode form does not count"
            yield material.finding("integrity/case-collision", message, fix, related=(Related(path), Related(other)))


def _encodable(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _folded(path: str) -> str:
    if path.isascii():
        return path.lower()
    from unicodedata import normalize

    return normalize("NFC", path.casefold())


def capped(findings: Iterable[Finding], material: Material) -> Iterator[Finding]:
    """The findings, of each rule at most `MAX_REPEATED` and one that counts the rest."""
    numbers: dict[str, int] = {}
    for finding in findings:
        numbers[finding.rule] = numbers.get(finding.rule, 0) + 1
        if numbers[finding.rule] <= MAX_REPEATED:
            yield finding
    for rule, number in numbers.items():
        if number > MAX_REPEATED:
            rest = count(number - MAX_REPEATED, "file")
            message = f"{rest} more of {material.subject.name} like the {MAX_REPEATED} above"
            yield material.finding(
                rule, message, "the fix is the same for all of them", evidence={"more": number - MAX_REPEATED}
            )


def _path(file: Examined) -> str:
    return printable(file.path)


def _short(digest: str | None) -> str:
    """Enough of a digest to tell it from another; the evidence has all of it."""
    return f"{digest[:16]}…" if digest else "unknown"
