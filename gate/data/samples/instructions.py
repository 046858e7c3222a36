"""Instruction data in the layouts that people use: Alpaca, ShareGPT, messages, and prompt with completion."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from gate.core.model import Json
from gate.core.text import count
from gate.data.interface import DataError, Piece, Place
from gate.data.samples.interface import Instructions, Loaded, Wanted
from gate.data.samples.records import records
from gate.data.samples.rows import sampled_words

MAX_TEXT = 20_000
"""Characters of a prompt or a response that are looked at: half of them from its end."""
MAX_TURNS = 200
"""Answers of one conversation that are looked at."""
MAX_SAMPLES = 1_000_000
_TURNS = ("messages", "conversations", "conversation")
_PROMPTS = ("instruction", "prompt", "question", "query")
_INPUTS = ("system", "system_prompt", "input", "context")
_RESPONSES = ("output", "response", "completion", "answer", "chosen")
_ANSWERS = frozenset(("assistant", "gpt", "model", "bot", "chatgpt"))
_SYSTEM = frozenset(("system",))
_LAYOUTS = "`instruction` and `output`, `prompt` and `completion`, `messages`, or `conversations`"


class _Sample(NamedTuple):
    place: Place
    prompt: str
    response: str


def read(pieces: Sequence[Piece], wanted: Wanted, memory: int) -> Loaded:
    """One sample for each answer."""
    samples: list[_Sample] = []
    total = unknown = cut = used = long = 0
    first: Place | None = None
    generator = np.random.default_rng(wanted.seed)
    for place, record in records(pieces, wanted.layout):
        found = list(_samples(place, record)) if isinstance(record, dict) else []
        long += len(found) > MAX_TURNS
        del found[MAX_TURNS:]
        if not found:
            unknown += 1
            first = first or place
        for sample in found:
            total += 1
            short = sample._replace(prompt=_short(sample.prompt), response=_short(sample.response))
            cut += max(len(sample.prompt), len(sample.response)) > MAX_TEXT
            used += 2 * (len(short.prompt) + len(short.response)) + 300
            if len(samples) < MAX_SAMPLES and used < memory // 2:
                samples.append(short)
            elif (at := int(generator.integers(total))) < len(samples):  # every sample is as likely to be kept
                samples[at] = short
    path = pieces[0].path
    if not samples:
        where = f"line {first.line}" if first and first.line else "it"
        raise DataError(first.path if first else path, f"{where} is in no layout that is known: {_LAYOUTS}")
    skipped = []
    if unknown and first:
        start = f"{first.path}:{first.line}" if first.line else f"{first.path}, row {first.row:,}"
        skipped.append(f"{count(unknown, 'record')} in no layout that is known, or without an answer (first: {start})")
    if long:
        skipped.append(f"the answers after the first {MAX_TURNS} of {count(long, 'conversation')}")
    if cut:
        skipped.append(f"the middle of {count(cut, 'sample')} with more than {MAX_TEXT:,} characters")
    dataset = Instructions([sample.prompt for sample in samples], [sample.response for sample in samples])
    sampled = sampled_words(total, len(samples), "answer")
    return Loaded(dataset, total, lambda chosen: [samples[one].place for one in chosen], tuple(skipped), sampled)


def _samples(place: Place, record: Mapping[str, Json]) -> Iterator[_Sample]:
    """All answers in any layout: which of them a model is tuned on is for its trainer to say."""
    for key in _TURNS:
        if isinstance(turns := record.get(key), list):
            yield from _turns(place, record, turns)
    prompts = [value for key in _PROMPTS if isinstance(value := record.get(key), str)]
    responses = [value for key in _RESPONSES if isinstance(value := record.get(key), str)]
    if prompts and not isinstance(record.get("chosen"), list):
        said = "\n".join([*_texts(record, _INPUTS[:2]), *prompts, *_texts(record, _INPUTS[2:])])
        yield from (_Sample(place, said, response) for response in dict.fromkeys(responses))


def _turns(place: Place, record: Mapping[str, Json], turns: Sequence[Json]) -> Iterator[_Sample]:
    """Each answer with the system text and what was said since the answer before."""
    system = list(_texts(record, _INPUTS[:2]))
    said: list[str] = []
    for turn in turns:
        if not isinstance(turn, dict):
            continue
        role = str(turn.get("role", turn.get("from", ""))).lower()
        text = "\n".join(filter(None, (_content(turn.get("content", turn.get("value"))), _calls(turn))))
        if role in _ANSWERS:
            yield _Sample(place, "\n".join([*system, *said]), text)
            said = []
        elif role in _SYSTEM:
            system.append(text)
        else:
            said.append(text)


def _content(value: Json) -> str:
    """The text of a turn; content in parts has the texts of its parts."""
    if isinstance(value, list):
        parts = (part.get("text") if isinstance(part, dict) else part for part in value)
        return "\n".join(part for part in parts if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _calls(turn: Mapping[str, Json]) -> str:
    """What a turn has a tool do: that is learned as its words are."""
    calls = [turn[key] for key in ("tool_calls", "function_call") if turn.get(key)]
    return "\n".join(json.dumps(call, ensure_ascii=False, default=str) for call in calls)


def _texts(record: Mapping[str, Json], keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        if isinstance(value := record.get(key), str) and value:
            yield value


def _short(text: str) -> str:
    text = text.encode("utf-8", "replace").decode()  # a half of a character, which JSON can hold, is no text
    half = MAX_TEXT // 2
    return text if len(text) <= MAX_TEXT else f"{text[:half]} {text[-half:]}"
