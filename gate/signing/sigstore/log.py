"""That a signature is in a transparency log (Rekor), and when it got there."""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64encode
from collections.abc import Iterable
from typing import NamedTuple

from gate.signing import keys
from gate.signing.bundles.bundle import LogEntry
from gate.signing.errors import InvalidError
from gate.signing.sigstore import checkpoint, merkle
from gate.signing.sigstore.entries import Signed, verify_entry
from gate.signing.sigstore.roots import Log

MAX_TIME = 253_402_300_799
"""The last second that Python's calendar knows."""


class Logged(NamedTuple):
    """An entry that is in `log`; `time` is when the log says that it took it, None where it says none."""

    entry: LogEntry
    log: Log
    time: dt.datetime | None

    @property
    def number(self) -> int:
        """The place in the log that is proven: by the promise, else by the proof, where it counts within a shard."""
        proof = self.entry.proof
        return self.entry.position if self.entry.promise is not None or proof is None else proof.position


def verify_logged(entry: LogEntry, version: int, signed: Signed, logs: Iterable[Log]) -> Logged:
    """Whether `entry` is in one of `logs`, and about what was signed; raises `InvalidError`.

    `version` is that of the bundle format: 0.1 rests on the log's promise, later ones on its proof of inclusion.
    """
    log = _log(entry, logs)
    verify_entry(entry, signed)
    if entry.proof is not None and (entry.proof.checkpoint is not None or version > 1):
        _verify_proof(entry, log)
    elif entry.promise is None or version > 1:
        raise InvalidError("the log entry has no proof that it is in the log", "inclusion")
    return Logged(entry, log, _verify_promise(entry, log))


def _log(entry: LogEntry, logs: Iterable[Log]) -> Log:
    for log in logs:
        if log.key_id == entry.log:
            return log
    raise InvalidError(
        f"it was logged in {entry.log.hex()[:16]}…, a log that the trust root does not know: the root is too old "
        "for this log, or the log is not one to trust",
        "unknown-log",
    )


def _verify_proof(entry: LogEntry, log: Log) -> None:
    proof = entry.proof
    if proof is None or proof.checkpoint is None:
        raise InvalidError("the log entry has no checkpoint of its log", "checkpoint")
    stated = checkpoint.verified(proof.checkpoint, log)
    if stated.root != proof.root or stated.size != proof.size:
        raise InvalidError("the log's checkpoint is about another state of the log", "checkpoint")
    merkle.verify_inclusion(entry.body, proof.position, proof.size, proof.hashes, proof.root)


def _verify_promise(entry: LogEntry, log: Log) -> dt.datetime | None:
    """The promise is over a JSON document in canonical form (RFC 8785), which for these four values is sorted keys."""
    if entry.promise is None:
        return None  # then nothing signed says that the time is true
    if entry.time is None or entry.time > MAX_TIME:
        raise InvalidError("the log's promise has no time", "promise")
    body = {
        "body": b64encode(entry.body).decode(),
        "integratedTime": entry.time,
        "logID": entry.log.hex(),
        "logIndex": entry.position,
    }
    try:
        keys.verify(log.key, entry.promise, json.dumps(body, sort_keys=True, separators=(",", ":")).encode())
    except InvalidError:
        raise InvalidError("the log's promise does not match its entry", "promise") from None
    time = dt.datetime.fromtimestamp(entry.time, dt.timezone.utc)
    if not log.period.holds(time):
        raise InvalidError("the log's key was not in use when the entry was made", "retired-key")
    return time
