"""Random programs for the pickle machine: what they import and call is known, for they are built around it.

Each program pushes values by random means and carries them along random detours: through the memo, under marks,
past DUP and POP, across frames. None is ever loaded.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field

NAMES = [("os", "system"), ("builtins", "eval"), ("a.b.c", "D"), ("collections", "_sys.modules.get"), ("m", "f.g.h")]


@dataclass
class Program:
    """Instructions, and what they amount to: globals as (module, name), and those of them that are called."""

    chance: random.Random
    code: bytearray = field(default_factory=bytearray)
    memo: int = 0
    globals: set[tuple[str, str]] = field(default_factory=set)
    called: set[tuple[str, str]] = field(default_factory=set)

    def junk(self) -> None:
        """Something that leaves the stack as it was."""
        pick = self.chance.randrange(9)
        if pick == 0:
            self.text("decoy")
            self.code += b"0"
        elif pick == 1:
            self.code += b"(K\x01K\x02" + self.chance.choice([b"1", b"t0", b"l0"])
        elif pick == 2:
            self.code += b"}(X\x01\0\0\0kK\x07u0"
        elif pick == 3:
            self.code += b"N20" + b"0"
        elif pick == 4:
            self.code += b"]" + b"(K\x01K\x02K\x03e" + b"0"
        elif pick == 5:
            self.code += b"B" + struct.pack("<I", 3) + b"cos" + b"0"
        elif pick == 6:
            self.code += b"(0"  # a mark that POP removes
        elif pick == 7:
            self.code += b"C\x0acos\nsystem" + b"0"
        else:
            self.code += b"\x8a\x03\x01\x02\x03" + b"0"

    def text(self, value: str) -> None:
        """Push `value` as a text, one way or another, perhaps by way of the memo."""
        raw = value.encode()
        ways = [
            b"X" + struct.pack("<I", len(raw)) + raw,
            b"\x8c" + bytes((len(raw),)) + raw,
            b"\x8d" + struct.pack("<Q", len(raw)) + raw,
            b"V" + "".join(f"\\u{ord(c):04x}" if self.chance.random() < 0.3 else c for c in value).encode() + b"\n",
            b"U" + bytes((len(raw),)) + raw,
            b"T" + struct.pack("<i", len(raw)) + raw,
            b"S'" + "".join(f"\\x{ord(c):02x}" if self.chance.random() < 0.3 else c for c in value).encode() + b"'\n",
        ]
        self.code += self.chance.choice(ways)
        self.detour()

    def detour(self) -> None:
        """Take the top of the stack through the memo, or a DUP."""
        pick = self.chance.randrange(5)
        if pick == 0:
            key = self.put()
            self.code += b"0"
            self.junk()
            self.get(key)
        elif pick == 1:
            self.code += b"20"
        elif pick == 2:
            self.code += b"2"  # the memo takes the top, not the operand of the last push
            key = self.put()
            self.code += b"00"
            self.get(key)

    def put(self) -> int:
        """Store the top of the stack under a new key."""
        key = self.memo
        self.memo += 1
        self.code += self.chance.choice([self.written(b"p", key), b"\x94"])
        return key

    def get(self, key: int) -> None:
        """Push what is under `key`."""
        self.code += self.written(b"g", key)

    def written(self, text: bytes, key: int) -> bytes:
        """PUT or GET in one of its spellings."""
        small, large = {b"p": (b"q", b"r"), b"g": (b"h", b"j")}[text]
        spellings = [text + b"%d\n" % key, text + b"0%d\n" % key, large + struct.pack("<I", key)]
        if key < 256:
            spellings.append(small + bytes((key,)))
        return self.chance.choice(spellings)

    def imported(self) -> tuple[str, str]:
        """Push a global."""
        module, name = self.chance.choice(NAMES)
        self.globals.add((module, name))
        if self.chance.random() < 0.5:
            self.code += f"c{module}\n{name}\n".encode()
        else:
            self.text(module)
            self.junk()
            self.text(name)
            self.code += b"\x93"
        self.detour()
        return module, name

    def call(self) -> None:
        """Call a global, by any of the instructions that do; push the result."""
        pick = self.chance.randrange(4)
        if pick == 0:
            self.called.add(self.imported())
            self.junk()
            self.code += b"(K\x01tR"
        elif pick == 1:
            self.code += b"("
            self.called.add(self.imported())
            self.code += b"K\x01o"
        elif pick == 2:
            module, name = self.chance.choice(NAMES)
            self.globals.add((module, name))
            self.called.add((module, name))
            self.code += b"(K\x01" + f"i{module}\n{name}\n".encode()
        else:
            self.called.add(self.imported())
            self.text("arg")
            self.code += b"\x85R"


def program(seed: int) -> Program:
    """A program that imports and calls a few things."""
    made = Program(random.Random(seed), bytearray(b"\x80\x04"))
    for _ in range(made.chance.randrange(1, 8)):
        made.junk()
        made.call() if made.chance.random() < 0.6 else made.imported()
        made.code += made.chance.choice([b"0", b"0", b"\x85\x94" + b"0"])
        made.memo += made.code[-2:] == b"\x940"
    made.code += b"N."
    return made
