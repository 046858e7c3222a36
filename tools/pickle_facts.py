"""What `pickle_lists.py` takes for granted: calls that reach outside, bases that were read, what is left out."""

from __future__ import annotations

import re

HOPS = 2
"""Calls that are followed, within a package."""
SKIPPED = re.compile(
    r"(^|/)(tests?|testing|_?vendor|examples?|benchmarks?|conftest|setup|cli|commands|__main__)(/|\.py$)"
)
"""Modules that no pickle names."""
SHARED = re.compile(r"(torch|transformers|scikit_learn|lightning|pytorch_lightning)-")
"""Wheels with the bases of other packages' classes; of several versions the last counts."""
LARGE = re.compile(
    r"transformers\.(models\.(?!("
    r"albert|auto|bart|beit|bert|big_bird|blip|bloom|camembert|clip|convnext|deberta|"
    r"deberta_v2|deit|detr|dinov2|distilbert|donut|electra|encoder_decoder|ernie|falcon|gemma|"
    r"gemma2|gpt2|gpt_neo|gpt_neox|gptj|hubert|layoutlm|layoutlmv3|llama|longformer|m2m_100|"
    r"marian|mbart|mistral|mixtral|mobilebert|mpnet|mt5|opt|pegasus|phi|phi3|qwen2|roberta|"
    r"sam|segformer|swin|t5|trocr|vision_encoder_decoder|vit|wav2vec2|wavlm|whisper|xlm_roberta|"
    r"xlnet"
    r")\.(configuration|modeling|tokenization)_)|integrations|quantizers|pipelines|data|loss|cli|modelcard)"
    r"|transformers\..*modeling_(tf|flax)_"
    r"|(kornia|catalyst|diffusers|keras|espnet|spacy|thinc|nltk|huggingface_hub|numpy|pandas)\."
)
"""Modules of large packages whose classes hardly ever are in weights; they would be half of the lists."""
LOUD = re.compile(
    rb"\b(subprocess|popen|system|exec|eval|compile|runpy|importlib|import_module|__import__|urllib|requests|socket|http|aiohttp"
    rb"|huggingface_hub|torch\.hub|ctypes|cffi|pickle|dill|joblib|torch\.load|np\.load|marshal|yaml|open|shutil|tempfile|zipfile"
    rb"|tarfile|gzip|glob|sqlite3|h5py|torch\.save|np\.save|loadtxt|fromfile|memmap|os\.(remove|unlink|rename|replace|makedirs"
    rb"|mkdir|listdir|walk|chmod)|read_text|write_text|fetch|download\w*)\b"
)
"""What a module says whose functions are looked at."""
ACTIVE = {"__new__", "__setstate__", "__del__", "__getattr__", "__getattribute__", "__setattr__", "__reduce__"}
"""Methods that loading a pickle, or the end of the object, runs."""
FILLED = {"__setitem__", "append", "extend", "add", "__set__"}
"""Methods that the opcodes for containers run."""
ENUMS = {f"enum.{name}" for name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")}
MODULE = "torch.nn.modules.module.Module"
ROOTS = ENUMS | {
    MODULE, "torch.optim.optimizer.Optimizer", "sklearn.base.BaseEstimator", "sklearn.utils._bunch.Bunch",
    "builtins.object", "builtins.dict", "builtins.list", "builtins.tuple", "builtins.set", "builtins.str",
    "builtins.int", "builtins.float", "builtins.Exception", "builtins.ValueError", "builtins.RuntimeError",
    "builtins.AttributeError", "builtins.UserWarning", "builtins.Warning", "abc.ABC", "typing.Generic",
    "typing.Protocol", "typing.NamedTuple", "typing.TypedDict", "typing_extensions.Protocol",
    "typing_extensions.TypedDict", "typing_extensions.NamedTuple", "collections.OrderedDict",
    "collections.UserDict", "collections.UserList", "collections.defaultdict", "collections.Counter",
    "collections.abc.Mapping", "collections.abc.MutableMapping", "collections.abc.Sequence",
    "collections.abc.MutableSequence", "collections.abc.Iterator", "collections.abc.Iterable",
    "collections.abc.Callable", "collections.abc.Set", "collections.abc.Sized", "typing.Iterator",
    "typing.Iterable", "typing.Mapping", "typing.Dict", "typing.List", "typing.Sequence", "typing.MutableMapping",
    "typing.Callable", "xgboost.core.Booster", "lightgbm.basic.Booster", "logging.Filter", "logging.Formatter",
    "torch.utils.data.dataset.Dataset", "torch.utils.data.sampler.Sampler",
    "torch.utils.data.dataloader.DataLoader", "torch.distributions.distribution.Distribution",
    "omegaconf.base.Container", "omegaconf.base.Node", "omegaconf.basecontainer.BaseContainer",
    "omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig", "gymnasium.spaces.space.Space",
    "gymnasium.spaces.box.Box", "torchmetrics.metric.Metric", "transformers.configuration_utils.PretrainedConfig",
    "transformers.configuration_utils.PreTrainedConfig", "torch_geometric.data.data.BaseData",
    "torch_geometric.data.data.Data", "typing.Any", "typing.Hashable", "typing.Generator", "typing.Set",
}  # fmt: skip
"""Bases that were read: what they do to a new instance is harmless."""
QUIET = {
    "isinstance", "issubclass", "hasattr", "len", "range", "setattr", "getattr", "tuple", "list", "dict", "set",
    "int", "float", "str", "bool", "super", "type", "zip", "enumerate", "sorted", "any", "all", "max", "min",
    "warn", "__setstate__", "__new__", "update", "get", "pop", "setdefault", "items", "keys", "values", "copy",
    "append", "extend", "add", "DeprecationWarning", "FutureWarning", "UserWarning", "ValueError", "TypeError",
    "format", "clear", "tensor", "is_tensor", "_get_scalar_dtype", "_get_value", "ref", "as_tensor",
}  # fmt: skip
"""Calls that a `__setstate__` or `__new__` may make and still be harmless."""
OS = "reads or writes files"
SINKS = {
    "starts a process": {"subprocess", "pty", "pexpect", "os.system", "os.popen", "os.startfile", "os.fork", "os.kill"}
    | {f"os.{kind}{end}" for kind in ("exec", "spawn") for end in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")},
    "runs Python code": {"builtins.exec", "builtins.eval", "builtins.compile", "runpy", "code", "timeit"},
    "imports modules": {"importlib.import_module", "builtins.__import__", "importlib.util", "pydoc.locate"}
    | {"importlib.machinery", "imp", "pkgutil", "zipimport"},
    "opens network connections": {"urllib.request", "requests", "socket", "http.client", "aiohttp", "httpx", "smtplib"}
    | {"ftplib", "urllib3", "wget", "gdown", "huggingface_hub", "torch.hub", "webbrowser", "boto3"},
    "loads native code": {"torch.ops.load_library", "ctypes.CDLL", "ctypes.cdll", "ctypes.util", "cffi"},
    "unpickles": {"pickle", "dill", "cloudpickle", "joblib.load", "torch.load", "numpy.load", "shelve", "marshal"}
    | {"yaml", "pandas.read_pickle", "torch.jit.load"},
    OS: {"builtins.open", "io.open", "codecs.open", "shutil", "tempfile", "zipfile", "tarfile", "gzip", "bz2", "lzma"}
    | {"glob", "sqlite3", "h5py", "joblib.dump", "torch.save", "numpy.save", "numpy.savez", "numpy.loadtxt"}
    | {"numpy.savetxt", "PIL.Image.open", "pandas.read_csv", "numpy.fromfile", "numpy.memmap", "fsspec"}
    | {f"os.{name}" for name in ("remove", "unlink", "rename", "replace", "makedirs", "mkdir", "rmdir", "removedirs")}
    | {
        f"os.{name}"
        for name in ("listdir", "scandir", "walk", "chmod", "symlink", "link", "truncate", "open", "putenv")
    },
}  # fmt: skip
"""Modules and names beneath which everything reaches outside, by what it does."""
NOT = {
    "timeit.default_timer",
    "importlib.util.find_spec",
    "pickle.PicklingError",
    "pickle.HIGHEST_PROTOCOL",
    "pickle.dumps",
    "socket.gethostname",
}
"""What is beneath one of `SINKS` and does nothing."""
METHODS = dict.fromkeys(("read_text", "write_text", "read_bytes", "write_bytes", "unlink", "rmdir"), OS)
"""Methods that give themselves away by their name."""
