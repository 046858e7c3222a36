"""Rules about the bill of materials: is everything declared, and does each entry say enough?"""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="dbom/undeclared-weights",
        title="a weight file is not in the DBOM",
        severity="high",
        why=(
            "Weights that the DBOM does not name have no digest, no origin and no version that anybody agreed to. Code "
            "can load them all the same, so an attacker who may add files needs no change to any declared model. They "
            "are also missing when somebody asks which products hold a model that turned out to be bad."
        ),
        fix="Declare the file with `gate add PATH --source URL`, or delete it if nothing needs it.",
        cwe=("CWE-353",),
        atlas=("AML.T0010.003", "AML.T0058"),
        owasp=("LLM03:2025",),
        bad="`models/backup.pt` lies in the repository, and `dbom.yaml` does not name it.",
        good="`gate add models/sign.safetensors --source https://models.example.org/sign/2.1.0`",
    ),
    Rule(
        id="dbom/undeclared-data",
        title="a data file is not in the DBOM",
        severity="medium",
        why=(
            "Data that the DBOM does not name can be changed without anybody noticing, and a model trained on it "
            "cannot be traced back to what it learnt from. When a dataset has to be withdrawn, because of its "
            "licence, its content or an attack, undeclared copies stay behind."
        ),
        fix="Declare the file or its directory with `gate add PATH --source URL`, or delete it if nothing needs it.",
        cwe=("CWE-353",),
        atlas=("AML.T0010.002", "AML.T0019"),
        owasp=("LLM03:2025", "LLM04:2025"),
        bad="`data/extra.parquet` lies in the repository, and `dbom.yaml` does not name it.",
        good="`gate add data/extra.parquet --source https://data.example.org/extra/3`",
    ),
    Rule(
        id="dbom/no-license",
        title="an artifact has no licence",
        severity="low",
        why=(
            "Without a licence nobody knows whether the data may be trained on or the model may be shipped, and the "
            "question tends to be asked after the training has been paid for. The licence of a dataset can also bind "
            "the models that are trained on it."
        ),
        fix="Write the SPDX identifier of the licence to `source.license` of the entry in `dbom.yaml`.",
        owasp=("LLM03:2025",),
        bad="```yaml\nsource: {url: https://data.example.org/signs}\n```",
        good="```yaml\nsource: {url: https://data.example.org/signs, license: CC0-1.0}\n```",
    ),
    Rule(
        id="dbom/no-origin",
        title="an artifact does not say where it comes from",
        severity="medium",
        why=(
            "A digest says that the bytes stayed the same, not that they were good to begin with. Only the origin "
            "tells who made them, who can be asked, and whether a warning about a poisoned dataset or a compromised "
            "publisher is about this file."
        ),
        fix="Write where the artifact was obtained to `source.url` of the entry in `dbom.yaml`.",
        cwe=("CWE-345",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\n- name: traffic-signs\n  path: data/traffic-signs\n```",
        good=(
            "```yaml\n- name: traffic-signs\n  path: data/traffic-signs\n"
            "  source: {url: https://data.example.org/signs}\n```"
        ),
    ),
    Rule(
        id="dbom/unpinned-origin",
        title="the origin of an artifact is not pinned to a revision",
        severity="medium",
        why=(
            "A branch such as `main` and the word `latest` mean whatever the publisher, or whoever took over the "
            "account, put there last. Nobody can then fetch the declared bytes again to compare them, and a job that "
            "follows the same address can get others."
        ),
        fix=(
            "Write the commit (40 hexadecimal digits) or the released version that the bytes came from to "
            "`source.revision` of the entry in `dbom.yaml`."
        ),
        cwe=("CWE-494",),
        atlas=("AML.T0010", "AML.T0058"),
        owasp=("LLM03:2025",),
        bad="```yaml\nsource: {url: https://hub.example.org/acme/sign, revision: main}\n```",
        good=(
            "```yaml\nsource: {url: https://hub.example.org/acme/sign,\n"
            "         revision: 8d5c2f0b6a7e4c1d9f3b0a2e5c7d8f9a1b2c3d4e}\n```"
        ),
    ),
    Rule(
        id="dbom/incomplete",
        title="an entry lacks its digest or its version",
        severity="medium",
        why=(
            "Without `sha256` the entry accepts any bytes under that name, so the gate has nothing to verify. Without "
            "`version` two states of the artifact cannot be told apart by people: not in a report, not when somebody "
            "asks which of them was trained on."
        ),
        fix="Run `gate update NAME --version V`, which hashes the artifact and writes both.",
        cwe=("CWE-353",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\n- name: sign-classifier\n  path: models/sign.safetensors\n```",
        good="`gate update sign-classifier --version 2.1.0`",
    ),
    Rule(
        id="dbom/lineage-cycle",
        title="the lineage leads in a circle",
        severity="medium",
        why=(
            "Nothing is made from itself. Where `derived_from`, `trained_on` and `previous` lead back to where they "
            "began, at least one of them is wrong, and nobody can say what has to be withdrawn or trained again when "
            "one of these artifacts turns out to be bad."
        ),
        fix="See the circle with `gate lineage NAME`, and correct the entry that names what was made from it.",
        cwe=("CWE-345",),
        owasp=("LLM03:2025",),
        bad="```yaml\n- {name: a, path: a.csv, derived_from: [b]}\n- {name: b, path: b.csv, derived_from: [a]}\n```",
        good="```yaml\n- {name: a, path: a.csv}\n- {name: b, path: b.csv, derived_from: [a]}\n```",
    ),
    Rule(
        id="dbom/missing-ancestor",
        title="an artifact is made from one that nobody declares",
        severity="medium",
        why=(
            "A lineage ends at a name that no entry has: its bytes, origin and licence are unknown, and so is half of "
            "what went into the artifact. Poisoned training data passes on what it holds to every model that was "
            "trained on it, and a licence may bind them."
        ),
        fix="Declare it with `gate add PATH --name NAME`, or write the address that it was taken from.",
        cwe=("CWE-345",),
        atlas=("AML.T0010.002", "AML.T0020"),
        owasp=("LLM03:2025",),
        bad="`trained_on: [traffic-signs]`, and no dataset is called `traffic-signs`.",
        good="`trained_on: [traffic-signs]`, and `gate add data/signs --name traffic-signs`",
    ),
    Rule(
        id="dbom/unverified-training-data",
        title="a model is trained on a dataset that is not verified",
        severity="high",
        why=(
            "The digest of a model says nothing about what it learnt. Where the bytes of a dataset are not the "
            "declared ones, or none are declared, the claim that the model was trained on it is worth nothing: anybody "
            "may have put in samples with a backdoor."
        ),
        fix="Declare the digest of the dataset with `gate update NAME --version VERSION`, or restore its bytes.",
        cwe=("CWE-353",),
        atlas=("AML.T0020", "AML.T0018"),
        owasp=("LLM04:2025",),
        bad="`trained_on: [traffic-signs]`, and the entry of `traffic-signs` has no `sha256:`.",
        good="`trained_on: [traffic-signs]`, and `gate check` verifies `traffic-signs`.",
    ),
    Rule(
        id="dbom/version-not-raised",
        title="a change gives an artifact other bytes under the version that it had",
        severity="medium",
        why=(
            "People and pipelines refer to data and weights by name and version. Other bytes under a version that was "
            "reviewed, scanned or trained on make every such reference wrong, and are how a replaced artifact looks. "
            "Reported when a change is judged (`gate check --base REV`)."
        ),
        fix="Run `gate update NAME --version NEW` with a version above the one at the base.",
        cwe=("CWE-345",),
        atlas=("AML.T0010.002",),
        owasp=("LLM03:2025",),
        bad="`sha256` of `traffic-signs` changed, `version` is still `2024.1`.",
        good="`gate update traffic-signs --version 2024.2`",
    ),
    Rule(
        id="dbom/version-lowered",
        title="a change takes an artifact back to an older version, or removes its version",
        severity="high",
        why=(
            "An old version is validly signed and was once approved, which makes it the easiest bad artifact to bring "
            "in: with the flaws that were mended since. The base branch is the only authority on which version is "
            "the current one. Reported when a change is judged (`gate check --base REV`)."
        ),
        fix=(
            "Declare a version above the one at the base. A rollback that is meant is a new version with the old "
            "bytes: `gate update NAME --version NEW`."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`version: 2.1.0` at the base, `version: 1.9.0` in the change.",
        good="`version: 2.1.1`, with the bytes that 1.9.0 had.",
    ),
    Rule(
        id="dbom/artifact-dropped",
        title="a change removes the entry of an artifact",
        severity="high",
        why=(
            "What is not declared is not verified: the entry goes in one pull request, the bytes change in the next, "
            "and nothing is left that could notice. Moving an entry between `datasets` and `models` counts, for "
            "policies ask more of one than of the other; a new name for the same path or bytes does not. Reported "
            "when a change is judged (`gate check --base REV`)."
        ),
        fix="Restore the entry. The owners of the base branch remove what the project no longer uses.",
        cwe=("CWE-353",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="The entry `sign-classifier` is gone from `dbom.yaml`.",
        good="The entry is there, with a new digest and a new version if the model changed.",
    ),
    Rule(
        id="dbom/digest-dropped",
        title="a change removes the digest of an artifact",
        severity="high",
        why=(
            "An entry without `sha256` accepts any bytes. Removing the digest is the quietest way to stop verifying an "
            "artifact, because the entry itself stays. Reported when a change is judged (`gate check --base REV`)."
        ),
        fix="Restore `sha256:`; after an intended change of the bytes run `gate update NAME --version NEW`.",
        cwe=("CWE-353",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="The line `sha256: 9f2c...` of an entry is gone.",
        good="`gate update traffic-signs --version 2024.2` wrote a new one.",
    ),
    Rule(
        id="dbom/signature-dropped",
        title="a change removes the signature of an artifact",
        severity="high",
        why=(
            "The digest in the DBOM is as trustworthy as the author of the last change to it; a signature is what that "
            "author cannot make up. Without it, the change vouches for itself. Reported when a change is judged "
            "(`gate check --base REV`)."
        ),
        fix="Restore `signature:`, and have the new bytes signed by who signed the old ones.",
        cwe=("CWE-347",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="The key `signature:` of an entry is gone.",
        good="`signature:` names the bundle over the new bytes.",
    ),
    Rule(
        id="dbom/suite-dropped",
        title="a change removes the suite of a dataset",
        severity="high",
        why=(
            "A suite that fails can be mended or removed, and removing it takes one line. Rows that no longer pass are "
            "then trained on. Reported when a change is judged (`gate check --base REV`)."
        ),
        fix="Restore `suite:`; change the expectations themselves where the data rightly changed.",
        cwe=("CWE-354",),
        atlas=("AML.T0059",),
        owasp=("LLM04:2025",),
        bad="The key `suite:` of a dataset is gone.",
        good="`suite:` is there, and the suite was changed in the same pull request, for a reviewer to see.",
    ),
    Rule(
        id="dbom/scan-dropped",
        title="a change removes the poisoning scan of a dataset",
        severity="high",
        why=(
            "Poisoned rows have valid digests. A dataset that was scanned and no longer is has lost the one check that "
            "looks at what the samples do. Reported when a change is judged (`gate check --base REV`)."
        ),
        fix="Restore `scan:`.",
        cwe=("CWE-354",),
        atlas=("AML.T0020",),
        owasp=("LLM04:2025",),
        bad="The key `scan:` of a dataset is gone.",
        good="`scan: {modality: image-classification, labels: folder}`",
    ),
)
