"""The dashboard: one file without script, to be read on a wide screen, a phone and paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import islice
from typing import Any

from gate.core.model import Outcome
from gate.core.text import count as counted
from gate.fleet.interface import CODES, Fleet, Judged
from gate.fleet.measures import MEASURES, Share, count, excuses, rules, shares, total, unseen
from gate.fleet.page.style import STYLE
from gate.fleet.reports import LFS_FIX, percent, summary
from gate.html.markup import bullets, document, safe, section, wide
from gate.report.interface import Context

WORDS = {
    "verified": "checksum verified",
    "signed": "signed",
    "safe": "in safe formats",
    "suites": "with a suite",
    "scanned": "scanned",
}
"""The measures in words."""
RULINGS = ("block", "warn", "waived", "adopted")
MAX_FINDINGS = 20
"""Of one repository."""
MAX_EXCUSES = 500
SOON = 14
"""Days."""


def page(fleet: Fleet, context: Context) -> str:
    """The HTML of the fleet."""
    today = datetime.now(timezone.utc).date().isoformat()
    sections = (
        _verdict(fleet),
        _tiles(fleet),
        _repositories(fleet),
        _rules(fleet),
        _excuses(fleet, today),
        _drift(fleet),
        _details(fleet),
        _made(fleet, context, today),
    )
    return document("Fleet of repositories", STYLE, sections)


def _verdict(fleet: Fleet) -> str:
    state = {"blocked": "block", "undecided": "warn", "nothing-to-check": "warn", "pass": "clear"}[fleet.outcome]
    notes = "".join(f"<p>{safe(note)}</p>" for note in fleet.notes)
    return f'<div class="verdict {state}"><p>{safe(summary(fleet).capitalize())}.</p>{notes}</div>'


def _tiles(fleet: Fleet) -> str:
    """The shares of all repositories together."""
    tiles = []
    for name, share in total(fleet.judged).items():
        number = "-" if share.percent is None else f"{share.percent:.0f}%"
        kinds = {"safe": "models", "suites": "datasets", "scanned": "datasets"}.get(name, "artifacts")
        words = f"{share.number:,} of {share.of:,} {kinds} {WORDS[name]}"
        tiles.append(f"<li><b>{number}</b>{_meter(share, words)}<span>{words}</span></li>")
    return f'<ul class="tiles">{"".join(tiles)}</ul>'


def _meter(share: Share, words: str) -> str:
    if share.percent is None:
        return ""
    return f'<meter min="0" max="100" value="{share.percent}" aria-label="{safe(words)}"></meter>'


def _repositories(fleet: Fleet) -> str:
    """A row for each, the gravest first; on a narrow screen each becomes a card."""
    order: list[Outcome] = list(CODES)
    anchors = _anchors(fleet)
    heads = ("repository", "verdict", *MEASURES, "errors", "warnings")
    rows = []
    for one in sorted(fleet.judged, key=lambda one: (order.index(one.outcome), one.repository.name)):
        found = shares(one) if one.report else {}
        link = f'<a href="#{anchors[one.repository.name]}">{safe(one.repository.name)}</a>'
        state = f'<span class="state {one.outcome}">{one.outcome.replace("-", " ")}</span>'
        measures = (safe(percent(found[name])) if name in found else "-" for name in MEASURES)
        cells = (link, state, *measures, f"{count(one, 'block'):,}", f"{count(one, 'warn'):,}")
        row = "".join(f'<td data-label="{head}">{cell}</td>' for head, cell in zip(heads, cells, strict=True))
        rows.append(f"<tr>{row}</tr>")
    head = "".join(f'<th scope="col">{head}</th>' for head in heads)
    table = f'<table class="fleet"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return section("Repositories", wide("repositories", table))


def _rules(fleet: Fleet) -> str:
    rows = "".join(
        f"<tr><td>{safe(rule)}</td>{''.join(_number(counts[ruling]) for ruling in RULINGS)}{_number(where)}</tr>"
        for rule, counts, where in rules(fleet.judged)
    )
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("rule", *RULINGS, "repositories"))
    return section("Rules", wide("rules", f"<table><tr>{heads}</tr>{rows}</table>") if rows else "<p>No findings.</p>")


def _excuses(fleet: Fleet, today: str) -> str:
    """Waived and adopted findings by the day on which they block again."""
    found = excuses(fleet.judged)
    rows = "".join(
        f'<tr><td class="{_urgency(one.expires, today)}">{safe(one.expires)}</td><td>{safe(one.repository)}</td>'
        f"<td>{safe(one.ruling)}</td><td>{safe(one.rule)}</td><td>{safe(one.path)}</td><td>{safe(one.approver)}</td></tr>"
        for one in found[:MAX_EXCUSES]
    )
    heads = ("until", "repository", "how", "rule", "path", "approved by")
    head = "".join(f'<th scope="col">{word}</th>' for word in heads)
    more = f"<p>{len(found) - MAX_EXCUSES:,} more are left out.</p>" if len(found) > MAX_EXCUSES else ""
    table = wide("waived and adopted findings", f"<table><tr>{head}</tr>{rows}</table>") if rows else ""
    return section("Waived and adopted", table or "<p>Nothing is waived or adopted.</p>", more)


def _urgency(expires: str, today: str) -> str:
    try:
        left = (datetime.fromisoformat(expires) - datetime.fromisoformat(today)).days
    except ValueError:
        return ""
    return "late" if left < 0 else "soon" if left <= SOON else ""


def _drift(fleet: Fleet) -> str:
    """How the policies of repositories stand to the central one."""
    rows = []
    for one in fleet.judged:
        if not one.drift.own:
            continue
        cells = (
            safe(one.repository.name),
            "yes" if one.drift.extends else "no",
            bullets(map(safe, one.drift.looser)) or "-",
            bullets(map(safe, one.drift.stricter)) or "-",
        )
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    without = sum(one.report is not None and not one.drift.own for one in fleet.judged)
    told = (
        f"<p>{counted(without, 'repository has', 'repositories have')} no policy of their own.</p>" if without else ""
    )
    heads = "".join(
        f'<th scope="col">{word}</th>' for word in ("repository", "extends the central one", "looser", "stricter")
    )
    table = wide("policies", f"<table><tr>{heads}</tr>{''.join(rows)}</table>") if rows else ""
    note = "<p>What is looser does not count: the central policy judges beside it.</p>" if rows else ""
    return section("Policies of the repositories", note, table, told)


def _details(fleet: Fleet) -> str:
    """What was found in each, to be opened."""
    anchors = _anchors(fleet)
    return section("Findings", *(_detail(one, anchors[one.repository.name]) for one in fleet.judged))


def _detail(one: Judged, anchor: str) -> str:
    lines = []
    if one.problem:
        lines.append(f"<p>{safe(one.problem)}</p>" + (f"<p>Fix: {safe(one.fix)}</p>" if one.fix else ""))
    if unsaid := unseen(one):
        lines.append(f"<p>{safe(unsaid)}. Fix: {safe(LFS_FIX)}.</p>")
    lines.append(bullets(islice(_findings(one), MAX_FINDINGS)) or ("" if one.problem else "<p>No findings.</p>"))
    if (more := sum(1 for _ in _findings(one)) - MAX_FINDINGS) > 0:
        lines.append(f"<p>{more:,} more are in the JSON report.</p>")
    place = f'<p class="where">{safe(one.repository.place)} {safe(one.revision[:12])}</p>'
    state = f'<span class="state {one.outcome}">{one.outcome.replace("-", " ")}</span>'
    opened = " open" if one.outcome in ("blocked", "undecided") else ""
    heading = f"<summary>{safe(one.repository.name)} {state}</summary>"
    return f'<details id="{anchor}"{opened}>{heading}{place}{"".join(lines)}</details>'


def _findings(one: Judged) -> Iterator[str]:
    """Those that block or warn, which the report has the gravest first."""
    found: list[dict[str, Any]] = list((one.report or {}).get("findings") or ())
    for finding in found:
        ruling = finding["decision"]["ruling"]
        if ruling in ("block", "warn"):
            level = f'<span class="level {ruling}">{ruling}</span>'
            yield f"{level}<b>{safe(str(finding['rule']))}</b> {safe(str(finding['message']))}"


def _made(fleet: Fleet, context: Context, today: str) -> str:
    rows = [("policy", ", ".join(fleet.policies)), ("stage", fleet.stage), ("day", today), ("gate", context.version)]
    return section(
        "How it was made", f"<dl>{''.join(f'<dt>{name}</dt><dd>{safe(text)}</dd>' for name, text in rows)}</dl>"
    )


def _anchors(fleet: Fleet) -> dict[str, str]:
    return {one.repository.name: f"repository-{number}" for number, one in enumerate(fleet.judged)}


def _number(value: int) -> str:
    return f'<td class="number">{value:,}</td>'
