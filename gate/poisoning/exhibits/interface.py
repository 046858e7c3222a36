"""The exhibits as plain data; they cross from the limited process to the gate as JSON, tuples as lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gate.core.model import Json
from gate.data.interface import Place

NOISE = "label-noise"
"""The kind of evidence whose samples are shown in a list of their own."""


class Part(NamedTuple):
    """A piece of a sample's text, such as its prompt or a cell; `marks` are the trigger's places in it, from to."""

    heading: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()


class Sample(NamedTuple):
    """One sample to look at: a `picture` (PNG in base64) or parts of text."""

    place: Place
    label: str
    picture: str = ""
    parts: tuple[Part, ...] = ()


class Gallery(NamedTuple):
    """Suspects of one piece of evidence, and other samples of `label`, the class that most of them have."""

    label: str
    suspects: tuple[Sample, ...]
    normal: tuple[Sample, ...]


class Point(NamedTuple):
    """A sample on the map; `label` is a position in the classes of the map, -1 where samples have none."""

    x: float
    y: float
    label: int
    suspect: bool
    place: Place


class Map(NamedTuple):
    """Samples in the plane, alike ones near each other; `how` says by what, or why there is no map."""

    how: str
    classes: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()


class Exhibits(NamedTuple):
    """All of it. `galleries` are those of the first pieces of evidence, by position; `noise` are doubted labels.

    `curves` are the losses of each class over the epochs, where a network was trained.
    """

    galleries: tuple[Gallery, ...]
    map: Map
    noise: tuple[Sample, ...]
    curves: Mapping[str, tuple[float, ...]] = {}


def from_json(value: Json) -> Exhibits:
    """The exhibits from what they became as JSON; raises TypeError or ValueError where they are none."""
    galleries, mapped, noise, curves = list_of(value, 4)
    how, classes, points = list_of(mapped, 3)
    if not isinstance(curves, dict):
        raise TypeError("curves are no mapping")
    return Exhibits(
        tuple(_gallery(one) for one in list_of(galleries)),
        Map(str(how), tuple(map(str, list_of(classes))), tuple(_point(one) for one in list_of(points))),
        tuple(_sample(one) for one in list_of(noise)),
        {name: tuple(float(str(one)) for one in list_of(values)) for name, values in curves.items()},
    )


def _gallery(value: Json) -> Gallery:
    label, suspects, normal = list_of(value, 3)
    return Gallery(
        str(label), tuple(_sample(one) for one in list_of(suspects)), tuple(_sample(one) for one in list_of(normal))
    )


def _sample(value: Json) -> Sample:
    where, label, picture, parts = list_of(value, 4)
    return Sample(place(where), str(label), str(picture), tuple(_part(one) for one in list_of(parts)))


def _part(value: Json) -> Part:
    heading, text, marks = list_of(value, 3)
    spans = [list_of(one, 2) for one in list_of(marks)]
    return Part(str(heading), str(text), tuple((int(str(start)), int(str(end))) for start, end in spans))


def _point(value: Json) -> Point:
    x, y, label, suspect, where = list_of(value, 5)
    return Point(float(str(x)), float(str(y)), int(str(label)), suspect is True, place(where))


def place(value: Json) -> Place:
    """A place from the list that it became."""
    path, row, line = list_of(value, 3)
    return Place(str(path), int(str(row)), None if line is None else int(str(line)))


def list_of(value: Json, length: int | None = None) -> list[Json]:
    """The value, if it is a list, of `length` items where that is said; TypeError or ValueError where not."""
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} instead of a list")
    if length not in (None, len(value)):
        raise ValueError(f"{len(value)} items instead of {length}")
    return value
