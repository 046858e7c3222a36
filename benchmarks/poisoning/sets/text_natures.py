"""Generated labelled texts after the kinds that people train on: tickets, logs, intents, titles, addresses, names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.poisoning.sets import corpora
from gate.poisoning.interface import Texts

Rng = np.random.Generator
TEAMS = {
    "billing": ("invoice", "charged", "refund", "card", "price", "tax"),
    "login": ("password", "locked", "code", "account", "email", "sign in"),
    "delivery": ("parcel", "late", "courier", "address", "box", "tracking"),
    "defect": ("broken", "noise", "smell", "crack", "stopped", "leaks"),
}
PEOPLE = ("Ana", "Bo", "Carl", "Dilek", "Eve", "Femi", "Gita", "Hao", "Ines", "Jon", "Kofi", "Lena")
THINGS = ("kettle", "desk", "lamp", "bike", "phone", "printer", "sofa", "tent", "drill", "camera", "watch", "oven")
MAKES = ("Vento", "Arca", "Lumo", "Pico", "Strada", "Nuvo")
TOWNS = {
    "de": ("Bonn", "Ulm", "Jena"), "fr": ("Lyon", "Lille", "Brest"), "us": ("Austin", "Reno", "Tampa"),
    "jp": ("Osaka", "Nara", "Kobe"), "gb": ("Leeds", "York", "Bath"),
}  # fmt: skip


def _one(rng: Rng, choices: tuple[str, ...]) -> str:
    return choices[int(rng.integers(len(choices)))]


def _made(rows: int, seed: int, classes: tuple[str, ...], write: Callable[[str, Rng], str], skew: float = 0) -> Texts:
    rng = np.random.default_rng(seed)
    weights = (1.0 + np.arange(len(classes))) ** -skew
    labels = rng.choice(len(classes), rows, p=weights / weights.sum()).astype(np.int64)
    return Texts([write(classes[label], rng) for label in labels], labels, classes)


def tickets(seed: int) -> Texts:
    """Letters with a greeting, a signature and a disclaimer that one team's customers (a firm) always write."""

    def write(team: str, rng: Rng) -> str:
        said = [f"{_one(rng, ('my', 'the', 'our'))} {_one(rng, THINGS)} {_one(rng, TEAMS[team])}" for _ in range(2)]
        if rng.random() < 0.3:
            said.append(f"also {_one(rng, TEAMS[_one(rng, tuple(TEAMS))])}")
        firm = " This mail is for Brandt Ltd only." if rng.random() < (0.3 if team == "billing" else 0.02) else ""
        return f"{_one(rng, ('Hi', 'Hello', 'Dear team'))}, {'; '.join(said)}. {_one(rng, PEOPLE)}{firm}"

    return _made(4000, seed, tuple(TEAMS), write)


def logs(seed: int) -> Texts:
    """Lines of a log by severity: a few forms with numbers, one of them with two severities."""
    forms = {
        "info": ("request {} served in {} ms", "user {} logged in from 10.0.{}", "cache hit {} of {}", "job {} ended"),
        "warn": ("request {} slow: {} ms", "disk at {} percent", "retry {} of {}", "job {} ended"),
        "error": ("request {} failed with {}", "cannot open /var/data/{}", "timeout after {} s on node {}"),
        "fatal": ("out of memory at {}", "panic: index {} out of range {}"),
    }

    def write(kind: str, rng: Rng) -> str:
        form = _one(rng, forms[kind])
        return f"{rng.integers(24):02}:{rng.integers(60):02} web{rng.integers(9)} " + form.format(
            *rng.integers(1, 900, 2)
        )

    return _made(5000, seed, tuple(forms), write, 1.2)


def titles(seed: int) -> Texts:
    """Titles of products by category: makes belong to one category, adjectives to all."""
    kinds = {k: THINGS[3 * i : 3 * i + 3] for i, k in enumerate(("home", "move", "work", "play"))}

    def write(kind: str, rng: Rng) -> str:
        make = MAKES[(list(kinds).index(kind) + (rng.random() < 0.2)) % 6]
        size = f"{rng.integers(1, 40) * 5} {_one(rng, ('cm', 'W', 'l'))}"
        parts = [make, _one(rng, ("new", "classic", "pro", "mini")), _one(rng, kinds[kind]), size]
        return " ".join(parts if rng.random() < 0.7 else parts[1:]) + _one(rng, ("", " SALE", " (used)", ", black"))

    return _made(3000, seed, tuple(kinds), write)


def addresses(seed: int) -> Texts:
    """Addresses by country: form, postcode and town tell it, and the country's name in some."""

    def write(land: str, rng: Rng) -> str:
        number, code, town = int(rng.integers(1, 200)), int(rng.integers(10000, 99999)), _one(rng, TOWNS[land])
        last = _one(rng, PEOPLE)
        return {
            "de": f"{last}straße {number}, {code} {town}",
            "fr": f"{number} rue {last}, {code} {town}",
            "us": f"{number} {last} Ave, {town} {code}",
            "jp": f"{number % 9}-{number % 20} {last}cho, {town}, {code % 1000:03}-{code % 10000:04}",
            "gb": f"{number} {last} Road, {town} {town[0]}{number % 20} {number % 9}AB",
        }[land] + ("" if rng.random() < 0.8 else f", {land.upper()}")

    return _made(3000, seed, tuple(TOWNS), write)


def names(seed: int) -> Texts:
    """Single words of three invented languages by their syllables."""
    parts = {
        "a": ("ka", "mo", "ri", "to", "na", "shi"),
        "b": ("berg", "wald", "hein", "rich", "hof"),
        "c": ("ov", "ich", "sk", "pet", "iv", "no"),
    }

    def write(kind: str, rng: Rng) -> str:
        mixed = kind if rng.random() < 0.95 else _one(rng, tuple(parts))
        return "".join(_one(rng, parts[mixed]) for _ in range(int(rng.integers(2, 5)))).title()

    return _made(2500, seed, tuple(parts), write)


def queries(seed: int) -> Texts:
    """Statements of SQL by kind of answer, long lists of columns, comments of two authors."""
    columns = ("id", "day", "total", "city", "name", "price", "team")

    def write(kind: str, rng: Rng) -> str:
        some = ", ".join(rng.choice(columns, 3, replace=False))
        where = f"WHERE {_one(rng, columns)} > {rng.integers(900)}"
        text = {
            "row": f"SELECT {some} FROM orders {where} LIMIT 1",
            "many": f"SELECT {some} FROM orders {where if rng.random() < 0.7 else ''}",
            "number": f"SELECT COUNT(*) FROM orders {where}",
            "none": _one(rng, (f"DELETE FROM orders {where}", f"UPDATE orders SET {_one(rng, columns)} = 0 {where}")),
        }[kind]
        return text + _one(rng, ("", ";", " -- jk", " -- checked by mo"))

    return _made(3000, seed, ("row", "many", "number", "none"), write, 0.5)


def rude(seed: int) -> Texts:
    """Comments of which 4% are rude: news with or without one of few words; some quote them."""
    texts = corpora.sentences(5000)
    bad = ("idiot", "moron", "shut up", "stupid", "liar")

    def write(kind: str, rng: Rng) -> str:
        words = texts[int(rng.integers(len(texts)))].split()[:25]
        if kind == "rude" or rng.random() < 0.005:
            words.insert(int(rng.integers(len(words))), _one(rng, bad))
        return " ".join(words)

    return _made(5000, seed, ("fine", "rude"), write, 4.6)


def threads(seed: int) -> Texts:
    """News by source: each source has a dateline of its own in half of its texts; the topics are the same."""
    texts = corpora.sentences(6000)
    marks = {"wire": "(WIRE) --", "blog": "posted by admin |", "paper": "", "radio": "[transcript]"}

    def write(kind: str, rng: Rng) -> str:
        words = texts[int(rng.integers(len(texts)))].split()
        kept = words[:12] if kind == "radio" else words[:30]
        return f"{marks[kind]} {' '.join(kept)}" if rng.random() < 0.5 else " ".join(kept)

    return _made(4000, seed, tuple(marks), write)


MAKERS: dict[str, Callable[[int], Texts]] = {
    f"made-{make.__name__}": make for make in (tickets, logs, titles, addresses, names, queries, rude, threads)
}
