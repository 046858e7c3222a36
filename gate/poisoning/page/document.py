"""The whole page."""

from __future__ import annotations

from collections import Counter

from gate.core.text import count
from gate.html.markup import bullets, document, safe, section, wide
from gate.poisoning.answer import MAX_SUSPECTS, Scanned
from gate.poisoning.page.charts import curves, samples_map
from gate.poisoning.page.evidence import evidence, noise
from gate.poisoning.page.markup import samples
from gate.poisoning.page.style import STYLE
from gate.poisoning.page.verdict import verdict

CLASSES = 60
"""Rows of the table of classes."""


def page(name: str, scanned: Scanned) -> str:
    """The HTML of a scan of the dataset `name`."""
    sections = (verdict, evidence, samples_map, noise, _classes, _limits, _made)
    return document(f"Poisoning scan of {name}", STYLE, (part(scanned) for part in sections))


def _classes(scanned: Scanned) -> str:
    """How many samples and suspects each class has, those with most suspects first."""
    if not scanned.classes:
        return ""
    grave = {number for number, clue in enumerate(scanned.clues) if clue.level == "block"}
    found = Counter(suspect.label for suspect in scanned.suspects)
    blocked = Counter(suspect.label for suspect in scanned.suspects if grave & set(suspect.clues))
    ordered = sorted(scanned.classes, key=lambda name: (-blocked[name], -found[name], -scanned.classes[name]))
    rows = "".join(
        f"<tr><td>{safe(name)}</td>"
        + "".join(f'<td class="number">{n:,}</td>' for n in (scanned.classes[name], found[name], blocked[name]))
        + "</tr>"
        for name in ordered[:CLASSES]
    )
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("class", "samples", "suspects", "found"))
    more = len(ordered) - CLASSES
    notes = [f"<p>{more:,} classes with no more suspects are left out.</p>" if more > 0 else ""]
    if len(scanned.suspects) >= MAX_SUSPECTS:
        notes.append(f"<p>Only the first {MAX_SUSPECTS:,} suspects are counted.</p>")
    table = wide("classes", f"<table><tr>{heads}</tr>{rows}</table>")
    drawn = curves(scanned.exhibits.curves) if scanned.exhibits else ""
    return section("Classes", table, *notes, drawn)


def _limits(scanned: Scanned) -> str:
    """What the scan says nothing about."""
    lines = [f"undecided: {safe(name)}: {safe(reason)}" for name, reason in scanned.undecided.items()]
    lines += [f"not read: {safe(words)}" for words in scanned.skipped]
    lines += [f"not tested: {safe(words)}" for words in scanned.untested]
    if scanned.smallest is not None:
        least = count(scanned.smallest, "poisoned sample")
        lines.append(f"fewer than {least} could not have been told from chance")
    return section("What this scan does not say", bullets(lines))


def _made(scanned: Scanned) -> str:
    """How the answer came about."""
    rows = [
        ("samples", f"{samples(scanned.samples)} of {scanned.total:,}, {safe(scanned.modality)}"),
        ("seed", str(scanned.seed)),
    ]
    for name in scanned.detectors:
        seconds = scanned.seconds.get(name)
        rows.append((safe(name), "no answer" if seconds is None else f"{seconds:.1f} s"))
    rows += [(safe(path), f"SHA-256 {safe(digest)}") for path, digest in list(scanned.sha256.items())[:20]]
    if len(scanned.sha256) > 20:
        rows.append(("files", f"{len(scanned.sha256):,} in all"))
    return section("How it was made", f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in rows)}</dl>")
