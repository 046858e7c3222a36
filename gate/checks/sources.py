"""Family `sources`: where the code takes data and weights from, and how far that can be trusted."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from gate.checks.dbom import is_pinned
from gate.checks.interface import Checked, Context, Material
from gate.core.catalogue import family_rules
from gate.core.model import UNDECIDED, Examination, Finding, Json, Kind, Location, Subject
from gate.core.text import count, did_you_mean, printable, shorten
from gate.dbom.model import Artifact
from gate.policy.sources import SourceRules
from gate.sources.discover import Discovered
from gate.sources.interface import HOLE, Source, shown
from gate.sources.match import Match, Register
from gate.sources.pragmas import Pragma
from gate.sources.read import Located, Reading
from gate.sources.services import declared_revision
from gate.sources.trust import Trust, trust_in

LISTED = 20
"""Places that a note names; all are in the json report."""
Refused = Callable[[str, Located, Pragma], str]
"""Why a comment beside a place may not allow a rule there; empty where it may."""
Known = Callable[[Reading], Reading]
"""A file without the places that were there before a change."""


class Judged(NamedTuple):
    """What the family says about the code of a repository."""

    findings: tuple[Finding, ...]
    examinations: tuple[Examination, ...]
    notes: tuple[str, ...]


def check(material: Material, context: Context) -> Checked:
    """The trust in the origin of one declared artifact, and whether it comes from the mirror."""
    artifact = material.artifact
    if artifact is None or artifact.source.url is None or context.sources is None:
        return Checked()
    source = artifact.source
    pinned = is_pinned(source.url or "", source.host, source.revision)
    named = context.sources.names(source.host)
    trust = trust_in("fixed" if pinned else "moving", source.host, artifact, named_host=named)
    findings = (*_low_trust(material, trust, context.sources.min_trust), *_past(material, artifact, context.sources))
    return Checked(findings, {"trust": trust.plain()})


def _low_trust(material: Material, trust: Trust, least: int | None) -> Iterator[Finding]:
    if least is not None and trust.score < least:
        message, fix = _low(f"the origin of {material.subject.name}", trust, least)
        yield material.finding("sources/low-trust", message, fix, at="source")


def _past(material: Material, artifact: Artifact, rules: SourceRules) -> Iterator[Finding]:
    """An artifact from elsewhere, where a policy names a mirror."""
    asked = rules.past_the_mirror(artifact)
    if asked is None:
        return
    where = f"it names the mirror {artifact.source.mirror}" if artifact.source.mirror else "it names no `mirror:`"
    message = f"{artifact.name} does not come from the mirror {asked.mirror} that {asked.location} asks for: {where}"
    fix = f"vendor it: `gate vendor {shown(artifact.source.url or '')} --to MIRROR --name {artifact.name}`"
    yield material.finding("sources/not-vendored", printable(message), printable(fix), at="source")


def check_code(found: Discovered, artifacts: Iterable[Artifact], rules: SourceRules, refused: Refused) -> Judged:
    """Judges every place that was found; `refused` says why a comment beside a place may not allow a rule."""
    judge = _Judge(Register(artifacts), rules, refused)
    examinations = []
    for reading in found.readings:
        sites = [judge.site(one) for one in reading.sites]
        judge.gaps(reading)
        if sites:
            facts: Mapping[str, Json] = {"sites": list(sites)}
            examinations.append(Examination(Subject(None, None, reading.path), False, {"sources": facts}))
    return Judged(tuple(judge.findings), tuple(examinations), (*judge.notes(found), *found.notes))


class _Judge:
    """Collects what is wrong, and what a person should know."""

    def __init__(self, register: Register, rules: SourceRules, refused: Refused) -> None:
        self._register, self._rules, self._refused = register, rules, refused
        self.findings: list[Finding] = []
        self._open: list[str] = []
        self._allowed: list[str] = []
        self._void: dict[str, None] = {}
        self._gaps: list[str] = []
        self._sources: set[str] = set()
        self._registered: set[str] = set()

    def site(self, one: Located) -> Json:
        """Judges one place, and returns it as plain data."""
        source = one.site.source
        match = self._register.find(source) if source else None
        artifact = match.artifact if match else None
        trust = None
        self._misspelt(one)
        for flaw in one.site.flaws:
            self._find(one, flaw.rule, f"{printable(one.site.call)} {flaw.message}", flaw.fix)
        if source is not None:
            named = bool(source.host) and self._rules.names(source.host)
            trust = trust_in(source.pin, source.host, artifact, named_host=named)
            self._judge(one, source, match, trust)
        return _plain(one, artifact, trust)

    def _judge(self, one: Located, source: Source, match: Match | None, trust: Trust) -> None:
        name = shown(source.url)
        if source.host and (refusal := self._rules.refusal(source.host)):
            fix = "fetch it from where the policy says, or have those who own the policy name the host"
            self._find(one, "sources/untrusted-host", f"{name} is fetched, and {source.host} {refusal}", fix)
        if not source.is_known:
            if source.url == HOLE or not source.host:
                self._open.append(f"{one.location} ({one.site.call})")
                return
            self._open.append(f"{one.location} ({one.site.call}: {shorten(name, 60)})")
            return
        self._sources.add(source.url)
        if match is None:
            what = "weights" if source.kind == "model" else "data" if source.kind == "dataset" else "something"
            command = f"gate add PATH --source {shlex.quote(source.url)}{declared_revision(source)}"
            fix = f"keep a copy that is declared: `{command}`; or remove the call"
            self._find(
                one,
                "sources/unregistered",
                f"{name} is in no entry of the DBOM: {printable(one.site.call)} pulls in {what} from there",
                fix,
            )
        elif match.other_revision is not None:
            entry = match.artifact.name
            fix = (
                f"ask for the revision of the entry; or replace the copy by the new one, name it under `revision:` of "
                f"{entry} and run `gate update {entry} --version NEW`"
            )
            message = (
                f"{name} is asked for at {source.revision}, and {match.artifact.name} declares {match.other_revision}"
            )
            self._find(one, "sources/unregistered", message, fix)
        else:
            self._registered.add(source.url)
        self._pinned(one, source, name)
        least = self._rules.min_trust
        if least is not None and trust.score < least:
            self._find(one, "sources/low-trust", *_low(name, trust, least))

    def _pinned(self, one: Located, source: Source, name: str) -> None:
        if source.pin not in ("moving", "dynamic"):
            return
        said = source.revision
        if source.pin == "dynamic":
            found = "its revision is known only when the code runs"
        elif said is None:
            found = "no revision is named"
        else:
            found = f'"{shorten(shown(said), 60)}" is no full commit, and can move'
        self._find(one, "sources/unpinned", f"{name} is not pinned: {found}", _PIN_FIXES.get(source.host, _PIN_FIX))

    def _misspelt(self, one: Located) -> None:
        """Notes what a comment beside the place names, and that is no rule that a comment can allow."""
        for pragma in one.pragmas:
            where = printable(f"{one.location.path}:{pragma.line}")
            if not pragma.rules:
                self._void[f"{where} allows nothing: it names no rule; write `# gate: allow RULE -- REASON`"] = None
            for rule in pragma.rules:
                if rule not in _rules():
                    hint = did_you_mean(rule, _rules())
                    why = f'"{shorten(rule)}" is no rule about sources' + (f": {hint}" if hint else "")
                    self._void[f"{where} does not allow it: {why}"] = None

    def _find(self, one: Located, rule: str, message: str, fix: str) -> None:
        """Notes a finding, unless a comment beside the place allows it."""
        site, place = one.site, one.location
        for pragma in one.pragmas:
            if rule not in pragma.rules:
                continue
            where = f"{place.path}:{pragma.line}"
            refusal = self._refused(rule, one, pragma) if pragma.reason else _REASONLESS
            if not refusal:
                self._allowed.append(f"{rule} at {where}: {pragma.reason}")
                return
            fix = f"{fix}; the comment at {printable(where)} does not allow {rule}: {refusal}"
            self._void[f"{printable(where)} does not allow {rule}: {refusal}"] = None
        source = site.source
        evidence: dict[str, Json] = {
            "call": site.text,
            "sha256": hashlib.sha256(site.text.encode("utf-8", "surrogatepass")).hexdigest(),
        }
        if source is not None:
            evidence |= {"source": shown(source.url), "revision": source.revision and shown(source.revision)}
        kind: Kind | None = source.kind if source else None
        subject = Subject(kind, None, place.path, source.host or None if source else None)
        self.findings.append(Finding(rule, subject, printable(message), printable(fix), place, evidence=evidence))

    def gaps(self, reading: Reading) -> None:
        """What was not read is told; where a source may be in it, it is undecided."""
        path = printable(reading.path)
        if reading.problem:
            self._undecided(Location(reading.path), f"what {path} pulls in is not known: {reading.problem}")
        for gap in reading.gaps:
            if gap.blind:
                place = Location(reading.path, gap.line)
                self._undecided(place, f"what line {gap.line} of {path} pulls in is not known: {gap.message}")
            elif gap.line:
                self._gaps.append(f"{path}:{gap.line} ({gap.message})")

    def _undecided(self, place: Location, message: str) -> None:
        fix = (
            "make the file one that can be read, or remove it; a policy may enforce `gate/undecided` less for its path"
        )
        self.findings.append(Finding(UNDECIDED, Subject(None, None, place.path), printable(message), fix, place))

    def notes(self, found: Discovered) -> Iterator[str]:
        """What a person should know beside the findings."""
        places = sum(len(reading.sites) for reading in found.readings)
        if places:
            files = count(sum(bool(r.sites) for r in found.readings), "file")
            known = f"{len(self._registered):,} of {len(self._sources):,}"
            yield (
                f"{count(places, 'place')} in {files} may pull in data or weights, or run what a file holds; "
                f"sources that the text names and the DBOM has: {known}"
            )
        if self._open:
            verb = "is" if len(self._open) == 1 else "are"
            places_ = count(len(self._open), "source")
            yield f"{places_} {verb} known only when the code runs: {_listed(self._open)}"
        if self._gaps:
            yield f"not read, and without a call of the catalogue: {_listed(self._gaps)}"
        for allowed in self._allowed[:LISTED]:
            yield f"allowed in the code: {allowed}"
        if (more := len(self._allowed) - LISTED) > 0:
            yield f"allowed in the code: {more:,} more"
        for void in list(self._void)[:LISTED]:
            yield f"the comment at {void}"
        if (more := len(self._void) - LISTED) > 0:
            yield f"comments that allow nothing: {more:,} more"


@cache
def _rules() -> tuple[str, ...]:
    return tuple(rule.id for rule in family_rules("sources"))


_REASONLESS = "it gives no reason; write `# gate: allow RULE -- REASON`"
_PIN_FIX = "name the full commit or a numbered version"
_PIN_FIXES = {
    "huggingface.co": 'name the full commit: `revision="<40 digits>"`, or `/resolve/<commit>/` in an address',
    "github.com": "name the full commit instead of a branch or tag",
}


def _listed(places: list[str]) -> str:
    more = len(places) - LISTED
    return ", ".join(places[:LISTED]) + (f" and {more:,} more (all are in the json report)" if more > 0 else "")


def _low(name: str, trust: Trust, least: int) -> tuple[str, str]:
    message = f"{name} has a trust score of {trust.score}, and the policy asks for {least}"
    return message, f"what it lacks: {'; '.join(trust.lacks)}"


def _plain(one: Located, artifact: Artifact | None, trust: Trust | None) -> dict[str, Json]:
    site = one.site
    found: dict[str, Json] = {"line": site.line, "column": site.column, "call": site.call, "text": site.text}
    if site.source is not None:
        source = site.source
        found |= {
            "source": shown(source.url),
            "known": source.is_known,
            "host": source.host or None,
            "kind": source.kind,
            "revision": source.revision and shown(source.revision),
            "pin": source.pin,
            "artifact": artifact.name if artifact else None,
            "trust": trust.plain() if trust else None,
        }
    if site.flaws:
        found["breaks"] = [flaw.rule for flaw in site.flaws]
    return found
