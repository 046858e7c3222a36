"""One whole Sigstore: its keys and authorities, what clients are told about them, and the server."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from tests.localsigstore import server, trust
from tests.localsigstore.authority import Fulcio
from tests.localsigstore.claims import Claims, token
from tests.localsigstore.ctlog import CTLog
from tests.localsigstore.encoding import Json, now
from tests.localsigstore.rekor import Log, RekorV1, RekorV2
from tests.localsigstore.tsa import TimestampAuthority

CT_HOST = "ctfe.sigstore.example"
CA_HOST = "fulcio.sigstore.example"
TSA_HOST = "timestamp.sigstore.example"


class Instance:
    """Fulcio, its certificate log, both Rekors and a timestamp authority, with new keys.

    All of them exist from `start` (by default yesterday) and their certificates last ten years from then.
    `rekor2` is the algorithm of the key of Rekor v2: Ed25519 as the public one has it, or P-256.
    """

    def __init__(self, start: datetime | None = None, *, rekor2: str = "Ed25519") -> None:
        self.start = start or now() - timedelta(days=1)
        self.ct = CTLog()
        self.fulcio = Fulcio(self.start)
        self.rekor1 = RekorV1()
        self.rekor2 = RekorV2(rekor2)
        self.tsa = TimestampAuthority(self.start)
        self.ambient: Claims | None = None
        """Whose token a workflow's token endpoint gives out (`GET /ambient`); None: the endpoint answers 404."""
        self._url: str | None = None

    @property
    def url(self) -> str:
        """Where it listens; it must be serving."""
        if self._url is None:
            raise RuntimeError("the instance is not serving: use it within `with instance.serve():`")
        return self._url

    def log(self, rekor: int) -> Log:
        """The log of Rekor v1 or v2."""
        return {1: self.rekor1, 2: self.rekor2}[rekor]

    def trusted_root(self, *, private: bool = False, retired: Mapping[str, datetime] | None = None) -> Json:
        """The trusted root's JSON, which does not change with serving.

        `private` leaves out the logs, as GitHub's root for private repositories does. `retired` ends the validity of
        a part's keys; its keys are those of the JSON: tlogs, ctlogs, certificateAuthorities, timestampAuthorities.
        """
        ends = dict(retired or {})

        def valid(part: str) -> Json:
            return trust.validity(self.start, ends.pop(part, None))

        authorities = trust.authority(CA_HOST, self.fulcio.chain, valid("certificateAuthorities"))
        stamps = trust.authority(TSA_HOST, self.tsa.chain, valid("timestampAuthorities"))
        parts = {"certificateAuthorities": [authorities], "timestampAuthorities": [stamps]}
        if not private:
            kept = valid("tlogs")
            parts["tlogs"] = [trust.log(log.host, log.key, log.log_id, kept) for log in (self.rekor1, self.rekor2)]
            parts["ctlogs"] = [trust.log(CT_HOST, self.ct.key, self.ct.log_id, valid("ctlogs"))]
        if ends:
            raise ValueError(f"this trusted root has no {', '.join(ends)}")
        return trust.root(**parts)

    def trust_config(self, rekor: int = 1, *, timestamps: bool | None = None) -> Json:
        """The trusted root and where the services listen, for clients that sign; it must be serving.

        Clients are told to ask for timestamps where the log gives no time (Rekor v2), or as `timestamps` says.
        """
        stamped = rekor == 2 if timestamps is None else timestamps
        return trust.client_config(self.trusted_root(), trust.signing_config(self.url, rekor, stamped))

    def token(self, **claims: Any) -> str:
        """An identity token with these claims, to send to this instance's Fulcio."""
        return token(**claims)

    @contextmanager
    def serve(self) -> Generator[str, None, None]:
        """Listens on loopback, at the URL that is yielded, until the context ends."""
        with server.serving(self) as url:
            self._url = url
            try:
                yield url
            finally:
                self._url = None
