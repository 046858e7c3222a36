"""The forms of a reference, and what may hide in one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.errors import UsageError
from gate.policy.remote.reference import is_reference, parse

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LONG = COMMIT + "0" * 24


@pytest.mark.parametrize(
    ("text", "place", "path", "host", "port", "commit"),
    [
        ("https://a.example/p.yaml", "https://a.example", "p.yaml", "a.example", 0, ""),
        ("https://a.example:8443/x/~y/p+1.yaml", "https://a.example:8443/x/~y", "p+1.yaml", "a.example", 8443, ""),
        ("https://xn--bcher-kva.example/p@1.yaml", "https://xn--bcher-kva.example", "p@1.yaml", None, 0, ""),
        (f"git+https://a.example/o/r.git//d/p.yaml@{COMMIT}", "https://a.example/o/r.git", "d/p.yaml", None, 0, COMMIT),
        (f"git+https://a.example/o/r//p@x.yaml@{LONG}", "https://a.example/o/r", "p@x.yaml", None, 0, LONG),
        (f"git+ssh://git@a.example:22/o/r//p.yaml@{COMMIT}", "ssh://git@a.example:22/o/r", "p.yaml", None, 22, COMMIT),
        (f"git+ssh://a.example/o//p.yaml@{COMMIT.upper()}", "ssh://a.example/o", "p.yaml", "a.example", 0, COMMIT),
        (f"git+file:///srv/r.git//p.yaml@{COMMIT}", "file:///srv/r.git", "p.yaml", "", 0, COMMIT),
    ],
)
def test_every_form(text: str, place: str, path: str, host: str | None, port: int, commit: str) -> None:
    assert is_reference(text)
    found = parse(text)
    assert (found.place, found.path, found.port, found.commit) == (place, path, port, commit)
    assert found.host == (host if host is not None else found.host)
    assert str(found) == text.replace(COMMIT.upper(), COMMIT)
    assert parse(str(found)) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http://a.example/p.yaml", "nothing that can be extended"),
        ("ftp://a.example/p.yaml", "nothing that can be extended"),
        ("file:///etc/passwd", "nothing that can be extended"),
        ("HTTPS://a.example/p.yaml", "nothing that can be extended"),
        ("git://a.example/r//p.yaml", "nothing that can be extended"),
        ("ext::sh -c true", "a character that no reference needs"),
        ("ext::sh", "a helper of git"),
        ("git+ext::sh", "a helper of git"),
        (f"git+https::https://a.example/r//p@{COMMIT}", "a helper of git"),
        ("data:text/yaml,policy", "a helper of git"),
        ("git@a.example:org/r", "nothing that can be extended"),
        ("--upload-pack=touch", "a part that begins with a dash"),
        ("https://-a.example/p.yaml", "a part that begins with a dash"),
        (f"git+ssh://-oProxyCommand=x/r//p.yaml@{COMMIT}", "a part that begins with a dash"),
        (f"git+ssh://git@-oProxyCommand=x/r//p.yaml@{COMMIT}", "a part that begins with a dash"),
        (f"git+https://a.example/r//--output@{COMMIT}", "a part that begins with a dash"),
        (f"git+https://a.example/-r//p.yaml@{COMMIT}", "a part that begins with a dash"),
        ("https://me@a.example/p.yaml", "has a user name"),
        ("https://me:word@a.example/p.yaml", "has a password"),
        (f"git+ssh://me:word@a.example/r//p.yaml@{COMMIT}", "has a password"),
        (f"git+https://me@a.example/r//p.yaml@{COMMIT}", "has a user name"),
        ("https://a.example\\@b.example/p.yaml", "a character that no reference needs"),
        ("https://a.example/p.yaml?x=1", "a query or a fragment"),
        ("https://a.example/p.yaml#x", "a query or a fragment"),
        ("https://a.example/%2e%2e/p.yaml", "an escape"),
        ("https://a.example/x%2fp.yaml", "an escape"),
        ("https://a.example/../p.yaml", "`.` or `..` in its path"),
        ("https://a.example/x/./p.yaml", "`.` or `..` in its path"),
        (f"git+https://a.example/r//../p.yaml@{COMMIT}", "`.` or `..` in its path"),
        (f"git+https://a.example/r//..@{COMMIT}", "`.` or `..` in its path"),
        ("https://bücher.example/p.yaml", "beyond ASCII"),
        ("https://a.example/p.yaml\n", "a control character"),
        ("https://a.example/\x1b[2J", "a control character"),
        ("https://a.example/p.yaml --config", "a character that no reference needs"),
        ("https://A.example/p.yaml", "capital letters"),
        ("https://a.example", "not of the form"),
        ("https://a.example/", "not of the form"),
        ("https://a.example//p.yaml", "not of the form"),
        ("https:///p.yaml", "not of the form"),
        ("https://a..example/p.yaml", "not of the form"),
        ("https://.a/p.yaml", "not of the form"),
        ("https://a.example:0/p.yaml", "not of the form"),
        ("https://a.example:65536/p.yaml", "not of the form"),
        ("https://[::1]/p.yaml", "a helper of git"),
        (f"https://{'a' * 254}/p.yaml", "not of the form"),
        ("https://a.example/" + "x" * 2000, "characters"),
        ("git+https://a.example/r//p.yaml", "names no commit"),
        ("git+https://a.example/r//p.yaml@main", "names no commit"),
        (f"git+https://a.example/r//p.yaml@{COMMIT[:39]}", "names no commit"),
        (f"git+https://a.example/r//p.yaml@refs/heads/{COMMIT}", "names no commit"),
        (f"git+https://a.example/r/p.yaml@{COMMIT}", "where the repository ends"),
        (f"git+https://a.example//p.yaml@{COMMIT}", "not of the form"),
        (f"git+https://a.example/r//x//p.yaml@{COMMIT}", "not of the form"),
        (f"git+file://host/r//p.yaml@{COMMIT}", "not of the form"),
        (f"git+file://r//p.yaml@{COMMIT}", "not of the form"),
        (f"git+ssh://a.example:org/r//p.yaml@{COMMIT}", "not of the form"),
    ],
)
def test_what_is_refused(text: str, said: str) -> None:
    assert is_reference(text)
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert said in caught.value.message
    assert caught.value.fix
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("text", ["policies/central.yaml", "../x.yaml", "/abs.yaml", "a b.yaml", "x@y.yaml", "ü.yaml"])
def test_files_are_none(text: str) -> None:
    assert not is_reference(text)


@given(st.text(alphabet="https:/git+@.-%\\?#a0~ \n", max_size=60))
def test_whatever_is_read_is_read_the_same_again(text: str) -> None:
    try:
        found = parse(text)
    except UsageError:
        return
    assert parse(str(found)) == found
    assert not set(str(found)) & set("%\\?# \n")
