"""What vendoring writes into the repository: the entry with upstream and mirror, and the files that it names."""

from __future__ import annotations

import os

from gate.core.errors import UsageError
from gate.core.text import printable
from gate.dbom.load import open_dbom
from gate.dbom.model import Artifact, Dbom
from gate.dbom.sign import Signed, with_signatures
from gate.dbom.write import entry_nodes, given, refuse_taken, rewritten, with_artifacts
from gate.documents import edit
from gate.documents.nodes import Document, Mapping, Scalar, decode
from gate.files.atomic import write_atomic
from gate.inventory.declared import read_listing


class Books:
    """The DBOM `name` of the repository `root`, which may not be there yet."""

    def __init__(self, root: str, name: str, *, follow: bool) -> None:
        self._root, self.name, self._follow = root, name, follow

    def find(self, name: str) -> Artifact | None:
        """The entry of that name; raises `GateError` for what is wrong with the DBOM."""
        return self._read()[1].find(name)

    def refuse(self, artifact: Artifact) -> None:
        """Raises `UsageError` where the entry cannot become what `artifact` says."""
        dbom = self._read()[1]
        before = dbom.find(artifact.name)
        if before is None:
            refuse_taken(dbom, artifact.name, artifact.path)
        elif (before.kind, before.path) != (artifact.kind, artifact.path):
            message = f"{artifact.name} is declared already, as the {before.kind} {printable(before.path)}"
            raise UsageError(message, "pass another --name")
        elif artifact.sha256 and before.sha256 not in (None, artifact.sha256) and before.version == artifact.version:
            message = f"the origin of {artifact.name} has other bytes now, and the version is the same"
            raise UsageError(message, "review what changed, and pass --version NEW")
        if artifact.listing is not None and (before is None or before.listing != artifact.listing):
            self._refuse_listing(artifact)

    def write(self, artifact: Artifact, listing: bytes | None, signature: tuple[Signed, bytes] | None) -> bool:
        """Writes the entry, and before it the files that it names; False where all of it is there already."""
        self.refuse(artifact)
        document, dbom = self._read()
        before = dbom.find(artifact.name)
        if before is not None and _same(before, artifact):
            return False
        edited = _updated(document, artifact) if before else with_artifacts(document, [artifact])
        if artifact.listing is not None and listing is not None:
            write_atomic(os.path.join(self._root, artifact.listing), listing, within=self._root)
        if signature is not None:
            signed, bundle = signature
            write_atomic(os.path.join(self._root, signed.bundle), bundle, within=self._root)
            edited = with_signatures(decode(edited, self.name), [signed]) or edited
        write_atomic(os.path.join(self._root, self.name), edited)
        return True

    def _read(self) -> tuple[Document, Dbom]:
        return open_dbom(os.path.join(self._root, self.name), self.name, follow=self._follow)

    def _refuse_listing(self, artifact: Artifact) -> None:
        """A listing of another one; that of this one may be left from a run that was killed."""
        path = artifact.listing or ""
        if os.path.lexists(os.path.join(self._root, path)):
            import hashlib

            try:
                there = hashlib.sha256(read_listing(self._root, path)).hexdigest()
            except OSError:
                there = ""
            if there != artifact.sha256:
                raise UsageError(f"{printable(path)} exists already", "pass another --name, or remove the file")


def _same(before: Artifact, artifact: Artifact) -> bool:
    """Whether the entry says the same but for the day, and for what people have added to it."""
    return _told(before) == _told(artifact)


def _told(artifact: Artifact) -> tuple[object, ...]:
    source = artifact.source
    return (
        artifact.sha256,
        artifact.size,
        artifact.listing,
        artifact.version,
        source.url,
        source.revision,
        source.mirror,
    )


def _updated(document: Document, artifact: Artifact) -> bytes:
    """The DBOM in which the entry of that name has the new digest, and where it now comes from."""
    entry = entry_nodes(document)[artifact.name]
    after = "sha256" if "sha256" in entry.items else "path"
    wanted = {key: getattr(artifact, key) for key in ("sha256", "version", "listing", "size")}
    edits = [edit.set_value(document, entry, key, value, after) for key, value in wanted.items() if value is not None]
    source = entry.items["source"][1] if "source" in entry.items else None
    if isinstance(source, Mapping) and source.items:
        last = list(source.items)[-1]
        origin = given(artifact.source).items()
        edits += [edit.set_value(document, source, key, value, last) for key, value in origin]
    else:
        edits.append(edit.set_value(document, entry, "source", given(artifact.source), after))
    text = edit.apply(document.text, edit.merged(edits))
    return rewritten(document, text, lambda entries: _text(entries[artifact.name], "sha256") == artifact.sha256)


def _text(entry: Mapping, key: str) -> str | None:
    value = entry.items[key][1] if key in entry.items else None
    return value.text if isinstance(value, Scalar) else None
