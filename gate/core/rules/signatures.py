"""Rules about signatures: who vouches for the bytes?"""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="signatures/missing",
        title="an artifact declares no signature",
        severity="medium",
        why=(
            "The digest in the DBOM is as trustworthy as whoever may edit the DBOM: one pull request can change the "
            "bytes and the digest together. A signature ties the bytes to the person or the pipeline that produced "
            "them, which the author of a pull request cannot imitate. This rule looks at the declaration only."
        ),
        fix=(
            "Ask the publisher for a signature, or sign the file where it is produced (for example with "
            "`cosign sign-blob --bundle BUNDLE FILE`); then name the bundle under `signature` of the entry in "
            "`dbom.yaml`."
        ),
        cwe=("CWE-347", "CWE-345"),
        atlas=("AML.T0010", "AML.T0058"),
        owasp=("LLM03:2025",),
        bad="```yaml\n- name: sign-classifier\n  path: models/sign.safetensors\n```",
        good=(
            "```yaml\n- name: sign-classifier\n  path: models/sign.safetensors\n"
            "  signature: {bundle: models/sign.sigstore.json, kind: sigstore}\n```"
        ),
    ),
)
