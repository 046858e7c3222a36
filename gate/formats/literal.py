"""A strict parser of the Python literals that npy headers are made of; `ast` would take more than that."""

from __future__ import annotations

from typing import Union

DEPTH = 16
"""Brackets inside brackets; a structured dtype within a structured dtype needs six."""

Literal = Union[None, bool, int, str, "list[Literal]", "tuple[Literal, ...]", "dict[Literal, Literal]"]
_WORDS: dict[str, Literal] = {"True": True, "False": False, "None": None}
_CLOSING = {"[": "]", "(": ")", "{": "}"}


class NotLiteralError(ValueError):
    """The text is no literal of this kind; the message says where."""


def parse(text: str) -> Literal:
    """Strings without escapes, whole numbers, True, False, None, lists, tuples and dictionaries.

    Raises `NotLiteralError`.
    """
    parser = _Parser(text)
    value = parser.value(0)
    if parser.peek():
        raise NotLiteralError(f"unexpected text at character {parser.position}")
    return value


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def peek(self) -> str:
        """The next character that is not blank, empty at the end."""
        while self.text[self.position : self.position + 1].isspace():
            self.position += 1
        return self.text[self.position : self.position + 1]

    def value(self, depth: int) -> Literal:
        char = self.peek()
        if char in _CLOSING:
            if depth >= DEPTH:
                raise NotLiteralError("nested too deeply")
            self.position += 1
            return self._dictionary(depth) if char == "{" else self._sequence(char, depth)
        if char and char in "'\"":
            return self._string(char)
        return self._word()

    def _string(self, quote: str) -> str:
        end = self.text.find(quote, self.position + 1)
        if end < 0 or "\\" in self.text[self.position : end]:
            raise NotLiteralError(f"a string without end or with an escape at character {self.position}")
        found = self.text[self.position + 1 : end]
        self.position = end + 1
        return found

    def _word(self) -> Literal:
        start = self.position
        while self.text[self.position : self.position + 1].isalnum() or self.text[start : self.position] == "":
            self.position += 1
            if self.position > len(self.text):
                raise NotLiteralError("unexpected end")
        word = self.text[start : self.position]
        if word in _WORDS:
            return _WORDS[word]
        digits = word[:-1] if word.endswith("L") else word  # Python 2 wrote long integers so
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
            raise NotLiteralError(f"unexpected text at character {start}")
        return int(digits)

    def _sequence(self, opening: str, depth: int) -> Literal:
        items: list[Literal] = []
        comma = True
        while self.peek() != _CLOSING[opening]:
            if not comma:
                raise NotLiteralError(f"no comma at character {self.position}")
            items.append(self.value(depth + 1))
            comma = self._comma()
        self.position += 1
        if opening == "[":
            return items
        return items[0] if len(items) == 1 and not comma else tuple(items)

    def _dictionary(self, depth: int) -> dict[Literal, Literal]:
        found: dict[Literal, Literal] = {}
        comma = True
        while self.peek() != "}":
            key = self.value(depth + 1) if comma else None
            if not isinstance(key, str) or key in found or self.peek() != ":":
                raise NotLiteralError(f"a key that is none, or twice, before character {self.position}")
            self.position += 1
            found[key] = self.value(depth + 1)
            comma = self._comma()
        self.position += 1
        return found

    def _comma(self) -> bool:
        found = self.peek() == ","
        self.position += found
        return found
