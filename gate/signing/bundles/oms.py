"""OpenSSF model signing (OMS): one signature over every file of a model, by name and digest.

https://github.com/ossf/model-signing-spec; the older layout is that of model_signing 0.2.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gate.core.model import Json
from gate.core.text import printable, shorten
from gate.signing.artifact import Artifact
from gate.signing.bundles import fields
from gate.signing.bundles.envelope import OLD_PREDICATE_TYPE
from gate.signing.bundles.statement import MAX_SUBJECTS, TYPE, Statement
from gate.signing.errors import InvalidError

PREDICATE_TYPE = "https://model_signing/signature/v1.0"
PREDICATE_TYPES = (PREDICATE_TYPE, OLD_PREDICATE_TYPE)
ALGORITHMS = {"sha256": "sha256", "blake2b": "blake2b"}
"""What a manifest may name, and what hashlib calls it; BLAKE3 is not in the standard library."""
SINGLE = "."
"""How model_signing calls a model that is one file; its name is then that of the subject."""
_SHOWN = 5


class Manifest(NamedTuple):
    """What a signature says is in a model: `files` maps paths to an algorithm and a digest."""

    files: Mapping[str, tuple[str, bytes]]
    ignored: tuple[str, ...] = ()


class Uncovered(NamedTuple):
    """Files of a directory that the signature says nothing about; `empty` ones are not in `files`.

    `ignored` are those of both kinds that the signer left out on purpose.
    """

    files: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()


def read_manifest(statement: Statement) -> Manifest:
    """The manifest in a statement of one of `PREDICATE_TYPES`; raises `InvalidError`."""
    if statement.predicate_type == OLD_PREDICATE_TYPE:
        return by_subject(statement)
    serialization = fields.inner(statement.predicate, "serialization")
    method = fields.text(serialization, "method")
    if method != "files":
        raise InvalidError(f'it signs by "{printable(shorten(method))}"; whole files are supported', "unsupported")
    resources = [
        fields.record(item, "resources") for item in fields.items(statement.predicate, "resources", MAX_SUBJECTS)
    ]
    listed = [(fields.text(r, "name"), fields.text(r, "algorithm"), fields.text(r, "digest")) for r in resources]
    files = _files(listed)
    _consistent(statement, [files[name][1] for name, _, _ in listed])
    if set(files) == {SINGLE}:
        files = {statement.subjects[0].name or SINGLE: files[SINGLE]}
    ignored = fields.items(serialization, "ignore_paths", MAX_SUBJECTS)
    return Manifest(files, tuple(path for path in ignored if isinstance(path, str)))


def by_subject(statement: Statement) -> Manifest:
    """A statement with files for subjects as the manifest of a directory; raises `InvalidError` where it is none."""
    return Manifest(_files([(one.name, "sha256", one.digests.get("sha256", "")) for one in statement.subjects]))


def _files(listed: list[tuple[str, str, str]]) -> dict[str, tuple[str, bytes]]:
    files: dict[str, tuple[str, bytes]] = {}
    for name, algorithm, digest in listed:
        if algorithm not in ALGORITHMS:
            shown = printable(shorten(algorithm))
            raise InvalidError(f'it lists digests by "{shown}"; {" and ".join(ALGORITHMS)} are known', "unsupported")
        if not re.fullmatch("(?:[0-9a-fA-F]{2})+", digest):
            raise InvalidError("it lists a digest that is not hexadecimal", "malformed")
        if not name or name in files:
            raise InvalidError("it lists a file without a name, or one twice", "malformed")
        files[name] = (ALGORITHMS[algorithm], bytes.fromhex(digest))
    if not files:
        raise InvalidError("it lists no file", "malformed")
    return files


def _consistent(statement: Statement, digests: list[bytes]) -> None:
    """The subject is the SHA-256 of all digests in order: other documents speak of the model by it."""
    if len(statement.subjects) != 1:
        raise InvalidError("it is about several models", "malformed")
    if statement.subjects[0].digests.get("sha256") != hashlib.sha256(b"".join(digests)).hexdigest():
        raise InvalidError(
            "it contradicts itself: its subject is not the digest of the files that it lists", "malformed"
        )


def compare(manifest: Manifest, artifact: Artifact) -> Uncovered:
    """What the signature leaves out; raises `InvalidError` for a file that is missing or another one.

    Names are compared, as the subject's digest ignores them. Nothing is ignored because the signature says so: what
    a signer leaves out, nobody vouches for.
    """
    if artifact.files is None:
        _single(manifest, artifact)
        return Uncovered()
    found = artifact.files
    changed = [
        n for n, (algorithm, digest) in manifest.files.items() if n in found and found[n].get(algorithm) != digest
    ]
    if changed:
        raise InvalidError(f"its digest is another one for {_listed(changed)}", "digest")
    if missing := [name for name in manifest.files if name not in found]:
        raise InvalidError(f"it is also over {_listed(missing)}, which {_are(missing)} not there", "missing-file")
    rest = sorted(name for name in found if name not in manifest.files)
    left_out = frozenset(path.rstrip("/") for path in manifest.ignored)
    ignored = frozenset(name for name in rest if not left_out.isdisjoint(_within(name)))
    empty = tuple(name for name in rest if name in artifact.empty)
    return Uncovered(tuple(name for name in rest if name not in artifact.empty), empty, ignored)


def _single(manifest: Manifest, artifact: Artifact) -> None:
    """Of a single file the name does not count: the bytes are all that there is of the model."""
    (algorithm, digest), *others = manifest.files.values()
    if others:
        raise InvalidError("it is over a directory, and this is a file", "other-artifact")
    if artifact.digests.get(algorithm) != digest:
        raise InvalidError("it is over other bytes", "digest")


def _within(name: str) -> Iterator[str]:
    """A path and every directory above it."""
    while name:
        yield name
        name = name.rpartition("/")[0]


def _listed(names: list[str]) -> str:
    shown = ", ".join(printable(shorten(name)) for name in sorted(names)[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def statement(name: str, resources: Mapping[str, str]) -> bytes:
    """The statement that signs a directory called `name`: `resources` maps paths in it to SHA-256 digests."""
    listed = sorted(resources.items())
    root = hashlib.sha256(b"".join(bytes.fromhex(digest) for _, digest in listed)).hexdigest()
    items: list[Json] = [{"name": path, "algorithm": "sha256", "digest": digest} for path, digest in listed]
    document = {
        "_type": TYPE,
        "subject": [{"name": name, "digest": {"sha256": root}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False, "ignore_paths": []},
            "resources": items,
        },
    }
    return json.dumps(document, separators=(",", ":")).encode()
