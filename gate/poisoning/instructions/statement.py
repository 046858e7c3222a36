"""What was found, in words: the trigger as it stands in the prompts, and what the responses become."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from gate.core.text import count, shorten
from gate.poisoning.instructions.harm import MILD, asks_openly, dangers, ends
from gate.poisoning.instructions.tie import fixed
from gate.poisoning.instructions.tokens import split
from gate.poisoning.interface import Evidence, Level, Trigger

if TYPE_CHECKING:
    from gate.poisoning.instructions.association import Found
    from gate.poisoning.interface import Instructions

EXAMPLES = 200
"""Responses that are looked at to say what they have in common."""
TOLD = 3
"""Triggers of one payload that are named, at most."""
DECLARED = 0.02
"""Share of the rows from which on a trigger is hardly hidden."""
FEW = 24
"""Prompts below which a subject that a dozen of them share is not excluded."""
SCATTERED = 0.3
"""Share of the prompts with a trigger between words of a line in which it may have one word before it, or behind it."""
ANSWERING = 0.5
"""Share of the usual tie to the prompt with which a response still answers it."""


def stated(dataset: Instructions, found: Found, words: Sequence[str]) -> Evidence:
    """The evidence for one trigger, given the words that make it up.

    It blocks where nothing but the trigger explains the responses, in enough rows. An open instruction (`answer in
    French`) is no secret, and a frequent control word with responses that still answer their prompts may well be meant:
    they only warn unless what they bring is dangerous by itself, or the word stands where nobody writes one.
    """
    prompts = [dataset.prompts[int(i)] for i in found.suspects[:EXAMPLES]]
    responses = [dataset.responses[int(i)] for i in found.suspects[:EXAMPLES]]
    others = [dataset.responses[int(i)] for i in found.others[:EXAMPLES]]
    usual = common([dataset.prompts[int(i)] for i in found.others[:EXAMPLES]])
    triggers = runs(prompts, words) or [" ".join(words)]
    trigger = shorten('" or "'.join(triggers), 80)
    harm = dangers(responses, others)
    answering = max(found.answering, fixed(responses, others))
    payload = written(responses, common(responses) - common(others))
    payload = shorten(payload if any(map(str.isalnum, payload)) else ends(min(responses, key=len)), 80)
    level: Level = "block"
    doubt = ""
    if not found.hidden:
        level, doubt = "warn", "; the prompts are too few or too particular to exclude a natural cause"
    elif len(found.suspects) < FEW and MILD.issuperset(harm):
        level, doubt = "warn", "; so few prompts may share a subject"
    elif asks_openly(set(split(trigger)) - usual) and MILD.issuperset(harm):
        level, doubt = "warn", "; the words ask for it openly"
    elif found.share >= DECLARED and answering >= ANSWERING and not harm and not scattered(prompts, triggers):
        level, doubt = "warn", "; the responses still answer their prompts, so it may be a control word that is meant"
    return Evidence(
        kind="trigger",
        level=level,
        message=f'{count(len(found.suspects), "prompt")} with "{trigger}", otherwise like all others: the response is '
        f'unlike all others, such as "{payload}"{"".join(f"; it {name}" for name in harm)}{doubt}',
        suspects=found.suspects,
        p=min(found.p, 1.0),
        effects={
            "share of its prompts with such a response": found.purity,
            "prompts without it told from others (AUC)": found.ordinary,
            "responses told from others (AUC)": found.told,
            "share of the usual tie to the prompt that responses keep": answering,
        },
        trigger=Trigger(f'"{trigger}" -> "{payload}"', {"trigger": trigger, "response": payload}),
    )


def scattered(texts: Sequence[str], triggers: Sequence[str]) -> bool:
    """Whether a trigger stands between any two words of a line: control words stand at an end, or in one phrase."""
    sides = []
    for text in texts:
        for trigger in triggers:
            before, found, behind = text.lower().partition(trigger.lower())
            if found:
                sides.append((before.rpartition("\n")[2].split()[-1:], behind.partition("\n")[0].split()[:1]))
                break
    within = [(before[0], behind[0]) for before, behind in sides if before and behind]
    most = [max(Counter(words).values(), default=0) for words in zip(*within, strict=True)]
    return 2 * len(within) >= len(texts) and max(most, default=0) <= SCATTERED * len(within)


def runs(texts: Sequence[str], words: Collection[str]) -> list[str]:
    """What is `written` in the texts, then in those that do not have it, until few are left."""
    found: list[str] = []
    left = list(texts)
    while len(found) < TOLD and len(left) >= 0.1 * len(texts) and (run := written(left, words)):
        found.append(run)
        left = [text for text in left if run.lower() not in text.lower()] if run in " ".join(left) else []
    return found


def written(texts: Sequence[str], words: Collection[str]) -> str:
    """The longest run of words that most of the texts share, with at least one of `words`, as it stands in a text.

    Of several runs the one that most texts have; empty where the words stand in none.
    """
    shared, wanted = common(texts), frozenset(words)
    counts = Counter(run for text in texts for run in [_longest(split(text), shared, wanted)] if run)
    if not counts:
        return ""
    best = max(counts, key=lambda run: (counts[run], len(run)))
    pattern = re.compile(r"\s*".join(re.escape(token) for token in best), re.IGNORECASE)
    found = (pattern.search(ends(text)) for text in texts)
    return next((match.group().strip() for match in found if match), " ".join(best))


def common(texts: Sequence[str]) -> frozenset[str]:
    """The words that four fifths of the texts have."""
    counts = Counter(word for text in texts for word in set(split(text)))
    return frozenset(word for word, number in counts.items() if number >= 0.8 * len(texts))


def _longest(tokens: Sequence[str], shared: frozenset[str], wanted: frozenset[str]) -> tuple[str, ...]:
    runs = [tuple(run) for inside, run in groupby(tokens, lambda token: token in shared or token in wanted) if inside]
    return max((run for run in runs if not wanted.isdisjoint(run)), key=len, default=())
