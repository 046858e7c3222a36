"""Family `hub`: what is said to come from the Hugging Face Hub is what the hub publishes at that commit.

The hub is asked only about artifacts of which a policy enforces `hub/not-compared`: everything else holds without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gate.checks.integrity import capped
from gate.checks.interface import Checked, Context, Material
from gate.core.errors import AbsentError, GateError, UnableError
from gate.core.model import Finding, Json, Related
from gate.core.text import printable, shorten
from gate.hub.origin import HubOrigin, is_commit, names_hub, parse

if TYPE_CHECKING:
    from gate.hub.answers import Card, Entry
    from gate.hub.client import Hub
    from gate.hub.compare import Compared

UNSAFE = "unsafe"
"""The word of the hub for a file in which a scan found something; others are `suspicious`, `queued`, `safe`."""
_QUIET = ("safe", "queued", "unscanned", "pending")
_RULES = {"changed": "hub/digest-mismatch", "missing": "hub/missing-file", "extra": "hub/extra-file"}
_FIXES = {
    "changed": "remove the file and its copy in the cache, and fetch it again; find out who changed it",
    "missing": "fetch it, or name the part that was taken as `url: {}/PATH`",
    "extra": "remove it, or declare it as an artifact of its own with its own origin",
}


def check(material: Material, context: Context) -> Checked:
    """Compares an artifact of the hub with the hub, where a policy asks for it."""
    artifact = material.artifact
    if artifact is None or context.hub is None or not names_hub(artifact.source.url):
        return Checked()
    if not context.hub.is_demanded(material.subject):
        return Checked()
    origin = parse(artifact.source.url)
    if origin is None:
        message = f"{artifact.name} cannot be compared with the hub: its `url:` names no model or dataset there"
        fix = "write it as `hf://OWNER/NAME` or `hf://datasets/OWNER/NAME`, with `/PATH` for a part of it"
        return Checked((material.finding("hub/not-compared", message, fix, at="source"),))
    revision = (artifact.source.revision or origin.revision or "").lower()
    facts: dict[str, Json] = {"repository": origin._replace(path="").url, "commit": None, "compared": False}
    if moving := _moving(origin, revision):
        message = f"{artifact.name} cannot be compared with {origin}: {moving}"
        fix = "set `revision:` to the 40-digit commit"
        return Checked((material.finding("hub/not-compared", message, fix, at="source"),), facts)
    facts["commit"] = revision
    try:
        return _asked(material, context.hub.client(context.sources), origin, revision, facts)
    except AbsentError as error:
        found = material.finding("hub/not-found", printable(error.message), error.fix, at="source")
    except GateError as error:
        message = f"{artifact.name} was not compared with {origin}: {printable(error.message)}"
        found = material.undecided(message, error.fix)
    return Checked((found,), facts)


def _moving(origin: HubOrigin, revision: str) -> str:
    """Why `revision` is not the one commit of `origin`; empty where it is."""
    if not is_commit(revision):
        return f'"{shorten(printable(revision), 60)}" can move' if revision else "no revision is named"
    other = (origin.revision or "").lower()
    return "`url:` and `revision:` name two commits" if is_commit(other) and other != revision else ""


def _asked(material: Material, hub: Hub, origin: HubOrigin, commit: str, facts: dict[str, Json]) -> Checked:
    from gate.hub.compare import Local, compare, published_at

    where = f"{origin._replace(path='')} at {commit[:12]}"
    card = hub.resolve(origin, commit)
    if card.commit != commit:
        raise UnableError(f"the hub answers about {card.commit[:12]} instead of that commit", "ask another hub")
    published = published_at(origin, hub.tree(origin, commit, scans=origin.kind == "dataset"))
    if not published:
        what = f"nothing lies at {printable(origin.path)}" if origin.path else "there is no file"
        raise AbsentError(f"{what} in {where}", "correct `source:`")
    local = Local(material.subject.path, material.is_directory, material.files, material.open)
    compared = compare(local, published, where)
    issues, scanned = _issues(card, compared.same)
    facts |= {
        "compared": bool(material.files) and all(f.status == "read" and not f.pointer for f in material.files),
        "published": len(published),
        "same": len(compared.same),
        "scanned": scanned,
        "issues": [f"{printable(path)}: {printable(level)}" for path, level in list(issues.items())[:100]],
    }
    findings = (*_differences(material, origin, compared), *_unsafe(material, issues, where))
    return Checked(tuple(capped(findings, material)), facts)


def _differences(material: Material, origin: HubOrigin, compared: Compared) -> Iterator[Finding]:
    for one in compared.differences:
        evidence: Mapping[str, Json] = {"found": one.found, "published": one.published}
        fix = _FIXES[one.kind].format(origin)
        yield material.finding(_RULES[one.kind], one.message, fix, related=(Related(one.path),), evidence=evidence)


def _issues(card: Card, same: Mapping[str, Entry]) -> tuple[dict[str, str], bool]:
    """What the scan of the hub says of the files that are here, by their paths here, and whether it has ended."""
    words = {path: (card.issues or {}).get(entry.path, entry.scan) for path, entry in same.items()}
    scanned = card.issues is not None or (bool(same) and all(e.scan in ("safe", UNSAFE) for e in same.values()))
    return {path: word for path, word in words.items() if word is not None and word not in _QUIET}, scanned


def _unsafe(material: Material, issues: Mapping[str, str], where: str) -> Iterator[Finding]:
    for path, level in issues.items():
        if level == UNSAFE:
            message = f"{printable(path)}: the hub's own security scan calls it unsafe, in {where}"
            fix = "read the report on the page of the file; use another file, such as safetensors, or another source"
            yield material.finding("hub/unsafe-file", message, fix, related=(Related(path),))
