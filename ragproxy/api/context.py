"""What a view may reach: the services, and what we know of the request in hand."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import Request, current_app, g, request

from ragproxy.domain import Caller
from ragproxy.services import Services
from ragproxy.telemetry import request_id

if TYPE_CHECKING:
    from ragproxy.access.quotas import Quota
    from ragproxy.api.accounting import Asking
    from ragproxy.tracing import Span

EXTENSION = "ragproxy"


class _Current:
    """Stands for the services of the application in hand; a LocalProxy would take three times as long, each time."""

    def __getattr__(self, name: str) -> Any:
        return getattr(cast(Any, current_app)._get_current_object().extensions[EXTENSION], name)


services = cast(Services, _Current())


@dataclass
class Visit:
    """One request: its id, its caller, how long its parts took, and what goes along with it.

    `request` is Flask's own, and not the proxy for it, which looks for it at each use.
    """

    id: str
    request: Request = field(repr=False)
    started: float = field(default_factory=time.perf_counter)
    caller: Caller = field(default_factory=Caller)
    timings_s: dict[str, float] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)  # the X-Custom-* headers it came with
    body: Mapping[str, Any] | None = field(default=None, repr=False)  # its JSON, once it has been read
    known: bool = False  # whether we know who is asking
    asking: Asking | None = None  # when it asks a model
    put_off: bool = False  # whether what it asks a model is asked later, and recorded then
    quota: Quota | None = None  # of a caller that has limits
    span: Span | None = None  # when requests are traced

    @property
    def elapsed_s(self) -> float:
        return time.perf_counter() - self.started

    def meet(self, caller: Caller) -> None:
        """This is who asks, allowed to or not."""
        self.caller, self.known = caller, True


def visit() -> Visit:
    """The visit of the request in hand, begun at the first call."""
    kept = g._get_current_object()  # looked up once: this is called a dozen times a request
    current = vars(kept).get("visit")
    if current is None:
        asked = cast(Any, request)._get_current_object()
        current = kept.visit = Visit(request_id(asked.headers.get("x-request-id")), asked)
    return cast(Visit, current)
