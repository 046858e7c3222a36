"""Rules about what the Hugging Face Hub publishes, where a policy asks to compare with it."""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="hub/not-compared",
        title="what comes from the hub was not compared with what the hub publishes",
        severity="medium",
        why=(
            "The digests of the DBOM say that the bytes are those that were declared, not that they are those of the "
            "origin. A policy that enforces this rule has the gate ask the hub about every artifact with an `hf://` "
            "origin. The packs do not, for it takes the network. Where the origin has no full commit there is nothing "
            "to compare with: a branch or a tag has other files tomorrow. Where the hub cannot be asked, that is "
            "`gate/undecided`."
        ),
        fix="Set `revision:` to the 40-digit commit; `gate add PATH --source hf://...` finds it out.",
        cwe=("CWE-345",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\nsource: {url: hf://datasets/acme/signs, revision: main}\n```",
        good="```yaml\nsource: {url: hf://datasets/acme/signs, revision: 5fd3c2a1...}\n```",
    ),
    Rule(
        id="hub/not-found",
        title="the hub does not have what the entry says it comes from",
        severity="high",
        why=(
            "The repository is gone, the commit is none of it, nothing lies at the path, or the hub has disabled it, "
            "which it does to malware. Nobody can repeat or verify where the bytes came from, and whoever registers "
            "the name anew decides what the next download is."
        ),
        fix="Correct `source:`, or find out why it is gone; keep a copy that is signed, or replace the artifact.",
        cwe=("CWE-829", "CWE-1357"),
        atlas=("AML.T0010.002", "AML.T0010.003"),
        owasp=("LLM03:2025",),
        bad="`revision:` is a commit that the hub does not know.",
        good="`revision:` is a commit of the repository that `url:` names.",
    ),
    Rule(
        id="hub/digest-mismatch",
        title="a file is not the one that the hub publishes at that commit",
        severity="critical",
        why=(
            "The file was exchanged on the way or in a cache, or edited after it was fetched. Clients of the hub do "
            "not compare digests when they download or reuse what is in the cache: a transfer of the same size "
            "passes. The hub publishes a SHA-256 for large files and the git id for small ones."
        ),
        fix=(
            "Remove the file and its copy in the cache, and fetch it again. What was changed on purpose is no longer "
            "from there: declare it with the origin under `derived_from:`."
        ),
        cwe=("CWE-345", "CWE-494", "CWE-353"),
        atlas=("AML.T0010.002", "AML.T0010.003"),
        owasp=("LLM03:2025", "LLM04:2025"),
        bad="`model.safetensors` has the published size, and other bytes.",
        good="The SHA-256 of `model.safetensors` is that of the hub.",
    ),
    Rule(
        id="hub/missing-file",
        title="the hub publishes a file at that commit that is not here",
        severity="medium",
        why=(
            "A download was cut off, or somebody took files out: training then reads less than the card of the "
            "dataset describes, and a model may be loaded with another configuration than it was published with."
        ),
        fix="Fetch the rest, or name the part that was taken: `url: hf://datasets/acme/signs/train`.",
        cwe=("CWE-353",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="The dataset has three files at the commit, and two are here.",
        good="All files of the commit are here, or all beneath the path of `url:`.",
    ),
    Rule(
        id="hub/extra-file",
        title="a file that is said to come from the hub is none of that commit",
        severity="high",
        why=(
            "What the entry says of its origin does not hold for this file: nobody published it there. A file that "
            "lies between those of a known supplier is loaded with the trust in it."
        ),
        fix="Remove it, or declare it as an artifact of its own with its own origin.",
        cwe=("CWE-345", "CWE-829"),
        atlas=("AML.T0010.002", "AML.T0010.003"),
        owasp=("LLM03:2025", "LLM04:2025"),
        bad="`handler.py` lies in the directory of a model whose repository has no such file.",
        good="Every file of the directory is one of the commit.",
    ),
    Rule(
        id="hub/unsafe-file",
        title="the security scan of the hub calls a file unsafe",
        severity="critical",
        why=(
            "The hub scans what is uploaded for malware and for pickles that import what they should not, with "
            "several scanners, and says so to those who ask. Its clients download the file all the same."
        ),
        fix="Read the report on the page of the file; use another file, such as safetensors, or another source.",
        cwe=("CWE-502", "CWE-829"),
        atlas=("AML.T0010.003", "AML.T0011.000"),
        owasp=("LLM03:2025",),
        bad="`pytorch_model.bin` is marked unsafe on the page of its repository.",
        good="`model.safetensors` of the same repository is not.",
    ),
)
