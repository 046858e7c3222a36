"""That the keys and roots which a policy names can be read: what is wrong with them is the policy's fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gate.core.errors import DocumentError, Problem
from gate.core.model import Location
from gate.core.text import printable
from gate.policy.trust import Certificate, Key, Root, Signer
from gate.signing.errors import InvalidError
from gate.signing.judge import load_anchors, load_key, load_root

_FIX = "name the file that the signer publishes, and pin its digest"


def refuse_unusable(signers: Iterable[Signer], roots: Iterable[Root]) -> None:
    """Raises `DocumentError` with every key, certificate and root that cannot be read, at its entry."""
    problems = [found for signer in signers if (found := _signer(signer))]
    problems += (found for root in roots if (found := _root(root)))
    if problems:
        raise DocumentError(problems)


def _signer(signer: Signer) -> Problem | None:
    if isinstance(signer, Key):
        return _unreadable(signer.file, signer.location, lambda: load_key(signer))
    if isinstance(signer, Certificate):
        return _unreadable(signer.file, signer.location, lambda: load_anchors(signer))
    return None


def _root(root: Root) -> Problem | None:
    return _unreadable(root.file, root.location, lambda: load_root(root.data))


def _unreadable(file: str, location: Location, load: Callable[[], object]) -> Problem | None:
    try:
        load()
    except InvalidError as error:
        return Problem(location, f"{printable(file)}: {error.message}", _FIX)
    return None
