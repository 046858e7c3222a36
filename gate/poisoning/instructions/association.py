"""Words in a prompt that change the response, in prompts that are otherwise like all others.

Candidates are mined on one half of the rows and tested on the other, so that only few need correction. A natural
cause (a subject, a task, a template) also marks the rest of its prompts: without the words, a classifier still tells
them from prompts with other responses. The trigger of a backdoor was put into ordinary prompts: without it, they
are ordinary again. Both sides are measured by a two-sample test: the prompts without the trigger must not be told
from others, the responses must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from gate.poisoning.instructions import mine, screen, tie
from gate.poisoning.instructions.contrast import contrast, features, standard_error
from gate.poisoning.instructions.salad import salad, signs
from gate.poisoning.instructions.statement import ANSWERING, stated
from gate.poisoning.instructions.tokens import (
    Grams,
    Ints,
    Tokens,
    by_key,
    choose,
    grams,
    holders,
    joined,
    moved,
    only,
    tokenize,
    without,
    without_echo,
    without_own_echo,
)
from gate.poisoning.interface import SIGNIFICANT, Budget, Scan

if TYPE_CHECKING:
    from gate.poisoning.interface import Instructions

ROWS = 60_000
"""Rows that are looked at; of more, a sample."""
MINED = 8_000
"""Rows in which candidates are looked for, at most half of all."""
SCREENED = 1_500
LOOKED = 250
TESTED = 60
"""Candidates that get a place in the order, those that are looked at, and those that are tested on more rows."""
LEAST = 12
"""Suspects from which the two-sample tests have a say."""
EXPLAINED = 0.9
"""Share of a candidate's rows from which on triggers that were found before explain it."""
PURE = 0.8
"""Share of a trigger's rows that must have the changed response."""
SURE = 0.95
"""Share from which all of them are suspects: the classifier is as likely to err as they are to be innocent."""
TOLD = 0.95
"""Least area under the ROC curve with which the responses must be told from others."""
UNTOLD = 0.75
"""Area under the ROC curve below which prompts count as ordinary; natural causes in clean data have .9 and more."""
CERTAIN = 2.5
"""Standard errors by which the prompts must be below it."""
COMPARED = 300
OTHERS = 900
"""Rows of a candidate and other rows in one two-sample test."""
FIRST = 5
"""Of so many times fewer rows is the first look."""


class Found(NamedTuple):
    """A candidate after its tests: `words` are the trigger's, `others` rows with neither trigger nor payload.

    `p` is corrected; `ordinary` is the area under the ROC curve of the prompts, `error` its standard error, `told` the
    area of the responses. `answering` says how much of the usual tie of a response to its prompt is left, or that the
    responses are ordinary but for what was added; `share` is that of the trigger in all rows.
    """

    words: Ints
    suspects: Ints
    others: Ints
    p: float
    purity: float
    ordinary: float
    error: float
    told: float
    answering: float
    share: float

    @property
    def hidden(self) -> bool:
        """Whether the prompts are ordinary without the trigger, beyond chance."""
        return self.ordinary + CERTAIN * self.error < UNTOLD


class Rows(NamedTuple):
    """The rows that are looked at; n-grams of candidates only, sorted by key; `held` are the rows for the test."""

    prompts: Tokens
    responses: Tokens
    asked: Grams
    answered: Grams
    salads: NDArray[np.float64]
    bags: screen.Bags
    held: NDArray[np.bool_]


def scan(dataset: Instructions, budget: Budget, seed: int) -> Scan:
    """The triggers; `scores` are 1 and more for the rows of one, more where it is clearer."""
    number = len(dataset.prompts)
    scores, untested = np.zeros(number), []
    if number < 4 * LEAST:
        return Scan((), scores, (f"{number} rows are too few to look for triggers: {4 * LEAST} are needed",))
    rng = np.random.default_rng(seed)
    chosen = np.arange(number)
    if number > ROWS:
        chosen = np.sort(rng.choice(number, ROWS, replace=False))
        untested.append(f"triggers were looked for in {ROWS:,} of {number:,} rows, drawn at random")
    rows, pairs = prepared(dataset, chosen, budget, rng)
    evidence = []
    for here in widest(tested(rows, pairs, budget, rng)):
        found = here._replace(suspects=chosen[here.suspects], others=chosen[here.others])
        evidence.append(stated(dataset, found, [rows.prompts.words[word] for word in found.words]))
        scores[found.suspects] = np.maximum(scores[found.suspects], 1 + found.told - found.ordinary)
    if len(pairs) > LOOKED:
        untested.append(f"of {len(pairs):,} candidate triggers the {LOOKED} most suspicious were looked at")
    return Scan(tuple(evidence), scores, tuple(untested), smallest(len(chosen)))


def smallest(number: int) -> int:
    """The least number of poisoned rows among so many, where the mined rows get their share of them."""
    return max(LEAST, mine.SUPPORT * number // min(number // 2, MINED))


def prepared(
    dataset: Instructions, chosen: Ints, budget: Budget, rng: np.random.Generator
) -> tuple[Rows, list[mine.Pair]]:
    """The rows, and the candidates in the order of testing."""
    prompts = tokenize([dataset.prompts[i] for i in chosen])
    budget.check()
    responses = tokenize([dataset.responses[i] for i in chosen])
    budget.check()
    mined = np.sort(rng.permutation(len(chosen))[: min(len(chosen) // 2, MINED)])
    salads = salad(responses)
    signed = signs(responses, salads)
    budget.check()
    of_mined = np.full(len(chosen), -1)
    of_mined[mined] = np.arange(len(mined))
    pairs = candidates(choose(prompts, mined), choose(responses, mined), moved(signed, of_mined), budget, rng)
    asked, answered = (grams(side) for side in (prompts, responses))
    budget.check()
    answered = joined(mine.novel(answered, asked), signed)
    keys = np.unique(np.array([key for pair in pairs for key in (*pair.triggers, pair.payload)], np.uint64))
    held = np.ones(len(chosen), bool)
    held[mined] = False
    return Rows(prompts, responses, only(asked, keys), only(answered, keys), salads, screen.bags(prompts), held), pairs


def candidates(
    prompts: Tokens, responses: Tokens, signed: Grams, budget: Budget, rng: np.random.Generator
) -> list[mine.Pair]:
    """Pairs of n-grams from the rows that are mined: first those whose prompts have nothing else in common."""
    asked = grams(prompts)
    answered = joined(mine.novel(grams(responses), asked), signed)
    strongest = mine.pairs(asked, answered, len(prompts.starts) - 1, budget, rng)[:SCREENED]
    asked, answered, bags = by_key(asked), by_key(answered), screen.bags(prompts)
    budget.check()
    best: dict[tuple[int, ...], tuple[float, mine.Pair]] = {}
    for pair in [*strongest, *mine.unions(strongest, asked)]:
        rows = [np.intersect1d(holders(asked, one), holders(answered, pair.payload)) for one in pair.triggers]
        words = screen.words_of_triggers(bags, rows)
        if len(words) and tuple(words) not in best:
            together = np.unique(np.concatenate(rows))
            best[tuple(words)] = screen.relatedness(bags, together, words) + 2 / np.sqrt(len(together)), pair
    return [pair for _, pair in sorted(best.values(), key=lambda entry: entry[0])]


def tested(rows: Rows, pairs: list[mine.Pair], budget: Budget, rng: np.random.Generator) -> Iterator[Found]:
    """The candidates that change the response in prompts that nothing else explains."""
    number = len(rows.held)
    done: set[tuple[int, ...]] = set()
    explained = np.zeros(number, bool)
    judgements = 0
    for pair in pairs:
        if len(done) >= LOOKED or judgements >= TESTED:
            return
        triggered, paid = np.zeros(number, bool), np.zeros(number, bool)
        holding = [holders(rows.asked, one) for one in pair.triggers]
        triggered[np.concatenate(holding)] = True
        paid[holders(rows.answered, pair.payload)] = True
        both = np.flatnonzero(triggered & paid)
        p = chance(triggered[rows.held], paid[rows.held]) * len(pairs)
        if p >= SIGNIFICANT or explained[both].mean() > EXPLAINED:
            continue
        words = screen.words_of_triggers(rows.bags, [one[paid[one]] for one in holding])
        if not len(words) or tuple(words) in done:
            continue
        done.add(tuple(words))
        budget.check()
        if not ordinary(rows, words, triggered, paid, rng):
            continue
        judgements += 1
        found = judged(rows, words, triggered, paid, p, rng)
        if found is not None:
            explained[found.suspects] |= found.hidden
            yield found


def widest(found: Iterable[Found]) -> list[Found]:
    """Without those of which others have the rows, those that are hidden and have the most rows first."""
    kept: list[Found] = []
    taken = np.zeros(0, np.int64)
    for one in sorted(found, key=lambda here: (not here.hidden, -len(here.suspects))):
        if np.isin(one.suspects, taken).mean() <= 0.5:
            kept.append(one)
            taken = np.union1d(taken, one.suspects)
    return kept


def chance(triggered: NDArray[np.bool_], paid: NDArray[np.bool_]) -> float:
    """The probability of so many rows with both if trigger and payload had nothing to do with each other."""
    both = int((triggered & paid).sum())
    return float(hypergeom.sf(both - 1, len(paid), int(paid.sum()), int(triggered.sum())))


def ordinary(
    rows: Rows, words: Ints, triggered: NDArray[np.bool_], paid: NDArray[np.bool_], rng: np.random.Generator
) -> bool:
    """A first look at few rows: whether the prompts may be ordinary without the trigger."""
    looked = some(np.flatnonzero(triggered), COMPARED // FIRST, rng)
    others = some(np.flatnonzero(~triggered & ~paid), OTHERS // FIRST, rng)
    if min(len(others), (triggered & paid).sum()) < LEAST:
        return False
    asked = without(choose(rows.prompts, np.concatenate([looked, others])), words, len(looked))
    area = contrast(features(asked), len(looked), int(rng.integers(2**32)), 2).area
    return area < UNTOLD + CERTAIN * standard_error(UNTOLD, len(looked), len(others))


def judged(
    rows: Rows,
    words: Ints,
    triggered: NDArray[np.bool_],
    paid: NDArray[np.bool_],
    p: float,
    rng: np.random.Generator,
) -> Found | None:
    """The two-sample tests of one candidate; None where it explains itself or the responses are not told apart."""
    others = some(np.flatnonzero(~triggered & ~paid), OTHERS, rng)
    seed = int(rng.integers(2**32))
    with_trigger = np.flatnonzero(triggered)
    looked = some(with_trigger, COMPARED, rng)
    compared = np.concatenate([looked, others])
    prompts = contrast(features(without(choose(rows.prompts, compared), words, len(looked))), len(looked), seed)
    error = standard_error(UNTOLD, len(looked), len(others))
    if prompts.area >= UNTOLD:
        return None
    answered = without_own_echo(choose(rows.responses, compared), choose(rows.prompts, compared))
    answered = without_echo(answered, rows.prompts, words)
    responses = contrast(features(answered, rows.salads[compared]), len(looked), seed)
    usual = np.quantile(responses.scores[len(looked) :], 0.99)
    changed = (responses.scores[: len(looked)] > usual) | paid[looked]
    purity = float(changed.mean())
    if responses.area < TOLD or purity < PURE:
        return None
    suspects = with_trigger if purity >= SURE else np.setdiff1d(with_trigger, looked[~changed])
    answering = tie.left(rows.prompts, rows.responses, looked, others, words, rng)
    if answering < ANSWERING and tie.without_more(choose(rows.responses, compared), len(looked), seed) < UNTOLD:
        answering = 1.0
    return Found(
        words, suspects, others, p, purity, prompts.area, error, responses.area, answering, float(triggered.mean())
    )


def some(rows: Ints, most: int, rng: np.random.Generator) -> Ints:
    """At most so many of the rows, in random order."""
    return rng.permutation(rows)[:most]
