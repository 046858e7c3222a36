"""gate: a supply-chain gate for machine learning.

It reads a version-controlled Data Bill of Materials and policies, establishes facts about every declared
dataset and model, and says what must not pass. On the command line it is `gate check`. In a training job:

    path = gate.verified_path("traffic-signs")
    weights = gate.load_weights("sign-classifier")

Both raise when what they find is not what was declared. `gate.check` judges a repository. They are imported
when they are first used: the pre-commit hooks import this package, too.
"""

TYPE_CHECKING = False  # what `typing` has, without importing it; type checkers know the name
if TYPE_CHECKING:
    from gate.core.errors import DocumentError, GateError, UnableError, UsageError
    from gate.core.model import Decision, Finding, Verdict
    from gate.loading.errors import UnknownArtifactError, VerificationError
    from gate.loading.tensors import load_weights
    from gate.loading.verdict import check
    from gate.loading.verify import verified_path

__version__ = "0.1.0"
__all__ = [
    "Decision",
    "DocumentError",
    "Finding",
    "GateError",
    "UnableError",
    "UnknownArtifactError",
    "UsageError",
    "Verdict",
    "VerificationError",
    "__version__",
    "check",
    "load_weights",
    "verified_path",
]

_HOMES = {
    "gate.core.errors": ("DocumentError", "GateError", "UnableError", "UsageError"),
    "gate.core.model": ("Decision", "Finding", "Verdict"),
    "gate.loading.errors": ("UnknownArtifactError", "VerificationError"),
    "gate.loading.tensors": ("load_weights",),
    "gate.loading.verdict": ("check",),
    "gate.loading.verify": ("verified_path",),
}

if not TYPE_CHECKING:  # a type checker is to complain of what is not there

    def __getattr__(name):
        """The public name `name`, from the module that it lives in."""
        for home, names in _HOMES.items():
            if name in names:
                from importlib import import_module

                value = globals()[name] = getattr(import_module(home), name)
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        """What is public, imported yet or not."""
        return sorted({*globals(), *__all__})
