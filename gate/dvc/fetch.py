"""Runs `dvc fetch` in a project that the gate wrote, and reads what it says of what it did not bring."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from typing import BinaryIO, NamedTuple

from gate.core.text import shorten

SECONDS = 3600.0
"""That DVC may take for all outputs of one remote."""
MAX_BYTES = 16 << 20
"""Of what DVC says: about 100,000 objects that are not as recorded."""
_PASSED = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "SSH_AUTH_SOCK",
           "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")  # fmt: skip
_PASSED_FAMILIES = ("AWS_", "AZURE_", "GOOGLE_", "OSS_")
"""Credentials for remotes, as their clients read them."""
_CORRUPTED = re.compile(rb"corrupted cache file '[^'\n]{0,4096}?([0-9a-f]{2})/([0-9a-f]{30}(?:\.dir)?)'")
"""What `dvc_data.hashfile.db` says, with `-v`, of an object that arrived with another MD5 than its name."""
_MISSING = re.compile(
    rb"^(?:name: .{0,4096}, )?md5: ([0-9a-f]{32}(?:\.dir)?)$|failed to transfer '([0-9a-f]{32})' - \[Errno 2\]", re.M
)
"""What DVC says of an object that the remote does not have."""
_WORDS = re.compile(rb"(?:WARNING|ERROR): (.{1,1000})")


class Told(NamedTuple):
    """What DVC warned of, and the objects, by MD5, that the remote has changed or does not have."""

    said: str
    changed: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()


def fetch(project: str) -> Told:
    """Fills the cache of `project`; raises OSError where nothing can be started or written there."""
    settings = os.path.join(project, "settings")
    environment = {
        **{name: value for name, value in os.environ.items() if name in _PASSED or name.startswith(_PASSED_FAMILIES)},
        "DVC_NO_ANALYTICS": "1",
        "DVC_GLOBAL_CONFIG_DIR": settings,
        "DVC_SYSTEM_CONFIG_DIR": settings,
        "DVC_SITE_CACHE_DIR": os.path.join(project, "site"),
    }
    with open(os.path.join(project, "told"), "xb+") as told:
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "dvc", "fetch", "-v"],
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return Told(f"DVC was ended after {SECONDS:g} seconds")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return _told(told)


def _told(file: BinaryIO) -> Told:
    file.seek(0)
    text = file.read(MAX_BYTES)
    words = " ".join(line.decode(errors="replace").strip() for line in _WORDS.findall(text)[-5:])
    changed = frozenset((a + b).decode() for a, b in _CORRUPTED.findall(text))
    return Told(shorten(words, 400), changed, frozenset((a or b).decode() for a, b in _MISSING.findall(text)))
