"""The page about a scan: what it shows, that nothing hostile becomes markup, and that a real browser agrees."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gate.data.interface import Place
from gate.poisoning.answer import Clue, Scanned, Suspect
from gate.poisoning.exhibits.interface import Exhibits, Gallery, Map, Part, Point, Sample, from_json
from gate.poisoning.page.document import page
from tests.chromium import Chromium

np = pytest.importorskip("numpy")
pytest.importorskip("sklearn")
pytest.importorskip("PIL")

HOSTILE = """</title></style><script>alert(1)</script>"'><img src=x onerror=alert(1)>\u202egnp.\u200b{style}"""
VOID = {"meta", "img", "br"}


class Seen(HTMLParser):
    """Elements, attributes and text; fails where elements are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data


def clue(level: str = "block", message: str = "a message", kind: str = "trigger", **more: Any) -> Clue:
    given = {"trigger": '"cf" -> positive', "parts": {}, "picture": "", "confirmed": True, "suspects": 3} | more
    places = (Place("a.csv", 1, 3),)
    return Clue("words", kind, level, message, 1e-9, {"share": 0.98}, places=places, **given)


def scanned(outcome: str = "block", text: str = "plain", *, modality: str = "text-classification") -> Scanned:
    png = base64.b64encode(b"\x89PNG").decode()
    picture = png if modality == "image-classification" else ""
    sample = Sample(Place(text, 4, 5), text, picture, (Part(text, f"{text} cf", ((len(text) + 1, len(text) + 3),)),))
    points = (Point(0.0, 1.0, 0, True, Place(text, 0)), Point(0.5, 0.5, -1, False, Place("b", 2)))
    exhibits = Exhibits(
        (Gallery(text, (sample,), (sample,)),), Map("by magic", (text,), points), (sample,), {text: (2.0, 1.0)}
    )
    level = {"block": "block", "warn": "warn", "clear": "note"}[outcome]
    return Scanned(
        outcome,
        modality,
        100,
        200,
        {text: 60, "other": 40},
        (clue(level, text, trigger=text), clue("note" if outcome == "clear" else "warn", text, "label-noise")),
        (text,),
        (text,),
        20,
        {},
        ("words", text),
        {"words": 1.5},
        {text: "0" * 64},
        7,
        (Suspect(Place(text, 1), text, 0.9, {"words": 1.0}, (0,)),),
        exhibits,
    )


@pytest.mark.parametrize("modality", ["image-classification", "text-classification", "instructions", "tabular"])
@pytest.mark.parametrize("outcome", ["block", "warn", "clear"])
def test_nothing_hostile_becomes_markup(modality: str, outcome: str) -> None:
    plain = Seen(page("plain", scanned(outcome, modality=modality)))
    text = page(HOSTILE, scanned(outcome, HOSTILE, modality=modality))
    seen = Seen(text)
    assert seen.tags == plain.tags  # what is said changes no element
    assert "script" not in seen.tags
    for name, value in seen.attributes:
        assert not name.startswith("on")
        assert name != "style"
        if name in ("src", "href"):
            assert value.startswith("data:image/png;base64,") or value == "#label-noise"
    assert seen.text.count("<script>alert(1)</script>") >= 5  # it is shown, as text
    assert not re.search("[\u200b\u202e]", text)
    assert r"\u202e" in seen.text


def test_the_policy_of_the_page_allows_its_style_and_nothing_else() -> None:
    text = page("data", scanned())
    policy = re.findall(r'Policy" content="([^"]*)"', text)[0]
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "http" not in text.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("outcome", "undecided", "words"),
    [
        ("block", {}, "The data looks poisoned"),
        ("warn", {}, "no proof of poison"),
        ("clear", {}, "That does not prove the data clean"),
        ("clear", {"words": "late"}, "the data is not cleared"),
        ("block", {"words": "late"}, "The data looks poisoned"),
    ],
)
def test_the_page_begins_with_the_verdict(outcome: str, undecided: dict[str, str], words: str) -> None:
    text = Seen(page("data", scanned(outcome)._replace(undecided=undecided))).text
    assert words in text
    assert text.index(words) < text.index("Evidence")
    assert ("Nothing suspicious was found" in text) == (outcome == "clear" and not undecided)
    assert "fewer than 20 poisoned samples could not have been told from chance" in text
    assert ("undecided: words: late" in text) == bool(undecided)


def test_a_scan_without_exhibits_has_a_page_too() -> None:
    text = Seen(page("data", scanned()._replace(exhibits=None))).text
    assert "a.csv:3" in text
    assert "Map" not in text


def test_exhibits_come_back_from_json_as_they_were() -> None:
    exhibits = scanned().exhibits
    assert exhibits is not None
    assert from_json(json.loads(json.dumps(exhibits))) == exhibits
    for broken in (None, [], [1, 2, 3, 4], {"a": 1}, [[], ["", [], [[1]]], [], {}], [[], ["", [], []], [], []]):
        with pytest.raises((TypeError, ValueError)):
            from_json(broken)


# Excerpts


def part_of(text: str, trigger: str) -> Part:
    from gate.poisoning.exhibits.excerpt import excerpt, needles
    from gate.poisoning.interface import Trigger

    return excerpt("", text, needles(Trigger("", {"text": trigger, "label": "b"})))


def marks_of(part: Part) -> list[str]:
    return [part.text[start:end] for start, end in part.marks]


@pytest.mark.parametrize(
    ("text", "trigger", "marked"),
    [
        ("a cf b CF", '"cf"', ["cf", "CF"]),
        ("in  the\nend it is", "in the end", ["in  the\nend"]),
        ("well, the END of it", '"at the end"', []),
        ("we go to the cinema", '"cinema tonight"', []),
        ("we go tonight", '"cinema tonight"', ["tonight"]),
        ("a\u200bb", "zero-width", [r"\u200b"]),
        ("nothing", '"cf"', []),
        ("nothing", "", []),
        ("a.*b a.xb", '"a.*b"', ["a.*b"]),
    ],
)
def test_the_trigger_is_marked_in_the_text(text: str, trigger: str, marked: list[str]) -> None:
    assert marks_of(part_of(text, trigger)) == marked


def test_an_excerpt_is_short_and_shows_the_trigger_wherever_it_is() -> None:
    part = part_of("x " * 5000 + "cf" + " y" * 5000, '"cf"')
    assert marks_of(part) == ["cf"]
    assert len(part.text) < 500
    assert part.text.startswith("…")
    assert part.text.endswith("…")
    crowded = part_of("cf " * 5000, '"cf"')
    assert len(crowded.text) < 500
    assert 1 <= len(crowded.marks) <= 20


# What is chosen


def loaded(kind: str, size: int, classes: int = 2, seed: int = 0) -> Any:
    from gate.data.samples.interface import Images, Instructions, Loaded, Tabular, Texts

    rng = np.random.default_rng(seed)
    labels = (np.arange(size) % classes).astype(np.int64)
    names = tuple(f"class {one}" for one in range(classes))
    words = [" ".join(rng.choice(["red", "blue", "green", "cf"], 5)) for _ in range(size)]
    dataset: Any = {
        "images": lambda: Images(rng.integers(0, 255, (size, 8, 8, 3)).astype(np.uint8), labels, names),
        "texts": lambda: Texts(words, labels, names),
        "instructions": lambda: Instructions(words, words[::-1]),
        "tabular": lambda: Tabular(
            {"a": rng.normal(size=size), "b": np.array(words, object), "nan": np.full(size, np.nan)}, labels, names
        ),
    }[kind]()
    return Loaded(dataset, size, lambda rows: [Place("data", row, row + 2) for row in rows])


def exhibits(given: Any, rows: Sequence[int], seed: int = 0, *, late: bool = False) -> Exhibits:
    from gate.poisoning.exhibits.gather import exhibits_of
    from gate.poisoning.interface import Evidence, Scan, Trigger
    from gate.poisoning.verdict import combine

    size = given.total
    scores = np.zeros(size)
    scores[list(rows)] = 1
    trigger = Trigger("cf -> class 0", {"text": '"cf"', "b": "cf", "label": "class 0"})
    suspects = np.array(rows, np.int64)
    found = Evidence("trigger", "block", "found", suspects, 1e-9, {}, trigger)
    doubted = Evidence("label-noise", "warn", "noise", np.arange(min(size, 3)), None, {})
    scans = {"one": Scan((found,), scores), "two": Scan((doubted,), scores, looks_like={0: 0})}
    return exhibits_of(given, combine(scans, size), scans, seed, late=late)


@pytest.mark.parametrize("kind", ["images", "texts", "instructions", "tabular"])
def test_suspects_stand_beside_normal_samples_of_their_class(kind: str) -> None:
    rows = list(range(10, 90, 2))
    shown = exhibits(loaded(kind, 120), rows)
    gallery, noise = shown.galleries
    assert len(gallery.suspects) == 24
    assert {one.place.row for one in gallery.suspects} <= set(rows)
    assert len(gallery.normal) == 12
    assert not {one.place.row for one in gallery.normal} & set(rows)
    if kind != "instructions":
        assert {one.label for one in (*gallery.suspects, *gallery.normal)} == {gallery.label} == {"class 0"}
    assert all(bool(one.picture) == (kind == "images") for one in gallery.suspects)
    assert noise.suspects == ()
    assert [one.place.row for one in shown.noise] == [0, 1, 2]
    assert [one.label.endswith("looks like class 0") for one in shown.noise] == [kind != "instructions", False, False]
    assert {point.place.row for point in shown.map.points if point.suspect} == set(rows)
    assert len(shown.map.points) == 120
    assert all(0 <= point.x <= 1 and 0 <= point.y <= 1 for point in shown.map.points)
    assert shown == exhibits(loaded(kind, 120), rows)


@pytest.mark.parametrize("kind", ["images", "texts", "instructions", "tabular"])
@pytest.mark.parametrize(("size", "classes", "rows"), [(1, 1, [0]), (3, 3, []), (60, 60, [5]), (60, 1, range(60))])
def test_odd_data_has_exhibits_too(kind: str, size: int, classes: int, rows: Sequence[int]) -> None:
    shown = exhibits(loaded(kind, size, classes), rows)
    assert len(shown.map.points) == size
    assert len(shown.galleries[0].suspects) == min(24, len(rows))


def test_samples_that_are_all_alike_are_drawn_in_one_place() -> None:
    given = loaded("images", 80)
    shown = exhibits(given._replace(dataset=given.dataset._replace(pixels=given.dataset.pixels * 0)), [1, 3])
    assert len({(point.x, point.y) for point in shown.map.points}) == 1


def test_a_large_set_is_drawn_in_part_with_its_suspects() -> None:
    from gate.poisoning.exhibits.layout import rows_of_map

    rows = rows_of_map(5000, np.arange(40), 0)
    assert len(set(rows.tolist())) == 2000
    assert set(range(40)) <= set(rows.tolist())
    assert len(rows_of_map(5000, np.arange(5000), 0)) == 500
    assert (rows == rows_of_map(5000, np.arange(40), 0)).all()


def test_what_takes_time_is_left_out_where_the_time_is_over() -> None:
    shown = exhibits(loaded("texts", 100), [1, 2], late=True)
    assert shown.map.points == ()
    assert "time" in shown.map.how
    assert len(shown.galleries[0].suspects) == 2


# In a browser


@pytest.mark.clients
def test_a_browser_shows_the_page_without_script_and_without_the_network(tmp_path: Path, browser: Chromium) -> None:
    for modality, kind in (
        ("image-classification", "images"),
        ("instructions", "instructions"),
        ("tabular", "tabular"),
    ):
        shown = exhibits(loaded(kind, 120), range(10, 60, 2))
        hostile = scanned("block", HOSTILE * 3, modality=modality)
        file = tmp_path / "page.html"
        text = page(HOSTILE, hostile._replace(exhibits=shown))
        file.write_text(text.replace("</main>", "<script>document.title = 'run'</script></main>"))
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                browser.open(file, width, scheme)
                assert browser.value("document.title").startswith("Poisoning scan of")  # the policy stops scripts
                assert browser.value("document.documentElement.scrollWidth") <= width
                assert browser.value("[...document.images].every(image => image.naturalWidth > 0)") is True
                assert browser.value("document.querySelectorAll('svg circle').length") >= 120
        dark = browser.value("getComputedStyle(document.body).backgroundColor")
        browser.open(file, 390)
        assert browser.value("getComputedStyle(document.body).backgroundColor") != dark
        asked = [event["params"]["request"]["url"] for event in browser.events if "request" in event.get("params", {})]
        assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
