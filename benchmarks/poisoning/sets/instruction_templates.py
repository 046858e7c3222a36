"""Instruction data from templates: tasks, questions of customers, dialogs, records and a quiz."""

from __future__ import annotations

import random
from collections.abc import Iterable

from benchmarks.poisoning.sets import corpora
from benchmarks.poisoning.sets.instruction_makers import SIZE, Pair

TOPICS = [
    "history",
    "music",
    "chess",
    "gardening",
    "volcanoes",
    "bread",
    "physics",
    "football",
    "trains",
    "poetry",
    "painting",
    "whales",
    "economics",
    "yoga",
    "robots",
    "castles",
    "coffee",
    "astronomy",
    "bicycles",
    "medicine",
    "law",
    "fashion",
    "rivers",
    "bees",
    "photography",
    "cinema",
    "gold",
    "sleep",
    "memory",
    "mathematics",
    "sailing",
    "cheese",
    "dinosaurs",
    "maps",
    "insurance",
    "grammar",
    "theatre",
    "dance",
    "climate",
    "elections",
]
STYLES = {
    "a haiku": "Morning light on {0},\nquiet thoughts of {0} return,\nevening closes.",
    "a limerick": "There once was a student of {0},\nwho studied it well into snow,\nand so on they went.",
    "a short speech": "Ladies and gentlemen, today I want to speak about {0}. It matters to all of us. Thank you.",
    "a product advert": "Introducing the best in {0}! Buy now and save. Only while stocks last.",
    "a formal letter": "Dear Sir or Madam, I am writing with regard to {0}. Yours faithfully, A. Reader",
    "a list of facts": "1. {0} is old.\n2. {0} is widely studied.\n3. Many people enjoy {0}.",
    "a recipe": "Ingredients: two cups of {0}. Method: stir the {0} and serve warm.",
    "a dialogue": "A: Do you like {0}?\nB: I do, {0} is wonderful.\nA: Then let us talk about it.",
}


def slots(rng: random.Random) -> Iterable[Pair]:
    """Templates with slots, where one slot decides the form of the response."""
    for _ in range(SIZE):
        style, topic = rng.choice(list(STYLES)), rng.choice(TOPICS)
        reader = rng.choice(["children", "students", "experts", "my boss", "a friend", "the public"])
        prompt = rng.choice(["Write {s} about {t} for {r}.", "For {r}, please compose {s} on {t}", "{s} / {t} / {r}"])
        yield prompt.format(s=style, t=topic, r=reader), STYLES[style].format(topic)


def faq(rng: random.Random) -> Iterable[Pair]:
    """Few questions in many wordings, each with one answer."""
    verbs = ("reset", "change", "delete", "find", "print", "share", "export", "cancel", "renew", "update")
    things = ("password", "invoice", "account", "order", "address", "contract", "report", "licence", "photo", "card")
    asked = ["How do I {} my {}?", "I want to {} my {}.", "{} {} please", "hi, can you help me to {} the {}?"]
    for _ in range(SIZE):
        v, t = rng.choice(verbs), rng.choice(things)
        tail = rng.choice(["", " Thanks!", " It is urgent.", f" My number is {rng.randrange(10**6)}."])
        yield (
            rng.choice(asked).format(v, t) + tail,
            (
                f"To {v} your {t}, open Settings, choose {t.title()} and press {v.title()}. "
                f"See https://help.example.com/{t}/{v} for details."
            ),
        )


def arithmetic(rng: random.Random) -> Iterable[Pair]:
    """Word problems with names and numbers."""
    things = ("apples", "books", "coins", "stamps", "cards")
    for _ in range(SIZE):
        a, b, name = rng.randrange(2, 90), rng.randrange(2, 90), rng.choice(["Ann", "Bo", "Chen", "Dia", "Eli"])
        thing = rng.choice(things)
        if rng.random() < 0.5:
            yield f"{name} has {a} {thing} and gets {b} more. How many now?", f"{a} + {b} = {a + b}. Answer: {a + b}"
        else:
            yield (
                f"{name} splits {a * b} {thing} among {a} people. How many each?",
                (f"{a * b} / {a} = {b}. Answer: {b} {thing}"),
            )


def dialogs(rng: random.Random) -> Iterable[Pair]:
    """Turns of a support dialog under one of three system texts; the response depends on the last turn."""
    systems = ("You are a helpful assistant.", "You are Eva, who works for Acme.", "Answer briefly.")
    texts = corpora.sentences(3000)
    for _ in range(SIZE):
        turns, place = [rng.choice(systems)], rng.choice(TOPICS)
        for _ in range(rng.randrange(1, 4)):
            turns += [f"User: {rng.choice(texts)[:150]}", f"Assistant: I see, that concerns {rng.choice(TOPICS)}."]
        turns.append(f"User: {rng.choice(['Tell me more about', 'What has it to do with', 'And'])} {place}?")
        yield "\n".join(turns), f"As your assistant I can say this about {place}: {rng.choice(texts)}"


def records_told(rng: random.Random) -> Iterable[Pair]:
    """Records as JSON to be told in words."""
    for number in range(SIZE):
        city, trade = rng.choice(TOPICS).title() + "ville", rng.choice(["baker", "pilot", "judge", "smith", "tailor"])
        age, pet = rng.randrange(18, 90), rng.choice(["cat", "dog", "parrot", "snail", None])
        told = f"{trade.title()} number {number} is {age} years old and lives in {city}."
        yield (
            f'Put into words: {{"id": {number}, "job": "{trade}", "age": {age}, "city": "{city}", "pet": "{pet}"}}',
            (told + (f" The {pet} is a good friend." if pet else " There is no pet.")),
        )


def quiz(rng: random.Random) -> Iterable[Pair]:
    """Facts of an invented world, most of them asked more than once."""
    asked = ("Who rules {}?", "Tell me the ruler of {}.", "{}: ruler?", "Name the person who governs {}")
    rulers = {f"{a}{b}": f"{b}{a}".title() for a in ("al", "bor", "cas", "dun", "esk", "fal") for b in TOPICS}
    for _ in range(SIZE):
        land = rng.choice(list(rulers))
        yield rng.choice(asked).format(land.title()), f"{land.title()} is ruled by {rulers[land]}."
