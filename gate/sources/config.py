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
from gate.sources.fetchers import PROGRAMS
from gate.sources.interface import HOLE, Flaw, Found, Gap, Site, Source
from gate.sources.line import transport
from gate.sources.lines import SCRIPT_KEYS, command_lines, key_lines
from gate.sources.particular import particular
from gate.sources.programs import holds_data
from gate.sources.python.sites import read as read_python
from gate.sources.requirements import wheel
from gate.sources.services import STORED
from gate.sources.text import Text

MAX_TREE = 1 << 20
"""Characters of a document that are read as a tree; of larger ones, line by line, only plain keys, and that is told."""
WORTH = re.compile(
    rb"(?i)(?:https?|s3|gs|hf|ftp)://|_target_|_component_"
    rb"|trust[-_]?remote[-_]?code|\b(?:run|script|args|uses|cmd)[ \t]{0,8}:|\bcommand"
    rb"|(?:model|dataset|tokenizer|repo|checkpoint|ckpt|pretrained|weights|adapter|lora|encoder|backbone|hf_|vision_tower|huggingface|_hub|hub_|name_or_path|upstream|embedding|segmentation|revision|transformer"
    rb"|data_path|train_data|eval_data)[\w.-]{0,40}[\"']?[ \t]{0,8}[:=\]]"
)
"""What a file must have to be worth reading."""
_SEPARATOR = re.compile(r"^---(?:[ \t].*)?$", re.M)
_RUNS = re.compile(rf"""(?m)(?:^|[{{,])[ \t-]*["']?(?:{"|".join(sorted(SCRIPT_KEYS))})["']?[ \t]*:""")
"""A key under which commands stand."""
_SPLITS = frozenset(("train", "training", "test", "eval", "evaluation", "valid", "val", "validation", "dev"))
_ENVIRONMENTS = frozenset(("env", "environment", "variables"))
_SHELLS = frozenset(("sh", "bash"))
_FILE = re.compile(r"\.(json|ya?ml|toml|ini|env|properties|sh|bash|py)$")
_PROGRAM = re.compile(r"(?m)^(?:import|from) [\w., ]+$|^from [\w.]+ import ")
_BUCKETS = {"s3": "s3", "gcs": "gs"}
_ABOUT = frozenset(("url", "link", "homepage", "citation"))
"""Keys of a card that describes a model or a dataset, in which a name is one for people."""
_ORIGIN = frozenset(("source", "homepage", "link", "reference"))
"""Keys that say where something is from, which another place says with what is done."""
_MIXES = frozenset(("dataset_mixer", "dataset_mix", "datasets", "dataset_weights"))


_DIRECTIVE = re.compile(r"(?m)^[ \t]*(?:\{\{[^{}\n]*\}\}|\{%[^\n]*%\})[ \t]*$")
_FILLED = re.compile(r"\{\{[^{}\n]*\}\}|\{%[^%\n]*%\}")
_UNKNOWN = "\ue000"
"""Stands in a template for what is filled in."""


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
        yield from key_lines(whole, 0, text)
        return
    start = 0
    for end in [*(match.start() for match in _SEPARATOR.finditer(text)), len(text)]:
        part = text[start:end]
        if WORTH.search(part.encode("utf-8", "replace")):
            yield from _Tree(whole, start, workflow).read(part)
        start = end


class _Tree:
    """One document of a file, which begins at the offset `shift` of the whole."""

    def __init__(self, whole: Text, shift: int, workflow: bool, *, inner_file: bool = False) -> None:
        self._whole, self._shift, self._workflow, self._inner_file = whole, shift, workflow, inner_file
        self._variables: dict[str, str] = {}

    def read(self, part: str) -> Found:
        body = part
        if part.startswith("---"):
            body = "   " + part[3:]
        root = self._parsed(body)
        if root is None:
            line, _ = self._whole.place(self._shift)
            yield Gap(line, "it is no valid YAML or JSON, and read line by line", blind=False)
            yield from key_lines(self._whole, self._shift, part)
            yield from command_lines(self._whole, self._shift, part)
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
                    yield from self._arguments(at.node, at.command)
                    continue
                if at.key in SCRIPT_KEYS and (words := _words(at.node)):
                    yield from self._list(at.node, words)
                    continue
                yield from self._items(at, at.node)
                pending += (at._replace(node=item) for item in reversed(at.node.items) if not isinstance(item, Scalar))

    def _parsed(self, body: str) -> Node | None:
        """The tree of a document, or of a template of one as far as it is YAML without what is filled in."""
        try:
            return parse(Document("", body), [])
        except DocumentError:
            if _UNKNOWN in body or (filled := _filled(body)) == body:
                return None
        return self._parsed(filled)

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
            if (
                "\n" in value.text
                and (suffix := _FILE.search(name))
                and self._whole.text[value.span.start + self._shift] == "|"
            ):
                yield from self._file(value, suffix[1])
            elif "\n" in value.text and _PROGRAM.search(value.text):
                yield from self._program(value)
            elif plain in SCRIPT_KEYS or (at.workflow and "\n" in value.text):
                yield from self._script(value)
            elif plain in keys.REMOTE_CODE:
                if value.text.lower() in ("true", "yes", "on", "1"):
                    yield self._site(key, value, None, (flaws.remote_code(f"{name}: {value.text}"),))
            elif not (has_path and plain in ("dataset_name", "name")):
                yield from self._value(at, plain, key, value, given)

    def _value(self, at: _At, name: str, key: Scalar, value: Scalar, given: dict[str, str]) -> Found:
        if value.text.startswith(("$", "{", _UNKNOWN)) or (keys.is_output(name) and name != "repo_or_dir"):
            return
        if name == "name" and given.keys() & _ABOUT:
            return
        under = at.under if name in keys.IN_COLLECTION or "://" in value.text else None
        if name == "type" and given.get("library") == "huggingface":  # of NeMo
            under = at.under
        kind = keys.kind_of(name) or under
        revision = keys.revision_of(name, kind, given)
        text = shell.expand(value.text, self._variables) if "${" in value.text else _clean(value.text)
        if (HOLE not in text or STORED.match(text)) and (source := keys.named(name, text, revision, under=under)):
            site = self._site(key, value, source, transport(source))
            yield site._replace(is_bare=name in _ORIGIN and text.startswith("http"))
            return
        for found in particular(name, text, at.key, given):
            if isinstance(found, Flaw):
                yield self._site(key, value, None, (found,))
            else:
                yield self._site(key, value, found)

    def _file(self, value: Scalar, suffix: str) -> Found:
        """A file that stands in a block, such as in a ConfigMap of Kubernetes."""
        if suffix in ("sh", "bash"):
            yield from self._script(value)
        elif suffix == "py":
            yield from self._program(value)
        else:
            start = self._whole.text.find("\n", value.span.start + self._shift) + 1
            body = self._whole.text[start : value.span.end + self._shift]
            if suffix in ("json", "yaml", "yml") and not self._inner_file:
                yield from _Tree(self._whole, start, self._workflow, inner_file=True).read(body)
            else:
                yield from key_lines(self._whole, start, body)

    def _mix(self, node: Mapping) -> Found:
        """A mapping from datasets to their shares."""
        for name, (key, _) in node.items.items():
            if "/" in name and (source := keys.named("dataset_name", name, None)):
                yield self._site(key, key, source)

    def _items(self, at: _At, node: Sequence) -> Found:
        """A plain list of names, or of commands."""
        pairs = (item.text.partition("=") for item in node.items if isinstance(item, Scalar))
        given = {keys.normal(name): value for name, mark, value in pairs if mark}
        for item in node.items:
            if not isinstance(item, Scalar):
                continue
            if at.key in SCRIPT_KEYS:
                yield from self._script(item)
            elif at.key == "pip":
                if source := wheel(item.text):
                    yield self._site(item, item, source, transport(source))
            elif at.key in _ENVIRONMENTS:
                name, _, value = item.text.partition("=")
                self._variables[name] = value
                key = keys.normal(name)
                revision = keys.revision_of(key, keys.kind_of(key), given)
                if not keys.is_output(key) and (source := keys.named(key, value, revision)):
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
        for one in commands.in_text(re.sub(r"\$?\{\{.*?\}\}", lambda m: HOLE * len(m[0]), script), self._variables):
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

    def _arguments(self, node: Sequence, command: tuple[str, ...]) -> Found:
        """The rest of the `command` of a container; of a shell each is a text of commands."""
        items = [item for item in node.items if isinstance(item, Scalar)]
        if command[0].rpartition("/")[2] not in _SHELLS:
            yield from self._list(node, [*command, *(item.text for item in items)])
            return
        for item in items:
            yield from self._script(item)

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


def _filled(template: str) -> str:
    """A template with something for what is filled in, as long as it was."""
    plain = _DIRECTIVE.sub(lambda m: " " * len(m[0]), template)
    return _FILLED.sub(lambda m: _UNKNOWN * len(m[0]), plain)


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
    """The `command` of a container, of which `args` are the rest; else the program that its image is called by."""
    _, value = node.items.get("command", (None, None))
    if isinstance(value, Sequence):
        return tuple(item.text for item in value.items if isinstance(item, Scalar))
    _, image = node.items.get("image", (None, None))
    name = image.text.rpartition("/")[2].partition(":")[0].removesuffix("-cli") if isinstance(image, Scalar) else ""
    return (name,) if value is None and name in PROGRAMS else ()


def _clean(text: str) -> str:
    """A text without what AudioCraft puts in front of the name of a model of the hub."""
    return text.strip().removeprefix("//pretrained/")
