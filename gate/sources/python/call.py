"""How one call of the catalogue is read."""

from __future__ import annotations

from typing import NamedTuple


class Call(NamedTuple):
    """How to read one call.

    `service` is the reader in `gate.sources.python.readers`. The argument that says what is asked for stands at
    `position`, or is called one of `names`. `revision` are the keywords of the version, `when` those of which one must
    be given and true for anything to be fetched. `label` is what the library calls the thing, where the call says.
    """

    service: str
    position: int = 0
    names: tuple[str, ...] = ()
    revision: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    label: str = ""


URL = Call("url", names=("url", "origin", "src", "path", "uri", "source_url", "urlpath"))
READ = Call(
    "read",
    names=(
        "filepath_or_buffer",
        "path",
        "path_or_buf",
        "io",
        "source",
        "uri",
        "urlpath",
        "url",
        "fname",
        "file",
        "filename",
        "name",
    ),
)
REQUEST = Call("request", names=("url",))
