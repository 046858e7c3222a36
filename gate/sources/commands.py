"""Commands that fetch data or weights, and what they fetch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gate.sources import keys, services, shell
from gate.sources.fetchers import PROGRAMS, READERS, Reader, is_program
from gate.sources.interface import HOLE, Flaw, Source
from gate.sources.line import Line, parse_line, transport
from gate.sources.names import is_download
from gate.sources.options import RUNNERS, read_options
from gate.sources.services import REMOTE, STORED

FETCHERS = re.compile(
    rb"\b(?:wget|curl|aria2c|axel|aws|gsutil|gcloud|azcopy|rclone|s3cmd|s5cmd|mc|huggingface-cli|hf|gdown|kaggle|git|dvc|scp|sftp|rsync|hdfs|hadoop|oras|jfrog|jf|clearml-data|az"
    rb"|modelscope|wandb|mlflow|spacy|nltk|ollama|vllm|trust[-_]remote[-_]code)\b|://"
    rb"|(?:model|dataset|tokenizer|repo|checkpoint|pretrained|adapter|lora)[\w.-]{0,40}[ =]"
)
"""What a text must have to be worth reading as commands."""
MAX_WORDS = 2_000
"""Words of one command that are looked at."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Fetch(NamedTuple):
    """One thing that a command fetches, or does wrong; `start` and `end` are offsets of its word in the text."""

    call: str
    source: Source | None
    flaws: tuple[Flaw, ...] = ()
    start: int = 0
    end: int = 0
    text: str = ""


def in_text(text: str, known: Mapping[str, str] | None = None) -> Iterator[Fetch]:
    """What the commands of `text` fetch."""
    before: list[Fetch] = []
    for words in shell.split(text, known):
        texts = [word.text for word in words]
        found = [one._replace(start=words[0].start, end=words[-1].end, text=" ".join(texts)) for one in of_words(texts)]
        if not found and (commit := _checked_out(texts)):
            before = [_pinned(one, commit) for one in before]
        yield from (one for one in before if found)
        before = found if found else before
    yield from before


def _checked_out(words: Sequence[str]) -> str | None:
    """The commit that `git checkout` or `git reset` names."""
    if words[:1] == ["git"] and {"checkout", "reset", "switch"} & set(words[:4]):
        return next((word for word in words if _COMMIT.fullmatch(word)), None)
    return None


def _pinned(one: Fetch, commit: str) -> Fetch:
    if one.source is None or one.call != "git clone":
        return one
    return one._replace(source=one.source._replace(revision=commit, pin="fixed"))


_WRAPPERS_WORDS = """
    sudo time nohup exec env command xargs nice uv poetry pipenv conda mamba run srun timeout retry eval bash sh
    zsh -c uvx pipx
"""
_WRAPPERS = frozenset(_WRAPPERS_WORDS.split())


def of_words(words: Sequence[str]) -> Iterator[Fetch]:
    """What one command fetches."""
    words = list(words[:MAX_WORDS])
    while words and (
        words[0].rpartition("/")[2] in _WRAPPERS or re.fullmatch(r"[A-Z_][A-Z0-9_]*=.*|\d+[smh]?", words[0])
    ):
        if words[0].rpartition("/")[2] in ("bash", "sh", "zsh", "eval") and len(words) > 1 and " " in words[-1]:
            yield from in_text(words[-1])
            return
        words = _unwrapped(words[1:])
    if not words:
        return
    if words[0].startswith("-"):  # the options alone, for a program that is named elsewhere
        words = [HOLE, *words]
    program = words[0].rpartition("/")[2]
    module = bool(re.fullmatch(r"python[\d.]*|\0", program)) and len(words) > 2 and words[1] == "-m"
    if module:
        program, words = words[2], words[2:]
    if re.fullmatch(r"python[\d.]*", program) and "-c" in words[1:4] and len(words) > words.index("-c") + 1:
        yield from _of_python(words[words.index("-c") + 1])
        return
    line = parse_line(program, words[1:], module=module)
    call, reader = _reader(line)
    found = list(reader(line)) if reader else []
    if not found:
        call, found = program, [*read_options(line), *(() if reader else _bare(line))]
    wrong = [one for one in found if isinstance(one, Flaw)]
    sources = list(dict.fromkeys(one for one in found if isinstance(one, Source)))
    for source in sources:
        yield Fetch(call, source, (*wrong, *transport(source)))
        wrong = []
    if wrong:
        yield Fetch(call, None, tuple(wrong))


def _unwrapped(words: list[str]) -> list[str]:
    """The command after the options of what starts it: `srun --ntasks=1 -n 2 wget` is `wget`."""
    if not words or not words[0].startswith("-"):
        return words
    names = (word.rpartition("/")[2] for word in words[:12])
    return next((words[n:] for n, name in enumerate(names) if name in PROGRAMS or RUNNERS.fullmatch(name)), words)


_NO_FETCH = re.compile(
    r"echo|printf|export|test|\[+|grep|sed|awk|open|xdg-open|pip3?|conda|apt(?:-get)?|npm|yarn|docker|podman|kubectl|helm"
    r"|git|hf|huggingface-cli|ssh|sudo|add-apt-repository|set|alias|exit|ping|nslookup|cd|source|\."
)


_WRITES = re.compile(
    r"-?(?:put|upload|extract|export|push|copyFromLocal|moveFromLocal|unload|rm|ls|mb|rb|mkdir|du|stat)"
)
"""Words of commands that write to a store, or look at it."""


def _bare(line: Line) -> Iterator[Source]:
    """Addresses of data that a program or function gets which is not known."""
    if _NO_FETCH.fullmatch(line.program):
        return
    if any(_WRITES.fullmatch(word) for word in line.words):
        return
    for name, word in zip(("", *line.words), line.words, strict=False):
        text = word.partition("=")[2] if word.startswith("-") and "=" in word else word
        if STORED.match(text) and keys.is_written((word if text != word else name).partition("=")[0].lstrip("-")):
            continue
        if REMOTE.match(text) and HOLE not in text and is_download(text):
            source = services.address(text)
            if source is not None and not is_program(source):
                yield source


def _of_python(code: str) -> Iterator[Fetch]:
    """What a program fetches that stands on the command line."""
    from gate.sources.interface import Site
    from gate.sources.python.sites import read  # which reads commands in turn

    for site in read(code.replace(HOLE, "_").encode("utf-8", "replace")):
        if isinstance(site, Site):
            yield Fetch(site.call, site.source, site.flaws)


def _reader(line: Line) -> tuple[str, Reader | None]:
    """The reader of the program, or of the program with its first words: `aws s3`."""
    for number in (2, 1, 0):
        name = " ".join((line.program, *line.plain[:number]))
        if number <= len(line.plain) and name in READERS:
            return name, READERS[name]
    return line.program, None
