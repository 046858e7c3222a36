"""Rules about expectation suites: do the rows look as they should?"""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="suites/missing",
        title="a dataset declares no expectation suite",
        severity="low",
        why=(
            "A digest proves that the data did not change, not that it was right: swapped columns, labels out of range "
            "or a class that vanished all have a perfectly good digest. A suite writes down what the rows must look "
            "like, so that a bad export is noticed before the training. This rule looks at the declaration only."
        ),
        fix=(
            "Write a Great Expectations suite for the dataset, commit it, and name the file in `suite` of the entry in "
            "`dbom.yaml`."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0059",),
        owasp=("LLM04:2025",),
        bad="```yaml\n- name: traffic-signs\n  path: data/traffic-signs\n```",
        good=(
            "```yaml\n- name: traffic-signs\n  path: data/traffic-signs\n  suite: expectations/traffic-signs.json\n```"
        ),
    ),
)
