"""The one error of this package."""

from __future__ import annotations


class InvalidError(Exception):
    """A signature, key or root that does not hold; the message says why in one sentence.

    `code` is a short, stable name of the reason, for reports and for telling one reason from another.
    """

    def __init__(self, message: str, code: str = "invalid") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
