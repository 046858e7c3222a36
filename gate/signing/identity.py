"""Whether a proven signer is one that the policy trusts: small conditions, all of which must hold.

Texts are compared whole, exactly or by a glob that is anchored at both ends. There is no searching: of eight
identities made to deceive an unanchored pattern, it lets through all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from gate.core.globs import matches
from gate.core.text import printable, shorten
from gate.policy.trust import UNTRUSTED_TRIGGERS, VOUCHING, Certificate, Identity
from gate.signing.authenticate import Authenticated
from gate.signing.binding import Bound


class Condition(Protocol):
    """One thing that must hold of a signer."""

    def refusal(self, value: str | None) -> str | None:
        """Why `value` does not do; None where it does."""


class Exact(NamedTuple):
    """The very text."""

    expected: str

    def refusal(self, value: str | None) -> str | None:
        """Why `value` is not the text."""
        return None if value == self.expected else f"{_shown(value)}, not {_shown(self.expected)}"


class Glob(NamedTuple):
    """A text that the whole of a pattern matches; `*` stays within one part of a path."""

    pattern: str

    def refusal(self, value: str | None) -> str | None:
        """Why `value` does not match."""
        found = value is not None and "\n" not in value and matches(self.pattern, value)
        return None if found else f"{_shown(value)}, which {_shown(self.pattern)} does not match"


class OneOf(NamedTuple):
    """One of several texts."""

    expected: tuple[str, ...]

    def refusal(self, value: str | None) -> str | None:
        """Why `value` is none of them."""
        return None if value in self.expected else f"{_shown(value)}, not {' or '.join(map(_shown, self.expected))}"


class NoneOf(NamedTuple):
    """None of several texts; nothing at all will do."""

    refused: tuple[str, ...]

    def refusal(self, value: str | None) -> str | None:
        """That `value` is one of them."""
        return f"{_shown(value)}, which is not trusted unless the policy lists it" if value in self.refused else None


def identity_refusal(trusted: Identity, signer: Authenticated, bound: Bound) -> str | None:
    """Why `signer` is not the one that the policy calls `trusted`; None where it is."""
    if signer.claims is None:
        return "it is not signed with a certificate of Sigstore"
    values = signer.claims._asdict()
    for name, condition in _conditions(trusted):
        if refusal := condition.refusal(values[name]):
            return f"its {name.replace('_', ' ')} is {refusal}"
    return predicate_refusal(trusted.predicate_type, bound) or _builder_refusal(trusted, bound)


def _conditions(trusted: Identity) -> Iterator[tuple[str, Condition]]:
    yield "identity", Glob(trusted.identity)
    yield "issuer", Exact(trusted.issuer)
    for name in ("source_repository", "source_ref", "build_signer"):
        if (pattern := getattr(trusted, name)) is not None:
            yield name, Glob(pattern)
    exact = ("source_repository_id", "source_owner_id", "source_commit", "build_signer_digest", "runner_environment")
    for name in exact:
        if (expected := getattr(trusted, name)) is not None:
            yield name, Exact(expected)
    triggers = trusted.build_trigger
    yield "build_trigger", OneOf(triggers) if triggers is not None else NoneOf(UNTRUSTED_TRIGGERS)


def _builder_refusal(trusted: Identity, bound: Bound) -> str | None:
    if trusted.builder_id is None:
        return None
    builder = bound.statement.builder if bound.statement else None
    refusal = Glob(trusted.builder_id).refusal(builder)
    return f"its builder is {refusal}" if refusal else None


def predicate_refusal(wanted: tuple[str, ...] | None, bound: Bound) -> str | None:
    """Why the statement is not of a type that counts; None where it is, or where there is none and none is wanted."""
    if bound.statement is None:
        return None if wanted is None else f"it is no statement, and one of the type {_shown(wanted[0])} is asked for"
    kind = bound.statement.predicate_type
    if wanted is not None:
        refusal = OneOf(wanted).refusal(kind)
        return f"its predicate type is {refusal}" if refusal else None
    if bound.is_model_signature or kind in VOUCHING:
        return None
    return f"it is a statement of the type {_shown(kind)}, which counts only where `predicate_type:` lists it"


def certificate_refusal(trusted: Certificate, signer: Authenticated) -> str | None:
    """Why the holder of a certificate is not the one that the policy trusts."""
    if any(Glob(trusted.identity).refusal(name) is None for name in signer.names):
        return None
    names = ", ".join(map(_shown, signer.names)) or "nobody"
    return f"its certificate is for {names}, which {_shown(trusted.identity)} does not match"


def _shown(value: str | None) -> str:
    return f'"{printable(shorten(value, 250))}"' if value is not None else "not stated"
