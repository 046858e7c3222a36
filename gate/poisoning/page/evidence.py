"""Each piece of evidence: its trigger, what was measured, and its suspects beside normal samples."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gate.data.samples.interface import Modality
from gate.html.markup import bullets, safe, section, wide
from gate.poisoning.answer import Clue, Scanned
from gate.poisoning.exhibits.interface import NOISE, Gallery, Sample
from gate.poisoning.page.markup import at, marked, samples
from gate.poisoning.page.verdict import chance

LEVELS = {"block": "found", "warn": "suspicious", "note": "note"}
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def evidence(scanned: Scanned) -> str:
    """All of it, the gravest first."""
    galleries = scanned.exhibits.galleries if scanned.exhibits else ()
    cards = [
        _card(clue, galleries[number] if number < len(galleries) else None, scanned.modality)
        for number, clue in enumerate(scanned.clues)
    ]
    return section("Evidence", *cards)


def noise(scanned: Scanned) -> str:
    """The labels that are most in doubt."""
    found = scanned.exhibits.noise if scanned.exhibits else ()
    if not found:
        return ""
    intro = "<p>Labels that a model of the other samples contradicts, the most doubtful first.</p>"
    return section(
        f'<span id="{NOISE}">Labels in doubt</span>', intro, shown(found, scanned.modality, "label in doubt")
    )


def _card(clue: Clue, gallery: Gallery | None, modality: str) -> str:
    level = f'<span class="level {clue.level}">{LEVELS[clue.level]}</span>'
    return "\n".join(
        [
            f'<article class="clue"><h3>{level}{safe(clue.message)}</h3>',
            _trigger(clue),
            _measured(clue),
            _gallery(gallery, clue, modality) if gallery and gallery.suspects else _places(clue, gallery),
            "</article>",
        ]
    )


def _trigger(clue: Clue) -> str:
    if not clue.trigger:
        return ""
    image = picture(clue.picture, f"the trigger: {clue.trigger}")
    return f'<div class="trigger">{image}<span>Trigger: <code>{safe(clue.trigger)}</code></span></div>'


def _measured(clue: Clue) -> str:
    rows = [("detector", safe(clue.detector)), ("suspects", samples(clue.suspects))]
    if clue.p is not None:
        rows.append(("chance", f"{chance(clue.p)}, that clean data shows this, corrected for all that was tried"))
    if clue.confirmed is not None:
        words = "it changes other samples in the same way" if clue.confirmed else "other samples stay as they were"
        rows.append(("trigger pasted", words))
    rows += [(safe(name), f"{value:.4g}") for name, value in clue.effects.items() if value is not None]
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in rows)}</dl>"


def _places(clue: Clue, gallery: Gallery | None) -> str:
    if clue.kind == NOISE and gallery:
        return f'<p><a href="#{NOISE}">The most doubtful ones are shown below.</a></p>'
    more = clue.suspects - len(clue.places)
    return bullets([*map(at, clue.places), *([f"and {more:,} more"] if more > 0 else [])])


def _gallery(gallery: Gallery, clue: Clue, modality: str) -> str:
    of = f" of {safe(gallery.label)}" if gallery.label else ""
    number = f"{len(gallery.suspects)} of " if len(gallery.suspects) < clue.suspects else ""
    pairs = [(f"Suspects ({number}{clue.suspects:,})", gallery.suspects, "suspect")]
    if gallery.normal:
        pairs.append((f"Normal samples{of}", gallery.normal, "normal sample"))
    sides = (f"<div><h4>{words}</h4>{shown(found, modality, word)}</div>" for words, found, word in pairs)
    narrow = modality not in _WIDE
    return f'<div class="columns">{"".join(sides)}</div>' if narrow else "".join(sides)


_WIDE: tuple[Modality, ...] = ("tabular",)


def shown(found: Sequence[Sample], modality: str, word: str) -> str:
    """Samples as pictures, as texts, or as a table."""
    if modality == "image-classification":
        items = (
            f"{picture(one.picture, f'{word}: {one.place.path}, {one.label}')}{safe(one.label)}"
            f'<br><span class="where">{at(one.place)}</span>'
            for one in found
        )
        return f'<ul class="gallery">{"".join(f"<li>{item}</li>" for item in items)}</ul>'
    if modality in _WIDE:
        return wide(word, _table(found))
    return f'<ul class="texts">{"".join(f"<li>{_text(one)}</li>" for one in found)}</ul>'


def picture(base64: str, words: str) -> str:
    """An image; none where it is not base64."""
    if not base64 or not _BASE64.fullmatch(base64):
        return ""
    return f'<img src="data:image/png;base64,{base64}" alt="{safe(words)}">'


def _text(one: Sample) -> str:
    label = f"<b>{safe(one.label)}</b> " if one.label else ""
    parts = (
        f'<div class="text">{f"<b>{safe(part.heading)}</b> " if part.heading else ""}{marked(part)}</div>'
        for part in one.parts
    )
    return f'{label}<span class="where">{at(one.place)}</span>{"".join(parts)}'


def _table(found: Sequence[Sample]) -> str:
    names = "".join(f'<th scope="col">{safe(part.heading)}</th>' for part in found[0].parts)
    rows = "".join(
        f"<tr><td>{at(one.place)}</td><td>{safe(one.label)}</td>"
        f"{''.join(f'<td>{marked(part)}</td>' for part in one.parts)}</tr>"
        for one in found
    )
    return f'<table><tr><th scope="col">where</th><th scope="col">class</th>{names}</tr>{rows}</table>'
