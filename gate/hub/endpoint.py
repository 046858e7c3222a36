"""Which hub is asked, and as whom: what the environment says to every client of the hub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

HUB = "https://huggingface.co"


class Endpoint(NamedTuple):
    """The address of a hub, and the token that it alone is told."""

    url: str = HUB
    token: str = ""

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r})"  # what is printed must not have the token


def endpoint_of(environment: Mapping[str, str]) -> Endpoint | None:
    """What `HF_ENDPOINT` and `HF_TOKEN` say; None where `HF_HUB_OFFLINE` forbids to ask."""
    if environment.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        return None
    url = environment.get("HF_ENDPOINT", "").strip().rstrip("/") or HUB
    return Endpoint(url, environment.get("HF_TOKEN", "").strip())
