"""Programs that fetch data or weights, and what each fetches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from gate.core.model import Kind
from gate.sources import flaws, services
from gate.sources.interface import HOLE, Flaw, Source
from gate.sources.line import Line, option
from gate.sources.names import is_data_url
from gate.sources.options import read_options
from gate.sources.programs import holds_data, is_program
from gate.sources.services import REMOTE

Reader = Callable[[Line], Iterator["Source | Flaw"]]


_ASKS = re.compile(r"--(?:post-(?:data|file)|body-(?:data|file)|method|spider)\b")
"""Options of wget with which a service is asked."""
_NO_SCHEME = re.compile(
    r"(?:www\.[\w-]+|[\w-]+)(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|ai|info|eu|de|uk|fr|ch|cn|jp)/\S+"
)
"""An address as people write it, for which these programs take http://."""


def _download(line: Line) -> Iterator[Source | Flaw]:
    """wget, aria2c and the like: every address is fetched."""
    if any(_ASKS.match(word) for word in line.words):
        return
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
    method = option(line, "-X", "--request")
    asks = sends or method not in (None, "GET")
    to_file = any(re.match(r"-[a-zA-Z]*[oO]|--output|--remote-name", word) for word in line.words)
    target = option(line, "-o", "--output") or ""
    for source in _addresses(line):
        name = source.url.rpartition("/")[2]
        script = name.endswith((".sh", ".py", ".gpg", ".asc", ".key", ".list", ".repo", ".deb", ".rpm", ".js", ".whl"))
        looks = is_data_url(source.url, source.host)
        if not asks and (looks or (to_file and not script and "." in name + target)):
            yield source
            yield from _unverified(line, ("-k", "--insecure"))


def _addresses(line: Line) -> Iterator[Source]:
    digest = any("checksum" in option for option in line.options)
    for word in line.words:
        address = word.partition("=")[2] if word.startswith("--") and "=" in word else word
        if _NO_SCHEME.fullmatch(address) and word in line.plain:
            address = f"http://{address}"
        if REMOTE.match(address) and (source := services.address(address, digest=digest)) and not is_program(source):
            yield source


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
        if source := services.address(address):
            yield source
    if "--no-verify-ssl" in line.words:
        yield flaws.unverified("--no-verify-ssl")


def _get_object(line: Line) -> Iterator[Source]:
    bucket, key = option(line, "--bucket"), option(line, "--key")
    if bucket and key and HOLE not in bucket and (source := services.address(f"s3://{bucket}/{key}")):
        yield source


def _rclone(line: Line) -> Iterator[Source]:
    for word in line.plain[1:2]:
        remote, mark, path = word.partition(":")
        if mark and HOLE not in remote:
            yield Source(f"rclone:{remote}:{path}", "", None, None, "content")


def _hub(line: Line) -> Iterator[Source]:
    kinds: dict[str | None, Kind] = {"dataset": "dataset", "model": "model", None: "model"}
    kind = kinds.get(option(line, "--repo-type", "--type"))
    for word in line.plain[1:2]:
        if source := services.hub(word, kind, option(line, "--revision")):
            yield source


def _clone(line: Line) -> Iterator[Source | Flaw]:
    revision = option(line, "--revision", "-b", "--branch")
    for word in line.words:
        if REMOTE.match(word) or re.match(r"git@[\w.-]+:", word):
            source = services.repository(word, revision)
            if source and (source.host in (services.HUB, "hf.co", "www.modelscope.cn") or holds_data(source.url)):
                unencrypted = flaws.unencrypted(source._replace(url=word))
                yield source
                if unencrypted:
                    yield unencrypted
            return


def _gdown(line: Line) -> Iterator[Source | Flaw]:
    for word in dict.fromkeys((*line.plain, *(filter(None, (option(line, "--id"),))))):
        if REMOTE.match(word):
            if source := services.address(word):
                yield source
        elif re.fullmatch(r"[\w-]{20,}", word):
            yield Source(f"https://drive.google.com/uc?id={word}", "drive.google.com", None, None, "content")
        elif word.startswith(HOLE):
            yield Source(f"https://drive.google.com/uc?id={HOLE}", "drive.google.com", None, None, "dynamic")
    yield from _unverified(line, ("--no-check-certificate",))


def _kaggle(section: str, kind: Kind) -> Reader:
    def read(line: Line) -> Iterator[Source]:
        name = option(line, "-d", "--dataset", "-c", "--competition", "-m") or (
            line.plain[2] if len(line.plain) > 2 else ""
        )
        if name and HOLE not in name:
            source = services.versioned(f"https://www.kaggle.com/{section}/{name}", "www.kaggle.com", kind, None)
            yield source._replace(pin="content") if section == "competitions" else source

    return read


def _dvc(line: Line) -> Iterator[Source]:
    revision = option(line, "--rev")
    for word in line.plain[1:2]:
        if line.plain[0] == "import-url" or line.plain[0] == "get-url":
            if REMOTE.match(word) and (source := services.address(word)):
                yield source
        elif source := services.repository(word, revision):
            yield source


def _modelscope(line: Line) -> Iterator[Source]:
    for flag, section in (("--model", "models"), ("--dataset", "datasets")):
        if (name := option(line, flag)) and HOLE not in name:
            kind: Kind = "model" if flag == "--model" else "dataset"
            revision = option(line, "--revision")
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


def _served(place: int) -> Reader:
    def read(line: Line) -> Iterator[Source | Flaw]:
        for word in line.plain[place : place + 1]:
            if source := services.hub(word, "model", option(line, "--revision")):
                yield source
        yield from read_options(line)

    return read


_serve = _served(1)


def _release(line: Line) -> Iterator[Source]:
    name = option(line, "-R", "--repo")
    if name and HOLE not in name and "download" in line.plain:
        tag = next((word for word in line.plain[2:] if word != name), None)
        yield services.versioned(f"https://github.com/{name}", "github.com", None, tag)


def _tfds(line: Line) -> Iterator[Source]:
    for word in line.plain[1:]:
        plain, _, version = word.partition(":")
        if re.fullmatch(r"\w+", plain):
            yield services.versioned(f"tfds:{plain}", "storage.googleapis.com", "dataset", version or None)


def _mlflow(line: Line) -> Iterator[Source]:
    address = option(line, "-u", "--artifact-uri")
    if address and REMOTE.match(address) and (source := services.address(address)):
        yield source


def _ngc(line: Line) -> Iterator[Source]:
    for word in line.plain[3:4]:
        name, _, version = word.strip("\"'").partition(":")
        if HOLE not in name:
            yield services.versioned(f"ngc:{name}", "api.ngc.nvidia.com", None, version or None)


def _yolo(line: Line) -> Iterator[Source]:
    for word in line.plain:
        key, _, name = word.partition("=")
        if key == "model" and (match := re.fullmatch(r"(?:yolo|rtdetr|sam)[\w.-]*\.pt", name, re.I)):
            yield services.library("ultralytics", match[0], "github.com", "model")


_HOST_PATH = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?P<path>(?:/(?!/)|~)[^:]*)")


def _copied(scheme: str) -> Reader:
    """scp, sftp and rsync: what comes from another machine, as `ssh://HOST/PATH`."""

    def read(line: Line) -> Iterator[Source | Flaw]:
        for place, word in enumerate(line.plain):
            if place and place == len(line.plain) - 1:
                return  # where it goes
            if there := _HOST_PATH.fullmatch(word):
                yield Source(
                    f"{scheme}://{there['host']}{there['path'].rstrip('/')}", there["host"], None, None, "content"
                )
            elif REMOTE.match(word) and (source := services.address(word)):
                yield source

    return read


def _lftp(line: Line) -> Iterator[Source | Flaw]:
    """lftp, whose commands may name the address: `lftp -c "mirror https://..."`."""
    for word in " ".join(line.words).split():
        address = word.strip("\"';")
        if REMOTE.match(address) and (source := services.address(address)) and not is_program(source):
            yield source


def _subversion(line: Line) -> Iterator[Source]:
    for word in line.plain[1:2]:
        if REMOTE.match(word) and holds_data(word.rstrip("/")) and (source := services.address(word)):
            yield source


def _hadoop(line: Line) -> Iterator[Source]:
    """`hdfs dfs -get FROM TO`, where a bare path is one of the cluster."""
    words = line.words
    verb = next(
        (n for n, word in enumerate(words) if word in ("-get", "-copyToLocal", "-getmerge", "-cat", "distcp")), None
    )
    operands = [word for word in words[verb + 1 :] if not word.startswith("-")] if verb is not None else []
    for word in operands[:1]:
        if source := services.address(word if REMOTE.match(word) else f"hdfs:{word}"):
            yield source


def _minio(line: Line) -> Iterator[Source]:
    operands = line.plain[1:]
    if line.plain[0] in ("cp", "mirror", "get", "cat") and operands and operands[0][:1] not in "./~":
        yield Source(f"mc:{operands[0]}", "", None, None, "content")


def _artifactory(line: Line) -> Iterator[Source]:
    for word in line.plain[2:3]:
        if line.plain[0] == "rt" and line.plain[1] in ("dl", "download") and HOLE not in word:
            yield Source(f"jfrog:{word}", "", None, None, "content")


def _oras(line: Line) -> Iterator[Source]:
    for word in line.plain[1:2]:
        name, _, version = word.partition("@") if "@" in word else word.rpartition(":")
        if name and HOLE not in word:
            yield services.versioned(f"oci:{name}", name.partition("/")[0], None, version)


def _clearml(line: Line) -> Iterator[Source]:
    if name := option(line, "--id"):
        yield Source(f"clearml:{name}", "api.clear.ml", "dataset", None, "release")


def _azureml(line: Line) -> Iterator[Source]:
    name = option(line, "--name", "-n")
    if name and "download" in line.plain and HOLE not in name:
        yield services.versioned(f"azureml:{name}", "", None, option(line, "--version", "-v"))


def _azure(line: Line) -> Iterator[Source]:
    account = option(line, "--account-name")
    container = option(line, "--container-name", "-c", "--source", "-s")
    name = option(line, "--name", "-n")
    if account and container and HOLE not in account + container and "upload" not in " ".join(line.plain):
        url = f"https://{account}.blob.core.windows.net/{container}" + (f"/{name}" if name else "")
        if source := services.address(url):
            yield source


READERS: dict[str, Reader] = {
    "az storage": _azure,
    "az ml": _azureml,
    "scp": _copied("ssh"),
    "sftp": _copied("sftp"),
    "rsync": _copied("ssh"),
    "lftp": _lftp,
    "svn checkout": _subversion,
    "svn co": _subversion,
    "svn export": _subversion,
    "hdfs dfs": _hadoop,
    "hadoop fs": _hadoop,
    "hadoop distcp": _hadoop,
    "mc": _minio,
    "jf": _artifactory,
    "jfrog": _artifactory,
    "oras pull": _oras,
    "clearml-data get": _clearml,
    "databricks fs": _stored,
    "wget": _download,
    "aria2c": _download,
    "axel": _download,
    "pget": _download,
    "Invoke-WebRequest": _download,
    "iwr": _download,
    "Start-BitsTransfer": _download,
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
    "lmdeploy serve": _served(2),
    "tune download": _serve,
    "litgpt download": _serve,
    "gh release": _release,
    "tfds build": _tfds,
    "mlflow artifacts": _mlflow,
    "ngc registry": _ngc,
    "yolo": _yolo,
}
PROGRAMS = frozenset(name.partition(" ")[0] for name in READERS)
"""The programs that are known by name."""
