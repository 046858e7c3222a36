"""Reads what a policy says about signers: looks up its names, and reads the files that it pins."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import Any

from gate.core.errors import DocumentError, GateError, Problem, UnableError
from gate.core.model import Location
from gate.core.text import did_you_mean, printable, shorten, size
from gate.documents.kinds import Fields
from gate.policy.extend_schema import Extension
from gate.policy.files import Files, Homes
from gate.policy.pem import certificate_problem, is_private, private_fix, public_key_problem, root_problem
from gate.policy.trust import Certificate, Identity, Key, Revoked, Root, Signer, Trust
from gate.policy.trust_schema import TRUST, Declared, Demanded, Placed

MAX_DECLARED = 200
"""Signers, trust roots, requirements or demands of one document: comparing two policies takes their product."""
MAX_REVOKED = 10_000
"""Revoked identities of one document, each a glob that every signature is compared with."""
MAX_KEY = 1 << 20
MAX_ROOT = 4 << 20
MAX_TOTAL = 64 << 20
"""Bytes of all keys and trust roots of one run: they are kept until it ends."""


class PinnedFiles:
    """The keys, certificates and trust roots that policies name, each compared with its pin."""

    def __init__(self, files: Files, homes: Homes) -> None:
        self._files, self._homes = files, homes
        self._read = 0

    def read(self, declared: Declared, beside: str) -> bytes:
        """The file of `declared`, relative to the directory `beside`; raises `DocumentError` at its place."""
        entry = declared.entry
        assert isinstance(entry, (Key, Certificate, Root))
        at = declared.at["file"]
        data = self._data(entry.file, beside, at, MAX_ROOT if isinstance(entry, Root) else MAX_KEY)
        name = printable(entry.file)
        if is_private(data):
            message = f"{name} is a private key, which must not be in the repository: whoever reads it can sign"
            raise _error(at, message, private_fix(data, name))
        found = hashlib.sha256(data).hexdigest()
        if found != declared.sha256:
            message = f"{name} is not the pinned file: its SHA-256 is {found}"
            raise _error(declared.at["sha256"], message, "review the change, then pin the new digest")
        check = {Key: public_key_problem, Certificate: certificate_problem, Root: root_problem}[type(entry)]
        if problem := check(data, name):
            raise _error(at, *problem)
        return data

    def _data(self, file: str, beside: str, at: Location, most: int) -> bytes:
        if "://" in file:
            fix = "keep a copy in the repository and pin its sha256"
            raise _error(at, f'"{shorten(file)}" is remote; this version reads local files only', fix)
        path = os.path.normpath(os.path.join(beside, file))
        if not self._homes.has(self._files.real(path)):
            fix = "keep keys and trust roots in it, and name them relative to the policy"
            raise _error(at, f"{shorten(file)} lies outside of the repository", fix)
        try:
            data = self._files.read(path, follow=False)
        except DocumentError as error:
            raise _error(at, f"{printable(file)} is {error.problems[0].message}", "is it the right file?") from None
        except UnableError as error:
            raise UnableError(f"{at}: {error.message}", error.fix) from None
        except GateError as error:
            raise _error(at, error.message, "name a file that exists and can be read; a link is not followed") from None
        if len(data) > most:
            raise _error(at, f"{printable(file)} is larger than {size(most)}", "is it the right file?")
        self._read += len(data)
        if self._read > MAX_TOTAL:
            raise _error(at, f"the policies name more than {size(MAX_TOTAL)} of keys and trust roots", "name fewer")
        return data


def read_trust(fields: Fields, beside: str, files: PinnedFiles) -> Trust | None:
    """What the document with these fields, in the directory `beside`, says; None where it has none of the keys.

    Raises `DocumentError` with everything that is wrong in it.
    """
    extends: list[Extension] = fields.get("extends") or []
    vouchers = [placed for entry in extends for placed in entry.signed_by]
    if not vouchers and not any(key in fields.values for key in TRUST):
        return None
    problems = list(_floods(fields))
    if problems:
        raise DocumentError(problems)
    people: list[Declared] = [d for key in ("identities", "keys", "certificates") for d in fields.get(key) or ()]
    given: list[Declared] | None = fields.get("trust_roots")
    names = _names(people, problems)
    roots = _names(given or (), problems)
    signers = [_complete(declared, beside, files, problems) for declared in people]
    for entry, at, _ in people:
        if isinstance(entry, Identity) and entry.trust_root:
            _look_up(Placed(entry.trust_root, at["trust_root"]), roots, "trust root", problems)
    signed: Fields = fields.get("signed_documents") or Fields({}, {}, fields.location)
    wanted_by: dict[Any, tuple[Placed, ...]] = signed.values
    places: dict[Any, Location] = signed.at
    demands: list[Demanded] = fields.get("verification_summaries") or []
    for placed in (
        *(p for listed in wanted_by.values() for p in listed),
        *(p for d in demands for p in d.signed_by),
        *vouchers,
    ):
        _look_up(placed, names, "signer", problems)
    trust = Trust(
        signers=tuple(s for s in signers if not isinstance(s, Root)),
        roots=None if given is None else tuple(_roots(given, beside, files, problems)),
        requirements=tuple(fields.get("signatures") or ()),
        revoked=fields.get("revoked") or Revoked(),
        documents={kind: _unique(listed) for kind, listed in wanted_by.items()},
        summaries=tuple(d.demand._replace(signed_by=_unique(d.signed_by)) for d in demands),
        places=places,
    )
    if problems:
        raise DocumentError(sorted(problems, key=lambda problem: problem.location[:3]))
    return trust


def _roots(given: Iterable[Declared], beside: str, files: PinnedFiles, problems: list[Problem]) -> Iterable[Root]:
    for declared in given:
        root = _complete(declared, beside, files, problems)
        if isinstance(root, Root):
            yield root


def _complete(declared: Declared, beside: str, files: PinnedFiles, problems: list[Problem]) -> Signer | Root:
    """The entry with what is in its file; what is wrong with the file is added to `problems`."""
    entry = declared.entry
    try:
        if isinstance(entry, (Key, Certificate)):
            return entry._replace(pem=files.read(declared, beside))
        return entry._replace(data=files.read(declared, beside)) if isinstance(entry, Root) else entry
    except DocumentError as error:
        problems += error.problems
        return entry


def _floods(fields: Fields) -> Iterable[Problem]:
    """More entries than any policy needs."""
    signers = [place for key in ("identities", "keys", "certificates") for place in _places(fields, key)]
    lists = {"signers": signers}
    lists |= {key: _places(fields, key) for key in ("trust_roots", "signatures", "verification_summaries")}
    for what, places in lists.items():
        if len(places) > MAX_DECLARED:
            shown = what if what == "signers" else f"entries under `{what}:`"
            yield Problem(places[MAX_DECLARED], f"more than {MAX_DECLARED} {shown}", "join them with globs")
    revoked: Revoked = fields.get("revoked") or Revoked()
    if len(revoked.identities) > MAX_REVOKED:
        yield Problem(fields.at["revoked"], f"more than {MAX_REVOKED:,} revoked identities", "join them with globs")


def _places(fields: Fields, key: str) -> list[Location]:
    return [fields.at[key]] * len(fields.get(key) or ()) if key in fields.at else []


def _names(declared: Iterable[Declared], problems: list[Problem]) -> Mapping[str, Location]:
    """The names with their places; one that is given twice is a problem, for it would stand for either."""
    known: dict[str, Location] = {}
    for one in declared:
        name, place = one.entry.name, one.at["name"]
        if name in known:
            message = f'the name "{shorten(name)}" is already taken on line {known[name].line}'
            problems.append(Problem(place, message, "names are unique: call this one something else"))
        known.setdefault(name, place)
    return known


def _look_up(placed: Placed, known: Mapping[str, Location], what: str, problems: list[Problem]) -> None:
    if placed.name not in known:
        listed = ", ".join(shorten(name, 40) for name in list(known)[:8]) or "none"
        hint = did_you_mean(placed.name, known) or f"names stand for entries of the same document; it has {listed}"
        problems.append(Problem(placed.location, f'there is no {what} "{shorten(placed.name)}" here', hint))


def _unique(listed: Iterable[Placed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(placed.name for placed in listed))


def _error(at: Location, message: str, fix: str) -> DocumentError:
    return DocumentError([Problem(at, message, fix)])
