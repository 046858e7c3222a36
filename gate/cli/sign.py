"""`gate sign`: vouches for artifacts, the DBOM or a policy, with a key or with the identity of a CI job."""

from __future__ import annotations

import argparse
import hashlib
import os
import stat
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gate.cli import place, signer
from gate.cli.measure import measure
from gate.cli.terminal import Progress
from gate.core.errors import UnableError, UsageError
from gate.core.model import Location
from gate.core.text import did_you_mean, printable
from gate.dbom.load import read_dbom
from gate.dbom.model import Artifact, Dbom
from gate.dbom.sign import Kind, Signed, with_signatures
from gate.documents.nodes import Document, decode, read_bytes
from gate.files import beneath
from gate.files.atomic import write_atomic
from gate.files.digest import digest
from gate.files.lfs import MAX_POINTER, parse_pointer
from gate.files.root import BUNDLE_SUFFIX, DBOM_NAME
from gate.files.root import beneath as beneath_root
from gate.objects.url import is_object

if TYPE_CHECKING:
    from gate.signing.making.sign import Signer


class Books(NamedTuple):
    """The DBOM that exists: its file, its bytes, its text, and what it declares."""

    file: str
    data: bytes
    document: Document
    dbom: Dbom


class Target(NamedTuple):
    """What is to be signed: `path` beneath `root`; `artifact` is its entry; `bundle` is where the signature goes."""

    root: str
    path: str
    artifact: Artifact | None
    is_directory: bool
    bundle: str

    @property
    def full(self) -> str:
        """Where it lies."""
        return os.path.join(self.root, self.path)

    def kind(self, by: Signer) -> Kind:
        """What the DBOM calls its signature."""
        return "oms" if self.is_directory else by.kind


class Subject(NamedTuple):
    """What was hashed: the `sha256` that people know; the digest of a file to sign, or the files of a directory."""

    sha256: str
    digest: bytes = b""
    files: Mapping[str, str] = {}


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `gate sign`."""
    parser.add_argument(
        "artifacts",
        nargs="+",
        metavar="ARTIFACT",
        help="a file, a directory, dbom.yaml, a policy, or the name of an entry of dbom.yaml",
    )
    parser.add_argument("--bundle", metavar="FILE", help=f"what to write (default: beside ARTIFACT, {BUNDLE_SUFFIX})")
    signer.add_options(parser)
    place.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Hashes everything, signs it, and writes the bundles and the entries of the DBOM that name them."""
    where = place.find(arguments.root, arguments.dbom)
    books = _books(where, follow=bool(arguments.dbom))
    targets = _targets(arguments, where.root, books)
    before = {target.bundle: _replaceable(target.bundle) for target in targets}
    by = signer.find_signer(arguments)
    edited = _edited(books, targets, where.root, by)
    subjects = [_measured(target, by, books, edited) for target in targets]
    bundles = {target.bundle: _signed(target, subject, by) for target, subject in zip(targets, subjects, strict=True)}
    _write(bundles, before, books, edited)
    for target, subject in zip(targets, subjects, strict=True):
        _tell(target, subject, before[target.bundle] is not None, books, where.root)
    print(f"signed by {by.describe()}")
    _tell_of_dbom(books, edited, targets)
    return 0


def _books(where: place.Place, *, follow: bool) -> Books | None:
    """The DBOM; None where there is none. It must be valid, also where it is only to be signed."""
    name = where.dbom or DBOM_NAME
    file = os.path.join(where.root, name)
    if not os.path.lexists(file):
        return None
    data = read_bytes(file, name, follow=follow)
    document = decode(data, name)
    return Books(file, data, document, read_dbom(document))


def _targets(arguments: argparse.Namespace, root: str, books: Books | None) -> list[Target]:
    """What the command line names, each once."""
    found = {}
    for given in arguments.artifacts:
        target = _target(given, root, books)
        found[os.path.realpath(target.full)] = target
    targets = list(found.values())
    if arguments.bundle:
        if len(targets) > 1:
            raise UsageError("--bundle is for one artifact", "sign them one by one")
        targets = [targets[0]._replace(bundle=os.path.abspath(arguments.bundle))]
    declared = [os.path.join(root, artifact.path) for artifact in books.dbom.artifacts] if books else []
    for target in targets:
        _refuse_inside(target, declared)
    return targets


def _target(given: str, root: str, books: Books | None) -> Target:
    """The path `given`, or the entry of that name."""
    named = books.dbom.find(given) if books else None
    if not os.path.lexists(given):
        if named is None:
            raise _nothing(given, books)
        return _as_target(root, named.path, named)
    try:
        path = beneath_root(given, root).replace(os.sep, "/")
    except UsageError:  # outside of the repository nothing is declared
        full = os.path.abspath(given)
        return _as_target(os.path.dirname(full), os.path.basename(full), None)
    if not path:
        raise UsageError("the whole repository is no artifact", "name a file or a directory in it")
    artifact = next((a for a in books.dbom.artifacts if a.path == path), None) if books else None
    if named is not None and named is not artifact:
        message = f'"{printable(given)}" is a path, and the name of {printable(named.path)}'
        raise UsageError(message, f"say ./{printable(given)} or {printable(named.path)}")
    return _as_target(root, path, artifact)


def _as_target(root: str, path: str, artifact: Artifact | None) -> Target:
    if is_object(path):
        fix = "sign a copy of it, and name the bundle under `signature:` of the entry"
        raise UsageError(f"{printable(path)} lies on object storage", fix)
    full = os.path.join(root, path)
    return Target(root, path, artifact, os.path.isdir(full), full + BUNDLE_SUFFIX)


def _nothing(given: str, books: Books | None) -> UsageError:
    known = [artifact.name for artifact in books.dbom.artifacts] if books else []
    hint = did_you_mean(given, known) or "name a path, or an entry of dbom.yaml"
    return UsageError(f'"{printable(given)}" is neither a path nor an entry of a DBOM', hint)


def _refuse_inside(target: Target, declared: list[str]) -> None:
    """Raises `UsageError` for a bundle that would be one more file of what is signed, or of what is declared."""
    bundle = os.path.join(os.path.realpath(os.path.dirname(target.bundle)), os.path.basename(target.bundle))
    for directory in (*declared, target.full):
        if bundle.startswith(os.path.realpath(directory) + os.sep):
            raise UsageError(
                f"the bundle would lie in {_shown(directory)}, where it would be a file that nobody declared",
                "sign the directory as a whole, or name a place outside of it with --bundle FILE",
            )


def _replaceable(path: str) -> bytes | None:
    """The bundle that is there already, None where nothing is; raises `UsageError` for anything else."""
    if not os.path.lexists(path):
        return None
    try:
        if signer.is_bundle(path):
            with open(path, "rb") as file:
                return file.read(signer.MAX_BUNDLE)
    except OSError as error:
        message = f"{_shown(path)} is there, and cannot be read: {error.strerror}"
        raise UsageError(message, "name another file with --bundle FILE") from None
    raise UsageError(
        f"{_shown(path)} is there, and is no Sigstore bundle that could be replaced",
        "name another file with --bundle FILE, or remove this one",
    )


def _edited(books: Books | None, targets: list[Target], root: str, by: Signer) -> bytes | None:
    """The DBOM that names the bundles; None where it stays as it is."""
    signed = []
    for target in targets:
        path = _in_repository(target, root)
        if target.artifact and path:
            signed.append(Signed(target.artifact.name, path, target.kind(by)))
    return with_signatures(books.document, signed) if books and signed else None


def _in_repository(target: Target, root: str) -> str | None:
    """The bundle as an entry can name it; None for one outside."""
    try:
        return beneath_root(target.bundle, root).replace(os.sep, "/")
    except UsageError:
        return None


def _measured(target: Target, by: Signer, books: Books | None, edited: bytes | None) -> Subject:
    """The digests of what is there, which is what the DBOM declares; raises `UsageError` otherwise."""
    artifact = target.artifact
    if artifact and artifact.sha256 is None:
        fix = f"run `gate update {artifact.name}` first"
        raise UsageError(f"{artifact.name} declares no digest: nobody could tell what was signed", fix)
    if books and os.path.realpath(target.full) == os.path.realpath(books.file):
        data = books.data if edited is None else edited  # as it will be, with the entries of this run
        return Subject(hashlib.sha256(data).hexdigest(), hashlib.new(by.algorithm, data).digest())
    subject = _of_directory(target) if target.is_directory else _of_file(target, by)
    if artifact and subject.sha256 != artifact.sha256:
        raise UsageError(
            f"{printable(target.path)} is not what {artifact.name} declares: its digest is {subject.sha256}, declared "
            f"is {artifact.sha256}",
            f"find out who changed it; a change on purpose is declared first: `gate update {artifact.name} --version "
            "NEW`",
        )
    return subject


def _stand_in(target: Target) -> Artifact:
    name = os.path.basename(target.path)
    return target.artifact or Artifact("model", name, target.path, Location(target.path), {})


def _of_directory(target: Target) -> Subject:
    measured = measure(_stand_in(target), target.root)
    lead = len(target.path) + 1
    return Subject(measured.sha256, files={file.path[lead:]: file.sha256 or "" for file in measured.files})


def _of_file(target: Target, by: Signer) -> Subject:
    """One pass for both digests: the SHA-256 that is declared, and the one to sign, where that is another."""
    try:
        with beneath.file(target.root, target.path) as descriptor:
            return _hashed(descriptor, target, by)
    except beneath.LinkError:
        measured = measure(_stand_in(target), target.root)  # a policy may allow links into a cache
        if by.algorithm != "sha256":
            message = f"{printable(target.path)} is reached by a symbolic link, and this key signs another digest"
            raise UsageError(message, "sign with a P-256 key, or sign the file itself") from None
        return Subject(measured.sha256, bytes.fromhex(measured.sha256))
    except FileNotFoundError:
        raise UsageError(f"{printable(target.path)} does not exist", "check the spelling") from None
    except OSError as error:
        message = f"{printable(target.path)} cannot be read: {error.strerror}"
        raise UnableError(message, "give yourself permission to read it") from None


def _hashed(descriptor: int, target: Target, by: Signer) -> Subject:
    shown = printable(target.path)
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        raise UsageError(f"{shown} is a FIFO, device or socket", "only files and directories can be signed")
    with Progress(f"hashing {shown}", before.st_size) as progress:
        found = digest(descriptor, progress, () if by.algorithm == "sha256" else (by.algorithm,))
    after = os.fstat(descriptor)
    if found.size != after.st_size or (before.st_mtime_ns, before.st_ctime_ns) != (
        after.st_mtime_ns,
        after.st_ctime_ns,
    ):
        fix = "stop what writes to it, then run the command again"
        raise UnableError(f"{shown} was written to while it was hashed", fix)
    if parse_pointer(os.pread(descriptor, MAX_POINTER, 0)):
        fix = f'run `git lfs pull --include "{shown}"` first'
        raise UsageError(f"{shown} is a Git LFS pointer: its content is not here", fix)
    if os.pread(descriptor, 7, 0).upper() == b"DSSEV1 ":
        fix = "sign a statement about it, with an Ed25519 key or an identity, or pack it first"
        raise UsageError(f"{shown} begins as what is signed of an attestation, and could pass for one", fix)
    return Subject(found.sha256, bytes.fromhex({"sha256": found.sha256, **found.others}[by.algorithm]))


def _signed(target: Target, subject: Subject, by: Signer) -> bytes:
    name = os.path.basename(target.path)
    for path in (name, *subject.files):
        if any("\ud800" <= char <= "\udfff" for char in path):
            raise UsageError(f"{printable(path)} is not UTF-8, so no signature can name it", "rename it")
    if not target.is_directory:
        return by.sign_digest(subject.digest, name)
    from gate.signing.bundles import oms

    return by.sign_model(oms.statement(name, subject.files))


def _write(
    bundles: dict[str, bytes], before: dict[str, bytes | None], books: Books | None, edited: bytes | None
) -> None:
    """Bundles first, for the DBOM must not name what is not there; what stood there comes back when a write fails."""
    done = []
    try:
        for path, data in bundles.items():
            write_atomic(path, data)
            done.append(path)
        if books and edited is not None:
            write_atomic(books.file, edited)
    except BaseException:
        for path in done:
            old = before[path]
            if old is not None:
                write_atomic(path, old)
            else:
                os.unlink(path)
        raise


def _tell(target: Target, subject: Subject, replaced: bool, books: Books | None, root: str) -> None:
    print(f"{_shown(target.full)}: signed, sha256 {subject.sha256[:12]}…")
    bundle = _shown(target.bundle)
    if replaced:
        print(f"  replaced {bundle}; for signatures of several signers give each its own --bundle")
    else:
        print(f"  wrote {bundle}")
    if target.artifact and _in_repository(target, root) is None:
        print(f"  the entry {target.artifact.name} does not name it: it lies outside of the repository")
    elif target.artifact:
        print(f"  named by the entry {target.artifact.name}")
    elif books is None or os.path.realpath(target.full) != os.path.realpath(books.file):
        print("  named by no entry: nothing in the DBOM declares this path")


def _tell_of_dbom(books: Books | None, edited: bytes | None, targets: list[Target]) -> None:
    """A changed DBOM is no longer what its own signature is over."""
    if books is None or edited is None:
        return
    name = printable(books.document.name)
    print(f"{name} was changed")
    own = books.file + BUNDLE_SUFFIX
    again = all(os.path.realpath(target.full) != os.path.realpath(books.file) for target in targets)
    if again and os.path.lexists(own):
        print(f"note: {_shown(own)} is over {name} as it was: sign it again, `gate sign {name}`")


def _shown(path: str) -> str:
    return printable(os.path.relpath(path))
