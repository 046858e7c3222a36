"""Names of functions that fetch: those that a repository wrote, and those of libraries nobody listed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

_CALLS = tuple(
    (word, re.compile(word + rb"\w{0,40}\s*\("))
    for word in (b"ownload", b"etch", b"etriev", b"cached_path", b"data_dl", b"data_path", b"from_url", b"load_url")
)
"""Words of such names, and how they are called; each begins with plain characters, so that it is found fast."""
_NAME = re.compile(r"(?i)download|fetch|retriev|cached_path|data_dl|data_path|from_url|load_url")
_OTHER = re.compile(
    r"(?i)^(?:test|is|has|can|should|assert|mock|patch|upload|needs?|skip|require|print|log|_?check|no)_|patch|mock|prefetch"
    r"|(?:page|html|json|text|api|row|all|one|many|info|size|link|links|url|urls|version|status|stats?|progress|button|name|count|dir|cb|callback|error|exception|config|manager)$"
)
"""Names that say something else with the same words."""
_NEAR = 120
"""Bytes in front of a name in which it is looked for whether it is defined there."""
MOST = 2_001
"""Calls of one file that are looked at."""


def offsets(data: bytes) -> Iterator[int]:
    """Where functions are called that fetch by their names, in a file that has addresses."""
    for word, pattern in _CALLS:
        if word in data:
            for match in islice(pattern.finditer(data), MOST):
                before = data[max(0, match.start() - _NEAR) : match.start()]
                if b"def " not in before.rpartition(b"\n")[2]:
                    yield match.end() - 1


def is_helper(func: ast.expr) -> bool:
    """Whether a function fetches by its name."""
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return bool(_NAME.search(name)) and not _OTHER.search(name)
