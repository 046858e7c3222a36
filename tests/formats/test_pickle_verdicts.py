"""The verdicts on globals: representative names of each kind, the lists themselves, and any text at all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.formats.pickle import verdicts
from gate.formats.pickle.verdicts import NESTED, judge, reason

LISTS = Path(verdicts.__file__).parent / "lists"
GENERATED = sorted(path for path in LISTS.glob("*.txt") if not path.stem.startswith("known-"))
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "weights" / "malicious" / "gadgets"

DENIED = """
os system|posix system|nt system|builtins eval|builtins exec|builtins __import__|builtins getattr|builtins open
subprocess Popen|subprocess getoutput|runpy _run_code|pty spawn|sys modules|sys settrace|socket create_connection
importlib import_module|importlib._bootstrap _call_with_frames_removed|pickle loads|_pickle Unpickler|marshal loads
operator attrgetter|operator methodcaller|functools reduce|builtins map|itertools starmap|types FunctionType
types CodeType|code InteractiveInterpreter.runcode|doctest debug_script|ensurepip _run_pip|imaplib IMAP4_stream
lib2to3.pgen2.grammar Grammar.loads|lib2to3.pgen2.pgen ParserGenerator.make_label|idlelib.run Executive.runcode
idlelib.autocomplete AutoComplete.get_entity|idlelib.debugobj ObjectTreeItem.SetText|pkgutil resolve_name
uuid _get_command_stdout|logging FileHandler|_osx_support _read_output|_aix_support _read_cmd_output
_pyrepl.pager pipe_pager|cProfile runctx|profile Profile.run|timeit timeit|trace Trace.runctx
distutils.file_util write_file|venv create|webbrowser open|pathlib Path.write_text|pathlib PosixPath.unlink
codecs open|io FileIO|_io open|tempfile mktemp|ctypes CDLL|_ctypes dlopen
asyncio.unix_events _UnixSubprocessTransport._start|multiprocessing.process Process
concurrent.futures.thread ThreadPoolExecutor|xml.etree.ElementTree parse|gzip open|sqlite3 connect|dbm open
copyreg add_extension|argparse FileType|weakref finalize|dataclasses make_dataclass|zoneinfo ZoneInfo.from_file
torch load|torch.serialization load|torch.hub load|torch.jit load|torch.package PackageImporter|torch.compile x
torch._ops _Ops.load_library|torch.utils.cpp_extension load_inline|torch.utils.collect_env run|torch hub.load
torch._dynamo.guards GuardBuilder.get|torch._inductor.codecache compile_file|torch._C PyTorchFileReader
torch.fx.experimental.symbolic_shapes ShapeEnv.evaluate_guards_expression
torch.jit.unsupported_tensor_ops execWrapper|torch.utils._config_module ConfigModule.load_config
torch.utils.bottleneck.__main__ run_cprofile|torch.distributed.run run
torch.utils.data.datapipes.utils.decoder basichandlers|torch.distributed.rpc rpc_sync|torch.utils.model_zoo load_url
torch.serialization os.system|collections _sys.modules.get|numpy os.system|anything _os.popen|a.b sys
torch builtins.exec|numpy load|numpy loadtxt|numpy fromfile|numpy memmap|numpy.f2py compile
numpy.testing._private.utils runstring|numpy.distutils.exec_command exec_command|numpy __builtins__
numpy.lib.npyio load|numpy vectorize|pandas read_pickle|pandas read_csv|pandas eval|pandas.io.pickle read_pickle
pandas.core.frame DataFrame.eval|pandas.core.computation.eval eval|pandas.core.frame DataFrame.query
pandas DataFrame.to_csv|joblib load|joblib.numpy_pickle load|joblib.numpy_pickle_utils _read_fileobject
sklearn.datasets load_svmlight_file|sklearn.datasets._base load_files|transformers AutoModel.from_pretrained
transformers pipelines.pipeline|IPython.utils.process getoutput|mlflow.projects.backend.local _run_entry_point
ray.util.client.worker Worker|dask.distributed Client|pip main|pip._internal.cli.main main
setuptools sandbox.run_setup|distutils.spawn spawn|cffi FFI.dlopen|py.path local|pytest main|nose.core main
jinja2 Template|jinja2.environment Environment.from_string|yaml load|yaml unsafe_load|requests get|requests.api get
aiohttp ClientSession|fsspec open|huggingface_hub snapshot_download|hydra.utils instantiate|hydra.utils get_method
gradio Interface.load|cloudpickle.cloudpickle _make_function|dill loads
numba.core.serialize _unpickle__CustomPickled|sympy sympify|sympy.parsing.sympy_parser parse_expr|nltk.data load
nltk.app wordnet|spacy.cli download|scipy.io loadmat|scipy io.loadmat|h5py File|PIL.Image open
sqlalchemy create_engine|django.core.management call_command|flask.cli run_command|paramiko SSHClient
fabric Connection|sh ls|plumbum local|pexpect run|invoke run|docker from_env|kubernetes config.load_kube_config
boto3 client|google.cloud.storage Client|psutil Popen|uvicorn run|gunicorn.util import_app|celery Celery
test.support.script_helper assert_python_ok|tensorflow.keras.models load_model|keras.models load_model
tensorflow load_op_library|keras.utils get_file|__builtin__ eval|__builtin__ execfile|__builtin__ apply
__builtin__ file|commands getoutput|popen2 popen2|cPickle loads|urllib urlopen|urllib2 urlopen
httplib HTTPConnection|anydbm open|exceptions __class__|copy_reg add_extension|someone.elses.module Popen
a.b.c system|x check_output|x Y.__globals__|x Y.__class__.__base__|x.__main__ anything|x import_module
x unpickle_from_file|x from_pretrained|x Model.from_pretrained|x download_file|x dlopen|x load_library
builtins str.format|string Formatter.get_field|pandas DataFrame.apply|torch.nn.modules.module Module.apply|x.y Z.pipe
torch.autograd.function Function.apply|tensorflow.raw_ops ReadFile|tensorflow raw_ops.WriteFile|tensorflow py_function
keras.saving deserialize_keras_object|keras.models model_from_json|ray init|dask.base compute|timm create_model
timm.models create_model_with_weights|transformers pipeline|torch.utils.data._utils.worker _worker_loop
"""
ALLOWED = """
collections OrderedDict|collections defaultdict|datetime datetime|decimal Decimal|pathlib PosixPath|uuid UUID
builtins set|__builtin__ set|__builtin__ xrange|__builtin__ unicode|exceptions ValueError|builtins ValueError
copyreg _reconstructor|copy_reg _reconstructor|copyreg __newobj__|_codecs encode|functools partial
operator itemgetter|argparse Namespace|types SimpleNamespace|random Random|re _compile|zoneinfo ZoneInfo._unpickle
array _array_reconstructor|torch FloatStorage|torch BFloat16Storage|torch.storage UntypedStorage|torch float8_e4m3fn
torch Size|torch device|torch._utils _rebuild_tensor_v2|torch._utils _rebuild_parameter
torch._tensor _rebuild_from_type_v2|torch.nn.parameter Parameter|torch.serialization _get_layout
torch per_tensor_affine|torch.jit._pickle build_intlist|numpy dtype|numpy.core.multiarray _reconstruct
numpy._core.multiarray scalar|numpy.dtypes Float64DType|numpy.random._pickle __randomstate_ctor
numpy._core.numeric _frombuffer|numpy.ma.core _mareconstruct|scipy.sparse._csr csr_matrix
scipy.sparse.csr csr_matrix|pandas Index|pandas.core.internals.managers BlockManager
pandas.core.internals.blocks new_block|pandas._libs.internals _unpickle_block|pandas.core.indexes.base _new_Index
pandas._libs.tslibs.timestamps _unpickle_timestamp|pandas.tseries.offsets Day|joblib.numpy_pickle NumpyArrayWrapper
sklearn.externals.joblib.numpy_pickle NumpyArrayWrapper|sklearn.tree._tree Tree|sklearn.neighbors._kd_tree newObj
sklearn._loss._loss CyHalfBinomialLoss|sklearn.linear_model._sgd_fast Hinge|transformers.trainer_utils HubStrategy
"""
CREATED = """
sklearn.linear_model._logistic LogisticRegression|sklearn.tree.tree DecisionTreeClassifier|sklearn.pipeline Pipeline
sklearn.ensemble.forest RandomForestClassifier|torch.nn.modules.linear Linear|torch.optim.adam Adam
xgboost.core Booster|torch.nn.modules.container Sequential|transformers.training_args TrainingArguments
lightgbm.sklearn LGBMClassifier|ultralytics.nn.tasks DetectionModel|__torch__.some.module Net
torchvision.models.resnet ResNet|zoneinfo ZoneInfo
"""
HELD = """
numpy log1p|numpy asarray|numpy.core.fromnumeric sum|numpy float64|operator add|math sqrt|builtins iter|builtins zip
itertools islice|enum Enum|torch sigmoid|torch.nn.functional relu|sklearn.metrics._ranking roc_auc_score
pandas.core.frame DataFrame|typing Optional|numpy ndarray
"""
UNKNOWN = """
__main__ Net|models.yolo Model|torch.storage _load_from_bytes|builtins type|nothing known|collections namedtuple
mypackage.layers Attention|models.common Conv| |a |. .
"""


def names(table: str) -> list[tuple[str, str]]:
    found = [tuple(cell.split(" ", 1)) for line in table.strip("\n").splitlines() for cell in line.split("|")]
    return [(cell[0], cell[1]) for cell in found]


@pytest.mark.parametrize(("module", "name"), names(DENIED))
def test_what_executes_or_reaches_outside_is_denied(module: str, name: str) -> None:
    assert judge(module, name) == "deny"
    assert reason(module, name)


@pytest.mark.parametrize(("module", "name"), names(ALLOWED))
def test_what_pickles_of_data_name_is_allowed(module: str, name: str) -> None:
    assert judge(module, name) == "allow"
    assert reason(module, name) == ""


@pytest.mark.parametrize(("module", "name"), names(CREATED))
def test_classes_of_well_known_packages_may_be_created(module: str, name: str) -> None:
    assert judge(module, name) == "instance"


@pytest.mark.parametrize(("module", "name"), names(HELD))
def test_what_no_pickle_of_data_calls_may_be_held_but_not_called(module: str, name: str) -> None:
    assert judge(module, name) == "instance"


@pytest.mark.parametrize(("module", "name"), names(UNKNOWN))
def test_everything_else_is_unknown(module: str, name: str) -> None:
    assert judge(module, name) == "unknown"
    assert reason(module, name) == ""


@pytest.mark.parametrize("name", sorted(NESTED))
def test_nested_loaders_are_denied_but_for_the_one_of_torch(name: str) -> None:
    module, _, last = name.rpartition(".")
    assert judge(module, last) == ("unknown" if module == "torch.storage" else "deny")


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*")) if CORPUS.is_dir() else [], ids=lambda path: path.stem)
def test_gadgets_of_the_corpus_are_denied(path: Path) -> None:
    parts = path.stem.split(".")
    assert any(judge(".".join(parts[:at]), ".".join(parts[at:])) == "deny" for at in range(1, len(parts)))


def entries(path: Path) -> list[tuple[str, str, list[str]]]:
    found = []
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            key, _, words = line.partition(": ")
            kind, _, module = key.rpartition(" ")
            found.append((kind, module, words.split(" ")))
    return found


@pytest.mark.parametrize("path", [LISTS / "known-allow.txt", *GENERATED], ids=lambda path: path.stem)
def test_lists_are_well_formed_and_mean_what_they_say(path: Path) -> None:
    assert "# source: " in path.read_text("utf-8")
    rows = entries(path)
    assert len({row[:2] for row in rows}) == len(rows)
    for kind, module, words in rows:
        assert words == sorted(set(words)), module
        for word in words:
            assert word.replace(".", "a").isidentifier(), word
            verdict = judge(module, word)
            assert verdict == (kind if kind in ("allow", "instance") else "deny"), (module, word)


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.stem)
def test_generated_lists_speak_of_their_own_package(path: Path) -> None:
    assert {module.partition(".")[0] for _, module, _ in entries(path)} == {path.stem}


def test_no_denied_module_or_name_is_listed_twice() -> None:
    seen: set[str] = set()
    for file in ("known-stdlib.txt", "known-deny.txt"):
        for line in (LISTS / file).read_text("utf-8").splitlines():
            if line.startswith("modules "):
                words = line.split()[1:]
                assert not seen.intersection(words), seen.intersection(words)
                assert len(set(words)) == len(words)
                seen.update(words)


def test_every_module_of_the_standard_library_is_classified() -> None:
    text = (LISTS / "known-stdlib.txt").read_text("utf-8")
    words = {word for line in text.splitlines() if line.startswith(("modules ", "pure ")) for word in line.split()[1:]}
    assert sys.stdlib_module_names <= words | {"__main__"}
    for module in sys.stdlib_module_names & {
        w for line in text.splitlines() if line.startswith("modules ") for w in line.split()[1:]
    }:
        assert judge(module, "anything") == "deny"


@given(st.text(), st.text())
def test_any_text_has_a_verdict(module: str, name: str) -> None:
    assert judge(module, name) in ("deny", "unknown", "instance", "allow")
    assert (reason(module, name) != "") == (judge(module, name) == "deny")


@given(
    st.sampled_from(["torch", "os", "a b", "__builtin__", "known-deny", "..", "torch\n", "CON"]), st.text(max_size=9)
)
def test_no_name_reads_anything_but_the_lists(module: str, name: str) -> None:
    assert judge(f"{module}.{name}", name) in ("deny", "unknown", "instance", "allow")
    assert judge(f"../{module}", name) != "allow"


def test_huge_names_are_judged() -> None:
    assert judge("a." * 30_000, "b." * 30_000) in ("unknown", "deny")
