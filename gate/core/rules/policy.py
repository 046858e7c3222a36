"""Rules about the policy itself: may the change that is judged decide how it is judged?"""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="policy/weakened",
        title="a change loosens the policy that judges it",
        severity="critical",
        why=(
            "A pull request that may bring its own policy can bring anything. So a change is judged by the strictest "
            "of its own policy and the one at the tip of its base, and an attempt to loosen a rule, to add a cache "
            "root, a signer or a trust root, or to drop what is asked of signatures, is a finding of its own. A base "
            "without a policy counts as `gate:baseline`. Reported when a change is judged (`gate check --base REV`)."
        ),
        fix="Restore the line that the finding names. A policy is loosened on the base branch, by those who own it.",
        cwe=("CWE-345",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\nrules:\n  weights/pickle-format: {enforce: off}   # was: block\n```",
        good="The pickle is replaced by safetensors, and the policy stays as it is.",
    ),
)
