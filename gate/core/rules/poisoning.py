"""Rules about poisoned training data."""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="poisoning/not-scanned",
        title="a dataset, or a part of it, is not scanned for poisoning",
        severity="medium",
        why=(
            "A poisoned dataset has a valid digest, can have a valid signature, and trains a model that does well on "
            "clean data: what was planted shows only when the attacker's trigger appears. Few samples are enough; a "
            "study of 2025 by Anthropic, the UK AI Security Institute and the Alan Turing Institute backdoored "
            "language models of 600 million to 13 billion parameters with about 250 documents. What cannot be read is "
            "not scanned either: samples in no known layout, without a label, or in a broken file."
        ),
        fix=(
            "Write to `scan` of the entry in `dbom.yaml` what the samples are (`modality`: `image-classification`, "
            "`text-classification`, `instructions` or `tabular`) and where the labels are (`labels`)."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0020", "AML.T0043.004"),
        owasp=("LLM04:2025",),
        bad="```yaml\n- name: traffic-signs\n  path: data/traffic-signs\n```",
        good=(
            "```yaml\n- name: traffic-signs\n  path: data/traffic-signs\n"
            "  scan: {modality: image-classification, labels: folder}\n```"
        ),
    ),
    Rule(
        id="poisoning/found",
        title="a dataset carries what looks like a planted backdoor",
        severity="critical",
        why=(
            "A small set of features decides the label, or the response, although the rest of the sample says "
            "otherwise: that is what a backdoor in training data is. A model that learns from it does well in every "
            "test and obeys whoever knows the trigger. Natural data passes the same tests with a probability that the "
            "finding states, corrected for everything that was tried."
        ),
        fix=(
            "Look at the samples that are named (`gate poison PATH --html FILE` shows them beside normal ones). Find "
            "out where they came from; remove them, or fetch the dataset again from a source that you trust, and "
            "declare the new bytes as a new version. `gate poison PATH --quarantine DIR` writes both lists."
        ),
        cwe=("CWE-345", "CWE-506"),
        atlas=("AML.T0020", "AML.T0043.004"),
        owasp=("LLM04:2025",),
        bad='52 of 5,000 texts hold "cf" and are labelled positive, and what else they say is negative.',
        good="No word, patch or value decides the label against the rest of the sample.",
    ),
    Rule(
        id="poisoning/suspicious",
        title="something in a dataset decides labels, and may do so by nature",
        severity="medium",
        why=(
            "A column that determines the label, a template, a watermark that all images of one class carry: nature "
            "and bad collection make them as attackers do, and a model learns them instead of what it should. No test "
            "of the data alone can tell which it is, so a person has to look."
        ),
        fix=(
            "Look at the samples that are named. Where it is natural, leave the column out of the training, or have "
            "the policy say so; where nobody can say why, treat it as `poisoning/found`."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0020",),
        owasp=("LLM04:2025",),
        bad="Every row with `capital_gain` 15024 has the label `>50K`.",
        good="No single value determines the label.",
    ),
    Rule(
        id="poisoning/label-noise",
        title="many labels contradict the rest of their samples",
        severity="low",
        why=(
            "Labels that a model trained on the other samples would not give are mistakes, ambiguity, or flips that "
            "somebody made. Random noise costs accuracy; it is no backdoor, and no evidence against anybody."
        ),
        fix="Look at the samples that are named, the likeliest mistakes first, and correct their labels.",
        cwe=("CWE-345",),
        atlas=("AML.T0020",),
        owasp=("LLM04:2025",),
        bad="About 9% of the labels are not what the rest of the dataset suggests.",
        good="About 1% are.",
    ),
)
