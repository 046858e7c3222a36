"""Rules about where the code takes data and weights from."""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="sources/unregistered",
        title="the code pulls in data or weights that the DBOM does not know",
        severity="high",
        why=(
            "A DBOM that does not know a source cannot protect it: nobody agreed to it, nothing compares its bytes, "
            "and "
            "nobody finds it when it turns out to be bad. This is the alert when a new source enters the code. A "
            "source "
            "counts as known where `source.url` of an entry is its address or one above it, and the code asks for no "
            "other revision than the entry."
        ),
        fix=(
            "Fetch it once, look at it, and declare the copy: `gate add PATH --source URL --revision COMMIT`. Where "
            "nothing is kept, remove the call."
        ),
        cwe=("CWE-829", "CWE-1357"),
        atlas=("AML.T0010.002", "AML.T0010.003"),
        owasp=("LLM03:2025",),
        bad='`load_dataset("acme/signs")`, and no entry of `dbom.yaml` has that address.',
        good=(
            "```yaml\n- name: signs\n  path: data/signs\n  source: {url: hf://datasets/acme/signs, revision: "
            "3f2a...}\n```"
        ),
    ),
    Rule(
        id="sources/unpinned",
        title="the code takes whatever a source holds at the time",
        severity="medium",
        why=(
            "A branch, a tag, `latest` or no revision at all names other content tomorrow: whoever takes over the "
            "account "
            "there changes what is trained on or served, and no line of this repository changes. On a hub and in git "
            "only "
            "a full commit always names the same content, for tags can be moved."
        ),
        fix=(
            'Name the full 40-digit commit: `revision="..."`, `/resolve/COMMIT/`, or a version where versions '
            "are fixed."
        ),
        cwe=("CWE-494", "CWE-829"),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad='`AutoModel.from_pretrained("acme/sign-classifier", revision="main")`',
        good='`AutoModel.from_pretrained("acme/sign-classifier", revision="5fd3c2a1...")`',
    ),
    Rule(
        id="sources/untrusted-host",
        title="the code fetches from a host that the policy does not name",
        severity="high",
        why=(
            "A list of hosts keeps a typing error or a pull request from bringing in data from anywhere, and an "
            "internal "
            "mirror is of use only where nothing goes past it. A policy that names neither hosts nor a mirror refuses "
            "no "
            "host."
        ),
        fix="Fetch it from a host of the list or from the mirror; new hosts are for those who own the policy to name.",
        cwe=("CWE-829",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad=(
            "`wget https://files.example.net/signs.tar.gz`, and the policy has `sources: {mirror: "
            "mirror.acme.example}`."
        ),
        good="`wget https://mirror.acme.example/signs/2.1.0/signs.tar.gz`",
    ),
    Rule(
        id="sources/remote-code",
        title="the code runs programs that come with a model or dataset",
        severity="critical",
        why=(
            "With `trust_remote_code=True` Python files of the repository that is fetched are run with all rights of "
            "the "
            "process: secrets of the CI job, the cluster, the registry. No scan of weights sees them, and unless they "
            "are "
            "pinned they may be others tomorrow."
        ),
        fix=(
            "Use a model that the library has code for, and remove the option. Where the code is needed, review a copy "
            "and keep it in this repository."
        ),
        cwe=("CWE-94", "CWE-829"),
        atlas=("AML.T0010.003", "AML.T0011.000"),
        owasp=("LLM03:2025",),
        bad='`AutoModel.from_pretrained("acme/odd", trust_remote_code=True)`',
        good='`AutoModel.from_pretrained("acme/usual", revision="5fd3c2a1...")`',
    ),
    Rule(
        id="sources/unsafe-load",
        title="the code loads a file in a way that runs what is in it",
        severity="high",
        why=(
            "Unpickling runs whatever the file says. `torch.load` without `weights_only=True`, `pickle`, `joblib`, "
            "`dill`, "
            "`np.load(allow_pickle=True)` and `safe_mode=False` of Keras all do, also for a file that was made here: "
            "whoever may write to the disk, the cache or the bucket owns the process that loads it."
        ),
        fix=(
            "Load safetensors (`gate convert` makes them of checkpoints), Arrow or JSON; else pass `weights_only=True`."
        ),
        cwe=("CWE-502",),
        atlas=("AML.T0011.000", "AML.T0018"),
        owasp=("LLM03:2025",),
        bad='`torch.load("model.pt")`',
        good='`safetensors.torch.load_file("model.safetensors")`',
    ),
    Rule(
        id="sources/insecure-transport",
        title="the code fetches over a connection that anybody on the way can change",
        severity="high",
        why=(
            "Over http:// and ftp://, and with the verification of certificates switched off, whoever is between the "
            "two "
            "(a proxy, a wireless network, a name server) decides what arrives."
        ),
        fix="Use the https:// address, and remove `verify=False`, `--insecure` or `--no-check-certificate`.",
        cwe=("CWE-319", "CWE-295"),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`wget http://data.example.org/signs.zip`",
        good="`wget https://data.example.org/signs.zip`",
    ),
    Rule(
        id="sources/low-trust",
        title="a source has a lower trust score than the policy asks for",
        severity="medium",
        why=(
            "The score is a sum of facts: pinned (25), signed (20), a copy with a digest in the DBOM (15), a copy in a "
            "mirror (10), a known licence (10), a named supplier (10), not contributed by the community (5), a host "
            "that the policy names (5). A policy with `sources: {min_trust: N}` asks for a part of them, whichever "
            "they are."
        ),
        fix="Add what the message says is lacking: pin it, keep a copy, write down licence and supplier, sign it.",
        cwe=("CWE-1357",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad=(
            "```yaml\n# gate-policy.yaml; the dataset is not pinned, and its licence is not known\nsources: "
            "{min_trust: 60}\n```"
        ),
        good="```yaml\nsource: {url: ..., revision: 5fd3c2a1..., license: CC0-1.0, supplier: ACME}\n```",
    ),
    Rule(
        id="sources/not-vendored",
        title="an artifact does not come from the mirror that the policy names",
        severity="high",
        why=(
            "What lies at its origin can be changed or taken away there. A mirror keeps what was fetched once, "
            "examined and named by its digest, and a job that may reach nothing else cannot be given anything else. "
            "An artifact with an origin counts as vendored where `mirror:` of its `source:`, or the place that it is "
            "read from, is in the mirror that `sources: {mirror: ...}` of the policy names; without one nothing is "
            "asked. With `gate check --pull` the mirror must really have what names it."
        ),
        fix="Vendor it: `gate vendor SOURCE --to MIRROR` fetches, examines, publishes and declares it.",
        cwe=("CWE-829", "CWE-494"),
        atlas=("AML.T0010.002", "AML.T0010.003"),
        owasp=("LLM03:2025",),
        bad="```yaml\nsource: {url: hf://datasets/acme/signs, revision: 5fd3c2a1...}\n```",
        good=(
            "```yaml\nsource:\n  url: hf://datasets/acme/signs\n  revision: 5fd3c2a1...\n"
            "  mirror: s3://acme-mirror/data\n```"
        ),
    ),
)
