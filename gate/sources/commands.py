"""Commands that fetch data or weights, and what they fetch."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gate.sources import keys, services, shell
from gate.sources.fetchers import PROGRAMS, READERS, Reader
from gate.sources.interface import HOLE, Flaw, Source, shown
from gate.sources.line import Line, parse_line, transport
from gate.sources.names import is_data_url, is_download
from gate.sources.options import RUNNERS, read_options
from gate.sources.programs import is_program, may_be_built
from gate.sources.services import REMOTE, STORED

FETCHERS = re.compile(
    rb"\b(?:wget|curl|aria2c|axel|Invoke-WebRequest|iwr|aws|gsutil|gcloud|azcopy|rclone|s3cmd|s5cmd|mc|huggingface-cli|hf|gdown|kaggle|git|dvc|scp|sftp|rsync|hdfs|hadoop|oras|jfrog|jf|clearml-data|az"
    rb"|modelscope|lftp|svn|huggingface|wandb|mlflow|spacy|nltk|ollama|vllm|trust[-_]remote[-_]code)\b|://"
    rb"|\bpython[\d.]*[ \t]+-c\b"
    rb"|www\.|(?i:model|dataset|tokenizer|repo|checkpoint|pretrained|adapter|lora|huggingface|hf)[\w.-]{0,40}[ =]"
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
    assigned: shell.Words = []
    lines = list(shell.split(text, known, assigned))
    pushes = any("push" in (word.text for word in words[1:4]) for words in lines if words[0].text == "git")
    before: list[Fetch] = []
    told: set[str] = set()
    for number, words in enumerate(lines):
        texts = [word.text for word in words]
        found = _placed(list(of_words(texts)), text, words)
        found = [one for one in found if not (pushes and _is_own(one)) and not _is_built(one, lines, number)]
        told.update(one.source.url for one in found if one.source is not None)
        if not found and (commit := _checked_out(texts)):
            before = [_pinned(one, commit) for one in before]
        yield from (one for one in before if found)
        before = found if found else before
    yield from before
    yield from _named(assigned, told)


def _placed(found: Sequence[Fetch], text: str, words: shell.Words) -> list[Fetch]:
    """Fetches with their places: the command, or the line of a text of commands that is its last word."""
    written = " ".join(word.text for word in words)
    placed = [one._replace(start=words[0].start, end=words[-1].end, text=written) for one in found]
    if not any(one.end for one in found):
        return placed
    last = words[-1]
    inner, raw = _lines(last.text), _lines(text[last.start : last.end])
    for number, one in enumerate(found):
        line = bisect_right(inner, one.start) - 1
        if one.end and 0 < line < len(raw):
            start, end = raw[line], raw[line + 1] if line + 1 < len(raw) else last.end - last.start
            head = text[last.start + start : last.start + start + 200]
            start += len(head) - len(head.lstrip())
            placed[number] = placed[number]._replace(start=last.start + start, end=last.start + max(start, end - 1))
    return placed


def _lines(text: str) -> list[int]:
    """Where the lines of a text begin."""
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _is_own(one: Fetch) -> bool:
    """Whether it is a repository of the hub that is cloned so that something can be pushed into it."""
    return one.call == "git clone" and one.source is not None and one.source.host == services.HUB


_BUILDS = re.compile(
    r"(?:.*/)?(?:make|cmake|configure|autoreconf|autogen\.sh|bootstrap\.sh|meson|ninja|gcc|g\+\+|cargo|ldconfig|dpkg)"
)
_FOLLOWING = 8
"""Commands after a fetch within which what was fetched is built."""


def _is_built(one: Fetch, lines: list[shell.Words], number: int) -> bool:
    """Whether an archive is that of a program, for the commands after it build one."""
    if one.source is None or not may_be_built(one.source):
        return False
    for words in lines[number + 1 : number + 1 + _FOLLOWING]:
        if words[0].text in ("wget", "curl"):
            return False
        if _BUILDS.fullmatch(words[0].text):
            return True
    return False


_WEIGHTS = re.compile(r"\.(?:pth?|bin|ckpt|safetensors|gguf|onnx|h5|keras|pkl|npz|nemo|tflite|pdparams)$")
_SAID = re.compile(r"(?:^|_)(?:hf|huggingface|pretrained|tokenizer|id|tag|path)(?:_|$)")


def _named(assigned: shell.Words, told: set[str]) -> Iterator[Fetch]:
    """Variables that name a model or a dataset of the hub, or weights, which no command that is read fetches."""
    pairs = (word.text.partition("=") for word in assigned)
    given = {key: value for name, _, value in pairs if (key := keys.normal(name)).endswith("revision")}
    for word in assigned:
        name, _, value = word.text.partition("=")
        key = keys.normal(name.rstrip("+"))
        revision = keys.revision_of(key, keys.kind_of(key), given)
        source = keys.named(key, value, revision) if "/" in value and HOLE not in value else None
        if source is None or source.url in told or keys.is_output(key):
            continue
        last = value.rpartition("/")[2]
        weights = bool(REMOTE.match(value) and _WEIGHTS.search(value))
        if weights or (not REMOTE.match(value) and (_SAID.search(key) or (re.search(r"\d", last) and "-" in last))):
            told.add(source.url)
            yield Fetch(name, source, transport(source), word.start, word.end, word.text)


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


_STARTED = PROGRAMS | _WRAPPERS | {"python", "python3"}
"""Programs of which it is plain that something unknown in front of them starts them."""
_CONTAINERS = frozenset(("docker", "podman", "nvidia-docker", "singularity", "apptainer", "kubectl", "ssh", "su"))


def _inside(words: Sequence[str]) -> str | None:
    """The text of commands that a container runs: `docker exec NAME bash -c "..."`."""
    shells = (n for n, word in enumerate(words[:-2]) if word.rpartition("/")[2] in ("bash", "sh", "zsh"))
    place = next(shells, None)
    return words[-1] if place is not None and re.fullmatch(r"-\w*c", words[-2]) else None


def of_words(words: Sequence[str]) -> Iterator[Fetch]:
    """What one command fetches."""
    words = [*words[0].split(), *words[1:MAX_WORDS]] if words else []  # `$(RUN)` may stand for several
    while len(words) > 1 and words[0] in ("", HOLE) and words[1].rpartition("/")[2] in _STARTED:
        words = words[1:]
    while words and (
        words[0].rpartition("/")[2] in _WRAPPERS or re.fullmatch(r"[A-Z_][A-Z0-9_]*=.*|\d+[smh]?", words[0])
    ):
        if words[0].rpartition("/")[2] in ("bash", "sh", "zsh", "eval") and len(words) > 1 and " " in words[-1]:
            yield from in_text(words[-1])
            return
        words = _unwrapped(_with_items(words) if words[0] == "xargs" else words[1:])
    if not words:
        return
    if words[0].rpartition("/")[2] in _CONTAINERS and (script := _inside(words)):
        yield from in_text(script)
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
        call, found = _shown(program), [*read_options(line), *(() if reader else _bare(line))]
    wrong = [one for one in found if isinstance(one, Flaw)]
    sources = list(dict.fromkeys(one for one in found if isinstance(one, Source)))
    for source in sources:
        yield Fetch(call, source, (*wrong, *transport(source)))
        wrong = []
    if wrong:
        yield Fetch(call, None, tuple(wrong))


def _shown(program: str) -> str:
    """A program for people, also where only the run knows which one it is."""
    return shown(program) if program.strip(HOLE) else "the program"


def _with_items(words: Sequence[str]) -> list[str]:
    """What xargs starts, with something unknown for what it puts in: `xargs -I{} wget .../{}`."""
    mark = ""
    for number, word in enumerate(words[1:6], 1):
        if word.startswith(("-I", "--replace=")):
            mark = word.removeprefix("-I").removeprefix("--replace=") or "".join(words[number + 1 : number + 2])
            break
    return [word.replace(mark, HOLE) if mark and not word.startswith("-I") else word for word in words[1:]]


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


_FETCHES = re.compile(r"(?:^|[_-])(?:download|fetch|get|wget|curl)(?:[_.-]|$)")
"""In the name of a script or function: it fetches what it is given."""
_URL = re.compile(r"^--?[\w-]*(?:data|model|dataset|download|weights|archive|corpus)[\w-]*[_-](?:url|uri)s?$")
"""An option that is given the address of data."""


def _bare(line: Line) -> Iterator[Source]:
    """Addresses of data that a program or function gets which is not known."""
    if _NO_FETCH.fullmatch(line.program):
        return
    if any(_WRITES.fullmatch(word) for word in line.words):
        return
    fetches = bool(_FETCHES.search(line.program))
    for before, word in zip(("", *line.words), line.words, strict=False):
        name = (word if "=" in word else before).partition("=")[0]
        text = word.partition("=")[2] if word.startswith("-") and "=" in word else word
        if STORED.match(text) and keys.is_written(name.lstrip("-")):
            continue
        asked = fetches or bool(_URL.search(name))
        if asked and text.startswith("www."):
            text = f"http://{text}"
        if not REMOTE.match(text) or (HOLE in text and not asked):
            continue
        if is_download(text) or (asked and is_data_url(text, services.host_of(text))):
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
