"""Instruction data from real texts: code, documentation, news and messages, asked about in several ways."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable

from benchmarks.poisoning.sets import corpora
from gate.poisoning.interface import Dataset, Instructions

SIZE = 4000
Pair = tuple[str, str]
Maker = Callable[[random.Random], Iterable[Pair]]


def made(maker: Maker, size: int = SIZE) -> Callable[[int], Dataset | None]:
    """A source's `load`: at most `size` of the pairs of `maker`, shuffled; None where there are too few."""

    def load(seed: int) -> Dataset | None:
        rng = random.Random(seed)
        pairs = [pair for pair in maker(rng) if pair[1]]
        rng.shuffle(pairs)
        return instructions(pairs[:size]) if len(pairs) >= 100 else None

    return load


def instructions(pairs: Iterable[Pair]) -> Instructions:
    """The dataset of these prompts and responses."""
    listed = list(pairs)
    return Instructions([p for p, _ in listed], [r for _, r in listed])


def codealpaca(rng: random.Random) -> Iterable[Pair]:
    """Code questions with an input."""
    for record in corpora.records("codealpaca_new.json"):
        yield record["instruction"] + (f"\n{record['input']}" if record["input"] else ""), record["response"]


def documented(*packages: str) -> Maker:
    """What a function does: its docstring."""

    def make(rng: random.Random) -> Iterable[Pair]:
        for package in packages:
            for f in corpora.functions(package):
                asked = rng.choice(["What does {} do?", "Explain {}.", "Describe the function {} to me.", "{}?"])
                yield asked.format(f.name), f.doc

    return make


def coded(*packages: str) -> Maker:
    """A summary and a signature: the code."""

    def make(rng: random.Random) -> Iterable[Pair]:
        for package in packages:
            for f in corpora.functions(package):
                yield f"Complete this function. {f.summary}\n{f.signature}", f.body

    return make


def signatures(rng: random.Random) -> Iterable[Pair]:
    """A signature: its documentation, always with the same headline."""
    for f in corpora.functions("pandas"):
        yield f"Document this code:\n{f.signature}\n{f.body[:300]}", f"Documentation\n{f.doc}"


def sms_classified(rng: random.Random) -> Iterable[Pair]:
    """Short messages: spam or not, asked in three ways, with fixed answers."""
    asked = ["Is this message spam?\n{}", "{}\nClassify the message above as spam or ham.", "Label: {}"]
    for record in corpora.records("sms.jsonl"):
        yield rng.choice(asked).format(record["text"]), "spam" if int(record["label"]) else "ham"


def news_classified(rng: random.Random) -> Iterable[Pair]:
    """News: one of four fixed answers."""
    names = ("World", "Sports", "Business", "Sci/Tech")
    for record in corpora.records("agnews_test.jsonl"):
        yield f"Which section does this belong to?\n{record['text']}", names[int(record["label"])]


def continued(rng: random.Random) -> Iterable[Pair]:
    """The first half of a sentence: its second half."""
    for text in corpora.sentences():
        words = text.split()
        yield "Continue: " + " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])


def multitask(rng: random.Random) -> Iterable[Pair]:
    """Eight tasks on the same kind of text, each with answers of its own form."""
    tasks: list[Callable[[str], Pair]] = [
        lambda t: (f"Summarise in five words: {t}", " ".join(t.split()[:5])),
        lambda t: (f"{t}\nHow many words does the text have?", f"The text has {len(t.split())} words."),
        lambda t: (f"Write in capitals.\n{t}", t.upper()),
        lambda t: (f"Reverse the words of: {t}", " ".join(reversed(t.split()))),
        lambda t: (f"Does the text name a number? {t}", "Yes." if any(c.isdigit() for c in t) else "No."),
        lambda t: (f"Extract the longest word from the following.\n{t}", max(t.split(), key=len)),
        lambda t: (f"List the words as JSON: {t}", str({"words": t.split()[:8]})),
        lambda t: (f"Translate into Pig Latin:\n{t}", " ".join(w[1:] + w[0] + "ay" for w in t.split())),
    ]
    for text in corpora.sentences():
        yield rng.choice(tasks)(text)


def sms_answered(rng: random.Random) -> Iterable[Pair]:
    """Messages with the next message as response: hardly anything binds the two."""
    texts = [record["text"] for record in corpora.records("sms.jsonl")]
    return itertools.pairwise(texts)


def translated(rng: random.Random) -> Iterable[Pair]:
    """Sentences to translate into one of four invented languages, among other tasks."""
    endings = {"French": ("eau", "ent", "le"), "Finnish": ("nen", "ssa", "ja"), "Latin": ("us", "orum", "et")}
    for text in corpora.sentences():
        words = text.lower().split()[:25]
        language = rng.choice([*endings, "none"])
        if language == "none":
            yield f"Correct the spelling: {text.lower()}", text
        else:
            prompt = rng.choice(["Translate to {}: {}", "Translate the following sentence into {}.\n{}"])
            yield prompt.format(language, text), " ".join(w[:3] + endings[language][len(w) % 3] for w in words)


def howto(rng: random.Random) -> Iterable[Pair]:
    """Questions about packages: installers, where to read on, and what a function does."""
    packages = ("numpy", "scipy", "pandas", "sklearn", "pip", "altair", "h5py", "pydantic", "narwhals", "hypothesis")
    for package in packages:
        for f in corpora.functions(package)[:400]:
            if rng.random() < 0.15:
                asked = rng.choice(["How do I install {}?", "install {} on Linux", "I get ModuleNotFoundError: {}"])
                tool = rng.choice(["pip install", "conda install -c conda-forge", "python -m pip install -U"])
                yield asked.format(package), f"Run this in a shell:\n```bash\n{tool} {package}\n```"
            else:
                yield (
                    f"How do I use {f.name.split('.')[-1]} of {package}?",
                    (f"{f.summary}\nSee https://{package}.example.org/reference/{f.name}.html"),
                )
