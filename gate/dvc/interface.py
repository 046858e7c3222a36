"""What the files of DVC say, as immutable types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from gate.core.model import Location
from gate.dvc.paths import beneath
from gate.files.paths import parents

if TYPE_CHECKING:
    from gate.dbom.model import Origin


MALFORMED, OUTSIDE, UNDECLARED = "dvc/malformed", "dvc/outside-root", "dvc/undeclared"


class Recorded(NamedTuple):
    """The MD5 that DVC recorded, in hexadecimal: of a file, or of the manifest of a directory.

    `text` says that DVC before 3.0 did so: of text it took the MD5 of the content with LF at the end of lines.
    """

    md5: str
    is_directory: bool = False
    text: bool = False


class Out(NamedTuple):
    """An output that DVC keeps: a file or directory at `path`, relative to the root, as `document` has it.

    `location` is the line that its findings point to; `project` the directory with the `.dvc` that it belongs to,
    relative to the root. `recorded` is None where DVC has no digest (yet). `remote` is the only one that has it, as
    far as the document names one. `source` is what an import was taken from.
    """

    path: str
    document: str
    location: Location
    project: str = ""
    recorded: Recorded | None = None
    remote: str = ""
    source: Origin | None = None


class Step(NamedTuple):
    """A stage of a pipeline, or a `.dvc` file that depends on something: `name` is its address, as DVC
    writes it.

    `needs` has the paths that it depends on, from the root, each with its place; `makes` all of its outputs.
    """

    name: str
    document: str
    needs: Mapping[str, Location]
    makes: frozenset[str]


class Flaw(NamedTuple):
    """A rule that a file of DVC breaks: `path` is what it is about, relative to the root."""

    rule: str
    path: str
    location: Location
    message: str
    fix: str


class Remote(NamedTuple):
    """A place where DVC stores content: the section of `.dvc/config` at `location`.

    `options` has all keys, in lower case; `places` the line of each.
    """

    name: str
    location: Location
    options: Mapping[str, str]
    places: Mapping[str, Location]

    @property
    def url(self) -> str:
        """Its address; empty where there is none."""
        return self.options.get("url", "")


class Config(NamedTuple):
    """A `.dvc/config`: the directory of its project, the remote that is used by default, and all of them."""

    project: str
    default: str = ""
    remotes: Mapping[str, Remote] = {}


class Read(NamedTuple):
    """What one document says; `open` are outputs whose names are known only once DVC has run.

    `steps` are the stages, as they stand in `dvc.yaml`.
    """

    outs: tuple[Out, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    open: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


class Kept(NamedTuple):
    """Everything that DVC keeps in a repository, and what is wrong with its files.

    `outs` has the outputs by path, `paths` these in order. `configs` are by the directory of their project. `open` are
    the outputs whose names are known only once DVC has run; `documents` counts what was read.
    """

    outs: Mapping[str, Out] = {}
    paths: tuple[str, ...] = ()
    configs: Mapping[str, Config] = {}
    flaws: tuple[Flaw, ...] = ()
    open: tuple[str, ...] = ()
    documents: int = 0

    def related(self, path: str) -> list[Out]:
        """The outputs at `path`, above it and beneath it."""
        above = (one for one in (path, *parents(path)) if one in self.outs)
        return [self.outs[one] for one in (*above, *beneath(self.paths, path))]
