"""What is wrong with a place whatever a policy says, one constructor for each thing."""

from __future__ import annotations

from gate.core.model import Kind
from gate.sources.interface import Flaw, Source
from gate.sources.services import is_insecure


def remote_code(how: str, kind: Kind = "model") -> Flaw:
    """The repository that is fetched brings code along, which is run."""
    better = (
        "a dataset of plain files, such as Parquet" if kind == "dataset" else "a model that the library has code for"
    )
    fix = f"use {better}, without `{how}`; else keep a reviewed copy of the code here"
    return Flaw("sources/remote-code", f"runs code of the repository that it fetches (`{how}`)", fix)


def unsafe_load(message: str, fix: str) -> Flaw:
    """What is read can run code."""
    return Flaw("sources/unsafe-load", message, fix)


def unverified(how: str) -> Flaw:
    """The certificate of the server is not verified."""
    fix = f"remove `{how}`; name the certificate of an internal authority instead"
    return Flaw("sources/insecure-transport", f"takes whoever answers for the server (`{how}`)", fix)


def unencrypted(source: Source) -> Flaw | None:
    """The address is one that anybody on the way can answer for."""
    if not is_insecure(source.url):
        return None
    scheme = source.url.partition("://")[0]
    message = f"fetches over {scheme}://, so that anybody on the way can put something else in its place"
    return Flaw("sources/insecure-transport", message, "use the https:// address")
