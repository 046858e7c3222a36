"""Where a document came from, which is where its own paths lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gate.core.model import Location
from gate.policy.extend_schema import Extension
from gate.policy.files import Files, Homes
from gate.policy.trust_load import PinnedFiles

if TYPE_CHECKING:
    from gate.policy.remote.files import Fetcher, RemoteFiles
    from gate.policy.remote.reference import Reference


class Origin(NamedTuple):
    """A place with files: that of the policy that is named, or a remote one.

    `remote` is the same as `files` where those are remote. `entry` is the one in `extends:` that names the place,
    `named` the one in the work tree that led to it.
    """

    files: Files
    homes: Homes
    pinned: PinnedFiles
    remote: RemoteFiles | None = None
    entry: Extension | None = None
    named: Location = Location("")

    @property
    def transitive(self) -> bool:
        """Whether a document here may extend something remote."""
        return self.entry is None or self.entry.transitive

    @property
    def vouched(self) -> bool:
        """Whether a commit says what each file is, and somebody who is named must have signed it."""
        return bool(self.entry and self.entry.signed_by and self.remote and self.remote.beside.commit)

    def shown(self, path: str) -> str:
        """What messages, and the lock, call the file at `path`."""
        return str(self.remote.at(path)) if self.remote else path


def local(files: Files) -> Origin:
    """The place of the policies that are named."""
    homes = Homes(files)
    return Origin(files, homes, PinnedFiles(files, homes))


def elsewhere(reference: Reference, entry: Extension, within: Origin, fetcher: Fetcher) -> Origin:
    """The place of `reference`, which a document in `within` extends by `entry`."""
    from gate.policy.remote.files import RemoteFiles

    files = RemoteFiles(reference, fetcher)
    homes = Homes(files)
    named = within.named if within.remote else entry.location
    return Origin(files, homes, PinnedFiles(files, homes), files, entry, named)
