"""What a report says to do about a pickle: a command where it works, and otherwise what does."""

from __future__ import annotations

import pytest

from tests.formats.builders import HOSTILE, npy, zipped
from tests.support import Repo

ORDERED = b"ccollections\nOrderedDict\n)R."
CONVERT = "fix: run `gate convert x.pkl`, which"
FIXES = {
    "tensors": (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n.", CONVERT),
    "plain values": (b"\x80\x02" + ORDERED, "such as JSON"),
    "a module": (b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81.", "fix: use a safetensors version of it"),
    "an estimator": (b"\x80\x02csklearn.pipeline\nPipeline\n)\x81.", "skops.io.dump(model, PATH)"),
    "a class of somebody": (b"\x80\x02cmine\nState\n)\x81.", "list mine.State under `pickles: allow:` in the policy"),
    "an attack": (HOSTILE, "fix: do not load it"),
    "an array of objects": (npy("'|O'", "(1,)", b"\x80\x02" + ORDERED), "fix: use a safetensors version of it"),
    "a zip of pickles": (zipped({"a": b"\x80\x02" + ORDERED}), "fix: use a safetensors version of it"),
}


@pytest.mark.parametrize(("data", "fix"), FIXES.values(), ids=FIXES)
def test_the_fix_fits_the_content(repo: Repo, data: bytes, fix: str) -> None:
    repo.write("x.pkl", data)
    said = repo.gate("scan", "x.pkl").out
    assert fix in said
    assert (CONVERT in said) == (fix == CONVERT)


def test_what_only_the_policy_denies_says_so(repo: Repo) -> None:
    repo.write("x.pkl", b"\x80\x02" + ORDERED)
    repo.write("gate-policy.yaml", "policy: 1\nextends: [gate:research]\npickles:\n  deny: [collections.*]\n")
    assert "take the name off `pickles: deny:` in the policy" in repo.gate("scan", "x.pkl").out
