"""Rules about what DVC keeps."""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="dvc/undeclared",
        title="DVC keeps something that the DBOM does not declare",
        severity="medium",
        why=(
            "Git ignores what DVC keeps, so nothing else here sees it: no SHA-256, no signature, no suite and no scan "
            "stands between the remote and the training job, only an MD5, which whoever makes both files can forge."
        ),
        fix="Declare it: `gate add data/signs.csv.dvc`. Where it is of no use any more, `dvc remove` it.",
        cwe=("CWE-353",),
        atlas=("AML.T0010.002",),
        owasp=("LLM03:2025",),
        bad="`data/signs.csv.dvc` is in git, and no entry of `dbom.yaml` has the path `data/signs.csv`.",
        good="```yaml\n- name: signs\n  path: data/signs.csv\n  sha256: 9f2c...\n```",
    ),
    Rule(
        id="dvc/digest-mismatch",
        title="the bytes are not those that DVC recorded",
        severity="high",
        why=(
            "`dvc pull` takes what a remote hands out, and `dvc checkout` what lies in its cache, without hashing it "
            "again; `dvc status` misses an edit that keeps the time of the file. So the gate hashes for itself. Where "
            "the SHA-256 of the DBOM holds and the MD5 does not, the two records are about different versions: "
            "whoever fetches through DVC gets other bytes than those that were judged."
        ),
        fix="Fetch it again from a remote that is known to be good, or record what is meant in both places.",
        cwe=("CWE-345", "CWE-354"),
        atlas=("AML.T0020", "AML.T0010.002"),
        owasp=("LLM03:2025", "LLM04:2025"),
        bad="`md5: 5d41...` in `signs.csv.dvc`, and the MD5 of `signs.csv` is `7d79...`.",
        good="`dvc add data/signs.csv && gate update signs --version 2.2.0`, in one commit.",
    ),
    Rule(
        id="dvc/line-endings-only",
        title="the bytes differ from what DVC recorded by their line endings only",
        severity="low",
        why=(
            "An editor or a copy between systems converted the file. Nothing points to tampering; still the bytes are "
            "not the recorded ones, and rows or tokens may differ by a carriage return. Where DVC before 3.0 recorded "
            "text with LF at the end of every line, as it did, the gate takes that for what it is, and says nothing."
        ),
        fix="Fetch the file again with DVC; or `dvc add` it as it is, so that its MD5 is that of its bytes.",
        cwe=("CWE-354",),
        bad="`signs.csv` has CRLF, and `signs.csv.dvc` the MD5 of the same rows with LF.",
        good="`signs.csv` as it was when `dvc add` ran.",
    ),
    Rule(
        id="dvc/unpinned-import",
        title="an import of DVC is not pinned to a commit",
        severity="medium",
        why=(
            "`dvc import` writes the commit that it took the data from into `rev_lock:`. Without it nobody can tell "
            "which version of the other repository this is, and the next `dvc update` or pull may bring another."
        ),
        fix="Run `dvc update FILE.dvc`, look at what changed, and commit the file.",
        cwe=("CWE-494",),
        atlas=("AML.T0010.002",),
        owasp=("LLM03:2025",),
        bad="```yaml\ndeps:\n- path: signs.csv\n  repo: {url: https://git.example.org/data, rev: main}\n```",
        good=(
            "```yaml\ndeps:\n- path: signs.csv\n  repo:\n    url: https://git.example.org/data\n"
            "    rev_lock: 5fd3c2a1...\n```"
        ),
    ),
    Rule(
        id="dvc/unverified-remote",
        title="DVC does not compare what a remote hands out with what was recorded",
        severity="medium",
        why=(
            "By default DVC trusts remotes: an object that was replaced in the bucket is pulled, linked into the work "
            "tree and called up to date. With `verify = true` it is hashed on arrival."
        ),
        fix="Run `dvc remote modify NAME verify true`. `gate check --pull` does so anyway.",
        cwe=("CWE-354", "CWE-494"),
        atlas=("AML.T0010.002",),
        owasp=("LLM03:2025",),
        bad="```ini\n['remote \"store\"']\n    url = s3://acme-data/dvc\n```",
        good="```ini\n['remote \"store\"']\n    url = s3://acme-data/dvc\n    verify = true\n```",
    ),
    Rule(
        id="dvc/untrusted-remote",
        title="a remote of DVC is none that the policy lists",
        severity="high",
        why=(
            "One line in `.dvc/config` decides where the data of a project comes from, and whom its credentials are "
            "shown to. A policy with `dvc: {remotes: [...]}` says which places those may be; without one the rule "
            "says nothing, and `gate check --pull` fetches nothing."
        ),
        fix="Use a remote of the list; new ones are for those who own the policy to add.",
        cwe=("CWE-829",),
        atlas=("AML.T0010.002",),
        owasp=("LLM03:2025",),
        bad="`url = s3://somebody-else/dvc`, and the policy has `dvc: {remotes: [s3://acme-data/dvc]}`.",
        good="`url = s3://acme-data/dvc/signs`",
    ),
    Rule(
        id="dvc/malformed",
        title="a file of DVC is not what DVC would write",
        severity="high",
        why=(
            "What the gate cannot read with certainty it cannot judge, and DVC may read something else into it: a key "
            "that is there twice, a digest that is none, two files that keep the same output."
        ),
        fix="Restore the file from git, or have DVC write it again (`dvc add`, `dvc commit`).",
        cwe=("CWE-20",),
        bad="```yaml\nouts:\n- md5: not-a-digest\n  path: signs.csv\n```",
        good="```yaml\nouts:\n- md5: 5d41402abc4b2a76b9719d911017c592\n  hash: md5\n  path: signs.csv\n```",
    ),
    Rule(
        id="dvc/outside-root",
        title="an output of DVC leaves the repository",
        severity="high",
        why=(
            "`dvc pull` and `dvc checkout` write what a file of DVC names. With `..`, an absolute path or the address "
            "of a bucket under `path:` or `wdir:` a pull request makes them write somewhere else, or keeps data where "
            "nothing of this repository can be compared with it."
        ),
        fix="Keep what DVC tracks inside of the repository.",
        cwe=("CWE-22",),
        bad="```yaml\nwdir: ../..\nouts:\n- path: home/.bashrc\n```",
        good="```yaml\nouts:\n- path: signs.csv\n```",
    ),
)
