"""What a signature costs: one bundle beside none, and many beside sigstore-python.

Prints Markdown tables; docs/performance.md holds them as they came. The bundles come from the local Sigstore of the
tests: Rekor v1, and Rekor v2 with a timestamp.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from benchmarks.measure import Cost, paired
from tests.localsigstore import GITHUB, Instance, mint, workflow_claims

GATE = str(Path(sys.executable).with_name("gate"))
MANY = 1000
PAIRS = 10
CHECK = "gate.cli.check, gate.checks.signatures, gate.policy.load"
"""What a check without a signature imports as well."""
IDENTITY = "https://github.com/acme/train/.github/workflows/release.yml@refs/heads/main"
REFERENCE = """
import sys
from pathlib import Path
from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy
from sigstore_models.common.v1 import HashAlgorithm
from hashlib import sha256
root, identity, issuer = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
verifier = Verifier(trusted_root=TrustedRoot.from_file(str(root / "root.json")))
wanted = policy.Identity(identity=identity, issuer=issuer)
for file in sorted((root / "data").glob("*.csv")):
    bundle = Bundle.from_json(file.with_name(file.name + ".sigstore.json").read_text())
    hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=sha256(file.read_bytes()).digest())
    verifier.verify_artifact(hashed, bundle, wanted)
"""


def main() -> None:
    """Measures and prints."""
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as temporary:
        root = Path(temporary)
        os.environ["HOME"] = temporary  # sigstore-python looks for its cache there
        print("| one file | with a signature | without | difference |\n|---|---|---|---|")
        for log in (1, 2):
            one(root, log)
        imports()
        print(
            f"\n| {MANY} signed files | ours | sigstore-python | wall ratio | ours per second |\n|---|---|---|---|---|"
        )
        for log in (1, 2):
            many(root, log)


def one(root: Path, log: Literal[1, 2]) -> None:
    """`gate check` of one signed file, and of the same file unsigned."""
    signed, plain = repository(root / f"one-{log}", 1, log), repository(root / f"none-{log}", 1, None)
    pair = paired([GATE, "check", "--root", str(signed)], [GATE, "check", "--root", str(plain)], str(root), PAIRS)
    more = (pair.ours.wall - pair.theirs.wall) * 1000
    print(f"| Rekor v{log} | {shown(pair.ours)} | {shown(pair.theirs)} | {more:.0f} ms |")


def imports() -> None:
    """What importing the verifier costs, which every check with a signature pays once."""
    ours = [
        sys.executable,
        "-c",
        f"import {CHECK}, gate.checks.vouching, gate.inventory.signatures, gate.signing.usable",
    ]
    nothing = [sys.executable, "-c", f"import {CHECK}"]
    pair = paired(ours, nothing, ".", PAIRS)
    print(f"\nImporting the verifier: {(pair.ours.wall - pair.theirs.wall) * 1000:.0f} ms.")
    theirs = [sys.executable, "-c", f"import {CHECK}, sigstore.verify"]
    pair = paired(theirs, nothing, ".", PAIRS)
    print(f"Importing sigstore.verify: {(pair.ours.wall - pair.theirs.wall) * 1000:.0f} ms.")


def many(root: Path, log: Literal[1, 2]) -> None:
    """Many signed files in one process of each; ours also reads, hashes and inspects them, and judges the DBOM."""
    directory = repository(root / f"many-{log}", MANY, log)
    ours = [GATE, "check", "--root", str(directory), "--jobs", "1"]
    theirs = [sys.executable, "-c", REFERENCE, str(directory), IDENTITY, GITHUB]
    subprocess.run(theirs, check=True)
    pair = paired(ours, theirs, str(root), 3)
    rate = MANY / pair.ours.cpu
    print(f"| Rekor v{log} | {shown(pair.ours)} | {shown(pair.theirs)} | {pair.wall_ratio:.2f} | {rate:.0f} |")


def shown(cost: Cost) -> str:
    """Wall time and peak memory."""
    return f"{cost.wall * 1000:.0f} ms, {cost.memory:.0f} MiB"


def repository(root: Path, files: int, log: Literal[1, 2] | None) -> Path:
    """A repository with so many datasets, signed and logged as told, and a policy that trusts the signer."""
    instance = Instance()
    (root / "data").mkdir(parents=True)
    trusted = json.dumps(instance.trusted_root())
    (root / "root.json").write_text(trusted)
    entries = [dataset(root, instance, number, log) for number in range(files)]
    (root / "dbom.yaml").write_text("dbom: 1\ndatasets:\n" + "".join(entries))
    (root / "gate-policy.yaml").write_text(
        f"policy: 1\nidentities:\n  - name: release\n    identity: {IDENTITY}\n    issuer: {GITHUB}\n"
        "    source_repository: https://github.com/acme/train\n"
        f"trust_roots:\n  - {{name: local, file: root.json, sha256: {hashlib.sha256(trusted.encode()).hexdigest()}}}\n"
        "rules:\n  signatures/missing: {enforce: warn}\n"
    )
    done = subprocess.run([GATE, "check", "--root", str(root)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return root


def dataset(root: Path, instance: Instance, number: int, log: Literal[1, 2] | None) -> str:
    """One file with its bundle, and its entry."""
    name = f"data/{number:04}.csv"
    content = f"a,b\n1,{number}\n".encode()
    (root / name).write_bytes(content)
    entry = f"  - {{name: x{number}, path: {name}, sha256: {hashlib.sha256(content).hexdigest()}, version: 1"
    if log is None:
        return entry + "}\n"
    bundle = mint(
        instance, claims=workflow_claims("acme/train", "release.yml", "refs/heads/main"), artifact=content, rekor=log
    )
    (root / f"{name}.sigstore.json").write_text(json.dumps(bundle))
    return f"{entry}, signature: {{bundle: {name}.sigstore.json}}}}\n"


if __name__ == "__main__":
    main()
