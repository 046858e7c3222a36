"""What functions are given that fetch by their names: addresses of data."""

from __future__ import annotations

import re

from gate.sources import services
from gate.sources.interface import HOLE
from gate.sources.names import is_data_url
from gate.sources.python.call import Call
from gate.sources.python.given import Given, Sources
from gate.sources.python.values import Local
from gate.sources.services import REMOTE

HELPER = Call("helper", names=("url", "urls", "uri", "link", "src", "source", "origin", "address", "remote", "path"))
_KEYWORD = re.compile(rf"(?:^|_)(?:{'|'.join(HELPER.names)})$")
"""Keywords under which they get addresses: `source_url`, `download_link`."""
_SURE = re.compile(r"(?i)download|retriev|cached_path|data_dl|data_path")
"""Words of names that do not read pages and answers of services."""
_PAGE = re.compile(r"(?i)\.(?:html?|php|aspx?|jsp|md|rst|py|js|css|svg|sh)(?:$|[?#])|/(?:docs|wiki|blob|issues|pull)/")


def read(given: Given) -> Sources:
    """The addresses of data that such a function is given; what is not known is asked for within it."""
    nodes = [*given.node.args[:3], *(k.value for k in given.node.keywords if k.arg and _KEYWORD.search(k.arg))]
    sure = bool(_SURE.search(given.last))
    for node in nodes:
        for text in given.texts(node):
            if isinstance(text, Local) or not REMOTE.match(text) or any(c.isspace() for c in text):
                continue
            plain, _, member = text.partition("!")
            host = services.host_of(plain)
            if plain.count("://") > 1:
                continue
            path = plain.partition("://")[2].partition("/")[2]
            if not host or not path.strip("/" + HOLE) or _PAGE.search(plain):
                continue
            if (sure or is_data_url(plain, host)) and (source := services.address(plain if member else text)):
                yield source
