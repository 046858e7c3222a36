"""Which addresses a name may lead to.

A name is resolved once, every address is checked, and the connection is made to one of those that were checked: a
server of names that changes its mind in between leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable

from gate.core.errors import UnableError, UsageError
from gate.core.text import printable

Resolve = Callable[[str, int], list[str]]
"""The addresses behind a host and port."""
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(net)
    for net in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "fec0::/10",
    )
)
"""Special ranges of RFC 6890 that some versions of Python call global: some carry an IPv4 address within."""


def system(host: str, port: int) -> list[str]:
    """What the system's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def is_public(address: str) -> bool:
    """Whether `address` is one of the internet at large: not of this machine, of its network, or reserved."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    listed = any(found in network for network in _NOT_PUBLIC if network.version == found.version)
    return found.is_global and not found.is_multicast and not found.is_reserved and not listed


def resolve(host: str, port: int, seconds: float, resolver: Resolve = system) -> list[str]:
    """The addresses of `host`, in at most `seconds`; raises `UnableError`."""
    answer: list[str] = []
    failure: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answer.extend(resolver(host, port))
        except (OSError, UnicodeError) as error:
            failure.append(error)

    asking = threading.Thread(target=ask, daemon=True)  # the resolver has no time-out of its own
    asking.start()
    asking.join(max(seconds, 0.0))
    if not answer:
        reason = f": {failure[0]}" if failure else ""
        raise UnableError(f"{host} has no address{printable(reason)}", "see that the machine can resolve it")
    return answer


def refuse_private(host: str, addresses: list[str], trusted: frozenset[str]) -> None:
    """Raises `UsageError` where an address of `host` is neither public nor one of `trusted`."""
    for address in addresses:
        if address not in trusted and not is_public(address):
            message = f"{host} has the address {printable(address)}, which is private or reserved"
            raise UsageError(
                message, "if the server is yours, list it under `credentials:` of the policy that is named"
            )
