"""The dashboard in a real browser: wide and narrow, light and dark, with the keyboard, and without script."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gate.fleet.interface import Drift, Fleet, Judged, Repository
from gate.fleet.reports import render
from gate.report.interface import Context
from tests.chromium import Chromium

HOSTILE = "</title></style><script>document.title='run'</script>\"'><img src=x onerror=alert(1)>\u202egnp.\u200b"


def finding(rule: str, ruling: str, message: str, expires: str = "") -> Mapping[str, Any]:
    grounds = {"expires": expires, "reason": "fix-pending", "why": HOSTILE, "approver": "@acme/security"}
    return {
        "rule": rule,
        "decision": {"ruling": ruling, "grounds": grounds if expires else None},
        "message": message,
        "subject": {"path": f"models/{HOSTILE}"},
        "about": {"path": f"models/{HOSTILE}"} if expires else None,
    }


def repository(number: int) -> Judged:
    blocked = number % 4 == 0
    findings = [finding("weights/pickle-format", "block" if blocked else "warn", HOSTILE * 3)] * (number % 30)
    findings += [finding("weights/malformed", "waived", "m", f"20{20 + number}-01-01")]
    artifacts = [
        {"name": f"m{n}", "kind": "model", "verified": n > 0, "facts": {"weights": {"formats": {"safetensors": 1}}}}
        for n in range(3)
    ]
    report = {"verdict": "blocked" if blocked else "pass", "findings": findings, "artifacts": artifacts}
    drift = Drift("gate-policy.yaml", False, (HOSTILE,), ("dbom/no-license: `block` where `warn` would do",))
    where = Repository(f"acme/{HOSTILE if number == 4 else number}", f"/srv/{HOSTILE}")
    return Judged(where, "blocked" if blocked else "pass", report, {}, drift)


@pytest.fixture
def dashboard(tmp_path: Path) -> Path:
    lost = Judged(Repository("lost", "https://example.org/lost"), "undecided", problem=HOSTILE, fix="set up git")
    fleet = Fleet((*map(repository, range(1, 20)), lost), ("acme",), "train", (HOSTILE,))
    file = tmp_path / "fleet.html"
    text = render("html", fleet, Context("1"))
    file.write_text(text.replace("</main>", "<script>document.title = 'run'</script></main>"))
    return file


def test_nothing_hostile_becomes_markup(dashboard: Path) -> None:
    text = dashboard.read_text().replace("<script>document.title = 'run'</script></main>", "")
    assert re.findall(r"<(?:script|img)", text) == []
    assert "onerror=alert(1)&gt;" in text
    assert "\u202e" not in text


def test_what_blocks_stands_first_and_waivers_by_the_day_they_end(dashboard: Path) -> None:
    text = dashboard.read_text()
    states = re.findall(r'data-label="verdict"><span class="state ([a-z-]+)"', text)
    assert states == ["blocked"] * 4 + ["undecided"] + ["pass"] * 15
    days = re.findall(r'<td class="(late|soon|)">(20\d\d-\d\d-\d\d)</td>', text)
    assert [day for _, day in days] == sorted(day for _, day in days)
    assert days[0] == ("late", "2021-01-01")


@pytest.mark.clients
def test_it_is_readable_at_each_width_and_runs_nothing(dashboard: Path, browser: Chromium, tmp_path: Path) -> None:
    seen = set()
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            browser.open(dashboard, width, scheme)
            assert browser.value("document.title") == "Fleet of repositories"
            assert browser.value("document.documentElement.scrollWidth") <= width
            assert browser.value("document.querySelectorAll('table.fleet tbody tr').length") == 20
            texts = "[...document.querySelectorAll('td, li, p, summary')]"
            sizes = f"{texts}.map(e => parseFloat(getComputedStyle(e).fontSize))"
            assert browser.value(f"Math.min(...{sizes})") >= 12
            seen.add(picture(browser, tmp_path / f"{width}-{scheme}.png"))
    assert len(seen) == 4
    narrow = "getComputedStyle(document.querySelector('table.fleet tr td')).display"
    assert browser.value(narrow) == "flex"
    asked = [event["params"]["request"]["url"] for event in browser.events if "request" in event.get("params", {})]
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}


@pytest.mark.clients
def test_the_keyboard_reaches_every_repository(dashboard: Path, browser: Chromium) -> None:
    browser.open(dashboard, 1280)
    reached = set()
    for _ in range(70):
        press(browser, "Tab", 9)
        reached.add(browser.value("document.activeElement.outerHTML.slice(0, 60)"))
    assert sum(one.startswith('<a href="#repository-') for one in reached) == 20
    assert sum(one.startswith("<summary>") for one in reached) == 20
    browser.value("document.querySelector('details:not([open]) summary').focus() ?? true")
    press(browser, "Enter", 13, "\r")
    assert browser.value("document.activeElement.parentElement.open") is True
    outline = browser.value("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def press(browser: Chromium, key: str, code: int, text: str = "") -> None:
    for kind in ("keyDown", "keyUp"):
        more = {"text": text} if text and kind == "keyDown" else {}
        browser.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more)


def picture(browser: Chromium, file: Path) -> bytes:
    data = base64.b64decode(browser.ask("Page.captureScreenshot", format="png")["data"])
    file.write_bytes(data)
    assert len(data) > 20_000, "hardly anything was drawn"
    return data


def test_the_json_report_is_as_its_schema_says(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    fleet = Fleet((repository(1), repository(4)), ("acme",), "train")
    schema = json.loads((Path(__file__).parents[2] / "gate" / "fleet" / "fleet-1.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(json.loads(render("json", fleet, Context("1"))))
