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
            "root, a signer or a trust root, to drop what is asked of signatures, or to give an artifact a name, a "
            "path, tags or a source for which less is asked, is a finding of its own. A base without a policy counts "
            "as `gate:baseline`. Reported when a change is judged (`gate check --base REV`)."
        ),
        fix="Restore the line that the finding names. A policy is loosened on the base branch, by those who own it.",
        cwe=("CWE-345",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\nrules:\n  weights/pickle-format: {enforce: off}   # was: block\n```",
        good="The pickle is replaced by safetensors, and the policy stays as it is.",
    ),
    Rule(
        id="policy/waiver-expired",
        title="a waiver has outlived its last day",
        severity="high",
        why=(
            "A waiver says that somebody accepts a finding for a time. When the time is over, nobody accepts it any "
            "more: the waiver waives nothing, and the finding that it was about blocks again. An entry that stays "
            "behind would look as if it did."
        ),
        fix="Mend what it is about and remove it. Who still accepts it renews it with `gate waive`, with an approver.",
        cwe=("CWE-654",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\ncreated: 2026-01-10\nexpires: 2026-04-10   # three months ago\n```",
        good="The file was replaced by safetensors, and the entry removed.",
    ),
    Rule(
        id="policy/waiver-unapproved",
        title="a waiver is not approved by somebody who may",
        severity="high",
        why=(
            "Whoever brings a bad file could bring its waiver too. So the approver must be an owner of the waivers "
            "file in CODEOWNERS, who has to review every change to it, or the file must be signed by those whom the "
            "policy names. A waiver that is not approved waives nothing."
        ),
        fix="Have an owner approve it and name that owner under `approver:`, or have the file signed: "
        "`gate sign gate-waivers.yaml`.",
        cwe=("CWE-345", "CWE-654"),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad='```yaml\napprover: "@mallory"   # CODEOWNERS: /gate-waivers.yaml @acme/ml-security\n```',
        good='```yaml\napprover: "@acme/ml-security"\n```',
    ),
    Rule(
        id="policy/waiver-too-broad",
        title="a waiver goes further than it may",
        severity="high",
        why=(
            "A waiver is for one rule and for the bytes at one path, and for no longer than the policies allow: 180 "
            "days where they say nothing. What says that the bytes are not the declared ones, what was revoked, and "
            "what could not be judged cannot be waived at all. A waiver that goes further waives nothing."
        ),
        fix="Name one rule and one path, and a day within what the policy allows; or mend what it is about.",
        cwe=("CWE-654",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\nrule: weights/*\nexpires: 2099-12-31\n```",
        good="```yaml\nrule: weights/pickle-format\nexpires: 2026-06-30\n```",
    ),
    Rule(
        id="policy/waiver-unused",
        title="a waiver matches no finding",
        severity="low",
        why=(
            "A waiver is bound to a rule and to bytes at a path. When it matches nothing, the file is gone, was mended "
            "or has changed, and what it says is no longer so. Entries that stay behind hide those that count."
        ),
        fix="Remove it. If the bytes changed, look at them, and waive what is found there anew.",
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`models/old.pt` was deleted, and its waiver is still there.",
        good="The waiver goes with the file.",
    ),
    Rule(
        id="policy/waiver-expiring",
        title="a waiver expires within 14 days",
        severity="low",
        why="When it does, what it is about blocks again, and that is better not learnt from a release that fails.",
        fix="Mend what it is about by then, or have it renewed: `gate waive` after it expired, or an edit before.",
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`expires:` is next week, and nobody works on it.",
        good="The vendor's new model is declared, and the waiver removed.",
    ),
    Rule(
        id="policy/adopted-expired",
        title="adopted findings have outlived their last day",
        severity="high",
        why=(
            "Findings are adopted so that a repository can begin with the gate and block what is new. They were to be "
            "mended in time. When the time is over they block, as if they had never been adopted."
        ),
        fix="Mend them. What may stay gets a waiver, with a reason and an approver. Then remove the file.",
        cwe=("CWE-654",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="```yaml\nadopted: 1\ncreated: 2026-01-10\nexpires: 2026-04-10   # three months ago\n```",
        good="`gate adopt` has nothing left on its list.",
    ),
    Rule(
        id="policy/adopted-too-broad",
        title="more is adopted than may be",
        severity="high",
        why=(
            "Policies can forbid adopting findings, or limit how many, of which rules and for how long: 180 days where "
            "they say nothing. What is critical cannot be adopted at all: it was there before, and it is as dangerous "
            "as if it were new. What goes further lets nothing pass."
        ),
        fix="Mend the findings, or waive them one by one with `gate waive`.",
        cwe=("CWE-654",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`gate-adopted.yaml` has 300 entries, and the policy says `adopted: {max_findings: 50}`.",
        good="50 entries, and a quarter to work them off.",
    ),
)
