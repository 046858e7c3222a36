"""Rules about poisoned training data."""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="poisoning/not-scanned",
        title="a dataset declares no poisoning scan",
        severity="medium",
        why=(
            "A poisoned dataset has a valid digest, can have a valid signature, and trains a model that does well on "
            "clean data: what was planted shows only when the attacker's trigger appears. Few samples are enough; a "
            "study of 2025 by Anthropic, the UK AI Security Institute and the Alan Turing Institute backdoored "
            "language models of 600 million to 13 billion parameters with about 250 documents. This rule looks at "
            "the declaration only."
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
)
