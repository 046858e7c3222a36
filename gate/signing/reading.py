"""Reading what strangers encoded in DER: whatever a library raises for it becomes the one error of this package."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning

from gate.core.text import printable, shorten
from gate.signing.errors import InvalidError

UNREADABLE: tuple[type[Exception], ...] = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    CryptographyDeprecationWarning,
)
"""What `cryptography` raises, at the first look at a part of a certificate, for what it cannot read."""
NO_EXTENSION: tuple[type[Exception], ...] = (x509.ExtensionNotFound, *UNREADABLE)
"""What it raises for an extension that is not there, or cannot be read."""


@contextmanager
def reading(message: str, code: str) -> Iterator[None]:
    """Raises `InvalidError` with `message`, and the library's word on it, where the block meets something unreadable.

    What the library reads today with a warning, and will refuse one day, is refused: a warning would reach the
    terminal of whoever runs the gate, and the verdict would depend on the library's version.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        try:
            yield
        except UNREADABLE as error:
            said = printable(shorten(str(error) or type(error).__name__))
            raise InvalidError(f"{message}: {said}", code) from None
