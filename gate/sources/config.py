"""Configuration: YAML, JSON and TOML of training frameworks, and the workflows of CI services.

YAML and JSON are read as a tree that knows its places; what is no valid YAML, such as a template, and TOML are read
line by line.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from gate.core.errors import DocumentError
from gate.core.model import Kind
from gate.core.text import size
from gate.documents.nodes import Document, Mapping, Node, Scalar, Sequence, parse
from gate.sources import commands, flaws, keys, services, shell
from gate.sources.fetchers import holds_data
from gate.sources.interface import HOLE, Flaw, Found, Gap, Site, Source
from gate.sources.line import transport
from gate.sources.python.sites import read as read_python
from gate.sources.requirements import wheel
from gate.sources.text import Text

MAX_TREE = 1 << 20
"""Characters of a document that are read as a tree; of larger ones, line by line, only plain keys, and that is told."""
WORTH = re.compile(
    rb"(?i)(?:https?|s3|gs|hf|ftp)://|_target_|_component_"
    rb"|trust[-_]?remote[-_]?code|\b(?:run|script|args|uses|cmd)[ \t]{0,8}:|\bcommand"
    rb"|(?:model|dataset|tokenizer|repo|checkpoint|ckpt|pretrained|weights|adapter|lora|encoder|backbone|hf_|vision_tower"
    rb"|data_path|train_data|eval_data)[\w.-]{0,40}[\"']?[ \t]{0,8}[:=]"
)
"""What a file must have to be worth reading."""
_SEPARATOR = re.compile(r"^---(?:[ \t].*)?$", re.M)
_SCRIPT_KEYS_WORDS = """
    run script before_script after_script command commands cmd args entrypoint cmds steps
"""
_SCRIPT_KEYS = frozenset(_SCRIPT_KEYS_WORDS.split())
_RUNS = re.compile(rf"""(?m)(?:^|[{{,])[ \t-]*["']?(?:{"|".join(sorted(_SCRIPT_KEYS))})["']?[ \t]*:""")
"""A key under which commands stand."""
_SPLITS = frozenset(("train", "training", "test", "eval", "evaluation", "valid", "val", "validation", "dev"))
_ENVIRONMENTS = frozenset(("env", "environment", "variables"))
_LINE = re.compile(
    r"""^[ \t]*(?:-[ \t]+)?["']?(?P<key>[A-Za-z_][\w.-]*)["']?[ \t]*[:=][ \t]*(?P<value>.*?),?[ \t]*(?:#.*)?$"""
)
_PROGRAM = re.compile(r"(?m)^(?:import|from) [\w., ]+$|^from [\w.]+ import ")
_QUOTED = re.compile(r"""["']([^"'\n]+)["']""")
_BUCKETS = {"s3": "s3", "gcs": "gs"}
_MIXES = frozenset(("dataset_mixer", "dataset_mix", "datasets", "dataset_weights"))


class _At(NamedTuple):
    """A node, under which key it stands, and what the collection that it is in is about."""

    node: Node
    key: str
    under: Kind | None
    workflow: bool
    command: tuple[str, ...] = ()


def read_config(text: str, *, workflow: bool = False) -> Found:
    """The sources in a document; in that of a `workflow` what stands under `run:` and the like are commands."""
    whole = Text(text)
    if len(text) > MAX_TREE:
        has_commands = workflow or _RUNS.search(text) is not None
        yield Gap(1, f"of a document of more than {size(MAX_TREE)} only plain keys are read", blind=has_commands)
        yield from _read_lines(whole, 0, text)
        return
    start = 0
    for end in [*(match.start() for match in _SEPARATOR.finditer(text)), len(text)]:
        part = text[start:end]
        if WORTH.search(part.encode("utf-8", "replace")):
            yield from _Tree(whole, start, workflow).read(part)
        start = end


class _Tree:
    """One document of a file, which begins at the offset `shift` of the whole."""

    def __init__(self, whole: Text, shift: int, workflow: bool) -> None:
        self._whole, self._shift, self._workflow = whole, shift, workflow
        self._variables: dict[str, str] = {}

    def read(self, part: str) -> Found:
        body = part
        if part.startswith("---"):
            body = "   " + part[3:]
        try:
            root = parse(Document("", body), [])
        except DocumentError:
            yield from _read_lines(self._whole, self._shift, part)
            return
        pending = [_At(root, "", None, self._workflow)]
        while pending:
            at = pending.pop()
            if at.key in ("output", "outputs"):
                continue
            if isinstance(at.node, Mapping):
                if at.key in _ENVIRONMENTS:
                    said = {k: v.text for k, (_, v) in at.node.items.items() if isinstance(v, Scalar)}
                    self._variables |= {k: shell.expand(v, said) if "${" in v else v for k, v in said.items()}
                yield from self._mapping(at, at.node)
                pending += reversed(list(self._inner(at, at.node)))
            elif isinstance(at.node, Sequence):
                if at.key == "defaults":  # of hydra: names of other files
                    continue
                if at.key == "args" and at.command:
                    yield from self._list(
                        at.node, [*at.command, *(i.text for i in at.node.items if isinstance(i, Scalar))]
                    )
                    continue
                if at.key in _SCRIPT_KEYS and (words := _words(at.node)):
                    yield from self._list(at.node, words)
                    continue
                yield from self._items(at, at.node)
                pending += (at._replace(node=item) for item in reversed(at.node.items) if not isinstance(item, Scalar))

    def _inner(self, at: _At, node: Mapping) -> Iterator[_At]:
        for name, (_, value) in node.items.items():
            if not isinstance(value, Scalar):
                key = keys.normal(name)
                if key == "_args_":
                    yield _At(value, "path", self._made(node), at.workflow)
                    continue
                if key in _SPLITS and at.under:
                    yield _At(value, at.key, at.under, at.workflow)
                    continue
                under = self._made(value) or keys.COLLECTIONS.get(
                    key, at.under if isinstance(at.node, Mapping) and key in _MIXES else None
                )
                yield _At(value, key, under, at.workflow, _command(node) if key == "args" else ())

    @staticmethod
    def _made(node: Node) -> Kind | None:
        """What hydra or torchtune make of a mapping: its `_target_` names a class or function of Python."""
        if not isinstance(node, Mapping):
            return None
        scalars = (node.items[key][1] for key in ("_target_", "_component_") if key in node.items)
        target = next((value.text for value in scalars if isinstance(value, Scalar)), "")
        if re.search(r"(?i)dataset", target):
            return "dataset"
        return "model" if re.search(r"from_pretrained|SentenceTransformer|CrossEncoder|pipeline$", target) else None

    def _mapping(self, at: _At, node: Mapping) -> Found:
        given = {keys.normal(name): value.text for name, (_, value) in node.items.items() if isinstance(value, Scalar)}
        if given.keys() == {"name", "value"}:  # of Kubernetes and Argo
            key, value = node.items["name"][1], node.items["value"][1]
            if isinstance(key, Scalar) and isinstance(value, Scalar):
                self._variables[key.text] = value.text
                yield from self._value(at, keys.normal(key.text), key, value, given)
            return
        if at.key in _BUCKETS and {"bucket", "key"} <= given.keys():
            yield from self._bucket(at, node, given)
            return
        if "uses" in given:
            yield from self._action(node, given)
            return
        yield from self._keys(at, node, given)

    def _bucket(self, at: _At, node: Mapping, given: dict[str, str]) -> Found:
        """An input of Argo that lies in a bucket."""
        source = services.address(f"{_BUCKETS[at.key]}://{given['bucket']}/{given['key']}")
        if source is not None and "{" not in source.url:
            yield self._site(*_scalars(node, "key"), source)

    def _keys(self, at: _At, node: Mapping, given: dict[str, str]) -> Found:
        """Each key with what it names."""
        has_path = "dataset_path" in given or "hf_path" in given or ("path" in given and at.under is not None)
        for name, (key, value) in node.items.items():
            plain = keys.normal(name)
            if not isinstance(value, Scalar):
                if isinstance(value, Mapping) and plain in _MIXES:
                    yield from self._mix(value)
                continue
            if "\n" in value.text and _PROGRAM.search(value.text):
                yield from self._program(value)
            elif plain in _SCRIPT_KEYS or (at.workflow and "\n" in value.text):
                yield from self._script(value)
            elif plain in keys.REMOTE_CODE:
                if value.text.lower() in ("true", "yes", "on", "1"):
                    yield self._site(key, value, None, (flaws.remote_code(f"{name}: {value.text}"),))
            elif not (has_path and plain in ("dataset_name", "name")):
                yield from self._value(at, plain, key, value, given)

    def _value(self, at: _At, name: str, key: Scalar, value: Scalar, given: dict[str, str]) -> Found:
        if keys.is_output(name) or value.text.startswith(("$", "{")):
            return
        under = at.under if name in keys.IN_COLLECTION or "://" in value.text else None
        if name == "type" and given.get("library") == "huggingface":  # of NeMo
            under = at.under
        kind = keys.kind_of(name) or under
        names = keys.REVISION if kind == "model" else ("dataset_revision", "revision")
        revision = next((given[one] for one in names if given.get(one)), None)
        text = shell.expand(value.text, self._variables) if "${" in value.text else _clean(value.text)
        if HOLE not in text and (source := keys.named(name, text, revision, under=under)):
            yield self._site(key, value, source, transport(source))

    def _mix(self, node: Mapping) -> Found:
        """A mapping from datasets to their shares."""
        for name, (key, _) in node.items.items():
            if "/" in name and (source := keys.named("dataset_name", name, None)):
                yield self._site(key, key, source)

    def _items(self, at: _At, node: Sequence) -> Found:
        """A plain list of names, or of commands."""
        for item in node.items:
            if not isinstance(item, Scalar):
                continue
            if at.key in _SCRIPT_KEYS:
                yield from self._script(item)
            elif at.key == "pip":
                if source := wheel(item.text):
                    yield self._site(item, item, source, transport(source))
            elif at.key in _ENVIRONMENTS:
                name, _, value = item.text.partition("=")
                self._variables[name] = value
                if not keys.is_output(keys.normal(name)) and (source := keys.named(name, value, None)):
                    yield self._site(item, item, source, transport(source))
            elif not keys.is_output(at.key) and (source := keys.named(at.key, _clean(item.text), None, under=at.under)):
                yield self._site(item, item, source, transport(source))

    def _script(self, value: Scalar) -> Found:
        """Commands; those of a block stand where they stand in the text."""
        start, end = value.span.start + self._shift, value.span.end + self._shift
        raw = self._whole.text[start:end]
        if raw[:1] in "|>":
            head, _, body = raw.partition("\n")
            script, start = body, start + len(head) + 1
        elif raw[:1] in "\"'":
            script, start = raw[1:-1], start + 1
        else:
            script = raw
        if raw[:1] == ">":  # folded: its lines are one
            script = re.sub(r"(?<=\S)\n(?=[ \t]*\S)", " ", script)
        for one in commands.in_text(re.sub(r"\$\{\{.*?\}\}", lambda m: HOLE * len(m[0]), script), self._variables):
            yield self._whole.fetched(one, start)

    def _program(self, value: Scalar) -> Found:
        """A program of Python in a block: what a dataset says of how it is fetched."""
        start = self._whole.text.find("\n", value.span.start + self._shift) + 1
        body = self._whole.text[start : value.span.end + self._shift]
        plain = textwrap.dedent(body)
        line, _ = self._whole.place(start)
        indent = len(body) - len(body.lstrip(" ")) - (len(plain) - len(plain.lstrip(" ")))
        for found in read_python(plain.encode("utf-8", "replace")):
            if isinstance(found, Site):
                yield found._replace(line=found.line + line - 1, column=found.column + indent)

    def _list(self, node: Sequence, words: list[str]) -> Found:
        """One command as a list of words."""
        for one in commands.of_words(words):
            first, last = node.items[0], node.items[-1]
            yield self._whole.site(
                first.span.start + self._shift, last.span.end + self._shift, one.call, one.source, one.flaws
            )

    def _action(self, node: Mapping, given: dict[str, str]) -> Found:
        """A step of a workflow that fetches another repository, or a file."""
        inner = next(
            (value for key, (_, value) in node.items.items() if key == "with" and isinstance(value, Mapping)), None
        )
        if inner is None:
            return
        action = given["uses"].partition("@")[0].lower()
        said = {key: value.text for key, (_, value) in inner.items.items() if isinstance(value, Scalar)}
        for name, (key, value) in inner.items.items():
            if not isinstance(value, Scalar) or "${{" in value.text:
                continue
            if name == "build-args":
                yield from self._build_arguments(key, value)
                continue
            source = _of_action(action, name, value.text, said)
            if source is not None:
                yield self._site(key, value, source, transport(source))

    def _build_arguments(self, key: Scalar, value: Scalar) -> Found:
        """Lines of `NAME=VALUE`, each where it stands."""
        start, end = value.span.start + self._shift, value.span.end + self._shift
        for line in re.finditer(r"(?m)^[ \t]*(\w+)=(.+?)[ \t]*$", self._whole.text[start:end]):
            if source := keys.named(line[1], line[2], None):
                at = start + line.start(1)
                yield self._whole.site(at, start + line.end(2), key.text, source, transport(source))

    def _site(self, key: Scalar, value: Scalar, source: Source | None, found: tuple[Flaw, ...] = ()) -> Site:
        start, end = value.span.start + self._shift, value.span.end + self._shift
        if source is None:
            start = key.span.start + self._shift
        return self._whole.site(start, end, key.text, source, found)


def _of_action(action: str, name: str, value: str, said: dict[str, str]) -> Source | None:
    """What the input `name` of an action of GitHub has it fetch."""
    if name == "repository" and action.endswith("release-downloader"):
        return services.versioned(f"https://github.com/{value}", "github.com", None, said.get("tag"))
    if name == "repository" and action == "actions/checkout":
        source = services.repository(f"https://github.com/{value}", said.get("ref"))
        return source if source is not None and holds_data(source.url) else None
    return keys.named(name, value, None)


def _scalars(node: Mapping, name: str) -> tuple[Scalar, Scalar]:
    """The key `name` of a mapping and its value, both plain."""
    key, value = node.items[name]
    assert isinstance(value, Scalar)
    return key, value


def _words(node: Sequence) -> list[str]:
    """The words of a command that is written as a list of them; nothing for a list of commands."""
    items = [item.text for item in node.items if isinstance(item, Scalar)]
    if len(items) != len(node.items) or any("\n" in item for item in items):
        return []
    return items if items and " " not in items[0] and (node.flow or any(i.startswith("-") for i in items)) else []


def _command(node: Mapping) -> tuple[str, ...]:
    """The `command` of a container, of which `args` are the rest; nothing where that is a shell, or the image's."""
    _, value = node.items.get("command", (None, None))
    words = tuple(i.text for i in value.items if isinstance(i, Scalar)) if isinstance(value, Sequence) else ()
    return () if words and words[0].rpartition("/")[2] in ("sh", "bash") else words


def _clean(text: str) -> str:
    return text.strip()


def read_lines(text: str) -> Found:
    """The sources in a document of `key = value`, such as TOML."""
    yield from _read_lines(Text(text), 0, text)


def _read_lines(whole: Text, shift: int, part: str) -> Found:
    """Lines of `key: value` or `key = value`."""
    offset = shift
    section = ""
    for line in part.split("\n"):
        match = _LINE.match(line) if len(line) < 4096 else None
        if line.lstrip().startswith("["):
            section = line.strip(' []\t"')
        elif match:
            yield from _line(whole, offset, match, section)
        offset += len(line) + 1


def _line(whole: Text, offset: int, match: re.Match[str], section: str) -> Found:
    name, value = keys.normal(match["key"]), match["value"]
    under = keys.COLLECTIONS.get(keys.normal(section))
    start = offset + match.start("value")
    if name in keys.REMOTE_CODE and value.strip("\"' ").lower() == "true":
        found = (flaws.remote_code(f"{match['key']}: true"),)
        yield whole.site(offset + match.start("key"), start + len(value), match["key"], None, found)
        return
    if keys.is_output(name) or "{{" in value:
        return
    quoted = list(_QUOTED.finditer(value))
    texts = [(q[1], q.start(1)) for q in quoted] or [(value, 0)]
    for text, at in texts[:64]:
        if source := keys.named(name, text, None, under=under if name in keys.IN_COLLECTION else None):
            yield whole.site(start + at, start + at + len(text), match["key"], source, transport(source))
