"""The header of a 7z archive: which packed streams there are, how they unpack, and which files they hold.

Source: `7zFormat.txt` of the LZMA SDK 24, whose names are used here.
"""

from __future__ import annotations

from typing import NamedTuple

FOLDERS = 10_000
"""Folders (streams that unpack on their own) that are read."""
FILES = 100_000
"""Files that are read."""
CODERS = 8
"""Coders in one folder; 7-Zip itself reads at most 32 and writes at most 4."""
_UNIX = 0x8000
"""Attribute bit that says that the upper 16 bits are a Unix mode (`p7zip`, and 7-Zip since 23)."""


class MalformedError(Exception):
    """The header breaks its own rules; the message says which."""


class TooMuchError(Exception):
    """More of something than is read; the message says what."""


class Coder(NamedTuple):
    """One step of unpacking: its method's identifier, its properties, and its number of inputs."""

    method: bytes
    properties: bytes
    inputs: int
    outputs: int


class Folder(NamedTuple):
    """`coders` from the packed data to the plain, or empty where they are no simple chain; `size` is of the plain."""

    coders: tuple[Coder, ...]
    methods: frozenset[bytes]
    packed: tuple[tuple[int, int], ...]
    """Offset in the file and length of each packed stream."""
    size: int
    crc: int | None


class File(NamedTuple):
    """`folder` and `start` say where its data is; `folder` is -1 without data."""

    name: str
    mode: int
    folder: int
    start: int
    size: int


class Archive(NamedTuple):
    """What a header says."""

    folders: list[Folder]
    files: list[File]


class _Bytes:
    """A cursor over a header. Raises `MalformedError` where it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._position

    def take(self, length: int) -> bytes:
        if length > self.left:
            raise MalformedError("the header ends too early")
        self._position += length
        return self._data[self._position - length : self._position]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """A NUMBER: the first byte's leading ones say how many bytes follow."""
        first = self.byte()
        value = 0
        for index in range(8):
            mask = 0x80 >> index
            if not first & mask:
                return value + ((first & (mask - 1)) << (8 * index))
            value += self.byte() << (8 * index)
        return value

    def amount(self, limit: int, what: str) -> int:
        """A NUMBER of things that take at least a bit each."""
        value = self.number()
        if value > 8 * self.left + 8:
            raise MalformedError(f"{value:,} {what} in a header that is shorter than that")
        if value > limit:
            raise TooMuchError(f"{value:,} {what}, where at most {limit:,} are read")
        return value

    def bits(self, count: int) -> list[bool]:
        data = self.take((count + 7) // 8)
        return [bool(data[index >> 3] & (0x80 >> (index & 7))) for index in range(count)]

    def defined(self, count: int) -> list[bool]:
        """A bit vector that a byte may stand for."""
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> list[int | None]:
        defined = self.defined(count)
        return [int.from_bytes(self.take(4), "little") if given else None for given in defined]

    def expect(self, identifier: int, what: str) -> None:
        found = self.byte()
        if found != identifier:
            raise MalformedError(f"{what} expected in the header, found property {found}")


def parse(data: bytes, size: int) -> Archive:
    """What a plain header of a file of `size` bytes says. Raises `MalformedError`, `TooMuchError`."""
    header = _Bytes(data)
    header.expect(1, "a header")
    folders: list[Folder] = []
    streams: list[list[int]] = []
    files: list[File] = []
    reached = 0
    while kind := header.byte():
        if kind <= reached:
            raise MalformedError(f"property {kind} of the header follows property {reached}")
        reached = kind
        if kind == 2:
            _properties(header)
        elif kind in (3, 4):
            folders, streams = _streams(header, size)
        elif kind == 5:
            files = _files(header, streams)
        else:
            raise MalformedError(f"the header has the unknown property {kind}")
    return Archive(folders, files)


def packed_header(data: bytes, size: int) -> Folder:
    """The one folder that the real header is in. Raises as `parse` does."""
    header = _Bytes(data)
    header.expect(23, "a packed header")
    folders, _ = _streams(header, size)
    if len(folders) != 1:
        raise MalformedError(f"a header packed in {len(folders):,} folders")
    return folders[0]


def _properties(header: _Bytes) -> None:
    while header.byte():
        header.take(header.number())


def _streams(header: _Bytes, size: int) -> tuple[list[Folder], list[list[int]]]:
    """The folders, and for each the sizes of the files in it."""
    packed: list[tuple[int, int]] = []
    folders: list[Folder] = []
    sizes: list[list[int]] | None = None
    while kind := header.byte():
        if kind == 6:
            packed = _pack_info(header, size)
        elif kind == 7:
            folders = _unpack_info(header, packed)
        elif kind == 8:
            sizes = _substreams(header, folders)
        else:
            raise MalformedError(f"the streams have the unknown property {kind}")
    return folders, [[folder.size] for folder in folders] if sizes is None else sizes


def _pack_info(header: _Bytes, size: int) -> list[tuple[int, int]]:
    position = 32 + header.number()
    number = header.amount(FOLDERS * CODERS, "packed streams")
    lengths: list[int] = []
    while kind := header.byte():
        if kind == 9:
            lengths = [header.number() for _ in range(number)]
        elif kind == 10:
            header.digests(number)
        else:
            raise MalformedError(f"the packed streams have the unknown property {kind}")
    found = []
    for length in lengths:
        if position + length > size:
            raise MalformedError(f"a packed stream of {length:,} bytes at {position:,} reaches past the end")
        found.append((position, length))
        position += length
    return found


def _unpack_info(header: _Bytes, packed: list[tuple[int, int]]) -> list[Folder]:
    header.expect(11, "a list of folders")
    number = header.amount(FOLDERS, "folders")
    if header.byte():
        raise TooMuchError("folders that are described elsewhere")
    parsed = [_coders(header) for _ in range(number)]
    header.expect(12, "unpacked sizes")
    sizes = [[header.number() for _ in range(outputs)] for _, _, outputs, _, _ in parsed]
    crcs: list[int | None] = [None] * number
    while kind := header.byte():
        if kind != 10:
            raise MalformedError(f"the folders have the unknown property {kind}")
        crcs = header.digests(number)
    folders, position = [], 0
    for (chain, methods, _, streams, last), lengths, crc in zip(parsed, sizes, crcs, strict=True):
        if position + streams > len(packed):
            raise MalformedError("the folders take more packed streams than there are")
        folders.append(Folder(chain, methods, tuple(packed[position : position + streams]), lengths[last], crc))
        position += streams
    return folders


def _coders(header: _Bytes) -> tuple[tuple[Coder, ...], frozenset[bytes], int, int, int]:
    """A folder: the chain of coders (empty if there is none), all methods, outputs, packed streams, the last output."""
    number = header.number()
    if not 0 < number <= CODERS:
        raise TooMuchError(f"{number:,} coders in one folder")
    coders = [_coder(header) for _ in range(number)]
    inputs, outputs = sum(coder.inputs for coder in coders), sum(coder.outputs for coder in coders)
    pairs = {header.number(): header.number() for _ in range(outputs - 1)}
    if len(pairs) != outputs - 1 or len(set(pairs.values())) != len(pairs) or inputs < outputs:
        raise MalformedError("the coders of a folder are bound in a way that is none")
    if any(first >= inputs or second >= outputs for first, second in pairs.items()):
        raise MalformedError("the coders of a folder are bound to one that is none")
    streams = inputs - len(pairs)
    if streams > 1:
        for _ in range(streams):
            header.number()
    last = next(index for index in range(outputs) if index not in pairs.values())
    chain: list[Coder] = []
    if inputs == outputs == number:
        current: int | None = last
        while current is not None and len(chain) < number:
            chain.insert(0, coders[current])
            current = pairs.get(current)
        if len(chain) != number or current is not None:
            raise MalformedError("the coders of a folder are bound in a circle")
    return tuple(chain), frozenset(coder.method for coder in coders), outputs, streams, last


def _coder(header: _Bytes) -> Coder:
    flags = header.byte()
    if flags & 0xC0:
        raise MalformedError("a coder has bits set that mean nothing")
    method = header.take(flags & 15)
    inputs = outputs = 1
    if flags & 0x10:
        inputs, outputs = header.number(), header.number()
        if not (0 < inputs <= 32 and 0 < outputs <= 32):
            raise TooMuchError(f"a coder with {inputs:,} inputs and {outputs:,} outputs")
    properties = header.take(header.number()) if flags & 0x20 else b""
    return Coder(method, properties, inputs, outputs)


def _substreams(header: _Bytes, folders: list[Folder]) -> list[list[int]]:
    counts = [1] * len(folders)
    kind = header.byte()
    if kind == 13:
        counts = [header.amount(FILES, "files in a folder") for _ in folders]
        if sum(counts) > FILES:
            raise TooMuchError(f"{sum(counts):,} files, where at most {FILES:,} are read")
        kind = header.byte()
    sizes = []
    for folder, count in zip(folders, counts, strict=True):
        lengths = [header.number() for _ in range(count - 1)] if kind == 9 else []
        if len(lengths) != max(0, count - 1) or sum(lengths) > folder.size:
            raise MalformedError("the files of a folder do not add up to it")
        sizes.append([*lengths, folder.size - sum(lengths)] if count else [])
    if kind == 9:
        kind = header.byte()
    if kind == 10:
        unknown = sum(
            count if count != 1 or folder.crc is None else 0 for folder, count in zip(folders, counts, strict=True)
        )
        header.digests(unknown)
        kind = header.byte()
    if kind:
        raise MalformedError(f"the files in folders have the unknown property {kind}")
    return sizes


def _files(header: _Bytes, streams: list[list[int]]) -> list[File]:
    number = header.amount(FILES, "files")
    names: list[str] = []
    empty, modes = [False] * number, [0] * number
    while kind := header.byte():
        content = _Bytes(header.take(header.number()))
        if kind == 14:
            empty = content.bits(number)
        elif kind == 17:
            names = _names(content, number)
        elif kind == 21:
            modes = _modes(content, number)
    if len(names) != number:
        raise MalformedError(f"{number:,} files, {len(names):,} names")
    return _placed(names, modes, empty, streams)


def _names(content: _Bytes, number: int) -> list[str]:
    if content.byte():
        raise TooMuchError("names that are stored elsewhere")
    if content.left % 2:
        raise MalformedError("a name that ends within a letter")
    text = content.take(content.left).decode("utf-16-le", "surrogatepass")
    names = text.split("\0")
    if names.pop() or len(names) != number:
        raise MalformedError(f"{number:,} files, {len(names):,} names")
    return names


def _modes(content: _Bytes, number: int) -> list[int]:
    defined = content.defined(number)
    if content.byte():
        raise TooMuchError("attributes that are stored elsewhere")
    values = [int.from_bytes(content.take(4), "little") if given else 0 for given in defined]
    return [value >> 16 if value & _UNIX else 0 for value in values]


def _placed(names: list[str], modes: list[int], empty: list[bool], streams: list[list[int]]) -> list[File]:
    """The files with the place of their data: those that have some take the streams in order."""
    places = []
    for folder, sizes in enumerate(streams):
        start = 0
        for size in sizes:
            places.append((folder, start, size))
            start += size
    if len(places) != empty.count(False):
        raise MalformedError(f"{empty.count(False):,} files with data, {len(places):,} streams")
    following = iter(places)
    return [
        File(name, mode, *((-1, 0, 0) if none else next(following)))
        for name, mode, none in zip(names, modes, empty, strict=True)
    ]
