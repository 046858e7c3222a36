"""Rules about the gate itself."""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="gate/undecided",
        title="a check that the policy demands could not be carried out",
        severity="high",
        why=(
            "A check that did not run says nothing about the bytes. A gate that passes what it was unable to look "
            "at is open to whoever can make it fail: with an unreadable file, a missing extra or an input that "
            "takes too long."
        ),
        fix="The finding names what stood in the way and the command that removes it; then run `gate check` again.",
        cwe=("CWE-636",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`models/sign.safetensors` is declared, but its permissions keep the gate from reading it.",
        good="`chmod u+r models/sign.safetensors`",
    ),
)
