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
            "Ask the publisher for a signature, or sign the artifact where it is produced: `gate sign ARTIFACT` writes "
            "the bundle and names it under `signature` of the entry in `dbom.yaml`."
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
    Rule(
        id="signatures/invalid",
        title="a declared signature does not hold",
        severity="high",
        why=(
            "A signature that does not hold vouches for nothing, and somebody wrote down that it does. The bundle is "
            "missing or malformed, it is over other bytes, its certificate was not valid when it was made, the "
            "transparency log does not have it, or the mathematics says no. In a directory every listed file must be "
            "there under its own name: the digest of a model signature does not see a renamed file."
        ),
        fix=(
            "Read the reason in the message. Where the bytes changed on purpose, have them signed again; otherwise "
            "fetch artifact and bundle anew from their publisher. A log that the trust root does not know means that "
            "the root is too old: update the file under `trust_roots`, and its digest, in the policy."
        ),
        cwe=("CWE-347", "CWE-345"),
        atlas=("AML.T0010", "AML.T0058"),
        owasp=("LLM03:2025",),
        bad=(
            "```yaml\n# model.safetensors was replaced after it had been signed\n"
            "signature: {bundle: model.safetensors.sigstore.json}\n```"
        ),
        good="```sh\ngate update model --version 2.0\ngate sign model --key release.key\n```",
    ),
    Rule(
        id="signatures/untrusted-identity",
        title="a signature is by somebody whom no policy trusts",
        severity="high",
        why=(
            "Anybody can sign anything: a signature says who, and the policy says whether that is the right one. The "
            "author of the DBOM may be the attacker, so identities, keys and trust roots count from policies only. "
            "Of a certificate more than the name is compared: a reusable workflow signs under its own name for "
            "whoever calls it, and a run for a pull request does what its author wants."
        ),
        fix=(
            "If the signer is the right one, add them under `identities`, `keys` or `certificates` of the policy, as "
            "narrowly as you can: with the issuer, the source repository and the ref. The message has the values."
        ),
        cwe=("CWE-345", "CWE-295"),
        atlas=("AML.T0010", "AML.T0058"),
        owasp=("LLM03:2025",),
        bad='```yaml\nidentities:\n  - {name: any, identity: "https://github.com/**", issuer: https://token.actions.githubusercontent.com}\n```',
        good=(
            "```yaml\nidentities:\n  - name: release\n"
            "    identity: https://github.com/acme/train/.github/workflows/release.yml@refs/heads/main\n"
            "    issuer: https://token.actions.githubusercontent.com\n"
            "    source_repository: https://github.com/acme/train\n```"
        ),
    ),
    Rule(
        id="signatures/stale",
        title="a signature is older than the policy accepts",
        severity="high",
        why=(
            "An old signature is as valid as on its first day, and what it signs may have flaws that were mended "
            "since: serving an old, validly signed version is the cheapest attack on signatures. The policy asks for "
            "a `max_age` or a `not_before`, or rejects keys that their owner has retired. A time counts where a "
            "transparency log or a timestamp authority proves it."
        ),
        fix="Take the newest version, and have it signed again where it is still the right one.",
        cwe=("CWE-294", "CWE-324"),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\nsignatures: {max_age: 90}   # and the bundle was made a year ago\n```",
        good="```sh\ngate sign sign-classifier --key release.key\n```",
    ),
    Rule(
        id="signatures/revoked",
        title="the policy revokes what is signed, or who signed it",
        severity="critical",
        why=(
            "A key was stolen, an account taken over, a release found to be poisoned: what is listed under `revoked` "
            "no longer counts, however valid its signature is."
        ),
        fix="Use another version, signed by somebody who is not revoked.",
        cwe=("CWE-347", "CWE-299"),
        atlas=("AML.T0010", "AML.T0058"),
        owasp=("LLM03:2025",),
        bad="```yaml\nrevoked: {digests: [9f2c...]}   # and an artifact has this digest\n```",
        good="```sh\ngate update sign-classifier --version 2.1\n```",
    ),
    Rule(
        id="signatures/too-few-signers",
        title="fewer have signed than the policy asks for",
        severity="high",
        why=(
            "Where two must sign, one stolen key or one careless person is not enough. Signers count once, however "
            "many bundles they make and by however many names the policy knows them."
        ),
        fix="Have the others sign as well: `gate sign` adds a bundle to the entry.",
        cwe=("CWE-654", "CWE-345"),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\nsignatures: {signers: 2}   # and one bundle is declared\n```",
        good=(
            "```yaml\nsignature:\n  - {bundle: model.safetensors.sigstore.json, kind: sigstore}\n"
            "  - {bundle: model.safetensors.review.sigstore.json, kind: key}\n```"
        ),
    ),
    Rule(
        id="signatures/unsigned-file",
        title="a file in a signed directory is not signed",
        severity="high",
        why=(
            "A model signature lists files. What lies between them and is not listed, or what the signer chose to "
            "ignore, is loaded all the same: a `modeling.py` or a second weight file beside a signed model is the "
            "way in. The list of ignored paths is part of what a signer, or whoever has the key, writes."
        ),
        fix="Remove the file, or have the directory signed again with it.",
        cwe=("CWE-345", "CWE-353"),
        atlas=("AML.T0010", "AML.T0058"),
        owasp=("LLM03:2025",),
        bad="```text\nmodels/llm/model.safetensors   signed\nmodels/llm/modeling.py         not signed\n```",
        good="```sh\ngate sign models/llm --key release.key\n```",
    ),
    Rule(
        id="signatures/unsigned-empty-file",
        title="an empty file in a signed directory is not signed",
        severity="low",
        why=(
            "A file without a byte has nothing to vouch for. It can still matter that it is there: an empty "
            "`__init__.py` makes a package of a directory."
        ),
        fix="Remove the file, or have the directory signed again with it.",
        cwe=("CWE-345",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```text\nmodels/llm/.gitkeep   empty, not signed\n```",
        good="```sh\nrm models/llm/.gitkeep\n```",
    ),
    Rule(
        id="signatures/unsigned-document",
        title="a document that the policy wants signed is not",
        severity="high",
        why=(
            "Whoever may edit the DBOM decides which bytes count, and whoever may edit a policy decides what is "
            "enforced. A policy can ask that these documents carry a signature of named people, beside them as "
            "`FILE.sigstore.json`; it is missing, does not hold, or is by somebody else."
        ),
        fix="Have one of the signers whom the policy names review the document and run `gate sign FILE`.",
        cwe=("CWE-345", "CWE-353"),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\nsigned_documents: {dbom: [data-owners]}   # and there is no dbom.yaml.sigstore.json\n```",
        good="```sh\ngate sign dbom.yaml --key data-owners.key\n```",
    ),
    Rule(
        id="signatures/verification-summary",
        title="no verification summary says that these bytes passed the stage before",
        severity="high",
        why=(
            "What an earlier stage established is worth something later only if it is about the same bytes, under the "
            "policy that counts, and by somebody who is trusted to say it. A policy can demand a SLSA verification "
            "summary for that. None was handed in, or the nearest one does not hold, is about other bytes, by another "
            "signer or verifier, under another policy, too old, or says FAILED."
        ),
        fix=(
            "Run `gate attest` in the stage before, on the bytes that are released, and hand on what it writes: "
            "`gate check --verification-summary FILE`. The message says why the nearest summary does not do."
        ),
        cwe=("CWE-345", "CWE-353"),
        atlas=("AML.T0010", "AML.T0058"),
        owasp=("LLM03:2025",),
        bad=(
            "```yaml\nverification_summaries:\n"
            "  - {verifier: https://github.com/dbom-gate/gate, signed_by: [training], from_stage: release}\n```\n\n"
            "```sh\ngate check --stage release\n```"
        ),
        good=(
            "```sh\ngate attest --stage train --key training.key\n"
            "gate check --stage release --verification-summary gate.vsa.sigstore.json\n```"
        ),
    ),
)
