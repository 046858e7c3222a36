"""Each source once: what is told where it is fetched is not told where code only writes it down, or hands it on.

A place may be allowed, waived, or older than a change. So another one with the same address says nothing about this
one, unless code leads from here to there.
"""

from __future__ import annotations

from collections.abc import Mapping

from gate.sources.interface import Site
from gate.sources.read import Callers, Reading

_PYTHON = (".py", ".ipynb")


def once(readings: list[Reading], followed: Mapping[str, Callers]) -> list[Reading]:
    """The readings without what others say better; `followed` has the files whose calls led to what a file fetches."""
    fetched = {reading.path: _fetched(reading) for reading in readings}
    anywhere = {
        is_python: frozenset(
            url for path, urls in fetched.items() if path.endswith(_PYTHON) is is_python for url in urls
        )
        for is_python in (True, False)
    }

    def is_said(path: str, site: Site) -> bool:
        url = site.source.url if site.source else ""
        if site.helper:
            inner = (file for file, names in followed.items() if path in names.get(site.helper, ()))
            return any(url in fetched.get(file, ()) for file in inner)
        return site.is_bare and url in anywhere[path.endswith(_PYTHON)]

    return [r._replace(sites=tuple(one for one in r.sites if not is_said(r.path, one.site))) for r in readings]


def _fetched(reading: Reading) -> frozenset[str]:
    """The sources that are fetched in a file, as far as it is seen there."""
    sites = (one.site for one in reading.sites)
    return frozenset(one.source.url for one in sites if one.source and not one.is_bare and not one.helper)
