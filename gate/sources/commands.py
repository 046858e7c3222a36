"""Commands that fetch data or weights, and what they fetch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gate.core.model import Kind
from gate.sources import flaws, keys, services, shell
from gate.sources.interface import HOLE, Flaw, Source
from gate.sources.names import is_data_url
from gate.sources.services import REMOTE

FETCHERS = re.compile(
    rb"\b(?:wget|curl|aria2c|axel|aws|gsutil|gcloud|azcopy|rclone|s3cmd|s5cmd|mc|huggingface-cli|hf|gdown|kaggle|git|dvc"
    rb"|modelscope|wandb|mlflow|spacy|nltk|ollama|vllm|trust[-_]remote[-_]code)\b"
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


class Line(NamedTuple):
    """One command: its program, its other words, and the options among them.

    `plain` are those that are neither options nor their values; `is_module` says that it is one of Python.
    """

    program: str
    words: tuple[str, ...]
    options: Mapping[str, str]
    plain: tuple[str, ...]
    is_module: bool = False


Reader = Callable[[Line], Iterator["Source | Flaw"]]


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
    zsh -c
"""
_WRAPPERS = frozenset(_WRAPPERS_WORDS.split())


def of_words(words: Sequence[str]) -> Iterator[Fetch]:
    """What one command fetches."""
    words = list(words[:MAX_WORDS])
    while words and (words[0] in _WRAPPERS or re.fullmatch(r"[A-Z_][A-Z0-9_]*=.*|\d+[smh]?", words[0])):
        if words[0] in ("bash", "sh", "zsh", "eval") and len(words) > 1 and " " in words[-1]:
            yield from in_text(words[-1])
            return
        words = words[1:]
    if not words:
        return
    if words[0].startswith("-"):  # the options alone, for a program that is named elsewhere
        words = [HOLE, *words]
    program = words[0].rpartition("/")[2]
    module = bool(re.fullmatch(r"python[\d.]*", program)) and len(words) > 2 and words[1] == "-m"
    if module:
        program, words = words[2], words[2:]
    if re.fullmatch(r"python[\d.]*", program) and "-c" in words[1:4] and len(words) > words.index("-c") + 1:
        yield from _of_python(words[words.index("-c") + 1])
        return
    line = _line(program, words[1:], module=module)
    call, reader = _reader(line)
    found = list(reader(line)) if reader else []
    if not found:
        call, found = program, list(_options(line))
    wrong = [one for one in found if isinstance(one, Flaw)]
    sources = list(dict.fromkeys(one for one in found if isinstance(one, Source)))
    for source in sources:
        yield Fetch(call, source, (*wrong, *transport(source)))
        wrong = []
    if wrong:
        yield Fetch(call, None, tuple(wrong))


def _of_python(code: str) -> Iterator[Fetch]:
    """What a program fetches that stands on the command line."""
    from gate.sources.interface import Site
    from gate.sources.python.sites import read  # which reads commands in turn

    for site in read(code.replace(HOLE, "_").encode("utf-8", "replace")):
        if isinstance(site, Site):
            yield Fetch(site.call, site.source, site.flaws)


def transport(source: Source) -> tuple[Flaw, ...]:
    """What is wrong with the way that a source comes."""
    unencrypted = flaws.unencrypted(source)
    return (unencrypted,) if unencrypted else ()


_VALUED = frozenset(
    (
        *("--revision", "--repo-type", "--type", "--local-dir", "--cache-dir", "--token", "--include", "--exclude"),
        *(
            "--region",
            "--profile",
            "--endpoint-url",
            "--rev",
            "-b",
            "--branch",
            "--depth",
            "-H",
            "--header",
            "--output",
        ),
        *("-o", "-O", "-P", "-p", "--path", "--dest", "--quantization", "--max-workers"),
    )
)
"""Options whose value is a word of its own, and never what is fetched."""


def _line(program: str, words: list[str], *, module: bool) -> Line:
    options: dict[str, str] = {}
    plain: list[str] = []
    for number, word in enumerate(words):
        if word.startswith("-") and len(word) > 1 and HOLE not in word.partition("=")[0]:
            name, mark, value = word.partition("=")
            follows = words[number + 1] if number + 1 < len(words) else ""
            options.setdefault(name, value if mark else "" if follows.startswith("-") else follows)
        elif number == 0 or words[number - 1] not in _VALUED:
            plain.append(word)
    return Line(program, tuple(words), options, tuple(plain), module)


def _reader(line: Line) -> tuple[str, Reader | None]:
    """The reader of the program, or of the program with its first words: `aws s3`."""
    for number in (2, 1, 0):
        name = " ".join((line.program, *line.plain[:number]))
        if number <= len(line.plain) and name in READERS:
            return name, READERS[name]
    return line.program, None


def _option(line: Line, *names: str) -> str | None:
    return next((line.options[name] for name in names if line.options.get(name)), None)


def _download(line: Line) -> Iterator[Source | Flaw]:
    """wget, aria2c and the like: every address is fetched."""
    found = list(_addresses(line))
    if not found and any(word.startswith(HOLE) for word in line.plain):
        found = [Source(HOLE, "", None, None, "dynamic")]
    if not found:
        return
    yield from found
    yield from _unverified(
        line, ("--no-check-certificate", "--check-certificate=false", "--insecure", "--no-verify-ssl")
    )


def _curl(line: Line) -> Iterator[Source | Flaw]:
    """curl is also how services are asked: an address counts where it looks like data, or goes to a file."""
    sends = any(re.match(r"-d|--data|--json|-F$|--form|-T$", word) for word in line.words)
    method = _option(line, "-X", "--request")
    asks = sends or method not in (None, "GET")
    to_file = any(re.match(r"-[a-zA-Z]*[oO]|--output|--remote-name", word) for word in line.words)
    for source in _addresses(line):
        name = source.url.rpartition("/")[2]
        script = name.endswith((".sh", ".py", ".gpg", ".asc", ".key", ".list", ".repo", ".deb", ".rpm", ".js", ".whl"))
        looks = is_data_url(source.url, source.host)
        if not asks and (looks or (to_file and not script)):
            yield source
            yield from _unverified(line, ("-k", "--insecure"))


def _addresses(line: Line) -> Iterator[Source]:
    digest = any("checksum" in option for option in line.options)
    for word in line.words:
        address = word.partition("=")[2] if word.startswith("--") and "=" in word else word
        if REMOTE.match(address) and (source := services.address(address, digest=digest)) and not is_program(source):
            yield source


_PROGRAM = re.compile(
    r"\.(?:sh|py|deb|rpm|gpg|asc|key|pub|list|repo|whl|run|exe|msi|pkg|dmg|js|css|html?|ps1|jar|appimage)(?:$"
    r"|\?)|/(?:install|get-pip|setup|uv|rustup)$"
    r"|[-_](?:linux|darwin|windows|x86_64|amd64|arm64|aarch64|musl|gnu)\b|miniconda|anaconda|mambaforge"
    r"|miniforge|cmake|cuda|nvidia|nodejs|ninja|golang|protoc|bazel"
    r"|/archive/(?:refs/)?(?:tags/)?v?\d",
    re.I,
)
_PROGRAM_HOSTS = re.compile(
    r"(?:^|\.)(?:bootstrap\.pypa\.io|sh\.rustup\.rs|get\.docker\.com|deb\.nodesource\.com"
    r"|install\.python-poetry\.org|astral\.sh|pypi\.org|files\.pythonhosted\.org|repo\.anaconda\.com|developer\.download\.nvidia\.com|apt\.llvm\.org|packages\.[\w.-]+|archive\.ubuntu\.com|deb\.debian\.org|ftp\.gnu\.org)$"
)


def is_program(source: Source) -> bool:
    """Whether it is a tool that is installed rather than data: another gate's business."""
    if source.host in (services.HUB, "hf.co"):
        return False
    return bool(_PROGRAM.search(source.url) or _PROGRAM_HOSTS.search(source.host))


def _unverified(line: Line, options: Sequence[str]) -> Iterator[Flaw]:
    for word in line.words:
        if word in options or ("-k" in options and re.fullmatch(r"-[a-jl-zA-Z]*k[a-zA-Z]*", word)):
            yield flaws.unverified(word)


_FETCHING = frozenset(("cp", "sync", "mv", "copy", "rsync", "get", "cat"))


def _stored(line: Line) -> Iterator[Source | Flaw]:
    """`aws s3 cp FROM TO` and the like: what comes first is fetched, if it is remote and the other is not."""
    verb = next((place for place, word in enumerate(line.plain) if word in _FETCHING), None)
    operands = line.plain[verb + 1 :] if verb is not None else ()
    remote = [place for place, word in enumerate(operands) if REMOTE.match(word)]
    if len(remote) == 1 and (remote[0] < len(operands) - 1 or len(operands) == 1):
        address = operands[remote[0]]
        if HOLE not in address.partition("://")[2].partition("/")[0] and (source := services.address(address)):
            yield source
    if "--no-verify-ssl" in line.words:
        yield flaws.unverified("--no-verify-ssl")


def _get_object(line: Line) -> Iterator[Source]:
    bucket, key = _option(line, "--bucket"), _option(line, "--key")
    if bucket and key and HOLE not in bucket and (source := services.address(f"s3://{bucket}/{key}")):
        yield source


def _rclone(line: Line) -> Iterator[Source]:
    for word in line.plain[1:2]:
        remote, mark, path = word.partition(":")
        if mark and HOLE not in remote:
            yield Source(f"rclone:{remote}:{path}", "", None, None, "content")


def _hub(line: Line) -> Iterator[Source]:
    kinds: dict[str | None, Kind] = {"dataset": "dataset", "model": "model", None: "model"}
    kind = kinds.get(_option(line, "--repo-type", "--type"))
    for word in line.plain[1:2]:
        if HOLE not in word and (source := services.hub(word, kind, _option(line, "--revision"))):
            yield source


def _clone(line: Line) -> Iterator[Source | Flaw]:
    revision = _option(line, "--revision", "-b", "--branch")
    for word in line.words:
        if REMOTE.match(word) or re.match(r"git@[\w.-]+:", word):
            source = services.repository(word, revision)
            if source and (source.host in (services.HUB, "hf.co", "www.modelscope.cn") or holds_data(source.url)):
                unencrypted = flaws.unencrypted(source._replace(url=word))
                yield source
                if unencrypted:
                    yield unencrypted
            return


def holds_data(url: str) -> bool:
    """Whether a repository is one of data or weights, by its name: others are code, and another gate's business."""
    name = url.rpartition("/")[2].lower()
    return bool(
        re.search(
            r"(?:^|[-_.])(?:data|dataset|datasets|corpus|corpora|weights|checkpoints?|models?|benchmark-data)$"
            r"|[-_]data[-_]",
            name,
        )
    )


def _gdown(line: Line) -> Iterator[Source | Flaw]:
    for word in dict.fromkeys((*line.plain, *(filter(None, (_option(line, "--id"),))))):
        if REMOTE.match(word):
            if source := services.address(word):
                yield source
        elif re.fullmatch(r"[\w-]{20,}", word):
            yield Source(f"https://drive.google.com/uc?id={word}", "drive.google.com", None, None, "content")
    yield from _unverified(line, ("--no-check-certificate",))


def _kaggle(section: str, kind: Kind) -> Reader:
    def read(line: Line) -> Iterator[Source]:
        name = _option(line, "-d", "--dataset", "-c", "--competition", "-m") or (
            line.plain[2] if len(line.plain) > 2 else ""
        )
        if name and HOLE not in name:
            source = services.versioned(f"https://www.kaggle.com/{section}/{name}", "www.kaggle.com", kind, None)
            yield source._replace(pin="content") if section == "competitions" else source

    return read


def _dvc(line: Line) -> Iterator[Source]:
    revision = _option(line, "--rev")
    for word in line.plain[1:2]:
        if line.plain[0] == "import-url" or line.plain[0] == "get-url":
            if REMOTE.match(word) and (source := services.address(word)):
                yield source
        elif source := services.repository(word, revision):
            yield source


def _modelscope(line: Line) -> Iterator[Source]:
    for option, section in (("--model", "models"), ("--dataset", "datasets")):
        if (name := _option(line, option)) and HOLE not in name:
            kind: Kind = "model" if option == "--model" else "dataset"
            revision = _option(line, "--revision")
            url = f"https://www.modelscope.cn/{section}/{name}"
            yield Source(url, "www.modelscope.cn", kind, revision, services.commit_pin(revision))


def _wandb(line: Line) -> Iterator[Source]:
    for word in line.plain[2:3]:
        if HOLE not in word:
            name, _, version = word.partition(":")
            yield services.versioned(f"wandb:{name}", "api.wandb.ai", None, version or None)


def _library(scheme: str, host: str, skip: int) -> Reader:
    def read(line: Line) -> Iterator[Source]:
        for word in line.plain[skip:]:
            if HOLE not in word and re.fullmatch(r"[\w.-]+", word):
                yield services.library(scheme, word, host, "model")

    return read


def _ollama(line: Line) -> Iterator[Source]:
    for word in line.plain[1:2]:
        name, _, tag = word.partition(":")
        if HOLE not in word:
            yield Source(f"ollama:{name}", "registry.ollama.ai", "model", tag or None, "moving")


def _serve(line: Line) -> Iterator[Source | Flaw]:
    for word in line.plain[1:2]:
        if HOLE not in word and (source := services.hub(word, "model", _option(line, "--revision"))):
            yield source
    yield from _options(line)


_REMOTE_CODE = re.compile(r"(?:^|,)trust_remote_code=true(?:,|$)", re.I)


def _options(line: Line) -> Iterator[Source | Flaw]:
    """Options that name a model or a dataset, of whatever program: `--model_name_or_path org/name`, "
    "`model.id=org/name`."""
    if not _runs(line):
        return
    pairs = [*line.options.items()]
    pairs += [
        (key, value)
        for word in line.plain
        for key, mark, value in (word.lstrip("+").partition("="),)
        if mark and re.fullmatch(r"[\w.@/]+", key)
    ]
    given = {keys.normal(option): value for option, value in pairs}
    for option, value in pairs:
        key = keys.normal(option)
        if key in keys.REMOTE_CODE and value.lower() not in ("false", "0", "no"):
            yield flaws.remote_code(option)
        if _REMOTE_CODE.search(value):
            yield flaws.remote_code("trust_remote_code=True")
        under = keys.under(option)
        kind = keys.kind_of(key) or under
        if kind is None or not value:
            continue
        names = ("model_revision", "revision") if kind == "model" else ("dataset_revision",)
        revision = next((given[name] for name in names if given.get(name)), None)
        for name in re.split(r"[,\s]", value)[:16]:
            plain = name if "://" in name else name.rpartition("=")[2].partition(":")[0]
            if source := keys.named(key, plain, revision, under=under):
                yield source


_RUNNERS = re.compile(
    r"(?:python[\d.]*|torchrun|accelerate|deepspeed|vllm|ray|lm_eval|lm-eval|swift|llamafactory-cli|axolotl"
    r"|sglang|mlx_lm\.\w+|tune|trl|optimum-cli|text-generation-launcher|composer|colossalai|horovodrun|mpirun|jupyter|lmdeploy|ct2-transformers-converter|autotrain|trtllm-\w+|evalplus\.\w+|bigcode-\w+|llmcompressor|tritonserver|docker|\./[\w./-]+|[\w./-]+\.(?:py|sh)|[\w.]+\.[\w.]+)"
)


def _runs(line: Line) -> bool:
    """Whether the program may be one that trains or serves."""
    return line.is_module or bool(_RUNNERS.fullmatch(line.program)) or line.program.startswith(HOLE)


READERS: dict[str, Reader] = {
    "wget": _download,
    "aria2c": _download,
    "axel": _download,
    "curl": _curl,
    "aws s3": _stored,
    "aws s3api": _get_object,
    "gsutil": _stored,
    "gcloud storage": _stored,
    "azcopy": _stored,
    "s3cmd": _stored,
    "s5cmd": _stored,
    "rclone": _rclone,
    "hf download": _hub,
    "huggingface-cli download": _hub,
    "git clone": _clone,
    "git lfs": _clone,
    "git submodule": _clone,
    "gdown": _gdown,
    "kaggle datasets": _kaggle("datasets", "dataset"),
    "kaggle d": _kaggle("datasets", "dataset"),
    "kaggle competitions": _kaggle("competitions", "dataset"),
    "kaggle c": _kaggle("competitions", "dataset"),
    "kaggle models": _kaggle("models", "model"),
    "kaggle kernels": _kaggle("code", "dataset"),
    "dvc get": _dvc,
    "dvc import": _dvc,
    "dvc get-url": _dvc,
    "dvc import-url": _dvc,
    "modelscope download": _modelscope,
    "wandb artifact": _wandb,
    "spacy download": _library("spacy", "github.com", 1),
    "nltk.downloader": _library("nltk", "raw.githubusercontent.com", 0),
    "ollama pull": _ollama,
    "ollama run": _ollama,
    "vllm serve": _serve,
}
