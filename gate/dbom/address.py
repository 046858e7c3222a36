"""Addresses that give access: an origin is declared, and so its address is published."""

from __future__ import annotations

import re

from gate.core.errors import UsageError

_USER = re.compile(r"(?!hf://[^/:]*@|(?:git\+)?ssh://[^/:@]*@)[A-Za-z0-9+.-]+://[^/?#]*@")
"""Someone before the host; in `hf://NAME@REVISION` it is none, and `ssh://git@HOST` says nothing secret."""
_SECRET = re.compile(
    r"[?&;]([a-z0-9_.-]*(?:signature|credential|token|password|secret|accesskeyid|api[_-]?key)|auth|key|sig)=",
    re.IGNORECASE,
)


def refuse_secrets(address: str) -> None:
    """Raises `UsageError`, which does not show them, for an address with a user, a password, a token or a signature."""
    if _USER.match(address):
        raise UsageError("the address has a user or a password in it", "leave them out, for addresses are published")
    if "://" in address and (found := _SECRET.search(address)):
        message = f"the address gives access by its `{found[1]}=`, and would be published with it"
        raise UsageError(message, "name the address without it; a file that it alone leads to is fetched by hand")
