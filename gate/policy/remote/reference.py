"""The forms in which `extends:` names a policy that lies elsewhere, and nothing else.

A reference ends up in the arguments of git and ssh and in a request, so it is taken apart by one strict pattern:
lower-case ASCII hosts, plain paths, no query, no escapes, no parts that begin with a dash.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from gate.core.errors import UsageError
from gate.core.text import shorten

Scheme = Literal["https", "git+https", "git+ssh", "git+file"]

MAX_LENGTH = 1024
HTTPS_PORT = 443
HOST = r"(?=[a-z0-9.-]{1,253}(?:[:/]|$))[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
"""A name in its ASCII form, or an IPv4 address."""
_PORT = r"(?::(?P<port>[1-9][0-9]{0,4}))?"
_PART = r"(?!\.{1,2}(?:/|$|@))[A-Za-z0-9._~+=,][A-Za-z0-9._~+=,@-]*?"
_PATH = rf"{_PART}(?:/{_PART})*"
_COMMIT = r"@(?P<commit>[0-9a-fA-F]{64}|[0-9a-fA-F]{40})"
_FORMS: tuple[tuple[Scheme, str, str], ...] = (
    (
        "https",
        rf"(?P<place>https://(?P<host>{HOST}){_PORT}(?:/{_PART})*)/(?P<path>{_PART})",
        "https://HOST/PATH",
    ),
    (
        "git+https",
        rf"git\+(?P<place>https://(?P<host>{HOST}){_PORT}/{_PATH})//(?P<path>{_PATH}){_COMMIT}",
        "git+https://HOST/REPOSITORY//PATH@COMMIT",
    ),
    (
        "git+ssh",
        rf"git\+(?P<place>ssh://(?:[a-z_][a-z0-9_-]*@)?(?P<host>{HOST}){_PORT}/{_PATH})//(?P<path>{_PATH}){_COMMIT}",
        "git+ssh://USER@HOST/REPOSITORY//PATH@COMMIT",
    ),
    (
        "git+file",
        rf"git\+(?P<place>file:///{_PATH})//(?P<path>{_PATH}){_COMMIT}",
        "git+file:///REPOSITORY//PATH@COMMIT",
    ),
)
_WRONG = (
    (r"[^ -~]", "has a control character or one beyond ASCII", "write a host in its ASCII form, `xn--...`"),
    (r"[\\ \"'`$<>|;]", "has a character that no reference needs", "use letters, digits and `._~+=,@/-`"),
    (r"^[a-z+]+:(?!//)|::", "names a helper of git, which would run it", "name a server, as `git+https://...`"),
    (r"%", "has an escape such as `%2f`", "write the path as it is"),
    (r"[?#]", "has a query or a fragment", "name a file that its path alone leads to"),
    (r"://[^/]*:[^/]*@", "has a password", "who may fetch is set up on the machine: see `credentials:`"),
    (r"^(?!git\+ssh)[^/]*//[^/]*@", "has a user name", "who may fetch is set up on the machine: see `credentials:`"),
    (r"(?:^|[/@])-", "has a part that begins with a dash, which a program could take for an option", "rename it"),
    (r"://[^/]*[A-Z]", "has a host with capital letters", "write it in lower case"),
    (r"/\.\.?(?:/|$|@)", "has `.` or `..` in its path", "write the path in full"),
)


class Reference(NamedTuple):
    """One remote file: `path` within `place`, which is a directory of a server or a repository.

    `host` is empty for a repository of this machine; `port` is 0 where none is named. `commit` is in lower case and
    empty for `https`.
    """

    scheme: Scheme
    place: str
    path: str
    host: str
    port: int
    commit: str

    def __str__(self) -> str:
        """The reference as a policy or a lock has it."""
        return f"git+{self.place}//{self.path}@{self.commit}" if self.commit else f"{self.place}/{self.path}"


def is_reference(text: str) -> bool:
    """Whether `text` is meant for a remote policy, well written or not, and not for a file."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|[\w.-]+@[\w.-]+:|.*://|-", text, re.DOTALL) is not None


def parse(text: str) -> Reference:
    """The reference in `text`; raises `UsageError` with what is wrong."""
    if len(text) > MAX_LENGTH:
        raise UsageError(f"a reference of {len(text):,} characters", f"{MAX_LENGTH:,} are the most")
    for pattern, message, fix in _WRONG:
        if re.search(pattern, text):
            raise UsageError(f'"{shorten(text)}" {message}', fix)
    for scheme, pattern, form in _FORMS:
        if text.startswith(scheme + "://"):
            match = re.fullmatch(pattern, text)
            if match is None or int(match.groupdict().get("port") or 0) > 65535:
                raise UsageError(*_malformed(text, scheme, form))
            found = match.groupdict()
            port, commit = int(found.get("port") or 0), found.get("commit") or ""
            return Reference(scheme, found["place"], found["path"], found.get("host") or "", port, commit.lower())
    known = ", ".join(f"{scheme}://" for scheme, _, _ in _FORMS)
    raise UsageError(f'"{shorten(text)}" is nothing that can be extended', f"name a pack, a file, or one of {known}")


def _malformed(text: str, scheme: Scheme, form: str) -> tuple[str, str]:
    if scheme == "https":
        return f'"{shorten(text)}" is not of the form {form}', "name a file on a server"
    last = text.rpartition("@")[2]
    if "//" not in text.partition("://")[2]:
        return f'"{shorten(text)}" does not say where the repository ends and the path begins', f"write {form}"
    if not re.fullmatch("[0-9a-fA-F]{40}|[0-9a-fA-F]{64}", last):
        fix = "name the 40 or 64 digits of a commit: `git ls-remote REPOSITORY` prints those of branches and tags"
        return f'"{shorten(text)}" names no commit, and a branch or tag can be moved', fix
    return f'"{shorten(text)}" is not of the form {form}', "use letters, digits and `._~+=,@-` in paths"
