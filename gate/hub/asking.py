"""Whether the hub is asked in one run, and which one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gate.core.errors import UnableError
from gate.core.model import Subject
from gate.hub.endpoint import Endpoint
from gate.policy.sources import SourceRules

if TYPE_CHECKING:
    from gate.hub.client import Hub


class Asking:
    """What policies demand, and the one client of a run, which ends with the `with` block.

    `endpoint` is None where no network may be used.
    """

    def __init__(self, endpoint: Endpoint | None, demanded: Callable[[Subject], bool]) -> None:
        self._endpoint, self.is_demanded = endpoint, demanded
        self._hub: Hub | None = None

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, *_: object) -> None:
        if self._hub is not None:
            self._hub.close()

    def client(self, rules: SourceRules | None) -> Hub:
        """The client; raises `GateError` where the hub must not, or cannot, be asked."""
        if self._endpoint is None:
            fix = "run it without --offline, or have the policy ask only where there is a network: `from_stage:`"
            raise UnableError("the gate runs without a network", fix)
        if self._hub is None:
            from gate.hub.client import Hub  # few runs ask

            self._hub = Hub(self._endpoint)
        host = self._hub.host
        if rules is not None and (refusal := rules.refusal(host)):
            raise UnableError(f"{host} {refusal}", "set HF_ENDPOINT to the mirror that the policy names")
        return self._hub
