"""Rules about bytes: is what lies on disk what the DBOM declares?"""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="integrity/digest-mismatch",
        title="the bytes are not the ones that the DBOM declares",
        severity="critical",
        why=(
            "The SHA-256 in the DBOM names the exact bytes that somebody reviewed, scanned and tested. Other bytes "
            "under the same name are a different model or dataset: a swapped weight file can carry a backdoor, and "
            "a swapped dataset can plant one, while every metric on clean data stays the same. Nothing that was "
            "established about the declared bytes holds for these."
        ),
        fix=(
            "If nobody meant to change it, restore the declared bytes from version control or from `source.url`, and "
            "find out who changed them. If the change is intended, run `gate update NAME --version V`, review the "
            "new digest in `dbom.yaml` and commit both together."
        ),
        cwe=("CWE-354", "CWE-494"),
        atlas=("AML.T0010", "AML.T0018", "AML.T0059"),
        owasp=("LLM03:2025", "LLM04:2025"),
        bad="`models/sign.safetensors` was trained again, and `dbom.yaml` still has the digest of the old file.",
        good="`gate update sign-classifier --version 2.1.0`",
    ),
    Rule(
        id="integrity/missing-file",
        title="a declared file is not there",
        severity="high",
        why=(
            "A pipeline that finds no file where the DBOM declares one tends to fetch a replacement: from a hub, from "
            "a cache, from whoever registered the name first. A dataset that has lost files trains a different model, "
            "and taking away exactly the samples of one class or group is an attack in itself."
        ),
        fix=(
            "Restore the file from version control or from `source.url`. If it is gone on purpose, remove its entry "
            "from `dbom.yaml`, or, for a file inside a directory, run `gate update NAME --version V`."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0010", "AML.T0059"),
        owasp=("LLM03:2025",),
        bad="`dbom.yaml` declares `data/traffic-signs`, and `data/traffic-signs/07/0012.png` was deleted.",
        good="`git checkout -- data/traffic-signs/07/0012.png`",
    ),
    Rule(
        id="integrity/extra-file",
        title="a directory holds a file that its listing does not name",
        severity="high",
        why=(
            "Loaders of directory datasets take every file that they find, so one more file is one more training "
            "sample that nobody declared, which is all that data poisoning needs. Beside weights, an extra file can "
            "be picked up as configuration or as code when the model is loaded."
        ),
        fix=(
            "Delete the file if it does not belong there. If it does, run `gate update NAME --version V`, which writes "
            "the listing anew, and review what the listing gained."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0010", "AML.T0020"),
        owasp=("LLM03:2025", "LLM04:2025"),
        bad="`data/traffic-signs/14/9999.png` exists, and `dbom/traffic-signs.sha256` has no line for it.",
        good="`gate update traffic-signs --version 2024.2`",
    ),
    Rule(
        id="integrity/size-mismatch",
        title="the size is not the one that the DBOM declares",
        severity="high",
        why=(
            "Bytes of another length are other bytes. The usual cause is an interrupted download or a truncated copy, "
            "but bytes appended to a weight file are also how a second payload travels: many loaders read only the "
            "part that they know and ignore the rest."
        ),
        fix=(
            "Fetch the file again from `source.url`. If the change is intended, run `gate update NAME --version V`, "
            "which writes the new size and digest."
        ),
        cwe=("CWE-354",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`size: 104857600` in `dbom.yaml`, and 73,400,320 bytes on disk.",
        good="Download the file again, then `gate check`.",
    ),
    Rule(
        id="integrity/listing-mismatch",
        title="the listing is not the one that the DBOM declares",
        severity="critical",
        why=(
            "The digest of a directory is the SHA-256 of its listing, and the listing holds the digest of each file. "
            "Whoever can edit the listing unnoticed can swap any file of the directory and still have every line "
            "agree, so a changed listing breaks the only link between the reviewed DBOM and the files."
        ),
        fix=(
            "Restore the listing from version control. If the directory changed on purpose, do not edit the listing by "
            "hand: run `gate update NAME --version V`."
        ),
        cwe=("CWE-354", "CWE-345"),
        atlas=("AML.T0010.002", "AML.T0059"),
        owasp=("LLM03:2025", "LLM04:2025"),
        bad="A line of `dbom/traffic-signs.sha256` was edited; `sha256:` in `dbom.yaml` was not.",
        good="`gate update traffic-signs --version 2024.2`",
    ),
    Rule(
        id="integrity/symlink",
        title="a symbolic link stands where a file should be",
        severity="high",
        why=(
            "A link names another place, and what lies there can change without any change to the reviewed path. In a "
            "pull request a link can also make the pipeline read, hash or upload a file of the build machine that was "
            "never part of the repository."
        ),
        fix=(
            "Put the file itself where the link is, or declare the path that the link points to in `path:` and run "
            "`gate update NAME --version V`."
        ),
        cwe=("CWE-59",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`models/sign.safetensors -> /mnt/shared/latest.safetensors`",
        good="`cp --remove-destination /mnt/shared/latest.safetensors models/sign.safetensors`",
    ),
    Rule(
        id="integrity/outside-root",
        title="a path leads out of the repository",
        severity="high",
        why=(
            "What lies outside the checked-out tree is not under review: it belongs to the machine that runs the "
            "pipeline and differs from one machine to the next. A DBOM that reaches out with `..` or an absolute path "
            "can also make the gate read files that the author of the change has no right to see."
        ),
        fix=(
            "Move the artifact into the repository and write its path relative to `dbom.yaml`, with forward slashes "
            "and without `..`."
        ),
        cwe=("CWE-22",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`path: ../shared/sign.safetensors`",
        good="`path: models/sign.safetensors`",
    ),
    Rule(
        id="integrity/changed-while-read",
        title="a file changed while it was being read",
        severity="high",
        why=(
            "A digest of a file that moves underneath belongs to bytes that never existed together. It is also how "
            "the gap between checking and using is exploited: the gate sees harmless bytes, the training job that "
            "starts a moment later sees others."
        ),
        fix=(
            "Let the job that writes the file finish first, and give the gate a tree that nothing else writes to; then "
            "run `gate check` again."
        ),
        cwe=("CWE-367",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`gate check` runs beside the download that still fills `models/`.",
        good="Run `gate check` as a step after the download.",
    ),
    Rule(
        id="integrity/line-endings-only",
        title="the bytes differ from the declared ones in line endings only",
        severity="medium",
        why=(
            "The file has the declared content with other line endings, which is what git's conversion does on another "
            "platform, not what an attacker does. The digest still fails, nobody can reproduce the checksum on both "
            "platforms, and people who meet this often learn to ignore real mismatches."
        ),
        fix=(
            "Add the line `PATH -text` to `.gitattributes`, so that git leaves the file alone; then delete the file "
            "and bring it back with `git checkout -- PATH`."
        ),
        cwe=("CWE-354",),
        atlas=("AML.T0010.002",),
        owasp=("LLM03:2025",),
        bad="`data/labels.csv` was hashed with LF and checked out with CRLF.",
        good="`data/** -text` in `.gitattributes`",
    ),
    Rule(
        id="integrity/content-absent",
        title="a Git LFS pointer stands where the content should be",
        severity="medium",
        why=(
            "A pointer is a short text that claims a digest; the bytes with that digest were never fetched. Nothing "
            "can be said about the weights or the rows, and a job that fetches them later does so behind the gate's "
            "back."
        ),
        fix=(
            "Fetch the content before the gate runs: `git lfs pull`, or `lfs: true` on the `actions/checkout` step; "
            "then run `gate check` again."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`models/sign.safetensors` has 134 bytes that begin with `version https://git-lfs.github.com/spec/v1`.",
        good='`git lfs pull --include "models/sign.safetensors"`',
    ),
    Rule(
        id="integrity/special-file",
        title="a FIFO, a device or a socket stands where a file should be",
        severity="high",
        why=(
            "A FIFO or a device has no content of its own: each reader gets other bytes, or waits for ever. It cannot "
            "have a digest, and whoever feeds it can give the gate one model and the training job another."
        ),
        fix="Delete it and put a regular file in its place; then run `gate check` again.",
        cwe=("CWE-345",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`mkfifo models/sign.safetensors`",
        good="A regular file at `models/sign.safetensors`.",
    ),
    Rule(
        id="integrity/case-collision",
        title="two names differ only in letter case or Unicode normalisation",
        severity="medium",
        why=(
            "On the default file systems of macOS and Windows both names mean the same file, so one silently "
            "overwrites the other. The directory then has other bytes on a laptop than on the Linux machine that "
            "passed the gate, and whoever adds the second name chooses which bytes the others get."
        ),
        fix="Rename one of the two files, then run `gate update NAME --version V`.",
        cwe=("CWE-178",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`data/signs/Stop.png` and `data/signs/stop.png`",
        good="`data/signs/stop-1.png` and `data/signs/stop-2.png`",
    ),
    Rule(
        id="integrity/non-utf8-name",
        title="a file name is not valid UTF-8",
        severity="low",
        why=(
            "Such a name has no agreed spelling: systems and tools replace, escape or refuse the odd bytes, each in "
            "its own way. Two machines then disagree about which file a line of the listing means, and a reviewer "
            "cannot read the name at all."
        ),
        fix="Rename the file to a UTF-8 name, then run `gate update NAME --version V`.",
        cwe=("CWE-176",),
        atlas=("AML.T0010",),
        owasp=("LLM03:2025",),
        bad="`data/signs/caf\\xe9.png`, a name from a Latin-1 system",
        good="`data/signs/café.png`",
    ),
)
