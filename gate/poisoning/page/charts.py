"""The map of the samples, and the curves of classes, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gate.core.text import shorten
from gate.html.markup import safe, section
from gate.poisoning.answer import Scanned
from gate.poisoning.exhibits.interface import Map, Point
from gate.poisoning.page.markup import at, samples

WIDTH, HEIGHT, EDGE = 720, 480, 14
COLOURS = 8
CURVES = 24


def samples_map(scanned: Scanned) -> str:
    """The samples in the plane with the suspects ringed."""
    if scanned.exhibits is None:
        return ""
    found = scanned.exhibits.map
    if not found.points:
        return section("Map of the samples", f"<p>{safe(found.how)}</p>")
    suspects = sum(point.suspect for point in found.points)
    words = f"{samples(len(found.points))}, each placed {safe(found.how)}; {suspects:,} suspects are ringed."
    ordered = sorted(found.points, key=lambda point: point.suspect)  # rings above what they ring
    dots = "".join(_dot(point, found.classes) for point in ordered)
    label = f"Map of {len(found.points):,} samples, {suspects:,} of them suspects"
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{dots}</svg>'
    return section("Map of the samples", f"<p>{words}</p>", svg, _legend(found, suspects))


def curves(found: Mapping[str, Sequence[float]]) -> str:
    """The loss of each class over the epochs; a class that is learnt unlike the others stands out."""
    lines = {name: values for name, values in found.items() if len(values) > 1}
    top = max((value for values in lines.values() for value in values), default=0)
    if not top > 0:
        return ""
    shown = list(lines.items())[:CURVES]
    paths = "".join(_curve(number, name, values, top) for number, (name, values) in enumerate(shown))
    left = f" The first {CURVES} of {len(lines):,} classes are drawn." if len(lines) > CURVES else ""
    axis = f'<text x="{EDGE}" y="{EDGE}">loss, up to {top:.3g}; epochs to the right</text>'
    svg = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Loss of each class by epoch">{axis}{paths}</svg>'
    return f"<h3>Loss by class</h3><p>Point at a line to see its class.{left}</p>{svg}"


def _dot(point: Point, classes: Sequence[str]) -> str:
    x, y = EDGE + point.x * (WIDTH - 2 * EDGE), EDGE + (1 - point.y) * (HEIGHT - 2 * EDGE)
    name = f"{classes[point.label]}, " if 0 <= point.label < len(classes) else ""
    ring = f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="6"/>' if point.suspect else ""
    word = "suspect: " if point.suspect else ""
    title = f"<title>{word}{safe(name)}{at(point.place)}</title>"
    return f'<g>{title}<circle class="dot {_colour(point.label)}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>{ring}</g>'


def _colour(label: int) -> str:
    return f"c{label % COLOURS if label >= 0 else COLOURS - 1}"


def _legend(found: Map, suspects: int) -> str:
    return f'<ul class="legend">{"".join(f"<li>{item}</li>" for item in _entries(found, suspects))}</ul>'


def _entries(found: Map, suspects: int) -> Iterator[str]:
    if suspects:
        yield f"{_swatch('mark', 6)} suspect"
    for label, name in enumerate(found.classes[:COLOURS]):
        yield f"{_swatch(_colour(label), 4)} {safe(shorten(name, 40))}"
    if len(found.classes) > COLOURS:
        yield f"{len(found.classes) - COLOURS:,} more classes: colours repeat; point at a dot to see its class"


def _swatch(name: str, radius: int) -> str:
    return f'<svg viewBox="-7 -7 14 14" aria-hidden="true"><circle class="{name}" r="{radius}"/></svg>'


def _curve(number: int, name: str, values: Sequence[float], top: float) -> str:
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    points = " ".join(
        f"{EDGE + at * step:.1f},{HEIGHT - EDGE - value / top * (HEIGHT - 3 * EDGE):.1f}"
        for at, value in enumerate(values)
    )
    return f'<g><title>{safe(name)}</title><polyline class="line {_colour(number)}" points="{points}"/></g>'
