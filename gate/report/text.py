"""The report for a terminal: one block per finding, as compilers write them, and one closing sentence.

The pre-commit hook waits for this module, so it imports the vocabulary and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gate.core.catalogue import Rule
from gate.core.model import Decision, Examination, Finding, Location, Verdict
from gate.core.text import count, printable, shorten
from gate.report.interface import Context
from gate.report.view import counts, excuse, looked_at, ordered, outcome, place, rules_of, word

BLOCKS = 20
"""How many errors of one rule get a block of their own before the others share one."""

LISTED = 20
"""How many lines a listing may have; a listing of errors is never cut."""

LONGEST = 160
"""Characters of a line in a list: a narrower terminal wraps it, for the address at its end says the most."""

COLORS = {
    "error": "1;31",
    "blocked": "1;31",
    "undecided": "1;35",
    "warning": "1;33",
    "waived": "1;36",
    "adopted": "1;36",
    "pass": "1;32",
    "frame": "1;34",
}


def render(verdict: Verdict, context: Context) -> str:
    """The verdict for a person at a terminal or in a build log."""
    decisions = ordered(verdict)
    writer = _Writer(context, rules_of(decisions, verdict.custom))
    sections: list[list[str]] = []
    sections += writer.errors([d for d in decisions if d.ruling == "block"])
    sections += writer.others([d for d in decisions if d.ruling == "warn"])
    sections += writer.others([d for d in decisions if d.ruling == "waived"])
    sections += writer.others([d for d in decisions if d.ruling == "adopted"])
    sections.append(_artifacts(looked_at(verdict)))
    sections.append([f"note: {printable(note)}" for note in verdict.notes])
    policies = ", ".join(map(printable, verdict.policies)) or "none"
    sections.append([f"policy: {policies}; stage: {verdict.stage}"])
    sections.append([f"gate: {writer.paint(outcome(verdict), verdict.outcome)}: {counts(verdict)}"])
    text = "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"
    # GitHub and Azure take "##[" and "##vso[" for a command wherever in a line of the log it stands.
    return text.replace("##", r"#\x23")


class _Writer:
    """Writes blocks; remembers which rules it has explained."""

    def __init__(self, context: Context, rules: dict[str, Rule]) -> None:
        self._context = context
        self._rules = rules
        self._explained: set[str] = set()

    def paint(self, text: str, role: str) -> str:
        if not self._context.color or role not in COLORS:
            return text
        return f"\x1b[{COLORS[role]}m{text}\x1b[0m"

    def errors(self, decisions: Sequence[Decision]) -> Iterator[list[str]]:
        """A block for each error; past `BLOCKS` of one rule a line each."""
        for decision, group in _grouped(decisions, BLOCKS):
            yield (
                self._shared(group, f"the same rule at {len(group):,} more places") if group else self._block(decision)
            )

    def others(self, decisions: Sequence[Decision]) -> Iterator[list[str]]:
        """A block for each rule: what is no error must not bury the errors."""
        by_rule: dict[str, list[Decision]] = {}
        for decision in decisions:
            by_rule.setdefault(decision.finding.rule, []).append(decision)
        for rule, group in by_rule.items():
            title = f"{self._rules[rule].title}, at {len(group):,} places"
            yield self._shared(group, title) if len(group) > 1 else self._block(group[0])

    def _heading(self, decision: Decision, text: str) -> str:
        label = f"{word(decision)}[{printable(decision.finding.rule)}]"
        return f"{self.paint(label, word(decision))}: {printable(text)}"

    def _block(self, decision: Decision) -> list[str]:
        finding = decision.finding
        location = finding.location
        margin = " " * len(str(location.line or ""))
        bar = self.paint("|", "frame")
        lines = [
            self._heading(decision, finding.message),
            f"{margin} {self.paint('-->', 'frame')} {printable(str(location))}",
        ]
        if location.line and location.snippet:
            text, carets = excerpt(location, max(self._context.width - len(margin) - 3, 40))
            lines += [
                f"{margin} {bar}",
                f"{self.paint(str(location.line), 'frame')} {bar} {text}",
                f"{margin} {bar} {self.paint(carets, word(decision))}".rstrip(),
            ]
        equals = self.paint("=", "frame")
        return lines + [f"{margin} {equals} {detail}" for detail in self._details(decision, finding)]

    def _details(self, decision: Decision, finding: Finding) -> Iterator[str]:
        for related in finding.related[:LISTED]:
            yield f"in: {place(related)}" + (f": {printable(related.message)}" if related.message else "")
        if (more := len(finding.related) - LISTED) > 0:
            yield f"... and {count(more, 'more place')} (all are in the json report)"
        if said := excuse(decision):
            yield printable(said)
        rule = self._rules[finding.rule]
        if rule.why and finding.rule not in self._explained:
            self._explained.add(finding.rule)
            yield f"why: {_first_sentence(rule.why)}"
        if finding.fix:
            yield f"fix: {printable(finding.fix)}"

    def _shared(self, decisions: Sequence[Decision], title: str) -> list[str]:
        shown = decisions if decisions[0].ruling == "block" else decisions[:LISTED]
        arrow, equals = self.paint("-->", "frame"), self.paint("=", "frame")
        lines = [self._heading(decisions[0], title)]
        for decision in shown:
            finding = decision.finding
            text = f"{finding.location}: {finding.message}"
            lines.append(f"  {arrow} {shorten(text, max(self._context.width - 6, LONGEST))}")
            if finding.related and finding.related[0].line:
                more = len(finding.related) - 1
                lines.append(f"      in: {place(finding.related[0])}" + (f" and {more:,} more" if more else ""))
            if decision.ruling == "waived":
                lines.append(f"      {shorten(excuse(decision), self._context.width - 6)}")
        if more := len(decisions) - len(shown):
            lines.append(f"  {equals} ... and {more:,} more (all are in the json report)")
        first = decisions[0]._replace(finding=decisions[0].finding._replace(related=()))
        details = self._details(first, first.finding)
        return lines + [f"  {equals} {detail}" for detail in details if not detail.startswith("waived by: ")]


def _grouped(decisions: Sequence[Decision], limit: int) -> Iterator[tuple[Decision, list[Decision]]]:
    """The decisions in order, each with an empty list; those past `limit` of their rule come last, as one list."""
    told: dict[str, int] = {}
    rest: dict[str, list[Decision]] = {}
    for decision in decisions:
        rule = decision.finding.rule
        told[rule] = told.get(rule, 0) + 1
        if told[rule] <= limit:
            yield decision, []
        else:
            rest.setdefault(rule, []).append(decision)
    for group in rest.values():
        yield group[0], group


def _first_sentence(paragraph: str) -> str:
    return paragraph.partition(". ")[0].rstrip(".") + "."


def excerpt(location: Location, room: int) -> tuple[str, str]:
    """The line around the marked columns, at most `room` wide, and the carets that go below it."""
    line = location.snippet.rstrip("\r\n")
    start = max(location.column - 1, 0)
    if start >= room and start > len(line):  # the place is beyond what is kept of a line of megabytes
        return printable(line)[: room - 1] + "…", ""
    before = printable(line[max(start - room, 0) : start])
    marked = printable(line[start : start + min(max(location.length, 1), room)])
    after = printable(line[start + max(location.length, 1) :][:room])
    if len(line) > room and len(before) > room // 4:
        before = "…" + before[-(room // 4) :]
    text = before + marked + after
    if len(text) > room:
        text = text[: room - 1] + "…"
    carets = " " * len(before) + "^" * max(len(marked), 1) if location.column else ""
    return text, carets[:room]


def _artifacts(declared: Sequence[Examination]) -> list[str]:
    """A table of what the DBOM declares, unverified first."""
    if not declared:
        return []
    # The name is not the first column: GitHub takes a line that begins with "::" for a command.
    rows = [("verified", "kind", "artifact", "path")]
    for artifact in sorted(declared, key=lambda a: (a.verified, a.subject.name or "", a.subject.path)):
        name, path = shorten(artifact.subject.name or "", 40), shorten(artifact.subject.path, 60)
        rows.append(("yes" if artifact.verified else "no", artifact.subject.kind or "", name, path))
    shown = rows[: LISTED + 1]
    widths = [max(len(row[column]) for row in shown) for column in range(3)]
    lines = ["  ".join([*(cell.ljust(w) for cell, w in zip(row[:3], widths, strict=True)), row[3]]) for row in shown]
    if more := len(rows) - len(shown):
        lines.append(f"... and {more:,} more (all are in the json report)")
    return lines
